from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger import chart
from ledger.models import JournalEntry
from ledger.selectors import balance_of
from ledger.services import account, accounts_by_code
from loans.errors import (
    AlreadyReversed,
    CameByPayroll,
    MoreThanOwed,
    NotRunning,
    NotYourOwnLoan,
    PaidTooEarly,
    ReceiptUsed,
)
from loans.models import Installment, Repayment, RepaymentChannel
from loans.selectors.loan_page import loan_page
from loans.selectors.register import due_in_month, outstanding
from loans.services.repayments import Payment, post_repayments, reverse_repayment
from loans.states import LoanStatus
from loans.tests.factories import AT, make_employer, make_member
from loans.tests.register_cast import make_active, make_officer, make_registered, receive
from notifications.models import Message

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 28)
DECEMBER = date(2026, 12, 28)


def paid(loan):
    return [(one.principal_paid, one.interest_paid) for one in loan.installments.live().order_by("number")]


def pay_by_payroll(*payments, on=NOVEMBER, batch="remittance/7"):
    return post_repayments(
        payments=payments, from_account_id=accounts_by_code(chart.SUSPENSE)[chart.SUSPENSE],
        channel=RepaymentChannel.PAYROLL, on=on, by=make_officer(), at=AT, batch=batch,
    )  # fmt: skip


# Where the money goes -------------------------------------------------------------------------------------------------


def test_an_instalment_pays_its_interest_and_its_principal(constraints_now):
    loan = make_active(amount="200000")
    result = receive(loan, "17769.76", on=NOVEMBER)
    constraints_now()
    assert (result.applied, result.surplus, result.closed) == (Decimal("17769.76"), Decimal(0), False)
    assert paid(loan)[0] == (Decimal("15769.76"), Decimal("2000.00"))
    assert balance_of(loan.account) == Decimal("184230.24")
    assert balance_of(account(chart.INTEREST_INCOME)) == Decimal("2000.00")
    assert outstanding([loan.pk]) == {loan.pk: Decimal("184230.24")}
    stored = Repayment.objects.get(pk=result.repayment_id)
    assert (stored.principal, stored.interest, stored.channel) == (Decimal("15769.76"), Decimal("2000.00"), "counter")
    assert Message.objects.filter(user=loan.member.user, event=f"loans.repayment.received:{stored.pk}").exists()


def test_a_short_payment_pays_interest_first_and_the_next_one_goes_on_where_it_stopped():
    loan = make_active(amount="200000")
    receive(loan, "5000", on=NOVEMBER)
    assert paid(loan)[0] == (Decimal("3000.00"), Decimal("2000.00"))
    receive(loan, "17769.76", on=DECEMBER)
    assert paid(loan)[0] == (Decimal("15769.76"), Decimal("2000.00"))
    # 17,769.76 less the 12,769.76 that was missing; the second month's interest is 1% of 184,230.24.
    assert paid(loan)[1] == (Decimal("3157.70"), Decimal("1842.30"))


def test_money_that_comes_early_goes_to_the_next_instalments_in_order():
    loan = make_active(amount="200000")
    receive(loan, "40000", on=date(2026, 11, 3))
    schedule = list(loan.installments.live().order_by("number"))
    assert [one.unpaid == 0 for one in schedule[:3]] == [True, True, False]
    assert schedule[2].paid == Decimal("40000") - 2 * Decimal("17769.76")
    assert schedule[3].paid == 0


def test_cash_at_the_counter_goes_to_the_cash_account():
    loan = make_active()
    receive(loan, "10000", on=NOVEMBER, into="cash")
    assert balance_of(account(chart.CASH)) == Decimal("10000.00")


# Paying off -----------------------------------------------------------------------------------------------------------


def test_who_pays_everything_off_does_not_pay_the_interest_of_months_that_have_not_begun(constraints_now):
    loan = make_active(amount="200000")
    receive(loan, "17769.76", on=NOVEMBER)
    # 10 December: 184,230.24 of principal and the running month's interest of 1%.
    result = receive(loan, "186072.54", on=date(2026, 12, 10))
    constraints_now()
    assert result.closed
    loan.refresh_from_db()
    assert (loan.status, loan.closed_on) == (LoanStatus.CLOSED, date(2026, 12, 10))
    assert balance_of(loan.account) == 0
    schedule = list(loan.installments.live().order_by("number"))
    assert all(one.unpaid == 0 and one.principal_paid == one.principal for one in schedule)
    assert (schedule[1].interest_paid, schedule[1].interest_waived) == (Decimal("1842.30"), Decimal("0.00"))
    assert [one.interest_paid for one in schedule[2:]] == [Decimal("0.00")] * 10
    assert all(one.interest_waived == one.interest for one in schedule[2:])
    assert not Installment.objects.unpaid().exists()


@pytest.mark.parametrize("day", [date(2026, 11, 1), NOVEMBER, date(2027, 3, 15), date(2028, 1, 1)])
def test_the_pay_off_figure_and_nothing_less_closes_a_loan(day):
    loan, short = make_active(amount="120000"), make_active(amount="120000")
    figure = loan_page(loan, on=day).pay_off.total
    with pytest.raises(MoreThanOwed, match=f"{figure:,.2f} pays this loan off"):
        receive(loan, figure + Decimal("0.01"), on=day)
    assert receive(loan, figure, on=day).closed
    assert not receive(short, figure - Decimal("0.01"), on=day).closed
    assert receive(short, "0.01", on=day).closed


def test_interest_paid_in_advance_counts_when_the_loan_is_paid_off_before_its_month_begins(constraints_now):
    loan = make_active(amount="200000")
    # Six instalments at once, and with them the interest of five months that have not begun.
    receive(loan, "106618.56", on=date(2026, 11, 3))
    assert balance_of(account(chart.INTEREST_INCOME)) > Decimal("9000")
    # All that was lent and one month's interest, less what was paid.
    assert receive(loan, "95381.44", on=date(2026, 11, 5)).closed
    constraints_now()
    assert balance_of(account(chart.INTEREST_INCOME)) == Decimal("2000.00")
    assert balance_of(loan.account) == 0
    schedule = list(loan.installments.live().order_by("number"))
    assert [one.interest_paid for one in schedule] == [Decimal("2000.00")] + [Decimal("0.00")] * 11
    assert all(one.unpaid == 0 for one in schedule)


def test_a_payment_entered_late_counts_on_its_own_day_and_what_came_after_is_told_again(constraints_now):
    loan = make_active(amount="200000")
    march = receive(loan, "190000", on=date(2027, 3, 1))
    # With the 22,000 of November in its place, fewer months of interest were ever due: March pays the loan off.
    assert not receive(loan, "22000", on=date(2026, 11, 3)).closed
    constraints_now()
    loan.refresh_from_db()
    again = Repayment.objects.get(loan=loan, received_on=date(2027, 3, 1), reversed_by_entry__isnull=True)
    assert again.pk != march.repayment_id
    assert (loan.status, loan.closed_on) == (LoanStatus.CLOSED, date(2027, 3, 1))
    assert again.surplus > 0
    assert balance_of(loan.member.voluntary_account) == again.surplus
    assert balance_of(loan.account) == 0


def test_a_late_entry_that_changes_nothing_later_leaves_the_later_entries_alone():
    loan = make_active(amount="200000")
    december = receive(loan, "17769.76", on=DECEMBER)
    receive(loan, "17769.76", on=NOVEMBER)
    assert Repayment.objects.filter(loan=loan, reversed_by_entry__isnull=False).exists()
    november, again = Repayment.objects.filter(loan=loan, reversed_by_entry__isnull=True).order_by("received_on")
    assert (november.interest, again.interest) == (Decimal("2000.00"), Decimal("1842.30"))
    assert again.entered_at == Repayment.objects.get(pk=december.repayment_id).entered_at


def test_what_is_too_much_is_returned_by_payroll_and_refused_at_the_counter():
    loan = make_active(amount="12000", term_months=2)
    result = pay_by_payroll(Payment(loan.pk, Decimal("99999"), "remittance/7/1", "October"))["remittance/7/1"]
    assert result.closed
    assert result.applied + result.surplus == Decimal("99999")
    assert Repayment.objects.get().amount == result.applied
    assert balance_of(loan.account) == 0
    other = make_active(amount="12000", term_months=2)
    with pytest.raises(MoreThanOwed):
        receive(other, "99999", on=NOVEMBER)
    assert not other.repayments.exists()


def test_the_last_instalments_by_payroll_close_the_loan_at_the_end():
    loan = make_active(amount="12000", term_months=3)
    for number, (year, month) in enumerate([(2026, 11), (2026, 12), (2027, 1)], 1):
        asked = due_in_month(employer_id=loan.member.employer_id, year=year, month=month)
        assert [one.loan_id for one in asked] == [loan.pk]
        on = date(year, month, 26)
        reference = f"remittance/{number}/1"
        result = pay_by_payroll(Payment(loan.pk, asked[0].amount, reference, "Payroll"), on=on)[reference]
        assert (result.surplus, result.closed) == (0, number == 3)
    assert not due_in_month(employer_id=loan.member.employer_id, year=2027, month=2)
    assert sum(one.interest_waived for one in loan.installments.all()) == 0


# What falls due -------------------------------------------------------------------------------------------------------


def test_a_month_asks_for_what_is_unpaid_of_its_own_instalments_of_running_loans():
    loan = make_active(amount="200000")
    make_registered()
    make_active(member=make_member(savings="500000", employer=make_employer()))
    receive(loan, "10000", on=date(2026, 11, 2))
    asked = due_in_month(employer_id=loan.member.employer_id, year=2026, month=11)
    assert [(one.serial, one.due_on, one.amount) for one in asked] == [(loan.serial, NOVEMBER, Decimal("7769.76"))]
    assert asked[0].member_id == loan.member_id
    assert asked[0].product_code == "normal"
    assert not due_in_month(employer_id=loan.member.employer_id, year=2026, month=10)


def test_the_last_instalment_asks_for_all_that_is_still_unpaid():
    loan = make_active(amount="12000", term_months=2)
    first, last = loan.installments.live().order_by("number")
    receive(loan, "1000", on=NOVEMBER)
    asked = due_in_month(employer_id=loan.member.employer_id, year=2026, month=12)
    assert asked[0].amount == first.due - 1000 + last.due


# Once -----------------------------------------------------------------------------------------------------------------


def test_the_same_slip_again_changes_nothing():
    loan = make_active()
    first = receive(loan, "5000", on=NOVEMBER, reference="slip 12")
    again = receive(loan, "5000", on=NOVEMBER, reference="SLIP12")
    assert (again.repayment_id, again.posted_before) == (first.repayment_id, True)
    assert Repayment.objects.count() == 1


def test_a_slip_is_not_used_for_another_amount_day_or_loan():
    loan, other = make_active(), make_active()
    receive(loan, "5000", on=NOVEMBER, reference="SLIP12")
    for wrong in ((loan, "6000", NOVEMBER), (loan, "5000", DECEMBER), (other, "5000", NOVEMBER)):
        with pytest.raises(ReceiptUsed):
            receive(wrong[0], wrong[1], on=wrong[2], reference="SLIP12")
    assert Repayment.objects.count() == 1


def test_a_chunk_of_payroll_can_be_posted_again():
    loans = [make_active(amount="12000") for _ in range(3)]
    payments = [Payment(loan.pk, Decimal("900"), f"remittance/7/{loan.pk}", "Payroll") for loan in loans]
    first = pay_by_payroll(*payments[:2])
    again = pay_by_payroll(*payments)
    assert {reference: result.repayment_id for reference, result in first.items()}.items() <= {
        reference: result.repayment_id for reference, result in again.items()
    }.items()
    assert [again[payment.reference].posted_before for payment in payments] == [True, True, False]
    assert Repayment.objects.count() == 3
    with pytest.raises(ReceiptUsed):
        pay_by_payroll(payments[0], payments[0])


def test_two_payments_of_one_batch_on_one_loan_are_spread_one_after_the_other(constraints_now):
    loan = make_active(amount="200000")
    pay_by_payroll(
        Payment(loan.pk, Decimal("10000"), "remittance/7/1", "Payroll"),
        Payment(loan.pk, Decimal("10000"), "remittance/7/2", "Payroll"),
    )
    constraints_now()
    assert paid(loan)[0] == (Decimal("15769.76"), Decimal("2000.00"))
    assert paid(loan)[1] == (Decimal("387.94"), Decimal("1842.30"))


def test_a_batch_costs_few_statements_whatever_its_size():
    loans = [make_active(amount="12000") for _ in range(6)]
    officer, bank = make_officer(), accounts_by_code(chart.BANK)[chart.BANK]

    def statements(batch, count):
        payments = [Payment(loan.pk, Decimal("500"), f"{batch}/{loan.pk}", "Payroll") for loan in loans[:count]]
        with CaptureQueriesContext(connection) as captured:
            post_repayments(payments=payments, from_account_id=bank, channel="payroll", on=NOVEMBER, by=officer, at=AT)
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    assert statements("a", 2) == statements("b", 6) <= 14


# Refusals -------------------------------------------------------------------------------------------------------------


def test_nothing_is_taken_for_a_loan_that_is_not_running():
    waiting = make_registered()
    with pytest.raises(NotRunning):
        receive(waiting, "1000", on=NOVEMBER)
    result = pay_by_payroll(Payment(waiting.pk, Decimal("1000"), "remittance/7/1", "Payroll"))["remittance/7/1"]
    assert (result.repayment_id, result.applied, result.surplus) == (None, Decimal(0), Decimal("1000"))
    assert not JournalEntry.objects.filter(kind="loan.repaid").exists()


def test_a_payment_is_not_dated_before_the_money_was_paid_out():
    loan = make_active(paid_on=date(2026, 11, 2))
    with pytest.raises(PaidTooEarly, match="Mon 2 Nov 2026"):
        receive(loan, "1000", on=date(2026, 11, 1))
    assert receive(loan, "1000", on=date(2026, 11, 2)).applied == 1000


def test_an_officer_does_not_record_payments_on_his_own_loan():
    borrower = make_member(savings="500000", roles=("member", "officer"))
    loan = make_active(member=borrower)
    with pytest.raises(NotYourOwnLoan):
        receive(loan, "1000", on=NOVEMBER, by=borrower.user)
    result = receive(loan, "1000", on=NOVEMBER)
    with pytest.raises(NotYourOwnLoan):
        take_back(result, by=borrower.user)


# Taking back ----------------------------------------------------------------------------------------------------------


def take_back(result, *, on=DECEMBER, by=None):
    repayment = Repayment.objects.get(pk=result.repayment_id)
    return reverse_repayment(
        repayment=repayment, reason="Recorded on the wrong loan", by=by or make_officer(), on=on, at=AT
    )


def test_a_payment_from_a_payroll_return_is_not_taken_back_alone():
    loan = make_active(amount="200000")
    paid_in = pay_by_payroll(Payment(loan.pk, Decimal("17769.76"), "line/1", "October salary"))["line/1"]
    before = balance_of(account(chart.SUSPENSE))
    with pytest.raises(CameByPayroll):
        take_back(paid_in)
    assert balance_of(account(chart.SUSPENSE)) == before
    assert Repayment.objects.get(pk=paid_in.repayment_id).reversed_by_entry_id is None


def test_a_payment_recorded_by_mistake_is_mirrored_and_its_instalments_are_unpaid(constraints_now):
    loan = make_active(amount="200000")
    result = receive(loan, "20000", on=NOVEMBER)
    taken = take_back(result)
    constraints_now()
    assert paid(loan) == [(Decimal("0.00"), Decimal("0.00"))] * 12
    assert balance_of(loan.account) == Decimal("200000.00")
    assert balance_of(account(chart.INTEREST_INCOME)) == 0
    assert taken.reversed_by_entry.reverses_id == taken.entry_id
    assert taken.reversed_by_entry.effective_on == DECEMBER
    assert balance_of(loan.account, as_of=NOVEMBER) < Decimal("200000.00")


def test_a_payment_is_taken_back_once_and_not_before_its_own_day():
    loan = make_active()
    result = receive(loan, "20000", on=NOVEMBER)
    with pytest.raises(PaidTooEarly):
        take_back(result, on=date(2026, 11, 27))
    take_back(result)
    with pytest.raises(AlreadyReversed):
        take_back(result)


def test_a_slip_that_was_entered_on_the_wrong_loan_can_be_entered_on_the_right_one():
    wrong, right = make_active(), make_active()
    take_back(receive(wrong, "5000", on=NOVEMBER, reference="SLIP12"))
    first = receive(right, "5000", on=NOVEMBER, reference="SLIP12")
    assert receive(right, "5000", on=NOVEMBER, reference="SLIP12").repayment_id == first.repayment_id
    assert (balance_of(wrong.account), balance_of(right.account) < 200000) == (Decimal("200000.00"), True)


def test_payments_after_a_mistake_are_worked_out_again_as_if_it_had_never_been_made(constraints_now):
    touched, untouched = make_active(amount="200000"), make_active(amount="200000")
    mistake = receive(touched, "17769.76", on=NOVEMBER)
    for loan in (touched, untouched):
        receive(loan, "17769.76", on=DECEMBER, into="cash")
        receive(loan, "9000", on=date(2027, 1, 28))
    take_back(mistake, on=date(2027, 2, 3))
    constraints_now()
    assert paid(touched) == paid(untouched)
    assert balance_of(touched.account) == balance_of(untouched.account)
    for day in (DECEMBER, date(2027, 1, 28)):
        lines = [
            sorted(
                (line.account.code.partition(".")[0], line.debit - line.credit)
                for line in loan_lines(loan, day)
            )
            for loan in (touched, untouched)
        ]  # fmt: skip
        assert net(lines[0]) == net(lines[1])
    standing = Repayment.objects.filter(loan=touched, reversed_by_entry__isnull=True).order_by("pk")
    assert [(one.amount, one.received_on, one.channel) for one in standing] == [
        (Decimal("17769.76"), DECEMBER, "counter"), (Decimal("9000.00"), date(2027, 1, 28), "counter"),
    ]  # fmt: skip


def loan_lines(loan, day):
    entries = JournalEntry.objects.filter(lines__account=loan.account, effective_on=day)
    return [line for entry in entries for line in entry.lines.select_related("account")]


def net(lines):
    totals = {}
    for code, change in lines:
        totals[code] = totals.get(code, 0) + change
    return {code: change for code, change in totals.items() if change}
