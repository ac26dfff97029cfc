"""What the busiest pages cost in this process beside a bare view, on Unity's books: CPU time and queries."""

from __future__ import annotations

import gc
import io
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from bench.harness import LEAST_ROUNDS, Pair
from committee.services import open_sitting
from loans.models import Loan, LoanApplication
from loans.services.applications import start_application, submit_application
from loans.services.guarantees import accept_guarantee, ask_guarantor
from loans.states import ApplicationStatus
from members.models import Member
from members.selectors import free_savings
from members.services import enter_pay
from reconciliation.models import DeductionSchedule
from reconciliation.services.returns import import_return
from reconciliation.states import LineState
from users.models import User
from users.roles import Role
from users.services import grant_role
from users.testing import sign_in

UNITY = Path(settings.BASE_DIR) / "practice" / "data" / "unity"
REQUESTS = 50
MOST_QUERIES = 10
MOST_MS = 8.0
ON = date(2026, 10, 26)


def measurements() -> Iterator[Pair]:
    settings.ROOT_URLCONF = "bench.sites.pages"
    settings.ALLOWED_HOSTS = ["*"]
    # As it is served: names with a fingerprint are looked up in the manifest.
    call_command("collectstatic", interactive=False, verbosity=0)
    # As the web server keeps it: a page does not pay for a connection of its own.
    connection.settings_dict["CONN_MAX_AGE"] = None
    people = _fill()
    # What is loaded is left alone by the collector, as wsgi.py has it.
    gc.collect()
    gc.freeze()
    bare = _visits(people["member"], "/bare/")
    for name, user, path in (
        ("member home", people["member"], reverse("portal:member_home")),
        ("loan list of 25", people["officer"], reverse("loans:register")),
        ("dossier", people["committee"], reverse("committee:dossier", args=[people["application"].pk])),
        ("reconciliation workspace", people["officer"], people["workspace"]),
    ):
        visit = _visits(user, path)
        queries, milliseconds = _cost(user, path, visit)
        kept = "within" if queries <= MOST_QUERIES and milliseconds <= MOST_MS else "OVER"
        print(f"{name}: {queries} queries, {milliseconds:.1f} ms of CPU: {kept} the budget", file=sys.stderr)
        yield Pair(f"{name} ({queries} queries)", visit, bare, n=REQUESTS, clock=time.process_time)


def _visits(user: User, path: str):
    client = Client()
    sign_in(client, user)

    def visit() -> None:
        for _ in range(REQUESTS):
            answer = client.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}")

    return visit


def _cost(user: User, path: str, visit) -> tuple[int, float]:
    client = Client()
    sign_in(client, user)
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        client.get(path)
    queries = len(seen)
    visit()
    return queries, statistics.median(_timed(visit) for _ in range(LEAST_ROUNDS)) / REQUESTS * 1000


def _timed(visit) -> float:
    begun = time.process_time()
    visit()
    return time.process_time() - begun


def _fill() -> dict:
    """Unity's books, an application before an open sitting, and a return with lines in every state."""
    call_command(
        "import_society", str(UNITY / "society_register.xlsx"), post=True, by="officer", approved_by="treasurer",
        stdout=io.StringIO(),
    )  # fmt: skip
    officer = User.objects.get(sign_in_number__iexact="officer")
    member = _account(_busiest_member(), "busy@unity.example")
    judge = _account(_free_members()[-1], "judge@unity.example")
    grant_role(user=judge.user, role=Role.COMMITTEE, by=None, at=now())
    application = _before_committee(_free_members()[:3])
    open_sitting(held_on=ON, by=officer, at=now())
    call_command("issue_schedule", "LPA", "2026-10", by="officer", approved_by="treasurer", stdout=sys.stderr)
    schedule = DeductionSchedule.objects.issued().get(employer__code="LPA")
    path = UNITY / "return_LPA_2026-10.xlsx"
    remittance = import_return(
        schedule=schedule, file_name=path.name, data=path.read_bytes(), bank_credit=Decimal("34193210.87"),
        received_on=date(2026, 10, 28), bank_reference="", by=officer, at=now(),
    )  # fmt: skip
    workspace = reverse("reconciliation:workspace", args=[remittance.pk])
    return {
        "member": member.user,
        "officer": officer,
        "committee": judge.user,
        "application": application,
        "workspace": f"{workspace}?group={LineState.SUGGESTED}",
    }


def _account(member: Member, email: str) -> Member:
    member.user = User.objects.create_user(email, full_name=member.name, sign_in_number=member.number)
    member.save(update_fields=["user"])
    grant_role(user=member.user, role=Role.MEMBER, by=None, at=now())
    return member


def _busiest_member() -> Member:
    """The member with the most running loans: his home page has the most to say."""
    loans = Loan.objects.active().values_list("member_id", flat=True)
    counted = {pk: list(loans).count(pk) for pk in set(loans)}
    return Member.objects.get(pk=max(counted, key=lambda pk: (counted[pk], -pk)))


def _free_members() -> list[Member]:
    """Members without a loan, the most free savings first."""
    found = Member.objects.active().exclude(loans__isnull=False).filter(user=None)
    free = free_savings(found)
    return sorted(found, key=lambda member: -free[member.pk])


def _before_committee(people: list[Member]) -> LoanApplication:
    borrower, *guarantors = (_account(one, f"m{one.pk}@unity.example") for one in people)
    enter_pay(
        member=borrower, monthly_pay=Decimal(900_000), other_deductions=Decimal(50_000), by=borrower.user, at=now()
    )
    product = Loan.objects.filter(product__code="normal").select_related("product")[0].product
    application = start_application(
        member=borrower, product=product, amount=Decimal(400_000), term_months=12, purpose="School fees",
        by=borrower.user, at=now(),
    )  # fmt: skip
    asked = [
        ask_guarantor(application=application, guarantor=one, amount=Decimal(200_000), by=borrower.user, at=now())
        for one in guarantors
    ]
    submit_application(application=application, by=borrower.user, on=ON, at=now())
    for guarantee in asked:
        guarantee.refresh_from_db()
        accept_guarantee(guarantee=guarantee, by=guarantee.guarantor.user, at=now())
    return LoanApplication.objects.get(pk=application.pk, status=ApplicationStatus.UNDER_REVIEW)
