"""What members are told about applications and guarantees, and the words of a consent: all of it in one place."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse

from core.display import naira, plural
from loans.models import Guarantee, LoanApplication, LoanApproval
from members.models import Member
from notifications.services import Notice, notify_many


def consent_words(guarantee: Guarantee) -> str:
    """What a guarantor agrees to; shown to him before his yes and kept with it."""
    application, amount = guarantee.application, naira(guarantee.amount)
    return (
        f"I stand for {amount} of the {application.product.name} loan of {naira(application.amount)} that "
        f"{application.member.name} asks for ({application.number}). {amount} of my savings is held until the loan is "
        f"paid back. If it is not paid back, the society may take up to {amount} from my savings, and never more."
    )


def tell(*notices: Notice | None) -> None:
    """Tell several people in one go; None stands for a member who has no sign-in yet."""
    notify_many(notices=[notice for notice in notices if notice is not None])


def asked(guarantee: Guarantee) -> Notice | None:
    application = guarantee.application
    borrower = application.member
    return _to(
        guarantee.guarantor, f"loans.guarantee.asked:{guarantee.pk}",
        f"{borrower.name} asks you to stand for a loan",
        f"{borrower.name} asks you to stand for {naira(guarantee.amount)} of "
        f"{naira(application.amount)} ({application.product.name} loan). Read what it means and answer yes or no. "
        "Nothing is held before you say yes.",
        reverse("loans:answer_guarantee", args=[guarantee.pk]),
    )  # fmt: skip


def no_longer_asked(guarantee: Guarantee) -> Notice | None:
    return _to(
        guarantee.guarantor, f"loans.guarantee.cancelled:{guarantee.pk}", "You need not answer any more",
        f"{guarantee.application.member.name} no longer asks you to stand for a loan. Nothing of yours was held.",
        reverse("loans:guarantees"),
    )  # fmt: skip


def said_yes(guarantee: Guarantee, *, still_needed: int, missing: Decimal) -> Notice | None:
    wanted = [plural(still_needed, "more guarantor")] if still_needed else []
    wanted += [f"{naira(missing)} more of cover"] if missing else []
    return _to(
        guarantee.application.member, f"loans.guarantee.accepted:{guarantee.pk}",
        f"{guarantee.guarantor.name} stands for your loan",
        f"{guarantee.guarantor.name} said yes to {naira(guarantee.amount)}. You still need {' and '.join(wanted)}.",
        _page(guarantee.application),
    )  # fmt: skip


def said_no(guarantee: Guarantee) -> Notice | None:
    words = f' The answer was: "{guarantee.reason}"' if guarantee.reason else ""
    return _to(
        guarantee.application.member, f"loans.guarantee.declined:{guarantee.pk}",
        f"{guarantee.guarantor.name} cannot stand for your loan",
        f"{guarantee.guarantor.name} said no to {naira(guarantee.amount)}.{words} Choose another guarantor.",
        reverse("loans:guarantors", args=[guarantee.application.number]),
    )  # fmt: skip


def with_committee(application: LoanApplication) -> Notice | None:
    return _to(
        application.member, f"loans.application.under_review:{application.pk}",
        "Your request is with the committee",
        f"All that is needed for {application.number} is there. The loans committee decides next. "
        "You need not do anything.",
        _page(application),
    )  # fmt: skip


def approved(application: LoanApplication, approval: LoanApproval) -> Notice | None:
    less = f" You asked for {naira(application.amount)}." if approval.amount < application.amount else ""
    return _to(
        application.member, f"loans.application.approved:{application.pk}",
        f"Approved: your loan of {naira(approval.amount)}",
        f"The committee approved your {application.product.name} loan of {naira(approval.amount)} over "
        f"{plural(approval.term_months, 'month')}.{less} Next the office enters it in the loan register and the "
        "treasurer pays it out. You need not do anything.",
        _page(application),
    )  # fmt: skip


def declined(application: LoanApplication) -> Notice | None:
    return _to(
        application.member, f"loans.application.declined:{application.pk}",
        f"Not approved: your request {application.number}",
        f"The committee did not approve your {application.product.name} loan of {naira(application.amount)}. "
        f"The reason: {application.decline_reason.rstrip('.')}. When this has changed you can ask again at any time. "
        "If you think it is wrong, speak to the office.",
        _page(application),
    )  # fmt: skip


def let_go(guarantee: Guarantee) -> Notice | None:
    return _to(
        guarantee.guarantor, f"loans.guarantee.released:{guarantee.pk}",
        f"{naira(guarantee.amount)} of your savings is free again",
        f"The loan that {guarantee.application.member.name} asked for will not be given. "
        f"You no longer stand for it, and {naira(guarantee.amount)} of your savings is free again.",
        reverse("loans:guarantees"),
    )  # fmt: skip


def _page(application: LoanApplication) -> str:
    return reverse("loans:application", args=[application.number])


def _to(member: Member, event: str, subject: str, body: str, link: str) -> Notice | None:
    if member.user is None:
        return None
    return Notice(user=member.user, event=event, subject=subject, body=body, link=link)
