"""The register of members as the office keeps it, and the savings that are to be paid out."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.dates import business_date
from core.display import dmy, naira, stamp
from core.errors import DomainError, shown_on
from members.models import Member, Withdrawal
from members.services import (
    change_monthly_saving,
    decline_withdrawal,
    enter_pay,
    invite_member,
    link_account,
    pay_withdrawal,
    settle_staff_number,
)
from members.states import WithdrawalStatus
from portal import selectors, tables
from portal.forms import AccountForm, DeclineWithdrawalForm, PayForm, PayWithdrawalForm, SavingForm, StaffNumberForm

PAGE = 25
CHANGES = {
    "pay": (PayForm, enter_pay),
    "saving": (SavingForm, change_monthly_saving),
    "number": (StaffNumberForm, settle_staff_number),
}


@permission_required("members.view_register", raise_exception=True)
def register(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    page = Paginator(selectors.register(user=request.user, words=words), PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/members.html", {"page": page, "words": words, "table": tables.MEMBERS})


@permission_required("members.view_register", raise_exception=True)
def member(request: HttpRequest, pk: int) -> HttpResponse:
    visible = Member.objects.visible_to(request.user).select_related(*selectors.WITH_BALANCES)
    return _page(request, get_object_or_404(visible, pk=pk))


def _page(request: HttpRequest, member: Member, **bound) -> HttpResponse:
    """A member's sheet, with the forms of the office; `bound` is the one that was sent and refused."""
    forms = {
        "pay": PayForm(initial={"monthly_pay": member.monthly_pay, "other_deductions": member.other_deductions}),
        "saving": SavingForm(initial={"savings": member.monthly_savings, "christmas": member.monthly_christmas}),
        "number": StaffNumberForm(initial={"staff_number": member.staff_number or member.claimed_staff_number}),
        "account": AccountForm(),
    }
    return render(
        request,
        "portal/member.html",
        {"sheet": selectors.sheet_of(member, on=business_date()), "forms": forms | bound, "has_errors": bool(bound)},
    )


@require_POST
@permission_required("members.manage_members", raise_exception=True)
def change(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """One of the office's changes to a member: his pay, what he saves, or his staff number."""
    visible = Member.objects.visible_to(request.user).select_related(*selectors.WITH_BALANCES)
    found = get_object_or_404(visible, pk=pk)
    form_class, service = CHANGES[what]
    form = form_class(request.POST)
    if form.is_valid():
        with shown_on(form):
            service(member=found, by=request.user, at=now(), **form.cleaned_data)
            messages.success(request, f"{found.name} is changed.")
            return redirect("portal:member", found.pk)
    return _page(request, found, **{what: form})


@require_POST
@never_cache
@permission_required("members.invite_member", raise_exception=True)
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a member's way in and show it, this once, for the letter."""
    found = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    try:
        invitation, code = invite_member(member=found, by=request.user, at=now())
    except DomainError as refused:
        messages.error(request, refused.message)
        return redirect("portal:member", found.pk)
    link = request.build_absolute_uri(reverse("users:join_link", args=[invitation.token]))
    return render(
        request,
        "portal/invited.html",
        {"member": found, "code": code, "link": link, "expires_at": invitation.expires_at},
    )


@require_POST
@permission_required("users.manage_roles", raise_exception=True)
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which sign-in is this member's own, as when an officer is in the register too."""
    found = get_object_or_404(Member.objects.visible_to(request.user).select_related(*selectors.WITH_BALANCES), pk=pk)
    form = AccountForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            user = form.cleaned_data["user"]
            link_account(member=found, user=user, by=request.user, at=now())
            messages.success(request, f"{user} signs in as {found.name} too.")
            return redirect("portal:member", found.pk)
    return _page(request, found, account=form)


@permission_required("members.view_register", raise_exception=True)
def withdrawals(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "portal/withdrawals.html",
        {"waiting": list(selectors.open_withdrawals()), "table": tables.WITHDRAWALS},
    )


@permission_required("members.approve_withdrawal", raise_exception=True)
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    """Pay one request for savings."""
    asked = get_object_or_404(Withdrawal.objects.visible_to(request.user).select_related("member__user"), pk=pk)
    if asked.status != WithdrawalStatus.REQUESTED and request.method == "GET":
        messages.info(request, f"{asked.member.name}: {asked.get_status_display().lower()} on {dmy(asked.decided_at)}.")
        return redirect("portal:withdrawals")
    form = PayWithdrawalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            pay_withdrawal(withdrawal=asked, by=request.user, on=business_date(), at=now(), **form.cleaned_data)
            messages.success(request, f"{naira(asked.amount)} paid out to {asked.member.name}.")
            return redirect("portal:withdrawals")
    return render(
        request,
        "portal/pay_withdrawal.html",
        {
            "asked": asked,
            "form": form,
            "decline": DeclineWithdrawalForm(),
            "title": f"Pay {naira(asked.amount)} to {asked.member.name}?",
            "facts": [
                ("Member", f"{asked.member.name}, {asked.member.number}"),
                ("Asked", stamp(asked.requested_at)),
                ("Amount", naira(asked.amount)),
            ],
            "after": "Make the transfer at the bank first, then write its reference here.",
            "button": "Pay it out",
            "back": reverse("portal:withdrawals"),
        },
    )


@require_POST
@permission_required("members.approve_withdrawal", raise_exception=True)
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(Withdrawal.objects.visible_to(request.user).select_related("member__user", "hold"), pk=pk)
    form = DeclineWithdrawalForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            decline_withdrawal(withdrawal=asked, by=request.user, at=now(), **form.cleaned_data)
            messages.success(request, f"{asked.member.name} is told why.")
            return redirect("portal:withdrawals")
    messages.error(request, form.errors.get("reason", ["Write why."])[0])
    return redirect("portal:withdrawal", asked.pk)
