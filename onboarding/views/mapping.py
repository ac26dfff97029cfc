"""What the workbook means: our proposal sheet by sheet, and what a person says instead."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from core.dates import business_date
from core.display import plural
from core.errors import shown_on
from core.workbooks import Workbook
from onboarding import tables
from onboarding.forms.books import DayForm, SheetForm
from onboarding.mapping import Mapping
from onboarding.models import BookImport
from onboarding.remapping import changed, on_the_day
from onboarding.selectors.standing import is_open, steps
from onboarding.services import change_mapping
from onboarding.sheets import SheetShown, sheets_of
from onboarding.views.books import found

CHANGE = "onboarding.import_books"


def meaning(request: HttpRequest, pk: int) -> HttpResponse:
    book_import = found(request, pk)
    return _page(request, book_import, sheets_of(book_import))


def _page(
    request: HttpRequest, book_import: BookImport, sheets: list[SheetShown], *, day: DayForm | None = None,
    wrong: SheetForm | None = None,
) -> HttpResponse:  # fmt: skip
    """The whole page; `day` or `wrong` is the form that was sent and refused."""
    return render(
        request,
        "onboarding/meaning.html",
        {
            "book": book_import,
            "sheets": sheets,
            "day": day or DayForm(initial={"as_at": book_import.as_at}),
            "form": wrong or day,
            "tables": {"columns": tables.COLUMNS, "accounts": tables.ACCOUNTS, "rows": tables.ROWS},
            "may_change": request.user.has_perm(CHANGE) and is_open(book_import),
            "steps": steps(book_import, 1),
        },
    )


@require_POST
@permission_required(CHANGE, raise_exception=True)
def change_day(request: HttpRequest, pk: int) -> HttpResponse:
    book_import = found(request, pk)
    form = DayForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            return _read_again(request, book_import, partial(_with_day, as_at=form.cleaned_data["as_at"]))
    return _page(request, book_import, sheets_of(book_import), day=form)


def _with_day(workbook: Workbook, before: Mapping, *, as_at) -> Mapping:
    return on_the_day(before, as_at)


@require_POST
@permission_required(CHANGE, raise_exception=True)
def change_sheet(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    book_import = found(request, pk)
    sheets = sheets_of(book_import, data=request.POST, place=place)
    if place >= len(sheets):
        raise Http404
    form = sheets[place].form
    if form.is_valid():
        with shown_on(form):
            return _read_again(request, book_import, partial(_with_answers, place=place, answers=form.answers()))
    return _page(request, book_import, sheets, wrong=form)


def _with_answers(workbook: Workbook, before: Mapping, *, place: int, answers: dict) -> Mapping:
    return changed(before, place, workbook, **answers)


def _read_again(request: HttpRequest, book_import: BookImport, change) -> HttpResponse:
    """Read the workbook as it is understood now, and go back to the page with the new list."""
    read = change_mapping(book_import=book_import, change=change, by=request.user, at=now(), on=business_date())
    grades = read.findings["grades"]
    messages.success(
        request, f"Read again: {plural(grades['error'], 'error')} and {plural(grades['warning'], 'warning')}."
    )
    return redirect(reverse("onboarding:meaning", args=[read.pk]))
