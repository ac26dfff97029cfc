"""Provisions: the allowance is brought to what the classes ask, once for a day, with its working kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from ledger import chart
from ledger.entries import credit, debit
from ledger.selectors import balance_of
from ledger.services import account, post_entry
from loans.errors import DayNotOver, ProvisionPosted
from loans.models import ProvisionRun
from loans.services.provisions import post_provision
from loans.tests.arrears_cast import NIGHT, day, make_late_loan, mark_paid, night, nights
from loans.tests.register_cast import make_officer, make_treasurer
from users.testing import sign_in

pytestmark = pytest.mark.django_db

DUE = day("2026-10-28")
OCTOBER, NOVEMBER = day("2026-10-31"), day("2026-11-30")


def late(principal: int = 9000, due=DUE):
    return make_late_loan([(due, principal, 1000)])


def post(as_of, by=None):
    return post_provision(as_of=as_of, by=by or make_treasurer(), at=NIGHT)


def stands_on(code: str, as_of) -> Decimal:
    return balance_of(account(code), as_of=as_of)


def test_the_allowance_is_brought_to_what_the_classes_ask():
    late()
    late(100_000, due=day("2027-01-28"))
    nights("2026-10-30", "2026-11-01")
    run = post(OCTOBER)
    # 9,000 of the class Watch at 5 percent; the other loan is not late and nothing is set aside for it.
    assert (run.required, run.change) == (450, 450)
    assert (stands_on(chart.ALLOWANCE, OCTOBER), stands_on(chart.PROVISION_EXPENSE, OCTOBER)) == (450, 450)
    assert stands_on(chart.ALLOWANCE, day("2026-10-30")) == 0
    lines = {
        line.late_class.name: (line.loans, line.outstanding, line.required, line.before) for line in run.lines.all()
    }
    assert lines["Watch"] == (1, 9000, 450, 0)
    assert lines["Up to date"] == (1, 100_000, 0, 0)


def test_the_next_month_posts_only_the_change_and_gives_back_what_is_no_longer_asked():
    worse, better = late(), late(20_000)
    nights("2026-10-30", "2026-11-01")
    assert post(OCTOBER).required == 1450
    mark_paid(better.installments.get(), principal=20_000, interest=1000)
    nights("2026-11-02", "2026-12-01")
    run = post(NOVEMBER)
    # The first loan is 33 days late and so at 20 percent; nothing is owed on the other.
    assert (run.required, run.change) == (1800, 350)
    changes = {
        line.narration: line.credit - line.debit for line in run.entry.lines.filter(account__code=chart.ALLOWANCE)
    }
    assert changes == {"Watch": -1450, "Late": 1800}
    mark_paid(worse.installments.get(), principal=9000, interest=1000)
    nights("2026-12-02", "2027-01-01")
    run = post(day("2026-12-31"))
    assert (run.required, run.change) == (0, -1800)
    assert stands_on(chart.PROVISION_EXPENSE, day("2026-12-31")) == 0


def test_what_was_used_for_a_write_off_is_made_up():
    late()
    nights("2026-10-30", "2026-11-01")
    post(OCTOBER)
    from_allowance(Decimal(100), day("2026-11-10"))
    nights("2026-11-02", "2026-12-01")
    run = post(NOVEMBER)
    assert (run.required, run.allowance_before, run.change) == (1800, 350, 1450)
    used = run.entry.lines.get(narration__startswith="Used since")
    assert (used.account.code, used.credit) == (chart.ALLOWANCE, 100)


def from_allowance(amount: Decimal, on) -> None:
    post_entry(
        reference="test/used", kind="test.used", narration="Used", on=on, by=None,
        lines=[debit(account(chart.ALLOWANCE).pk, amount), credit(account(chart.BANK).pk, amount)],
    )  # fmt: skip


def test_a_month_in_which_nothing_changed_is_kept_without_an_entry():
    late(due=day("2027-01-28"))
    nights("2026-10-30", "2026-11-01")
    run = post(OCTOBER)
    assert (run.required, run.entry) == (0, None)


def test_a_day_is_posted_once_and_no_day_before_it():
    late()
    nights("2026-10-30", "2026-11-02")
    post(OCTOBER)
    for again in (OCTOBER, day("2026-10-30")):
        with pytest.raises(ProvisionPosted):
            post(again)
    assert stands_on(chart.ALLOWANCE, OCTOBER) == 450


def test_a_day_whose_figures_may_still_change_is_refused_and_on_the_next_day_it_is_not():
    late()
    nights("2026-10-30", "2026-10-31")
    with pytest.raises(DayNotOver):
        post(OCTOBER)
    with pytest.raises(DayNotOver):
        post(day("2026-09-30"))
    night("2026-11-01")
    post(OCTOBER)


@pytest.mark.parametrize("role", ["cooploan_app", "cooploan_owner"])
@pytest.mark.parametrize("statement", [
    "UPDATE loans_provisionrun SET required = 0", "DELETE FROM loans_provisionline",
    "UPDATE loans_provisionline SET required = 0", "DELETE FROM loans_provisionrun",
])  # fmt: skip
def test_a_provision_stays_as_it_was_posted(as_role, role, statement):
    late()
    nights("2026-10-30", "2026-11-01")
    post(OCTOBER)
    with as_role(role), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_provision_that_is_not_the_sum_of_its_classes_is_refused(constraints_now):
    late()
    nights("2026-10-30", "2026-11-01")
    run = post(OCTOBER)
    run.pk, run._state.adding, run.as_of, run.entry, run.allowance_before = None, True, NOVEMBER, None, run.required
    run.save()
    with pytest.raises(DatabaseError, match="its classes add up to 0"):
        constraints_now()


# Pages ----------------------------------------------------------------------------------------------------------------


def test_the_treasurer_posts_on_the_page_and_the_officer_only_reads(client):
    late()
    nights("2026-10-30", "2026-11-01")
    address = reverse("loans:provisions")
    sign_in(client, make_officer())
    assert "Post it" not in client.get(address).content.decode()
    client.post(address, {"as_of": "2026-10-31"})
    assert not ProvisionRun.objects.exists()
    sign_in(client, make_treasurer())
    answer = client.post(address, {"as_of": "2026-10-31"}, follow=True)
    words = answer.content.decode()
    assert "Provision of Sat 31 Oct 2026" in words
    assert "₦450.00" in words
    again = client.post(address, {"as_of": "2026-10-31"})
    assert "is in the books. Choose a later day." in again.content.decode()
