"""No page asks the database more the more there is."""

import pytest
from django.urls import reverse

from reconciliation.models import SuspenseItem
from reconciliation.tests.factories import (
    make_employer,
    make_issued,
    make_loan,
    make_return,
    make_saver,
    post,
)

pytestmark = pytest.mark.django_db


MOST_QUERIES = 10


def every_page(remittance):
    """Each page with its groups, for queries."""
    suggested = remittance.lines.filter(state="suggested").first() or remittance.lines.first()
    schedule, line = remittance.schedule_id, remittance.schedule.lines.first()
    pages = [
        ("returns", []), ("import", []), ("reading", [remittance.pk]), ("accept_sure", [remittance.pk]),
        ("charge", [remittance.pk]), ("post", [remittance.pk]), ("take_back", [remittance.pk]),
        ("exceptions", [remittance.pk]), ("line", [suggested.pk]), ("find", [suggested.pk]), ("schedules", []),
        ("schedule", [schedule]), ("deduction", [schedule, line.pk]), ("suspense", []),
        *[("suspense_item", [item.pk]) for item in SuspenseItem.objects.all()[:1]],
    ]  # fmt: skip
    found = [reverse(f"reconciliation:{name}", args=args) for name, args in pages]
    found += [reverse("reconciliation:find", args=[suggested.pk]) + "?q=a"]
    workspace = reverse("reconciliation:workspace", args=[remittance.pk])
    groups = ("matched", "suggested", "short", "missing", "unmatched", "waiting", "suspense")
    return found + [f"{workspace}?group={group}" for group in groups]


@pytest.fixture
def big():
    """Makes a return of so many lines: a third suggested, a third matched, the rest short, twice and unknown."""

    def make(size):
        employer = make_employer(f"B{size}")
        people = [make_saver(employer, savings=str(10000 + n)) for n in range(size)]
        for member in people[: size // 4]:
            make_loan(member)
        schedule = make_issued(employer)
        asked = dict(schedule.lines.values_list("member_id", "total"))
        rows = []
        for n, member in enumerate(people):
            amount = asked[member.pk] if n % 5 else asked[member.pk] / 2
            rows.append((f"9{n:05}" if n % 3 == 0 else member.staff_number, member.name, amount))
        rows += [rows[1], *[(f"8{n:05}", f"ZUBAIRU Quartey{n}", "12500") for n in range(size // 6)]]
        return make_return(schedule, rows)

    return make


@pytest.mark.parametrize("size", [25, pytest.param(300, marks=pytest.mark.slow)])
def test_no_page_takes_more_than_ten_queries(client, officer, big, size, django_assert_max_num_queries):
    remittance = big(size)
    for state in ("matched", "posted"):
        if state == "posted":
            post(remittance)
        for address in every_page(remittance):
            with django_assert_max_num_queries(MOST_QUERIES):
                assert client.get(address).status_code in (200, 302), address
