"""The office's pages: the list of the register, registration and the queue, payouts."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from core.dates import business_date
from core.display import naira
from core.errors import shown_on
from loans import tables
from loans.errors import NoLendingPolicy, TopUpDay, TopUpWrittenOff
from loans.forms.officer import CancelForm, EmptyForm, FindForm, PayoutForm
from loans.models import Loan
from loans.selectors import register as registers
from loans.selectors.register_list import RegisterList, kinds_of_loan
from loans.services.closures import cancel_loan
from loans.services.disbursements import disburse_loan, payout_figures
from loans.services.registration import move_first_payment, register_loan, release_queued
from loans.states import ApplicationStatus, LoanStatus

PAGE = 25


# A form that is pressed twice arrives a second time when its work is done. The service then gives the first answer
# again, or says what has happened; so the pages below still find what they were about.


def typed(request: HttpRequest):
    """What a form was sent with, if it was: an empty form is one too."""
    return request.POST if request.method == "POST" else None


def loans_of(request: HttpRequest) -> QuerySet[Loan]:
    """The loans that this person may see, with what every page of a loan names."""
    return Loan.objects.visible_to(request.user).standing().select_related("member__employer", "product")


# The register ---------------------------------------------------------------------------------------------------------


@permission_required("loans.view_register", raise_exception=True)
def register(request: HttpRequest) -> HttpResponse:
    form = FindForm(request.GET, kinds=kinds_of_loan())
    loans = RegisterList(on=business_date(), **form.narrowed())
    page = Paginator(loans, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "loans/register/list.html",
        {
            "form": form,
            "page": page,
            "standings": form.standings(loans.numbers, reverse("loans:register")),
            "columns": tables.REGISTER,
        },
    )


@permission_required("loans.view_register", raise_exception=True)
def registration(request: HttpRequest) -> HttpResponse:
    """Approved applications that wait for their serial, and the queue behind the month's cap."""
    cap, blocked = None, ""
    try:
        cap = registers.month_cap(business_date())
    except NoLendingPolicy as refused:
        blocked = refused.message
    return render(
        request,
        "loans/register/registration.html",
        {
            "waiting": registers.waiting_to_be_registered(),
            "queue": registers.queue(),
            "cap": cap,
            "blocked": blocked,
            "tables": {"waiting": tables.WAITING, "queue": tables.QUEUE},
        },
    )


@permission_required("loans.register_loan", raise_exception=True)
def register_one(request: HttpRequest, number: str) -> HttpResponse:
    application = get_object_or_404(registers.approved_applications(), number=number)
    if application.status == ApplicationStatus.REGISTERED and request.method == "GET":
        return redirect("loans:loan", application.loan.serial)
    form = EmptyForm(typed(request))
    if form.is_valid():
        with shown_on(form):
            loan = register_loan(application=application, by=request.user, on=business_date(), at=now())
            messages.success(request, _registered(loan))
            return redirect("loans:to_register")
    try:
        terms = registers.registration_terms(application, on=business_date())
    except NoLendingPolicy as refused:
        messages.error(request, refused.message)
        return redirect("loans:to_register")
    return render(
        request, "loans/register/register_one.html", {"application": application, "terms": terms, "form": form}
    )


def _registered(loan: Loan) -> str:
    if loan.status == LoanStatus.QUEUED:
        return f"{loan.serial} is in the register and waits in the queue: this month's money is used up."
    return f"{loan.serial} is in the register and ready to be paid out."


@permission_required("loans.register_loan", raise_exception=True)
@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """Let out now what the month's cap has room for, without waiting for the first of the month."""
    try:
        released = release_queued(on=business_date(), by=request.user, at=now())
    except NoLendingPolicy as refused:
        messages.error(request, refused.message)
        return redirect("loans:to_register")
    words = ", ".join(loan.serial for loan in released)
    messages.success(
        request, f"Ready to be paid out: {words}." if released else "The cap has no room for the next loan."
    )
    return redirect("loans:to_register")


@permission_required("loans.register_loan", raise_exception=True)
def move_days(request: HttpRequest, serial: str) -> HttpResponse:
    loan = get_object_or_404(loans_of(request), serial=serial)
    form = EmptyForm(typed(request))
    if form.is_valid():
        with shown_on(form):
            move_first_payment(loan=loan, by=request.user, on=business_date(), at=now())
            messages.success(request, f"The payment days of {loan.serial} are moved.")
            return redirect("loans:loan", serial)
    days = registers.days_if_moved(loan, on=business_date())
    return render(request, "loans/register/move_days.html", {"loan": loan, "days": days, "form": form})


@permission_required("loans.register_loan", raise_exception=True)
def cancel(request: HttpRequest, serial: str) -> HttpResponse:
    loan = get_object_or_404(
        loans_of(request).filter(status__in=[LoanStatus.QUEUED, LoanStatus.REGISTERED]), serial=serial
    )
    form = CancelForm(typed(request))
    if form.is_valid():
        with shown_on(form):
            cancel_loan(loan=loan, reason=form.cleaned_data["reason"], by=request.user, on=business_date(), at=now())
            messages.success(request, f"{loan.serial} is cancelled. It will not be paid out.")
            return redirect("loans:loan", serial)
    return render(request, "loans/register/cancel.html", {"loan": loan, "form": form})


# Payouts --------------------------------------------------------------------------------------------------------------


@permission_required("loans.view_register", raise_exception=True)
def payouts(request: HttpRequest) -> HttpResponse:
    loans = list(registers.payouts())
    return render(
        request,
        "loans/payouts.html",
        {
            "loans": loans,
            "total": sum(loan.principal for loan in loans),
            "bank": registers.bank(),
            "columns": tables.PAYOUTS,
        },
    )


@permission_required("loans.disburse_loan", raise_exception=True)
def payout(request: HttpRequest, serial: str) -> HttpResponse:
    """The page before money leaves: what is paid to whom, in numbers, and the bank's slip."""
    loan = get_object_or_404(registers.payouts(with_paid=True), serial=serial)
    if loan.status != LoanStatus.REGISTERED and request.method == "GET":
        return redirect("loans:loan", serial)
    form = PayoutForm(typed(request), today=business_date())
    if form.is_valid():
        with shown_on(form):
            paid = disburse_loan(loan=loan, **form.details(), by=request.user, at=now())
            messages.success(
                request, f"{naira(paid.amount)} is paid out to {loan.member.name}: {loan.serial} is running."
            )
            return redirect("loans:payouts")
    if loan.status != LoanStatus.REGISTERED:  # the form says what has happened to it since
        return render(request, "loans/payout.html", {"loan": loan, "form": form, "bank": registers.bank()})
    try:
        figures = payout_figures(loan=loan, on=business_date())
    except (TopUpDay, TopUpWrittenOff) as refused:
        messages.error(request, refused.message)
        return redirect("loans:loan", serial)
    told = {"figures": figures, "bank": registers.bank()}
    return render(request, "loans/payout.html", {"loan": loan, "form": form, **told})
