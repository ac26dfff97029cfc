"""Payroll returns: brought in, looked at in a workspace, the charge confirmed, posted, told what became of them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from core.dates import business_date
from core.display import naira, plural
from core.errors import shown_on
from core.exports import xlsx_bytes
from reconciliation import tables
from reconciliation.errors import ReturnUnreadable
from reconciliation.forms import ChargeForm, EmptyForm, ImportForm, WordForm
from reconciliation.jobs import begin_posting, go_on_posting
from reconciliation.models import Remittance
from reconciliation.papers import exceptions_sheets
from reconciliation.selectors.groups import SUGGESTED
from reconciliation.selectors.head import return_head
from reconciliation.selectors.returns import remittances, standing, told_again
from reconciliation.selectors.schedules import awaiting_return
from reconciliation.selectors.totals import NOTHING, totals
from reconciliation.services.lines import confirm_sure_matches, sure_matches
from reconciliation.services.returns import confirm_charge, drop_return, import_return
from reconciliation.states import RemittanceStatus
from reconciliation.views.schedules import download
from reconciliation.workspace import job_of, workspace_page

PAGE = 25


def found(pk: int) -> Remittance:
    """A return with whom its pages name; one that was taken back is gone from them."""
    return get_object_or_404(standing(), pk=pk)


@permission_required("reconciliation.view", raise_exception=True)
def returns(request: HttpRequest) -> HttpResponse:
    page = Paginator(remittances(), PAGE).get_page(request.GET.get("page"))
    waiting = list(awaiting_return())
    return render(
        request,
        "reconciliation/returns.html",
        {"page": page, "table": tables.RETURNS, "waiting": waiting},
    )


@permission_required("reconciliation.import_return", raise_exception=True)
def bring_in(request: HttpRequest) -> HttpResponse:
    """Choose the employer's file and say what the bank credited; what is wrong with the file is listed by its cell."""
    form = ImportForm(
        request.POST or None, request.FILES or None, schedules=awaiting_return(), today=business_date(),
        chosen=request.GET.get("schedule", ""),
    )  # fmt: skip
    problems = ()
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data.pop("file")
        with shown_on(form):
            try:
                remittance = import_return(
                    **form.cleaned_data, file_name=chosen.name, data=chosen.read(), by=request.user, at=now()
                )
            except ReturnUnreadable as unreadable:
                problems = unreadable.problems
                raise
            messages.success(request, f"{remittance.file_name} is read and matched. Nothing is posted yet.")
            return redirect("reconciliation:workspace", remittance.pk)
    return render(
        request,
        "reconciliation/import.html",
        {"form": form, "problems": problems, "table": tables.PROBLEMS},
    )


@permission_required("reconciliation.view", raise_exception=True)
def workspace(request: HttpRequest, pk: int) -> HttpResponse:
    """A return and its lines, group by group, with what must agree above them."""
    head = return_head(pk)
    if head is None:
        raise Http404
    page = workspace_page(
        head,
        group=request.GET.get("group", ""),
        number=request.GET.get("page"),
        at=request.GET.get("at", ""),
        may_match=request.user.has_perm("reconciliation.match_lines"),
    )
    return render(request, "reconciliation/workspace.html", {
        "work": page, "keys": "match", "job": page.job, "told_again": told_again(pk) if page.is_posted else [],
    })  # fmt: skip


@permission_required("reconciliation.view", raise_exception=True)
def how_it_was_read(request: HttpRequest, pk: int) -> HttpResponse:
    """What was noticed while the file was read: nothing of it changes a sum."""
    remittance = found(pk)
    page = Paginator(remittance.problems, PAGE).get_page(request.GET.get("page"))
    return render(
        request, "reconciliation/reading.html", {"remittance": remittance, "page": page, "table": tables.REMARKS}
    )


@permission_required("reconciliation.match_lines", raise_exception=True)
def accept_sure(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of the sure suggestions, and with one button all of them."""
    remittance = found(pk)
    form = EmptyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        seen = {int(pk) for pk in request.POST.getlist("seen") if pk.isdecimal()}
        with shown_on(form):
            taken = confirm_sure_matches(remittance=remittance, seen=seen, by=request.user, at=now())
            messages.success(request, f"{plural(taken, 'line')} matched.")
            return redirect(f"{reverse('reconciliation:workspace', args=[pk])}?group={SUGGESTED}")
    lines = list(sure_matches(remittance))
    return render(
        request,
        "reconciliation/sure.html",
        {
            "remittance": remittance,
            "form": form,
            "lines": lines,
            "sum": sum((line.amount for line in lines), NOTHING),
            "table": tables.SURE,
        },
    )


@permission_required("reconciliation.post_return", raise_exception=True)
def charge(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm what the bank kept."""
    remittance = found(pk)
    gap = remittance.file_total - remittance.bank_credit
    form = ChargeForm(request.POST or None, initial={"charge": gap if gap > 0 else None})
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            confirm_charge(
                remittance=remittance, charge=form.cleaned_data["charge"], by=request.user, at=now()
            )  # fmt: skip
            messages.success(request, f"The bank kept {naira(form.cleaned_data['charge'])}.")
            return redirect("reconciliation:workspace", pk)
    return render(request, "reconciliation/charge.html", {"remittance": remittance, "form": form, "gap": gap})


@permission_required("reconciliation.post_return", raise_exception=True)
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """The page before a return goes into the books: what will happen, in numbers, and a word to type."""
    remittance = found(pk)
    if remittance.status != RemittanceStatus.MATCHED:
        return redirect("reconciliation:workspace", pk)
    form = WordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            begin_posting(remittance=remittance, by=request.user, at=now())
            return redirect("reconciliation:workspace", pk)
    told = totals(remittance)
    return render(
        request,
        "reconciliation/post.html",
        {
            "remittance": remittance,
            "told": told,
            "form": form,
            "title": f"Post the return of {remittance.schedule.employer}?",
            "body": "Each member's line goes to his loans, his Christmas savings and his savings. Members are told.",
            "facts": [
                (f"To members, {plural(told.for_members.lines, 'line')}", naira(told.matched)),
                (f"To suspense, {plural(told.for_nobody.lines, 'line')}", naira(told.suspense)),
                ("The file", naira(told.file)),
                ("The bank credited", naira(told.credit)),
                ("The bank kept", naira(told.charge)),
            ],
            "after": "What is in suspense is credited later, when two people agree whose it is.",
            "button": f"Post {naira(told.file)}",
            "back": reverse("reconciliation:workspace", args=[pk]),
        },
    )


@require_POST
@permission_required("reconciliation.post_return", raise_exception=True)
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with a posting that stands still; one that has not begun needs its own page, and its word."""
    remittance = found(pk)
    if remittance.status == RemittanceStatus.POSTING:
        go_on_posting(remittance=remittance, by=request.user, at=now())
    return redirect("reconciliation:workspace", pk)


@permission_required("reconciliation.view", raise_exception=True)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The posting's own piece of the page, asked for every two seconds while it runs."""
    remittance = found(pk)
    page = reverse("reconciliation:workspace", args=[pk])
    if not request.htmx:
        return redirect(page)
    job = job_of(remittance, totals(remittance))
    if job is None:
        answer = HttpResponse()
        answer["HX-Redirect"] = page
        return answer
    return render(request, "ui/progress.html", {"job": job})


@permission_required("reconciliation.import_return", raise_exception=True)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a return back before it is posted."""
    remittance = found(pk)
    form = EmptyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with shown_on(form):
            drop_return(remittance=remittance, by=request.user, at=now())
            messages.success(request, f"{remittance.file_name} is taken back. The right file can come in.")
            return redirect("reconciliation:returns")
    return render(request, "reconciliation/take_back.html", {"remittance": remittance, "form": form})


@permission_required("reconciliation.view", raise_exception=True)
def exceptions_file(request: HttpRequest, pk: int) -> HttpResponse:
    """What is to be explained, as a file to ask the employer with."""
    remittance = found(pk)
    schedule = remittance.schedule
    data = xlsx_bytes(exceptions_sheets(remittance), at=now())
    return download(data, f"exceptions-{schedule.employer.code}-{schedule.month:%Y-%m}.xlsx")
