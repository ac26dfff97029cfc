"""Where a workbook stands, what comes next, and what the worker is doing with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.urls import reverse

from core.display import plural, stamp
from core.models import Society
from members.models import Employer, Member
from onboarding.forms.society import EMPLOYERS_ASKED
from onboarding.models import BookImport, ImportRun
from onboarding.selectors.problems import blocking_of
from onboarding.states import ImportStatus, RunKind

STEPS = (
    ("What it means", "onboarding:meaning"),
    ("Problems", "onboarding:problems"),
    ("Totals", "onboarding:totals"),
    ("Propose", "onboarding:propose"),
)
RUN_STAGES = 3


def imports(user) -> QuerySet[BookImport]:
    """All workbooks, the newest first, without what is in them."""
    return (
        BookImport.objects.visible_to(user)
        .defer("data", "findings", "mapping")
        .select_related("brought_by")
        .annotate(members=KT("findings__totals__members"), savings=KT("findings__totals__savings"))
        .order_by("-pk")
    )


def books_are_in() -> bool:
    return BookImport.objects.filter(status=ImportStatus.POSTED).exists()


def society_is_empty() -> bool:
    """Whether nobody is in the register yet."""
    return not Member.objects.exists()


def society_as_said(names: Iterable[str]) -> dict[str, object]:
    """What the first-run page shows: what was said before, and nothing where nothing was said."""
    said = Society.objects.filter(pk=Society.ONLY).first()
    shown: dict[str, object] = {name: getattr(said, name) for name in names} if said else {}
    for place, employer in enumerate(Employer.objects.order_by("pk")[:EMPLOYERS_ASKED], start=1):
        shown |= {f"name_{place}": employer.name, f"code_{place}": employer.code, f"pay_day_{place}": employer.pay_day}
    return shown


def is_open(book_import: BookImport) -> bool:
    """Whether its meaning may still be changed."""
    return book_import.status in (ImportStatus.DRAFT, ImportStatus.PROPOSED)


def steps(book_import: BookImport, current: int) -> list[dict]:
    """The stepper of a workbook that is being looked at, at its step 1 to 4; nothing afterwards."""
    if book_import.status != ImportStatus.DRAFT:
        return []
    return [
        {
            "label": label,
            "state": "done" if place < current else "now" if place == current else "next",
            "url": reverse(address, args=[book_import.pk]) if place < current else "",
        }
        for place, (label, address) in enumerate(STEPS, 1)
    ]


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do with a workbook: a link, what is there, and how far it is."""

    label: str
    detail: str
    url: str
    standing: str
    tone: str


def tasks_of(book_import: BookImport, user) -> list[Task]:
    """The steps from a workbook to the books, each with its figures."""
    findings = book_import.findings
    grades, blocking = findings["grades"], blocking_of(book_import)
    explained = sum(
        1 for tie in [*findings["outlook"]["holdings"], findings["outlook"]["loans"]] if not tie["explained"]
    )
    return [
        Task(
            "What the workbook means",
            f"{plural(len(book_import.mapping['sheets']), 'sheet')}, read as at {_day(book_import)}",
            reverse("onboarding:meaning", args=[book_import.pk]),
            "Read", "good",
        ),
        Task(
            "Problems",
            f"{plural(grades['error'], 'error')}, {plural(grades['warning'], 'warning')}, "
            f"{grades['repaired']:,} repaired",
            reverse("onboarding:problems", args=[book_import.pk]),
            f"{blocking:,} stop the posting" if blocking else "To look at" if grades["error"] else "None to decide",
            "bad" if blocking else "warn" if grades["error"] else "good",
        ),
        Task(
            "Totals and tie-out",
            "The members' figures beside the trial balance" if not book_import.approved_at
            else "The workbook beside our books",
            reverse("onboarding:totals", args=[book_import.pk]),
            plural(explained, "difference") + " not explained" if explained else "Tied out",
            "bad" if explained else "good",
        ),
    ]  # fmt: skip


def _day(book_import: BookImport) -> str:
    day = book_import.as_at
    return f"{day.day} {day:%B %Y}" if day else "no day yet"


def tiles_of(book_import: BookImport) -> dict:
    totals = book_import.findings["totals"]
    return {
        "members": totals["members"], "loans": totals["loans"], "savings": Decimal(totals["savings"]),
        "owed": Decimal(totals["loan_balance"]),
    }  # fmt: skip


def story_of(book_import: BookImport) -> list[dict]:
    """Who did what with it, for the timeline."""
    told = [(f"Brought by {book_import.brought_by.full_name}", book_import.brought_at, "")]
    if book_import.proposed_by:
        told.append((f"Proposed by {book_import.proposed_by.full_name}", book_import.proposed_at, ""))
    if book_import.approved_by:
        told.append((f"Approved and posted by {book_import.approved_by.full_name}", book_import.approved_at, ""))
    if book_import.undone_by:
        told.append((f"Taken out by {book_import.undone_by.full_name}", book_import.undone_at, book_import.undo_reason))
    return [
        {"title": title, "detail": f"{stamp(at)}{': ' if why else ''}{why}", "state": "done"} for title, at, why in told
    ]


def last_run(book_import: BookImport) -> ImportRun | None:
    return ImportRun.objects.filter(book_import=book_import).select_related("asked_by").order_by("-pk").first()


def job_of(run: ImportRun | None, url: str) -> dict | None:
    """A posting or undoing that the worker has in hand, for ui/progress.html; None when there is none."""
    if run is None or not run.is_running:
        return None
    done = 1 if run.started_at else 0
    note = "It starts in a moment." if not done else "All of it goes in at once, or nothing does."
    if done and run.what == RunKind.UNDO:
        note = "All of it is taken out at once, or nothing is."
    return {
        "title": run.get_what_display(), "done": done, "total": RUN_STAGES, "note": note, "finished": False, "url": url,
        "spoken": note,
    }  # fmt: skip
