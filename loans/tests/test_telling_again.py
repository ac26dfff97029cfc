"""What hangs on a payment when its loan's story is told again: its instalments, the closing, and guarantors' claims."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.selectors import balance_of
from loans.checks import INVARIANTS
from loans.errors import MoreThanOwed, NotRunning
from loans.models import GuarantorClaim, Repayment
from loans.services.repayments import Payment, record_receipt
from loans.states import LoanStatus
from loans.tests.factories import AT
from loans.tests.product_cast import new_rules
from loans.tests.recourse_cast import FREE, late_loan, taken
from loans.tests.register_cast import make_active, make_officer, receive
from loans.tests.test_repayments import pay_by_payroll

pytestmark = pytest.mark.django_db
NOVEMBER, DECEMBER, MARCH = date(2026, 11, 28), date(2026, 12, 28), date(2027, 3, 1)


def sound(constraints_now) -> None:
    constraints_now()
    assert [invariant.code for invariant in INVARIANTS if invariant.run().broken] == []


def standing(loan) -> list[Repayment]:
    rows = Repayment.objects.filter(loan=loan, reversed_by_entry__isnull=True)
    return list(rows.order_by("received_on", "entered_at", "pk"))


def numbers(repayment) -> list[int]:
    return sorted(repayment.allocations.values_list("installment__number", flat=True))


def test_payments_of_the_same_parts_are_told_again_on_the_instalments_that_they_now_pay(constraints_now):
    new_rules(method="flat")
    loan = make_active(amount="120000")
    receive(loan, "11200", on=DECEMBER)
    receive(loan, "11200", on=NOVEMBER)
    first, second = standing(loan)
    assert (first.received_on, numbers(first), second.received_on, numbers(second)) == (NOVEMBER, [1], DECEMBER, [2])
    assert (first.principal, first.interest) == (second.principal, second.interest)
    sound(constraints_now)


def test_a_payment_of_a_day_before_the_closing_counts_on_a_closed_loan_and_later_money_is_saved(constraints_now):
    loan = make_active(amount="200000")
    closing = pay_by_payroll(Payment(loan.pk, Decimal("300000"), "line/1", "Payroll"), on=MARCH)["line/1"]
    loan.refresh_from_db()
    assert (loan.status, loan.closed_on) == (LoanStatus.CLOSED, MARCH)
    with pytest.raises(NotRunning):
        receive(loan, "5000", on=MARCH)
    assert receive(loan, "20000", on=NOVEMBER).applied == 20000
    loan.refresh_from_db()
    _, march = standing(loan)
    assert (loan.status, loan.closed_on, march.amount) == (LoanStatus.CLOSED, MARCH, closing.applied)
    assert march.surplus == 20000
    assert balance_of(loan.member.voluntary_account) == march.surplus
    sound(constraints_now)


def test_the_closing_moves_to_the_day_on_which_the_loan_was_truly_paid_back(constraints_now):
    loan = make_active(amount="12000", term_months=3)
    first = pay_by_payroll(Payment(loan.pk, Decimal("99999"), "line/1", "Payroll"), on=MARCH)["line/1"]
    loan.refresh_from_db()
    certificate = loan.certificate_number
    late = pay_by_payroll(Payment(loan.pk, Decimal("99999"), "line/2", "Payroll"), on=NOVEMBER)["line/2"]
    loan.refresh_from_db()
    assert late.closed
    assert (loan.status, loan.closed_on, loan.certificate_number) == (LoanStatus.CLOSED, NOVEMBER, certificate)
    assert standing(loan)[-1].surplus == first.applied == balance_of(loan.member.voluntary_account)
    sound(constraints_now)


def test_what_a_late_entry_leaves_of_guarantors_money_goes_back_to_them_and_their_charges_point_at_what_stands(
    constraints_now,
):
    loan = late_loan(savings="0")
    recourse = taken(loan)
    before = {charge.pk: charge.repayment_id for charge in recourse.charges.all()}
    claims = GuarantorClaim.objects.filter(borrower=loan.member)
    owed = sum(claim.amount for claim in claims)
    # He had paid 20,000 in December; the slip is found now. What guarantors paid too much goes back to them.
    receive(loan, "20000", on=DECEMBER)
    late = [one for one in standing(loan) if one.received_on == FREE]
    surplus = sum(one.surplus for one in late)
    assert 10000 < surplus < 20000  # the rest of it closed the loan
    assert sum(claim.repaid for claim in claims.all()) == surplus
    assert sum(claim.left for claim in claims.all()) == owed - surplus
    assert balance_of(loan.member.voluntary_account) == 0
    after = {charge.pk: charge.repayment for charge in recourse.charges.select_related("repayment")}
    assert all(one.reversed_by_entry_id is None for one in after.values())
    assert {pk: one.pk for pk, one in after.items()} != before
    sound(constraints_now)
    # Another slip, of a day before: what is over of the charges is told once more, and only the rest is handed on.
    receive(loan, "5000", on=NOVEMBER)
    late = [one for one in standing(loan) if one.received_on == FREE]
    assert sum(claim.repaid for claim in claims.all()) == sum(one.surplus for one in late) > surplus
    sound(constraints_now)


def test_late_money_that_would_open_a_loan_again_is_not_taken_and_what_is_paid_back_stays_so(constraints_now):
    loan = make_active(amount="120000")
    slip = {"loan": loan, "into": "bank", "by": make_officer(), "on": date(2026, 10, 27), "at": AT}
    record_receipt(**slip, amount=Decimal("4127.24"), reference="S 1", use="shorter")
    pay_by_payroll(Payment(loan.pk, Decimal("200000"), "line/1", "Payroll"), on=date(2027, 5, 29))
    with pytest.raises(MoreThanOwed):
        record_receipt(**slip | {"on": date(2026, 10, 28)}, amount=Decimal(100), reference="S 2", use="smaller")
    loan.refresh_from_db()
    assert (loan.status, balance_of(loan.account)) == (LoanStatus.CLOSED, 0)
    assert len(standing(loan)) == 2
    sound(constraints_now)
