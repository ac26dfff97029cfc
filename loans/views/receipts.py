"""Money at the counter: shown where it goes, recorded as it was shown, and taken back where it was a mistake."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from core.dates import business_date
from core.display import naira
from core.errors import shown_on
from loans.forms.receipts import ReceiptForm, ReverseForm
from loans.models import Loan, Repayment
from loans.selectors import register as registers
from loans.selectors.loan_page import loan_page
from loans.services.previews import preview_receipt
from loans.services.repayments import record_receipt, reverse_repayment
from loans.states import LoanStatus
from loans.views.officer import loans_of, typed

# What was written off is still owed: what comes of it is a recovery.
OWED = (LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF)


@permission_required("loans.record_repayment", raise_exception=True)
def receipt(request: HttpRequest, serial: str) -> HttpResponse:
    """Record money paid at the office: first it is shown where it goes, then it is recorded as it was shown."""
    ever_paid_out = loans_of(request).filter(status__in=[*OWED, LoanStatus.CLOSED])
    loan = get_object_or_404(ever_paid_out.select_related("disbursement"), serial=serial)
    if loan.status == LoanStatus.CLOSED and request.method == "GET":
        return redirect("loans:loan", serial)
    form = ReceiptForm(typed(request), today=business_date(), amount=request.GET.get("amount", ""))
    if form.is_valid() and form.is_agreed():
        with shown_on(form):
            done = record_receipt(loan=loan, **form.facts(), by=request.user, at=now())
            messages.success(request, _received(loan, done))
            return redirect("loans:loan", serial)
    _show(form, loan)
    page = loan_page(loan, on=business_date())
    return render(request, "loans/register/receipt.html", {"loan": loan, "page": page, "form": form})


@permission_required("loans.record_repayment", raise_exception=True)
@require_POST
def receipt_figures(request: HttpRequest, serial: str) -> HttpResponse:
    """Where the money goes, alone, while the officer types."""
    loan = get_object_or_404(loans_of(request).filter(status__in=OWED), serial=serial)
    form = ReceiptForm(typed(request), today=business_date())
    form.is_valid()
    _show(form, loan)
    form.forget_errors()
    return render(request, "loans/register/_receipt_figures.html", {"loan": loan, "form": form})


def _show(form: ReceiptForm, loan: Loan) -> None:
    """What the amount would do on its day, where both can be read."""
    if form.has_figures:
        with shown_on(form):
            form.show(preview_receipt(loan=loan, **form.figures(), at=now()))


def _received(loan: Loan, done) -> str:
    if done.posted_before:
        return f"This slip was recorded before: {naira(done.applied)} on {loan.serial}. Nothing was recorded twice."
    rest = ""
    if done.saved:
        rest = f" {naira(done.saved)} went to the voluntary savings."
    elif done.surplus:
        rest = f" Give {naira(done.surplus)} back to the member now."
    if done.closed:
        return f"{naira(done.applied)} recorded. {loan.serial} is paid back and its certificate is ready.{rest}"
    return f"{naira(done.applied)} recorded on {loan.serial}.{rest}"


@permission_required("loans.record_repayment", raise_exception=True)
def take_back(request: HttpRequest, serial: str, pk: int) -> HttpResponse:
    loan = get_object_or_404(loans_of(request), serial=serial)
    repayment = get_object_or_404(Repayment.objects.filter(loan=loan, reversed_by_entry__isnull=True), pk=pk)
    form = ReverseForm(typed(request), today=business_date())
    if form.is_valid():
        with shown_on(form):
            reverse_repayment(repayment=repayment, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, f"{naira(repayment.amount)} is taken back from {loan.serial}.")
            return redirect("loans:loan", serial)
    later = registers.payments_after(repayment)
    return render(
        request, "loans/register/reverse.html", {"loan": loan, "repayment": repayment, "later": later, "form": form}
    )
