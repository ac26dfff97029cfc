"""What pays a loan off until a day: the figure with its working, the quote that is kept, and its paper."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from core import pdf
from core.dates import business_date
from core.errors import shown_on
from core.selectors import society
from loans.forms.quotes import QuoteForm
from loans.models import Loan, SettlementQuote
from loans.papers import quote_paper
from loans.selectors.quotes import figures_of, first_day, pay_off_on, quote_now, read_figures
from loans.services.quotes import make_quote
from loans.states import LoanStatus
from loans.views.loan import frame
from loans.views.officer import loans_of


def may_ask(request: HttpRequest, loan: Loan) -> bool:
    """The borrower for his own loan, and the office for anybody's."""
    return loan.member.user_id == request.user.pk or request.user.has_perm("loans.record_repayment")


@login_required
def settle(request: HttpRequest, serial: str) -> HttpResponse:
    """Choose a day, see what pays the loan off until then, and have it told as a quote."""
    running = loans_of(request).filter(status=LoanStatus.ACTIVE).select_related("version", "disbursement")
    loan = get_object_or_404(running, serial=serial)
    first = first_day(loan, business_date())
    form = QuoteForm(request.POST or request.GET, first=first)
    told = None
    if form.is_valid():
        until = form.cleaned_data["valid_until"]
        if request.method == "POST":
            if not may_ask(request, loan):
                raise PermissionDenied
            with shown_on(form):
                quote = make_quote(loan=loan, valid_until=until, by=request.user, on=business_date(), at=now())
                messages.success(request, f"Quote {quote.number} is made.")
                return redirect("loans:quote", quote.number)
        told = pay_off_on(loan, on=until, made_on=first)
    return render(
        request,
        "loans/quotes/settle.html",
        {
            "loan": loan,
            "form": form,
            "told": told,
            "figures": read_figures(figures_of(told)) if told else None,
            "quotes": loan.quotes.order_by("-pk")[:5],
            "may_ask": may_ask(request, loan),
            "frame": frame(request, loan),
        },
    )


def _quotes(request: HttpRequest):
    return SettlementQuote.objects.filter(loan__in=loans_of(request)).select_related(
        "loan__member__employer", "loan__version", "loan__product", "loan__disbursement", "made_by"
    )


@require_safe
@login_required
def quote(request: HttpRequest, number: str) -> HttpResponse:
    """A quote as it was told, and whether it still holds."""
    found = get_object_or_404(_quotes(request), number=number)
    return render(
        request,
        "loans/quotes/quote.html",
        {
            "quote": found,
            "loan": found.loan,
            "figures": read_figures(found.figures),
            "now": quote_now(found, today=business_date()),
            "frame": frame(request, found.loan),
        },
    )


@require_safe
@login_required
def quote_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The quote as a paper; it is made from what is kept of it, each time anew."""
    found = get_object_or_404(_quotes(request), number=number)
    return pdf.answer(quote_paper(found, society()), f"{number.replace('/', '-')}.pdf")
