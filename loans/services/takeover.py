"""Loans that come with the society's own books, in the middle of their lives; and their undoing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from audit.services import record_many
from audit.transitions import transition_many
from core.selectors import society
from core.serials import raise_floor
from engine.due_dates import first_pay_day, monthly_due_dates
from engine.money import split
from engine.schedules import Line, running_flat_schedule, running_schedule
from ledger.entries import Draft
from ledger.models import Account, Hold, HoldPurpose, JournalEntry
from ledger.services import lock_accounts, open_sub_accounts, place_holds, post_entries, reverse_entries
from loans import postings
from loans.errors import BadBalance, BadSerial, HasRepayments, SerialTaken
from loans.models import (
    Guarantee,
    InterestMethod,
    Loan,
    LoanOrigin,
    LoanProduct,
    ProductVersion,
    Repayment,
)
from loans.services.closures import release_guarantees
from loans.services.registration import store_installments
from loans.states import GuaranteeStatus, LoanStatus
from members.models import Member
from users.models import User

NOTHING = Decimal("0.00")
# Most societies end their numbers in the year and a running number, whatever stands before them or between.
COUNTED = re.compile(r"(?:(?P<prefix>.*)[/. -])?(?P<year>(?:19|20)[0-9]{2})[/. -](?P<number>[0-9]{1,9})")
LONGEST_SERIAL = Loan._meta.get_field("serial").max_length
BATCH = 5000


@dataclass(frozen=True, slots=True)
class RunningLoan:
    """A loan as the society's books have it: amounts in naira, the rate in percent a year.

    `serial` is the loan's number there, whatever it looks like; spaces around it are left away.
    `instalment` is what was agreed, `months_paid` how many of them were paid, `balance` the principal still owed.
    `guarantor_ids` are members who stand for it in equal parts of the balance. `method` says what the interest is on;
    where the books do not tell, it is the product's on the day of the take-over.
    """

    serial: str
    member_id: int
    product_code: str
    granted_on: date
    principal: Decimal
    annual_rate_percent: Decimal
    term_months: int
    instalment: Decimal
    months_paid: int
    balance: Decimal
    guarantor_ids: tuple[int, ...] = ()
    method: str | None = None

    @property
    def months_left(self) -> int:
        """Instalments left by the loan's own count; one where the term is over and a balance is left."""
        return max(self.term_months - self.months_paid, 1)


@transaction.atomic
def take_over_loans(
    *, rows: Sequence[RunningLoan], against_account_id: int, by: User | None, on: date, at: datetime, batch: str
) -> list[Loan]:  # fmt: skip
    """Enter running loans with their agreed instalments and balances, in a few statements whatever their number.

    Each keeps its serial, and our own of its year come after it where it is of our kind. Its first instalment falls
    due on the first pay day after `on`; interest runs on the balance and the last instalment clears it. The balance is
    debited to the loan and credited to `against_account_id`. Each guarantor is held for his part as far as his free
    savings reach, in the order of the rows; the rest is kept as uncovered.
    Raises BadSerial, SerialTaken, BadBalance, each with the serial; nothing is entered then.
    """
    rows = [row if row.serial == row.serial.strip() else replace(row, serial=row.serial.strip()) for row in rows]
    for row in rows:
        _check(row)
    _refuse_taken([row.serial for row in rows])
    members = (
        Member.objects.filter(pk__in={pk for row in rows for pk in (row.member_id, *row.guarantor_ids)})
        .order_by("pk").select_for_update(of=("self",)).select_related("employer").in_bulk()
    )  # fmt: skip
    accounts = _open_accounts(rows, members)
    versions = _versions(on)
    loans, schedules = [], []
    for row in rows:
        version = versions[row.product_code]
        method = row.method or version.method
        lines = _schedule(row, method, pay_day=members[row.member_id].employer.pay_day, on=on)
        year, number = _year_and_number(row)
        loans.append(
            Loan(
                serial=row.serial, serial_year=year, serial_number=number, origin=LoanOrigin.OPENING,
                member_id=row.member_id, product_id=version.product_id, version=version, principal=row.principal,
                annual_rate_percent=row.annual_rate_percent, method=method, term_months=row.term_months,
                instalment=row.instalment, granted_on=row.granted_on, registered_on=on, registered_by=by,
                scheduled_principal=row.balance, months_paid_before=row.months_paid, status=LoanStatus.ACTIVE,
                account=accounts[row.serial],
            )
        )  # fmt: skip
        schedules.append(lines)
    for year, last in _last_numbers(loans).items():
        raise_floor("loan", year, last)
    Loan.objects.bulk_create(loans, batch_size=BATCH)
    store_installments({loan.pk: lines for loan, lines in zip(loans, schedules, strict=True)})
    _hold_guarantors(rows, loans, members, by=by, at=at, batch=batch)
    post_entries(drafts=[_draft(loan, against_account_id, on, batch) for loan in loans], by=by)
    record_many("loans.loan.taken_over", by=by, at=at, batch=batch, subjects=[
        (loan, {"balance": row.balance, "months_paid": row.months_paid})
        for row, loan in zip(rows, loans, strict=True)
    ])  # fmt: skip
    return loans


@transaction.atomic
def take_back_loans(*, batch: str, reason: str, by: User, on: date, at: datetime) -> list[Loan]:
    """Undo a take-over: entries mirrored, guarantors free, loans cancelled. Their serials may come again.

    Raises HasRepayments when a payment stands on one of them; take it back first.
    """
    entries = list(JournalEntry.objects.filter(batch=batch, kind=postings.TAKEN_OVER, reversed_by__isnull=True))
    found = Loan.objects.filter(account__lines__entry__in=entries, status=LoanStatus.ACTIVE)
    loans = list(Loan.objects.filter(pk__in=found).order_by("pk").select_for_update(of=("self",)))
    paid = (
        Repayment.objects.filter(loan__in=loans, reversed_by_entry__isnull=True).values_list("loan__serial", flat=True)
    )[:1]  # fmt: skip
    if paid:
        raise HasRepayments(f"A payment stands on loan {paid[0]}. Take it back first, then undo the import.")
    guarantees = list(Guarantee.objects.live().filter(loan__in=loans).select_related("guarantor", "hold"))
    lock_accounts(ids=[loan.account_id for loan in loans] + [g.guarantor.savings_account_id for g in guarantees])
    release_guarantees(guarantees, by=by, at=at)
    reverse_entries(entries=entries, prefix="undo/", reason=reason, on=on, by=by, batch=batch)
    return transition_many(Loan.objects.filter(pk__in=[loan.pk for loan in loans]), LoanStatus.CANCELLED, by=by, at=at)


def _check(row: RunningLoan) -> None:
    if not (row.serial.isprintable() and 1 <= len(row.serial) <= LONGEST_SERIAL):
        raise BadSerial(f"Loan number “{row.serial}” should have 1 to {LONGEST_SERIAL} letters, figures and strokes.")
    if not NOTHING < row.balance <= row.principal:
        raise BadBalance(
            f"Loan {row.serial} has a balance of {row.balance:,.2f} out of {row.principal:,.2f}. The balance of a "
            "running loan is above nothing and not above what was lent."
        )


def _refuse_taken(serials: Sequence[str]) -> None:
    seen: set[str] = set()
    for serial in serials:
        if serial in seen:
            raise SerialTaken(f"Loan number {serial} comes twice.")
        seen.add(serial)
    taken = Loan.objects.standing().filter(serial__in=serials).order_by("serial").values_list("serial", flat=True)[:1]
    if taken:
        raise SerialTaken(f"Loan number {taken[0]} is in the register already.")


def _year_and_number(row: RunningLoan) -> tuple[int, int]:
    """Where the register puts a loan: by its own number, or first in the year in which it was granted."""
    found = COUNTED.fullmatch(row.serial)
    return (int(found["year"]), int(found["number"])) if found else (row.granted_on.year, 0)


def _last_numbers(loans: Sequence[Loan]) -> dict[int, int]:
    """The highest number of our own kind of each year, the years in order, so that two imports lock counters alike."""
    ours = society().loan_serial_prefix.casefold()
    last: dict[int, int] = {}
    for loan in loans:
        found = COUNTED.fullmatch(loan.serial)
        if found is None or (found["prefix"] or "").casefold() != ours:
            continue
        last[loan.serial_year] = max(last.get(loan.serial_year, 0), loan.serial_number)
    return dict(sorted(last.items()))


def _versions(on: date) -> dict[str, ProductVersion]:
    """The rules in force of each product; they judge a member's next loan, never the terms of this one."""
    return {version.product.code: version for version in ProductVersion.objects.in_force(on).select_related("product")}


def _open_accounts(rows: Sequence[RunningLoan], members: dict[int, Member]) -> dict[str, Account]:
    """One account for each loan; beside the old account of an import that was undone, the new one has a number."""
    controls = dict(LoanProduct.objects.values_list("code", "control_code"))
    general = {account.code: account for account in Account.objects.filter(code__in=set(controls.values()))}
    used = Counter(Loan.objects.filter(serial__in=[row.serial for row in rows]).values_list("serial", flat=True))
    opened: dict[str, Account] = {}
    for code in sorted(set(controls.values())):
        mine = [row for row in rows if controls[row.product_code] == code]
        owners = [
            (f"{row.serial}~{used[row.serial] + 1}" if used[row.serial] else row.serial, members[row.member_id].name)
            for row in mine
        ]
        accounts = open_sub_accounts(under=general[code], owners=owners) if owners else []
        opened |= {row.serial: account for row, account in zip(mine, accounts, strict=True)}
    return opened


def _schedule(row: RunningLoan, method: str, *, pay_day: int, on: date) -> list[Line]:
    dates = monthly_due_dates(first_pay_day(on, pay_day), row.months_left, pay_day)
    if method == InterestMethod.FLAT:
        return running_flat_schedule(
            row.principal, row.balance, row.annual_rate_percent, row.instalment, row.term_months, row.months_left,
            row.months_paid + 1, dates,
        )  # fmt: skip
    return running_schedule(
        row.balance, row.annual_rate_percent, row.instalment, row.months_left, row.months_paid + 1, dates
    )


def _draft(loan: Loan, against_account_id: int, on: date, batch: str) -> Draft:
    return Draft(
        reference=f"takeover/{batch}/{loan.serial}",
        kind=postings.TAKEN_OVER,
        narration=f"{loan.serial}: balance taken over",
        effective_on=on,
        lines=postings.taken_over(
            loan_account_id=loan.account_id, against_id=against_account_id, balance=loan.scheduled_principal
        ),
        batch=batch,
    )


def _hold_guarantors(
    rows: Sequence[RunningLoan], loans: Sequence[Loan], members: dict[int, Member],
    *, by: User | None, at: datetime, batch: str,
) -> None:  # fmt: skip
    ids = {members[pk].savings_account_id for row in rows for pk in row.guarantor_ids}
    free = {pk: balance.free for pk, balance in lock_accounts(ids=ids).items()}
    holds: list[Hold] = []
    guarantees: list[Guarantee] = []
    for row, loan in zip(rows, loans, strict=True):
        if not row.guarantor_ids:
            continue
        parts = split(row.balance, [1] * len(row.guarantor_ids))
        for guarantor_id, amount in zip(row.guarantor_ids, parts, strict=True):
            account_id = members[guarantor_id].savings_account_id
            held = min(amount, max(free[account_id], NOTHING))
            free[account_id] -= held
            hold = None
            if held:
                hold = Hold(
                    account_id=account_id, amount=held, purpose=HoldPurpose.GUARANTEE,
                    reference=f"takeover/{batch}/{row.serial}/{guarantor_id}", placed_at=at, placed_by=by,
                )  # fmt: skip
                holds.append(hold)
            guarantees.append(
                Guarantee(
                    loan=loan, guarantor_id=guarantor_id, amount=amount, uncovered=amount - held, hold=hold,
                    status=GuaranteeStatus.ACCEPTED, requested_at=at, decided_at=at,
                    reason="Came with the society's own books",
                )
            )  # fmt: skip
    place_holds(holds=holds)
    Guarantee.objects.bulk_create([guarantee for guarantee in guarantees if guarantee.amount], batch_size=BATCH)
