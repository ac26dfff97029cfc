"""Paying a loan out, once, by somebody who had no part in deciding on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, connection, transaction

from audit.transitions import transition
from core.display import dmy, naira
from core.sql import load_sql
from engine.schedules import ScheduleTerms, earned_each_period, upfront_interest
from ledger import chart
from ledger.errors import BelowFloor, NotEnoughFree
from ledger.models import JournalEntry
from ledger.services import accounts_by_code, lock_accounts, post_entry
from loans import postings
from loans.eligibility.cost import at_rate, quote, terms_of
from loans.errors import (
    AlreadyPaidOut,
    ApproverMayNotPay,
    BankReferenceUsed,
    BorrowerNotActive,
    FeesNotPaid,
    FirstPaymentPassed,
    GoodsNotReceived,
    NotReadyToPay,
    NotYourOwnLoan,
    PaidBeforeRegistered,
    SavingsTooLowForFees,
)
from loans.models import (
    DayCount,
    DeferredIncome,
    Disbursement,
    FeeCollected,
    GoodsPurchase,
    InterestMethod,
    Loan,
    LoanFee,
    LoanParty,
)
from loans.selectors.facts import rules_of
from loans.selectors.register import guarantors_of
from loans.services.accounts import payout_accounts
from loans.services.books import lock_loans
from loans.services.closures import accounts_of_guarantors
from loans.services.fees import mark_taken
from loans.services.registration import how_paid_back, loan_page
from loans.services.top_ups import Cleared, clear, clearing_on, commission_fee, old_loan_of, refuse_too_small, to_clear
from loans.states import LoanStatus
from members.models import Member
from members.states import MemberStatus
from notifications.services import Notice, notify_many
from users.models import User

NOTHING = Decimal("0.00")
KEPT_BACK = (FeeCollected.AT_SOURCE, FeeCollected.ADDED)
RECKON_INSTALLMENTS = load_sql("loans", "reckon_installments")


@transaction.atomic
def disburse_loan(
    *, loan: Loan, bank_name: str, bank_account: str, bank_reference: str, by: User, on: date, at: datetime
) -> Disbursement:  # fmt: skip
    """Record that a registered loan was paid into the borrower's bank account, and set it running.

    `bank_reference` is the number of the transfer on the bank's slip. The same request again, as by a double click,
    returns the payout that is there. Fees at source and interest at the start are kept back from what is paid, and fees
    from savings taken from there. Where days are counted, the instalments are worked out anew from this day.
    For goods that are sold nothing is paid: the bank's three fields are the vendor, his invoice and the delivery note.
    Where the request says so, the loan first clears an old one of the member: that is paid off from it, with the
    commission, and only the rest is paid out.
    Raises NotReadyToPay, AlreadyPaidOut, ApproverMayNotPay for who approved it or voted on it, NotYourOwnLoan for the
    borrower and who stands for him, BorrowerNotActive, PaidBeforeRegistered, FirstPaymentPassed when the first
    instalment would not come after the payout, FeesNotPaid, SavingsTooLowForFees, GoodsNotReceived, BankReferenceUsed,
    TopUpTooSmall, TopUpDay, TopUpWrittenOff.
    """
    # What hangs on the loan is read after its lock: rows joined to a locked row are as old as the wait for it.
    locked = lock_loans([loan.pk, old_loan_of(loan)])
    loan = locked.pop(loan.pk)
    old = next(iter(locked.values()), None)
    bank_reference = " ".join(bank_reference.split())
    paid = Disbursement.objects.filter(loan=loan).first()
    if paid is not None:
        if paid.bank_reference == bank_reference and paid.disbursed_by_id == by.pk:
            return paid
        raise AlreadyPaidOut(f"Loan {loan.serial} was paid out on {dmy(paid.disbursed_on)}.")
    if loan.status != LoanStatus.REGISTERED:
        raise NotReadyToPay(f"Loan {loan.serial} is not ready to be paid out: {loan.get_status_display().lower()}.")
    loan.member = Member.objects.select_for_update(of=("self",)).select_related("user").get(pk=loan.member_id)
    _refuse_its_own_parties(loan, by)
    if loan.member.status != MemberStatus.ACTIVE:
        raise BorrowerNotActive()
    _refuse_wrong_day(loan, on)
    if Disbursement.objects.filter(bank_reference=bank_reference).exists():
        raise BankReferenceUsed()
    fees = list(loan.fees.order_by("pk"))
    _refuse_unpaid(loan, fees, on)
    if loan.version.day_count != DayCount.EQUAL_PERIODS:
        _count_days_from(loan, on)
    cleared = to_clear(loan, old, on=on) if old else None
    accounts = [loan.account_id, loan.member.savings_account_id]
    if cleared:
        accounts += [old.account_id, old.member.voluntary_account_id, *accounts_of_guarantors([old])]
        fees += commission_fee(loan, cleared)
    lock_accounts(ids=accounts)
    kept = [fee for fee in fees if fee.collected in KEPT_BACK]
    from_savings = [fee for fee in fees if fee.collected == FeeCollected.FROM_SAVINGS]
    upfront = _upfront_interest(loan)
    paid = loan.principal - upfront - sum(fee.amount for fee in kept)
    kept_back = loan.principal - upfront - paid
    if cleared:
        refuse_too_small(cleared, paid + cleared.commission)
        paid -= cleared.amount
    entry = _post(loan, paid, kept, from_savings, upfront, by, on)
    mark_taken([*kept, *from_savings], entry)
    if cleared:
        clear(loan, cleared, by=by, on=on, at=at)
    disbursement = _store(
        loan, entry, by, on, amount=paid, kept_back=kept_back, upfront_interest=upfront,
        cleared=cleared.amount if cleared else NOTHING,
        bank_name=bank_name, bank_account=bank_account, bank_reference=bank_reference,
    )  # fmt: skip
    _plan_earnings(loan, upfront)
    transition(loan, LoanStatus.ACTIVE, by=by, at=at)
    _tell(loan, disbursement, on)
    return disbursement


@dataclass(frozen=True, slots=True)
class PayoutFigures:
    """What a payout of a day would be, naira: the fees kept back, interest at the start, an old loan, and the rest."""

    kept: list[LoanFee]
    upfront: Decimal
    clears: Cleared | None
    receives: Decimal


def payout_figures(*, loan: Loan, on: date) -> PayoutFigures:
    """Tell what the member would receive of a registered loan, before it is paid out; nothing is written.

    Raises TopUpDay, TopUpWrittenOff.
    """
    kept = [fee for fee in loan.fees.order_by("pk") if fee.collected in KEPT_BACK]
    upfront, clears = _upfront_interest(loan), clearing_on(loan, on=on)
    receives = loan.principal - upfront - sum((fee.amount for fee in kept), NOTHING)
    if clears:
        receives -= clears.amount + clears.commission
    return PayoutFigures(kept, upfront, clears, receives)


def _refuse_unpaid(loan: Loan, fees: list[LoanFee], on: date) -> None:
    unpaid = [fee for fee in fees if fee.is_unpaid]
    if unpaid:
        names = " and ".join(f"{fee.name} ({naira(fee.amount)})" for fee in unpaid)
        raise FeesNotPaid(f"The member has not paid {names}. Record the payment first, then pay the loan out.")
    if loan.method == InterestMethod.MURABAHA:
        goods = GoodsPurchase.objects.filter(loan=loan).first()
        if goods is None or goods.possessed_on is None or goods.possessed_on > on:
            raise GoodsNotReceived()


def _count_days_from(loan: Loan, on: date) -> None:
    """Work the instalments out anew from the day of the payout, their due days as they stand."""
    due_dates = list(loan.installments.live().order_by("number").values_list("due_on", flat=True))
    rules = at_rate(rules_of(loan.version), loan.annual_rate_percent)
    told = quote(rules, loan.application.approval.amount, loan.term_months, starts_on=on, due_dates=due_dates)
    loan.instalment = told.instalment
    loan.save(update_fields=["instalment"])
    columns = [[getattr(line, name) for line in told.lines] for name in ("number", "principal", "interest", "fee")]
    with connection.cursor() as cursor:
        cursor.execute(RECKON_INSTALLMENTS, [*columns, loan.pk])


def _upfront_interest(loan: Loan) -> Decimal:
    if loan.method != InterestMethod.FLAT_UPFRONT:
        return NOTHING
    return upfront_interest(_terms(loan))


def _terms(loan: Loan) -> ScheduleTerms:
    return terms_of(at_rate(rules_of(loan.version), loan.annual_rate_percent), loan.principal, loan.term_months)


def _post(
    loan: Loan, paid: Decimal, kept: list[LoanFee], from_savings: list[LoanFee], upfront: Decimal, by: User, on: date
) -> JournalEntry:  # fmt: skip
    accounts, is_sale = payout_accounts(), loan.method == InterestMethod.MURABAHA
    if is_sale:
        profit = sum(loan.installments.live().values_list("interest", flat=True), NOTHING)
        lines = postings.goods_sold(loan=loan, accounts=accounts, profit=profit, savings_fees=from_savings)
    else:
        lines = postings.payout(
            loan=loan, bank_id=accounts_by_code(chart.BANK)[chart.BANK], paid=paid, accounts=accounts, fees=kept,
            savings_fees=from_savings, upfront=upfront,
        )  # fmt: skip
    try:
        return post_entry(
            reference=f"loan/{loan.serial}/payout",
            kind=postings.GOODS_SOLD if is_sale else postings.PAID_OUT,
            narration=f"{loan.serial} {'sold' if is_sale else 'paid out'} to {loan.member.name}"[:200],
            on=on,
            lines=lines,
            by=by,
        )
    except (BelowFloor, NotEnoughFree) as refused:
        total = sum(fee.amount for fee in from_savings)
        raise SavingsTooLowForFees(
            f"{naira(total)} of fees come out of the member's savings, and so much is not free of them."
        ) from refused


def _plan_earnings(loan: Loan, upfront: Decimal) -> None:
    """What of the unearned income is earned on which due day: the whole of it by the last, nothing after."""
    if loan.method not in (InterestMethod.FLAT_UPFRONT, InterestMethod.MURABAHA):
        return
    lines = loan.installments.live().order_by("number").values_list("due_on", "interest")
    parts = earned_each_period(_terms(loan)) if upfront else [interest for _, interest in lines]
    DeferredIncome.objects.bulk_create(
        DeferredIncome(loan=loan, earned_on=due_on, amount=part)
        for (due_on, _), part in zip(lines, parts, strict=True)
        if part
    )


def _store(loan: Loan, entry: JournalEntry, by: User, on: date, **terms) -> Disbursement:
    try:
        with transaction.atomic():
            return Disbursement.objects.create(
                approval=loan.application.approval, loan=loan, disbursed_on=on, disbursed_by=by, entry=entry, **terms
            )
    except IntegrityError as refused:
        # Another payout took the reference in this very moment.
        if refused.__cause__.diag.constraint_name == "loans_disbursement_bank_reference_key":
            raise BankReferenceUsed() from refused
        raise


def _refuse_its_own_parties(loan: Loan, by: User) -> None:
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()
    stands = set(
        LoanParty.objects.filter(application_id=loan.application_id, member__user=by).values_list("stand", flat=True)
    )
    if LoanParty.Stand.INTERESTED in stands:
        raise NotYourOwnLoan()
    if loan.application.approval.approved_by_id == by.pk or LoanParty.Stand.JUDGE in stands:
        raise ApproverMayNotPay()


def _refuse_wrong_day(loan: Loan, on: date) -> None:
    if on < loan.released_on:
        raise PaidBeforeRegistered(
            f"The loan could be paid from {dmy(loan.released_on)}. Enter that day or a later one."
        )
    first_due_on = loan.installments.live().order_by("number").values_list("due_on", flat=True)[0]
    if on >= first_due_on:
        raise FirstPaymentPassed(
            f"The first payment would fall due on {dmy(first_due_on)}, before the member has the money. Ask the loan "
            "officer to move the payment days of this loan, then pay it out."
        )


def _tell(loan: Loan, paid: Disbursement, on: date) -> None:
    first_due_on = loan.installments.live().order_by("number").values_list("due_on", flat=True)[0]
    event = f"loans.loan.paid_out:{loan.pk}"
    notices = []
    if loan.member.user_id:
        notices.append(Notice(
            loan.member.user, event, f"Your loan of {naira(loan.principal)} was paid out",
            f"{_what_came(loan, paid)} on {dmy(on)}. You pay back {how_paid_back(loan)}, first on "
            f"{dmy(first_due_on)}.", loan_page(loan),
        ))  # fmt: skip
    notices += [
        Notice(
            guarantee.guarantor.user, event, f"The loan that you stand for was paid out: {loan.serial}",
            f"{loan.member.name} received {naira(paid.amount)} on {dmy(on)}. You stand for "
            f"{naira(guarantee.amount)} of it until the loan is paid back.",
        )
        for guarantee in guarantors_of(loan)
        if guarantee.guarantor.user_id
    ]  # fmt: skip
    notify_many(notices=notices)


def _what_came(loan: Loan, paid: Disbursement) -> str:
    if loan.method == InterestMethod.MURABAHA:
        return f"The goods of {loan.serial} became yours"
    if paid.amount == loan.principal:
        return f"Loan {loan.serial} was paid into your bank account"
    if paid.cleared:
        old = loan.application.tops_up.serial
        words = f"{naira(paid.amount)} of loan {loan.serial} was paid into your bank account"
        return f"{words}, after {naira(paid.cleared)} cleared loan {old}"
    kept = naira(loan.principal - paid.amount)
    return f"{naira(paid.amount)} of loan {loan.serial} was paid into your bank account: {kept} was kept back"
