"""The pages of changes of running loans: before and after, the second person, the borrower's own page."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.selectors import balance_of
from loans.models import ChangeKind, LoanChange
from loans.services.servicing import approve_change, ask_change, withdraw_change
from loans.states import ChangeStatus, LoanStatus
from loans.tests.factories import AT, set_rules
from loans.tests.register_cast import make_active, make_officer, make_treasurer, receive
from notifications.models import Message
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db
NOVEMBER, TODAY = date(2026, 11, 28), date(2026, 12, 1)
HOLIDAY = {"kind": "holiday", "why": "maternity", "months": "3", "interest": "runs"}
SPREAD = {"kind": "restructure", "months": "24", "rate": ""}


@pytest.fixture(autouse=True)
def today(monkeypatch):
    for module in ("loans.views.changes", "loans.views.loan", "loans.views.receipts"):
        monkeypatch.setattr(f"{module}.business_date", lambda: TODAY)


@pytest.fixture
def loan():
    made = make_active(amount="200000")
    receive(made, "17769.76", on=NOVEMBER)
    return made


@pytest.fixture
def officer():
    return make_officer()


@pytest.fixture
def treasurer():
    return make_treasurer()


def words(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def read(client, name, *args, **query) -> str:
    return words(client.get(reverse(f"loans:{name}", args=args), query))


def send(client, name, *args, **typed):
    return client.post(reverse(f"loans:{name}", args=args), typed, follow=True)


def typed(**more) -> dict:
    return {"effective_on": str(TODAY), "reason": "She has a child", **more}


def asked_on_the_page(client, loan, **facts):
    """Show, then ask for what was shown, as the page does it."""
    shown = send(client, "ask_change", loan.serial, show="yes", **typed(**facts))
    seen = shown.context["form"]["seen"].value()
    return shown, send(client, "ask_change", loan.serial, ask="yes", seen=seen, **typed(**facts))


def ask(loan, kind, terms=None, *, by, **more):
    return ask_change(
        loan=loan, kind=kind, effective_on=TODAY, terms=terms or {}, reason="A reason", by=by, at=AT, **more
    )


def seen_of(client, change) -> str:
    return client.get(reverse("loans:loan_change", args=[change.pk])).context["told"].comparison.fingerprint


# Asking ---------------------------------------------------------------------------------------------------------------


def test_who_asks_sees_before_and_after_before_he_asks_and_the_second_click_asks_nothing_twice(client, loan, officer):
    sign_in(client, officer)
    kinds = read(client, "ask_change", loan.serial)
    for said in ("Payment holiday", "New terms so far: 0 of 1 that the product allows.", "watched for 6 months"):
        assert said in kinds
    shown, asked = asked_on_the_page(client, loan, **HOLIDAY)
    text = words(shown)
    for said in (
        "Before and after",
        "₦17,769.76",
        "Mon 28 Dec 2026",
        "Sun 28 Mar 2027",
        "Thu 28 Oct 2027",
        "Fri 28 Jan 2028",
        "the same",
    ):
        assert said in text, said
    assert "A second person decides on it now." in words(asked)
    again = send(
        client, "ask_change", loan.serial, ask="yes", seen=shown.context["form"]["seen"].value(), **typed(**HOLIDAY)
    )
    change = LoanChange.objects.get()
    assert again.request["PATH_INFO"] == reverse("loans:loan_change", args=[change.pk])
    assert change.terms == {"months": 3, "why": "maternity", "interest_runs": True}
    assert "One waits already." in read(client, "ask_change", loan.serial)


def test_what_was_not_shown_is_not_asked_for(client, loan, officer):
    sign_in(client, officer)
    send(client, "ask_change", loan.serial, ask="yes", seen="", **typed(**SPREAD))
    shown = send(client, "ask_change", loan.serial, show="yes", **typed(**SPREAD))
    seen = shown.context["form"]["seen"].value()
    other = send(client, "ask_change", loan.serial, ask="yes", seen=seen, **typed(**{**SPREAD, "months": "36"}))
    assert "no longer those that you saw" in words(other)
    receive(loan, "5000", on=TODAY)
    stale = send(client, "ask_change", loan.serial, ask="yes", seen=seen, **typed(**SPREAD))
    assert "no longer those that you saw" in words(stale)
    assert not LoanChange.objects.exists()


@pytest.mark.parametrize(("facts", "said"), [
    ({**HOLIDAY, "why": ""}, "Choose why the payments rest."),
    ({**HOLIDAY, "months": "61"}, "60"),
    ({**SPREAD, "rate": "much"}, "Enter a number"),
    ({"kind": "waiver", "interest": "", "penalty": ""}, "Enter how much interest or penalty is waived."),
    ({"kind": "waiver", "interest": "", "penalty": "500"}, "This would change nothing"),
    ({"kind": "write_off", "resolution": ""}, "Enter the number and date of the resolution."),
    ({**HOLIDAY, "reason": " "}, "Say why, in words that the member will read."),
    ({**HOLIDAY, "effective_on": "2026-12-02"}, "This day is still to come."),
    ({**HOLIDAY, "effective_on": "2026-01-02"}, "began later than that"),
])  # fmt: skip
def test_terms_that_cannot_be_are_refused_beside_their_field(client, loan, officer, facts, said):
    sign_in(client, officer)
    shown = send(client, "ask_change", loan.serial, show="yes", **{**typed(), **facts})
    asked = send(
        client, "ask_change", loan.serial, ask="yes", seen=shown.context["form"]["seen"].value() or "",
        **{**typed(), **facts},
    )  # fmt: skip
    assert said in words(asked)
    assert not LoanChange.objects.exists()


# The second person ----------------------------------------------------------------------------------------------------


def test_the_second_person_sees_the_same_and_approves_once(client, loan, officer, treasurer):
    change = ask(loan, ChangeKind.RESTRUCTURE, {"months": 24}, by=officer)
    sign_in(client, officer)
    own = read(client, "loan_change", change.pk)
    assert "You asked for it" in own
    assert "Approve it" not in own
    assert send(client, "approve_change", change.pk).status_code == 403
    sign_in(client, treasurer)
    assert "waits for a second person" in read(client, "changes")
    page = read(client, "loan_change", change.pk)
    for said in ("Approve it", "0 of 1 that the product allows", "as things stand today"):
        assert said in page
    seen = seen_of(client, change)
    receive(loan, "5000", on=TODAY)
    assert "The loan has changed since you opened this page" in words(
        send(client, "approve_change", change.pk, seen=seen)
    )
    seen = seen_of(client, change)
    for _ in range(2):
        text = words(send(client, "approve_change", change.pk, seen=seen))
        assert "It is in force" in text
    assert "Under watch until Tue 1 Jun 2027" in text
    told = Message.objects.filter(event__startswith="loans.change.", user=loan.member.user, channel="in_app")
    assert sorted(told.values_list("event", flat=True)) == [
        f"loans.change.approved:{change.pk}", f"loans.change.asked:{change.pk}",
    ]  # fmt: skip
    assert (
        Message.objects.filter(event=f"loans.change.asked:{change.pk}", user=treasurer, channel="in_app").count() == 1
    )
    assert "No more can be given." in read_as(client, officer, "ask_change", loan.serial)


def read_as(client, user, name, *args) -> str:
    sign_in(client, user)
    return read(client, name, *args)


def test_a_change_is_declined_with_a_reason_or_taken_back_by_who_asked(client, loan, officer, treasurer):
    change = ask(loan, ChangeKind.WAIVER, {"interest": "500"}, by=officer)
    sign_in(client, treasurer)
    assert "Say why" in words(send(client, "decline_change", change.pk, reason=""))
    assert "It is declined" in words(send(client, "decline_change", change.pk, reason="No resolution"))
    assert Message.objects.filter(event=f"loans.change.declined:{change.pk}", channel="in_app").count() == 2
    assert "Who asked for this change" not in words(send(client, "decline_change", change.pk, reason="No resolution"))
    other = ask(loan, ChangeKind.WAIVER, {"interest": "500"}, by=officer)
    assert "Who asked for this change takes the request back" in words(send(client, "withdraw_change", other.pk))
    sign_in(client, officer)
    assert "It is no longer asked for." in words(send(client, "withdraw_change", other.pk))
    other.refresh_from_db()
    assert other.status == ChangeStatus.WITHDRAWN


def test_a_write_off_names_its_resolution_and_says_that_what_comes_later_is_a_recovery(
    client, loan, officer, treasurer
):
    change = ask(loan, ChangeKind.WRITE_OFF, by=officer, resolution="AGM 2026, no. 7")
    sign_in(client, treasurer)
    assert "Write off ₦184,230.24" in read(client, "loan_change", change.pk)
    text = words(send(client, "approve_change", change.pk, seen=seen_of(client, change)))
    for said in (
        "AGM 2026, no. 7",
        "It is a recovery.",
        "₦184,230.24 of principal is written off",
        "Owed in the society",
    ):
        assert said in text
    change.refresh_from_db()
    assert change.principal_lost == Decimal("184230.24")
    paid = send(client, "receipt", loan.serial, amount="5000", into="bank", reference="S-9", on=str(TODAY), show="yes")
    assert "Recovered after the write-off" in words(paid)
    sign_in(client, loan.member.user)
    assert "What is paid on it from now on is a recovery." in read(client, "loan", loan.serial)
    sign_in(client, treasurer)
    assert "₦184,230.24 comes back into the books" in read(client, "take_change_back", change.pk)
    assert "Say why" in words(send(client, "take_change_back", change.pk, reason=""))
    for _ in range(2):
        assert "It is taken back." in words(send(client, "take_change_back", change.pk, reason="The wrong loan"))
    loan.refresh_from_db()
    assert loan.status == LoanStatus.ACTIVE
    assert balance_of(loan.account) == Decimal("184230.24")


# The borrower ---------------------------------------------------------------------------------------------------------


def test_the_borrower_reads_what_was_changed_why_and_by_whom_and_changes_nothing(client, loan, officer, treasurer):
    change = approve_change(
        change=ask(loan, ChangeKind.WAIVER, {"interest": "500"}, by=officer), by=treasurer, at=AT
    )  # fmt: skip
    sign_in(client, loan.member.user)
    text = read(client, "loan", loan.serial)
    for said in (
        "₦500.00 of interest is let off on Tue 1 Dec 2026.", "Interest let off", "Why: “A reason”", "by Funke Adebisi",
        "by Ibrahim Yusuf", "Before and after",
    ):  # fmt: skip
        assert said in text, said
    assert "Ask for a change" not in text
    for name, args in (("changes", []), ("loan_change", [change.pk]), ("ask_change", [loan.serial])):
        assert client.get(reverse(f"loans:{name}", args=args)).status_code == 403
    for name in ("approve_change", "decline_change", "withdraw_change", "take_change_back"):
        assert send(client, name, change.pk, reason="x").status_code == 403


def test_an_officer_who_borrowed_neither_asks_nor_decides(client, officer):
    user = make_user(roles=["treasurer", "officer", "member"])
    own = make_active(amount="200000")
    own.member.user = user
    own.member.save(update_fields=["user"])
    change = ask(own, ChangeKind.HOLIDAY, {"months": 1, "why": "illness"}, by=officer)
    sign_in(client, user)
    assert "You have a part in this loan" in words(
        client.get(reverse("loans:ask_change", args=[own.serial]), follow=True)
    )
    text = read(client, "loan_change", change.pk)
    assert "This is your own loan. Others decide." in text
    assert "Approve it" not in text
    for name in ("approve_change", "decline_change"):
        answer = send(client, name, change.pk, seen=seen_of(client, change), reason="No")
        assert "You have a part in this loan" in words(answer)
    change.refresh_from_db()
    assert change.status == ChangeStatus.REQUESTED


# Cost -----------------------------------------------------------------------------------------------------------------


def test_the_pages_cost_few_queries_however_many_changes_there_are(client, loan, officer, treasurer):
    set_rules(most_restructures=9)
    sign_in(client, treasurer)

    def add(number):
        changes = [
            ask(loan, ChangeKind.WAIVER, {"interest": str(number)}, by=officer),
            ask(loan, ChangeKind.HOLIDAY, {"months": 1, "why": "employer"}, by=officer),
        ]
        for one in changes:
            approve_change(change=one, by=treasurer, at=AT)
        return changes[0]

    def cost(change):
        waits = ask(loan, ChangeKind.RESTRUCTURE, {"months": 20}, by=officer)
        found = []
        for name, args in (
            ("changes", []), ("loan", [loan.serial]), ("loan_change", [change.pk]), ("loan_change", [waits.pk]),
            ("take_change_back", [change.pk]), ("ask_change", [loan.serial]),
        ):  # fmt: skip
            with CaptureQueriesContext(
                connection,
            ) as captured:
                read(client, name, *args)
            found.append(len(captured))
        withdraw_change(change=waits, by=officer, at=AT)
        return found

    few = cost(add(10))
    for number in range(3):
        last = add(20 + number)
    assert cost(last) == few
    assert max(few) <= 16, few
