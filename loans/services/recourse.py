"""Recourse: when a loan is not paid, notice to all, their answers, then own savings and the guarantors, by two people.

Nothing is taken before the notice days are over. That is not this code's to decide: the database refuses a charge
whose notice it did not itself record so many days ago.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum

from audit.services import record
from audit.transitions import transition
from core.display import dmy, naira
from engine.recourse import plan
from ledger.models import AccountBalance, Hold, HoldPurpose
from ledger.selectors import stored_balances
from ledger.services import lock_accounts, place_holds, release_holds
from loans import recourse_messages as messages
from loans import story
from loans.errors import (
    FiguresMoved,
    NobodyStands,
    NotAParty,
    NoticeMissing,
    NoticeRunning,
    NotLate,
    NotRunning,
    NotYourOwnLoan,
    ReasonNeeded,
    RecourseOpen,
    RecourseOver,
    SecondPersonNeeded,
)
from loans.models import (
    Guarantee,
    GuarantorClaim,
    Installment,
    Loan,
    Offset,
    OwnCover,
    Recourse,
    RecourseAnswer,
    RecourseCharge,
    RecourseNotice,
    RepaymentChannel,
)
from loans.selectors.promise_limits import limits_on
from loans.services.books import books_of, lock_loans
from loans.services.closures import accounts_of_guarantors
from loans.services.holds import settle_holds
from loans.services.repayments import Payment, post_repayments
from loans.states import GuaranteeStatus, LoanStatus, RecourseStatus
from members.models import Member
from users.models import User

NOTHING = Decimal("0.00")
BY_MESSAGE, BY_LETTER = "message", "letter of the office"


@dataclass(frozen=True, slots=True)
class Taking:
    """What the next step of a recourse takes for a loan, naira: `owed = taken + left`.

    `parts` are the member, his promise where he is a guarantor, and what is taken of his savings.
    """

    owed: Decimal
    parts: list[tuple[Member, Guarantee | None, Decimal]]

    @property
    def taken(self) -> Decimal:
        return sum((amount for _, _, amount in self.parts), NOTHING)

    @property
    def left(self) -> Decimal:
        return self.owed - self.taken


def next_taking(*, recourse: Recourse, on: date) -> Taking:
    """What would be taken on a day, as the step itself works it out; read without locks, nothing written."""
    loan = recourse.loan
    owed = _pay_off(loan, on)
    if recourse.status == RecourseStatus.NOTICE_GIVEN:
        own = min(_own_reach(loan, stored_balances([loan.member.savings_account_id])), owed)
        return Taking(owed, [(loan.member, None, own)] if own else [])
    standing = _guarantees(loan)
    reached = _within_reach(standing, owed, stored_balances(one.guarantor.savings_account_id for one in standing))
    return Taking(owed, [(one.guarantor, one, amount) for one, amount in reached.items()])


@transaction.atomic
def give_notice(*, loan: Loan, reason: str, by: User, on: date, at: datetime) -> Recourse:
    """Tell the borrower and all who stand for him what may be taken from each, and from which day.

    The notice runs for as many days as the lending policy of `on` says. Who has no sign-in needs a letter, and the
    office is told so by the page. Raises NotRunning, NotLate, NotYourOwnLoan, ReasonNeeded, RecourseOpen, and
    NobodyStands where there is neither a guarantor nor a naira of the borrower's own.
    """
    loan = lock_loans([loan.pk])[loan.pk]
    standing = _guarantees(loan)
    _refuse_parties(loan, standing, by)
    if not reason.strip():
        raise ReasonNeeded()
    _refuse_unless_late(loan, on)
    if Recourse.objects.filter(loan=loan, status__in=BEFORE_ITS_END).exists():
        raise RecourseOpen()
    owed = _pay_off(loan, on)
    own = _own_reach(loan, lock_accounts(ids=[loan.member.savings_account_id]))
    if not standing and not own:
        raise NobodyStands()
    recourse = Recourse.objects.create(
        loan=loan, given_on=on, notice_days=limits_on(on).notice_days, owed=owed, reason=reason.strip()[:300],
        proposed_by=by, proposed_at=at,
    )  # fmt: skip
    told = [(loan.member, None, owed), *((one.guarantor, one, one.needed) for one in standing)]
    RecourseNotice.objects.bulk_create(
        RecourseNotice(
            recourse=recourse, member=member, guarantee=guarantee, most=most,
            told_by=BY_MESSAGE if member.user_id else BY_LETTER,
        )
        for member, guarantee, most in told
    )  # fmt: skip
    record("loans.recourse.notice_given", by=by, subject=recourse, at=at, owed=owed, free_on=recourse.free_on)
    messages.tell_of_notice(recourse, standing)
    return recourse


@transaction.atomic
def answer_notice(*, recourse: Recourse, member: Member, words: str, by: User, at: datetime) -> RecourseAnswer:
    """Keep what the borrower or a guarantor says to his notice: he himself, or the office for who came or wrote.

    The same words again, as from a button pressed twice, change nothing. Raises NotAParty for one who had no notice,
    RecourseOver once it has ended, ReasonNeeded for no words.
    """
    recourse = Recourse.objects.select_for_update().get(pk=recourse.pk)
    if not recourse.notices.filter(member=member).exists():
        raise NotAParty()
    if recourse.status not in BEFORE_ITS_END:
        raise RecourseOver()
    if not words.strip():
        raise ReasonNeeded("Write what you want to say.", field="words")
    words = words.strip()[:1000]
    last = recourse.answers.filter(member=member).order_by("-pk").first()
    if last is not None and (last.words, last.recorded_by_id) == (words, by.pk):
        return last
    answer = RecourseAnswer.objects.create(
        recourse=recourse, member=member, words=words, recorded_by=by, recorded_at=at
    )
    record("loans.recourse.answered", by=by, subject=recourse, at=at, member=member.pk)
    messages.tell_of_answer(answer)
    return answer


@transaction.atomic
def offset_savings(*, recourse: Recourse, by: User, on: date, at: datetime, agreed: Decimal | None = None) -> Recourse:
    """The second person approves, and the borrower's own savings pay as far as they reach, before anybody else's.

    What is held of them for others stays, and so does all of them where the product says that savings never pay it.
    `agreed` is the sum that he was shown, naira: another one by now is refused.
    Raises RecourseOver, SecondPersonNeeded, NotYourOwnLoan, NoticeRunning, FiguresMoved, and NotLate: then withdraw it.
    """
    recourse, loan, _ = _locked(recourse, RecourseStatus.NOTICE_GIVEN, by=by, on=on)
    balances = lock_accounts(ids=[
        loan.account_id, loan.member.savings_account_id, loan.member.voluntary_account_id,
        *accounts_of_guarantors([loan]),
    ])  # fmt: skip
    amount = min(_own_reach(loan, balances), _pay_off(loan, on))
    _refuse_moved(agreed, amount)
    recourse.approved_by, recourse.approved_at = by, at
    recourse.save(update_fields=["approved_by", "approved_at"])
    if amount:
        release_holds(holds=Hold.objects.filter(own_cover=loan.pk), by=by, at=at)
        _take(recourse, loan, loan.member, None, amount, by=by, on=on, at=at)
    transition(recourse, RecourseStatus.SAVINGS_OFFSET, by=by, at=at)
    messages.tell_of_offset(recourse, amount)
    return _end_if_cleared(recourse, by=by, on=on, at=at)


@transaction.atomic
def charge_guarantors(
    *, recourse: Recourse, by: User, on: date, at: datetime, agreed: Decimal | None = None
) -> Recourse:
    """What is still owed is paid by the guarantors, in proportion to their promises and never beyond them.

    Each one's hold is released and his part taken in one transaction; it becomes his claim on the borrower. What a
    guarantor's savings do not hold is not taken from the others: it stays owed. `agreed` is the sum that was shown,
    naira: another one by now is refused.
    Raises RecourseOver, SecondPersonNeeded, NotYourOwnLoan, NoticeRunning, NotLate, FiguresMoved, and NoticeMissing
    for one who came to stand for the loan after the notice.
    """
    recourse, loan, standing = _locked(recourse, RecourseStatus.SAVINGS_OFFSET, by=by, on=on)
    balances = lock_accounts(ids=[
        loan.account_id, loan.member.voluntary_account_id, loan.member.savings_account_id,
        *(one.guarantor.savings_account_id for one in standing),
    ])  # fmt: skip
    told = set(recourse.notices.values_list("guarantee_id", flat=True))
    if late_comer := next((one for one in standing if one.pk not in told), None):
        raise NoticeMissing(
            f"{late_comer.guarantor.name} stands for this loan only since the notice was given. Withdraw it, and give "
            "notice to all again."
        )
    reached = _within_reach(standing, _pay_off(loan, on), balances)
    _refuse_moved(agreed, sum(reached.values(), NOTHING))
    held = {one.pk: one.held for one in reached}
    release_holds(holds=Hold.objects.filter(guarantee__in=list(held)), by=by, at=at)
    charges = [
        _take(recourse, loan, one.guarantor, one, amount, by=by, on=on, at=at) for one, amount in reached.items()
    ]
    _keep_the_rest(reached, held, by=by, at=at)
    GuarantorClaim.objects.bulk_create(
        GuarantorClaim(charge=one, guarantor_id=one.member_id, borrower_id=loan.member_id, amount=one.amount)
        for one in charges
    )
    transition(recourse, RecourseStatus.GUARANTORS_CHARGED, by=by, at=at)
    settle_holds(loan_ids=[loan.pk], by=by, at=at)
    messages.tell_of_charges(recourse, charges, left=_still_owed(loan, on))
    return _end_if_cleared(recourse, by=by, on=on, at=at) if not charges else recourse


@transaction.atomic
def withdraw_recourse(*, recourse: Recourse, reason: str, by: User, on: date, at: datetime) -> Recourse:
    """Give a recourse up before guarantors are charged, as when the borrower has paid; all are told why.

    Raises RecourseOver, NotYourOwnLoan, ReasonNeeded.
    """
    loan = lock_loans([recourse.loan_id])[recourse.loan_id]
    recourse = Recourse.objects.select_for_update().get(pk=recourse.pk)
    _refuse_parties(loan, _guarantees(loan), by)
    if recourse.status not in BEFORE_ITS_END:
        raise RecourseOver()
    if not reason.strip():
        raise ReasonNeeded()
    transition(recourse, RecourseStatus.WITHDRAWN, by=by, at=at, ended_on=on, why_ended=reason.strip()[:300])
    messages.tell_of_withdrawal(recourse)
    return recourse


BEFORE_ITS_END = (RecourseStatus.NOTICE_GIVEN, RecourseStatus.SAVINGS_OFFSET)


def _locked(
    recourse: Recourse, status: str, *, by: User, on: date
) -> tuple[Recourse, Loan, list[Guarantee]]:  # fmt: skip
    """The loan, then the recourse, as they stand behind their locks, once everything that can be refused was."""
    loan = lock_loans([recourse.loan_id])[recourse.loan_id]
    recourse = Recourse.objects.select_for_update().get(pk=recourse.pk)
    recourse.loan = loan
    standing = _guarantees(loan)
    if recourse.status != status:
        raise RecourseOver()
    if recourse.proposed_by_id == by.pk:
        raise SecondPersonNeeded()
    _refuse_parties(loan, standing, by)
    if on < recourse.free_on:
        raise NoticeRunning(f"The notice runs until {dmy(recourse.free_on)}. Nothing is taken before that day.")
    taken = recourse.charges.aggregate(s=Sum("amount"))["s"] or NOTHING
    _refuse_unless_late(loan, on, taken)
    return recourse, loan, standing


def _guarantees(loan: Loan) -> list[Guarantee]:
    """Who still stands for something of a loan, in the order of the promises."""
    rows = Guarantee.objects.live().filter(loan=loan).select_related("guarantor__user", "hold").order_by("pk")
    return [row for row in rows if row.needed]


def _refuse_parties(loan: Loan, standing: Sequence[Guarantee], by: User) -> None:
    if by.pk in {loan.member.user_id, *(one.guarantor.user_id for one in standing)}:
        raise NotYourOwnLoan()


def _refuse_unless_late(loan: Loan, on: date, taken: Decimal = NOTHING) -> None:
    """Late is a loan that would be late without what this recourse has `taken` for it: own savings cure nothing."""
    if loan.status != LoanStatus.ACTIVE:
        raise NotRunning(f"Loan {loan.serial} is not running, so nothing is taken for it.")
    due = F("principal") + F("interest") - F("interest_waived") + F("fee")
    sums = (
        Installment.objects.live()
        .filter(loan=loan)
        .aggregate(
            due=Sum(due, filter=Q(due_on__lt=on)), paid=Sum(F("principal_paid") + F("interest_paid") + F("fee_paid"))
        )
    )
    if (sums["due"] or NOTHING) <= sums["paid"] - taken:
        raise NotLate()


def _pay_off(loan: Loan, on: date) -> Decimal:
    return story.settlement(books_of([loan])[loan.pk].position, on).total


def _still_owed(loan: Loan, on: date) -> Decimal:
    loan.refresh_from_db(fields=["status"])
    return _pay_off(loan, on) if loan.status == LoanStatus.ACTIVE else NOTHING


def _own_reach(loan: Loan, balances: Mapping[int, AccountBalance]) -> Decimal:
    """What of the borrower's savings may pay his loan: what is free, and what is held for this very loan."""
    if loan.version is not None and loan.version.offset_from_savings == Offset.FORBIDDEN:
        return NOTHING
    cover = OwnCover.objects.filter(loan=loan, hold__released_at__isnull=True).select_related("hold").first()
    return max(balances[loan.member.savings_account_id].free, NOTHING) + (cover.hold.amount if cover else NOTHING)


def _within_reach(
    standing: Sequence[Guarantee], owed: Decimal, balances: Mapping[int, AccountBalance]
) -> dict[Guarantee, Decimal]:
    """Each guarantor's part of what is owed, as far as his savings hold it; who pays nothing is not among them."""
    shares = plan(owed, NOTHING, {one.pk: one.needed for one in standing}).shares
    reached = {one: min(shares[one.pk], balances[one.guarantor.savings_account_id].free + one.held) for one in standing}
    return {one: amount for one, amount in reached.items() if amount > 0}


def _refuse_moved(agreed: Decimal | None, amount: Decimal) -> None:
    if agreed is not None and agreed != amount:
        raise FiguresMoved(f"It would be {naira(amount)} by now, not {naira(agreed)}. Look at it again, then decide.")


def _take(
    recourse: Recourse, loan: Loan, member: Member, guarantee: Guarantee | None, amount: Decimal, *, by: User, on: date,
    at: datetime,
) -> RecourseCharge:  # fmt: skip
    """Pay the loan from a member's savings and write the charge, which the database lets in or not."""
    reference = f"recourse/{recourse.pk}/{guarantee.pk if guarantee else 'savings'}"
    whose = "a guarantor's savings" if guarantee else "own savings"
    posted = post_repayments(
        payments=[Payment(loan.pk, amount, reference, f"From {whose}, by recourse")],
        from_account_id=member.savings_account_id,
        channel=RepaymentChannel.GUARANTOR if guarantee else RepaymentChannel.SAVINGS,
        on=on, by=by, at=at,
    )[reference]  # fmt: skip
    try:
        with transaction.atomic():
            return RecourseCharge.objects.create(
                recourse=recourse, member=member, guarantee=guarantee, amount=posted.applied, charged_on=on,
                repayment_id=posted.repayment_id,
            )  # fmt: skip
    except IntegrityError as refused:
        if refused.__cause__.diag.constraint_name == "loans_charge_after_notice":
            raise NoticeRunning(
                f"The notice to {member.name} was recorded too short a time ago. Nothing was taken from anybody."
            ) from refused
        raise


def _keep_the_rest(
    reached: dict[Guarantee, Decimal], held: dict[int, Decimal], *, by: User, at: datetime
) -> None:  # fmt: skip
    """What was taken counts on each promise; of the hold stays what was not taken of it, where the loan goes on."""
    running = set(
        Guarantee.objects.filter(pk__in=list(held), status=GuaranteeStatus.ACCEPTED).values_list("pk", flat=True)
    )
    placed = []
    for one, amount in reached.items():
        one.charged += amount
        rest = max(held[one.pk] - amount, NOTHING) if one.pk in running else NOTHING
        one.uncovered = one.needed - rest if one.pk in running else NOTHING
        if rest:
            one.hold = Hold(
                account_id=one.guarantor.savings_account_id, amount=rest, purpose=HoldPurpose.GUARANTEE,
                reference=f"guarantee/{one.pk}/after/{one.hold_id}", placed_at=at, placed_by=by,
            )  # fmt: skip
            placed.append(one.hold)
    place_holds(holds=placed)
    Guarantee.objects.bulk_update(reached, ["charged", "uncovered", "hold"])


def _end_if_cleared(recourse: Recourse, *, by: User, on: date, at: datetime) -> Recourse:
    """A loan that is paid back needs no guarantor any more; claims are settled when they are repaid."""
    recourse.loan.refresh_from_db(fields=["status"])
    if recourse.loan.status == LoanStatus.ACTIVE:
        return recourse
    why = f"Loan {recourse.loan.serial} is paid back."
    return transition(recourse, RecourseStatus.SETTLED, by=by, at=at, ended_on=on, why_ended=why)
