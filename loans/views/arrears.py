"""How late the loans are: the portfolio with the loans behind each figure, provisions, one loan's arrears, pauses."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from core.dates import business_date
from core.display import dmy, plural
from core.errors import shown_on
from core.exports import xlsx_bytes
from core.selectors import society
from loans import late_tables
from loans.forms.arrears import EmployerPauseForm, EndPauseForm, PauseForm, PortfolioForm, ProvisionForm
from loans.models import LateNotice, LateScheme, Loan, LoanPause, NoticeStep, ProvisionRun
from loans.selectors import arrears
from loans.services.pauses import end_pause, pause_for_employer, pause_loan
from loans.services.provisions import post_provision
from loans.views.loan import frame
from loans.views.officer import loans_of, typed

PAGE = 25
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Everything:
    """A list of which one page was read, for the paginator."""

    def __init__(self, rows: list, count: int) -> None:
        self.rows, self.many = rows, count

    def count(self) -> int:
        return self.many

    def __len__(self) -> int:
        return self.many

    def __getitem__(self, _: slice) -> list:
        return self.rows


# The portfolio --------------------------------------------------------------------------------------------------------


@require_safe
@permission_required("loans.view_register", raise_exception=True)
def portfolio(request: HttpRequest) -> HttpResponse:
    """The loans by how late they are on any day, what to set aside, and the portfolio at risk."""
    form = _asked_for(request)
    if form is None:
        return render(request, "loans/arrears/none_yet.html")
    found = arrears.portfolio(on=form.on, scheme=_scheme(form))
    if request.GET.get("format") == "xlsx":
        return _download(late_tables.portfolio_sheets(found, society=society().name), f"loans-by-lateness-{form.on}")
    return render(
        request,
        "loans/arrears/portfolio.html",
        {"form": form, "found": found, "classes": late_tables.classes(found), "at_risk": late_tables.at_risk(found)},
    )


@require_safe
@permission_required("loans.view_register", raise_exception=True)
def portfolio_loans(request: HttpRequest) -> HttpResponse:
    """The loans behind one figure of the portfolio."""
    form = _asked_for(request)
    if form is None:
        return render(request, "loans/arrears/none_yet.html")
    scheme = _scheme(form)
    asked = {
        "row": _number(request, "row", 0), "more_than": _number(request, "more_than", -1),
        "employers": request.GET.get("employers", "yes") != "no",
    }  # fmt: skip
    heading = _heading(scheme, **asked)
    if request.GET.get("format") == "xlsx":
        loans, _ = arrears.loans_behind(on=form.on, scheme=scheme, **asked)
        sheet = late_tables.loans_sheet(loans, on=form.on, scheme=scheme, heading=heading, society=society().name)
        return _download(sheet, f"late-loans-{form.on}")
    number = max(_number(request, "page", 1), 1)
    loans, count = arrears.loans_behind(
        on=form.on, scheme=scheme, **asked, limit=PAGE, offset=(number - 1) * PAGE
    )  # fmt: skip
    page = Paginator(Everything(loans, count), PAGE).get_page(number)
    return render(
        request,
        "loans/arrears/loans.html",
        {"form": form, "page": page, "heading": heading, "columns": late_tables.LOANS, "scheme": scheme},
    )


def _asked_for(request: HttpRequest) -> PortfolioForm | None:
    known = arrears.days_known()
    if known is None:
        return None
    return PortfolioForm(request.GET, known=known, schemes=arrears.schemes_on(known[1]))


def _scheme(form: PortfolioForm) -> LateScheme:
    """The table that was asked for as it was on the day of the report, or the one in use then."""
    on_that_day = {one.code: one for one in arrears.schemes_on(form.on)}
    return on_that_day.get(form.cleaned_data.get("scheme"), next(iter(on_that_day.values())))


def _number(request: HttpRequest, name: str, otherwise: int) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 6 else otherwise


def _heading(scheme: LateScheme, *, row: int, more_than: int, employers: bool) -> str:
    classes, _ = arrears.classes_of(scheme)
    if 0 < row <= len(classes):
        words = f"Loans of the class {classes[row - 1].name}"
    elif more_than > 0:
        words = f"Loans more than {plural(more_than, 'day')} late"
    elif more_than == 0:
        words = "Loans that are late"
    else:
        words = "All running loans"
    return words if employers else f"{words}, without those that an employer made late"


def _download(sheets, name: str) -> HttpResponse:
    response = HttpResponse(xlsx_bytes(sheets, at=now()), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


# Provisions -----------------------------------------------------------------------------------------------------------


@permission_required("ledger.view_books", raise_exception=True)
def provisions(request: HttpRequest) -> HttpResponse:
    """What was set aside so far, and the next provision."""
    may_post = request.user.has_perm("ledger.post_journal")
    if request.method == "POST" and not may_post:
        raise PermissionDenied
    form = ProvisionForm(typed(request) if may_post else None)
    if form.is_valid():
        with shown_on(form):
            run = post_provision(as_of=form.cleaned_data["as_of"], by=request.user, at=now())
            messages.success(request, f"The provision of {dmy(run.as_of)} is in the books.")
            return redirect("loans:provision", run.as_of)
    return render(
        request,
        "loans/arrears/provisions.html",
        {
            "form": form if may_post else None,
            "runs": ProvisionRun.objects.select_related("posted_by").order_by("-as_of"),
            "columns": late_tables.PROVISIONS,
        },
    )


@require_safe
@permission_required("ledger.view_books", raise_exception=True)
def provision(request: HttpRequest, as_of: date) -> HttpResponse:
    """One provision with its working: each class, its loans, what they owe, the percentage, and the change."""
    run = get_object_or_404(ProvisionRun.objects.select_related("scheme", "posted_by", "entry"), as_of=as_of)
    lines = list(run.lines.select_related("late_class").order_by("late_class__scheme", "late_class__from_days"))
    used = sum(line.before for line in lines) - run.allowance_before
    return render(
        request,
        "loans/arrears/provision.html",
        {"run": run, "lines": lines, "used": used, "columns": late_tables.provision_lines(run, lines)},
    )


# One loan -------------------------------------------------------------------------------------------------------------


@require_safe
@login_required
def arrears_of(request: HttpRequest, serial: str) -> HttpResponse:
    """A loan's arrears for its borrower and for the office: what is late, what it costs, who was told."""
    loan = get_object_or_404(loans_of(request).select_related("version"), serial=serial)
    return render(
        request,
        "loans/arrears/loan.html",
        {
            "loan": loan,
            "page": arrears.loan_arrears(loan, on=business_date(), reader=request.user),
            "frame": frame(request, loan),
            "columns": late_tables.LATE_INSTALMENTS,
            "history_columns": late_tables.HISTORY,
            "end_form": EndPauseForm(initial={"until": business_date()}),
        },
    )


@require_safe
@login_required
def demand(request: HttpRequest, serial: str, pk: int) -> HttpResponse:
    """The demand letter to print, with the figures of the day on which it was made."""
    loan = get_object_or_404(loans_of(request).select_related("member__employer"), serial=serial)
    notice = get_object_or_404(LateNotice, pk=pk, loan=loan, step=NoticeStep.DEMAND)
    return render(
        request,
        "loans/arrears/demand.html",
        {"loan": loan, "notice": notice, "frame": frame(request, loan), "society": society()},
    )


# Pauses ---------------------------------------------------------------------------------------------------------------


@permission_required("loans.pause_loan", raise_exception=True)
def pause(request: HttpRequest, serial: str) -> HttpResponse:
    """Days that do not count against a loan."""
    loan = get_object_or_404(loans_of(request), serial=serial)
    form = PauseForm(typed(request))
    if form.is_valid():
        with shown_on(form):
            pause_loan(loan=loan, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, f"Loan {loan.serial} is paused. Nobody is reminded and nothing is charged.")
            return redirect("loans:arrears_of", loan.serial)
    return render(request, "loans/arrears/pause.html", {"loan": loan, "form": form})


@require_POST
@permission_required("loans.pause_loan", raise_exception=True)
def stop_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """End a pause from a day on."""
    found = get_object_or_404(
        LoanPause.objects.filter(loan__in=Loan.objects.visible_to(request.user)).select_related("loan"), pk=pk
    )
    form = EndPauseForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            end_pause(pause=found, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, "The pause ends.")
    for errors in form.errors.values():
        messages.error(request, errors[0])
    return redirect("loans:arrears_of", found.loan.serial)


@permission_required("loans.pause_loan", raise_exception=True)
def employer_pause(request: HttpRequest) -> HttpResponse:
    """An employer took payments from pay and did not pay them over: it is not his workers' fault."""
    form = EmployerPauseForm(typed(request))
    if form.is_valid():
        with shown_on(form):
            paused = pause_for_employer(**form.cleaned_data, by=request.user, at=now())
            messages.success(request, f"{plural(paused, 'loan')} paused.")
            return redirect("loans:portfolio")
    return render(request, "loans/arrears/employer.html", {"form": form})
