"""After new terms a loan is watched: they make nobody punctual, and nothing that was set aside is free at once."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from ledger import checks as ledger_checks
from loans.checks import INVARIANTS
from loans.late_tables import LOANS
from loans.models import ChangeKind, LateScheme, LoanStanding
from loans.selectors.arrears import loans_behind, portfolio
from loans.services.servicing import approve_change, ask_change, take_change_back
from loans.tests.arrears_cast import night
from loans.tests.factories import AT, set_rules
from loans.tests.register_cast import make_active, make_officer, make_treasurer
from users.roles import Role
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db
# Due on 28 November and never paid: on 1 March it is 93 days late, and doubtful.
MARCH, LAST_DAY = date(2027, 3, 1), date(2027, 9, 1)


@pytest.fixture
def loan():
    made = make_active(amount="200000")
    night(MARCH)
    assert standing(made) == (93, "Doubtful", 0)
    return made


def standing(loan):
    found = LoanStanding.objects.select_related("late_class").get(pk=loan.pk)
    return found.days_past_due, found.late_class.name, found.watch_days


def new_terms(loan, on=MARCH):
    asked = ask_change(
        loan=loan, kind=ChangeKind.RESTRUCTURE, effective_on=on, terms={"months": 24}, reason="Less pay",
        by=make_officer(), at=AT,
    )  # fmt: skip
    return approve_change(change=asked, by=make_treasurer(), at=AT)


def set_aside(on):
    found = portfolio(on=on, scheme=LateScheme.objects.in_use(on))
    return {row.late_class.name: row.provision for row in found.rows if row.loans}


def find_breaks():
    return [one.code for one in (*INVARIANTS, *ledger_checks.INVARIANTS) if one.run().broken]


def test_it_stays_in_the_class_of_how_late_it_was_until_the_watch_is_over(loan):
    before = set_aside(MARCH)
    change = new_terms(loan)
    assert (change.watched_until, change.watch_days) == (LAST_DAY, 93)
    night(MARCH)
    assert standing(loan) == (0, "Doubtful", 93)
    assert set_aside(MARCH).keys() == before.keys() == {"Doubtful"}
    assert set_aside(MARCH)["Doubtful"] >= before["Doubtful"]
    assert find_breaks() == []
    # Nothing is paid on the new terms either: from the 94th day on it is worse than it was.
    night(LAST_DAY)
    days, name, watched = standing(loan)
    assert (days > 93, name, watched) == (True, "Doubtful", 93)
    night(LAST_DAY + timedelta(days=1))
    assert standing(loan)[2] == 0
    assert find_breaks() == []


def test_a_loan_that_was_never_late_is_watched_as_a_day_late():
    loan = make_active(amount="200000")
    on = date(2026, 11, 1)
    assert new_terms(loan, on=on).watch_days == 1
    night(on)
    assert standing(loan) == (0, "Watch", 1)
    assert set_aside(on).keys() == {"Watch"}


def test_any_table_and_any_past_day_reads_it_so_and_each_figure_leads_to_it(loan):
    change = new_terms(loan)
    night(MARCH)
    cbn = LateScheme.objects.exclude(in_use=True).get(name__startswith="CBN")
    assert {row.late_class.name for row in portfolio(on=MARCH, scheme=cbn).rows if row.loans} == {"Lost"}
    read = set_aside(MARCH)
    ours = LateScheme.objects.in_use(MARCH)
    (row,) = [one.row for one in portfolio(on=MARCH, scheme=ours).rows if one.loans]
    found, number = loans_behind(on=MARCH, scheme=ours, row=row)
    assert (number, found[0].serial, found[0].late_class) == (1, loan.serial, "Doubtful")
    assert "Under watch: counts as 93 days late at least" in LOANS.render(found)
    april = MARCH + timedelta(days=31)
    take_change_back(change=change, reason="Another member's", by=make_officer(), on=april, at=AT)
    night(april)
    assert standing(loan)[2] == 0
    assert set_aside(MARCH) == read
    assert find_breaks() == []


def test_more_new_terms_are_as_late_as_the_worst_of_them(loan):
    set_rules(most_restructures=2)
    new_terms(loan)
    assert new_terms(loan, on=MARCH + timedelta(days=1)).watch_days == 1
    night(MARCH + timedelta(days=2))
    assert standing(loan)[2] == 93


@pytest.mark.parametrize("role", ["cooploan_app", "cooploan_owner"])
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE loans_loanchange SET watch_days = 1",
        "UPDATE loans_loanchange SET watched_until = '2027-03-02'",
        "UPDATE loans_loanchange SET watch_days = NULL, watched_until = NULL",
    ],
)
def test_what_is_watched_and_how_long_is_never_altered_by_hand(loan, as_role, role, attack):
    new_terms(loan)
    refused = pytest.raises(DatabaseError, match="stays as it was written")
    with as_role(role), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)


@pytest.mark.parametrize(
    "watch", [{"watch_days": 3}, {"watched_until": MARCH}, {"watch_days": 0, "watched_until": MARCH}]
)
def test_a_watch_has_days_and_an_end(loan, watch):
    change = ask_change(
        loan=loan, kind=ChangeKind.RESTRUCTURE, effective_on=MARCH, terms={"months": 24}, reason="Less pay",
        by=make_officer(), at=AT,
    )  # fmt: skip
    deciding = make_treasurer()
    fields = {"status": "approved", "decided_by": deciding, "decided_at": AT, **watch}
    with pytest.raises(DatabaseError, match="loans_change_watched"), transaction.atomic():
        type(change).objects.filter(pk=change.pk).update(**fields)


def test_the_pages_say_until_when_it_is_watched_and_as_how_late_it_counts(client, loan):
    change = new_terms(loan)
    night(MARCH)
    sign_in(client, make_user(roles=[Role.AUDITOR]))
    words = client.get(reverse("loans:loan_change", args=[change.pk])).content.decode()
    assert "Under watch until Wed 1 Sep 2027: until then the reports count it as 93 days late at least" in words
    words = client.get(reverse("loans:arrears_of", args=[loan.serial])).content.decode()
    assert "Under watch after new terms: the reports count it as 93 days late at least." in words
    assert "under watch after new terms" in words
    take_change_back(change=change, reason="Another member's", by=make_officer(), on=MARCH, at=AT)
    assert "Under watch" not in client.get(reverse("loans:loan_change", args=[change.pk])).content.decode()
