"""A workbook from its arrival to the books: looked at, proposed, approved, undone."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from core.dates import business_date
from core.display import naira
from core.errors import DomainError, shown_on
from onboarding import tables
from onboarding.forms.books import ProposeForm, SendBackForm, UndoForm, UploadForm, WordForm
from onboarding.models import MAY_LOOK, BookImport
from onboarding.papers import problems_paper
from onboarding.selectors import figures, standing
from onboarding.selectors import problems as finding
from onboarding.services import bring_books, drop_books, post_books, propose_books, send_back, undo_books
from onboarding.services.running import ask_to_post, ask_to_undo, is_long
from onboarding.states import ImportStatus

PAGE = 25


def found(request: HttpRequest, pk: int) -> BookImport:
    """The workbook, without its file; 404 for who may not look."""
    people = ("brought_by", "proposed_by", "approved_by", "undone_by")
    return get_object_or_404(BookImport.objects.visible_to(request.user).light().select_related(*people), pk=pk)


def typed(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, if it was: an empty form is one too."""
    return request.POST if request.method == "POST" else None


def imports(request: HttpRequest) -> HttpResponse:
    if not any(request.user.has_perm(permission) for permission in MAY_LOOK):
        raise PermissionDenied
    page = Paginator(standing.imports(request.user), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "onboarding/imports.html",
        {"page": page, "table": tables.IMPORTS, "is_empty": standing.society_is_empty()},
    )


@permission_required("onboarding.import_books", raise_exception=True)
def upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(typed(request), request.FILES or None)
    if form.is_valid():
        chosen = form.cleaned_data["file"]
        with shown_on(form):
            brought = bring_books(
                data=chosen.read(), file_name=chosen.name, by=request.user, at=now(), on=business_date()
            )
            messages.success(request, f"{brought.file_name} is read. Nothing is posted yet.")
            return redirect("onboarding:meaning", brought.pk)
    return render(request, "onboarding/upload.html", {"form": form, "books_are_in": standing.books_are_in()})


def book(request: HttpRequest, pk: int) -> HttpResponse:
    """One workbook: where it stands and what comes next."""
    book_import = found(request, pk)
    run = standing.last_run(book_import)
    return render(
        request,
        "onboarding/book.html",
        {
            "book": book_import,
            "facts": standing.tiles_of(book_import),
            "grades": finding.grades_of(book_import),
            "blocking": finding.blocking_of(book_import),
            "tasks": standing.tasks_of(book_import, request.user),
            "events": standing.story_of(book_import),
            "run": run,
            "job": standing.job_of(run, reverse("onboarding:progress", args=[pk])),
            "may_approve": request.user.has_perm("onboarding.approve_import")
            and book_import.status == ImportStatus.PROPOSED
            and book_import.proposed_by_id != request.user.pk,
            "left": figures.left_over(book_import, None) if book_import.status == ImportStatus.POSTED else None,
        },
    )


def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The job's own piece of the page, asked for every two seconds while it runs."""
    run = standing.last_run(found(request, pk))
    if run is not None and not run.is_running and request.htmx:
        answer = HttpResponse()
        answer["HX-Redirect"] = reverse("onboarding:book", args=[pk])
        return answer
    job = standing.job_of(run, reverse("onboarding:progress", args=[pk]))
    return render(request, "ui/progress.html", {"job": job}) if job else redirect("onboarding:book", pk)


def problems(request: HttpRequest, pk: int) -> HttpResponse:
    book_import = found(request, pk)
    wanted = {name: request.GET.get(name, "") for name in ("grade", "code", "sheet")}
    every = finding.problems_of(book_import)
    page = Paginator(finding.narrowed(every, **wanted), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "onboarding/problems.html",
        {
            "book": book_import,
            "page": page,
            "table": tables.PROBLEMS,
            "wanted": wanted,
            "grades": finding.grades_of(book_import),
            "choices": finding.choices_of(every, **wanted),
            "blocking": finding.blocking_of(book_import),
            "steps": standing.steps(book_import, 2),
        },
    )


def problems_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole list as a workbook, to be worked through beside the society's own."""
    book_import = found(request, pk)
    answer = HttpResponse(
        problems_paper(book_import, at=now()),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    answer["Content-Disposition"] = f'attachment; filename="problems-{book_import.pk}.xlsx"'
    return answer


def totals(request: HttpRequest, pk: int) -> HttpResponse:
    book_import = found(request, pk)
    posted = figures.posted_by(book_import)
    return render(
        request,
        "onboarding/totals.html",
        {
            "book": book_import,
            "tied": figures.tied(book_import, posted),
            "general": figures.general(book_import, posted),
            "left": figures.left_over(book_import, posted),
            "employers": book_import.findings["outlook"]["employers"],
            "totals": book_import.findings["totals"],
            "tables": {"tied": tables.TIE_OUT, "general": tables.GENERAL},
            "steps": standing.steps(book_import, 3),
        },
    )


@permission_required("onboarding.import_books", raise_exception=True)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    book_import = found(request, pk)
    grades = book_import.findings["grades"]
    form = ProposeForm(typed(request), errors=grades["error"], warnings=grades["warning"])
    if form.is_valid():
        with shown_on(form):
            propose_books(book_import=book_import, by=request.user, at=now(), on=business_date())
            messages.success(request, "Proposed. The treasurer or the chair is told that it waits for approval.")
            return redirect("onboarding:book", pk)
        book_import = found(request, pk)
    return render(
        request,
        "onboarding/propose.html",
        {
            "book": book_import,
            "form": form,
            "facts": _facts(figures.facts_of(book_import)),
            "grades": finding.grades_of(book_import),
            "blocking": finding.blocking_of(book_import),
            "left": figures.left_over(book_import, None),
            "steps": standing.steps(book_import, 4),
        },
    )


@permission_required("onboarding.approve_import", raise_exception=True)
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person: everything in numbers, and the word."""
    book_import = found(request, pk)
    if book_import.status != ImportStatus.PROPOSED and request.method == "GET":
        return redirect("onboarding:book", pk)
    form = WordForm(typed(request), word="POST")
    if form.is_valid():
        asked = {"book_import": book_import, "by": request.user, "at": now(), "on": business_date()}
        with shown_on(form):
            if is_long(book_import):
                ask_to_post(**asked)
            else:
                post_books(**asked)
                messages.success(request, f"{book_import.file_name} is in the books.")
            return redirect("onboarding:book", pk)
    return render(
        request,
        "onboarding/approve.html",
        {
            "book": book_import,
            "form": form,
            "grades": finding.grades_of(book_import),
            "is_own": book_import.proposed_by_id == request.user.pk,
            "send_back": SendBackForm(),
            "title": f"Put {book_import.file_name} in the books?",
            "facts": _facts(figures.facts_of(book_import)),
        },
    )


@require_POST
@permission_required("onboarding.approve_import", raise_exception=True)
def return_to_proposer(request: HttpRequest, pk: int) -> HttpResponse:
    form = SendBackForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            send_back(book_import=found(request, pk), by=request.user, at=now(), **form.cleaned_data)
            messages.success(request, "Sent back. Whoever proposed it is told why.")
            return redirect("onboarding:book", pk)
    messages.error(request, next(iter(form.errors.values()))[0])
    return redirect("onboarding:approve", pk)


@require_POST
@permission_required("onboarding.import_books", raise_exception=True)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        drop_books(book_import=found(request, pk), by=request.user, at=now())
        messages.success(request, "Put aside. Nothing of it was posted.")
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("onboarding:imports")


@permission_required("onboarding.undo_import", raise_exception=True)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an import back as a whole, with second thoughts first."""
    book_import = found(request, pk)
    if book_import.status != ImportStatus.POSTED and request.method == "GET":
        return redirect("onboarding:book", pk)
    form = UndoForm(typed(request))
    if form.is_valid():
        asked = {
            "book_import": book_import, "reason": form.cleaned_data["reason"], "by": request.user, "at": now(),
            "on": business_date(),
        }  # fmt: skip
        with shown_on(form):
            if is_long(book_import):
                ask_to_undo(**asked)
            else:
                undo_books(**asked)
                messages.success(request, f"{book_import.file_name} is taken out of the books again.")
            return redirect("onboarding:book", pk)
    return render(
        request,
        "onboarding/undo.html",
        {
            "book": book_import,
            "form": form,
            "title": f"Take {book_import.file_name} out of the books?",
            "facts": _facts(figures.undo_facts(book_import)),
            "body": "Every entry is mirrored by a reversal. Nothing is erased: entries and reversals both stay to be "
            "seen. Afterwards the same workbook, or a better one, can come in again.",
            "after": "A reversal is not reversed. To have the books back, bring the workbook in anew.",
            "button": "Take the books out",
            "tone": "bad",
            "back": reverse("onboarding:book", args=[pk]),
        },
    )


def _facts(facts: list[tuple[str, object]]) -> list[tuple[str, str]]:
    """Pairs of label and figure as they are read; a count comes as text already."""
    return [(label, value if isinstance(value, str) else naira(value)) for label, value in facts]
