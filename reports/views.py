"""Statements, the trial balance, and what stands behind each figure. Nothing here changes anything."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from core.dates import business_date
from core.exports import ExportSheet, xlsx_bytes
from core.selectors import society
from ledger.models import Account, JournalLine
from ledger.selectors import balance_of
from members.models import Member
from reports import books, tables
from reports.forms import CheckForm, DayForm, PeriodForm
from reports.invariants import verify
from reports.statements import Statement, agrees, statement_of, statement_sheets

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _download(sheets: ExportSheet | list[ExportSheet], name: str) -> HttpResponse:
    response = HttpResponse(xlsx_bytes(sheets, at=now()), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


# Statements -----------------------------------------------------------------------------------------------------------


@require_safe
@permission_required("loans.view_own", raise_exception=True)
def statement(request: HttpRequest) -> HttpResponse:
    """A member's own statement."""
    return _statement(request, get_object_or_404(Member, user=request.user), "reports/statement.html")


@require_safe
@permission_required("members.view_register", raise_exception=True)
def member_statement(request: HttpRequest, pk: int) -> HttpResponse:
    """A member's statement, as the office reads and prints it."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    return _statement(request, member, "reports/member_statement.html")


def _statement(request: HttpRequest, member: Member, template: str) -> HttpResponse:
    form, found = _asked_for(request, member)
    if request.GET.get("format") == "xlsx" and form.is_valid():
        number = member.number.replace("/", "-")
        return _download(statement_sheets(found), f"statement-{number}-{found.first}-{found.last}")
    return render(
        request,
        template,
        {
            "form": form,
            "statement": found,
            "tables": {"savings": tables.SAVINGS, "loan": tables.LOAN},
            "printed_at": now(),
        },
    )


def _asked_for(request: HttpRequest, member: Member) -> tuple[PeriodForm, Statement]:
    """The period and account in the address; this year up to today where none is there or it cannot be read."""
    today = business_date()
    standard = {"from": date(today.year, 1, 1), "to": today}
    form = PeriodForm(standard | request.GET.dict())
    form.full_clean()
    asked = standard if {"from", "to"} & set(form.errors) else form.cleaned_data
    whole = statement_of(member, first=asked["from"], last=asked["to"], only=request.GET.get("account", ""))
    form.offer(whole.choices)
    form.full_clean()
    return form, whole


@require_safe
@permission_required("members.view_register", raise_exception=True)
def check_statement(request: HttpRequest) -> HttpResponse:
    """Is a printed statement ours, and do the books still say so?"""
    form = CheckForm(request.GET if "code" in request.GET else None)
    right = None
    if form.is_valid():
        asked = form.cleaned_data
        member = Member.objects.filter(number__iexact=asked["number"].strip()).first()
        right = member is not None and agrees(member, first=asked["first"], last=asked["last"], code=asked["code"])
    return render(request, "reports/check_statement.html", {"form": form, "right": right})


# The books ------------------------------------------------------------------------------------------------------------


@require_safe
@permission_required("ledger.view_books", raise_exception=True)
def trial_balance(request: HttpRequest) -> HttpResponse:
    form, as_of = DayForm.day_of(request.GET, business_date())
    found = books.trial_balance_on(as_of)
    if request.GET.get("format") == "xlsx":
        return _download(books.trial_balance_sheet(found, society=society().name), f"trial-balance-{as_of}")
    return render(request, "reports/trial_balance.html", {"form": form, "found": found, "table": tables.TRIAL_BALANCE})


@require_safe
@permission_required("ledger.view_books", raise_exception=True)
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands behind an account's balance: its lines, or the accounts under it."""
    found = get_object_or_404(Account.objects.select_related("control"), pk=pk)
    form, as_of = DayForm.day_of(request.GET, business_date())
    shown = {"account": found, "form": form, "as_of": as_of, "balance": balance_of(found, as_of=as_of)}
    if found.is_control:
        words = request.GET.get("q", "").strip()
        under = books.sub_accounts(found, words=words)
        page = Paginator(under, books.PAGE).get_page(request.GET.get("page"))
        page.object_list = list(books.with_balances(page.object_list, as_of=as_of))
        return render(
            request,
            "reports/control_account.html",
            {**shown, "page": page, "words": words, "table": tables.SUB_ACCOUNTS},
        )
    before = None
    if request.GET.get("before", "").isdecimal():
        before = JournalLine.objects.filter(account=found, pk=request.GET["before"]).first()
    return render(
        request,
        "reports/account.html",
        {**shown, "lines": books.account_page(found, as_of=as_of, before=before), "table": tables.ACCOUNT},
    )


@require_safe
@login_required
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry with its lines: any for who reads the books, one's own for a member."""
    for_office = request.user.has_perm("ledger.view_books")
    if not for_office and not request.user.has_perm("loans.view_own"):
        raise PermissionDenied
    own = set() if for_office else books.own_accounts(request.user)
    found = get_object_or_404(books.entries_visible_to(request.user, own), pk=pk)
    return render(
        request,
        "reports/office_entry.html" if for_office else "reports/entry.html",
        {
            "entry": found,
            "lines": books.lines_of(found, for_office=for_office, own=own),
            "table": tables.OFFICE_ENTRY if for_office else tables.ENTRY,
        },
    )


@require_safe
@permission_required("ledger.view_books", raise_exception=True)
def check_books(request: HttpRequest) -> HttpResponse:
    """Recount every rule that the books must keep, when asked to."""
    results = verify() if request.GET.get("count") == "now" else []
    return render(
        request,
        "reports/check_books.html",
        {
            "rooms": [(room, list(rows)) for room, rows in groupby(results, key=lambda result: result.room)],
            "broken": [result for result in results if not result.holds],
            "counted_at": now(),
            "table": tables.INVARIANTS,
        },
    )
