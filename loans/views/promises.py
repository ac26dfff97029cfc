"""Pages of promises in mid-life: answers of those concerned, the office's list, recourse, claims, contagion."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from core.dates import business_date
from core.display import dmy, naira
from core.errors import DomainError, shown_on
from loans import recourse_messages, tables
from loans.errors import FiguresMoved
from loans.forms.promises import (
    AgreedForm,
    AnswerForForm,
    AnswerForm,
    ClaimReceiptForm,
    ContagionForm,
    ReasonForm,
    SubstituteForm,
    YesOrNoForm,
)
from loans.models import Loan, Substitution
from loans.selectors import promises as selected
from loans.services.claims import repay_claims
from loans.services.recourse import (
    answer_notice,
    charge_guarantors,
    give_notice,
    next_taking,
    offset_savings,
    withdraw_recourse,
)
from loans.services.substitution import (
    answer_substitution,
    approve_substitution,
    ask_substitute,
    withdraw_substitution,
)
from loans.states import RecourseStatus, SubstitutionStatus
from loans.views.officer import loans_of, typed
from members.models import Member

PAGE = 25
# Lists that are read from the top, the worst first: what is further down is in a report.
LONGEST = 50


# One's own ------------------------------------------------------------------------------------------------------------


@permission_required("loans.answer_guarantee", raise_exception=True)
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """What one was told about a loan that is not paid, and what one says to it."""
    told = get_object_or_404(selected.notices_of(request.user), recourse=pk)
    page = selected.recourse_page(told.recourse, on=business_date())
    form = AnswerForm(typed(request))
    if form.is_valid():
        with shown_on(form):
            answer_notice(
                recourse=told.recourse, member=told.member, words=form.cleaned_data["words"], by=request.user, at=now()
            )
            messages.success(request, "The office has your answer.")
            return redirect("loans:answer_notice", pk)
    mine = [one for one in page.answers if one.member_id == told.member_id]
    taken = sum(one.amount for one in page.charges if one.member_id == told.member_id)
    return render(
        request,
        "loans/promises/notice.html",
        {"notice": told, "page": page, "form": form, "mine": mine, "taken": taken},
    )


@permission_required("loans.answer_guarantee", raise_exception=True)
def substitution(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether one takes a guarantor's place, with the words of it."""
    found = get_object_or_404(selected.asked_to_substitute(request.user), pk=pk)
    form = YesOrNoForm(typed(request))
    if form.is_valid():
        with shown_on(form):
            answer_substitution(substitution=found, says_yes=form.says_yes, by=request.user, at=now())
            messages.success(request, "Thank you. Your answer is kept.")
            return redirect("loans:guarantees")
    health = selected.health_of([found.old.loan_id], on=business_date()).get(found.old.loan_id)
    return render(
        request,
        "loans/promises/substitution.html",
        {
            "substitution": found, "form": form, "health": health,
            "words": recourse_messages.substitution_words(found),
            "is_open": found.status == SubstitutionStatus.ASKED,
        },
    )  # fmt: skip


# The office -----------------------------------------------------------------------------------------------------------


@permission_required("loans.view_register", raise_exception=True)
def promises(request: HttpRequest) -> HttpResponse:
    """Promises that are not covered, and whose place is to be taken."""
    page = Paginator(selected.uncovered_promises(), PAGE).get_page(request.GET.get("page"))
    columns = tables.uncovered(may_replace=request.user.has_perm("loans.manage_promises"))
    return render(
        request,
        "loans/promises/list.html",
        {"page": page, "waiting": list(selected.open_substitutions()), "columns": columns},
    )


@permission_required("loans.manage_promises", raise_exception=True)
def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a member to take a guarantor's place."""
    old = get_object_or_404(selected.replaceable(), pk=pk)
    form = SubstituteForm(typed(request))
    if form.is_valid():
        with shown_on(form):
            asked = ask_substitute(
                old=old, guarantor=form.cleaned_data["number"], why=form.cleaned_data["why"], by=request.user, at=now()
            )
            messages.success(request, f"{asked.guarantor.name} is asked to stand for {naira(asked.amount)}.")
            return redirect("loans:promises")
    return render(request, "loans/promises/replace.html", {"old": old, "form": form})


@permission_required("loans.manage_promises", raise_exception=True)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold the new guarantor's savings and let the old one go."""
    found = get_object_or_404(Substitution.objects.select_related("guarantor", "old__guarantor"), pk=pk)
    try:
        approve_substitution(substitution=found, by=request.user, at=now())
        messages.success(request, f"{found.guarantor.name} stands in the place of {found.old.guarantor.name}.")
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("loans:promises")


@permission_required("loans.manage_promises", raise_exception=True)
@require_POST
def stop_asking(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a member no longer to take a guarantor's place."""
    found = get_object_or_404(Substitution.objects.select_related("guarantor", "old"), pk=pk)
    try:
        withdraw_substitution(substitution=found, by=request.user, at=now())
        messages.success(request, f"{found.guarantor.name} is no longer asked.")
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("loans:promises")


# Recourse -------------------------------------------------------------------------------------------------------------


@permission_required("loans.view_register", raise_exception=True)
def recourses(request: HttpRequest) -> HttpResponse:
    """Loans that are late and those for which notice was given."""
    page = Paginator(selected.recourses(), PAGE).get_page(request.GET.get("page"))
    late = selected.late_loans(on=business_date())
    return render(
        request,
        "loans/promises/recourses.html",
        {
            "page": page, "late": late[:LONGEST], "many_late": len(late),
            "tables": {
                "recourses": tables.RECOURSES,
                "late": tables.late_loans(may_propose=request.user.has_perm("loans.propose_recourse")),
            },
        },
    )  # fmt: skip


@permission_required("loans.propose_recourse", raise_exception=True)
def propose(request: HttpRequest, serial: str) -> HttpResponse:
    """Give notice on a loan that is not paid."""
    loan = get_object_or_404(loans_of(request), serial=serial)
    form = ReasonForm(typed(request))
    if form.is_valid():
        with shown_on(form):
            made = give_notice(
                loan=loan, reason=form.cleaned_data["reason"], by=request.user, on=business_date(), at=now()
            )
            messages.success(request, f"All are told. Nothing is taken before {dmy(made.free_on)}.")
            return redirect("loans:recourse", made.pk)
    health = selected.health_of([loan.pk], on=business_date()).get(loan.pk)
    return render(request, "loans/promises/propose.html", {"loan": loan, "form": form, "health": health})


@permission_required("loans.view_register", raise_exception=True)
def recourse(request: HttpRequest, pk: int) -> HttpResponse:
    """One recourse: who was told, who said what, what was taken."""
    found = get_object_or_404(selected.recourses(), pk=pk)
    page = selected.recourse_page(found, on=business_date())
    return render(request, "loans/promises/recourse.html", {"page": page, "form": ReasonForm()})


@permission_required("loans.propose_recourse", raise_exception=True)
def answer_for(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what somebody says to his notice who came or sent a letter."""
    found = get_object_or_404(selected.recourses(), pk=pk)
    people = Member.objects.filter(pk__in=found.notices.values("member")).order_by("surname", "pk")
    form = AnswerForForm(typed(request), people=people)
    if form.is_valid():
        with shown_on(form):
            answer_notice(recourse=found, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, "The answer is kept.")
            return redirect("loans:recourse", pk)
    return render(request, "loans/promises/answer_for.html", {"recourse": found, "form": form})


@permission_required("loans.decide_recourse", raise_exception=True)
def take_savings(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person's yes: the borrower's own savings first."""
    done = "The borrower's own savings have paid as far as they reach."
    return _step(request, pk, RecourseStatus.NOTICE_GIVEN, offset_savings, done)


@permission_required("loans.decide_recourse", raise_exception=True)
def charge(request: HttpRequest, pk: int) -> HttpResponse:
    """The guarantors pay the rest."""
    done = "The guarantors have paid, each within his promise."
    return _step(request, pk, RecourseStatus.SAVINGS_OFFSET, charge_guarantors, done)


def _step(request: HttpRequest, pk: int, status: RecourseStatus, service, done: str) -> HttpResponse:
    """First what would be taken from whom; then, agreed to as it was shown, it is taken."""
    found = get_object_or_404(selected.recourses(), pk=pk)
    form = AgreedForm(typed(request))
    if form.is_valid():
        try:
            service(recourse=found, **form.cleaned_data, by=request.user, on=business_date(), at=now())
            messages.success(request, done)
        except FiguresMoved as moved:
            messages.error(request, moved.message)
            return redirect(request.path)
        except DomainError as refused:
            messages.error(request, refused.message)
        return redirect("loans:recourse", pk)
    if found.status != status or business_date() < found.free_on:
        return redirect("loans:recourse", pk)
    taking = next_taking(recourse=found, on=business_date())
    return render(request, "loans/promises/taking.html", {"recourse": found, "taking": taking})


@permission_required("loans.propose_recourse", raise_exception=True)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a recourse up."""
    found = get_object_or_404(selected.recourses(), pk=pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            withdraw_recourse(
                recourse=found, reason=form.cleaned_data["reason"], by=request.user, on=business_date(), at=now()
            )
            messages.success(request, "The notice is withdrawn, and all are told.")
            return redirect("loans:recourse", pk)
    page = selected.recourse_page(found, on=business_date())
    return render(request, "loans/promises/recourse.html", {"page": page, "form": form})


@permission_required("loans.view_register", raise_exception=True)
def claims(request: HttpRequest, pk: int) -> HttpResponse:
    """What a borrower owes those who paid for him, and the money that he pays at the office for them."""
    if request.method == "POST" and not request.user.has_perm("loans.record_repayment"):
        raise PermissionDenied
    borrower = get_object_or_404(Member.objects.select_related("user"), pk=pk)
    form = ClaimReceiptForm(typed(request), today=business_date())
    if form.is_valid():
        with shown_on(form):
            paid = repay_claims(borrower=borrower, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, f"{naira(sum(one.amount for one in paid))} went to those who paid for him.")
            return redirect("loans:claims", pk)
    return render(
        request,
        "loans/promises/claims.html",
        {"borrower": borrower, "claims": selected.claims_on(borrower), "form": form},
    )


# Contagion ------------------------------------------------------------------------------------------------------------


@permission_required("loans.view_register", raise_exception=True)
def contagion(request: HttpRequest) -> HttpResponse:
    """If these loans are not paid: whose savings no longer carry what he owes, round by round."""
    form = ContagionForm(request.GET or {"days": "30"})
    outcome = None
    if form.is_valid():
        ids = list(Loan.objects.active().filter(serial__in=form.cleaned_data["serials"]).values_list("pk", flat=True))
        if not form.cleaned_data["serials"]:
            late = selected.late_loans(on=business_date(), more_than_days=form.cleaned_data["days"] or 0)
            ids = [one.loan.pk for one in late]
        outcome = selected.contagion(ids)
    hit = outcome.hit[:LONGEST] if outcome else []
    return render(
        request,
        "loans/promises/contagion.html",
        {"form": form, "outcome": outcome, "hit": hit, "columns": tables.CONTAGION},
    )
