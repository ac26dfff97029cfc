"""The tutorial's figures and people are those of the practice society."""

import re
from decimal import Decimal

import pytest

from committee.models import Sitting
from core.dates import business_date
from core.display import naira
from loans.eligibility import check
from loans.models import LoanApplication
from loans.selectors.facts import facts_for, open_versions, rules_of
from members.models import Member
from members.selectors import free_savings
from portal.practice.people import SWITCH, plain_name
from tests.pages import DOCS, read
from users.selectors import person

TUTORIAL = " ".join(read(DOCS / "tutorials" / "first-loan.md").split())


@pytest.fixture
def normal_rules(practice_society):
    (version,) = [one for one in open_versions(business_date()) if one.product.code == "normal"]
    return rules_of(version)


def borrower() -> Member:
    return Member.objects.get(number="UMCS/0031")


def test_the_figures_of_the_loan_are_those_that_the_panel_shows(normal_rules):
    verdict = check(facts_for(borrower(), business_date()), normal_rules, Decimal(500_000), 12)
    assert verdict.allows
    ceiling = next(rule for rule in verdict.rules if rule.code == "deduction_ceiling")
    for amount in (verdict.instalment, verdict.total_interest, ceiling.actual, ceiling.allowed):
        assert naira(amount) in TUTORIAL


def test_three_million_is_refused_with_the_nearest_loan(normal_rules):
    verdict = check(facts_for(borrower(), business_date()), normal_rules, Decimal(3_000_000), 12)
    assert not verdict.allows
    assert verdict.nearest


def test_both_guarantors_can_stand_for_their_half(practice_society):
    guarantors = Member.objects.filter(number__in=["UMCS/0094", "UMCS/0096"])
    assert all(free >= 250_000 for free in free_savings(guarantors).values())


def test_the_people_of_the_tutorial_are_on_the_role_switch(practice_society):
    told = set(re.findall(r"\*\*([^*]+)\*\*", TUTORIAL))
    assert told and told <= {plain_name(person(actor.who)) for actor in SWITCH}


def test_a_sitting_is_open_and_the_borrower_has_asked_for_nothing(practice_society):
    assert Sitting.objects.open().exists()
    assert not LoanApplication.objects.filter(member=borrower()).exists()


def test_one_of_the_committee_stands_for_another_loan_in_the_queue(practice_society):
    queue = LoanApplication.objects.under_review()
    assert queue.filter(guarantees__guarantor__number="UMCS/0062", guarantees__status="accepted").exists()


def test_the_calendar_stands_still_on_the_day_that_the_page_names(practice_society):
    assert f"{business_date():%A, %-d %B %Y}" in TUTORIAL
