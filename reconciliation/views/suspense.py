"""Suspense: what waits and for how long, whose it is said to be, and the second person's agreement."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now

from core.dates import business_date
from core.display import naira, plural
from core.errors import DomainError, shown_on
from members.models import Member
from reconciliation import tables
from reconciliation.forms import FindForm, MemberForm
from reconciliation.models import SuspenseItem
from reconciliation.selectors.returns import parts_of
from reconciliation.selectors.suspense import in_suspense, owners, suspense_figures
from reconciliation.services.suspense import clear_suspense, propose_owner
from reconciliation.states import SuspenseStatus

PAGE = 25
MOST_FOUND = 25


@permission_required("reconciliation.view", raise_exception=True)
def suspense(request: HttpRequest) -> HttpResponse:
    cleared = request.GET.get("show") == "cleared"
    figures = suspense_figures()
    page = Paginator(in_suspense(cleared=cleared), PAGE).get_page(request.GET.get("page"))
    today = business_date()
    for item in page.object_list:
        item.waited = plural(max((today - item.opened_on).days, 0), "day")
    return render(
        request,
        "reconciliation/suspense.html",
        {
            "page": page,
            "cleared": cleared,
            "figures": figures,
            "oldest_days": (today - figures["oldest"]).days if figures["oldest"] else 0,
            "table": tables.CLEARED if cleared else tables.SUSPENSE,
        },
    )


def _found(pk: int) -> SuspenseItem:
    people = ("member__employer", "proposed_by", "cleared_by", "line__remittance__schedule__employer", "line__member")
    return get_object_or_404(SuspenseItem.objects.select_related(*people), pk=pk)


@permission_required("reconciliation.view", raise_exception=True)
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: what came, why it waits, and the search for its owner."""
    found = _found(pk)
    form, named = FindForm(request.GET), MemberForm(request.POST if request.method == "POST" else None)
    may_propose = request.user.has_perm("reconciliation.match_lines") and found.status == SuspenseStatus.OPEN
    if may_propose and named.is_valid():
        with shown_on(named):
            member = get_object_or_404(Member, pk=named.cleaned_data["member"])
            propose_owner(item=found, member=member, by=request.user, at=now())
            messages.success(request, f"You say it is {member.name}'s. Somebody else has to agree.")
            return redirect("reconciliation:suspense_item", pk)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    people = list(owners(words)[: MOST_FOUND + 1]) if words and may_propose else []
    return render(
        request,
        "reconciliation/suspense_item.html",
        {
            "item": found,
            "here": f"Row {found.line.row}",
            "line": found.line,
            "form": named,
            "search": form,
            "words": words,
            "people": people[:MOST_FOUND],
            "more": len(people) > MOST_FOUND,
            "table": tables.OWNERS,
            "may_propose": may_propose,
            "is_open": found.status == SuspenseStatus.OPEN,
            "is_own": found.proposed_by_id == request.user.pk,
            "waited": plural(max((business_date() - found.opened_on).days, 0), "day"),
            "parts": parts_of(found.line),
        },
    )


@permission_required("reconciliation.post_return", raise_exception=True)
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person agrees, and the money is credited."""
    found = _found(pk)
    if found.status != SuspenseStatus.OPEN or found.member is None:
        return redirect("reconciliation:suspense_item", pk)
    form = MemberForm(request.POST if request.method == "POST" else None, initial={"member": found.member_id})
    if form.is_valid():
        agreed = get_object_or_404(Member, pk=form.cleaned_data["member"])
        try:
            clear_suspense(item=found, member=agreed, by=request.user, at=now())
            messages.success(request, f"{naira(found.amount)} is credited to {agreed.name}.")
        except DomainError as refused:
            messages.error(request, refused.message)
        return redirect("reconciliation:suspense_item", pk)
    return render(
        request,
        "reconciliation/clear.html",
        {
            "item": found,
            "here": f"Row {found.line.row}",
            "form": form,
            "title": f"Credit {naira(found.amount)} to {found.member.name}?",
            "body": "It goes to what is still unpaid of that month, and what is over to voluntary savings.",
            "facts": [
                ("On the return", found.line.name or "Nobody named"),
                ("Staff number on the return", found.line.staff_number or "none"),
                ("Member", f"{found.member.name}, {found.member.number}"),
                ("Employer", found.member.employer),
                ("Proposed by", found.proposed_by),
            ],
            "after": "Money on the wrong account is put right by a reversal.",
            "button": "Yes, credit it",
            "back": reverse("reconciliation:suspense_item", args=[pk]),
        },
    )
