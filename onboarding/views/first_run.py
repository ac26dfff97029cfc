"""The first pages of a society that has no workbook."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now

from core.dates import business_date
from core.display import naira
from core.errors import shown_on
from onboarding.forms.society import MoneyForm, SocietyForm
from onboarding.selectors.standing import society_as_said, society_is_empty
from onboarding.services.first_run import NewEmployer, open_money, set_up_society
from onboarding.views.books import typed

MAY_SET_UP = ("onboarding.import_books", "users.manage_roles")
KEPT = ("name", "short_name", "office_phone", "email", "member_number_prefix", "loan_serial_prefix")


def set_up(request: HttpRequest) -> HttpResponse:
    """Who the society is and who pays its members, until the first member comes."""
    if not any(request.user.has_perm(permission) for permission in MAY_SET_UP):
        raise PermissionDenied
    form = SocietyForm(typed(request), initial=society_as_said(KEPT))
    if form.is_valid():
        with shown_on(form):
            said = set_up_society(
                **{name: form.cleaned_data[name] for name in KEPT},
                employers=[NewEmployer(*employer) for employer in form.employers()],
                by=request.user,
                at=now(),
            )
            messages.success(request, f"{said.short_name} is set up. Its standard loans are open.")
            return redirect(
                "onboarding:opening_money" if request.user.has_perm("ledger.post_journal") else "onboarding:imports"
            )
    return render(
        request,
        "onboarding/first_run.html",
        {"form": form, "employers": form.employer_fields(), "is_empty": society_is_empty()},
    )


@permission_required("ledger.post_journal", raise_exception=True)
def opening_money(request: HttpRequest) -> HttpResponse:
    """What is in the bank and in the cash box as the society begins; one entry, by the treasurer."""
    form = MoneyForm(typed(request))
    if form.is_valid():
        with shown_on(form):
            open_money(
                bank=form.cleaned_data["bank"],
                cash=form.cleaned_data["cash"],
                is_surplus=form.cleaned_data["whose"] == "surplus",
                reason=form.cleaned_data["reason"],
                by=request.user,
                on=business_date(),
                at=now(),
            )
            total = form.cleaned_data["bank"] + form.cleaned_data["cash"]
            messages.success(request, f"{naira(total)} stands in the books.")
            return redirect("onboarding:imports")
    return render(request, "onboarding/opening_money.html", {"form": form, "is_empty": society_is_empty()})
