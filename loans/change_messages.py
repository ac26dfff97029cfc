"""What people are told about a change of a loan, each once."""

from __future__ import annotations

from django.urls import reverse

from core.display import dmy, naira, plural
from loans.change_words import in_words
from loans.models import ChangeKind, Guarantee, LoanChange
from loans.selectors.changes import Ahead
from loans.services.registration import loan_page
from loans.states import GuaranteeStatus
from notifications.services import Notice, notify_many
from users.models import User
from users.roles import Role


def tell_of_asking(change: LoanChange) -> None:
    """The member hears of it, and whoever may decide on it."""
    event, words = f"loans.change.asked:{change.pk}", in_words(change)
    _tell_member(
        change, event, "A change of your loan {serial} is asked for",
        f"{words}. Why: “{change.reason}” Nothing changes before a second person agrees.",
    )  # fmt: skip
    where = reverse("loans:loan_change", args=[change.pk])
    deciders = (
        User.objects.holding(Role.TREASURER) | User.objects.holding(Role.CHAIR)
    ).exclude(pk=change.asked_by_id).order_by("pk")  # fmt: skip
    notify_many(notices=[
        Notice(
            decider, event, f"{change.get_kind_display()} of loan {change.loan.serial} waits for a second person",
            f"{change.asked_by.full_name} asks: {words}.", where,
        )
        for decider in deciders if decider.pk != change.loan.member.user_id
    ])  # fmt: skip


def tell_of_approval(change: LoanChange, ahead: Ahead) -> None:
    """How the member's loan goes on."""
    let_off = change.interest_let_off + change.penalty_let_off
    body = {
        ChangeKind.HOLIDAY: "Your payments rest. They go on afterwards, each as large as before"
        f"{' with its share of the interest' if change.terms.get('interest_runs') else ''}",
        ChangeKind.RESTRUCTURE: "What you owe is spread anew",
        ChangeKind.WAIVER: f"{naira(let_off)} is no longer asked of you",
        ChangeKind.WRITE_OFF: "The society has written this loan off in its books. You still owe it",
    }[ChangeKind(change.kind)]
    left = plural(ahead.left, "payment is left,payments are left")
    ends = f": {left}, the last on {dmy(ahead.ends_on)}." if ahead.ends_on else "."
    event = f"loans.change.approved:{change.pk}"
    _tell_member(change, event, f"{change.get_kind_display()} for loan {{serial}}", body + ends)
    _tell_guarantors(
        change, event, f"{change.get_kind_display()}: loan {{serial}}, for which you stand",
        f"{in_words(change, says_why=False)}{ends if ahead.ends_on else '.'}",
    )  # fmt: skip


def tell_of_declining(change: LoanChange) -> None:
    """The member and who asked read why."""
    event, kind = f"loans.change.declined:{change.pk}", change.get_kind_display()
    _tell_member(
        change, event, f"{kind} for loan {{serial}} was declined",
        f"Why: “{change.why_ended}” Your loan goes on as before. Ask the office if this is not clear.",
    )  # fmt: skip
    notify_many(notices=[Notice(
        change.asked_by, event, f"{kind} of loan {change.loan.serial} was declined",
        f"{change.decided_by.full_name}: “{change.why_ended}”", reverse("loans:loan_change", args=[change.pk]),
    )])  # fmt: skip


def tell_of_withdrawing(change: LoanChange) -> None:
    _tell_member(
        change, f"loans.change.withdrawn:{change.pk}", "A change of loan {serial} is no longer asked for",
        f"{in_words(change)}: the office took this request back. Your loan goes on as before.",
    )  # fmt: skip


def tell_of_taking_back(change: LoanChange) -> None:
    _tell_member(
        change, f"loans.change.taken_back:{change.pk}", f"{change.get_kind_display()} of loan {{serial}} is taken back",
        f"Why: “{change.why_ended}” Your loan goes on as if there had been no such change. See what is due now.",
    )  # fmt: skip
    _tell_guarantors(
        change, f"loans.change.taken_back:{change.pk}",
        f"{change.get_kind_display()} is taken back: loan {{serial}}, for which you stand",
        "The loan goes on as if there had been no such change.",
    )  # fmt: skip


def _tell_member(change: LoanChange, event: str, subject: str, body: str) -> None:
    loan = change.loan
    if loan.member.user_id is not None:
        notify_many(
            notices=[Notice(loan.member.user, event, subject.format(serial=loan.serial), body, loan_page(loan))]
        )


def _tell_guarantors(change: LoanChange, event: str, subject: str, body: str) -> None:
    """Who stands for the loan stood for its old terms: he hears of the new ones, and that his promise has not grown."""
    loan = change.loan
    standing = Guarantee.objects.filter(
        loan=loan, status=GuaranteeStatus.ACCEPTED, guarantor__user__isnull=False
    ).select_related("guarantor__user")  # fmt: skip
    notify_many(notices=[
        Notice(
            one.guarantor.user, event, subject.format(serial=loan.serial),
            f"The loan of {loan.member.name}. {body} You stand for {naira(one.needed)} of it, within your promise of "
            f"{naira(one.amount)} and never more. If you do not want to stand for it as it is now, speak to the "
            "office about somebody who takes your place.",
            reverse("loans:guarantees"),
        )
        for one in standing
    ])  # fmt: skip
