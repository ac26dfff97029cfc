"""The portfolio by lateness on any day: sums that prove themselves, figures that open to their loans."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from engine.arrears import LateClass as EngineClass
from engine.arrears import LateClasses, by_class, portfolio_at_risk
from loans.models import LateScheme, PauseReason
from loans.selectors.arrears import loans_behind, portfolio
from loans.tests.arrears_cast import day, make_late_loan, mark_paid, night, nights, pause
from loans.tests.factories import make_member
from loans.tests.register_cast import make_officer
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db

TODAY = day("2026-11-10")
# due day and principal: not late, 13 days, 41 days, 102 days late on 10 November
LOANS = [("2026-12-28", 50_000), ("2026-10-28", 20_000), ("2026-09-30", 10_000), ("2026-07-31", 5_000)]


@pytest.fixture
def loans():
    member = make_member(with_user=False)
    made = [make_late_loan([(day(due), owed, 1000)], member=member) for due, owed in LOANS]
    pause(made[2], day("2026-09-30"), why=PauseReason.EMPLOYER)
    night(TODAY)
    return made


def scheme(code: str = "own") -> LateScheme:
    return LateScheme.objects.get(code=code)


def as_text(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("code", ["own", "cbn-mfb", "sasra"])
def test_it_is_what_the_engine_says_by_any_table(loans, code):
    table = LateClasses([
        EngineClass(one.name, one.from_days, one.provision_percent) for one in scheme(code).classes.all()
    ])  # fmt: skip
    held = [(Decimal(owed), max((TODAY - day(due)).days, 0)) for due, owed in LOANS]
    found = portfolio(on=TODAY, scheme=scheme(code))
    assert [(row.late_class.name, row.loans, row.outstanding, row.share, row.provision) for row in found.rows] == [
        (row.late_class.name, row.loans, row.outstanding, row.share_percent, row.provision)
        for row in by_class(held, table)
    ]
    assert [one.whole for one in found.at_risk] == [portfolio_at_risk(held, days) for days in (0, 30, 60, 90)]
    others = [held[0], held[1], held[3], (held[2][0], 0)]
    assert [one.without_employers for one in found.at_risk] == [
        portfolio_at_risk(others, days) for days in (0, 30, 60, 90)
    ]


def test_at_risk_is_the_whole_balance_of_each_late_loan(loans):
    """35,000 of 85,000, though no more than the payments of three loans are late."""
    found = portfolio(on=TODAY, scheme=scheme())
    assert (found.at_risk[0].whole.at_risk, found.at_risk[0].whole.percent) == (35_000, Decimal("41.18"))
    assert (found.at_risk[0].loans, found.at_risk[0].loans_without_employers) == (3, 2)


def test_every_figure_opens_to_loans_that_add_up_to_it(loans):
    found = portfolio(on=TODAY, scheme=scheme())
    for row in found.rows:
        behind, count = loans_behind(on=TODAY, scheme=scheme(), row=row.row)
        assert count == row.loans
        assert sum(one.outstanding for one in behind) == row.outstanding
        assert sum(one.provision for one in behind) == row.provision
    for one in found.at_risk:
        behind, count = loans_behind(on=TODAY, scheme=scheme(), more_than=one.more_than_days)
        assert (count, sum(loan.outstanding for loan in behind)) == (one.loans, one.whole.at_risk)
        behind, count = loans_behind(on=TODAY, scheme=scheme(), more_than=one.more_than_days, employers=False)
        assert (count, sum(loan.outstanding for loan in behind)) == (
            one.loans_without_employers, one.without_employers.at_risk
        )  # fmt: skip


def test_its_total_is_what_the_loans_owe_in_the_books(loans):
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(b.balance) FROM loans_loan l JOIN ledger_accountbalance b USING (account_id)")
        assert cursor.fetchone()[0] == portfolio(on=TODAY, scheme=scheme()).total.outstanding


def test_a_past_day_reads_as_it_did_whatever_happened_since(loans):
    then = portfolio(on=TODAY, scheme=scheme())
    mark_paid(loans[3].installments.get(), principal=5000, interest=1000)
    nights("2026-11-11", "2026-11-20")
    assert portfolio(on=TODAY, scheme=scheme()).rows == then.rows
    assert portfolio(on=TODAY, scheme=scheme()).at_risk == then.at_risk
    assert portfolio(on=day("2026-11-20"), scheme=scheme()).at_risk[3].whole.at_risk == 0


def test_the_report_takes_as_many_queries_for_four_loans_as_for_forty(loans):
    with CaptureQueriesContext(connection) as few:
        portfolio(on=TODAY, scheme=scheme())
    member = make_member(with_user=False)
    for _ in range(36):
        make_late_loan([(day("2026-10-28"), 100, 0)], member=member)
    night(TODAY)
    with CaptureQueriesContext(connection) as many:
        portfolio(on=TODAY, scheme=scheme())
    assert len(few) == len(many)


# Pages ----------------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_newest_day_and_any_earlier_one(client, loans):
    night("2026-11-11")
    sign_in(client, make_officer())
    assert "As at Wed 11 Nov 2026" in as_text(client.get(reverse("loans:portfolio")))
    earlier = as_text(client.get(reverse("loans:portfolio"), {"as_of": "2026-11-10", "scheme": "sasra"}))
    assert "As at Tue 10 Nov 2026" in earlier
    assert "SASRA" in earlier
    assert "As at Tue 10 Nov 2026" in as_text(client.get(reverse("loans:portfolio"), {"as_of": "2026-01-01"}))


def test_without_a_night_there_is_nothing_to_show(client):
    sign_in(client, make_officer())
    for name in ("portfolio", "portfolio_loans"):
        assert "Nothing is worked out yet" in as_text(client.get(reverse(f"loans:{name}")))


def test_a_figure_leads_to_the_page_of_its_loans_and_each_loan_to_its_arrears(client, loans):
    sign_in(client, make_officer())
    words = as_text(client.get(reverse("loans:portfolio_loans"), {"as_of": "2026-11-10", "more_than": "90"}))
    assert "Loans more than 90 days late" in words
    assert reverse("loans:arrears_of", args=[loans[3].serial]) in words
    assert loans[1].serial not in words


def test_the_sheets_hold_the_figures_of_the_page(client, loans):
    sign_in(client, make_officer())
    book = load_workbook(io.BytesIO(client.get(reverse("loans:portfolio"), {"format": "xlsx"}).content))
    assert book.sheetnames == ["By class", "Portfolio at risk"]
    assert [row[3].value for row in book["By class"].iter_rows() if row[0].value == "TOTAL"] == [85_000]
    behind = load_workbook(io.BytesIO(client.get(
        reverse("loans:portfolio_loans"), {"format": "xlsx", "more_than": "0"}
    ).content))  # fmt: skip
    assert {row[0].value for row in behind.active.iter_rows()} >= {loan.serial for loan in loans[1:]}


def test_a_member_sees_no_portfolio(client, loans):
    sign_in(client, make_user(roles=["member"]))
    assert client.get(reverse("loans:portfolio")).status_code == 403
    assert client.get(reverse("loans:portfolio_loans")).status_code == 403
