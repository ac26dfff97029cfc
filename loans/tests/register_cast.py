"""The register's cast: an officer, a treasurer, loans that were registered, paid out and partly paid back."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal

from loans.models import Loan, LoanApplication
from loans.services.disbursements import disburse_loan
from loans.services.registration import register_loan
from loans.services.repayments import RepaymentResult, record_receipt
from loans.states import ApplicationStatus
from loans.tests.factories import AT, TODAY, make_application, make_member
from members.models import Member
from users.models import User
from users.tests.factories import make_user

_slips = itertools.count(1)


def make_officer() -> User:
    return make_user(roles=["officer"], full_name="Funke Adebisi")


def make_treasurer() -> User:
    return make_user(roles=["treasurer"], full_name="Ibrahim Yusuf")


def make_approved(
    *, amount: Decimal | str = "200000", term_months: int = 12, guarantors: int = 0, **fields
) -> LoanApplication:
    """An approved application; each guarantor stands for an equal part and has twice that in savings."""
    share = Decimal(amount) / max(guarantors, 1)
    people = [make_member(savings=share * 2) for _ in range(guarantors)]
    return make_application(
        status=ApplicationStatus.APPROVED, amount=amount, term_months=term_months, guarantors=people, **fields
    )


def make_registered(*, by: User | None = None, on: date = TODAY, **fields) -> Loan:
    """A loan in the register, ready to be paid out or queued as the month's cap says."""
    return register_loan(application=make_approved(**fields), by=by or make_officer(), on=on, at=AT)


def make_active(*, on: date = TODAY, paid_on: date | None = None, by: User | None = None, **fields) -> Loan:
    """A loan that was paid out: with pay day 28 and paid on 26 October, its first instalment is due on 28 November."""
    loan = make_registered(on=on, **fields)
    pay_out(loan, on=paid_on or on, by=by)
    loan.refresh_from_db()
    return loan


def pay_out(loan: Loan, *, on: date = TODAY, by: User | None = None, reference: str = ""):
    return disburse_loan(
        loan=loan, bank_name="Unity Bank", bank_account="0123456789", by=by or make_treasurer(), on=on, at=AT,
        bank_reference=reference or f"TRF-{next(_slips)}",
    )  # fmt: skip


def receive(
    loan: Loan, amount: Decimal | str, *, on: date, by: User | None = None, reference: str = "", into: str = "bank"
) -> RepaymentResult:
    return record_receipt(
        loan=loan, amount=Decimal(amount), into=into, reference=reference or f"SLIP-{next(_slips)}",
        by=by or make_officer(), on=on, at=AT,
    )  # fmt: skip


def guarantors(loan: Loan) -> list[Member]:
    return [guarantee.guarantor for guarantee in loan.guarantees.order_by("pk")]
