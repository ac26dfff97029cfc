"""The kinds of loan and their rules: in plain words, in time, and changed by two people."""

import html
import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Field
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.display import percent
from engine.fees import Collected
from loans.eligibility import FeeRule
from loans.errors import BadProductRules, ProposalDecided, ProposalWaits, ReasonNeeded, VersionFromThatDay
from loans.errors import YourOwnProposal as Own
from loans.forms.products import FIELDS, RulesForm
from loans.models import LoanProduct, ProductVersion, RulesProposal
from loans.selectors import products as selectors
from loans.selectors.facts import rules_of
from loans.selectors.product_rules import in_words
from loans.services.product_proposals import approve_rules, decline_rules, propose_rules, withdraw_rules
from loans.states import ProposalStatus
from loans.tests.factories import AT, TODAY, make_product_rules
from loans.tests.register_cast import make_registered, make_treasurer
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db
D = Decimal
NEW_YEAR = date(2027, 1, 1)
NUMBERS = {
    "savings_multiple": D(2), "annual_rate_percent": D(15), "max_term_months": 24, "deduction_ceiling_percent": D(33),
    "guarantors_required": 2,
}  # fmt: skip
FORM = FeeRule("Form", Collected.AT_SOURCE, percent=D(1))


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("loans.views.products.business_date", lambda: TODAY)


def admin():
    return make_user(roles=["admin"])


def text(answer) -> str:
    inside = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    inside = re.sub(r"</?(span|b|a)\b[^>]*>", "", inside)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", inside)).split())


def normal() -> LoanProduct:
    make_product_rules()
    return LoanProduct.objects.get(code="normal")


def proposed(product=None, *, by=None, valid_from=NEW_YEAR, **numbers) -> RulesProposal:
    return propose_rules(
        product=product or normal(), valid_from=valid_from, numbers=NUMBERS | numbers, tiers=[(D("1.5"), D(18))],
        fees=[FORM], reason="As the meeting decided", by=by or admin(), on=TODAY, at=AT,
    )  # fmt: skip


# By two people --------------------------------------------------------------------------------------------------------


def test_proposed_rules_count_only_when_another_person_has_put_them_in_force():
    kept = make_registered(amount="100000")
    proposer = admin()
    proposal = proposed(by=proposer)
    assert ProductVersion.objects.filter(product=proposal.product).count() == 1
    with pytest.raises(Own):
        approve_rules(proposal=proposal, by=proposer, on=TODAY, at=AT)
    done = approve_rules(proposal=proposal, by=make_treasurer(), on=TODAY, at=AT)
    version = ProductVersion.objects.get(product=proposal.product, valid__startswith=NEW_YEAR)
    assert (done.version, done.status) == (version, ProposalStatus.APPROVED)
    assert {name: getattr(version, name) for name in NUMBERS} == NUMBERS
    rules = rules_of(version)
    assert (rules.tiers, rules.fees) == (((D("1.50"), D(18)),), (FORM,))
    kept.refresh_from_db()
    assert kept.version.annual_rate_percent == D(12)
    with pytest.raises(ProposalDecided):
        decline_rules(proposal=proposal, by=make_treasurer(), at=AT)


def test_one_proposal_of_a_product_waits_at_a_time_and_can_be_declined_or_taken_back():
    proposer = admin()
    first = proposed(by=proposer)
    with pytest.raises(ProposalWaits):
        proposed(first.product)
    with pytest.raises(Own, match="Take it back"):
        decline_rules(proposal=first, by=proposer, at=AT)
    decline_rules(proposal=first, by=make_treasurer(), at=AT)
    second = proposed(first.product)
    withdraw_rules(proposal=second, by=proposer, at=AT)
    assert proposed(first.product).status == ProposalStatus.PROPOSED
    assert ProductVersion.objects.filter(product=first.product).count() == 1


def test_rules_that_cannot_be_are_refused_before_anybody_decides_on_them():
    with pytest.raises(BadProductRules):
        proposed(annual_rate_percent=D(20))  # above the tier's
    with pytest.raises(VersionFromThatDay):
        proposed(valid_from=date(2026, 10, 25))
    with pytest.raises(ReasonNeeded):
        propose_rules(
            product=normal(), valid_from=NEW_YEAR, numbers=NUMBERS, reason=" ", by=admin(), on=TODAY, at=AT
        )  # fmt: skip
    late = proposed()
    with pytest.raises(VersionFromThatDay, match="backwards"):
        approve_rules(proposal=late, by=make_treasurer(), on=date(2027, 1, 2), at=AT)
    assert not ProductVersion.objects.filter(valid__startswith=NEW_YEAR).exists()


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE loans_rulesproposal SET numbers = '{}'",
        "UPDATE loans_rulesproposal SET valid_from = '2026-11-01'",
        "UPDATE loans_rulesproposal SET decided_by_id = proposed_by_id",
        "UPDATE loans_rulesproposal SET status = 'approved'",
        "UPDATE loans_rulesproposal SET reason = ''",
        "DELETE FROM loans_rulesproposal",
    ],
)
def test_the_database_keeps_a_proposal_as_it_was_made_and_asks_for_two_people(attack, as_role):
    proposed()
    for role in ("cooploan_app", "cooploan_owner"):
        as_role(role)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)


# Words ----------------------------------------------------------------------------------------------------------------


def test_every_rule_of_a_version_is_told_in_words_and_asked_for_in_the_form():
    version = make_product_rules()["normal"]
    columns = {
        field.name for field in ProductVersion._meta.get_fields()
        if isinstance(field, Field) and field.name not in ("id", "product", "valid")
    }  # fmt: skip
    assert set(FIELDS) == columns
    told = in_words(version)
    others = {
        "max_amount": D(7777), "cover_percent": D(77), "penalty_percent": D(7), "moratorium": "principal",
        "moratorium_months": 2, "penalty_cap_percent": D(17), "top_up_commission_percent": D(3), "one_running": False,
        "rate_per": "month", "method": "flat", "frequency": "weekly", "day_count": "thirty_360", "rebate": "none",
        "hold_policy": "until_own_savings", "offset_from_savings": "forbidden", "running_month": "nothing",
        "spread": "by_element", "elements": "principal,interest,fee,penalty", "penalty_in_duplum": True,
    }  # fmt: skip
    # Rules that matter only beside another: read with it.
    beside = {
        "penalty_per_days": (365, {"penalty_percent": D(1)}), "penalty_base": ("principal", {"penalty_percent": D(1)}),
        "penalty_grace_days": (9, {"penalty_percent": D(1)}), "penalty_cap_percent": (D(9), {"penalty_percent": D(1)}),
        "penalty_in_duplum": (True, {"penalty_percent": D(1)}), "rebate": ("none", {"method": "flat"}),
        "rebate_percent": (D(50), {"method": "flat"}), "moratorium_months": (3, {"moratorium": "principal"}),
        "rate_per": ("month", {}), "moratorium": ("principal", {"moratorium_months": 1}),
    }  # fmt: skip
    for name in FIELDS:
        value, more = beside.get(name, (others.get(name), {}))
        for field, given in more.items():
            setattr(version, field, given)
        before = in_words(version)
        old = getattr(version, name)
        setattr(version, name, (old or 0) + 5 if value is None else value)
        assert in_words(version) != before, name
        version = ProductVersion.objects.get(pk=version.pk)
    assert in_words(version) == told


def test_a_sale_has_a_profit_and_never_interest_in_its_rules_and_its_sample_loan():
    version = make_product_rules()["murabaha"]
    rules = " ".join(f"{rule.name} {rule.words}" for group in in_words(version) for rule in group.rules)
    assert "profit" in rules.lower()
    assert "interest" not in rules.lower()


# Pages ----------------------------------------------------------------------------------------------------------------


def test_who_sees_the_rules_and_who_changes_them(client):
    proposal = proposed()
    product, since = proposal.product.code, make_product_rules()["normal"].valid.lower
    pages = [
        reverse("loans:products"), reverse("loans:product", args=[product]),
        reverse("loans:product_version", args=[product, since]), reverse("loans:rules_proposal", args=[proposal.pk]),
    ]  # fmt: skip
    propose = reverse("loans:propose_rules", args=[product])
    for role in ("officer", "treasurer", "auditor", "committee", "chair", "admin"):
        sign_in(client, make_user(roles=[role]))
        assert {client.get(page).status_code for page in pages} == {200}, role
        assert client.get(propose).status_code == (200 if role == "admin" else 403)
        for do, may in (("approve", ("treasurer", "chair")), ("withdraw", ("admin",))):
            if role not in may:
                assert client.post(pages[-1], {"do": do}).status_code == 403, (role, do)
    sign_in(client, make_user(roles=["member"]))
    assert {client.get(page).status_code for page in pages} == {403}
    assert not ProductVersion.objects.filter(valid__startswith=NEW_YEAR).exists()
    sign_in(client, make_user(roles=["chair"]))
    answer = client.post(pages[-1], {"do": "approve"}, follow=True)
    assert "These rules count for new loans from Fri 1 Jan 2027 on." in answer.content.decode()
    assert ProductVersion.objects.filter(valid__startswith=NEW_YEAR).exists()


def test_the_administrator_proposes_from_the_rules_that_are_there_and_sees_what_changes(client):
    product = normal()
    sign_in(client, admin())
    address = reverse("loans:propose_rules", args=[product.code])
    form = client.get(address).context["form"]
    assert isinstance(form, RulesForm)
    sent = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value is not False}
    wrong = client.post(address, sent | {"valid_from": "", "reason": ""})
    assert "Choose the day." in text(wrong)
    assert "Enter an amount or per cent" in text(client.post(address, sent | {"fee_1_name": "Form"}))
    sent |= {
        "valid_from": "2027-01-01", "reason": "Costs have risen", "annual_rate_percent": "14", "fee_1_name": "Form",
        "fee_1_percent": "1", "tier_1_multiple": "1.5", "tier_1_rate": "16",
    }  # fmt: skip
    refused = client.post(address, sent | {"tier_1_rate": "2"})
    assert "must not fall" in text(refused), refused.context["form"].errors
    answer = client.post(address, sent, follow=True)
    proposal = RulesProposal.objects.get()
    assert answer.redirect_chain == [(reverse("loans:rules_proposal", args=[proposal.pk]), 302)]
    shown = text(answer)
    for words in (
        "Rate: 14% a year (before: 12% a year)", "Form: 1% of the amount asked for, kept back from the money (new)",
        "Costs have risen", "Above 1.5 times the savings",
    ):  # fmt: skip
        assert words in shown, words
    assert "Put in force" not in shown


def test_a_sample_loan_shows_its_fees_and_both_yearly_costs_and_how_they_come_about(client):
    proposal = proposed()
    sign_in(client, make_treasurer())
    address = reverse("loans:rules_proposal", args=[proposal.pk])
    shown = text(client.get(address, {"amount": "120,000", "term_months": "12", "savings": "120000"}))
    told = selectors.sample(
        selectors.draft_of(proposal), tiers=[(D("1.5"), D(18))], fees=[FORM], amount=D(120000), term_months=12,
        on=TODAY,
    ).quote  # fmt: skip
    assert told.in_hand == D(118800)
    for words in (
        "In hand ₦118,800.00",
        "No. 12",
        percent(told.nominal_yearly_percent, 2),
        percent(told.yearly_percent, 2),
        "Form",
    ):
        assert words in shown, words
    # Above one and a half times the savings the whole loan has the higher rate.
    dearer = text(client.get(address, {"amount": "120,000", "term_months": "12", "savings": "60000"}))
    assert percent(told.yearly_percent, 2) not in dearer


def test_the_list_and_the_versions_cost_the_same_few_queries_at_any_number(client):
    product = normal()
    sign_in(client, admin())
    pages = [reverse("loans:products"), reverse("loans:product", args=[product.code])]

    def cost(page):
        client.get(page)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(page).status_code == 200
        return len(seen)

    few = [cost(page) for page in pages]
    for month in range(1, 4):
        proposal = proposed(product, valid_from=date(2027, month, 1))
        approve_rules(proposal=proposal, by=make_treasurer(), on=TODAY, at=AT)
    assert [cost(page) for page in pages] == few
    assert max(few) <= 10


def test_a_kind_of_loan_is_given_no_more_by_the_administrator_alone(client):
    product = normal()
    address = reverse("loans:give_product", args=[product.code])
    sign_in(client, make_treasurer())
    assert client.post(address, {"give": "no"}).status_code == 403
    sign_in(client, admin())
    assert client.post(address, {"give": "no"}).status_code == 302
    product.refresh_from_db()
    assert not product.is_open
