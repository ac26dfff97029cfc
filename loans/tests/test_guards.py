"""The guards of loans/sql attacked in SQL, as the app's role and as the owner of the tables."""

from datetime import date

import pytest
from django.db import connection

from loans.models import Loan
from loans.tests.factories import TODAY, make_application
from loans.tests.register_cast import make_active, make_approved, make_registered, make_treasurer, receive
from loans.tests.test_repayments import take_back

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 28)
ROLES = ["cooploan_app", "cooploan_owner"]


@pytest.fixture(scope="module")
def books(kept, constraints_now):
    ready = make_registered(guarantors=1)
    running = make_active(amount="200000")
    receive(running, "20000", on=NOVEMBER)
    constraints_now()
    return {"ready": ready, "running": running}


DENIED, CHECK, RESTRICT = "42501", "23514", "23001"


# I10: no payment without approval, one payment each, by another hand --------------------------------------------------

PAY = (
    "INSERT INTO loans_disbursement (approval_id, loan_id, amount, bank_name, bank_account, bank_reference, "
    "disbursed_on, disbursed_by_id, entry_id) SELECT {approval}, {loan}, {amount}, 'B', '0123456789', 'X1', "
    "'2026-10-26', {by}, (SELECT max(id) FROM ledger_journalentry)"
)


@pytest.mark.parametrize("role", ROLES)
def test_money_leaves_only_for_the_approval_of_its_own_loan(role, books, attack):
    ready, running, treasurer = books["ready"], books["running"], make_treasurer().pk
    other = make_approved()
    wrong = [
        {"approval": other.pk, "loan": ready.pk, "amount": 200000, "by": treasurer},
        {"approval": ready.application_id, "loan": ready.pk, "amount": 200001, "by": treasurer},
        {"approval": 999999, "loan": ready.pk, "amount": 200000, "by": treasurer},
    ]
    for fields in wrong:
        assert attack(role, PAY.format(**fields)) in (CHECK, "23503")
    twice = {"approval": running.application_id, "loan": running.pk, "amount": 200000, "by": treasurer}
    assert attack(role, PAY.format(**twice)) == "23505"
    right = {"approval": ready.application_id, "loan": ready.pk, "amount": 200000, "by": treasurer}
    assert attack(role, PAY.format(**right)) is None


@pytest.mark.parametrize("role", ROLES)
def test_no_party_to_a_loan_pays_it(role, books, attack):
    ready = books["ready"]
    people = [ready.application.approval.approved_by_id, ready.member.user_id]
    people += [party.member.user_id for party in ready.application.parties.select_related("member")]
    for person in people:
        fields = {"approval": ready.application_id, "loan": ready.pk, "amount": 200000, "by": person}
        assert attack(role, PAY.format(**fields)) == CHECK


@pytest.mark.parametrize("role", ROLES)
def test_no_loan_runs_or_closes_without_having_been_paid_out(role, books, attack):
    ready = books["ready"]
    assert attack(role, "UPDATE loans_loan SET status = 'active' WHERE id = %s", ready.pk) == CHECK
    closed = "UPDATE loans_loan SET status='closed', closed_on='2026-10-26', certificate_number='C' WHERE id = %s"
    assert attack(role, closed, ready.pk) == CHECK
    assert attack(role, "UPDATE loans_loan SET status = 'cancelled' WHERE id = %s", ready.pk) is None


# I13: terms are frozen ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "change",
    [
        "principal = principal - 1, scheduled_principal = scheduled_principal - 1", "annual_rate_percent = 1",
        "term_months = 99", "instalment = 1", "member_id = (SELECT min(id) FROM members_member)",
        "serial = 'LH/2026/999'", "serial_number = 999", "registered_on = '2026-10-01'",
        "granted_on = '2026-10-01'", "application_id = NULL",
        "origin = 'opening'", "method = 'flat'", "account_id = (SELECT max(id) FROM ledger_account)",
    ],
)  # fmt: skip
def test_the_terms_of_a_loan_never_change(role, change, books, attack):
    assert attack(role, f"UPDATE loans_loan SET {change} WHERE id = %s", books["ready"].pk) in (RESTRICT, "23505")


REGISTER = (
    "INSERT INTO loans_loan (serial, serial_year, serial_number, origin, application_id, member_id, product_id, "
    "version_id, principal, annual_rate_percent, method, term_months, instalment, granted_on, registered_on, "
    "scheduled_principal, months_paid_before, status, released_on, account_id) "
    "SELECT {serial}, {year}, {number}, 'application', p.id, {member}, p.product_id, p.version_id, {principal}, "
    "{rate}, 'reducing', {term}, 1, '{on}', '{on}', {principal}, 0, 'registered', '{on}', "
    "(SELECT id FROM ledger_account WHERE code = '2000.spare') FROM loans_loanapplication p WHERE p.id = {application}"
)


@pytest.mark.parametrize("role", ROLES)
def test_a_loan_is_registered_as_it_was_approved_with_the_counters_own_serial(role, books, attack):
    application = make_approved()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_account (code, name, kind, normal_side, control_id, is_control, opened_at) "
            "SELECT '2000.spare', 'Spare', kind, normal_side, id, false, now() FROM ledger_account WHERE code = '2000'"
        )
        cursor.execute("UPDATE core_serialcounter SET last = last + 1 WHERE document = 'loan' AND year = 2026")
        cursor.execute("SELECT last FROM core_serialcounter WHERE document = 'loan' AND year = 2026")
        number = cursor.fetchone()[0]
    right = {
        "serial": f"'LH/2026/{number:03d}'", "year": 2026, "number": number, "application": application.pk, "rate": 12,
        "member": "p.member_id", "principal": 200000, "term": 12, "on": TODAY,
    }  # fmt: skip
    wrong = [
        {"principal": 200001}, {"principal": 199999}, {"rate": 1}, {"term": 13}, {"member": books["ready"].member_id},
        {"number": number + 1, "serial": f"'LH/2026/{number + 1:03d}'"}, {"serial": "'LH/2026/998'"},
        {"on": "2027-01-02"}, {"year": 2025, "serial": f"'LH/2025/{number:03d}'"},
    ]  # fmt: skip
    for fields in wrong:
        assert attack(role, with_instalments({**right, **fields})) == CHECK, fields
    assert attack(role, with_instalments({**right, "application": make_application().pk})) == CHECK  # not approved
    assert attack(role, REGISTER.format(**right)) == CHECK  # nothing pays it back
    assert attack(role, with_instalments(right)) is None


def with_instalments(fields) -> str:
    """The registration with one instalment that pays all of it back, so that nothing else is wrong with it."""
    return (
        f"WITH l AS ({REGISTER.format(**fields)} RETURNING id, principal) "
        "INSERT INTO loans_installment (loan_id, number, due_on, principal, interest, principal_paid, interest_paid, "
        "interest_waived) SELECT id, 1, '2026-11-28', principal, 0, 0, 0, 0 FROM l"
    )


def test_a_serial_is_given_once(books, attack):
    serial = books["ready"].serial
    assert Loan.objects.filter(serial=serial).count() == 1
    opening = (
        "INSERT INTO loans_loan (serial, serial_year, serial_number, origin, member_id, product_id, principal, "
        "annual_rate_percent, method, term_months, instalment, granted_on, registered_on, scheduled_principal, "
        "months_paid_before, status, account_id) SELECT serial, serial_year, serial_number, 'opening', member_id, "
        "product_id, principal, annual_rate_percent, method, term_months, instalment, granted_on, registered_on, "
        "scheduled_principal, 0, 'active', (SELECT min(id) FROM ledger_account WHERE control_id IS NOT NULL) "
        "FROM loans_loan WHERE serial = %s"
    )
    assert attack("cooploan_app", opening, serial) == "23505"


# I18: instalments -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "change", ["principal = principal + 0.01", "interest = 0", "number = number + 100", "loan_id = loan_id + 1"]
)
def test_what_is_due_never_changes(role, change, books, attack):
    said = attack(role, f"UPDATE loans_installment SET {change} WHERE loan_id = %s", books["ready"].pk)
    # Loans that count days are worked out anew when they are paid out: the site may write these columns for them alone.
    is_writable = change.startswith(("principal", "interest"))
    assert said == (DENIED if role == "cooploan_app" and not is_writable else RESTRICT)


@pytest.mark.parametrize("role", ROLES)
def test_instalments_pay_back_the_principal_to_the_kobo(role, books, attack):
    more = (
        "INSERT INTO loans_installment (loan_id, number, due_on, principal, interest, principal_paid, interest_paid, "
        "interest_waived) VALUES (%s, 99, '2027-12-28', 0.01, 0, 0, 0, 0)"
    )
    assert attack(role, more, books["ready"].pk) == CHECK
    assert attack(role, "DELETE FROM loans_installment WHERE loan_id = %s", books["ready"].pk) == (
        DENIED if role == "cooploan_app" else None
    )  # the owner of the tables can; the check of the books finds it


@pytest.mark.parametrize("role", ROLES)
def test_days_move_only_until_the_loan_is_paid_out(role, books, attack):
    move = "UPDATE loans_installment SET due_on = due_on + 30 WHERE loan_id = %s"
    assert attack(role, move, books["running"].pk) == RESTRICT
    assert attack(role, move, books["ready"].pk) is None


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "change",
    ["principal_paid = principal + 0.01", "interest_paid = interest + 0.01", "interest_paid = -0.01",
     "principal_paid = -1", "interest_waived = interest + 0.01", "interest_waived = -0.01",
     "interest_paid = interest, interest_waived = 0.01"],
)  # fmt: skip
def test_nothing_is_paid_beyond_what_is_due(role, change, books, attack):
    said = attack(role, f"UPDATE loans_installment SET {change} WHERE loan_id = %s AND number = 5", books["running"].pk)
    assert said == CHECK


# Approvals, payouts, repayments and allocations stay as they are ------------------------------------------------------

FINAL = [
    ("loans_loanapproval", "amount = amount + 1"),
    ("loans_disbursement", "bank_account = '9999999999'"),
    ("loans_loanparty", "stand = 'judge'"),
    ("loans_allocation", "principal = principal + 1"),
    ("loans_repayment", "amount = amount + 1, principal = principal + 1"),
    ("loans_repayment", "received_on = '2026-01-01'"),
]


@pytest.mark.parametrize(("table", "change"), FINAL)
@pytest.mark.parametrize("role", ROLES)
def test_what_was_decided_and_paid_is_never_changed_or_removed(role, table, change, books, attack):
    assert attack(role, f"UPDATE {table} SET {change}") == (DENIED if role == "cooploan_app" else RESTRICT)
    assert attack(role, f"DELETE FROM {table}") in (DENIED, RESTRICT)
    if role == "cooploan_app":
        assert attack(role, f"TRUNCATE {table} CASCADE") == DENIED


@pytest.mark.parametrize("role", ROLES)
def test_a_repayment_is_reversed_by_the_mirror_of_its_entry_and_by_no_other(role, books, attack):
    wrong = "UPDATE loans_repayment SET reversed_by_entry_id = (SELECT min(id) FROM ledger_journalentry)"
    assert attack(role, wrong) == RESTRICT
    assert attack(role, "UPDATE loans_repayment SET reversed_by_entry_id = entry_id") == RESTRICT


@pytest.mark.parametrize("role", ROLES)
def test_a_reversal_is_never_taken_back(role, books, attack):
    take_back(receive(books["running"], "1000", on=NOVEMBER))
    undo = "UPDATE loans_repayment SET reversed_by_entry_id = NULL WHERE reversed_by_entry_id IS NOT NULL"
    assert attack(role, undo) == RESTRICT


@pytest.mark.parametrize("role", ROLES)
def test_a_repayment_is_explained_by_its_allocations_to_the_kobo(role, books, attack):
    unexplained = (
        "INSERT INTO loans_repayment (loan_id, amount, principal, interest, received_on, channel, reference, entry_id) "
        "SELECT loan_id, 100, 100, 0, received_on, channel, 'forged', (SELECT min(id) FROM ledger_journalentry) "
        "FROM loans_repayment LIMIT 1"
    )
    assert attack(role, unexplained) == CHECK
    more = (
        "INSERT INTO loans_allocation (repayment_id, installment_id, principal, interest, interest_waived) "
        "SELECT r.id, (SELECT max(i.id) FROM loans_installment i WHERE i.loan_id = r.loan_id), 1, 0, 0 "
        "FROM loans_repayment r LIMIT 1"
    )
    assert attack(role, more) == CHECK


# What a row may not say -----------------------------------------------------------------------------------------------

OPENING = (
    "INSERT INTO loans_loan (serial, serial_year, serial_number, origin, application_id, member_id, product_id, "
    "principal, annual_rate_percent, method, term_months, instalment, granted_on, registered_on, scheduled_principal, "
    "months_paid_before, status, account_id) SELECT 'X/2020/1', 2020, 1, 'opening', {application}, member_id, "
    "product_id, {principal}, 12, 'reducing', {term}, 1, granted_on, registered_on, {scheduled}, 0, 'active', "
    "(SELECT id FROM ledger_account WHERE control_id IS NOT NULL AND id NOT IN (SELECT account_id FROM loans_loan) "
    "LIMIT 1) FROM loans_loan LIMIT 1"
)
POLICY = (
    "INSERT INTO loans_lendingpolicy SELECT (jsonb_populate_record(p, "
    "jsonb_build_object('id', 999999, 'valid_from', '2030-01-01', '{name}', '{value}'))).* "
    "FROM loans_lendingpolicy p LIMIT 1"
)
SOUND = {"application": "NULL", "principal": 100, "term": 12, "scheduled": 100}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (OPENING.format(**SOUND | {"principal": 0, "scheduled": 0}), "loans_loan_amounts"),
        (OPENING.format(**SOUND | {"scheduled": 101}), "loans_loan_amounts"),
        (OPENING.format(**SOUND | {"term": 0}), "loans_loan_amounts"),
        (OPENING.format(**SOUND | {"application": "application_id"}), "loans_own_loan_has_application"),
        ("UPDATE loans_loan SET status = 'closed' WHERE status = 'active'", "loans_closed_has_certificate"),
        ("UPDATE loans_loan SET released_on = NULL WHERE status = 'registered'", "loans_payable_is_released"),
        ("UPDATE loans_loan SET status = 'queued' WHERE status = 'registered'", "loans_payable_is_released"),
        ("INSERT INTO loans_repayment (loan_id, amount, principal, interest, received_on, channel, reference, "
         "entry_id) SELECT loan_id, 100, 100, 1, received_on, channel, 'forged', "
         "(SELECT min(id) FROM ledger_journalentry) "
         "FROM loans_repayment LIMIT 1", "loans_repayment_explained"),
        ("INSERT INTO loans_repayment (loan_id, amount, principal, interest, received_on, channel, reference, "
         "entry_id) SELECT loan_id, -1, 0, -1, received_on, channel, 'forged', "
         "(SELECT min(id) FROM ledger_journalentry) "
         "FROM loans_repayment LIMIT 1", "loans_repayment_explained"),
        ("INSERT INTO loans_allocation (repayment_id, installment_id, principal, interest, interest_waived) "
         "SELECT r.id, (SELECT max(id) FROM loans_installment), 0, 0, 0 FROM loans_repayment r LIMIT 1",
         "loans_allocation_positive"),
        ("INSERT INTO loans_allocation (repayment_id, installment_id, principal, interest, interest_waived) "
         "SELECT r.id, (SELECT max(id) FROM loans_installment), -1, 1, 0 FROM loans_repayment r LIMIT 1",
         "loans_allocation_positive"),
        (POLICY.format(name="payroll_order", value="as we like"), "loans_policy_of_payroll"),
        (POLICY.format(name="quorum", value=1), "loans_quorum_of_two"),
        (POLICY.format(name="savings_must_stay", value=-1), "loans_policy_of_promises"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_true_is_refused_by_its_own_rule(role, statement, constraint, books, attack):
    assert attack(role, statement) == CHECK
    assert attack.constraint == constraint


# Removing and switching off -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["loans_loan", "loans_loanapplication", "loans_guarantee", "loans_productversion"])
def test_the_app_removes_nothing_of_the_register(table, books, attack):
    assert attack("cooploan_app", f"DELETE FROM {table}") == DENIED
    assert attack("cooploan_app", f"TRUNCATE {table} CASCADE") == DENIED


@pytest.mark.parametrize("role", ROLES)
def test_the_guards_stand_under_replication_too_and_the_app_cannot_switch_them_off(role, books, attack):
    assert attack("cooploan_app", "ALTER TABLE loans_loan DISABLE TRIGGER ALL") == DENIED
    assert attack("cooploan_app", "DROP TRIGGER loans_loan_terms ON loans_loan") == DENIED
    assert attack(role, "SET session_replication_role = replica") == DENIED
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE tgenabled = 'A') FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT tgisinternal AND c.relname = ANY (%s)",
            [
                [
                    "loans_loan",
                    "loans_installment",
                    "loans_disbursement",
                    "loans_repayment",
                    "loans_allocation",
                    "loans_loanapproval",
                    "loans_loanparty",
                ]
            ],
        )
        every, always = cursor.fetchone()
    assert every == always >= 17
