"""A society that has no workbook: who it is, who pays its members, its loans, and the money it begins with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from audit.services import record
from core.models import Society
from ledger import chart
from ledger.models import JournalEntry
from ledger.services import accounts_by_code, post_entry
from loans.standard import have_standard_products
from members.models import Employer, Member
from onboarding import postings
from onboarding.errors import BooksAlreadyIn, EmployerTaken, MembersExist, MoneyOpened
from onboarding.models import BookImport
from onboarding.states import ImportStatus
from users.models import User

OPENING_REFERENCE = "first-run/opening"
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class NewEmployer:
    """Who pays members: a short code for schedules, the full name, the day of the month on which salaries are paid."""

    code: str
    name: str
    pay_day: int


@transaction.atomic
def set_up_society(
    *,
    name: str,
    short_name: str,
    office_phone: str,
    email: str,
    member_number_prefix: str,
    loan_serial_prefix: str,
    employers: Sequence[NewEmployer],
    by: User,
    at: datetime,
) -> Society:
    """Say who the society is and who pays its members, and open the standard loans; again, until members come.

    Raises MembersExist, EmployerTaken.
    """
    refuse_unless_empty()
    society, _ = Society.objects.update_or_create(
        pk=Society.ONLY,
        defaults={
            "name": name,
            "short_name": short_name,
            "office_phone": office_phone,
            "email": email,
            "member_number_prefix": member_number_prefix,
            "loan_serial_prefix": loan_serial_prefix,
        },
    )
    for place, employer in enumerate(employers, start=1):
        _open_employer(employer, place)
    have_standard_products()
    record(
        "onboarding.society.set_up", by=by, subject=society, at=at, employers=[employer.code for employer in employers]
    )
    return society


def refuse_unless_empty() -> None:
    """Raise MembersExist when anybody is in the register."""
    if Member.objects.exists():
        raise MembersExist()


def _open_employer(employer: NewEmployer, place: int) -> None:
    """The employer; one of the same code and name is kept, with the pay day that is said now."""
    same = Employer.objects.filter(code__iexact=employer.code).first()
    if same is None and Employer.objects.filter(name__iexact=employer.name).exists():
        raise EmployerTaken(f"{employer.name} is there already, under another code.", field=f"name_{place}")
    if same is None:
        Employer.objects.create(code=employer.code, name=employer.name, pay_day=employer.pay_day)
        return
    if same.name.casefold() != employer.name.casefold():
        raise EmployerTaken(f"The code {same.code} belongs to {same.name}. Choose another.", field=f"code_{place}")
    same.pay_day = employer.pay_day
    same.save(update_fields=["pay_day"])


@transaction.atomic
def open_money(
    *, bank: Decimal, cash: Decimal, is_surplus: bool, reason: str, by: User, on: date, at: datetime
) -> JournalEntry:
    """Open the bank and the cash box with what is in them on the day `on`, by one entry.

    It stands against the undistributed surplus where the money is the society's own, else against the opening
    differences until somebody knows whose it is. Raises MembersExist, MoneyOpened, BooksAlreadyIn.
    """
    refuse_unless_empty()
    if BookImport.objects.filter(status=ImportStatus.POSTED).exists():
        raise BooksAlreadyIn()
    accounts = accounts_by_code(chart.BANK, chart.CASH, chart.UNDISTRIBUTED_SURPLUS, chart.OPENING_DIFFERENCE)
    if JournalEntry.objects.filter(reference=OPENING_REFERENCE).exists():
        raise MoneyOpened()
    entry = post_entry(
        reference=OPENING_REFERENCE,
        kind=postings.FIRST_MONEY,
        narration=f"Bank and cash as the society begins: {reason}"[:200],
        on=on,
        lines=postings.first_money(
            bank_id=accounts[chart.BANK],
            cash_id=accounts[chart.CASH],
            against_id=accounts[chart.UNDISTRIBUTED_SURPLUS if is_surplus else chart.OPENING_DIFFERENCE],
            bank=bank,
            cash=cash,
        ),
        by=by,
    )
    record("onboarding.money.opened", by=by, subject=entry, at=at, bank=str(bank), cash=str(cash))
    return entry
