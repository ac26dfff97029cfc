"""New rules of a product: from which day they count, and which are refused."""

from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from engine.fees import Collected
from loans.eligibility import FeeRule
from loans.errors import (
    BadProductRules,
    VersionFromThatDay,
)
from loans.models import InterestMethod, LoanProduct, ProductVersion
from loans.selectors.facts import open_versions, rules_of
from loans.services.products import open_product
from loans.tests.factories import AT, TODAY, make_product_rules
from loans.tests.product_cast import (
    FORM,
    INSURANCE,
    PROCESSING,
    D,
    admin,
    new_rules,
)
from loans.tests.register_cast import make_registered

pytestmark = pytest.mark.django_db


def test_a_new_version_counts_from_its_day_and_the_one_before_ends_there():
    before = make_product_rules()["normal"]
    later = new_rules(valid_from=date(2026, 12, 1), annual_rate_percent=D(15))
    before.refresh_from_db()
    assert before.valid == DateRange(before.valid.lower, date(2026, 12, 1))
    on = ProductVersion.objects.filter(product__code="normal").in_force
    assert (on(date(2026, 11, 30)).get(), on(date(2026, 12, 1)).get()) == (before, later)


def test_a_loan_keeps_the_rules_that_it_was_asked_for_under():
    loan = make_registered(amount="100000")
    new_rules(annual_rate_percent=D(30))
    loan.refresh_from_db()
    assert loan.version.annual_rate_percent == D(12)
    assert make_registered(amount="100000").annual_rate_percent == D(30)


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2020, 1, 1)])
def test_rules_never_begin_in_the_past(day):
    with pytest.raises(VersionFromThatDay, match="past"):
        new_rules(valid_from=day)


def test_rules_begin_after_those_that_are_there():
    new_rules(valid_from=date(2026, 12, 1))
    with pytest.raises(VersionFromThatDay, match="later day"):
        new_rules(valid_from=date(2026, 12, 1))
    assert new_rules(valid_from=date(2026, 12, 2))


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"method": "interest_free"}, "no rate"),
        ({"method": "interest_free", "annual_rate_percent": D(0), "tiers": [(D(1), D(5))]}, "no rates"),
        ({"method": "interest_free", "annual_rate_percent": D(0), "fees": [PROCESSING]}, "another name"),
        ({"method": "murabaha", "fees": [PROCESSING]}, "handed over"),
        ({"method": "flat_upfront", "day_count": "actual_365"}, "by days"),
        ({"method": "flat_upfront", "annual_rate_percent": D(60)}, "cannot be"),
        ({"moratorium": "principal", "moratorium_months": 3, "min_term_months": 3}, "shortest"),
        ({"moratorium": "principal"}, "number"),
        ({"min_term_months": 25}, "longest term"),
        ({"tiers": [(D(1), D(11))]}, "must not fall"),
        ({"fees": [FeeRule("Form", Collected.AT_SOURCE, amount=D(1000))]}, "cannot be"),
        ({"fees": [FORM, FORM]}, "same name"),
        ({"deduction_ceiling_percent": D(101)}, "whole pay"),
        ({"penalty_percent": D(101)}, "between 0 and 100"),
    ],
)
def test_rules_that_contradict_one_another_are_refused_in_words(numbers, said):
    with pytest.raises(BadProductRules, match=said):
        new_rules(**numbers)


def test_a_kind_of_loan_is_opened_and_closed():
    make_product_rules()
    advance = LoanProduct.objects.get(code="advance")
    assert not advance.is_open
    assert open_product(product=advance, is_open=True, by=admin(), at=AT).is_open
    assert not open_product(product=advance, is_open=False, by=admin(), at=AT).is_open


def test_every_kind_of_interest_has_a_standard_product():
    methods = {version.method for version in make_product_rules().values()}
    assert set(InterestMethod) - methods == {InterestMethod.EQUAL_PRINCIPAL, InterestMethod.FLAT}
    further = LoanProduct.objects.filter(is_open=False)
    assert {product.code for product in further} == {"interest-free", "murabaha", "advance", "one-payment"}


def test_rules_that_come_in_one_statement_are_those_of_the_stored_rows():
    version = new_rules(tiers=[(D("1.50"), D("14.5"))], fees=[INSURANCE, PROCESSING, FORM])
    listed = next(one for one in open_versions(TODAY) if one == version)
    assert rules_of(listed) == rules_of(ProductVersion.objects.get(pk=version.pk))
    assert rules_of(listed).fees[2].amount == D("500.00")
