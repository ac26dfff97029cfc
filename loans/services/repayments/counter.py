"""Money that a member pays at the office."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from core.display import dmy, naira
from ledger.errors import ReferenceReused
from ledger.services import accounts_by_code
from loans.errors import CashAlone, MoreThanOwed, NothingDue, NotRunning, NotYourOwnLoan, ReceiptUsed
from loans.models import Loan, Repayment, RepaymentChannel, RepaymentUse
from loans.services.accounts import INTO
from loans.services.books import lock_loans
from loans.services.registration import loan_page
from loans.services.repayments.payments import NOTHING, Payment, Receipt, RepaymentResult
from loans.services.repayments.posting import is_owed_on, post_receipts
from notifications.services import Notice, notify_many
from users.models import User


@transaction.atomic
def record_receipt(
    *, loan: Loan, amount: Decimal, into: str, reference: str, by: User, on: date, at: datetime,
    use: str = RepaymentUse.AHEAD,
) -> RepaymentResult:  # fmt: skip
    """Record money that a member paid at the office, `into` the `bank` or `cash`, by the number on its slip.

    `use` says what becomes of money above what is due: it pays ahead, or the loan is shorter or its instalment smaller;
    or the loan takes what is due alone, and the rest goes to the voluntary savings in the same entry, or is given back
    as cash and never recorded. Money that pays the loan off does so, and then the rest alone is saved or given back.
    Raises NotRunning, NotYourOwnLoan, PaidTooEarly, ReceiptUsed, NothingDue where all of it would be saved or given
    back, CashAlone where money from the bank would be, and MoreThanOwed when it is above what pays the loan off on
    that day and nothing was chosen for the rest: the society does not keep what nobody owes it.
    """
    if use == RepaymentUse.REFUND and into != "cash":
        raise CashAlone()
    locked = lock_loans([loan.pk])
    loan = locked[loan.pk]
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()
    standing, unused = _slip(reference)
    if standing is not None:
        if (standing.loan_id, standing.received_on) != (loan.pk, on) or not _is_amount_of(standing, amount):
            raise ReceiptUsed()
        taken = standing.amount - standing.surplus
        return RepaymentResult(standing.pk, taken, NOTHING, posted_before=True, saved=standing.surplus)
    if not is_owed_on(loan, on):
        raise NotRunning(f"Loan {loan.serial} is not running, so nothing is owed on it.")
    payment = Payment(loan.pk, amount, unused, f"Receipt {reference.strip()}")
    receipt = Receipt(payment, on, RepaymentChannel.COUNTER, accounts_by_code(INTO[into])[INTO[into]], "", at, use)
    try:
        result = post_receipts([receipt], locked, by=by, at=at)[unused]
    except ReferenceReused as refused:
        # Another officer recorded the same slip on another loan in this very moment.
        raise ReceiptUsed() from refused
    if use in (RepaymentUse.SAVINGS, RepaymentUse.REFUND):
        if not result.applied:
            raise NothingDue()
    elif result.surplus:
        # Raised inside the transaction: what was posted of it is rolled back.
        raise MoreThanOwed(
            f"{naira(result.applied)} pays this loan off on that day. Enter that or less."
            if result.applied
            else f"Loan {loan.serial} takes nothing more of that day: what came later has paid it back."
        )
    if loan.member.user_id:
        notify_many(notices=[Notice(
            loan.member.user, f"loans.repayment.received:{result.repayment_id}",
            f"We received {naira(amount)} for loan {loan.serial}",
            f"Paid on {dmy(on)}, receipt {reference.strip()}.{_of_the_rest(result, use)} Thank you.", loan_page(loan),
        )])  # fmt: skip
    return result


def _is_amount_of(standing: Repayment, amount: Decimal) -> bool:
    """Whether a slip over this amount is the one that stands; what was given back of it stands nowhere."""
    return standing.amount <= amount if standing.use == RepaymentUse.REFUND else standing.amount == amount


def _of_the_rest(result: RepaymentResult, use: str) -> str:
    if result.saved:
        return f" {naira(result.saved)} of it went to your voluntary savings, as you chose."
    if use == RepaymentUse.REFUND and result.surplus:
        return f" {naira(result.surplus)} was given back to you, as you chose."
    return ""


def _slip(number: str) -> tuple[Repayment | None, str]:
    """The repayment that stands for a slip's number, however it was typed, and the reference for a new one.

    A number that was entered on the wrong loan and taken back is free to be entered again.
    """
    base = f"receipt/{''.join(number.split()).upper()}"
    found = list(Repayment.objects.filter(Q(reference=base) | Q(reference__startswith=f"{base}#")).order_by("pk"))
    standing = next((one for one in found if one.reversed_by_entry_id is None), None)
    return standing, f"{base}#{len(found) + 1}" if found else base
