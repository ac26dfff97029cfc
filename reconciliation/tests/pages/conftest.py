"""The cast of the pages: an officer who is signed in, four members, the month's schedule and its return."""

import pytest

from reconciliation.tests.factories import (
    TODAY,
    make_employer,
    make_issued,
    make_loan,
    make_officer,
    make_return,
    make_saver,
    make_treasurer,
    row_of,
)
from users.testing import sign_in


@pytest.fixture(autouse=True)
def today(monkeypatch):
    for module in ("schedules", "returns", "suspense"):
        monkeypatch.setattr(f"reconciliation.views.{module}.business_date", lambda: TODAY)


@pytest.fixture
def officer(client):
    return sign_in(client, make_officer())


@pytest.fixture
def treasurer(client):
    return make_treasurer()


@pytest.fixture
def employer():
    return make_employer("LPA")


@pytest.fixture
def people(employer):
    people = [make_saver(employer, savings=str(10000 + 500 * n), christmas="500") for n in range(4)]
    make_loan(people[0])
    return people


@pytest.fixture
def schedule(people, employer):
    return make_issued(employer)


@pytest.fixture
def remittance(schedule, people):
    """A suggestion, a short line, a member twice and a stranger; the fourth member is not there."""
    asked = dict(schedule.lines.values_list("member_id", "total"))
    rows = [
        ("99001", people[0].name, asked[people[0].pk]),
        row_of(people[1], "6000"),
        row_of(people[2], asked[people[2].pk]),
        row_of(people[2], asked[people[2].pk]),
        ("99002", "ZUBAIRU Quartey", "12500"),
    ]
    return make_return(schedule, rows)
