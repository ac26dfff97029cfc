"""A member's own savings pay his loan: he or the office asks, somebody else approves."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from core.dates import business_date
from core.display import naira
from core.errors import DomainError, shown_on
from loans.forms.offsets import DeclineForm, OffsetForm
from loans.models import SavingsOffset
from loans.selectors.offsets import savings_reach
from loans.services.offsets import approve_offset, ask_offset, decline_offset, withdraw_offset
from loans.services.previews import preview_receipt
from loans.states import LoanStatus
from loans.views.loan import frame
from loans.views.officer import loans_of, typed
from loans.views.quotes import may_ask


@login_required
def from_savings(request: HttpRequest, serial: str) -> HttpResponse:
    """What of the savings may go, what it would do to the loan, and the request for it."""
    running = loans_of(request).filter(status=LoanStatus.ACTIVE).select_related("version")
    loan = get_object_or_404(running, serial=serial)
    if request.method == "POST" and not may_ask(request, loan):
        raise PermissionDenied
    form = OffsetForm(typed(request))
    if form.is_valid():
        form.show(preview_receipt(loan=loan, amount=form.cleaned_data["amount"], on=business_date(), at=now()))
        if "ask" in form.data:
            if form.must_choose:
                form.add_error("use", "Choose what becomes of it.")
            else:
                with shown_on(form):
                    ask_offset(loan=loan, **form.facts(), by=request.user, on=business_date(), at=now())
                    messages.success(request, "It is asked for. Somebody else approves it before anything is taken.")
                    return redirect("loans:from_savings", serial)
    return render(
        request,
        "loans/offsets/ask.html",
        {
            "loan": loan,
            "form": form,
            "reach": savings_reach(loan, on=business_date()),
            "waiting": SavingsOffset.objects.waiting().filter(loan=loan).select_related("asked_by").first(),
            "may_ask": may_ask(request, loan),
            "frame": frame(request, loan),
        },
    )


@require_POST
@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a request back: who asked, or the office."""
    offset = get_object_or_404(SavingsOffset.objects.visible_to(request.user).select_related("loan__member"), pk=pk)
    if not may_ask(request, offset.loan):
        raise PermissionDenied
    _do(request, lambda: withdraw_offset(offset=offset, by=request.user, at=now()), "It is no longer asked for.")
    return redirect("loans:from_savings", offset.loan.serial)


@require_safe
@permission_required("members.approve_withdrawal", raise_exception=True)
def offsets(request: HttpRequest) -> HttpResponse:
    """What waits for the second person."""
    waiting = SavingsOffset.objects.waiting().select_related("loan__member", "loan__product", "asked_by")
    return render(request, "loans/offsets/list.html", {"waiting": waiting.order_by("asked_at", "pk")})


@require_POST
@permission_required("members.approve_withdrawal", raise_exception=True)
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    offset = get_object_or_404(SavingsOffset.objects.select_related("loan__member"), pk=pk)
    words = f"Up to {naira(offset.amount)} of savings paid loan {offset.loan.serial}."
    _do(request, lambda: approve_offset(offset=offset, by=request.user, on=business_date(), at=now()), words)
    return redirect("loans:offsets")


@require_POST
@permission_required("members.approve_withdrawal", raise_exception=True)
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    offset = get_object_or_404(SavingsOffset, pk=pk)
    form = DeclineForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        _do(request, lambda: decline_offset(offset=offset, reason=reason, by=request.user, at=now()), "Declined.")
    else:
        messages.error(request, form.errors["reason"][0])
    return redirect("loans:offsets")


def _do(request: HttpRequest, act, words: str) -> None:
    try:
        act()
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, words)
