"""A matched return goes into the books: the bank credit once, then the lines in chunks, each kobo explained.

It may stop after any chunk and go on later: a posted line is recognised, nothing is posted twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce

from audit.services import record
from audit.transitions import transition
from core.display import month as spoken_month
from core.display import naira
from core.errors import IllegalTransition
from engine.allocation import DueItem, Kind, allocate
from ledger import chart
from ledger.services import accounts_by_code, lock_accounts, post_entry
from loans.deduction_order import ORDERS, order_on
from loans.models import Loan, PayrollOrder, Repayment, RepaymentChannel
from loans.services.claims import accounts_of_claims, repay_from_savings
from loans.services.closures import accounts_of_guarantors
from loans.services.repayments import Payment, post_repayments
from members.services import Contribution, post_contributions
from notifications.services import Notice, notify_many
from reconciliation import postings
from reconciliation.errors import Shortfall
from reconciliation.models import (
    DeductionItem,
    DeductionSchedule,
    ElementKind,
    Remittance,
    RemittanceLine,
    RemittancePart,
    SuspenseItem,
)
from reconciliation.states import LineState, RemittanceStatus
from users.models import User

NOTHING = Decimal("0.00")
CHUNK = 200

WHY_IN_SUSPENSE = {
    LineState.SUGGESTED: "Nobody confirmed whose line this is",
    LineState.WAITING: "A second line for a member who has one already",
    LineState.UNMATCHED: "Nobody in the register fits this line",
}


@dataclass(slots=True)
class Share:
    """How one line is spread: to the member's loans in their order, to his savings, and what is over to voluntary."""

    loans: dict[int, Decimal] = field(default_factory=dict)
    christmas: Decimal = NOTHING
    savings: Decimal = NOTHING
    voluntary: Decimal = NOTHING


def post_remittance(*, remittance: Remittance, by: User, at: datetime, chunk: int = CHUNK) -> Remittance:
    """Post a return from where it stands to its end; run it again after a stop and it goes on.

    Lines that are matched go to their members; all others go to suspense. Each chunk is a transaction of its own.
    Raises Shortfall and IllegalTransition as `start_posting` does, nothing posted then.
    """
    start_posting(remittance=remittance, by=by, at=at)
    while post_chunk(remittance=remittance, by=by, at=at, size=chunk):
        pass
    return finish_posting(remittance=remittance, by=by, at=at)


@transaction.atomic
def start_posting(*, remittance: Remittance, by: User, at: datetime) -> Remittance:
    """Book the bank credit and its charge against the unallocated remittances; from here on the return is fixed.

    Raises Shortfall unless file total = bank credit + confirmed charge, and IllegalTransition for a return that was
    taken back. A return that is being posted is left as it is.
    """
    remittance = Remittance.objects.locked(remittance.pk)
    if remittance.status in (RemittanceStatus.POSTING, RemittanceStatus.POSTED):
        return remittance
    if remittance.status != RemittanceStatus.MATCHED:
        raise IllegalTransition("This return was taken back, so it is not posted.")
    if remittance.gap:
        kept = f" and a charge of {naira(remittance.charge)}" if remittance.charge else ""
        raise Shortfall(
            f"The file says {naira(remittance.file_total)}, the bank {naira(remittance.bank_credit)}{kept}: "
            f"{naira(abs(remittance.gap))} {'is missing' if remittance.gap > 0 else 'is too much'}. "
            "Confirm the bank's charge, or ask the employer. Nothing was posted."
        )
    receipt = post_entry(
        reference=f"remittance/{remittance.pk}/receipt",
        kind="reconciliation.receipt",
        narration=f"{remittance.schedule.employer}, deductions of {spoken_month(remittance.schedule.month)}",
        on=remittance.received_on,
        lines=postings.receipt(
            accounts_by_code(chart.BANK, chart.BANK_CHARGES, chart.SUSPENSE), remittance.bank_credit, remittance.charge
        ),
        by=by,
        batch=f"remittance/{remittance.pk}",
    )
    return transition(remittance, RemittanceStatus.POSTING, by=by, at=at, receipt=receipt, posted_by=by)


@transaction.atomic
def post_chunk(*, remittance: Remittance, by: User, at: datetime, size: int = CHUNK) -> int:
    """Post the next lines of a return, all or none of them; returns how many lines were left before."""
    remittance = Remittance.objects.locked(remittance.pk)
    if remittance.status != RemittanceStatus.POSTING:
        return 0
    open_lines = remittance.lines.open()
    left = open_lines.count()
    lines = list(open_lines.select_related("member__user").order_by("position")[:size])
    matched = [line for line in lines if line.state == LineState.MATCHED]
    post_lines(remittance=remittance, lines=matched, by=by, at=at, reference="line")
    _park([line for line in lines if line.state != LineState.MATCHED], remittance)
    RemittanceLine.objects.filter(pk__in=[line.pk for line in matched]).update(state=LineState.POSTED)
    parked = [line.pk for line in lines if line.state != LineState.MATCHED]
    RemittanceLine.objects.filter(pk__in=parked).update(state=LineState.SUSPENSE)
    record(
        "reconciliation.remittance.chunk_posted", by=by, subject=remittance, at=at,
        posted=len(matched), suspense=len(parked), left=left - len(lines),
    )  # fmt: skip
    _tell(remittance, matched)
    return left


@transaction.atomic
def finish_posting(*, remittance: Remittance, by: User, at: datetime) -> Remittance:
    """Close the posting when no line is left; the database counts once more that every kobo is explained."""
    remittance = Remittance.objects.locked(remittance.pk)
    if remittance.status == RemittanceStatus.POSTED or remittance.lines.open().exists():
        return remittance
    return transition(remittance, RemittanceStatus.POSTED, by=by, at=at, posted_at=at)


def post_lines(
    *, remittance: Remittance, lines: Sequence[RemittanceLine], by: User, at: datetime, reference: str
) -> None:
    """Credit lines to their members in the society's order, loans among themselves by due date, the rest voluntary.

    The lines come with their members, and their return is locked. One entry for each loan and one for the savings of
    each line, all in a few statements. What a loan does not take any more goes to voluntary savings.
    """
    if not lines:
        return
    shares = spread(remittance, lines, order_on(remittance.received_on))
    _lock(lines, shares)
    suspense = accounts_by_code(chart.SUSPENSE)[chart.SUSPENSE]
    batch = f"remittance/{remittance.pk}"
    said = f"{spoken_month(remittance.schedule.month)} salary, {remittance.schedule.employer}"
    payments = [
        Payment(loan_id, amount, f"{batch}/{reference}/{line.pk}/loan/{loan_id}", said)
        for line in lines
        for loan_id, amount in shares[line.pk].loans.items()
    ]
    results = post_repayments(
        payments=payments,
        from_account_id=suspense,
        channel=RepaymentChannel.PAYROLL,
        on=remittance.received_on,
        by=by,
        at=at,
        batch=batch,
    )
    entries = dict(
        Repayment.objects.filter(pk__in=[r.repayment_id for r in results.values() if r.repayment_id]).values_list(
            "pk", "entry_id"
        )
    )
    parts, contributions = [], []
    for line in lines:
        share = shares[line.pk]
        for loan_id in share.loans:
            result = results[f"{batch}/{reference}/{line.pk}/loan/{loan_id}"]
            share.voluntary += result.surplus
            if result.applied:
                parts.append(
                    RemittancePart(
                        line=line, kind=ElementKind.LOAN, loan_id=loan_id, amount=result.applied,
                        entry_id=entries[result.repayment_id],
                    )
                )  # fmt: skip
        if share.christmas or share.savings or share.voluntary:
            contributions.append(
                Contribution(
                    line.member_id, f"{batch}/{reference}/{line.pk}/savings", said,
                    savings=share.savings, christmas=share.christmas, voluntary=share.voluntary,
                )
            )  # fmt: skip
    posted = post_contributions(
        contributions=contributions, from_account_id=suspense, on=remittance.received_on, by=by, batch=batch
    )
    # What no loan needed goes first to guarantors who paid for the member.
    repay_from_savings(
        amounts={line.member: shares[line.pk].voluntary for line in lines if shares[line.pk].voluntary},
        reference=f"{batch}/{reference}", narration=said, by=by, on=remittance.received_on, at=at,
    )  # fmt: skip
    for line in lines:
        share = shares[line.pk]
        entry_id = posted.get(f"{batch}/{reference}/{line.pk}/savings")
        parts += [
            RemittancePart(line=line, kind=kind, amount=amount, entry_id=entry_id)
            for kind, amount in (
                (ElementKind.CHRISTMAS, share.christmas),
                (ElementKind.SAVINGS, share.savings),
                (ElementKind.VOLUNTARY, share.voluntary),
            )
            if amount
        ]
    RemittancePart.objects.bulk_create(parts)


def _lock(lines: Sequence[RemittanceLine], shares: dict[int, Share]) -> None:
    """Loans by id, then every account of theirs and of the savers by id, in one call: see `ledger.lock_accounts`."""
    ids = {loan_id for share in shares.values() for loan_id in share.loans}
    loans = list(Loan.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)))
    accounts = {loan.account_id for loan in loans} | set(accounts_of_guarantors(loans))
    for line in lines:
        member = line.member
        accounts |= {member.savings_account_id, member.christmas_account_id, member.voluntary_account_id}
    accounts |= accounts_of_claims([line.member_id for line in lines])
    lock_accounts(ids=accounts)


def spread(remittance: Remittance, lines: Sequence[RemittanceLine], order: PayrollOrder) -> dict[int, Share]:
    """How each line is spread over what its member still owes of the schedule: the preview and the posting ask here.

    `order` is what the society had decided for the day on which the bank credited the money.
    """
    dues = _still_due(remittance.schedule, [line.member_id for line in lines])
    shares: dict[int, Share] = {}
    for line in lines:
        share = shares[line.pk] = Share()
        allocation = allocate(line.amount, dues[line.member_id], ORDERS[order])
        for part in allocation.parts:
            if part.kind is Kind.LOAN:
                share.loans[part.key] = share.loans.get(part.key, NOTHING) + part.total
            elif part.kind is Kind.CHRISTMAS:
                share.christmas += part.total
            else:
                share.savings += part.total
        share.voluntary = allocation.surplus
    return shares


def _still_due(schedule: DeductionSchedule, members: Iterable[int]) -> dict[int, list[DueItem]]:
    """What each member owes of the schedule, less what was posted for it before."""
    members = set(members)
    paid: dict[tuple[int, str, int | None], Decimal] = defaultdict(lambda: NOTHING)
    # A line that was cleared from suspense counts for the member to whom it was cleared.
    before = (
        RemittancePart.objects.filter(line__remittance__schedule=schedule)
        .annotate(owner=Coalesce("line__suspense__member", "line__member"))
        .filter(owner__in=members)
        .values_list("owner", "kind", "loan_id")
        .annotate(total=Sum("amount"))
    )
    for member_id, kind, loan_id, total in before:
        paid[member_id, kind, loan_id] = total
    dues: dict[int, list[DueItem]] = defaultdict(list)
    for item in DeductionItem.objects.filter(line__schedule=schedule, line__member__in=members).order_by(
        "due_on", "loan_id"
    ).values_list("line__member_id", "loan_id", "due_on", "amount"):  # fmt: skip
        member_id, loan_id, due_on, amount = item
        already = min(paid[member_id, ElementKind.LOAN, loan_id], amount)
        paid[member_id, ElementKind.LOAN, loan_id] -= already
        dues[member_id].append(DueItem(loan_id, Kind.LOAN, due_on, principal=amount - already))
    for member_id, christmas, savings in schedule.lines.filter(member__in=members).values_list(
        "member_id", "christmas", "savings"
    ):
        for kind, element, amount in (
            (Kind.CHRISTMAS, ElementKind.CHRISTMAS, christmas),
            (Kind.SAVINGS, ElementKind.SAVINGS, savings),
        ):
            left = max(amount - paid[member_id, element, None], NOTHING)
            dues[member_id].append(DueItem(element, kind, principal=left))
    return dues


def _park(lines: Sequence[RemittanceLine], remittance: Remittance) -> None:
    SuspenseItem.objects.bulk_create(
        SuspenseItem(
            line=line, amount=line.amount, reason=WHY_IN_SUSPENSE[line.state], opened_on=remittance.received_on
        )
        for line in lines
    )


def _tell(remittance: Remittance, lines: Sequence[RemittanceLine]) -> None:
    said = spoken_month(remittance.schedule.month)
    notify_many(
        notices=[
            Notice(
                user=line.member.user,
                event=f"remittance/{remittance.pk}/line/{line.pk}",
                subject=f"{naira(line.amount)} came from your {said} salary",
                body=f"We received {naira(line.amount)} from your {said} salary. "
                "Your passbook shows what went to loans and what to savings.",
            )
            for line in lines
            if line.member.user is not None
        ]
    )
