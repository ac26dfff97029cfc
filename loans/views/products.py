"""Kinds of loan and their rules: the list, the versions in time, a new version by two people."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from core.dates import business_date
from core.display import dmy
from core.errors import DomainError, shown_on
from loans import tables
from loans.forms.products import RulesForm, SampleForm
from loans.models import LoanProduct, ProductVersion, RulesProposal
from loans.selectors import products as selectors
from loans.selectors.facts import rules_of
from loans.selectors.product_rules import in_words
from loans.selectors.workings.quoted import quoted
from loans.services.product_proposals import (
    approve_rules,
    decline_rules,
    fees_of,
    propose_rules,
    tiers_of,
    withdraw_rules,
)
from loans.services.products import open_product
from loans.states import ProposalStatus
from loans.views.officer import typed

DECISIONS = {
    "approve": ("loans.approve_products",),
    "decline": ("loans.approve_products",),
    "withdraw": ("loans.manage_products",),
}
EITHER = ("loans.approve_products", "loans.manage_products")


@require_safe
@permission_required("loans.view_products", raise_exception=True)
def products(request: HttpRequest) -> HttpResponse:
    """Every kind of loan with the rules that are in force."""
    return render(
        request,
        "loans/products/list.html",
        {"rows": selectors.products(on=business_date()), "columns": tables.PRODUCTS},
    )


@require_safe
@permission_required("loans.view_products", raise_exception=True)
def product(request: HttpRequest, code: str) -> HttpResponse:
    """One kind of loan: its versions in time, and what waits."""
    found = get_object_or_404(LoanProduct, code=code)
    return render(
        request,
        "loans/products/product.html",
        {
            "product": found,
            "versions": selectors.versions_of(found, on=business_date()),
            "proposals": found.proposals.select_related("proposed_by", "decided_by").order_by("-pk"),
        },
    )


@require_safe
@permission_required("loans.view_products", raise_exception=True)
def product_version(request: HttpRequest, code: str, since: date) -> HttpResponse:
    """The rules of a product since a day, with a sample loan."""
    version = get_object_or_404(
        ProductVersion.objects.select_related("product").prefetch_related("tiers", "fees"),
        product__code=code, valid__startswith=since,
    )  # fmt: skip
    rules = rules_of(version)
    return render(
        request,
        "loans/products/version.html",
        {"version": version, "rules": in_words(version, rules.tiers, rules.fees)}
        | _sample(request, version, rules.tiers, rules.fees),
    )


@permission_required("loans.manage_products", raise_exception=True)
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """New rules from a day on; nothing counts before another person puts them in force."""
    found = get_object_or_404(LoanProduct, code=code)
    version = found.versions.prefetch_related("tiers", "fees").order_by("-valid").first()
    known = rules_of(version, found) if version else None
    form = RulesForm(
        typed(request), version=version, tiers=known.tiers if known else (), fees=known.fees if known else ()
    )  # fmt: skip
    if form.is_valid():
        with shown_on(form):
            proposal = propose_rules(
                product=found, valid_from=form.cleaned_data["valid_from"], reason=form.cleaned_data["reason"],
                numbers=form.numbers, tiers=form.tiers, fees=form.fees, by=request.user, on=business_date(), at=now(),
            )  # fmt: skip
            messages.success(request, "Proposed. The treasurer or the chair puts it in force.")
            return redirect("loans:rules_proposal", proposal.pk)
    return render(request, "loans/products/propose.html", {"product": found, "form": form})


def rules_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """What is proposed, what changes by it, and a sample loan; the decision of another person."""
    if not request.user.has_perm("loans.view_products"):
        raise PermissionDenied
    found = get_object_or_404(
        RulesProposal.objects.select_related("product", "proposed_by", "decided_by", "version"), pk=pk
    )
    if request.method == "POST":
        return _decide(request, found)
    words = selectors.proposed_words(found)
    before = next(
        (one for one in selectors.versions_of(found.product, on=business_date()) if one.version != found.version), None
    )
    return render(
        request,
        "loans/products/proposal.html",
        {
            "proposal": found,
            "rules": words,
            "changed": selectors.differences(before.rules if before else (), words),
            "waits": found.status == ProposalStatus.PROPOSED,
            "is_mine": found.proposed_by_id == request.user.pk,
        }
        | _sample(request, selectors.draft_of(found), tiers_of(found), fees_of(found)),
    )


def _decide(request: HttpRequest, found: RulesProposal) -> HttpResponse:
    do = request.POST.get("do", "")
    if not any(request.user.has_perm(permission) for permission in DECISIONS.get(do, EITHER)):
        raise PermissionDenied
    try:
        if do == "approve":
            approve_rules(proposal=found, by=request.user, on=business_date(), at=now())
            messages.success(request, f"These rules count for new loans from {dmy(found.valid_from)} on.")
        elif do == "decline":
            decline_rules(proposal=found, by=request.user, at=now())
            messages.success(request, "Declined. The rules stay as they are.")
        elif do == "withdraw":
            withdraw_rules(proposal=found, by=request.user, at=now())
            messages.success(request, "Taken back. The rules stay as they are.")
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("loans:rules_proposal", found.pk)


@require_POST
@permission_required("loans.manage_products", raise_exception=True)
def give(request: HttpRequest, code: str) -> HttpResponse:
    """Give a kind of loan from now on, or give it no more."""
    found = get_object_or_404(LoanProduct, code=code)
    is_open = request.POST.get("give") == "yes"
    open_product(product=found, is_open=is_open, by=request.user, at=now())
    messages.success(request, f"{found} loans are given now." if is_open else f"{found} loans are given no more.")
    return redirect("loans:product", found.code)


def _sample(request: HttpRequest, version: ProductVersion, tiers: Any, fees: Any) -> dict[str, Any]:
    asked = SampleForm(request.GET if "amount" in request.GET else None)
    chosen = asked.cleaned_data if asked.is_valid() else {}
    told = selectors.sample(version, tiers=tiers, fees=fees, on=business_date(), **chosen)
    if not asked.is_bound:
        asked = SampleForm(initial={"amount": told.amount, "term_months": told.term_months})
    if not tiers:
        del asked.fields["savings"]
    return {"sample": told, "sample_form": asked, "working": quoted(told.quote) if told.quote else None}
