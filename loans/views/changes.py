"""Pages of changes of running loans: what waits, asking for one, and the second person's decision."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from core.dates import business_date
from core.errors import DomainError, shown_on
from loans import change_tables
from loans.change_words import in_words
from loans.errors import NotYourOwnLoan
from loans.forms.changes import FORMS, SeenForm, WhyForm
from loans.models import ChangeKind, LoanChange
from loans.selectors import changes as selected
from loans.services.servicing import (
    approve_change,
    ask_change,
    compare_change,
    decline_change,
    take_change_back,
    withdraw_change,
)
from loans.states import ChangeStatus, LoanStatus
from loans.views.officer import loans_of, typed

PAGE = 25


@require_safe
@permission_required("loans.view_register", raise_exception=True)
def changes(request: HttpRequest) -> HttpResponse:
    """Changes that wait for a second person, and those that were decided on."""
    page = Paginator(selected.decided_changes(), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "loans/changes/list.html",
        {
            "waiting": list(selected.waiting_changes()), "page": page,
            "tables": {"waiting": change_tables.WAITING, "decided": change_tables.DECIDED},
        },
    )  # fmt: skip


@permission_required("loans.ask_change", raise_exception=True)
def ask(request: HttpRequest, serial: str) -> HttpResponse:
    """Ask for a change: its kind, then its terms, then what it does beside how the loan is; then it is asked for."""
    loan = get_object_or_404(loans_of(request).select_related("version", "disbursement"), serial=serial)
    if loan.member.user_id == request.user.pk or loan.status != LoanStatus.ACTIVE:
        mine = loan.member.user_id == request.user.pk
        messages.error(request, NotYourOwnLoan.message if mine else f"Loan {serial} is not running.")
        return redirect("loans:loan", serial)
    kind = request.POST.get("kind") or request.GET.get("kind")
    if kind not in FORMS:
        return render(request, "loans/changes/kinds.html", {"loan": loan, "kinds": selected.kinds_for(loan)})
    form = FORMS[kind](typed(request), today=business_date())
    shown = None
    if form.is_valid():
        with shown_on(form):
            given = {"loan": loan, "kind": kind, "effective_on": form.cleaned_data["effective_on"], "terms": form.terms}
            shown = compare_change(**given)
            if form.is_agreed(shown.fingerprint):
                asked = ask_change(
                    **given, reason=form.cleaned_data["reason"], resolution=form.resolution, by=request.user, at=now()
                )
                messages.success(request, "It is asked for. A second person decides on it now.")
                return redirect("loans:loan_change", asked.pk)
            form.is_changed = form.is_stale(shown.fingerprint)
            form.show_again(shown.fingerprint)
    return render(
        request,
        "loans/changes/ask.html",
        {
            "loan": loan, "form": form, "kind": ChangeKind(kind), "shown": shown, "tables": change_tables.BOTH,
            "offer": next(one for one in selected.kinds_for(loan) if one.kind == kind),
        },
    )  # fmt: skip


@require_safe
@permission_required("loans.view_register", raise_exception=True)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change: what it is, who asked and decided, the loan before and after, and what this person may do."""
    return _page(request, _found(request, pk), WhyForm())


@permission_required("loans.decide_change", raise_exception=True)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person's yes, for what he saw."""
    found = _found(request, pk)
    form = SeenForm(request.POST)
    try:
        told = selected.told_of(found)
        if found.status == ChangeStatus.REQUESTED and not (
            form.is_valid() and form.cleaned_data["seen"] == told.comparison.fingerprint
        ):
            messages.warning(request, "The loan has changed since you opened this page. Look at it again, then decide.")
            return redirect("loans:loan_change", pk)
        approve_change(change=found, by=request.user, at=now())
        messages.success(request, f"It is in force: {in_words(found)}.")
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("loans:loan_change", pk)


@permission_required("loans.decide_change", raise_exception=True)
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person's no, with the reason."""
    found = _found(request, pk)
    form = WhyForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            decline_change(change=found, reason=form.cleaned_data["reason"], by=request.user, at=now())
            messages.success(request, "It is declined, and the member is told why.")
            return redirect("loans:loan_change", pk)
    return _page(request, found, form)


@permission_required("loans.ask_change", raise_exception=True)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Who asked asks no longer."""
    try:
        withdraw_change(change=_found(request, pk), by=request.user, at=now())
        messages.success(request, "It is no longer asked for.")
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("loans:loan_change", pk)


@permission_required("loans.decide_change", raise_exception=True)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a change back that is in force: the loan with it and without it, and the reason."""
    found = _found(request, pk)
    if found.status != ChangeStatus.APPROVED and request.method == "GET":
        return redirect("loans:loan_change", pk)
    form = WhyForm(typed(request))
    if form.is_valid():
        with shown_on(form):
            take_change_back(
                change=found, reason=form.cleaned_data["reason"], by=request.user, on=business_date(), at=now()
            )
            messages.success(request, "It is taken back. The loan goes on as if there had been no such change.")
            return redirect("loans:loan_change", pk)
    shown = selected.compare_without(found) if found.status == ChangeStatus.APPROVED else None
    return render(
        request,
        "loans/changes/take_back.html",
        {"change": found, "told": selected.Told(found, shown), "form": form, "tables": change_tables.TAKEN_BACK},
    )


def _found(request: HttpRequest, pk: int) -> LoanChange:
    return get_object_or_404(selected.changes_seen().filter(loan__in=loans_of(request)), pk=pk)


def _page(request: HttpRequest, found: LoanChange, form: WhyForm) -> HttpResponse:
    refused = ""
    try:
        told = selected.told_of(found)
    except DomainError as error:
        # What was possible when it was asked for can have become impossible: it can only be declined then.
        told, refused = selected.Told(found, None), error.message
    mine = found.loan.member.user_id == request.user.pk
    return render(
        request,
        "loans/changes/change.html",
        {
            "told": told, "change": found, "form": form, "refused": refused,
            "tables": change_tables.BOTH, "is_own_loan": mine, "is_own_request": found.asked_by_id == request.user.pk,
            "restructures": selected.restructures(found.loan) if found.kind == ChangeKind.RESTRUCTURE else None,
        },
    )  # fmt: skip
