"""Holds that fall with the loan, end with the borrower's own savings, and stand again: many in few statements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger import chart
from ledger.checks import INVARIANTS as LEDGER
from ledger.entries import credit, debit
from ledger.models import AccountBalance, Hold, HoldPurpose
from ledger.services import account, post_entry, reverse_entry
from ledger.tests.factories import deposit
from loans.checks import INVARIANTS
from loans.models import Guarantee, HoldPolicy, Loan, OwnCover, Repayment, Substitution
from loans.selectors.loan_page import loan_page
from loans.services.closures import accounts_of_guarantors, promises_ended_by_closing, release_guarantees
from loans.services.holds import settle_holds, sweep_holds
from loans.services.repayments import record_receipt, reverse_repayment
from loans.services.withdrawals import kept_for_loans
from loans.states import GuaranteeStatus
from loans.tests.factories import AT, TODAY, make_member, set_rules
from loans.tests.register_cast import make_active, make_officer
from notifications.models import Message

pytestmark = pytest.mark.django_db
D = Decimal
FALLS, OWN = HoldPolicy.FALLS_WITH_PRINCIPAL, HoldPolicy.UNTIL_OWN_SAVINGS


def running(policy: str, *, amount: str = "200000", guarantors: int = 2, **fields):
    loan = make_active(amount=amount, guarantors=guarantors, **fields)
    set_rules(hold_policy=policy)
    return loan


_paid = 0


def principal_paid(loan, amount: str):
    """So much of the principal comes back, in the books and on the instalments: what holds are reckoned from."""
    global _paid
    _paid += 1
    left = D(amount)
    for one in loan.installments.live().order_by("number"):
        part = min(left, one.principal - one.principal_paid)
        loan.installments.filter(pk=one.pk).update(principal_paid=one.principal_paid + part)
        left -= part
    return post_entry(
        reference=f"test/principal/{_paid}", kind="test.repaid", narration="Paid back", on=TODAY, by=None,
        lines=[debit(account(chart.BANK).pk, D(amount)), credit(loan.account_id, D(amount))],
    )  # fmt: skip


def take_back(loan, entry, reference: str) -> None:
    """All that came back of the principal was a mistake."""
    reverse_entry(entry=entry, reference=reference, reason="mistake", on=TODAY, by=None)
    loan.installments.update(principal_paid=0)


def promises(loan) -> list[Guarantee]:
    return list(Guarantee.objects.live().filter(loan=loan).select_related("hold", "guarantor").order_by("pk"))


def held(member) -> Decimal:
    return AccountBalance.objects.get(account=member.savings_account_id).held


def settle(*loans) -> int:
    return settle_holds(loan_ids=[loan.pk for loan in loans], by=None, at=AT)


def sound() -> bool:
    own = [one for one in INVARIANTS if one.code in ("LH", "LO", "LN")]
    return not any(invariant.run().broken for invariant in [*LEDGER, *own])


def test_a_promise_falls_in_step_with_the_principal_and_what_is_held_with_it():
    loan = running(FALLS)
    principal_paid(loan, "50000")
    assert settle(loan) == 2
    assert [(one.needed, one.held, one.freed) for one in promises(loan)] == [(75000, 75000, 25000)] * 2
    assert [held(one.guarantor) for one in promises(loan)] == [75000, 75000]
    assert sound()


def test_what_was_settled_once_is_not_settled_again():
    loan = running(FALLS)
    principal_paid(loan, "50000")
    settle(loan)
    holds = Hold.objects.count()
    assert settle(loan) == 0
    assert Hold.objects.count() == holds


def test_a_product_that_holds_until_the_end_holds_all_of_it():
    loan = running(HoldPolicy.UNTIL_CLOSED)
    principal_paid(loan, "199999")
    assert settle(loan) == 0
    assert [one.held for one in promises(loan)] == [100000, 100000]


def test_an_uncovered_part_is_the_first_to_go():
    loan = running(FALLS, guarantors=1)
    (promise,) = promises(loan)
    release_hold_partly(promise, "120000")
    principal_paid(loan, "60000")
    settle(loan)
    (promise,) = promises(loan)
    assert (promise.needed, promise.held, promise.uncovered) == (140000, 120000, 20000)
    principal_paid(loan, "100000")
    settle(loan)
    (promise,) = promises(loan)
    assert (promise.needed, promise.held, promise.uncovered) == (40000, 40000, 0)
    assert sound()


def release_hold_partly(promise: Guarantee, to: str) -> None:
    """As a promise stands whose guarantor's savings did not reach: it came with the books, or stands again."""
    Hold.objects.filter(pk=promise.hold_id).update(released_at=AT)
    promise.hold = Hold.objects.create(
        account_id=promise.guarantor.savings_account_id, amount=D(to), purpose=HoldPurpose.GUARANTEE,
        reference=f"test/partly/{promise.pk}", placed_at=AT,
    )  # fmt: skip
    promise.uncovered = promise.amount - D(to)
    promise.save(update_fields=["hold", "uncovered"])


def test_after_a_payment_that_is_taken_back_the_promise_stands_again_as_far_as_savings_reach():
    loan = running(FALLS, guarantors=1)
    officer = make_officer()
    entry = principal_paid(loan, "150000")
    settle(loan)
    (promise,) = promises(loan)
    spend(promise.guarantor, "330000")  # 400,000 saved, 50,000 held: 20,000 free are left of it
    take_back(loan, entry, "test/back")
    settle(loan)
    (promise,) = promises(loan)
    assert (promise.needed, promise.held, promise.uncovered) == (200000, 70000, 130000)
    assert sound()
    assert Message.objects.filter(user=promise.guarantor.user, subject__contains="stands again").exists()
    assert Message.objects.filter(user=officer, subject__contains="not covered").exists()


def spend(member, amount: str) -> None:
    post_entry(
        reference=f"test/spend/{member.pk}", kind="test.spent", narration="Spent", on=TODAY, by=None,
        lines=[debit(member.savings_account_id, D(amount)), credit(account(chart.BANK).pk, D(amount))],
    )  # fmt: skip


def test_a_promise_that_fell_to_nothing_can_stand_again_and_fall_again():
    loan = running(FALLS, guarantors=1)
    for number in range(3):
        entry = principal_paid(loan, "200000")
        settle(loan)
        (promise,) = promises(loan)
        assert (promise.needed, held(promise.guarantor)) == (0, 0)
        take_back(loan, entry, f"test/back/{number}")
        settle(loan)
        (promise,) = promises(loan)
        assert (promise.needed, held(promise.guarantor)) == (200000, 200000)
    assert sound()


# Own savings ----------------------------------------------------------------------------------------------------------


def test_guarantors_are_free_when_the_borrowers_own_savings_carry_the_loan_and_those_are_held_instead():
    borrower = make_member(savings="80000")
    loan = running(OWN, member=borrower)
    principal_paid(loan, "110000")
    assert settle(loan) == 0
    assert [one.held for one in promises(loan)] == [100000, 100000]
    principal_paid(loan, "10000")
    assert settle(loan) == 2
    assert [(one.needed, held(one.guarantor)) for one in promises(loan)] == [(0, 0), (0, 0)]
    assert held(borrower) == 80000
    assert kept_for_loans(borrower) == 0  # it is held: not kept a second time beside that
    told = promises(loan)[0].guarantor.user
    assert Message.objects.filter(user=told, subject__contains="Nothing of yours is held").exists()
    assert sound()


def test_what_is_held_of_his_own_falls_with_the_loan_and_ends_with_it():
    borrower = make_member(savings="80000")
    loan = running(OWN, member=borrower)
    principal_paid(loan, "120000")
    settle(loan)
    principal_paid(loan, "30000")
    settle(loan)
    assert held(borrower) == 50000
    assert kept_for_loans(borrower) == 0
    release_guarantees(promises(loan), by=None, at=AT)
    assert held(borrower) == 0
    assert sound()


def test_when_more_is_owed_than_his_own_savings_carry_the_guarantors_stand_again():
    borrower = make_member(savings="80000")
    loan = running(OWN, member=borrower)
    entry = principal_paid(loan, "120000")
    settle(loan)
    take_back(loan, entry, "test/back")
    settle(loan)
    assert held(borrower) == 0
    assert [one.held for one in promises(loan)] == [100000, 100000]
    assert OwnCover.objects.get().hold.released_at is not None
    assert sound()


def test_savings_that_are_promised_for_others_carry_nothing():
    borrower = make_member(savings="80000")
    loan = running(OWN, member=borrower)
    Hold.objects.create(
        account_id=borrower.savings_account_id, amount=D(1), purpose=HoldPurpose.GUARANTEE, reference="t", placed_at=AT
    )
    principal_paid(loan, "120000")
    assert settle(loan) == 0


def test_the_nightly_sweep_sees_that_savings_have_grown():
    borrower = make_member(savings="80000")
    loan = running(OWN, member=borrower)
    principal_paid(loan, "100000")
    assert sweep_holds(at=AT) == 0
    deposit(borrower.savings_account, "20000")
    assert sweep_holds(at=AT) == 2
    assert sweep_holds(at=AT) == 0
    assert held(borrower) == 100000


# Many, and guards -----------------------------------------------------------------------------------------------------


def test_forty_loans_take_no_more_statements_than_four():
    def statements(count: int) -> int:
        loans = [running(FALLS, amount="20000") for _ in range(count)]
        for loan in loans:
            principal_paid(loan, "5000")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert settle(*loans) == 2 * count
        return len(captured)

    assert statements(4) == statements(12) <= 12


def test_the_accounts_to_lock_are_the_guarantors_and_where_it_matters_the_borrowers():
    borrower = make_member(savings="80000")
    loan = running(FALLS, member=borrower)
    guarantors = {one.guarantor.savings_account_id for one in promises(loan)}
    assert set(accounts_of_guarantors([loan])) == guarantors
    set_rules(hold_policy=OWN)
    assert set(accounts_of_guarantors([loan])) == guarantors | {borrower.savings_account_id}


@pytest.mark.parametrize("change", ["amount = amount + 1", "charged = amount + 1", "freed = -1", "guarantor_id = 1"])
def test_a_promise_is_not_changed_in_sql(change):
    loan = running(FALLS, guarantors=1)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE loans_guarantee SET {change} WHERE loan_id = %s", [loan.pk])


def test_a_hold_that_is_more_than_is_needed_is_found_by_the_check_of_the_books():
    loan = running(FALLS, guarantors=1)
    principal_paid(loan, "50000")
    (check,) = [one for one in INVARIANTS if one.code == "LN"]
    assert check.run().broken
    settle(loan)
    assert not check.run().broken
    assert promises(loan)[0].status == GuaranteeStatus.ACCEPTED


# With real payments ---------------------------------------------------------------------------------------------------


def receive(loan, amount: str, *, on=date(2026, 11, 28), slip: str = "1"):
    return record_receipt(
        loan=loan, amount=D(amount), into="bank", reference=slip, by=make_officer(), on=on, at=AT
    )  # fmt: skip


def test_a_receipt_lowers_the_holds_and_taking_it_back_raises_them_again(constraints_now):
    loan = running(FALLS)
    paid = receive(loan, "17769.76")
    assert [one.held for one in promises(loan)] == [D("92115.12")] * 2
    reverse_repayment(
        repayment=Repayment.objects.get(pk=paid.repayment_id), reason="Wrong loan", by=make_officer(),
        on=date(2026, 11, 29), at=AT,
    )  # fmt: skip
    assert [one.held for one in promises(loan)] == [100000, 100000]
    constraints_now()
    assert sound()


def test_the_payment_that_clears_a_loan_frees_everybody(constraints_now):
    borrower = make_member(savings="80000")
    loan = running(OWN, member=borrower)
    receive(loan, "150000")
    assert held(borrower) > 0
    owed = loan_page(Loan.objects.get(pk=loan.pk), on=date(2026, 11, 29)).pay_off.total
    receive(loan, str(owed), on=date(2026, 11, 29), slip="2")
    assert held(borrower) == 0
    assert not Guarantee.objects.live().filter(loan=loan).exists()
    constraints_now()
    assert sound()


def test_of_a_guarantor_whose_place_was_taken_nothing_stands_again_when_a_loan_is_opened():
    loan = running(FALLS, guarantors=1)
    (promise,) = promises(loan)
    release_guarantees([promise], by=None, at=AT)
    assert [one.pk for one in promises_ended_by_closing(loan)] == [promise.pk]
    Substitution.objects.create(
        old=promise, guarantor=make_member(), amount=1, why="exit", status="done", asked_by=make_officer(), asked_at=AT,
        consent_text="Yes", consented_at=AT, decided_by=make_officer(), decided_at=AT, new=promise,
    )  # fmt: skip
    assert promises_ended_by_closing(loan) == []
