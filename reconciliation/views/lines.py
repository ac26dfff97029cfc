"""One line of a return: what the employer wrote, whose it may be and why, and what a person says about it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from core.errors import DomainError
from loans.deduction_order import order_on
from members.models import Member
from reconciliation import tables
from reconciliation.causes import EXPLANATIONS
from reconciliation.forms import FindForm, MemberForm
from reconciliation.models import RemittanceLine
from reconciliation.papers import fate
from reconciliation.selectors.returns import candidates, parts_of, serials
from reconciliation.services.lines import confirm_match, reject_match
from reconciliation.services.posting import spread
from reconciliation.states import LineState, RemittanceStatus

MOST_FOUND = 25


def _found(pk: int) -> RemittanceLine:
    standing = RemittanceLine.objects.exclude(remittance__status=RemittanceStatus.DROPPED)
    return get_object_or_404(
        standing.select_related("remittance__schedule__employer", "member", "confirmed_by", "suspense"), pk=pk
    )


def _back(query: QueryDict, line: RemittanceLine) -> str:
    """The workspace, at the row from which the person came."""
    kept = {name: query[name] for name in ("group", "page", "at") if name in query}
    address = reverse("reconciliation:workspace", args=[line.remittance_id])
    return f"{address}?{urlencode(kept)}" if kept else address


@permission_required("reconciliation.view", raise_exception=True)
def line(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(pk)
    is_open = found.remittance.status == RemittanceStatus.MATCHED
    parts = parts_of(found)
    order = order_on(found.remittance.received_on)
    will_go = spread(found.remittance, [found], order)[pk] if found.member and not parts else None
    return render(
        request,
        "reconciliation/line.html",
        {
            "line": found,
            "here": f"Row {found.row}",
            "remittance": found.remittance,
            "cause": EXPLANATIONS[found.cause],
            "fate": fate(found),
            "is_open": is_open,
            "may_accept": is_open and found.member and found.state in (LineState.SUGGESTED, LineState.WAITING),
            "may_reject": is_open and found.member,
            "parts": parts,
            "will_go": will_go,
            "order": order.label,
            "loans": serials(will_go.loans) if will_go else {},
            "in_suspense": found.state == LineState.SUSPENSE,
        },
    )


@require_POST
@permission_required("reconciliation.match_lines", raise_exception=True)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """This line is that member's: the one whom the pressed button names."""
    found, form = _found(pk), MemberForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose the member first.")
        return redirect(_back(request.GET, found))
    member = get_object_or_404(Member, pk=form.cleaned_data["member"])
    try:
        confirm_match(line=found, member=member, by=request.user, at=now())
        messages.success(request, f"Row {found.row} is {member.name}'s.")
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect(_back(request.GET, found))


@require_POST
@permission_required("reconciliation.match_lines", raise_exception=True)
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    """This line is not the suggested member's."""
    found = _found(pk)
    try:
        reject_match(line=found, by=request.user, at=now())
        messages.success(request, f"Row {found.row} is nobody's until somebody is found for it.")
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect(_back(request.GET, found))


@permission_required("reconciliation.match_lines", raise_exception=True)
def find(request: HttpRequest, pk: int) -> HttpResponse:
    """Search the employer's members for the one whose line this is."""
    found = _found(pk)
    form = FindForm(request.GET)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    people = list(candidates(found.remittance, words)[: MOST_FOUND + 1]) if words else []
    return render(
        request,
        "reconciliation/find.html",
        {
            "line": found,
            "form": form,
            "words": words,
            "people": people[:MOST_FOUND],
            "more": len(people) > MOST_FOUND,
            "table": tables.FOUND,
            "kept": [(name, request.GET[name]) for name in ("group", "page", "at") if name in request.GET],
            "back": _back(request.GET, found),
            "accept": f"{reverse('reconciliation:accept', args=[pk])}?{_back(request.GET, found).partition('?')[2]}",
        },
    )
