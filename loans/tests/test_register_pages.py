import html
import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger import chart
from ledger.services import account
from loans.models import Disbursement, LendingPolicy, Loan, LoanApplication, Repayment
from loans.services.takeover import RunningLoan, take_back_loans, take_over_loans
from loans.states import LoanStatus
from loans.tests.factories import AT, make_member, make_product_rules
from loans.tests.register_cast import make_active, make_approved, make_officer, make_registered, make_treasurer, receive
from users.services import grant_role
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 2)
NOVEMBER = date(2026, 11, 28)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    for module in ("loans.views.officer", "loans.views.receipts", "loans.views.loan"):
        monkeypatch.setattr(f"{module}.business_date", lambda: TODAY)


@pytest.fixture
def officer(client):
    return sign_in(client, make_officer())


@pytest.fixture
def treasurer(client):
    return sign_in(client, make_treasurer())


def text(answer) -> str:
    """The words of a page, without its marks and with single spaces."""
    inside = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    inside = re.sub(r"</?(span|b|a)\b[^>]*>", "", inside)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", inside)).split())


def queries(client, address) -> list[str]:
    client.get(address)  # contents of the first visit that stay in the process
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured]


def page_of(loan, name="loan", *more) -> str:
    return reverse(f"loans:{name}", args=[loan.serial, *more])


# The list of the register ---------------------------------------------------------------------------------------------


def test_the_register_shows_25_loans_to_a_page_with_what_each_owes(client, officer):
    make_product_rules()
    take_over(30)
    answer = client.get(reverse("loans:register"))
    assert len(answer.context["page"].object_list) == 25
    assert "30 loans" in text(answer)
    assert len(client.get(reverse("loans:register"), {"page": 2}).context["page"].object_list) == 5


def test_the_register_is_found_by_name_number_and_narrowed_by_standing_and_kind(client, officer):
    late = make_active(amount="12000", member=make_member(savings="90000", surname="OLATUNJI", other_names="Bisi"))
    paid_up = make_active(amount="12000")
    receive(paid_up, "5000", on=NOVEMBER)
    ready = make_registered(product="emergency", amount="10000", term_months=3)

    def found(**words):
        return {loan.serial for loan in client.get(reverse("loans:register"), words).context["page"].object_list}

    assert found() == {late.serial, paid_up.serial, ready.serial}
    assert found(q="olatunji bisi") == {late.serial}
    assert found(q=late.member.number) == {late.serial}
    assert found(q=ready.serial.lower()) == {ready.serial}
    assert found(status="late") == {late.serial}
    assert found(status="active") == {late.serial, paid_up.serial}
    assert found(product="emergency") == {ready.serial}
    assert found(status="nonsense", page="x") == {late.serial, paid_up.serial, ready.serial}
    answer = client.get(reverse("loans:register"), {"q": "nobody"})
    assert "No loan is like that" in text(answer)


def test_a_late_loan_is_called_late_with_the_day_and_amount_that_it_misses(client, officer):
    make_active(amount="200000")
    shown = text(client.get(reverse("loans:register")))
    assert "28 Nov 2026 ₦17,769.76" in shown
    assert "Late" in shown


def take_over(count, *, year=2025, batch="import/1"):
    """Loans that came with the society's own books, their first payment here due on 28 October."""
    make_product_rules()
    rows = [
        RunningLoan(
            serial=f"LH/{year}/{place:03}", member_id=make_member(with_user=False).pk, product_code="normal",
            granted_on=date(2025, 9, 1), principal=Decimal("120000"), annual_rate_percent=Decimal("12"), term_months=24,
            instalment=Decimal("5649"), months_paid=12, balance=Decimal("63000"),
        )
        for place in range(1, count + 1)
    ]  # fmt: skip
    return take_over_loans(
        rows=rows, against_account_id=account(chart.OPENING_DIFFERENCE).pk, by=None, on=date(2026, 9, 30), at=AT,
        batch=batch,
    )  # fmt: skip


def test_the_list_costs_the_same_few_queries_at_any_size(client, officer):
    take_over(3)
    few = queries(client, reverse("loans:register"))
    take_over(60, year=2024, batch="import/2")
    many = queries(client, reverse("loans:register"))
    assert len(many) == len(few) <= 10, "\n".join(many)


# Registration and the queue -------------------------------------------------------------------------------------------


def test_an_officer_registers_an_approved_application_after_seeing_its_terms(client, officer):
    application = make_approved(amount="200000")
    assert application.number in text(client.get(reverse("loans:to_register")))
    address = reverse("loans:register_one", args=[application.number])
    shown = text(client.get(address))
    assert "₦17,769.76" in shown
    assert "Mon 28 Dec 2026" in shown
    answer = client.post(address, follow=True)
    assert answer.redirect_chain == [(reverse("loans:to_register"), 302)]
    assert "LH/2026/001 is in the register and ready to be paid out." in answer.content.decode()
    assert "is in the register already, as loan LH/2026/001" in text(client.post(address))
    assert client.get(address).url == page_of(Loan.objects.get())
    assert Loan.objects.get().application == application


def test_an_officer_is_told_that_a_loan_will_wait_and_lets_it_out_when_there_is_room(client, officer):
    application = make_approved(amount="200000")
    LendingPolicy.objects.update(monthly_cap=Decimal("150000"))
    address = reverse("loans:register_one", args=[application.number])
    assert "It will wait in the queue" in text(client.get(address))
    client.post(address)
    loan = Loan.objects.get()
    assert loan.status == LoanStatus.QUEUED
    assert loan.serial in text(client.get(reverse("loans:to_register")))
    client.post(reverse("loans:release"))
    loan.refresh_from_db()
    assert loan.status == LoanStatus.QUEUED
    LendingPolicy.objects.update(monthly_cap=Decimal("200000"))
    answer = client.post(reverse("loans:release"), follow=True)
    assert f"Ready to be paid out: {loan.serial}." in answer.content.decode()
    assert client.get(reverse("loans:release")).status_code == 405


def test_an_officer_cannot_register_his_own_loan_and_reads_why(client):
    borrower = make_member(savings="500000", roles=("member", "officer"))
    application = make_approved(member=borrower)
    sign_in(client, borrower.user)
    answer = client.post(reverse("loans:register_one", args=[application.number]))
    assert answer.status_code == 200
    assert "somebody else must do this" in text(answer)
    assert not Loan.objects.exists()


def test_the_payment_days_are_moved_from_a_page_that_shows_them(client, officer):
    loan = make_registered()
    address = page_of(loan, "move_days")
    assert "Sat 28 Nov 2026" in text(client.get(address))
    assert client.post(address).url == page_of(loan)
    assert loan.installments.get(number=1).due_on == date(2026, 12, 28)


def test_a_loan_is_cancelled_from_a_page_that_says_what_follows(client, officer):
    loan = make_registered()
    address = page_of(loan, "cancel_loan")
    assert "You cannot undo this." in text(client.get(address))
    assert "Say why" in text(client.post(address, {"reason": ""}))
    assert client.post(address, {"reason": "He no longer needs it"}).url == page_of(loan)
    assert "This loan was cancelled" in text(client.get(page_of(loan)))
    assert "Not paid out: He no longer needs it" in text(client.get(page_of(loan, "account")))
    assert client.get(address).status_code == 404


# Payouts --------------------------------------------------------------------------------------------------------------

SLIP = {
    "bank_name": "Unity Bank", "bank_account": "0123 456 789", "bank_reference": "TRF 0091", "on": "2026-11-02",
    "seen": "on",
}  # fmt: skip


def test_the_treasurer_pays_a_loan_out_from_its_own_page(client, treasurer):
    loan = make_registered(amount="200000")
    assert loan.member.name in text(client.get(reverse("loans:payouts")))
    address = page_of(loan, "payout")
    shown = text(client.get(address))
    assert "Pay out ₦200,000.00?" in shown
    assert "You cannot undo this." in shown
    answer = client.post(address, SLIP)
    assert (answer.status_code, answer.url) == (302, reverse("loans:payouts"))
    loan.refresh_from_db()
    assert loan.status == LoanStatus.ACTIVE
    assert (loan.disbursement.bank_account, loan.disbursement.disbursed_by) == ("0123456789", treasurer)
    assert client.get(address).url == page_of(loan)
    # The same slip again is the same payout; another one is refused in words.
    assert client.post(address, SLIP).url == reverse("loans:payouts")
    assert "was paid out on" in text(client.post(address, SLIP | {"bank_reference": "TRF 0092"}))
    assert Disbursement.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"bank_account": "12345"}, "An account number has ten figures"),
        ({"bank_reference": ""}, "Enter the number of the transfer"),
        ({"on": "2026-12-03"}, "This day is still to come. Enter Wed 2 Dec 2026"),
        ({"on": "2026-12-01"}, "Ask the loan officer to move the payment days"),
        ({"on": "2026-10-25"}, "The loan could be paid from Mon 26 Oct 2026"),
        ({"seen": ""}, "Tick this once the bank has taken the transfer"),
    ],
)
def test_a_payout_that_is_not_right_says_what_to_do_and_pays_nothing(wrong, words, client, treasurer):
    loan = make_registered()
    answer = client.post(page_of(loan, "payout"), {**SLIP, **wrong})
    assert answer.status_code == 200
    assert words in text(answer)
    loan.refresh_from_db()
    assert loan.status == LoanStatus.REGISTERED


def test_who_approved_a_loan_cannot_pay_it_out_and_reads_why(client):
    loan = make_registered()
    judge = loan.application.approval.approved_by
    grant_role(user=judge, role="treasurer", by=None, at=AT)
    sign_in(client, judge)
    answer = client.post(page_of(loan, "payout"), SLIP)
    assert "You decided on this loan" in text(answer)


# A loan's own pages ---------------------------------------------------------------------------------------------------


@pytest.fixture
def running(db):
    loan = make_active(amount="200000", guarantors=2)
    receive(loan, "20000", on=NOVEMBER)
    return loan


def test_a_member_sees_his_loan_with_every_figure_and_how_it_comes_about(client, running):
    sign_in(client, running.member.user)
    shown = text(client.get(page_of(running)))
    # 20,000 less 2,000.00 and the 1,842.30 of December is principal.
    assert "You still owe ₦183,842.30" in shown
    for words in (
        "How we work out what is owed", "How we work out this payment", "How the plan is worked out", "Where it went",
        "How we work out this figure", "Where these terms come from", "To pay it all off today", "slip", "SLIP",
    ):  # fmt: skip
        assert words.lower() in shown.lower(), words
    assert "Record a payment" not in shown
    assert "Take back" not in shown
    for guarantee in running.guarantees.all():
        assert guarantee.guarantor.name in shown


def test_nobody_else_sees_a_members_loan(client, running):
    for person in (make_member().user, running.guarantees.first().guarantor.user):
        sign_in(client, person)
        for name in ("loan", "account"):
            assert client.get(page_of(running, name)).status_code == 404
    client.logout()
    assert client.get(page_of(running)).status_code == 302


def test_the_office_and_the_auditor_see_it_in_the_staff_frame_and_only_who_may_acts_on_it(client, running, officer):
    shown = text(client.get(page_of(running)))
    assert "Record a payment" in shown
    assert "Take back" in shown
    sign_in(client, make_user(roles=["auditor"]))
    shown = text(client.get(page_of(running)))
    assert running.member.name in shown
    assert "Record a payment" not in shown
    for name in ("receipt", "move_days"):
        assert client.get(page_of(running, name)).status_code == 403
    assert client.get(reverse("loans:register")).status_code == 200
    assert client.post(reverse("loans:release")).status_code == 403


def test_an_officer_sees_his_own_loan_as_a_member_does(client):
    borrower = make_member(savings="500000", roles=("member", "officer"))
    loan = make_active(member=borrower)
    sign_in(client, borrower.user)
    answer = client.get(page_of(loan))
    assert answer.context["frame"] == "base_member.html"
    assert "Record a payment" not in text(answer)


def test_the_pages_of_a_loan_cost_few_queries_however_long_its_life(client, officer):
    loan = make_active(amount="200000", term_months=36, guarantors=2)
    receive(loan, "1000", on=NOVEMBER)
    few = queries(client, page_of(loan))
    for _ in range(8):
        receive(loan, "10000", on=NOVEMBER)
    many = queries(client, page_of(loan))
    assert len(many) == len(few) <= 12, "\n".join(many)
    for name in ("account", "receipt"):
        assert len(queries(client, page_of(loan, name))) <= 12
    for name in ("to_register", "payouts"):
        assert len(queries(client, reverse(f"loans:{name}"))) <= 10


def test_the_account_of_a_loan_shows_every_line_and_what_happened(client, officer, running):
    shown = text(client.get(page_of(running, "account")))
    assert "Loan paid out" in shown
    assert "₦200,000.00" in shown
    assert "Put into the register" in shown
    assert "Paid out" in shown


def test_a_loan_of_an_import_that_was_undone_is_not_shown_in_its_place(client, officer):
    take_over(1)
    take_back_loans(batch="import/1", reason="Wrong", by=officer, on=date(2026, 9, 30), at=AT)
    assert client.get(reverse("loans:loan", args=["LH/2025/001"])).status_code == 404
    assert not client.get(reverse("loans:register")).context["page"].object_list


# Receipts and taking back ---------------------------------------------------------------------------------------------


def slip(**fields):
    return {"amount": "17,769.76", "into": "bank", "reference": "TLR 12", "on": "2026-11-28", **fields}


def test_an_officer_sees_where_the_money_goes_before_it_is_recorded(client, officer):
    loan = make_active(amount="200000")
    address = page_of(loan, "receipt")
    shown = client.post(address, slip(show="yes"))
    assert "No. 1, due 28 Nov 2026" in text(shown)
    assert "₦2,000.00 interest, ₦15,769.76 principal" in text(shown)
    assert not Repayment.objects.exists()
    sent = client.post(address, slip(record="yes", shown=shown.context["form"]["shown"].value()))
    assert (sent.status_code, sent.url) == (302, page_of(loan))
    assert Repayment.objects.get().reference == "receipt/TLR12"


def test_what_is_recorded_is_what_was_shown(client, officer):
    loan = make_active(amount="200000")
    address = page_of(loan, "receipt")
    shown = client.post(address, slip(show="yes")).context["form"]["shown"].value()
    for changed in ({"amount": "17,769.77"}, {"on": "2026-11-29"}):
        answer = client.post(address, slip(record="yes", shown=shown, **changed))
        assert answer.status_code == 200
        assert "Where it goes" in text(answer)
    assert client.post(address, slip(record="yes")).status_code == 200
    assert not Repayment.objects.exists()


def test_too_much_is_not_recorded_before_the_member_has_chosen_what_becomes_of_it(client, officer):
    loan = make_active(amount="12000", term_months=3)
    answer = client.post(page_of(loan, "receipt"), slip(amount="50,000", show="yes"))
    # The principal and one month's interest, on the first due day.
    assert "₦37,880.00 is above what pays the loan off" in text(answer)
    shown = answer.context["form"]["shown"].value()
    again = client.post(page_of(loan, "receipt"), slip(amount="50,000", record="yes", shown=shown))
    assert "Ask the member what becomes of the rest" in text(again)
    assert not Repayment.objects.exists()


def test_paying_off_shows_the_interest_that_is_not_charged_and_gives_a_certificate(client, officer):
    loan = make_active(amount="12000", term_months=3)
    address = page_of(loan, "receipt")
    shown = client.post(address, slip(amount="12120", show="yes"))
    assert "This pays the loan off" in text(shown)
    assert client.get(page_of(loan, "certificate")).status_code == 404
    sent = client.post(
        address, slip(amount="12120", record="yes", shown=shown.context["form"]["shown"].value()), follow=True
    )
    assert "its certificate is ready" in sent.content.decode()
    loan.refresh_from_db()
    paper = text(client.get(page_of(loan, "certificate")))
    assert "This loan is paid back" in paper
    assert loan.certificate_number in paper
    assert client.get(address).url == page_of(loan)


def test_a_receipt_that_is_not_right_says_what_to_do(client, officer):
    loan = make_active(amount="200000")
    wrong = [
        (slip(amount="nothing"), "Enter an amount in naira"),
        (slip(into=""), "Choose bank or cash."),
        (slip(reference=""), "Enter the number on the slip."),
        (slip(on="2026-12-03"), "This day is still to come."),
    ]
    for fields, words in wrong:
        assert words in text(client.post(page_of(loan, "receipt"), {**fields, "show": "yes"}))
    shown = client.post(page_of(loan, "receipt"), slip(on="2026-10-25", show="yes"))
    assert "was paid out on Mon 26 Oct 2026" in text(shown)
    assert not Repayment.objects.exists()


def test_a_payment_is_taken_back_from_a_page_that_says_what_follows(client, officer):
    loan = make_active(amount="12000", term_months=3, guarantors=1)
    receive(loan, "1000", on=NOVEMBER)
    receive(loan, "11120", on=NOVEMBER)
    first = Repayment.objects.earliest("pk")
    address = page_of(loan, "take_back", first.pk)
    shown = text(client.get(address))
    assert "1 later payment is worked out again" in shown
    assert "The loan will be open again" in shown
    assert "Say what was wrong" in text(client.post(address, {"reason": "", "on": "2026-12-02"}))
    sent = client.post(address, {"reason": "Wrong loan", "on": "2026-12-02"})
    assert (sent.status_code, sent.url) == (302, page_of(loan))
    assert client.get(address).status_code == 404
    assert "Taken back on Wed 2 Dec 2026: Wrong loan." in text(client.get(page_of(loan)))


# Who may come in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["register", "to_register", "payouts"])
def test_members_have_no_business_in_the_office(name, client):
    sign_in(client, make_member().user)
    assert client.get(reverse(f"loans:{name}")).status_code == 403


def test_each_desk_has_its_own_acts(client):
    loan, application = make_registered(), make_approved()
    sign_in(client, make_officer())
    assert client.get(page_of(loan, "payout")).status_code == 403
    assert client.get(reverse("loans:register_one", args=[application.number])).status_code == 200
    sign_in(client, make_treasurer())
    assert client.get(page_of(loan, "payout")).status_code == 200
    assert client.get(reverse("loans:register_one", args=[application.number])).status_code == 403
    assert LoanApplication.objects.approved().count() == 1


def test_the_records_of_lending_are_looked_at_and_never_changed(client, running):
    sign_in(client, make_user(roles=["admin"], is_staff=True))
    for name, pk in (("loan", running.pk), ("loanproduct", running.product_id), ("repayment", None)):
        page = reverse(f"admin:loans_{name}_change", args=[pk]) if pk else reverse(f"admin:loans_{name}_changelist")
        assert client.get(page).status_code == 200
        assert client.get(reverse(f"admin:loans_{name}_add")).status_code == 403
    assert client.post(reverse("admin:loans_loan_delete", args=[running.pk]), {"post": "yes"}).status_code == 403
