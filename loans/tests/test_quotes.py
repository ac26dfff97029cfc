"""What pays a loan off until a day: told, kept, printed; and whoever pays it closes his loan at nothing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import checks as ledger_checks
from ledger.selectors import balance_of
from loans.checks import INVARIANTS
from loans.errors import NotRunning, QuoteDay
from loans.models import RepaymentUse, SettlementQuote
from loans.selectors.quotes import quote_now
from loans.services.goods import receive_goods
from loans.services.quotes import make_quote
from loans.services.repayments import record_receipt
from loans.states import LoanStatus
from loans.tests.factories import AT, make_product_rules, set_rules
from loans.tests.product_cast import bought
from loans.tests.register_cast import make_active, make_officer, make_registered, make_treasurer, pay_out, receive
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db
PAID_OUT, TODAY = date(2026, 10, 26), date(2026, 12, 2)
NOVEMBER = date(2026, 11, 28)
METHODS = [
    ("reducing", "full"), ("reducing", "by_days"), ("equal_principal", "nothing"), ("flat", "full"),
    ("flat_upfront", "by_days"), ("bullet", "full"), ("interest_free", "nothing"), ("murabaha", "full"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    for module in ("loans.views.quotes", "loans.views.receipts", "loans.views.loan"):
        monkeypatch.setattr(f"{module}.business_date", lambda: TODAY)


def quote_of(loan, until, *, by=None, on=TODAY) -> SettlementQuote:
    return make_quote(loan=loan, valid_until=until, by=by or make_officer(), on=on, at=AT)


def breaks():
    return [one.code for one in (*INVARIANTS, *ledger_checks.INVARIANTS) if one.run().broken]


def a_loan_by(method, **rules):
    product = "murabaha" if method == "murabaha" else "normal"
    make_product_rules()
    set_rules(
        product=product, method=method, annual_rate_percent=D(0 if method == "interest_free" else 12),
        penalty_percent=D(2), **rules,
    )  # fmt: skip
    loan = make_registered(amount="120000", product=product)
    if method == "murabaha":
        bought(loan)
        receive_goods(loan=loan, by=make_officer(), on=PAID_OUT, at=AT)
    pay_out(loan)
    loan.refresh_from_db()
    return loan


# Whoever pays it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "running"), METHODS)
def test_what_was_quoted_closes_the_loan_at_nothing_on_its_day_and_before(method, running):
    loan = a_loan_by(method, running_month=running, rebate="rule_of_78" if running == "full" else "pro_rata")
    officer = make_officer()

    @settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        first=st.integers(0, 60), amount=st.integers(0, 20000), until=st.integers(0, 59), early=st.integers(0, 59),
    )  # fmt: skip
    def holds(first, amount, until, early):
        on = PAID_OUT + timedelta(days=first)
        with transaction.atomic():
            if amount:
                receive(loan, D(amount), on=on, by=officer)
            quote = quote_of(loan, on + timedelta(days=until), by=officer, on=on)
            assert sum(D(line["amount"]) for line in quote.figures["lines"]) == quote.amount
            moved = sum(_moved(step) for step in quote.figures["steps"])
            assert D(quote.figures["today"]) + moved == quote.amount
            paid_on = min(on + timedelta(days=early), quote.valid_until)
            use = RepaymentUse.AHEAD if paid_on == quote.valid_until else RepaymentUse.SAVINGS
            done = record_receipt(
                loan=loan, amount=quote.amount, into="bank", reference="Q", by=officer, on=paid_on, at=AT, use=use
            )
            assert (done.closed, done.surplus) == (True, 0)
            assert (balance_of(loan.account), balance_of(loan.member.voluntary_account)) == (0, done.saved)
            assert done.applied + done.saved == quote.amount
            assert breaks() == []
            transaction.set_rollback(True)

    holds()


def _moved(step) -> D:
    days = (date.fromisoformat(step["last"]) - date.fromisoformat(step["first"])).days + 1
    return D(step["change"]) * days


# The quote ------------------------------------------------------------------------------------------------------------


def test_a_quote_says_when_money_came_since_and_when_its_day_has_gone_by():
    loan = make_active(amount="200000")
    quote = quote_of(loan, date(2026, 12, 20), on=date(2026, 11, 5))
    assert quote.number == "QUO/2026/0001"
    assert quote_now(quote, today=TODAY).state == "stands"
    assert quote_now(quote, today=date(2026, 12, 21)).state == "over"
    receive(loan, "17769.76", on=NOVEMBER)
    now = quote_now(quote, today=TODAY)
    assert (now.state, now.had_money) == ("changed", True)
    assert now.now < quote.amount
    again = quote_of(loan, date(2026, 12, 20))
    assert (again.number, again.amount) == ("QUO/2026/0002", now.now)
    receive(loan, again.amount, on=date(2026, 12, 20))
    again.loan.refresh_from_db()
    assert quote_now(again, today=TODAY).state == "paid"


def test_a_quote_is_for_a_running_loan_and_a_day_that_is_near():
    loan = make_active(amount="200000")
    receive(loan, "1000", on=NOVEMBER)
    for until in (date(2026, 11, 27), TODAY + timedelta(days=61)):
        with pytest.raises(QuoteDay):
            quote_of(loan, until)
    with pytest.raises(NotRunning):
        quote_of(make_registered(), TODAY)
    assert not SettlementQuote.objects.exists()


@pytest.mark.parametrize("role", ["cooploan_app", "cooploan_owner"])
@pytest.mark.parametrize(
    "attack", ["UPDATE loans_settlementquote SET amount = 1", "DELETE FROM loans_settlementquote",
               "TRUNCATE loans_settlementquote"],
)  # fmt: skip
def test_what_was_told_stays_as_it_was_told(role, attack, as_role, constraints_now):
    quote_of(make_active(amount="12000", term_months=3), TODAY)
    constraints_now()
    with as_role(role), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)


# Pages ----------------------------------------------------------------------------------------------------------------


def test_member_and_officer_ask_for_a_quote_and_open_every_figure(client):
    loan = make_active(amount="200000")
    receive(loan, "5000", on=NOVEMBER)
    address = reverse("loans:settle", args=[loan.serial])
    sign_in(client, loan.member.user)
    assert address in client.get(reverse("loans:loan", args=[loan.serial])).content.decode()
    page = client.get(address, {"valid_until": "2026-12-28"}).content.decode()
    for words in ("Until Mon 28 Dec 2026", "Interest that has fallen due", "How it comes about", "From day to day"):
        assert words in page, words
    assert "Choose a day from" in client.get(address, {"valid_until": "2027-12-28"}).content.decode()
    sent = client.post(address, {"valid_until": "2026-12-28"})
    quote = SettlementQuote.objects.get()
    assert sent.url == reverse("loans:quote", args=[quote.number])
    assert (quote.made_by, quote.valid_until) == (loan.member.user, date(2026, 12, 28))
    shown = client.get(sent.url).content.decode()
    assert quote.number in shown
    assert "Record its payment" not in shown

    sign_in(client, make_officer())
    shown = client.get(sent.url).content.decode()
    assert f"?amount={quote.amount}" in shown
    ready = client.get(reverse("loans:receipt", args=[loan.serial]), {"amount": quote.amount}).content.decode()
    assert f'value="{quote.amount:,}"' in ready
    receive(loan, "1000", on=TODAY)
    assert "This quote no longer holds" in client.get(sent.url).content.decode()
    for path in (address, sent.url):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        assert len(captured) <= 14, "\n".join(one["sql"] for one in captured)


def test_a_stranger_sees_no_quote_and_who_only_looks_makes_none(client):
    loan = make_active(amount="200000")
    quote = quote_of(loan, TODAY)
    addresses = [reverse("loans:settle", args=[loan.serial])]
    addresses += [reverse(f"loans:{name}", args=[quote.number]) for name in ("quote", "quote_pdf")]
    for role, status in ((["member"], 404), (["committee"], 200), (["auditor"], 200)):
        sign_in(client, make_user(roles=role))
        assert [client.get(path).status_code for path in addresses] == [status] * 3
        assert client.post(addresses[0], {"valid_until": "2026-12-10"}).status_code == (404 if status == 404 else 403)
    assert SettlementQuote.objects.count() == 1
    client.logout()
    assert client.get(addresses[2]).status_code == 302
    sign_in(client, make_treasurer())
    receive(loan, quote.amount, on=TODAY)
    loan.refresh_from_db()
    assert loan.status == LoanStatus.CLOSED
    assert client.get(addresses[0]).status_code == 404
    assert "The loan is paid back." in client.get(addresses[1]).content.decode()


def test_the_paper_is_a_pdf_with_the_letters_of_our_names_and_our_money(client, caplog):
    loan = make_active(amount="200000")
    loan.member.surname, loan.member.other_names = "ADÉYẸMÍ", "Ọlá Folashade"
    loan.member.save()
    quote = quote_of(loan, TODAY)
    sign_in(client, make_officer())
    answer = client.get(reverse("loans:quote_pdf", args=[quote.number]))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert 'filename="QUO-2026-0001.pdf"' in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.content.startswith(b"%PDF-")
    assert len(answer.content) < 60_000
    # What the letters cannot show is told to the log.
    assert "missing" not in caplog.text
    assert client.get(reverse("loans:quote_pdf", args=[quote.number])).content == answer.content
