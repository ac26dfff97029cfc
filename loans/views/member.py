"""A member's own pages: his loans, asking for one step by step, his guarantors, and what others ask of him."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from core.dates import business_date
from core.display import naira
from core.errors import DomainError, shown_on
from loans.eligibility.stored import told_quote
from loans.errors import ProductClosed
from loans.forms.applications import ConfirmForm, LoanForm, SendForm
from loans.forms.guarantees import AskForm, ConsentForm, FindGuarantorForm
from loans.messages import consent_words
from loans.models import Guarantee
from loans.selectors.applications import (
    OVER,
    checks,
    draft_of,
    figures_of,
    own_applications,
    own_loans_and_requests,
    rules_for,
    timeline,
)
from loans.selectors.facts import facts_for, open_versions
from loans.selectors.guarantees import (
    answerable,
    cover_by,
    guarantees_of,
    promises_of,
    search_guarantors,
    standing_before,
)
from loans.selectors.pay_days import pay_days_of
from loans.selectors.promises import (
    TAKEN_SOON,
    claims_of,
    notices_of,
    promises_in_full,
    waiting_for_answer,
)
from loans.services.applications import save_draft, submit_application, withdraw_application
from loans.services.guarantees import accept_guarantee, ask_guarantor, cancel_request, decline_guarantee
from loans.states import ApplicationStatus
from members.models import Member

STEPS = (("Loan", "loans:change"), ("Guarantors", "loans:guarantors"), ("Check and send", "loans:check"))


def steps(current: int, number: str = "") -> list[dict[str, str]]:
    """The stepper of an application at its step 1, 2 or 3; the steps that are done lead back to their pages."""
    return [
        {
            "label": label,
            "state": "done" if place < current else "now" if place == current else "next",
            "url": reverse(address, args=[number]) if place < current else "",
        }
        for place, (label, address) in enumerate(STEPS, 1)
    ]


def typed(request: HttpRequest):
    """What a form was sent with, if it was: an empty form is one too."""
    return request.POST if request.method == "POST" else None


# Loans and requests ---------------------------------------------------------------------------------------------------


@permission_required("loans.view_own", raise_exception=True)
def mine(request: HttpRequest) -> HttpResponse:
    return render(request, "loans/mine.html", {"own": own_loans_and_requests(request.user)})


@permission_required("loans.apply", raise_exception=True)
def apply(request: HttpRequest) -> HttpResponse:
    """A new request, or on with the one that was begun."""
    draft = draft_of(request.user)
    if draft is not None and request.method == "GET":
        return redirect("loans:change", draft.number)
    return _loan_step(request, draft=draft)


@permission_required("loans.apply", raise_exception=True)
def change(request: HttpRequest, number: str) -> HttpResponse:
    """The first step of a request that was begun."""
    draft = get_object_or_404(own_applications(request.user), number=number)
    if draft.status != ApplicationStatus.DRAFT and request.method == "GET":
        return redirect("loans:application", draft.number)
    return _loan_step(request, draft=draft)


def _loan_step(request: HttpRequest, *, draft) -> HttpResponse:
    member = get_object_or_404(Member.objects.select_related("employer"), user=request.user)
    form = _loan_form(request, member, draft)
    if form.saving and form.is_valid():
        with shown_on(form):
            saved = save_draft(member=member, draft=draft, **form.terms(), by=request.user, at=now())
            return redirect("loans:guarantors", saved.number)
    return render(request, "loans/apply/loan.html", {"form": form, "draft": draft, "steps": steps(1)})


@permission_required("loans.apply", raise_exception=True)
@require_POST
def figures(request: HttpRequest) -> HttpResponse:
    """The figures panel alone, while the member types."""
    member = get_object_or_404(Member.objects.select_related("employer"), user=request.user)
    form = _loan_form(request, member, None)
    form.is_valid()
    return render(request, "loans/apply/figures.html", {"form": form})


def _loan_form(request: HttpRequest, member: Member, draft) -> LoanForm:
    on = business_date()
    return LoanForm(
        typed(request),
        versions=open_versions(on),
        facts=facts_for(member, on),
        pay_days=pay_days_of(member.employer),
        draft=draft,
    )


@permission_required("loans.apply", raise_exception=True)
def guarantors(request: HttpRequest, number: str) -> HttpResponse:
    """Whom the member asks to stand for his loan: the second step, and later when somebody says no."""
    application = get_object_or_404(own_applications(request.user), number=number)
    if application.status not in (ApplicationStatus.DRAFT, ApplicationStatus.AWAITING_GUARANTORS):
        return redirect("loans:application", number)
    version = rules_for(application, business_date())
    if version is None:
        return _closed(request, number)
    form = AskForm(typed(request))
    if form.is_valid():
        with shown_on(form):
            asked = ask_guarantor(application=application, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, f"{asked.guarantor.name} is on your list for {naira(asked.amount, kobo=False)}.")
            return redirect("loans:guarantors", number)
    find = FindGuarantorForm(request.POST or request.GET)
    search = search_guarantors(application, version, **find.answers(), on=business_date())
    find.suggest(search.amount)
    return render(
        request,
        "loans/apply/guarantors.html",
        {
            "application": application,
            "search": search,
            "form": form,
            "find": find,
            "steps": steps(2, number) if application.status == ApplicationStatus.DRAFT else None,
        },
    )


@permission_required("loans.apply", raise_exception=True)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a request that was not answered."""
    mine_to_take_back = Guarantee.objects.visible_to(request.user).filter(application__member__user=request.user)
    guarantee = get_object_or_404(mine_to_take_back.select_related("application", "guarantor"), pk=pk)
    try:
        cancel_request(guarantee=guarantee, by=request.user, at=now())
        messages.success(request, f"{guarantee.guarantor.name} is no longer asked.")
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("loans:guarantors", guarantee.application.number)


@permission_required("loans.apply", raise_exception=True)
def check(request: HttpRequest, number: str) -> HttpResponse:
    """The last step: everything on one page, and Send."""
    application = get_object_or_404(own_applications(request.user), number=number)
    if application.status != ApplicationStatus.DRAFT and request.method == "GET":
        return redirect("loans:application", number)
    on = business_date()
    version, listed = rules_for(application, on), guarantees_of(application)
    if version is None:
        return _closed(request, number)
    form = SendForm(typed(request))
    if form.is_valid():
        with shown_on(form):
            submit_application(application=application, by=request.user, on=on, at=now())
            messages.success(request, f"{number} is sent.")
            return redirect("loans:application", number)
    return render(
        request,
        "loans/apply/check.html",
        {
            "application": application,
            "figures": figures_of(application, version, on=on),
            "cover": cover_by(application, version, listed),
            "guarantees": listed,
            "form": form,
            "steps": steps(3, number),
        },
    )


def _closed(request: HttpRequest, number: str) -> HttpResponse:
    """The society has stopped giving this kind of loan since the draft was begun."""
    messages.error(request, ProductClosed.message)
    return redirect("loans:change", number)


@permission_required("loans.view_own", raise_exception=True)
def application(request: HttpRequest, number: str) -> HttpResponse:
    """Where a request stands."""
    own = own_applications(request.user).select_related("loan", "approval")
    found = get_object_or_404(own, number=number)
    if found.status == ApplicationStatus.DRAFT:
        return redirect("loans:change", number)
    listed = guarantees_of(found)
    cover = cover_by(found, found.version, listed) if found.version else None
    return render(
        request,
        "loans/application.html",
        {
            "application": found,
            "cover": cover,
            "guarantees": listed,
            "checks": checks(found.rules),
            "told": told_quote(found.quote),
            "events": timeline(found, cover, getattr(found, "loan", None)),
        },
    )


@permission_required("loans.apply", raise_exception=True)
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """The page before a request is taken back."""
    application = get_object_or_404(own_applications(request.user), number=number)
    if application.status in OVER and request.method == "GET":
        return redirect("loans:application", number)
    form = ConfirmForm(typed(request))
    if form.is_valid():
        with shown_on(form):
            withdraw_application(application=application, by=request.user, at=now())
            messages.success(request, f"{number} is withdrawn.")
            return redirect("loans:mine")
    return render(request, "loans/application_withdraw.html", {"application": application, "form": form})


# What others ask ------------------------------------------------------------------------------------------------------


@permission_required("loans.answer_guarantee", raise_exception=True)
def guarantees(request: HttpRequest) -> HttpResponse:
    promises = promises_of(request.user)
    notices = list(notices_of(request.user).filter(recourse__status__in=TAKEN_SOON))
    return render(
        request,
        "loans/guarantees.html",
        {
            "promises": promises,
            "standing": promises_in_full(promises.live, notices, on=business_date()),
            "claims": claims_of(request.user),
            "notices": notices,
            "instead": waiting_for_answer(request.user),
        },
    )


@permission_required("loans.answer_guarantee", raise_exception=True)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What one is asked to promise, in numbers and words, and the answer."""
    guarantee = get_object_or_404(answerable(request.user).filter(application__isnull=False), pk=pk)
    standing = standing_before(guarantee, on=business_date())
    form = ConsentForm(typed(request), guarantee=guarantee)
    if form.is_valid():
        with shown_on(form):
            if form.says_yes:
                accept_guarantee(guarantee=guarantee, by=request.user, at=now())
            else:
                decline_guarantee(guarantee=guarantee, reason=form.cleaned_data["reason"], by=request.user, at=now())
            messages.success(request, form.thanks)
            return redirect("loans:guarantees")
    return render(
        request,
        "loans/guarantee_answer.html",
        {
            "guarantee": guarantee,
            "form": form,
            "standing": standing,
            "consent": consent_words(guarantee),
        },
    )
