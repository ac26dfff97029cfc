"""The cast of a month: an employer, members who save and owe, the schedule that went out, the return that came back."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import ledger.checks
import loans.checks
import members.checks
import reconciliation.checks
from ledger import chart
from ledger.selectors import balance_of
from ledger.services import account
from loans.models import Loan
from loans.services.takeover import RunningLoan, take_over_loans
from loans.standard import have_standard_products
from members.models import Employer, Member
from members.tests import factories as people
from reconciliation.models import DeductionSchedule, Remittance
from reconciliation.services.posting import post_remittance
from reconciliation.services.returns import confirm_charge, import_return
from reconciliation.services.schedules import issue_schedule, prepare_schedule
from reconciliation.tests.payroll_corpus import GIVEN, SURNAMES
from users.models import User
from users.tests.factories import make_user

AT = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)
TODAY = date(2026, 10, 26)
OCTOBER = date(2026, 10, 1)
PAID_ON = date(2026, 10, 28)
TAKEN_OVER_ON = date(2026, 9, 30)

_numbers = itertools.count(1)

Row = tuple[str, str, Decimal | str]  # staff number, name, amount


def make_officer() -> User:
    return make_user(roles=["officer"], full_name="Funke Adebisi")


def make_treasurer() -> User:
    return make_user(roles=["treasurer"], full_name="Ibrahim Yusuf")


def make_employer(code: str = "", **fields) -> Employer:
    code = code or f"R{next(_numbers)}"
    return people.make_employer(code=code, name=f"Employer {code}", **fields)


def make_saver(
    employer: Employer,
    *,
    savings: Decimal | str = "20000",
    christmas: Decimal | str = "0",
    balance: str = "0",
    **fields,
) -> Member:
    """A member who is to save so much a month; named by his place, so that no two names of a test are alike."""
    number = next(_numbers)
    surname, given = SURNAMES[number % len(SURNAMES)], GIVEN[number % len(GIVEN)]
    middle = GIVEN[(number + 1 + number // len(GIVEN)) % len(GIVEN)]
    return people.make_member(
        employer=employer, savings=balance, monthly_savings=Decimal(savings), monthly_christmas=Decimal(christmas),
        **{"surname": surname.upper(), "other_names": f"{given} {middle}", "staff_number": f"{40000 + 7 * number}",
           "with_user": False, **fields},
    )  # fmt: skip


def make_loan(
    member: Member, *, balance: Decimal | str = "60000", instalment: Decimal | str = "10000", months_left: int = 7,
    product: str = "normal", guarantors: Sequence[Member] = (),
) -> Loan:  # fmt: skip
    """A running loan at 12% a year that came with the books, its next instalment due on this month's pay day."""
    have_standard_products(quorum=3, monthly_cap=None)
    number = next(_numbers)
    row = RunningLoan(
        serial=f"LH/2025/{number:04}", member_id=member.pk, product_code=product, granted_on=date(2025, 11, 3),
        principal=Decimal("1000000"), annual_rate_percent=Decimal("12"), term_months=48,
        instalment=Decimal(instalment), months_paid=48 - months_left, balance=Decimal(balance),
        guarantor_ids=tuple(one.pk for one in guarantors),
    )  # fmt: skip
    return take_over_loans(
        rows=[row], against_account_id=account(chart.OPENING_DIFFERENCE).pk, by=None, on=TAKEN_OVER_ON, at=AT,
        batch=f"test/{number}",
    )[0]  # fmt: skip


def make_issued(employer: Employer, *, month: date = OCTOBER, by: User | None = None) -> DeductionSchedule:
    """The month's schedule, prepared by an officer and approved by the treasurer."""
    draft = prepare_schedule(employer=employer, month=month, by=by or make_officer(), at=AT)
    return issue_schedule(schedule=draft, by=make_treasurer(), at=AT)


def row_of(member: Member, amount: Decimal | str) -> Row:
    return (member.staff_number, member.name, amount)


def as_asked(schedule: DeductionSchedule) -> list[Row]:
    """The rows of a return that says just what was asked for."""
    lines = schedule.lines.select_related("member").order_by("member__number")
    return [row_of(line.member, line.total) for line in lines]


def csv_file(rows: Iterable[Row]) -> bytes:
    """A return as a payroll office writes it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["STAFF NO", "NAME", "AMOUNT"])
    writer.writerows(rows)
    return out.getvalue().encode()


def total_of(rows: Iterable[Row]) -> Decimal:
    return sum((Decimal(amount) for _, _, amount in rows), Decimal("0.00"))


def make_return(
    schedule: DeductionSchedule, rows: Sequence[Row] | None = None, *, credit: Decimal | str | None = None,
    charge: Decimal | str = "0", file_name: str = "return.csv", data: bytes | None = None, on: date = PAID_ON,
    by: User | None = None,
) -> Remittance:  # fmt: skip
    """A return, imported; by default the bank credited what the file says, less the charge, which is confirmed."""
    rows = as_asked(schedule) if rows is None else rows
    by = by or make_officer()
    remittance = import_return(
        schedule=schedule, file_name=file_name, data=csv_file(rows) if data is None else data,
        bank_credit=total_of(rows) - Decimal(charge) if credit is None else Decimal(credit), received_on=on,
        bank_reference="TRF-1", by=by, at=AT,
    )  # fmt: skip
    if Decimal(charge):
        remittance = confirm_charge(remittance=remittance, charge=Decimal(charge), by=by, at=AT)
    return remittance


def make_posted(schedule: DeductionSchedule, rows: Sequence[Row] | None = None, **fields) -> Remittance:
    return post(make_return(schedule, rows, **fields))


def post(remittance: Remittance, **fields) -> Remittance:
    return post_remittance(remittance=remittance, **{"by": make_treasurer(), "at": AT, **fields})


def has(member: Member) -> dict[str, Decimal]:
    """What stands on a member's savings."""
    return {
        "savings": balance_of(member.savings_account),
        "christmas": balance_of(member.christmas_account),
        "voluntary": balance_of(member.voluntary_account),
    }


def books_agree() -> None:
    """Recount every invariant of the rooms that a return goes through."""
    for room in (ledger.checks, members.checks, loans.checks, reconciliation.checks):
        for invariant in room.INVARIANTS:
            broken = invariant.run().broken
            assert not broken, f"{invariant.code} {invariant.title}: {broken}"
