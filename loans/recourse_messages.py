"""What people are told about recourse and claims, in one place: plain, with the amount, the day and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.urls import reverse

from core.display import dmy, naira
from loans.models import ClaimPayment, Guarantee, Recourse, RecourseAnswer, RecourseCharge, Substitution
from members.models import Member
from notifications.services import Notice, notify_many
from users.models import User
from users.roles import Role


def substitution_words(substitution: Substitution) -> str:
    """What the one who takes a guarantor's place agrees to; shown to him before his yes and kept with it."""
    old, amount = substitution.old, naira(substitution.amount)
    return (
        f"I take the place of {old.guarantor.name} and stand for {amount} of loan {old.loan.serial} of "
        f"{old.loan.member.name}. Up to {amount} of my savings is held as long as the loan needs it. If it is not paid "
        f"back, the society may take up to {amount} from my savings, and never more."
    )


def tell_of_notice(recourse: Recourse, standing: Sequence[Guarantee]) -> None:
    loan, day = recourse.loan, dmy(recourse.free_on)
    notices = [
        _to(
            loan.member, f"loans.recourse.notice:{recourse.pk}", f"Pay loan {loan.serial} before {day}",
            f"{naira(recourse.owed)} pays your loan off today. If nothing changes, the society takes it from your own "
            f"savings from {day} on, and then from those who stand for you. You would owe them what they pay. Pay what "
            "is late, or say here why you cannot.", _page(recourse),
        )
    ]  # fmt: skip
    notices += [
        _to(
            one.guarantor, f"loans.recourse.notice:{recourse.pk}",
            f"Loan {loan.serial}, for which you stand, is not paid",
            f"{loan.member.name} is late. If nothing changes, the society may take up to {naira(one.needed)} of your "
            f"savings from {day} on, after the borrower's own, and never more. You can say something to it before that "
            "day.", _page(recourse),
        )
        for one in standing
    ]  # fmt: skip
    _tell(notices)


def tell_of_answer(answer: RecourseAnswer) -> None:
    recourse = answer.recourse
    _tell(
        Notice(
            officer, f"loans.recourse.answer:{answer.pk}", f"{answer.member.name} answered the notice",
            f"On loan {recourse.loan.serial}: “{answer.words}”", _office(recourse),
        )
        for officer in _deciders()
    )  # fmt: skip


def tell_of_offset(recourse: Recourse, amount: Decimal) -> None:
    loan = recourse.loan
    if amount:
        _tell([_to(
            loan.member, f"loans.recourse.offset:{recourse.pk}",
            f"{naira(amount)} of your savings paid loan {loan.serial}",
            "The notice days are over and the loan was not paid. Your own savings went first. Your passbook shows it.",
            _page(recourse),
        )])  # fmt: skip


def tell_of_charges(recourse: Recourse, charges: Sequence[RecourseCharge], *, left: Decimal) -> None:
    loan = recourse.loan
    notices = [
        _to(
            one.member, f"loans.recourse.charged:{recourse.pk}", f"You paid {naira(one.amount)} for {loan.member.name}",
            f"It was taken from your savings for loan {loan.serial}, within your promise. {loan.member.name} owes it "
            "to you now. Whatever he pays beyond his loans goes to you and the other guarantors first.",
            reverse("loans:guarantees"),
        )
        for one in charges
    ]  # fmt: skip
    total = sum((one.amount for one in charges), Decimal("0.00"))
    if total:
        still = f" {naira(left)} of the loan is still owed as well." if left else ""
        notices.append(_to(
            loan.member, f"loans.recourse.charged:{recourse.pk}", f"Your guarantors paid {naira(total)} for you",
            f"They paid it for loan {loan.serial}. You owe it to them now.{still} Pay at the office: it goes to their "
            "savings.", _page(recourse),
        ))  # fmt: skip
    _tell(notices)


def tell_of_withdrawal(recourse: Recourse) -> None:
    people = [notice.member for notice in recourse.notices.select_related("member__user")]
    _tell(
        _to(
            member, f"loans.recourse.withdrawn:{recourse.pk}", f"Nothing more is taken for loan {recourse.loan.serial}",
            f"The notice of {dmy(recourse.given_on)} is withdrawn: {recourse.why_ended}", reverse("loans:guarantees"),
        )
        for member in people
    )  # fmt: skip


def tell_of_claims_repaid(payments: Sequence[ClaimPayment]) -> None:
    _tell(
        _to(
            one.claim.guarantor, f"loans.claim.repaid:{one.claim_id}:{one.entry_id}",
            f"{one.claim.borrower.name} paid you {naira(one.amount)} back",
            f"It is in your savings, for what you paid for {one.claim.borrower.name} as guarantor.",
            reverse("loans:guarantees"),
        )
        for one in payments
    )  # fmt: skip


def tell_of_asking(substitution: Substitution) -> None:
    old = substitution.old
    _tell([_to(
        substitution.guarantor, f"loans.substitution.asked:{substitution.pk}",
        f"Will you take the place of {old.guarantor.name}?",
        f"{old.guarantor.name} can stand no longer for loan {old.loan.serial} of {old.loan.member.name}. You are asked "
        f"to stand for up to {naira(substitution.amount)} instead. Nothing is held before you say yes.",
        reverse("loans:answer_substitution", args=[substitution.pk]),
    )])  # fmt: skip


def tell_of_substitution_answer(substitution: Substitution, *, says_yes: bool) -> None:
    said = "said yes. Another officer can approve it now." if says_yes else "said no. Ask somebody else."
    asked, gone = substitution.guarantor.name, substitution.old.guarantor.name
    _tell(
        Notice(
            officer, f"loans.substitution.answered:{substitution.pk}",
            f"{asked} answered about loan {substitution.old.loan.serial}",
            f"{asked} was asked to take the place of {gone} and {said}", reverse("loans:promises"),
        )
        for officer in _deciders()
    )  # fmt: skip


def tell_of_substitution(substitution: Substitution) -> None:
    old, new, loan = substitution.old, substitution.new, substitution.old.loan
    event = f"loans.substitution.done:{substitution.pk}"
    _tell([
        _to(new.guarantor, event, f"You stand for loan {loan.serial} now",
            f"{naira(new.held)} of your savings is held for the loan of {loan.member.name}.",
            reverse("loans:guarantees")),
        _to(old.guarantor, event, f"You no longer stand for loan {loan.serial}",
            f"{new.guarantor.name} stands in your place. What was held of your savings is free again.",
            reverse("loans:guarantees")),
        _to(loan.member, event, f"{new.guarantor.name} stands for your loan {loan.serial} now",
            f"{new.guarantor.name} has taken the place of {old.guarantor.name}. Nothing else changes.",
            reverse("loans:loan", args=[loan.serial])),
    ])  # fmt: skip


def tell_of_no_substitution(substitution: Substitution) -> None:
    _tell([_to(
        substitution.guarantor, f"loans.substitution.withdrawn:{substitution.pk}", "You need not answer any more",
        f"You are no longer asked to take the place of {substitution.old.guarantor.name}. Nothing of yours is held.",
        reverse("loans:guarantees"),
    )])  # fmt: skip


def _deciders() -> list[User]:
    office = (User.objects.holding(Role.OFFICER) | User.objects.holding(Role.TREASURER)).distinct()
    return list(office.order_by("pk"))


def _page(recourse: Recourse) -> str:
    return reverse("loans:answer_notice", args=[recourse.pk])


def _office(recourse: Recourse) -> str:
    return reverse("loans:recourse", args=[recourse.pk])


def _to(member: Member, event: str, subject: str, body: str, link: str) -> Notice | None:
    return Notice(member.user, event, subject, body, link) if member.user_id else None


def _tell(notices) -> None:
    notify_many(notices=[notice for notice in notices if notice is not None])
