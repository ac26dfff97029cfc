"""Deduction schedules: prepared, looked at, approved by a second person, sent to the employer as a file."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now

from core.dates import business_date
from core.display import month as spoken_month
from core.display import naira
from core.errors import shown_on
from core.exports import csv_bytes, xlsx_bytes
from reconciliation import tables
from reconciliation.forms import EmptyForm, PrepareForm
from reconciliation.models import DeductionLine, DeductionSchedule
from reconciliation.papers import schedule_file_name, schedule_sheet
from reconciliation.selectors.schedules import employers, items_of, listed_schedules, schedule_figures, schedule_lines
from reconciliation.services.schedules import issue_schedule, prepare_schedule
from reconciliation.states import ScheduleStatus

PAGE = 25
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(data: bytes, name: str, kind: str = XLSX) -> HttpResponse:
    """A file for the person to keep."""
    answer = HttpResponse(data, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _found(pk: int) -> DeductionSchedule:
    return get_object_or_404(DeductionSchedule.objects.select_related("employer", "prepared_by", "approved_by"), pk=pk)


@permission_required("reconciliation.view", raise_exception=True)
def schedules(request: HttpRequest) -> HttpResponse:
    page = Paginator(listed_schedules(), PAGE).get_page(request.GET.get("page"))
    form = PrepareForm(employers=employers(), today=business_date())
    return render(request, "reconciliation/schedules.html", {"page": page, "table": tables.SCHEDULES, "form": form})


@permission_required("reconciliation.prepare_schedule", raise_exception=True)
def prepare(request: HttpRequest) -> HttpResponse:
    typed = request.POST if request.method == "POST" else None
    form = PrepareForm(typed, employers=employers(), today=business_date())
    if form.is_valid():
        with shown_on(form):
            schedule = prepare_schedule(**form.cleaned_data, by=request.user, at=now())
            messages.success(request, f"{naira(schedule.total)} to deduct. Somebody else looks at it and approves it.")
            return redirect("reconciliation:schedule", schedule.pk)
    return render(request, "reconciliation/prepare.html", {"form": form})


@permission_required("reconciliation.view", raise_exception=True)
def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(pk)
    figures = schedule_figures(found)
    paginator = Paginator(schedule_lines(found), PAGE)
    paginator.count = figures["members"]
    return render(
        request,
        "reconciliation/schedule.html",
        {
            "schedule": found,
            "month": spoken_month(found.month),
            "figures": figures,
            "page": paginator.get_page(request.GET.get("page")),
            "table": tables.DEDUCTIONS,
            "table_total": tables.deductions_total(figures),
            "remittance": found.remittances.standing().first(),
            "is_draft": found.status == ScheduleStatus.DRAFT,
            "is_issued": found.status == ScheduleStatus.ISSUED,
            "is_own": found.prepared_by_id == request.user.pk,
        },
    )


@permission_required("reconciliation.view", raise_exception=True)
def deduction(request: HttpRequest, pk: int, line_pk: int) -> HttpResponse:
    """What one member's deduction is made of."""
    line = get_object_or_404(
        DeductionLine.objects.select_related("schedule__employer", "member"), pk=line_pk, schedule=pk
    )
    return render(
        request,
        "reconciliation/deduction.html",
        {"line": line, "items": items_of(line), "month": spoken_month(line.schedule.month)},
    )


@permission_required("reconciliation.approve_schedule", raise_exception=True)
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(pk)
    form = EmptyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with shown_on(form):
            issued = issue_schedule(schedule=found, by=request.user, at=now())
            messages.success(request, f"{issued.number} is issued. Send its file to {issued.employer}.")
            return redirect("reconciliation:schedule", found.pk)
    figures = schedule_figures(found)
    return render(
        request,
        "reconciliation/issue.html",
        {
            "schedule": found,
            "form": form,
            "title": f"Issue the deductions of {found.employer} for {spoken_month(found.month)}?",
            "body": f"{found.prepared_by.full_name} prepared it. Once issued, it has its number and stays as it is.",
            "facts": [
                ("Members", figures["members"]),
                ("Savings", naira(figures["savings"])),
                ("Christmas savings", naira(figures["christmas"])),
                ("Loans", naira(figures["loans"])),
                ("To deduct in all", naira(figures["total"])),
            ],
            "after": "A new version can take its place until the employer's return has come in.",
            "button": "Issue the schedule",
            "back": reverse("reconciliation:schedule", args=[found.pk]),
        },
    )


@permission_required("reconciliation.view", raise_exception=True)
def schedule_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    found = _found(pk)
    name, sheet = schedule_file_name(found, kind), schedule_sheet(found)
    if kind == "csv":
        return download(csv_bytes(sheet), name, "text/csv; charset=utf-8")
    return download(xlsx_bytes(sheet, at=found.issued_at or found.prepared_at), name)
