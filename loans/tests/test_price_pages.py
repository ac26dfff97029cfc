"""What a loan costs stands beside every quote that a member sees, and on the committee's dossier."""

import html
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from core.display import percent
from engine.fees import Collected
from loans.eligibility import FeeRule
from loans.eligibility.stored import told_quote
from loans.models import LoanApplication, LoanProduct
from loans.services.products import add_version, open_product
from loans.tests.factories import AT, TODAY, make_member, make_product_rules
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db
D = Decimal
NUMBERS = {
    "savings_multiple": D(2), "annual_rate_percent": D(12), "max_term_months": 24,
    "deduction_ceiling_percent": D("33.33"), "guarantors_required": 0,
}  # fmt: skip
FEES = [
    FeeRule("Insurance", Collected.AT_SOURCE, percent=D(1)),
    FeeRule("Form", Collected.PAID_APART, amount=D(500)),
]


@pytest.fixture(autouse=True)
def october(monkeypatch):
    monkeypatch.setattr("loans.views.member.business_date", lambda: TODAY)
    monkeypatch.setattr("committee.views.business_date", lambda: TODAY)


def kind_of_loan(code, **rules):
    make_product_rules()
    product = LoanProduct.objects.get(code=code)
    fees = rules.pop("fees", ())
    by = make_user(roles=["admin"])
    add_version(product=product, valid_from=TODAY, numbers=NUMBERS | rules, fees=fees, by=by, on=TODAY, at=AT)
    open_product(product=product, is_open=True, by=by, at=AT)


@pytest.fixture
def member(client):
    member = make_member(savings="250000")
    sign_in(client, member.user)
    return member


def text(answer) -> str:
    assert answer.status_code == 200
    page = answer.content.decode()
    inside = page.partition("<main")[2].partition("</main>")[0] or page
    inside = re.sub(r"</?(span|b|a)\b[^>]*>", "", inside)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", inside)).split())


def asked(client, product, **changed):
    """Every page on which a member sees a quote: the panel, before sending, and the request that was sent."""
    answers = {"product": product, "amount": "120,000", "term_months": "12", "purpose": "A fridge", **changed}
    panel = text(client.post(reverse("loans:figures"), answers))
    client.post(reverse("loans:apply"), answers | {"do": "save"})
    application = LoanApplication.objects.get(product__code=product)
    check = text(client.get(reverse("loans:check", args=[application.number])))
    sent = client.post(reverse("loans:check", args=[application.number]), {"agree": "on"})
    assert sent.status_code == 302
    application.refresh_from_db()
    page = text(client.get(reverse("loans:application", args=[application.number])))
    return application, [panel, check, page]


def test_a_member_reads_fees_the_money_in_hand_and_both_yearly_costs_beside_every_quote(client, member):
    kind_of_loan("normal", fees=FEES)
    application, pages = asked(client, "normal")
    told = told_quote(application.quote)
    assert (told.in_hand, told.total_fees) == (D(118300), D(1700))
    assert told.nominal_yearly_percent < told.yearly_percent
    for page in pages:
        for words in (
            "Insurance kept back from the money ₦1,200.00", "Form paid at the office before you get the money ₦500.00",
            "Left in your hand ₦118,300.00", percent(told.nominal_yearly_percent, 2), percent(told.yearly_percent, 2),
            "against the money that really comes into your hand",
        ):  # fmt: skip
            assert words in page, (words, page)
    assert "There are no fees" not in pages[0]


def test_the_committee_reads_on_the_dossier_what_the_member_was_told(client, member):
    kind_of_loan("normal", fees=FEES)
    application, _ = asked(client, "normal")
    told = told_quote(application.quote)
    sign_in(client, make_user(roles=["committee"]))
    dossier = text(client.get(reverse("committee:dossier", args=[application.pk])))
    for words in ("What it costs the member", "In hand ₦118,300.00", f"{percent(told.yearly_percent, 2)} a year"):
        assert words in dossier, words


def test_goods_on_credit_have_a_profit_and_never_interest_on_any_page(client, member):
    kind_of_loan("murabaha", method="murabaha", annual_rate_percent=D(10))
    application, pages = asked(client, "murabaha")
    sign_in(client, make_user(roles=["committee"]))
    pages.append(text(client.get(reverse("committee:dossier", args=[application.pk]))))
    for page in pages:
        assert "Profit" in page
        said = page.replace("I have no interest in this loan", "").replace("no interest in it", "")
        assert "interest" not in said.lower(), said


def test_what_is_paid_back_at_once_or_without_interest_is_told_so(client, member):
    kind_of_loan("one-payment", method="bullet", max_term_months=3, deduction_ceiling_percent=D(100))
    kind_of_loan("interest-free", method="interest_free", annual_rate_percent=D(0))
    answers = {"amount": "60,000", "term_months": "3", "purpose": "Rent"}
    once = text(client.post(reverse("loans:figures"), answers | {"product": "one-payment"}))
    assert "once, after 3 months" in once
    free = text(client.post(reverse("loans:figures"), answers | {"product": "interest-free"}))
    assert "This loan has no interest." in free
    assert "Yearly cost 0%" in free
