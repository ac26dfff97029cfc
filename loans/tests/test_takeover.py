import re
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger import chart
from ledger.models import AccountBalance
from ledger.selectors import balance_of, control_totals
from ledger.services import account
from loans.errors import BadBalance, BadSerial, HasRepayments, PaidTooEarly, SerialTaken
from loans.models import Guarantee, Installment, Loan
from loans.selectors.register import due_in_month
from loans.selectors.register_list import RegisterList
from loans.services.takeover import RunningLoan, take_back_loans, take_over_loans
from loans.states import LoanStatus
from loans.tests.factories import AT, make_employer, make_member, make_product_rules
from loans.tests.recourse_cast import set_rules
from loans.tests.register_cast import make_officer, make_registered, receive
from loans.tests.test_repayments import take_back
from members.services import NewMember, admit_members
from users.testing import sign_in

pytestmark = pytest.mark.django_db
SEPTEMBER_END = date(2026, 9, 30)


@pytest.fixture(autouse=True)
def _rules(db):
    make_product_rules()


def row(**fields) -> RunningLoan:
    """A loan of 900,000 over three years, one instalment before its end, as a society's book has it."""
    known = {
        "serial": "LH/2023/001", "product_code": "normal", "granted_on": date(2023, 10, 17),
        "principal": Decimal("900000"), "annual_rate_percent": Decimal("12"), "term_months": 36,
        "instalment": Decimal("29892.88"), "months_paid": 34, "balance": Decimal("58900.37"),
    }  # fmt: skip
    if "member_id" not in fields:
        fields["member_id"] = make_member().pk
    return RunningLoan(**{**known, **fields})


def take_over(*rows, batch="import/1"):
    return take_over_loans(
        rows=rows, against_account_id=account(chart.OPENING_DIFFERENCE).pk, by=make_officer(), on=SEPTEMBER_END, at=AT,
        batch=batch,
    )  # fmt: skip


def test_a_running_loan_keeps_its_serial_instalment_and_balance(constraints_now):
    loan = take_over(row())[0]
    constraints_now()
    assert (loan.serial, loan.serial_year, loan.serial_number, loan.status) == ("LH/2023/001", 2023, 1, "active")
    assert balance_of(loan.account) == Decimal("58900.37")
    assert control_totals()[chart.LOANS_NORMAL] == Decimal("58900.37")
    due = list(loan.installments.live().order_by("number"))
    assert [(one.number, one.due_on) for one in due] == [(35, date(2026, 10, 28)), (36, date(2026, 11, 28))]
    assert (due[0].principal, due[0].interest) == (Decimal("29303.88"), Decimal("589.00"))
    # The last instalment clears the loan, whatever it comes to.
    assert (due[1].principal, due[1].interest) == (Decimal("29596.49"), Decimal("295.96"))


FLAT = {
    "principal": Decimal("120000"), "term_months": 12, "instalment": Decimal("11200"), "months_paid": 9,
    "balance": Decimal("30000"), "granted_on": date(2025, 12, 17),
}  # fmt: skip


def test_a_running_flat_loan_keeps_its_agreed_instalments(constraints_now):
    loan = take_over(row(method="flat", **FLAT))[0]
    constraints_now()
    assert loan.method == "flat"
    assert [(one.number, one.principal, one.interest) for one in loan.installments.live().order_by("number")] == [
        (10, Decimal("10000.00"), Decimal("1200.00")),
        (11, Decimal("10000.00"), Decimal("1200.00")),
        (12, Decimal("10000.00"), Decimal("1200.00")),
    ]


def test_where_the_books_do_not_tell_the_method_it_is_the_products(constraints_now):
    set_rules(method="flat")
    told, untold = take_over(row(method="reducing", **FLAT), row(serial="LH/2025/002", **FLAT))
    constraints_now()
    assert (told.method, told.installments.get(number=10).interest) == ("reducing", Decimal("300.00"))
    assert (untold.method, untold.installments.get(number=10).interest) == ("flat", Decimal("1200.00"))


def test_a_loan_whose_term_is_over_owes_its_balance_in_one_instalment():
    loan = take_over(row(months_paid=36, balance=Decimal("1000")))[0]
    only = loan.installments.get()
    assert (only.number, only.principal, only.interest) == (37, Decimal("1000.00"), Decimal("10.00"))


def test_our_own_serials_begin_after_those_that_came_with_the_books():
    take_over(row(serial="LH/2026/403"), row(serial="LH/2025/017"))
    assert make_registered().serial == "LH/2026/404"


def test_a_societys_own_numbers_are_kept_and_those_of_another_kind_move_no_counter(constraints_now):
    numbers = ["NL/2026/001", "EL/2026/001", "EL/2026/350", "NL-17", " Grace's (old) ", "12/b", "L" * 30]
    loans = take_over(*(row(serial=number) for number in numbers))
    constraints_now()
    assert [(loan.serial, loan.serial_year, loan.serial_number) for loan in loans] == [
        ("NL/2026/001", 2026, 1), ("EL/2026/001", 2026, 1), ("EL/2026/350", 2026, 350), ("NL-17", 2023, 0),
        ("Grace's (old)", 2023, 0), ("12/b", 2023, 0), ("L" * 30, 2023, 0),
    ]  # fmt: skip
    assert make_registered().serial == "LH/2026/001"
    assert make_registered().serial == "LH/2026/002"
    # The register goes by year and number; among loans of one number the last entered comes first.
    shown = [loan.serial for loan in RegisterList(on=date(2026, 10, 26))[0:6]]
    assert shown == ["EL/2026/350", "LH/2026/002", "LH/2026/001", "EL/2026/001", "NL/2026/001", "L" * 30]


def test_a_number_of_our_own_kind_moves_the_counter_however_it_is_written():
    take_over(row(serial="lh-2026-0017"))
    assert make_registered().serial == "LH/2026/018"


def test_every_number_of_a_loan_has_an_address_of_its_own(client):
    sign_in(client, make_officer())
    odd = ["12/b", "~1", "apply", "apply/figures", "a?b#c", "Ọla/17", "%2F", "..", "./2026/001", "NL/x/2026/001"]
    loans = take_over(*(row(serial=number) for number in ["LH/2025/001", *odd]))
    addresses = [reverse("loans:loan", args=[loan.serial]) for loan in loans]
    assert addresses[:2] == ["/loans/LH/2025/001/", "/loans/~12~2Fb/"]
    listed = client.get(reverse("loans:register")).content.decode()
    for loan, address in zip(loans, addresses, strict=True):
        assert f'href="{address}"' in listed
        for page in ("loan", "account", "receipt"):
            answer = client.get(reverse(f"loans:{page}", args=[loan.serial]))
            assert (answer.status_code, answer.context["loan"].pk) == (200, loan.pk)


def test_each_guarantor_is_held_for_his_part_as_far_as_his_free_savings_reach(constraints_now):
    rich, poor, broke = make_member(savings="500000"), make_member(savings="10000"), make_member()
    loan = take_over(row(balance=Decimal("100000.01"), guarantor_ids=(rich.pk, poor.pk, broke.pk)))[0]
    constraints_now()
    promises = [
        (one.guarantor_id, one.amount, one.uncovered, one.hold.amount if one.hold else None)
        for one in Guarantee.objects.filter(loan=loan).order_by("pk")
    ]
    assert promises == [
        (rich.pk, Decimal("33333.34"), Decimal("0.00"), Decimal("33333.34")),
        (poor.pk, Decimal("33333.34"), Decimal("23333.34"), Decimal("10000.00")),
        (broke.pk, Decimal("33333.33"), Decimal("33333.33"), None),
    ]
    assert AccountBalance.objects.get(account=poor.savings_account).free == 0


def test_a_guarantor_of_two_loans_is_held_for_the_first_before_the_second():
    person = make_member(savings="70000")
    first, second = take_over(
        row(serial="LH/2025/001", balance=Decimal("50000"), guarantor_ids=(person.pk,)),
        row(serial="LH/2025/002", balance=Decimal("50000"), guarantor_ids=(person.pk,)),
    )
    assert first.guarantees.get().uncovered == 0
    assert second.guarantees.get().uncovered == Decimal("30000.00")


def test_a_month_asks_for_the_agreed_instalment_and_the_last_one_clears():
    loan = take_over(row())[0]
    employer = loan.member.employer_id
    assert due_in_month(employer_id=employer, year=2026, month=10)[0].amount == Decimal("29892.88")
    receive(loan, "29892.88", on=date(2026, 10, 26))
    last = due_in_month(employer_id=employer, year=2026, month=11)[0].amount
    assert last == Decimal("29892.45")
    assert receive(loan, last, on=date(2026, 11, 26)).closed


def test_what_was_paid_before_the_take_over_is_in_the_balance_already():
    loan = take_over(row())[0]
    with pytest.raises(PaidTooEarly, match="taken over on Wed 30 Sep 2026"):
        receive(loan, "1000", on=date(2026, 9, 29))


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"serial": "L" * 31}, BadSerial),
        ({"serial": "  "}, BadSerial),
        ({"serial": "LH\n1"}, BadSerial),
        ({"balance": Decimal("0")}, BadBalance),
        ({"balance": Decimal("900000.01")}, BadBalance),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_with_its_serial_and_nothing_is_entered(fields, error):
    with pytest.raises(error, match=re.escape(fields.get("serial", "LH/2023/001").strip() or "“”")):
        take_over(row(serial="LH/2025/009"), row(**fields))
    assert not Loan.objects.exists()


def test_a_serial_comes_once():
    with pytest.raises(SerialTaken, match="comes twice"):
        take_over(row(), row(serial=" LH/2023/001"))
    take_over(row())
    with pytest.raises(SerialTaken, match="in the register already"):
        take_over(row(), batch="import/2")


def test_an_import_that_was_undone_leaves_the_books_as_they_were_and_can_be_made_again(constraints_now):
    guarantor = make_member(savings="500000")
    rows = [row(serial="LH/2025/001", guarantor_ids=(guarantor.pk,)), row(serial="LH/2025/002")]
    before = balance_of(account(chart.OPENING_DIFFERENCE))
    loans = take_over(*rows)
    take_back_loans(batch="import/1", reason="Wrong workbook", by=make_officer(), on=SEPTEMBER_END, at=AT)
    constraints_now()
    assert {loan.status for loan in Loan.objects.all()} == {LoanStatus.CANCELLED}
    assert [balance_of(loan.account) for loan in loans] == [0, 0]
    assert balance_of(account(chart.OPENING_DIFFERENCE)) == before
    assert AccountBalance.objects.get(account=guarantor.savings_account).held == 0
    assert not due_in_month(employer_id=loans[0].member.employer_id, year=2026, month=10)
    again = take_over(*rows, batch="import/2")
    constraints_now()
    assert [loan.serial for loan in again] == ["LH/2025/001", "LH/2025/002"]
    assert again[0].account.code == "1200.LH/2025/001~2"
    assert not take_back_loans(batch="import/1", reason="Again", by=make_officer(), on=SEPTEMBER_END, at=AT)


def test_an_import_with_a_payment_on_it_is_not_undone_until_the_payment_is_taken_back():
    loan = take_over(row())[0]
    result = receive(loan, "29892.88", on=date(2026, 10, 26))

    def undo():
        return take_back_loans(batch="import/1", reason="Wrong", by=make_officer(), on=date(2026, 12, 28), at=AT)

    with pytest.raises(HasRepayments, match="LH/2023/001"):
        undo()
    take_back(result)
    assert len(undo()) == 1


def test_a_whole_register_is_taken_over_in_few_statements_and_less_than_three_seconds(constraints_now):
    employer = make_employer()
    people = admit_members(
        rows=[
            NewMember(number=f"U/{n:04}", surname="SURNAME", other_names="Name", employer=employer, joined_on=AT.date())
            for n in range(620)
        ],
        by=None, at=AT,
    )  # fmt: skip
    kind = row(member_id=people[0].pk)
    rows = [
        replace(
            kind, serial=f"LH/2025/{n + 1:03}", member_id=people[n].pk, months_paid=n % 30,
            balance=Decimal(100_000 + n), instalment=Decimal("4000"),
            guarantor_ids=(people[(n + 1) % 620].pk, people[(n + 2) % 620].pk),
        )
        for n in range(487)
    ]  # fmt: skip
    started = time.process_time()
    with CaptureQueriesContext(connection) as captured:
        loans = take_over(*rows)
    constraints_now()
    took = time.process_time() - started  # our own work: other runs on the machine are not held against it
    assert len(loans) == 487
    assert Installment.objects.count() > 9000
    assert sum(balance_of(loan.account) for loan in loans[:3]) == Decimal("300003.00")
    assert len(captured) < 45
    assert took < 3, f"{took:.2f} s"
