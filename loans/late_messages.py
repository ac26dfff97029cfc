"""What people are told when a payment comes near or is late: all of it in one place."""

from __future__ import annotations

from django.urls import reverse

from core.display import dmy, naira, plural
from loans.models import Guarantee, LateNotice, NoticeStep
from notifications.services import Notice


def to_borrower(notice: LateNotice) -> Notice | None:
    """A reminder, a word that a payment is late, or the demand; None where the borrower has no sign-in yet."""
    loan = notice.loan
    user = loan.member.user
    if user is None:
        return None
    subject, body = _WORDS[NoticeStep(notice.step)](notice)
    return Notice(user, notice.event, subject, body, reverse("loans:arrears_of", args=[loan.serial]))


def to_guarantor(notice: LateNotice, guarantee: Guarantee) -> Notice | None:
    user = guarantee.guarantor.user
    if user is None:
        return None
    borrower, promised = notice.loan.member.name, guarantee.amount - guarantee.freed - guarantee.charged
    return Notice(
        user, notice.event, f"{borrower} is late with a loan that you stand for",
        f"A payment on loan {notice.loan.serial} was due on {dmy(notice.due_on)} and has not come in full. "
        f"{naira(notice.overdue)} is late. You stand for {naira(promised)}. "
        f"Nothing is taken from you now. Speak with {borrower}: it is cheapest for both of you when it is paid soon.",
        reverse("loans:guarantees"),
    )  # fmt: skip


def _reminder(notice: LateNotice) -> tuple[str, str]:
    return (
        f"{naira(notice.overdue)} is due on {dmy(notice.due_on)}",
        f"The next payment on loan {notice.loan.serial} is {naira(notice.overdue)}, due on {dmy(notice.due_on)}. If it "
        "is taken from your pay, you need not do anything.",
    )


def _late(notice: LateNotice) -> tuple[str, str]:
    return (
        f"A payment on loan {notice.loan.serial} is late",
        f"{naira(notice.overdue)} was due by {dmy(notice.due_on)} and has not come in.{_penalty(notice)} Pay it at the "
        "office, or tell the office why it has not come: if your employer did not pay it over, it is not your fault.",
    )


def _demand(notice: LateNotice) -> tuple[str, str]:
    return (
        f"Pay {naira(notice.overdue + notice.penalty)} on loan {notice.loan.serial} now",
        f"A payment on loan {notice.loan.serial} has been late for {plural(notice.days_past_due, 'day')}, since "
        f"{dmy(notice.due_on)}. {naira(notice.overdue)} is late.{_penalty(notice)} Come to the office or pay now. If "
        "you cannot pay all of it, ask for new terms. If nothing is heard from you, the society may take what is late "
        "from your savings, and after that from those who stand for you.",
    )


def _penalty(notice: LateNotice) -> str:
    return f" {naira(notice.penalty)} is charged for being late." if notice.penalty else ""


_WORDS = {NoticeStep.REMINDER: _reminder, NoticeStep.MEMBER: _late, NoticeStep.DEMAND: _demand}
