"""Money above what is due: shown before it is recorded, by what the member chose, and posted as it was shown."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import transaction
from django.urls import reverse

from ledger import chart
from ledger import checks as ledger_checks
from ledger.models import JournalLine
from ledger.selectors import balance_of
from ledger.services import account
from loans.checks import INVARIANTS
from loans.errors import CashAlone, MoreThanOwed, NothingDue, ReceiptUsed
from loans.models import Installment, Repayment, RepaymentUse
from loans.services.previews import preview_receipt
from loans.services.repayments import record_receipt, reverse_repayment
from loans.states import LoanStatus
from loans.tests.factories import AT, set_rules
from loans.tests.register_cast import make_active, make_officer, receive
from notifications.models import Message
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 30)
NOVEMBER, DECEMBER = date(2026, 11, 28), date(2026, 12, 28)
SAVED, BACK = RepaymentUse.SAVINGS, RepaymentUse.REFUND


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    for module in ("loans.views.receipts", "loans.views.loan"):
        monkeypatch.setattr(f"{module}.business_date", lambda: TODAY)


@pytest.fixture
def officer():
    return make_officer()


def record(loan, amount, use, *, by, on=DECEMBER, into="cash", reference="SLIP"):
    return record_receipt(loan=loan, amount=D(amount), into=into, reference=reference, by=by, on=on, at=AT, use=use)


def find_breaks():
    return [one.code for one in (*INVARIANTS, *ledger_checks.INVARIANTS) if one.run().broken]


def voluntary(loan):
    return balance_of(loan.member.voluntary_account)


@pytest.mark.parametrize(("amount", "on"), [("60000", DECEMBER), ("500000", DECEMBER), ("30000", NOVEMBER)])
def test_what_a_preview_tells_is_what_is_then_posted(amount, on, officer):
    loan = make_active(amount="200000")
    set_rules(penalty_percent=D(2))
    receive(loan, "10000", on=NOVEMBER, by=officer)
    if on == NOVEMBER:
        receive(loan, "9000", on=DECEMBER, by=officer)  # so that the preview is of a day that is past
    told = preview_receipt(loan=loan, amount=D(amount), on=on, at=AT)
    uses = list(told.choices)
    assert uses == ([SAVED, BACK] if amount == "500000" else ["ahead", "shorter", "smaller", SAVED, BACK])
    for use in uses:
        outlook = told.choices[use]
        with transaction.atomic():
            done = record(loan, amount, use, by=officer, on=on)
            one = Repayment.objects.get(pk=done.repayment_id)
            effect = outlook.effect
            assert (one.principal, one.interest, one.fee, one.penalty) == (
                effect.principal, effect.interest, effect.fee, effect.penalty,
            )  # fmt: skip
            assert one.surplus == (outlook.surplus if use == SAVED else 0)
            assert done.closed == outlook.closes
            unpaid = list(Installment.objects.unpaid().filter(loan=loan).order_by("number"))
            assert len(unpaid) == outlook.left
            assert sum(one.unpaid for one in unpaid if one.due_on == outlook.next_on) == outlook.next_instalment
            assert (unpaid[-1].due_on if unpaid else None) == outlook.ends_on
            shares = {(row.installment.number, row.principal, row.interest) for row in one.allocations.all()}
            assert {(share.number, share.principal, share.interest) for share in outlook.shares} <= shares
            assert find_breaks() == []
            transaction.set_rollback(True)


def test_the_rest_goes_to_savings_in_one_entry_and_comes_back_with_it(officer, constraints_now):
    loan = make_active(amount="200000")
    done = record(loan, "20000", SAVED, by=officer, on=NOVEMBER)
    assert (done.applied, done.saved, done.surplus) == (D("17769.76"), D("2230.24"), 0)
    assert voluntary(loan) == D("2230.24")
    one = Repayment.objects.get()
    assert JournalLine.objects.get(entry=one.entry, debit__gt=0).debit == one.amount == 20000
    body = Message.objects.filter(event=f"loans.repayment.received:{one.pk}").values_list("body", flat=True)[0]
    assert "₦2,230.24 of it went to your voluntary savings" in body
    # The same slip again is the same receipt; another amount on it is refused.
    assert record(loan, "20000", SAVED, by=officer, on=NOVEMBER).posted_before
    with pytest.raises(ReceiptUsed):
        record(loan, "20001", SAVED, by=officer, on=NOVEMBER)
    # A payment that is entered late: what is due is paid, and the choice stands.
    receive(loan, "1000", on=date(2026, 11, 20), by=officer)
    again = Repayment.objects.get(received_on=NOVEMBER, reversed_by_entry__isnull=True)
    assert (again.use, again.surplus, voluntary(loan)) == (SAVED, D("3230.24"), D("3230.24"))
    reverse_repayment(repayment=again, reason="Wrong member", by=officer, on=TODAY, at=AT)
    assert voluntary(loan) == 0
    constraints_now()
    assert find_breaks() == []


def test_what_is_given_back_never_enters_the_books(officer):
    loan = make_active(amount="12000", term_months=3)
    with pytest.raises(CashAlone):
        record(loan, "50000", BACK, by=officer, on=NOVEMBER, into="bank")
    with pytest.raises(MoreThanOwed):
        record(loan, "50000", "ahead", by=officer, on=NOVEMBER)
    done = record(loan, "50000", BACK, by=officer, on=NOVEMBER)
    assert (done.applied, done.surplus, done.closed) == (12120, 37880, True)
    assert balance_of(account(chart.CASH)) == 12120
    assert voluntary(loan) == 0
    assert record(loan, "50000", BACK, by=officer, on=NOVEMBER).posted_before
    assert find_breaks() == []


def test_where_nothing_is_due_nothing_is_saved_or_given_back(officer):
    loan = make_active(amount="200000")
    told = preview_receipt(loan=loan, amount=D(500), on=date(2026, 11, 2), at=AT)
    assert list(told.choices) == ["ahead", "shorter", "smaller"]
    for use in (SAVED, BACK):
        with pytest.raises(NothingDue):
            record(loan, "500", use, by=officer, on=date(2026, 11, 2))
    assert not Repayment.objects.exists()


# The page -------------------------------------------------------------------------------------------------------------


def typed(**fields):
    return {"amount": "60,000", "into": "cash", "reference": "TLR 12", "on": "2026-11-28", **fields}


def test_the_page_shows_the_choices_side_by_side_and_records_the_one_that_was_made(client, officer):
    sign_in(client, officer)
    loan = make_active(amount="200000")
    address = reverse("loans:receipt", args=[loan.serial])
    answer = client.post(address, typed(show="yes"))
    page = answer.content.decode()
    for words in (
        "₦42,230.24 is above what is due", "Make the loan shorter", "Make the payments smaller",
        "Put ₦42,230.24 into voluntary savings", "Give ₦42,230.24 back in cash", "Interest still to come",
    ):  # fmt: skip
        assert words in page, words
    shown = answer.context["form"]["shown"].value()
    assert "Ask the member what becomes of the rest" in client.post(
        address, typed(record="yes", shown=shown)
    ).content.decode()  # fmt: skip
    assert not Repayment.objects.exists()
    sent = client.post(address, typed(record="yes", shown=shown, use="shorter"), follow=True)
    assert f"₦60,000.00 recorded on {loan.serial}." in sent.content.decode()
    assert Repayment.objects.get().use == "shorter"
    # A form that is pressed twice arrives when its work is done.
    again = client.post(address, typed(record="yes", shown=shown, use="shorter"), follow=True)
    assert "Nothing was recorded twice" in again.content.decode()


def test_the_figures_come_alone_while_the_officer_types(client, officer):
    loan = make_active(amount="200000")
    address = reverse("loans:receipt_figures", args=[loan.serial])
    sign_in(client, officer)
    assert client.get(address).status_code == 405
    page = client.post(address, {"amount": "60000", "on": "2026-11-28", "use": "smaller"}).content.decode()
    assert "<html" not in page
    assert "On top of what is due" in page
    assert "Choose bank or cash" not in page
    empty = client.post(address, {"amount": "", "on": "2026-11-28"}).content.decode()
    assert "See what it does" in empty
    assert "PaidTooEarly" not in client.post(address, {"amount": "5", "on": "2026-10-01"}).content.decode()
    sign_in(client, make_user(roles=["auditor"]))
    assert client.post(address, {"amount": "60000", "on": "2026-11-28"}).status_code == 403
    assert loan.status == LoanStatus.ACTIVE
