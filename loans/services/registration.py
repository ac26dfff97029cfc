"""Into the register: the serial, the frozen terms, the instalments, and the queue when the month's money is used up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.urls import reverse

from audit.services import record
from audit.transitions import transition, transition_many
from core.display import dmy, naira, plural
from core.selectors import society
from core.serials import next_serial
from core.sql import load_sql
from engine.money import ZERO
from engine.schedules import Line
from ledger.services import account, open_sub_accounts
from loans.eligibility.cost import UNIT_WORDS, periods
from loans.errors import AlreadyRegistered, BorrowerNotActive, NotApproved, NotReadyToPay, NotYourOwnLoan
from loans.models import Guarantee, InstallmentKind, InterestMethod, Loan, LoanApplication, LoanFee, LoanOrigin
from loans.selectors.facts import with_rules
from loans.selectors.pay_days import pay_days_of
from loans.selectors.register import MonthCap, month_cap, queue, registration_terms
from loans.states import ApplicationStatus, LoanStatus
from members.models import Member
from members.states import MemberStatus
from notifications.services import Notice, notify_many
from users.models import User

STORE_INSTALLMENTS = load_sql("loans", "store_installments")
MOVE_DUE_DATES = load_sql("loans", "move_due_dates")


@transaction.atomic
def register_loan(*, application: LoanApplication, by: User, on: date, at: datetime) -> Loan:
    """Enter an approved application in the loan register and return its loan.

    The terms are those approved and the product rules of the day when it was sent in; they never change again. The
    loan gets the year's next serial and its instalments, the first on the first pay day that the employer can still
    deduct for. When the month's cap has no room for it, it is registered all the same and waits in the queue.
    Raises NotApproved, AlreadyRegistered, BorrowerNotActive, NotYourOwnLoan, NoLendingPolicy.
    """
    application = with_rules(LoanApplication.objects.select_for_update(of=("self",))).get(pk=application.pk)
    _refuse_unless_approved(application)
    approval = application.approval
    borrower = (
        Member.objects.select_for_update(of=("self",)).select_related("employer", "user").get(pk=application.member_id)
    )
    if borrower.user_id == by.pk:
        raise NotYourOwnLoan()
    if borrower.status != MemberStatus.ACTIVE:
        raise BorrowerNotActive()
    _wait_for_ones_turn()
    application.member = borrower
    terms = registration_terms(application, on=on)
    quote, lines, version = terms.quote, terms.lines, application.version
    # From here on the counter is locked: whoever registers next waits for the few statements that follow.
    number = next_serial("loan", on.year)
    serial = f"{society().loan_serial_prefix}/{on.year}/{number:03d}"
    loan = Loan.objects.create(
        serial=serial, serial_year=on.year, serial_number=number, origin=LoanOrigin.APPLICATION,
        application=application, member=borrower, product=application.product, version=version,
        principal=quote.principal, added_fees=quote.principal - approval.amount,
        annual_rate_percent=quote.rules.annual_rate_percent, method=version.method,
        term_months=approval.term_months, instalment=quote.instalment, granted_on=on, registered_on=on,
        registered_by=by, scheduled_principal=quote.principal,
        status=LoanStatus.REGISTERED if terms.is_payable else LoanStatus.QUEUED,
        released_on=on if terms.is_payable else None, account=_open_account(application, serial, borrower),
    )  # fmt: skip
    store_installments({loan.pk: lines})
    LoanFee.objects.bulk_create(
        LoanFee(
            loan=loan, name=fee.name, amount=fee.amount, collected=fee.collected, goes_to=fee.rule.goes_to,
            refundable=fee.rule.refundable,
        )
        for fee in quote.fees if fee.amount
    )  # fmt: skip
    Guarantee.objects.live().filter(application=application).update(loan=loan)
    transition(application, ApplicationStatus.REGISTERED, by=by, at=at)
    record(
        "loans.loan.registered", by=by, subject=loan, at=at, status=str(loan.status), principal=loan.principal,
        instalment=loan.instalment, first_due_on=lines[0].due_on,
    )  # fmt: skip
    _tell_the_borrower(loan, lines[0].due_on)
    return loan


@transaction.atomic
def release_queued(*, on: date, by: User | None, at: datetime) -> list[Loan]:
    """Let queued loans out for payment in the order of their approval, as far as the month's cap reaches.

    The cap is asked again for each loan with those before it counted. The first that does not fit ends the round, so
    that small loans never overtake it; one that is above the whole cap can never fit and is passed by. Safe to run
    again, and by many at once. Raises NoLendingPolicy where a loan waits and no policy is in force.
    """
    _wait_for_ones_turn()
    waiting = list(
        queue().select_for_update(of=("self",)).select_related("member__employer", "member__user", "version")
    )
    if not waiting:
        return []
    cap = month_cap(on)
    released: list[Loan] = []
    for loan in waiting:
        if cap.cap is not None and loan.principal > cap.cap:
            continue
        if not cap.has_room_for(loan.principal):
            break
        cap = MonthCap(cap.month, cap.cap, cap.used + loan.principal)
        released.append(loan)
    if not released:
        return []
    moved = transition_many(
        Loan.objects.filter(pk__in=[loan.pk for loan in released]), LoanStatus.REGISTERED, by=by, at=at, released_on=on
    )
    moved_days = _move_due_dates(released, on)
    first_due = {loan.pk: days[0] for loan, days in moved_days.items()}
    notify_many(
        notices=[
            Notice(
                loan.member.user,
                f"loans.loan.released:{loan.pk}",
                f"Your loan {loan.serial} can be paid out now",
                f"Your loan of {naira(loan.principal)} is out of the queue. The treasurer will pay it into your bank "
                f"account. Your first payment is now due on {dmy(first_due[loan.pk])}.",
                loan_page(loan),
            )
            for loan in released
            if loan.member.user_id
        ]
    )
    return moved


@transaction.atomic
def move_first_payment(*, loan: Loan, by: User, on: date, at: datetime) -> Loan:
    """Move the payment days of a loan that has not been paid out, so that the first comes after it will be.

    The amounts stay as they are. Raises NotReadyToPay when the loan was paid out or cancelled, NotYourOwnLoan.
    """
    loan = (
        Loan.objects.select_for_update(of=("self",))
        .select_related("member__employer", "member__user", "version")
        .get(pk=loan.pk)
    )
    if loan.status not in (LoanStatus.QUEUED, LoanStatus.REGISTERED):
        raise NotReadyToPay(f"Loan {loan.serial} was paid out or cancelled, so its payment days are fixed.")
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()
    before = loan.installments.live().order_by("number").values_list("due_on", flat=True)[0]
    after = _move_due_dates([loan], on)[loan][0]
    record("loans.loan.payment_days_moved", by=by, subject=loan, at=at, first_due_on=after, before=before)
    return loan


def how_paid_back(loan: Loan) -> str:
    """`₦17,769.76 a month for 12 months`, as a message to the borrower says it."""
    if loan.method == InterestMethod.BULLET:
        return f"{naira(loan.instalment)} in one payment"
    frequency = loan.version.frequency
    count = plural(periods(frequency, loan.term_months), UNIT_WORDS[frequency][1])
    return f"{naira(loan.instalment)} {UNIT_WORDS[frequency][0]} for {count}"


def loan_page(loan: Loan) -> str:
    """The address of a loan's own page, as messages give it."""
    return reverse("loans:loan", args=[loan.serial])


def store_installments(schedules: Mapping[int, Sequence[Line]]) -> None:
    """Store the engine's lines as the instalments of loans, by the loan's id, in one statement."""
    rows = [(loan_id, line) for loan_id, lines in schedules.items() for line in lines]
    nothing_paid = [ZERO] * len(rows)
    columns = [
        [loan_id for loan_id, _ in rows],
        [line.number for _, line in rows],
        [line.due_on for _, line in rows],
        [line.principal for _, line in rows],
        [line.interest for _, line in rows],
        [line.fee for _, line in rows],
        *[nothing_paid] * 4,
        [str(InstallmentKind.SCHEDULED)] * len(rows),
    ]
    with connection.cursor() as cursor:
        cursor.execute(STORE_INSTALLMENTS, columns)


def _refuse_unless_approved(application: LoanApplication) -> None:
    if application.status == ApplicationStatus.REGISTERED:
        raise AlreadyRegistered(f"{application.number} is in the register already, as loan {application.loan.serial}.")
    if application.status != ApplicationStatus.APPROVED:
        raise NotApproved()


def _wait_for_ones_turn() -> None:
    """Judge the month's cap one after the other: what was let out before is committed when the next one looks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('loans.monthly_cap', 0))")


def _open_account(application: LoanApplication, serial: str, borrower: Member):
    control = account(application.product.control_code)
    return open_sub_accounts(under=control, owners=[(serial, borrower.name)])[0]


def _move_due_dates(loans: Sequence[Loan], payable_on: date) -> dict[Loan, Sequence[date]]:
    """Put the instalments of loans that were not paid out on the days of a payout from then on, in one statement.

    Returns the days. A loan that is paid back at once has the last of its days alone.
    """
    ids, numbers, days, moved = [], [], [], {}
    employers = {loan.member.employer_id: pay_days_of(loan.member.employer) for loan in loans}
    for loan in loans:
        frequency = loan.version.frequency
        count = periods(frequency, loan.term_months)
        moved[loan] = employers[loan.member.employer_id].due_dates(payable_on, count, frequency)
        if loan.method == InterestMethod.BULLET:
            moved[loan] = moved[loan][-1:]
        for number, due_on in enumerate(moved[loan], 1):
            ids.append(loan.pk)
            numbers.append(number)
            days.append(due_on)
    with connection.cursor() as cursor:
        cursor.execute(MOVE_DUE_DATES, [ids, numbers, days])
    return moved


def _tell_the_borrower(loan: Loan, first: date) -> None:
    if loan.member.user_id is None:
        return
    if loan.status == LoanStatus.QUEUED:
        subject = f"Your loan {loan.serial} waits for next month's money"
        body = (
            f"Your loan of {naira(loan.principal)} is in the register. This month's money for loans is used up, so "
            "it waits in the queue, in the order of approval. We will tell you when it can be paid out."
        )
    else:
        subject = f"Your loan {loan.serial} is in the register"
        body = (
            f"Your loan of {naira(loan.principal)} is ready to be paid out. You pay back {how_paid_back(loan)}, "
            f"first on {dmy(first)}."
        )
    notify_many(notices=[Notice(loan.member.user, f"loans.loan.registered:{loan.pk}", subject, body, loan_page(loan))])
