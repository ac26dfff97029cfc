"""A member's own savings pay his loan: as far as they are free and may go, asked by one and approved by another."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from ledger import checks as ledger_checks
from ledger.selectors import balance_of
from loans.checks import INVARIANTS
from loans.errors import NotYourOwnLoan, OffsetDecided, OffsetWaits, ReasonNeeded, SavingsMayNotPay, YourOwnRequest
from loans.models import LendingPolicy, Repayment, SavingsOffset
from loans.services.offsets import approve_offset, ask_offset, decline_offset, withdraw_offset
from loans.states import LoanStatus, OffsetStatus
from loans.tests.factories import AT, hold_savings, make_member, set_rules
from loans.tests.register_cast import make_active, make_officer, make_treasurer, receive
from notifications.models import Message
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 2)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    for module in ("loans.views.offsets", "loans.views.loan"):
        monkeypatch.setattr(f"{module}.business_date", lambda: TODAY)


@pytest.fixture
def loan(db):
    """200,000 owed by a member with 300,000, of which 120,000 is held; 50,000 of savings must stay."""
    member = make_member(savings="300000")
    found = make_active(member=member, amount="200000", guarantors=2)
    hold_savings(member, "120000", purpose="guarantee")
    LendingPolicy.objects.update(savings_must_stay=D(50000))
    return found


def ask(loan, amount="30000", *, use="ahead", by=None) -> SavingsOffset:
    return ask_offset(loan=loan, amount=D(amount), use=use, by=by or loan.member.user, on=TODAY, at=AT)


def approve(offset, by=None) -> SavingsOffset:
    return approve_offset(offset=offset, by=by or make_treasurer(), on=TODAY, at=AT)


def breaks():
    """What is broken but for the hold that the test placed for nobody's promise."""
    return [one.code for one in (*INVARIANTS, *ledger_checks.INVARIANTS) if one.code != "LH" and one.run().broken]


def test_savings_pay_the_loan_when_a_second_person_has_approved(loan, constraints_now):
    member = loan.member
    offset = ask(loan, "60000", use="shorter")
    assert balance_of(member.savings_account) == 300000
    with pytest.raises(OffsetWaits):
        ask(loan)
    with pytest.raises(YourOwnRequest):
        approve(offset, by=loan.member.user)
    paid = approve(offset)
    constraints_now()
    assert (paid.status, paid.repayment.amount, paid.repayment.use) == (OffsetStatus.PAID, 60000, "shorter")
    assert balance_of(member.savings_account) == 240000
    assert balance_of(loan.account) == 200000 - paid.repayment.principal
    assert Message.objects.filter(user=member.user, event=f"loans.offset.paid:{offset.pk}").exists()
    with pytest.raises(OffsetDecided):
        approve(offset)
    assert breaks() == []


def test_a_treasurer_does_not_approve_it_for_his_own_loan():
    member = make_member(savings="300000", roles=("member", "treasurer"))
    offset = ask(make_active(member=member, amount="200000"), by=make_officer())
    with pytest.raises(NotYourOwnLoan):
        approve(offset, by=member.user)


def test_what_is_held_for_others_and_what_must_stay_is_not_touched(loan):
    with pytest.raises(SavingsMayNotPay, match=r"₦180,000\.00 of the savings may go: ₦120,000\.00 is held"):
        ask(loan, "180000.01")
    LendingPolicy.objects.update(savings_must_stay=D(200000))
    with pytest.raises(SavingsMayNotPay, match=r"₦100,000\.00 of the savings may go"):
        ask(loan, "100000.01")
    offset = ask(loan, "100000")
    # Between the request and the approval somebody is promised more of them.
    hold_savings(loan.member, "80001", purpose="guarantee")
    with pytest.raises(SavingsMayNotPay):
        approve(offset)
    assert balance_of(loan.member.savings_account) == 300000
    assert not Repayment.objects.exists()


def test_policy_and_product_decide_whether_savings_pay_at_all(loan):
    LendingPolicy.objects.update(savings_may_pay=False)
    with pytest.raises(SavingsMayNotPay, match="does not let savings pay"):
        ask(loan)
    LendingPolicy.objects.update(savings_may_pay=True)
    set_rules(product="normal", offset_from_savings="forbidden")
    with pytest.raises(SavingsMayNotPay, match="never pay a loan of this kind"):
        ask(loan)


def test_a_loan_that_needs_less_by_now_takes_less_and_is_closed(constraints_now):
    loan = make_active(member=make_member(savings="300000"), amount="12000", term_months=3)
    with pytest.raises(SavingsMayNotPay, match="pays this loan off"):
        ask(loan, "12200.41")
    offset = ask(loan, "12200.40", by=make_officer())
    receive(loan, "5000", on=TODAY)
    paid = approve(offset)
    constraints_now()
    loan.refresh_from_db()
    assert loan.status == LoanStatus.CLOSED
    assert paid.repayment.amount < 12200
    assert balance_of(loan.member.savings_account) == 300000 - paid.repayment.amount
    assert breaks() == []


def test_a_request_is_declined_with_its_reason_or_taken_back(loan):
    offset = ask(loan)
    with pytest.raises(YourOwnRequest):
        decline_offset(offset=offset, reason="No", by=loan.member.user, at=AT)
    with pytest.raises(ReasonNeeded):
        decline_offset(offset=offset, reason=" ", by=make_treasurer(), at=AT)
    decline_offset(offset=offset, reason="The savings are needed as cover", by=make_treasurer(), at=AT)
    again = ask(loan)
    withdraw_offset(offset=again, by=loan.member.user, at=AT)
    treasurer = make_treasurer()
    with pytest.raises(YourOwnRequest):
        approve(ask(loan, by=treasurer), by=treasurer)
    assert [one.status for one in SavingsOffset.objects.order_by("pk")] == ["declined", "withdrawn", "requested"]


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE loans_savingsoffset SET amount = amount + 1",
        "UPDATE loans_savingsoffset SET status = 'paid', decided_by_id = asked_by_id, repayment_id = {repayment}",
        "UPDATE loans_savingsoffset SET status = 'paid', decided_by_id = {other}, repayment_id = {repayment}",
        "UPDATE loans_savingsoffset SET status = 'paid', decided_by_id = {other}",
        "DELETE FROM loans_savingsoffset",
    ],
)
def test_savings_pay_only_what_was_asked_by_another_hand(loan, attack, as_role, constraints_now):
    ask(loan)
    paid = receive(loan, "1000", on=TODAY)  # at the counter, not from savings
    constraints_now()
    statement = attack.format(repayment=paid.repayment_id, other=make_treasurer().pk)
    with (
        as_role("cooploan_owner"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor,
    ):  # fmt: skip
        cursor.execute(statement)


# Pages ----------------------------------------------------------------------------------------------------------------


def test_the_member_sees_what_may_go_asks_and_the_treasurer_approves(client, loan):
    sign_in(client, loan.member.user)
    address = reverse("loans:from_savings", args=[loan.serial])
    page = client.get(address).content.decode()
    for words in ("Held for loans of others", "Must stay by the society", "180,000"):
        assert words in page, words
    page = client.post(address, {"amount": "60000", "show": "yes"}).content.decode()
    assert "Make the loan shorter" in page
    assert "into voluntary savings" not in page
    assert "Choose what becomes of it" in client.post(address, {"amount": "60000", "ask": "yes"}).content.decode()
    assert client.post(address, {"amount": "60000", "use": "smaller", "ask": "yes"}).url == address
    assert "Nothing is taken before" in client.get(address).content.decode()
    assert client.get(reverse("loans:offsets")).status_code == 403

    offset = SavingsOffset.objects.get()
    sign_in(client, make_officer())
    assert client.post(reverse("loans:approve_offset", args=[offset.pk])).status_code == 403
    sign_in(client, make_treasurer())
    assert loan.member.name in client.get(reverse("loans:offsets")).content.decode()
    client.post(reverse("loans:decline_offset", args=[offset.pk]), {"reason": ""})
    client.post(reverse("loans:approve_offset", args=[offset.pk]))
    offset.refresh_from_db()
    assert offset.status == OffsetStatus.PAID
    again = client.post(reverse("loans:approve_offset", args=[offset.pk]), follow=True)
    assert "was decided on before" in again.content.decode()


def test_nobody_else_asks_for_a_members_savings(client, loan):
    offset = ask(loan)
    address, back = (
        reverse("loans:from_savings", args=[loan.serial]),
        reverse("loans:withdraw_offset", args=[offset.pk]),
    )
    for role, status in ((["member"], 404), (["committee"], 403), (["auditor"], 403)):
        sign_in(client, make_user(roles=role))
        assert client.post(address, {"amount": "1", "ask": "yes"}).status_code == status
        assert client.post(back).status_code == status
    sign_in(client, loan.member.user)
    client.post(back)
    offset.refresh_from_db()
    assert offset.status == OffsetStatus.WITHDRAWN
