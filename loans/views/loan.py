"""A loan's own pages, for its borrower and for the office alike: figures, statement of its account, certificate."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now

from core.dates import business_date
from core.selectors import society
from loans import change_tables, tables
from loans.models import Loan
from loans.selectors.changes import changes_of
from loans.selectors.loan_page import account_lines, history, loan_page
from loans.selectors.workings import working_of
from loans.states import LoanStatus


def frame(request: HttpRequest, loan: Loan) -> str:
    """The frame around the page: his own for a borrower, the staff's for who keeps or inspects the register."""
    is_mine = loan.member.user_id == request.user.pk
    return "base_member.html" if is_mine else "base_staff.html"


def _loans(request: HttpRequest):
    return (
        Loan.objects.visible_to(request.user).standing()
        .select_related(
            "member__employer", "product", "version", "account", "application__approval__approved_by",
            "disbursement__disbursed_by", "disbursement__entry", "registered_by",
        )
    )  # fmt: skip


def loan(request: HttpRequest, serial: str) -> HttpResponse:
    found = get_object_or_404(_loans(request), serial=serial)
    page = loan_page(found, on=business_date(), with_price=True)
    return render(
        request,
        "loans/loan.html",
        {
            "loan": found, "page": page, "frame": frame(request, found), "columns": tables.SCHEDULES[page.charge_word],
            **changes_context(request, found),
        },
    )  # fmt: skip


def working(request: HttpRequest, serial: str, figure: str) -> HttpResponse:
    """How one figure of the loan comes about: on a page of its own, or alone where a page opens it."""
    found = get_object_or_404(_loans(request), serial=serial)
    page = loan_page(found, on=business_date(), with_price=True)
    around = frame(request, found)
    # An entry is opened by who reads the books, and by the borrower whose account it touched.
    opens = around == "base_member.html" or request.user.has_perm("ledger.view_books")
    told = working_of(figure, page, for_office=around == "base_staff.html" and opens)
    if told is None:
        raise Http404
    return render(
        request,
        "loans/_working.html" if request.htmx else "loans/working.html",
        {
            "loan": found,
            "working": told,
            "frame": around,
            "opens": opens,
            "figure": figure,
            # Alone it stands under a heading of the second rank.
            "rank": "h3" if request.htmx else "h2",
        },
    )


def changes_context(request: HttpRequest, found: Loan) -> dict[str, Any]:
    """What the section of the loan's changes draws."""
    is_mine = found.member.user_id == request.user.pk
    return {
        "changes": changes_of(found),
        "change_figures": change_tables.BOTH["figures"],
        "may_ask_change": found.status == LoanStatus.ACTIVE
        and not is_mine
        and request.user.has_perm("loans.ask_change"),
    }


def account(request: HttpRequest, serial: str) -> HttpResponse:
    """The loan's account in the books, line by line, to be read or printed."""
    found = get_object_or_404(_loans(request), serial=serial)
    return render(
        request,
        "loans/account.html",
        {
            "loan": found,
            "lines": account_lines(found),
            "events": history(found),
            "frame": frame(request, found),
            "columns": tables.ACCOUNT,
            "society": society(),
            "printed_at": now(),
        },
    )


def certificate(request: HttpRequest, serial: str) -> HttpResponse:
    """The paper that says the loan is paid back; there is none while it is not."""
    found = get_object_or_404(_loans(request).filter(status=LoanStatus.CLOSED), serial=serial)
    page = loan_page(found, on=business_date())
    return render(
        request,
        "loans/certificate.html",
        {"loan": found, "page": page, "frame": frame(request, found), "society": society(), "printed_at": now()},
    )
