from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from committee import selectors, tables
from committee.dossier import dossier_of
from committee.forms import CloseSittingForm, OpenSittingForm, VoteForm
from committee.models import Sitting
from committee.services import cast_vote, close_sitting, open_sitting
from core.dates import business_date
from core.display import plural
from core.errors import shown_on
from loans.models import LoanApplication
from loans.selectors.applications import checks


@permission_required("committee.view_queue", raise_exception=True)
def queue(request: HttpRequest) -> HttpResponse:
    applications = list(selectors.queue(user=request.user))
    votes = request.user.has_perm("committee.vote")
    return render(
        request,
        "committee/queue.html",
        {
            "applications": applications,
            "waiting_for_me": [a for a in applications if votes and not a.i_voted and not a.i_stand_aside],
            "figures": selectors.queue_figures(applications, on=business_date()),
            "sitting": selectors.open_sitting(),
            "tables": {"queue": tables.QUEUE if votes else tables.QUEUE_TO_READ},
        },
    )


@permission_required("committee.view_queue", raise_exception=True)
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    form = VoteForm(request.POST or None)
    if request.method == "POST":
        application = get_object_or_404(LoanApplication.objects.visible_to(request.user), pk=pk)
        if not request.user.has_perm("committee.vote"):
            raise PermissionDenied
        if form.is_valid():
            with shown_on(form):
                cast_vote(
                    application=application,
                    choice=form.cleaned_data["choice"],
                    reason=form.cleaned_data["reason"],
                    by=request.user,
                    at=now(),
                )
                messages.success(request, f"Your vote on {application.number} is in. It stays as you cast it.")
                return redirect("committee:queue")
    shown = dossier_of(pk, user=request.user, on=business_date())
    if shown is None:
        raise Http404
    return render(
        request,
        "committee/dossier.html",
        {"dossier": shown, "checks": checks(shown.request.rules), "form": form},
    )


@permission_required("committee.view_queue", raise_exception=True)
def sittings(request: HttpRequest) -> HttpResponse:
    return _sittings_page(request, OpenSittingForm(initial={"held_on": business_date()}))


def _sittings_page(request: HttpRequest, form: OpenSittingForm) -> HttpResponse:
    return render(
        request,
        "committee/sittings.html",
        {
            "sittings": selectors.sittings(),
            "tables": {"sittings": tables.SITTINGS},
            "form": form,
            "queue_url": reverse("committee:queue"),
        },
    )


@require_POST
@permission_required("committee.open_sitting", raise_exception=True)
def open_new_sitting(request: HttpRequest) -> HttpResponse:
    form = OpenSittingForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            sitting = open_sitting(held_on=form.cleaned_data["held_on"], by=request.user, at=now())
            messages.success(request, f"Sitting {sitting.number} is open for votes.")
            return redirect("committee:queue")
    return _sittings_page(request, form)


@permission_required("committee.view_queue", raise_exception=True)
def sitting(request: HttpRequest, pk: int) -> HttpResponse:
    return render(
        request,
        "committee/sitting.html",
        {"sitting": get_object_or_404(Sitting, pk=pk), "sittings_url": reverse("committee:sittings")},
    )


@permission_required("committee.close_sitting", raise_exception=True)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    sitting = get_object_or_404(Sitting, pk=pk)
    form = CloseSittingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            decisions = close_sitting(sitting=sitting, by=request.user, at=now())
            messages.success(
                request, f"Sitting {sitting.number} is closed: {plural(len(decisions), 'application')} decided."
            )
            return redirect("committee:sitting", pk=sitting.pk)
    ready = selectors.ready_to_decide()
    return render(
        request,
        "committee/close.html",
        {
            "sitting": sitting,
            "form": form,
            "title": f"Close sitting {sitting.number}?",
            "body": "The members whose loans are decided are told at once.",
            "facts": [
                ("Loans that will be approved", ready["approved"]),
                ("Loans that will be declined", ready["declined"]),
                ("Left for the next sitting: not enough votes", ready["carried"]),
            ],
            "after": "A member who was declined may apply again.",
            "button": "Close the sitting",
            "back": reverse("committee:queue"),
        },
    )
