"""The guards of products, payouts and fees attacked in SQL, in both roles: I13 and I27."""

from datetime import date

import pytest

from loans.models import DeferredIncome, LoanFee, ProductVersion
from loans.services.earnings import earn_deferred
from loans.services.goods import receive_goods
from loans.tests.factories import AT, TODAY, make_product_rules
from loans.tests.product_cast import INSURANCE, PROCESSING, bought, new_rules, sale
from loans.tests.register_cast import make_approved, make_officer, make_registered, make_treasurer, pay_out
from loans.tests.test_guards import CHECK, DENIED, RESTRICT, ROLES

pytestmark = pytest.mark.django_db
OVERLAPS = "23P01"

# A copy of a version with other days.
COPY = (
    "INSERT INTO loans_productversion SELECT (jsonb_populate_record(v, jsonb_build_object("
    "'id', (SELECT max(id) + 1 FROM loans_productversion), 'valid', '{valid}'))).* "
    "FROM loans_productversion v WHERE id = {version}"
)


@pytest.mark.parametrize("role", ROLES)
def test_i27_the_rules_of_one_product_never_overlap_in_time(role, attack):
    before = make_product_rules()["normal"]
    later = new_rules(valid_from=date(2026, 12, 1))
    before.refresh_from_db()
    for valid in ("[2026-11-30,2026-12-01)", "[2026-12-01,)", "(,)", "[2027-01-01,2027-02-01)"):
        assert attack(role, COPY.format(valid=valid, version=later.pk)) == OVERLAPS
        assert attack.constraint == "loans_versions_never_overlap"
    longer = f"UPDATE loans_productversion SET valid = '[2026-01-01,2026-12-02)' WHERE id = {before.pk}"
    assert attack(role, longer) in (OVERLAPS, RESTRICT)
    ended = f"UPDATE loans_productversion SET valid = daterange(lower(valid), '2027-01-01') WHERE id = {later.pk}"
    follows = COPY.format(valid="[2027-01-01,)", version=later.pk)
    assert attack(role, f"{ended}; {follows}") is None


RULES = ["annual_rate_percent = 1", "savings_multiple = 99", "guarantors_required = 0, max_term_months = 99",
         "method = 'flat'", "penalty_percent = 99"]  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("lent", [True, False], ids=["lent", "asked for"])
def test_i27_rules_stay_once_a_loan_was_asked_for_by_them(role, lent, attack):
    version = new_rules()
    change = "UPDATE loans_productversion SET {} WHERE id = %s"
    assert attack(role, change.format("annual_rate_percent = 1"), version.pk) is None  # nobody has asked yet
    (make_registered if lent else make_approved)()
    for rule in RULES:
        assert attack(role, change.format(rule), version.pk) == RESTRICT, rule
    for days in ("daterange('2020-01-01', NULL)", "'empty'"):
        assert attack(role, change.format(f"valid = {days}"), version.pk) == RESTRICT, days
    end = "valid = daterange(lower(valid), '2027-01-01')"
    assert attack(role, change.format(end), version.pk) is None
    ProductVersion.objects.filter(pk=version.pk).update(valid=(version.valid.lower, date(2027, 1, 1)))
    assert attack(role, change.format("valid = daterange(lower(valid), NULL)"), version.pk) == RESTRICT


TIER = "INSERT INTO loans_ratetier (version_id, from_multiple, annual_rate_percent) VALUES (%s, 1, 1)"


@pytest.mark.parametrize("role", ROLES)
def test_i13_no_rate_and_no_fee_comes_to_a_version_or_leaves_it_afterwards(role, attack):
    version = new_rules(fees=[PROCESSING])
    assert attack(role, TIER, version.pk) is None
    make_approved()
    assert attack(role, TIER, version.pk) == RESTRICT
    fee = (
        "INSERT INTO loans_productfee SELECT (jsonb_populate_record(f, jsonb_build_object('id', 999999, "
        "'name', 'More', 'position', 9))).* FROM loans_productfee f WHERE version_id = %s"
    )
    assert attack(role, fee, version.pk) == RESTRICT
    change = "UPDATE loans_productfee SET percent = percent + 1 WHERE version_id = %s"
    assert attack(role, change, version.pk) == (DENIED if role == "cooploan_app" else RESTRICT)
    assert attack(role, "DELETE FROM loans_productfee WHERE version_id = %s", version.pk) in (DENIED, RESTRICT)


@pytest.mark.parametrize("role", ROLES)
def test_i13_what_is_kept_back_is_the_fees_that_were_agreed_and_no_more_is_lent_for_them(role, attack):
    new_rules(fees=[INSURANCE, PROCESSING])
    loan = make_registered(amount="100000")
    pay = (
        "INSERT INTO loans_disbursement (approval_id, loan_id, amount, kept_back, bank_name, bank_account, "
        "bank_reference, disbursed_on, disbursed_by_id, entry_id) VALUES ({approval}, {loan}, {amount}, {kept}, 'B', "
        "'0123456789', 'X1', '2026-10-26', {by}, (SELECT max(id) FROM ledger_journalentry))"
    )
    fields = {"approval": loan.application_id, "loan": loan.pk, "by": make_treasurer().pk}
    for amount, kept in ((100000, 0), (90000, 10000), (98000, 1999), (99000, 2000)):
        assert attack(role, pay.format(**fields, amount=amount, kept=kept)) == CHECK, (amount, kept)
    assert attack(role, pay.format(**fields, amount=98000, kept=2000)) is None
    added = (
        "INSERT INTO loans_loanfee (loan_id, name, amount, collected, goes_to, refundable) "
        "VALUES (%s, 'More', 100, 'added_to_loan', 'fee_income', false)"
    )
    assert attack(role, added, loan.pk) == CHECK
    assert attack(role, "UPDATE loans_loan SET added_fees = 100 WHERE id = %s", loan.pk) == RESTRICT


@pytest.mark.parametrize("role", ROLES)
def test_i13_a_fee_of_a_loan_is_fixed_and_taken_in_once(role, attack):
    new_rules(fees=[PROCESSING])
    pay_out(make_registered(amount="100000"))
    fee = LoanFee.objects.get()
    for change in ("amount = 1", "goes_to = 'commission'", "refundable = NOT refundable"):
        said = attack(role, f"UPDATE loans_loanfee SET {change} WHERE id = %s", fee.pk)
        assert said == (DENIED if role == "cooploan_app" else RESTRICT), change
    for change in ("entry_id = NULL", "entry_id = (SELECT min(id) FROM ledger_journalentry)"):
        assert attack(role, f"UPDATE loans_loanfee SET {change} WHERE id = %s", fee.pk) == RESTRICT, change
    assert attack(role, "DELETE FROM loans_loanfee WHERE id = %s", fee.pk) in (DENIED, RESTRICT)


@pytest.mark.parametrize("role", ROLES)
def test_i13_income_that_waits_is_earned_once_and_never_more_than_there_is(role, attack):
    pay_out(make_registered(amount="30000", term_months=3, product="advance"))
    earn_deferred(on=date(2026, 11, 28))
    earned, waits = DeferredIncome.objects.get(entry__isnull=False), DeferredIncome.objects.filter(entry=None).first()
    change = "UPDATE loans_deferredincome SET {} WHERE id = %s"
    for fixed in ("amount = amount + 1", "earned_on = '2026-10-27'", "loan_id = loan_id + 1", "telling = 1"):
        said = attack(role, change.format(fixed), waits.pk)
        assert said == (DENIED if role == "cooploan_app" else RESTRICT), fixed
    for again in ("entry_id = NULL", "entry_id = (SELECT min(id) FROM ledger_journalentry)", "given_back = 1"):
        assert attack(role, change.format(again), earned.pk) == RESTRICT, again
    assert attack(role, change.format("given_back = amount + 1"), waits.pk) == CHECK
    assert attack(role, change.format("given_back = 1"), waits.pk) is None
    assert attack(role, "DELETE FROM loans_deferredincome WHERE id = %s", waits.pk) in (DENIED, RESTRICT)


@pytest.mark.parametrize("role", ROLES)
def test_i13_goods_are_sold_at_their_cost_when_the_society_has_them(role, attack):
    loan = sale()
    pay = (
        "INSERT INTO loans_disbursement (approval_id, loan_id, amount, bank_name, bank_account, bank_reference, "
        f"disbursed_on, disbursed_by_id, entry_id) VALUES ({loan.application_id}, {loan.pk}, 120000, 'B', "
        f"'0123456789', 'X1', '2026-10-26', {make_treasurer().pk}, (SELECT max(id) FROM ledger_journalentry))"
    )
    buyer = make_treasurer()
    bought(loan, buyer)
    assert attack(role, pay) == CHECK  # not received yet
    for change in ("cost = cost - 1", "vendor = 'Another'", "invoice_number = 'X'"):
        said = attack(role, f"UPDATE loans_goodspurchase SET {change} WHERE loan_id = %s", loan.pk)
        assert said == (DENIED if role == "cooploan_app" else RESTRICT), change
    receive_goods(loan=loan, by=make_officer(), on=TODAY, at=AT)
    earlier = "UPDATE loans_goodspurchase SET possessed_on = '2026-10-01' WHERE loan_id = %s"
    assert attack(role, earlier, loan.pk) == RESTRICT
    assert attack(role, pay) is None
    assert attack(role, "DELETE FROM loans_goodspurchase WHERE loan_id = %s", loan.pk) in (DENIED, RESTRICT)
