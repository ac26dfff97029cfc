"""One loan with everything that its figures are worked out from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Prefetch

from audit.models import Event
from core.display import naira
from engine.servicing import Position
from engine.settlement import Settlement, SettlementLine
from ledger.models import AccountBalance
from ledger.selectors import StatementLine, statement
from loans import story
from loans.eligibility.cost import charge_word
from loans.models import (
    Allocation,
    Disbursement,
    Guarantee,
    HoldPolicy,
    Installment,
    InterestMethod,
    Loan,
    LoanFee,
    LoanStanding,
    Repayment,
)
from loans.selectors.register import guarantors_of
from loans.selectors.yearly_cost import YearlyCost, yearly_cost
from loans.states import GuaranteeStatus, LoanStatus
from loans.tables import loan_url

NOTHING = Decimal("0.00")
MOST_LINES = 500
MOVES = {
    ("queued", "registered"): "Let out of the queue",
    ("registered", "active"): "Paid out",
    ("active", "closed"): "Paid back",
    ("closed", "active"): "Open again",
}
HOLDS_END = {
    HoldPolicy.UNTIL_CLOSED: "held until the loan is paid back",
    HoldPolicy.FALLS_WITH_PRINCIPAL: "held, and falls as the loan is paid back",
    HoldPolicy.UNTIL_OWN_SAVINGS: "held until the borrower's own savings cover the loan",
}
WORDS = {
    "paid": "Paid",
    "part": "Part paid",
    "late": "Late",
    "due": "Next",
    "later": "To come",
    "waived": "Interest not charged",
}


def priced(charge: str, words: str) -> str:
    """The engine's words in those of a loan: where goods were sold, its price is a profit."""
    return words.replace("Interest", charge.capitalize()).replace("interest", charge)


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One instalment as the page shows it; `state` is paid, part, late, due (the next one) or later.

    `url` is its working.
    """

    installment: Installment
    opening: Decimal
    closing: Decimal
    state: str
    url: str

    @property
    def words(self) -> str:
        return WORDS[self.state]


@dataclass(frozen=True, slots=True)
class LoanPage:
    """A loan with its schedule, payments, guarantors and pay-off figure, and the sums of its parts in naira.

    `started_on` is None while it was not paid out; `pay_off` None when nothing can be paid on it.
    """

    loan: Loan
    balance: Decimal
    schedule: tuple[ScheduleLine, ...]
    repayments: tuple[Repayment, ...]
    guarantees: tuple[Guarantee, ...]
    position: Position
    pay_off: Settlement | None
    started_on: date | None
    on: date
    fees: tuple[LoanFee, ...] = ()
    cost: YearlyCost | None = None

    @property
    def installments(self) -> list[Installment]:
        return [line.installment for line in self.schedule]

    @property
    def principal_paid(self) -> Decimal:
        return sum((one.principal_paid for one in self.installments), NOTHING)

    @property
    def recovered(self) -> Decimal:
        """What came in after the loan was written off."""
        return sum((one.recovered for one in self.standing_repayments), NOTHING)

    @property
    def is_written_off(self) -> bool:
        return self.loan.status == LoanStatus.WRITTEN_OFF

    @property
    def owed(self) -> Decimal:
        """Principal that the member owes: of a loan that was written off it stands in the books no more."""
        if not self.is_written_off:
            return self.balance
        return max(self.loan.scheduled_principal - self.principal_paid - self.recovered, NOTHING)

    @property
    def has_run(self) -> bool:
        """It was paid out, whatever became of it."""
        return self.loan.status in (LoanStatus.ACTIVE, LoanStatus.CLOSED, LoanStatus.WRITTEN_OFF)

    @property
    def interest_paid(self) -> Decimal:
        return sum((one.interest_paid for one in self.installments), NOTHING)

    @property
    def interest_waived(self) -> Decimal:
        return sum((one.interest_waived for one in self.installments), NOTHING)

    @property
    def interest_in_all(self) -> Decimal:
        return sum((one.interest for one in self.installments), NOTHING)

    @property
    def fees_in_all(self) -> Decimal:
        """Fees that are paid with the instalments."""
        return sum((one.fee for one in self.installments), NOTHING)

    @property
    def charge_word(self) -> str:
        """Interest, or profit where goods were sold."""
        return charge_word(self.loan.method)

    @property
    def is_sale(self) -> bool:
        return self.loan.method == InterestMethod.MURABAHA

    @property
    def lent_word(self) -> str:
        return "Cost of the goods" if self.is_sale else "Lent"

    @property
    def paid_words(self) -> str:
        return f"How the {self.charge_word} that was paid comes about"

    @property
    def next_figure(self) -> str:
        """The word under which the working of the next payment is found."""
        return f"instalment-{self.next_due.number}"

    @property
    def settled(self) -> list[SettlementLine]:
        """The lines of the pay-off figure in the words of this loan."""
        lines = self.pay_off.lines if self.pay_off else ()
        return [replace(line, label=priced(self.charge_word, line.label)) for line in lines]

    @property
    def total(self) -> Decimal:
        return self.loan.scheduled_principal + self.interest_in_all + self.fees_in_all

    @property
    def left(self) -> Decimal:
        """All that is still to be paid by the schedule."""
        return sum((one.unpaid for one in self.installments), NOTHING)

    @property
    def late(self) -> list[Installment]:
        """Instalments whose day is past and that are not paid in full."""
        return [one for one in self.installments if one.unpaid and one.due_on < self.on]

    @property
    def overdue(self) -> Decimal:
        return sum((one.unpaid for one in self.late), NOTHING)

    @property
    def next_due(self) -> Installment | None:
        """The oldest instalment that is not paid in full."""
        return next((one for one in self.installments if one.unpaid), None)

    @property
    def paid_count(self) -> int:
        """Instalments paid in full, those before a take-over counted."""
        return self.loan.months_paid_before + sum(1 for one in self.installments if not one.unpaid)

    @property
    def total_charged(self) -> Decimal:
        return self.total - self.interest_waived

    @property
    def sentence(self) -> str:
        """What the bar of the page shows, in words."""
        return f"{naira(self.principal_paid)} of {naira(self.loan.scheduled_principal)} is paid back"

    @property
    def payout(self) -> Disbursement | None:
        return getattr(self.loan, "disbursement", None)

    @property
    def is_unpaid_out(self) -> bool:
        """It is in the register and not paid out: its payment days can be moved, and it can be cancelled."""
        return self.loan.status in (LoanStatus.QUEUED, LoanStatus.REGISTERED)

    @property
    def holds_end(self) -> str:
        """When what is held for the loan is free again."""
        policy = self.loan.version.hold_policy if self.loan.version else HoldPolicy.UNTIL_CLOSED
        return HOLDS_END[HoldPolicy(policy)]

    @property
    def saved_by_paying_off(self) -> Decimal:
        return self.left + self.penalty_to_settle - self.pay_off.total if self.pay_off else NOTHING

    @property
    def penalty_to_settle(self) -> Decimal:
        """The penalty in the pay-off figure, brought up to the day before it."""
        lines = self.pay_off.lines if self.pay_off else ()
        return sum((line.amount for line in lines if line.code == "penalty"), NOTHING)

    @property
    def own_fees(self) -> Decimal:
        return sum((one.amount for one in self.fees), NOTHING)

    @property
    def standing_repayments(self) -> list[Repayment]:
        return [one for one in self.repayments if one.reversed_by_entry_id is None]


def loan_page(loan: Loan, *, on: date, with_price: bool = False) -> LoanPage:
    """Gather a loan's page in few queries, whatever its length; its workings are in `selectors.workings`.

    `with_price`: with its fees and its yearly cost.
    """
    installments = list(loan.installments.live().order_by("number"))
    repayments = tuple(
        loan.repayments.select_related("entry", "reversed_by_entry")
        .prefetch_related(
            Prefetch(
                "allocations", Allocation.objects.select_related("installment").order_by("installment__number")
            )
        ).order_by("-received_on", "-pk")
    )  # fmt: skip
    started_on = story.started_on(loan)
    standing = LoanStanding.objects.filter(pk=loan.pk).first()
    position = story.position_of(loan, installments, standing, _pauses(loan))
    running = loan.status == LoanStatus.ACTIVE and started_on is not None
    fees = tuple(loan.fees.order_by("pk")) if with_price and loan.version_id else ()
    return LoanPage(
        loan=loan,
        balance=AccountBalance.objects.values_list("balance", flat=True).get(account_id=loan.account_id),
        schedule=tuple(_lines(loan, installments, on)),
        repayments=repayments,
        guarantees=tuple(
            guarantors_of(loan) if loan.status != LoanStatus.CLOSED else _released_guarantors(loan)
        ),
        position=position,
        pay_off=story.settlement(position, _day_of_settling(repayments, started_on, on)) if running else None,
        started_on=started_on,
        on=on,
        fees=fees,
        cost=_cost(loan, installments, fees) if with_price else None,
    )  # fmt: skip


def _cost(loan: Loan, installments: Sequence[Installment], fees: Sequence[LoanFee]) -> YearlyCost | None:
    """The yearly cost of the plan that was agreed, whatever became of it since."""
    agreed = installments
    if any(one.generation for one in agreed):
        agreed = list(loan.installments.filter(generation=0).order_by("number"))
    return yearly_cost(loan, getattr(loan, "disbursement", None), agreed, fees)


def _pauses(loan: Loan) -> list:
    if loan.version is None or not loan.version.penalty_percent:
        return []
    return [(span.lower, span.upper) for span in loan.pauses.values_list("span", flat=True)]


def account_lines(loan: Loan) -> list[StatementLine]:
    """The lines of the loan's account in the books, newest first, each with the balance after it."""
    return statement(loan.account, limit=MOST_LINES)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    words: str
    at: datetime
    who: str


def history(loan: Loan) -> list[HistoryLine]:
    """What happened to the loan, oldest first, with who did it."""
    return [
        HistoryLine(_in_words(event), event.at, event.actor.full_name if event.actor else "the system")
        for event in Event.objects.about(loan).select_related("actor")
    ]


def _in_words(event: Event) -> str:
    verb = event.verb.rpartition(".")[2]
    number, moved = event.data.get("certificate_number", ""), (event.data.get("from"), verb)
    if moved in MOVES:
        return MOVES[moved]
    return {
        "registered": "Put into the register",
        "taken_over": "Came with the society's own books",
        "payment_days_moved": "Payment days moved",
        "certificate_issued": f"Certificate {number} issued",
        "certificate_voided": f"Certificate {number} no longer counts",
        "cancelled": "Cancelled",
        "given_up": f"Not paid out: {event.data.get('reason', '')}",
    }.get(verb, verb.replace("_", " ").capitalize())


def _day_of_settling(repayments: Sequence[Repayment], started_on: date, on: date) -> date:
    """What was paid since a day counts for a pay-off on it, so the figure is that of the latest payment's day."""
    return max([started_on, on, *(one.received_on for one in repayments if one.reversed_by_entry_id is None)])


def _released_guarantors(loan: Loan):
    return (
        Guarantee.objects.filter(loan=loan, status=GuaranteeStatus.RELEASED)
        .select_related("guarantor", "hold").order_by("pk")
    )  # fmt: skip


def _lines(loan: Loan, installments: Sequence[Installment], on: date):
    owed, next_seen, here = loan.scheduled_principal, False, loan_url(loan)
    for one in installments:
        closing = owed - one.principal
        if not one.unpaid:
            state = "waived" if one.interest_waived and not one.interest_paid else "paid"
        elif one.due_on < on:
            state = "late"
        elif one.paid:
            state = "part"
        else:
            state = "later" if next_seen else "due"
        next_seen = next_seen or (bool(one.unpaid) and state != "late")
        yield ScheduleLine(one, owed, closing, state, f"{here}working/instalment-{one.number}/")
        owed = closing
