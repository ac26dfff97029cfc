"""Every figure on a loan's page is found again in the working that the page opens beside it."""

import re
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engine.fees import Collected
from ledger import chart
from ledger.services import account
from loans.eligibility import FeeRule
from loans.models import ChangeKind, HoldPolicy, LoanProduct, LoanStanding, Repayment
from loans.selectors.loan_page import loan_page
from loans.selectors.workings.lateness import late_days
from loans.services.goods import buy_goods, receive_goods
from loans.services.products import add_version
from loans.services.servicing import approve_change, ask_change
from loans.services.takeover import RunningLoan, take_over_loans
from loans.tests.arrears_cast import night
from loans.tests.factories import AT, TODAY, make_member, make_product_rules
from loans.tests.register_cast import make_active, make_officer, make_registered, make_treasurer, pay_out, receive
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db
D = Decimal
DECEMBER, FEBRUARY = date(2026, 12, 28), date(2027, 2, 10)
NUMBERS = {
    "savings_multiple": D(2), "annual_rate_percent": D(12), "max_term_months": 24,
    "deduction_ceiling_percent": D("33.33"), "guarantors_required": 0,
}  # fmt: skip
FIGURE = re.compile(r"₦[\d,]+(?:\.\d\d)?|\d[\d.,]*%")
VOID = {"br", "hr", "img", "input", "link", "meta", "use"}


class Node:
    def __init__(self, tag, attrs=(), parent=None):
        self.tag, self.attrs, self.parent, self.inside = tag, dict(attrs), parent, []

    def walk(self):
        yield self
        for one in self.inside:
            if isinstance(one, Node):
                yield from one.walk()

    @property
    def text(self) -> str:
        return "".join(one if isinstance(one, str) else one.text for one in self.inside)

    def above(self):
        node = self
        while node is not None:
            yield node
            node = node.parent


class Tree(HTMLParser):
    def __init__(self, page: str):
        super().__init__()
        self.at = self.root = Node("root")
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        node = Node(tag, attrs, self.at)
        self.at.inside.append(node)
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag, attrs):
        self.at.inside.append(Node(tag, attrs, self.at))

    def handle_endtag(self, tag):
        for node in self.at.above():
            if node.tag == tag:
                self.at = node.parent
                return

    def handle_data(self, data):
        self.at.inside.append(data)


def is_amount(node) -> bool:
    return "amt" in node.attrs.get("class", "").split()


def figures_of(main):
    """Each figure in first sight, with the smallest piece of the page that it stands in."""
    for node in main.walk():
        if any(one.tag == "details" for one in node.above()):
            continue
        if is_amount(node):
            yield node.text, node
        elif not any(is_amount(one) for one in node.above()):
            for word in node.inside:
                if isinstance(word, str):
                    yield from ((found, node) for found in FIGURE.findall(word))


def opened(client, node, figure, read) -> bool:
    """Whether the figure is found again in a fold or behind a link beside it, within its card of the page."""
    for around in node.above():
        folds = [one for one in around.walk() if one.tag == "details"]
        links = {one.attrs["href"] for one in around.walk() if "/working/" in one.attrs.get("href", "")}
        for link in links - read.keys():
            answer = client.get(link, headers={"HX-Request": "true"})
            assert answer.status_code == 200, link
            read[link] = Tree(answer.content.decode()).root.text
        told = [*(fold.text for fold in folds), *(read[link] for link in links)]
        if figure in " ".join(told).replace("\u2212", ""):
            return True
        if around.tag == "section":
            return False
    return False


def unexplained(client, loan) -> list[str]:
    """Figures of the loan's page that are not found in the working beside them."""
    page = Tree(client.get(reverse("loans:loan", args=[loan.serial])).content.decode())
    main = next(node for node in page.root.walk() if node.tag == "main")
    read: dict[str, str] = {}
    found = list(figures_of(main))
    assert len(found) > 10
    return [
        f"{figure} in {node.parent.text[:60]!r}"
        for figure, node in found if not opened(client, node, figure.replace("\u2212", ""), read)
    ]  # fmt: skip


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("loans.views.loan.business_date", lambda: FEBRUARY)


def new_rules(product="normal", *, fees=(), **numbers):
    make_product_rules()
    return add_version(
        product=LoanProduct.objects.get(code=product), valid_from=TODAY, numbers={**NUMBERS, **numbers}, fees=fees,
        by=make_user(roles=["admin"]), on=TODAY, at=AT,
    )  # fmt: skip


def late_loan():
    """A loan with fees of three kinds, a falling promise, two payments and a penalty."""
    new_rules(
        penalty_percent=D(2), penalty_grace_days=3, penalty_cap_percent=D(10), day_count="actual_365",
        hold_policy=HoldPolicy.FALLS_WITH_PRINCIPAL, guarantors_required=2, running_month="by_days",
        fees=[
            FeeRule("Insurance", Collected.AT_SOURCE, percent=D(1)),
            FeeRule("Form", Collected.FROM_SAVINGS, amount=D(500)),
            FeeRule("Care", Collected.WITH_INSTALMENTS, amount=D(1200)),
        ],
    )  # fmt: skip
    loan = make_active(amount="200000", term_months=6, guarantors=2)
    receive(loan, "10000", on=DECEMBER)
    night(date(2027, 1, 10))
    receive(loan, "20000", on=date(2027, 1, 11))
    night(FEBRUARY)
    return loan


def sold():
    new_rules("murabaha", method="murabaha", annual_rate_percent=D(10))
    loan = make_registered(amount="120000", product="murabaha", term_months=4)
    buy_goods(
        loan=loan, what="A fridge", vendor="Cold Ltd", invoice_number="INV 7", cost=D(120000), by=make_treasurer(),
        on=TODAY, at=AT,
    )  # fmt: skip
    receive_goods(loan=loan, by=make_officer(), on=TODAY, at=AT)
    pay_out(loan)
    receive(loan, "31000", on=DECEMBER)
    loan.refresh_from_db()
    return loan


def taken_over():
    make_product_rules()
    row = RunningLoan(
        serial="LH/2025/001", member_id=make_member().pk, product_code="normal", granted_on=date(2025, 9, 1),
        principal=D(120000), annual_rate_percent=D(12), term_months=14, instalment=D(32000), months_paid=12,
        balance=D(63000),
    )  # fmt: skip
    (loan,) = take_over_loans(
        rows=[row], against_account_id=account(chart.OPENING_DIFFERENCE).pk, by=None, on=date(2026, 9, 30), at=AT,
        batch="import/1",
    )  # fmt: skip
    return loan


def reshaped():
    loan = make_active(amount="120000", term_months=4)
    receive(loan, "30753.73", on=DECEMBER)
    asked = ask_change(
        loan=loan, kind=ChangeKind.RESTRUCTURE, effective_on=date(2027, 1, 5), terms={"months": 5},
        reason="Less pay", by=make_officer(), at=AT,
    )  # fmt: skip
    approve_change(change=asked, by=make_treasurer(), at=AT)
    receive(loan, "9000", on=date(2027, 2, 1))
    return loan


def closed():
    loan = make_active(amount="12000", term_months=3, guarantors=1)
    receive(loan, "12120", on=date(2026, 11, 28))
    loan.refresh_from_db()
    return loan


def written_off():
    loan = make_active(amount="60000", term_months=3)
    receive(loan, "10000", on=DECEMBER)
    asked = ask_change(
        loan=loan, kind=ChangeKind.WRITE_OFF, effective_on=date(2027, 1, 30), terms={}, reason="Gone abroad",
        resolution="General meeting, 30 January 2027", by=make_officer(), at=AT,
    )  # fmt: skip
    approve_change(change=asked, by=make_treasurer(), at=AT)
    receive(loan, "4000", on=date(2027, 2, 5))
    loan.refresh_from_db()
    return loan


def by_method(method):
    def lend():
        new_rules(method=method)
        loan = make_active(amount="120000", term_months=3)
        receive(loan, "5000", on=DECEMBER)
        return loan

    return lend


LOANS = {
    "late, with fees and a penalty": late_loan,
    "goods sold": sold,
    "taken over": taken_over,
    "new terms": reshaped,
    "written off": written_off,
    "paid back": closed,
    "not paid out": lambda: make_registered(amount="200000", term_months=3, guarantors=2),
    "flat": by_method("flat"),
    "taken at the start": by_method("flat_upfront"),
    "paid back at once": by_method("bullet"),
}


@pytest.mark.parametrize("make", LOANS.values(), ids=LOANS)
def test_every_figure_on_a_loans_page_is_found_again_in_its_working(make, client):
    loan = make()
    sign_in(client, loan.member.user)
    assert unexplained(client, loan) == []
    if make is late_loan:
        sign_in(client, make_treasurer())
        assert unexplained(client, loan) == []


def page(client, loan, figure) -> str:
    answer = client.get(reverse("loans:working", args=[loan.serial, figure]))
    assert answer.status_code == 200
    main = next(node for node in Tree(answer.content.decode()).root.walk() if node.tag == "main")
    return " ".join(main.text.split())


def test_the_penalty_opens_to_spans_of_days_that_make_it_and_to_its_rule(client):
    loan = late_loan()
    standing = LoanStanding.objects.get(pk=loan.pk)
    assert standing.penalty_charged
    told = loan_page(loan, on=FEBRUARY)
    spans = late_days(told)
    assert sum(one.counted.naira_days for one in spans) == standing.late_naira_days
    # The first 10,000 came after 27 days of which 3 cost nothing; nothing is counted twice or left out.
    assert (spans[0].counted.first, spans[0].counted.days) == (date(2026, 12, 2), 26)
    sign_in(client, loan.member.user)
    shown = page(client, loan, "penalty")
    for words in ("2% a month of 30 days of all that is late", "3 days", "10% of what was lent", "Divided by30 days"):
        assert words in shown
    assert f"{standing.late_naira_days:,.2f}" in shown


def test_an_instalment_opens_to_its_rate_its_days_and_the_payments_that_paid_it(client):
    loan = late_loan()
    sign_in(client, loan.member.user)
    first, second = page(client, loan, "instalment-1"), page(client, loan, "instalment-2")
    assert "₦200,000.00 × 12% a year × 33/365 (26 Oct 2026 to 28 Nov 2026)" in first
    assert "Moved here from other days" not in first + second
    assert "28 Dec 2026, SLIP-" in first
    assert "Fee₦200.00" in first


def test_goods_that_were_sold_have_a_profit_and_never_interest(client):
    loan = sold()
    sign_in(client, loan.member.user)
    address = reverse("loans:loan", args=[loan.serial])
    links = {one.attrs.get("href", "") for one in Tree(client.get(address).content.decode()).root.walk()}
    for link in [address, *(link for link in links if "/working/" in link)]:
        main = next(one for one in Tree(client.get(link).content.decode()).root.walk() if one.tag == "main")
        words = main.text.lower()
        assert "interest" not in words, (link, words[words.index("interest") - 80 :][:160])


def test_who_reads_the_books_sees_both_sides_of_a_payment_and_the_member_his_own_entry(client):
    loan = closed()
    repayment = Repayment.objects.get(loan=loan)
    entry = reverse("reports:entry", args=[repayment.entry_id])
    figure = f"payment-{repayment.pk}"
    sign_in(client, make_user(roles=["auditor"]))
    assert "Cr ₦120.00" in page(client, loan, figure)
    for roles, links in ((["treasurer"], True), (["auditor"], True), (["committee"], False)):
        sign_in(client, make_user(roles=roles))
        answer = client.get(reverse("loans:working", args=[loan.serial, figure])).content.decode()
        assert (entry in answer) is links, roles
    sign_in(client, loan.member.user)
    assert "Cr ₦120.00" not in page(client, loan, figure)
    assert entry in client.get(reverse("loans:working", args=[loan.serial, figure])).content.decode()
    assert client.get(entry).status_code == 200


def test_a_working_that_is_not_there_or_of_another_members_loan_is_not_found(client):
    loan = closed()
    sign_in(client, loan.member.user)
    for figure in ("wealth", "instalment-99", "payment-0", "promise-0", "pay-off", "instalment-", "fees"):
        assert client.get(reverse("loans:working", args=[loan.serial, figure])).status_code == 404, figure
    sign_in(client, make_member().user)
    assert client.get(reverse("loans:working", args=[loan.serial, "balance"])).status_code == 404
    client.logout()
    assert client.get(reverse("loans:working", args=[loan.serial, "balance"])).status_code == 302


def test_a_working_costs_few_queries_however_long_the_loans_life(client):
    loan = late_loan()
    for _ in range(5):
        receive(loan, "3000", on=FEBRUARY)
    sign_in(client, make_treasurer())
    for figure in ("balance", "interest", "late", "penalty", "plan", "terms", "cost", "instalment-1", "pay-off"):
        client.get(reverse("loans:working", args=[loan.serial, figure]))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("loans:working", args=[loan.serial, figure]))
        assert len(seen) <= 16, (figure, len(seen))
