"""A new loan clears the old one of its kind: counted as repaid when it is asked for, paid off when it is paid out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from ledger import chart
from ledger import checks as ledger_checks
from ledger.selectors import balance_of
from ledger.services import account
from loans.checks import INVARIANTS
from loans.eligibility import check
from loans.errors import CameByTopUp, TopUpDay, TopUpTooSmall, TopUpWrittenOff
from loans.models import ChangeKind, Guarantee, Loan, LoanApplication, LoanFee, Repayment
from loans.selectors.facts import facts_for, rules_of
from loans.selectors.quotes import pay_off_today, with_figures
from loans.services.applications import save_draft, submit_application
from loans.services.registration import register_loan
from loans.services.repayments import reverse_repayment
from loans.services.servicing import approve_change, ask_change
from loans.states import ApplicationStatus, GuaranteeStatus, LoanStatus
from loans.tests.factories import AT, make_application, make_member, make_product_rules, set_rules
from loans.tests.register_cast import guarantors, make_active, make_officer, make_treasurer, pay_out, receive
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db
NOVEMBER, PAID_ON = date(2026, 11, 28), date(2026, 12, 2)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    for module in ("loans.views.officer", "loans.views.member"):
        monkeypatch.setattr(f"{module}.business_date", lambda: PAID_ON)


def rules():
    return rules_of(make_product_rules()["normal"])


def half_paid(*, commission="0", guarantors=0):
    """200,000 lent and 100,000 of it paid back: a new loan may clear the rest."""
    make_product_rules()
    set_rules(product="normal", top_up_commission_percent=D(commission))
    member = make_member(savings="500000", monthly_pay=D(300000), other_deductions=D(0))
    loan = make_active(member=member, amount="200000", guarantors=guarantors)
    receive(loan, "112000", on=NOVEMBER)
    loan.refresh_from_db()
    return loan


def approved_top_up(old, amount="300000"):
    people = [make_member(savings="400000") for _ in range(2)]
    application = make_application(
        status=ApplicationStatus.APPROVED, member=old.member, amount=amount, guarantors=people, tops_up=old
    )
    return register_loan(application=application, by=make_officer(), on=PAID_ON, at=AT)


def breaks():
    return [one.code for one in (*INVARIANTS, *ledger_checks.INVARIANTS) if one.run().broken]


def pay_off(loan, on=PAID_ON):
    return pay_off_today(with_figures(Loan.objects).get(pk=loan.pk), on)


# Asking ---------------------------------------------------------------------------------------------------------------


def test_the_old_loan_counts_as_repaid_once_enough_of_it_is(client):
    old = half_paid(commission="2")
    told = check(facts_for(old.member, PAID_ON), rules(), D(900000), 12)
    assert told.allows
    clearing = told.clearing
    owed = balance_of(old.account)
    assert (clearing.old.serial, clearing.clears) == (old.serial, pay_off(old))
    assert clearing.commission == (owed * 2 / 100).quantize(D("0.01"))
    assert clearing.received == 900000 - clearing.clears - clearing.commission
    # 2 times 500,000 of savings: the old loan takes nothing of it away, and of the pay neither.
    assert told.limit == 1000000
    # What does not clear it is too small, and the page says what would.
    small = check(facts_for(old.member, PAID_ON), rules(), D(50000), 12)
    assert [one.code for one in small.refused] == ["amount_limits"]
    assert small.nearest.amount >= clearing.clears + clearing.commission

    sign_in(client, old.member.user)
    asked = {"product": "normal", "amount": "300000", "term_months": "12", "do": "figures"}
    page = client.post(reverse("loans:figures"), asked).content.decode()
    assert f"clears your present loan {old.serial}. You receive ₦" in page
    for percent in (60, 100):
        set_rules(product="normal", top_up_after_percent=D(percent))
        refused = check(facts_for(old.member, PAID_ON), rules(), D(300000), 12)
        assert [one.code for one in refused.refused] == ["one_running"]
        assert ("a new loan may clear it" in refused.refused[0].sentence) == (percent == 60)


def test_a_request_keeps_which_loan_it_clears():
    old = half_paid()
    product = make_product_rules()["normal"].product
    draft = save_draft(
        member=old.member, draft=None, product=product, amount=D(300000), term_months=12, purpose="A roof",
        by=old.member.user, at=AT,
    )  # fmt: skip
    sent = submit_application(application=draft, by=old.member.user, on=PAID_ON, at=AT)
    kept = LoanApplication.objects.get(pk=sent.pk)
    assert (kept.tops_up_id, kept.owed_counted) == (old.pk, 0)


# Paying out -----------------------------------------------------------------------------------------------------------


def test_the_payout_clears_the_old_loan_with_its_commission_in_one_step(constraints_now):
    old = half_paid(commission="2", guarantors=2)
    stood = guarantors(old)
    new, needed, owed = approved_top_up(old), pay_off(old), balance_of(old.account)
    commission = (owed * 2 / 100).quantize(D("0.01"))
    bank = balance_of(account(chart.BANK))
    paid = pay_out(new, on=PAID_ON)
    constraints_now()
    assert (paid.cleared, paid.kept_back) == (needed, commission)
    assert paid.amount == 300000 - needed - commission
    assert balance_of(account(chart.BANK)) == bank - paid.amount
    assert balance_of(account(chart.COMMISSIONS)) == commission
    old.refresh_from_db()
    assert (old.status, balance_of(old.account), balance_of(new.account)) == (LoanStatus.CLOSED, 0, 300000)
    assert old.certificate_number
    assert {one.status for one in Guarantee.objects.filter(loan=old)} == {GuaranteeStatus.RELEASED}
    assert {one.status for one in Guarantee.objects.filter(loan=new)} == {GuaranteeStatus.ACCEPTED}
    assert all(person.savings_account.stored.held == 0 for person in stood)
    by_top_up = Repayment.objects.get(loan=old, channel="top_up")
    assert by_top_up.amount == needed
    assert LoanFee.objects.get(loan=new).entry_id == paid.entry_id
    assert f"loan {new.serial}" in by_top_up.entry.narration
    with pytest.raises(CameByTopUp):
        reverse_repayment(repayment=by_top_up, reason="No", by=make_officer(), on=PAID_ON, at=AT)
    assert breaks() == []


def test_a_loan_too_small_to_clear_the_old_one_is_not_paid_out():
    old = half_paid()
    new = approved_top_up(old, amount="80000")
    with pytest.raises(TopUpTooSmall):
        pay_out(new, on=PAID_ON)
    receive(old, "20000", on=date(2026, 12, 10))
    with pytest.raises(TopUpDay):
        pay_out(new, on=PAID_ON)
    pay_out(new, on=date(2026, 12, 10))
    assert breaks() == []


def test_nothing_is_paid_out_where_the_old_loan_was_written_off_meanwhile(client):
    old = half_paid()
    loan = approved_top_up(old)
    treasurer, chair = make_treasurer(), make_user(roles=["chair"])
    change = ask_change(
        loan=old, kind=ChangeKind.WRITE_OFF, effective_on=PAID_ON, terms={}, reason="Nothing comes",
        resolution="AGM 2026/7", by=treasurer, at=AT,
    )  # fmt: skip
    approve_change(change=change, by=chair, at=AT)
    with pytest.raises(TopUpWrittenOff):
        pay_out(loan, on=PAID_ON)
    sign_in(client, make_treasurer())
    shown = client.get(reverse("loans:payout", args=[loan.serial]), follow=True).content.decode()
    assert "was written off. Cancel this loan." in shown


def test_an_old_loan_that_was_paid_off_meanwhile_leaves_the_whole_to_the_member(client, constraints_now):
    old = half_paid(commission="2")
    new = approved_top_up(old)
    sign_in(client, make_treasurer())
    address = reverse("loans:payout", args=[new.serial])
    page = client.get(address).content.decode()
    assert f"Clears loan {old.serial}" in page
    owed = balance_of(old.account)
    receives = 300000 - pay_off(old) - (owed * 2 / 100).quantize(D("0.01"))
    assert f"Record that ₦{receives:,} was paid" in page
    receive(old, pay_off(old), on=PAID_ON)
    assert "Clears loan" not in client.get(address).content.decode()
    paid = pay_out(new, on=PAID_ON)
    constraints_now()
    assert (paid.cleared, paid.kept_back, paid.amount) == (0, 0, 300000)
    assert breaks() == []


def test_a_payment_taken_back_opens_a_loan_that_a_top_up_had_cleared(constraints_now):
    old = half_paid(guarantors=2)
    mistake = Repayment.objects.get(loan=old)
    pay_out(approved_top_up(old), on=PAID_ON)
    constraints_now()
    old.refresh_from_db()
    assert old.status == LoanStatus.CLOSED
    certificate = old.certificate_number
    reverse_repayment(repayment=mistake, reason="Another member's slip", by=make_officer(), on=date(2026, 12, 4), at=AT)
    constraints_now()
    old.refresh_from_db()
    assert old.status == LoanStatus.ACTIVE
    assert pay_off(old, date(2026, 12, 4)) >= D(112000)
    assert not Loan.objects.filter(pk=old.pk, certificate_number=certificate).exists()
    standing = Guarantee.objects.live().filter(loan=old).select_related("hold")
    assert [one.held for one in standing] == [D(100000), D(100000)]
    # What the new loan paid for it stays as it was paid out.
    assert Repayment.objects.filter(loan=old, channel="top_up", reversed_by_entry__isnull=True).count() == 1
    assert breaks() == []


def test_money_of_an_earlier_day_for_a_loan_that_a_top_up_cleared_is_kept_as_savings(constraints_now):
    old = half_paid()
    pay_out(approved_top_up(old), on=PAID_ON)
    old.refresh_from_db()
    late = receive(old, "5000", on=date(2026, 11, 30))
    constraints_now()
    old.refresh_from_db()
    assert old.status == LoanStatus.CLOSED
    assert late.applied + late.saved == D(5000)
    assert breaks() == []


@pytest.mark.parametrize("role", ["cooploan_app", "cooploan_owner"])
def test_no_payout_says_that_it_cleared_what_it_did_not(role, as_role, constraints_now):
    old = half_paid()
    new = approved_top_up(old)
    constraints_now()
    claim = (
        "INSERT INTO loans_disbursement (approval_id, loan_id, amount, kept_back, upfront_interest, cleared, "
        "bank_name, bank_account, bank_reference, disbursed_on, disbursed_by_id, entry_id) "
        "SELECT %s, %s, 200000, 0, 0, 100000, "
        "'B', '0123456789', 'X1', '2026-12-02', %s, (SELECT max(id) FROM ledger_journalentry)"
    )
    values = [new.application_id, new.pk, make_treasurer().pk]
    with (
        as_role(role), pytest.raises(DatabaseError, match="no old loan"), transaction.atomic(),
        connection.cursor() as cursor,
    ):  # fmt: skip
        cursor.execute(claim, values)
