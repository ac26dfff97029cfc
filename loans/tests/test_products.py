"""Every kind of loan as it is quoted, registered and lent: methods, rates and what they cost by the year."""

from datetime import date
from itertools import pairwise

import pytest

from engine.rates import effective_yearly_rate
from loans.eligibility import quote
from loans.eligibility.cost import at_rate, rate_for
from loans.selectors.facts import rules_of
from loans.services.applications import submit_application
from loans.tests.factories import AT, TODAY, make_application, make_member, make_product_rules
from loans.tests.product_cast import (
    FORM,
    INSURANCE,
    PROCESSING,
    D,
    new_rules,
    rows,
    sound,
)
from loans.tests.register_cast import make_registered, pay_out

pytestmark = pytest.mark.django_db


# Methods --------------------------------------------------------------------------------------------------------------

METHODS = [
    # method, rate, the first instalment and the last of 120,000 over 12 months, interest in all
    ("reducing", 12, "10661.85", "10661.91", "7942.26"),
    ("equal_principal", 12, "11200.00", "10100.00", "7800.00"),
    ("flat", 12, "11200.00", "11200.00", "14400.00"),
    ("flat_upfront", 12, "10000.00", "10000.00", "14400.00"),
    ("bullet", 12, "134400.00", "134400.00", "14400.00"),
    ("interest_free", 0, "10000.00", "10000.00", "0.00"),
    ("murabaha", 10, "11000.00", "11000.00", "12000.00"),
]


@pytest.mark.parametrize(("method", "rate", "first", "last", "interest"), METHODS, ids=[row[0] for row in METHODS])
def test_a_loan_of_each_kind_is_registered_as_it_was_quoted(method, rate, first, last, interest, constraints_now):
    new_rules(method=method, annual_rate_percent=D(rate))
    loan = make_registered(amount="120000")
    constraints_now()
    told = quote(rules_of(loan.version), D(120000), 12)
    assert (told.instalment, told.last_instalment, told.total_interest) == (D(first), D(last), D(interest))
    assert loan.instalment == D(first) and loan.method == method
    assert [row[1:] for row in rows(loan)] == [(line.principal, line.interest, line.fee) for line in told.lines]


WEEKS = [("weekly", 12, 52), ("weekly", 1, 4), ("fortnightly", 3, 6), ("fortnightly", 12, 26), ("monthly", 7, 7)]


@pytest.mark.parametrize(("frequency", "months", "count"), WEEKS)
def test_a_loan_may_be_paid_back_every_week_or_every_two(frequency, months, count):
    new_rules(frequency=frequency)
    loan = make_registered(amount="60000", term_months=months)
    days = [row[0] for row in rows(loan)]
    assert len(days) == count
    if frequency != "monthly":
        step = {(later - earlier).days for earlier, later in pairwise(days)}
        assert step == {7 if frequency == "weekly" else 14} and days[0] > TODAY


def test_a_moratorium_leaves_the_first_months_free(constraints_now):
    new_rules(moratorium="full_with_interest", moratorium_months=2, min_term_months=3)
    loan = make_registered(amount="120000")
    constraints_now()
    assert [row[1] for row in rows(loan)][:2] == [D(0), D(0)]
    assert loan.instalment == rows(loan)[2][1] + rows(loan)[2][2] > 0


def test_days_are_counted_from_the_day_of_the_payout(constraints_now):
    new_rules(day_count="actual_365")
    loan = make_registered(amount="120000")
    before = rows(loan)
    pay_out(loan, on=date(2026, 11, 9))
    constraints_now()
    loan.refresh_from_db()
    after = rows(loan)
    assert after[0][0] == before[0][0] == date(2026, 11, 28)
    # 19 days from 9 November at 12% of 120,000; the estimate counted 33 days from 26 October.
    assert (before[0][2], after[0][2]) == (D("1301.92"), D("749.59"))
    assert loan.instalment == after[0][1] + after[0][2]
    sound()


# Rates ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "rate"), [("100000", "10"), ("100000.01", "12"), ("150000.01", "15")])
def test_the_rate_is_that_of_the_multiple_of_the_savings(amount, rate):
    version = new_rules(annual_rate_percent=D(10), tiers=[(D(1), D(12)), (D("1.5"), D(15))])
    assert rate_for(rules_of(version), D(amount), D(100000), D(0)) == D(rate)


def test_a_loan_keeps_the_rate_of_its_tier_by_the_savings_of_the_day_of_asking(constraints_now):
    version = new_rules(annual_rate_percent=D(10), tiers=[(D(1), D(12))])
    loan = make_registered(
        amount="120000", member=make_member(savings="500000"), savings_counted=D(100000), owed_counted=D(0)
    )
    constraints_now()
    assert loan.annual_rate_percent == D(12)
    assert rows(loan)[0][2] == D(1200)
    assert version.tiers.count() == 1


def test_a_rate_may_be_quoted_by_the_month():
    version = new_rules(annual_rate_percent=D("13.5"), rate_per="month")
    assert version.quoted_rate_percent == D("1.125")
    assert quote(rules_of(version), D(100000), 1).total_interest == D("1125.00")


# The quote ------------------------------------------------------------------------------------------------------------


def test_the_yearly_cost_is_reckoned_on_what_comes_into_hand():
    version = new_rules(fees=[PROCESSING, INSURANCE, FORM])
    told = quote(rules_of(version), D(100000), 12)
    assert (told.received, told.in_hand) == (D(98000), D(97500))
    assert [(fee.name, fee.amount) for fee in told.fees] == [
        ("Processing", D(1000)), ("Credit life", D(1000)), ("Form", D(500)),
    ]  # fmt: skip
    assert told.cost == told.total_interest + 2500
    assert told.effective_percent == effective_yearly_rate(D(97500), [line.total for line in told.lines])
    free = quote(at_rate(rules_of(make_product_rules()["commodity"]), D(12)), D(100000), 12)
    assert (free.nominal_yearly_percent, free.yearly_percent) == (D("12.00"), D("12.68"))
    assert told.yearly_percent > free.yearly_percent


def test_a_sent_request_keeps_the_quote_it_was_shown():
    new_rules(fees=[PROCESSING])
    member = make_member(savings="500000", monthly_pay=D(500000), other_deductions=D(0))
    sent = submit_application(application=make_application(member=member), by=member.user, on=TODAY, at=AT)
    assert (sent.savings_counted, sent.owed_counted) == (D(500000), D(0))
    assert (sent.quote["in_hand"], sent.quote["cost"]) == ("198000.00", "15237.08")
    assert sent.quote["fees"] == [{"name": "Processing", "amount": "2000.00", "collected": "at_source"}]


def test_one_payment_at_the_end_costs_by_the_year_as_regulation_z_says():
    version = new_rules(method="bullet", annual_rate_percent=D(12))
    three, eighteen = quote(rules_of(version), D(100000), 3), quote(rules_of(version), D(100000), 18)
    assert (three.nominal_yearly_percent, three.yearly_percent) == (D("12.00"), D("12.55"))
    assert eighteen.nominal_yearly_percent < D("12.00")
