"""Who hears of a change of a loan: the borrower, and everybody whose savings stand behind it."""

from datetime import date

import pytest

from loans.models import ChangeKind
from loans.services.servicing import approve_change, ask_change, decline_change, take_change_back
from loans.tests.factories import AT
from loans.tests.register_cast import guarantors, make_active, make_officer, make_treasurer
from notifications.models import Message
from users.models import User
from users.roles import Role
from users.testing import make_user

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 28)


@pytest.fixture
def loan():
    """200,000 naira behind which two members stand; both have a sign-in."""
    made = make_active(amount="200000", guarantors=2)
    for one in guarantors(made):
        one.user = one.user or make_user()
        one.save(update_fields=["user"])
    return made


def ask(loan):
    return ask_change(
        loan=loan, kind=ChangeKind.RESTRUCTURE, effective_on=NOVEMBER, terms={"months": 24}, reason="Less pay",
        by=make_officer(), at=AT,
    )  # fmt: skip


def told(loan, verb):
    """What others than the borrower and the office were told, by who."""
    office = User.objects.filter(role_grants__role__in=[Role.OFFICER, Role.TREASURER])
    messages = Message.objects.filter(event__startswith=f"loans.change.{verb}", channel="in_app")
    return {one.user_id: one for one in messages.exclude(user=loan.member.user).exclude(user__in=office)}


def test_guarantors_hear_of_new_terms_and_that_they_never_stand_for_more_than_they_promised(loan):
    promises = {one.guarantor.user_id: one for one in loan.guarantees.select_related("guarantor")}
    approve_change(change=ask(loan), by=make_treasurer(), at=AT)
    heard = told(loan, "approved")
    assert set(heard) == set(promises)
    for who, message in heard.items():
        assert f"loan {loan.serial}, for which you stand" in message.subject
        assert "spread over 24 payments: 24 payments are left, the last on" in message.body
        promise = promises[who]
        promise.refresh_from_db()
        assert (
            f"You stand for ₦{promise.needed:,.2f} of it, within your promise of ₦{promise.amount:,.2f}" in message.body
        )


def test_why_payments_rest_is_told_to_the_borrower_and_not_to_who_stands_for_him(loan):
    asked = ask_change(
        loan=loan, kind=ChangeKind.HOLIDAY, effective_on=NOVEMBER, reason="In hospital", by=make_officer(), at=AT,
        terms={"months": 2, "interest_runs": True, "why": "illness"},
    )  # fmt: skip
    approve_change(change=asked, by=make_treasurer(), at=AT)
    heard = told(loan, "approved")
    assert len(heard) == 2
    for message in heard.values():
        assert "2 payments rest from Sat 28 Nov 2026; interest runs on meanwhile" in message.body
        for private in ("llness", "ccident", "hospital"):
            assert private not in message.body + message.subject


def test_they_hear_that_it_is_taken_back_and_nothing_of_what_was_only_asked(loan):
    decline_change(change=ask(loan), reason="Not now", by=make_treasurer(), at=AT)
    assert told(loan, "declined") == {}
    change = approve_change(change=ask(loan), by=make_treasurer(), at=AT)
    take_change_back(change=change, reason="Another member's", by=make_officer(), on=NOVEMBER, at=AT)
    assert {one.body.count("no such change") for one in told(loan, "taken_back").values()} == {1}
    assert len(told(loan, "taken_back")) == 2
