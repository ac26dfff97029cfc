"""Where each person lands, and a member's own pages of savings."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now

from core.dates import business_date
from core.display import naira
from core.errors import shown_on
from core.specimens import specimens
from loans.services.withdrawals import kept_for_loans, request_withdrawal
from members.models import Member
from members.selectors import equity
from portal import selectors
from portal.forms import WithdrawalForm
from portal.navigation import sections, waiting_counts
from users.roles import Role

# The first desk of each permission: where a person with an office lands.
DESKS = [
    ("committee.vote", "committee:queue"),
    ("committee.open_sitting", "committee:queue"),
    ("loans.disburse_loan", "loans:payouts"),
    ("loans.register_loan", "loans:to_register"),
    ("users.manage_roles", "users:people"),
    ("ledger.view_books", "reports:trial_balance"),
]


def home(request: HttpRequest) -> HttpResponse:
    """A member's passbook, or the desk of who has an office."""
    for permission, desk in DESKS:
        if request.user.has_perm(permission):
            return redirect(desk)
    if settings.PRACTICE and request.user.has_role(Role.TRAINER):
        return redirect("portal:practice")
    return member_home(request)


def member_home(request: HttpRequest) -> HttpResponse:
    found = selectors.home_of(request.user, on=business_date())
    if found is None:
        return render(request, "portal/no_desk.html", {"sections": sections(request, waiting_counts(request.user))})
    return render(request, "portal/member_home.html", {"home": found, "greeting": selectors.greeting(now())})


@permission_required("loans.view_own", raise_exception=True)
def savings(request: HttpRequest) -> HttpResponse:
    """The four accounts of a member, each with its newest lines."""
    member = get_object_or_404(Member.objects.select_related(*selectors.WITH_BALANCES), user=request.user)
    return render(request, "portal/savings.html", {"savings": selectors.savings_of(member)})


@permission_required("members.request_withdrawal", raise_exception=True)
def withdraw(request: HttpRequest) -> HttpResponse:
    member = get_object_or_404(Member, user=request.user)
    form = WithdrawalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            asked = request_withdrawal(member=member, amount=form.cleaned_data["amount"], by=request.user, at=now())
            messages.success(request, f"We hold {naira(asked.amount)} for you until it is paid out.")
            return redirect("portal:savings")
    cover = selectors.Cover(equity(member), kept_for_loans(member))
    return render(request, "portal/withdraw.html", {"form": form, "cover": cover})


@login_not_required
def practice(request: HttpRequest) -> HttpResponse:
    """The practice site's people, what each is there for, and what to try; nowhere else is there such a page."""
    if not settings.PRACTICE:
        raise Http404
    return render(request, "portal/practice.html", {"today": business_date()})


def components(request: HttpRequest) -> HttpResponse:
    """Every piece of the pages in each of its states, for who builds or looks after the site."""
    if not settings.PRACTICE and not request.user.has_perm("portal.use_admin"):
        raise Http404
    return render(request, "portal/components.html", specimens())


def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/help.html")
