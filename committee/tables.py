"""The columns of the committee's lists."""

from django.urls import reverse

from core.markup import ballots
from core.tables import Column, Table


def _standing(row) -> tuple[str, str]:
    if row.i_stand_aside:
        return "You stand aside", "idle"
    return ("You voted", "good") if row.i_voted else ("Needs your vote", "warn")


_READ = (
    Column(
        "Applicant", "member.name", kind="lead", small=lambda row: f"{row.number} · {row.member.employer}",
        href=lambda row: reverse("committee:dossier", args=[row.pk]),
    ),
    Column("Loan", lambda row: f"{row.product}, {row.term_months} months", kind="full"),
    Column("Amount", "amount", kind="naira", strong=True),
    Column("Votes", lambda row: ballots(min(row.votes_cast, row.quorum), row.quorum)),
)  # fmt: skip
_SENT = Column("Sent to the committee", "reviewed_from", kind="date")

QUEUE = Table(
    "Applications before the committee",
    *_READ,
    Column("You", lambda row: _standing(row)[0], kind="pill", tone=lambda row: _standing(row)[1]),
    _SENT,
)
# For who keeps the minutes or inspects and has no vote.
QUEUE_TO_READ = Table("Applications before the committee", *_READ, _SENT)

SITTINGS = Table(
    "Sittings of the committee",
    Column("Sitting", "number", kind="lead", href=lambda row: reverse("committee:sitting", args=[row.pk])),
    Column("Day", "held_on", kind="day"),
    Column("State", "get_status_display", kind="pill", tone=lambda row: "warn" if row.status == "open" else "good"),
    Column("Approved", "approved", kind="number"),
    Column("Declined", "declined", kind="number"),
    Column("Closed by", "closed_by", empty="–"),
)
