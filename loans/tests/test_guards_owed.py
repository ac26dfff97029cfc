"""Books and instalments of a loan attacked in SQL, in both roles: I17 and I19."""

from datetime import date

import pytest

from ledger import chart
from ledger.services import account
from loans.tests.register_cast import make_active, make_registered, receive
from loans.tests.test_guards import CHECK, ROLES

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 28)

# A balanced entry of 5,000 against a loan's account, and the same sum marked on an instalment that is not yet paid.
BOOKED = (
    "WITH e AS (INSERT INTO ledger_journalentry (reference, request_hash, kind, narration, batch, effective_on) "
    "VALUES ('forged', '\\x00', 'loan.repaid', '', '', '2026-11-28') RETURNING id) "
    "INSERT INTO ledger_journalline (entry_id, account_id, debit, credit, effective_on, narration) "
    "SELECT id, {bank}, 5000, 0, DATE '2026-11-28', '' FROM e UNION ALL "
    "SELECT id, {loan_account}, 0, 5000, DATE '2026-11-28', '' FROM e"
)
MARKED = "UPDATE loans_installment SET principal_paid = principal_paid + 5000 WHERE loan_id = {loan} AND number = 5"


@pytest.fixture
def names(constraints_now):
    loan = make_active(amount="200000")
    receive(loan, "20000", on=NOVEMBER)
    constraints_now()
    return {
        "loan": loan.pk, "loan_account": loan.account_id, "bank": account(chart.BANK).pk,
        "other": make_registered().pk,
    }  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_i19_books_and_instalments_move_together_or_not_at_all(role, names, attack):
    assert attack(role, BOOKED.format(**names)) == CHECK
    assert attack.constraint == "loans_check_owed"
    assert attack(role, MARKED.format(**names)) == CHECK
    assert attack.constraint == "loans_check_owed"
    assert attack(role, f"{BOOKED}; {MARKED}".format(**names)) is None


# I17: a payment pays what instalments of its own loan ask ------------------------------------------------------------

PAID = (
    "INSERT INTO loans_repayment (loan_id, amount, principal, interest, received_on, channel, reference, entry_id) "
    "SELECT {loan}, 5000, 5000, 0, DATE '2026-11-28', 'counter', 'forged', id FROM ledger_journalentry "
    "WHERE reference = 'forged'; "
    "INSERT INTO loans_allocation (repayment_id, installment_id, principal, interest, interest_waived) "
    "SELECT r.id, i.id, {part}, 0, 0 FROM loans_repayment r, loans_installment i WHERE r.reference = 'forged' "
    "AND i.loan_id = {of} AND i.number IN ({numbers})"
)


@pytest.mark.parametrize("role", ROLES)
def test_i17_a_payment_pays_what_instalments_of_its_own_loan_ask(role, names, attack):
    books = f"{BOOKED}; {MARKED}; {PAID}"
    assert attack(role, books.format(**names, part=5000, of=names["loan"], numbers="5")) is None
    assert attack(role, books.format(**names, part=2500, of=names["loan"], numbers="5, 6")) is None
    assert attack(role, books.format(**names, part=5000, of=names["other"], numbers="5")) == CHECK
    assert "own loan" in attack.said
    # The sums fit, and one instalment is given more than it asks.
    dear = books.replace("5000", "20000")
    dear = dear.replace("AND number = 5", "AND number = 5; {more}", 1)
    more = "UPDATE loans_installment SET principal_paid = principal_paid + 10000 WHERE loan_id = {loan} AND number = {}"
    dear = dear.replace("principal_paid + 20000", "principal_paid + 10000")
    dear = dear.replace("{more}", more.replace("{}", "6"))
    assert attack(role, dear.format(**names, part=10000, of=names["loan"], numbers="5, 6")) is None
    assert attack(role, dear.format(**names, part=20000, of=names["loan"], numbers="5")) == CHECK
    assert "does not ask" in attack.said


# I19: books and instalments ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_i19_what_is_taken_off_one_instalment_is_owed_or_put_on_another(role, names, attack):
    taken = "UPDATE loans_installment SET principal_paid = principal_paid - 100 WHERE loan_id = {loan} AND number = 1"
    put = "UPDATE loans_installment SET principal_paid = principal_paid + 100 WHERE loan_id = {loan} AND number = 5"
    assert attack(role, taken.format(**names)) == CHECK
    assert attack(role, f"{taken}; {put}".format(**names)) is None


@pytest.mark.parametrize("role", ROLES)
def test_i19_a_loan_is_not_written_off_or_closed_while_the_books_say_that_it_owes(role, names, attack):
    written_off = "UPDATE loans_loan SET status = 'written_off' WHERE id = {loan}"
    assert attack(role, written_off.format(**names)) == CHECK
    assert attack.constraint == "loans_check_owed"
    # Nor is money lent to a loan that was not paid out.
    lent = "UPDATE loans_loan SET status = 'active' WHERE id = {other}"
    assert attack(role, lent.format(**names)) == CHECK


@pytest.mark.parametrize("role", ROLES)
def test_i19_a_schedule_that_leaves_takes_nothing_of_what_was_paid_with_it(role, names, attack):
    anew = (
        "WITH gone AS (UPDATE loans_installment SET live = false WHERE loan_id = {loan} AND live RETURNING *) "
        "INSERT INTO loans_installment (loan_id, number, due_on, principal, interest, fee, principal_paid, "
        "interest_paid, interest_waived, fee_paid, kind, live, generation) SELECT loan_id, number, due_on, principal, "
        "interest, fee, {paid}, interest_paid, interest_waived, fee_paid, kind, true, generation + 1 FROM gone"
    )
    assert attack(role, anew.format(**names, paid="0")) == CHECK
    assert attack.constraint == "loans_check_owed"
    assert attack(role, anew.format(**names, paid="principal_paid")) is None
