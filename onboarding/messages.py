"""What officers are told about the own books: all of it in one place."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from core.display import naira
from notifications.services import Notice, notify_many
from onboarding.models import BookImport
from users.models import RoleGrant, User
from users.roles import PERMISSIONS

APPROVE = "onboarding.approve_import"


def approvers() -> list[User]:
    """Everybody whose office lets him approve an import."""
    current = RoleGrant.objects.filter(role__in=PERMISSIONS[APPROVE], revoked_at__isnull=True)
    return list(User.objects.filter(pk__in=current.values("user_id"), is_active=True).order_by("pk"))


def tell_approvers(book_import: BookImport, *, by: User) -> None:
    totals = book_import.findings["totals"]
    notify_many(
        notices=[
            Notice(
                user=person,
                event=f"onboarding.bookimport.proposed:{book_import.pk}:{book_import.proposed_at:%Y%m%d%H%M%S}",
                subject="The society's books wait for a second person",
                body=f"{by.full_name} proposes {book_import.file_name}: {totals['members']} members, "
                f"{totals['loans']} loans, {naira(totals['savings'])} of savings. Look at it, then approve it or send "
                "it back.",
                link=reverse("onboarding:book", args=[book_import.pk]),
            )
            for person in approvers()
            if person.pk != by.pk
        ]
    )


def tell_proposer(book_import: BookImport, proposer: User, *, reason: str, by: User, at: datetime) -> None:
    notify_many(
        notices=[
            Notice(
                user=proposer,
                event=f"onboarding.bookimport.sent_back:{book_import.pk}:{at:%Y%m%d%H%M%S}",
                subject="The society's books were sent back to you",
                body=f"{by.full_name} did not approve {book_import.file_name}: {reason}",
                link=reverse("onboarding:book", args=[book_import.pk]),
            )
        ]
    )
