"""The page of the society's lending policy."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now

from core.dates import business_date
from core.display import dmy
from core.errors import shown_on
from loans.deduction_order import ASKED, CAME, examples
from loans.forms.policy import PolicyForm
from loans.models import LendingPolicy
from loans.services.policy import set_lending_policy
from loans.views.officer import typed


@permission_required("loans.view_products", raise_exception=True)
def lending_policy(request: HttpRequest) -> HttpResponse:
    """What counts now and later, for all who see the rules; and a new one from a day on, for who may set it."""
    may_set = request.user.has_perm("loans.manage_products")
    if request.method == "POST" and not may_set:
        raise PermissionDenied
    in_force = LendingPolicy.objects.in_force(business_date())
    form = PolicyForm(typed(request), today=business_date(), now=in_force)
    if form.is_valid():
        with shown_on(form):
            policy = set_lending_policy(**form.cleaned_data, by=request.user, on=business_date(), at=now())
            messages.success(request, f"This counts for all loans from {dmy(policy.valid_from)} on.")
            return redirect("loans:lending_policy")
    return render(
        request,
        "loans/lending_policy.html",
        {
            "form": form if may_set else None,
            "examples": list(examples()),
            "asked": sum(ASKED.values()),
            "came": CAME,
            "policies": LendingPolicy.objects.order_by("-valid_from"),
            "in_force": in_force,
        },
    )
