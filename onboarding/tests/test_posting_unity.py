"""The practice society's workbook in the books: every figure of it, and nothing else."""

import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.serials import next_serial
from core.workbooks import read_workbook
from engine.money import split
from ledger import chart
from ledger.models import Account
from ledger.selectors import balance_of, control_totals
from loans.eligibility import check
from loans.models import Guarantee, Installment, Loan
from loans.selectors.facts import facts_for, open_versions, rules_of
from loans.standard import have_standard_products
from members.models import Employer, Member
from onboarding.analysis import analyse
from onboarding.models import BookImport
from onboarding.proposing import propose_mapping
from onboarding.selectors import figures
from onboarding.services import post_books
from onboarding.tests.conftest import UNITY
from onboarding.tests.standing import AT, ON, Desk, broken
from users.testing import make_user

KEY = json.loads((Path(UNITY).parent / "KEY.json").read_text("utf-8"))
CODE_OF = {
    "staff number lost its leading zeros": "staff_number_zeros",
    "staff number repeats that of UMCS/0493": "staff_number_repeated",
    "balance disagrees with the loans sheet": "loan_balance_differs",
    "row total is not the sum of its columns": "row_total_differs",
    "a row of balances that belongs to no member": "row_without_member",
    "instalment does not amortise the amount over the tenor at the rate": "instalment_off",
    "the borrower guarantees his own loan": "guarantor_is_borrower",
}
STATEMENTS = 90


@pytest.fixture(scope="module")
def _unity_in(django_db_setup, django_db_blocker):
    """The books posted once for all tests of this file, in a transaction around each test's own."""
    with django_db_blocker.unblock(), transaction.atomic():
        have_standard_products()
        Employer.objects.create(code="SVP", name="Savannah Polytechnic", pay_day=29)
        desk = Desk(make_user(roles=["officer"]), make_user(roles=["treasurer"]))
        proposed = desk.propose(UNITY.read_bytes())
        with CaptureQueriesContext(connection) as asked:
            posted = post_books(book_import=proposed, by=desk.approver, at=AT)
        yield posted, len(asked)
        transaction.set_rollback(True)


@pytest.fixture
def posted(_unity_in, db):
    return BookImport.objects.get(pk=_unity_in[0].pk)


@pytest.fixture(scope="module")
def read():
    """What the workbook says, read once and apart from the site."""
    workbook = read_workbook(UNITY, filename=UNITY.name)
    return analyse(workbook, propose_mapping(workbook))


def test_members_and_control_accounts_are_the_keys_and_every_invariant_holds(posted, constraints_now):
    constraints_now()
    assert (Member.objects.active().count(), Loan.objects.active().count()) == (620, 487)
    totals = control_totals()
    key = {name: Decimal(KEY["totals"][name]) for name in ("savings", "shares", "xmas", "loan_balance")}
    loans = sum(totals[code] for code in (chart.LOANS_NORMAL, chart.LOANS_EMERGENCY, chart.LOANS_COMMODITY,
                                          chart.LOANS_ELECTRONICS, chart.LOANS_ASSET) if code in totals)  # fmt: skip
    assert totals[chart.SAVINGS] == key["savings"] == Decimal("925368525.00")
    assert totals[chart.SHARES] == key["shares"] == Decimal("16365000.00")
    assert totals[chart.CHRISTMAS_SAVINGS] == key["xmas"] == Decimal("5404000.00")
    assert loans == key["loan_balance"] == Decimal("320014185.31")
    assert broken() == []


def test_bank_cash_reserve_and_surplus_open_from_the_trial_balance_and_55000_stays_over(posted, read):
    by_kind = {line.kind: line for line in read.trial_balance}
    for kind, code in (("bank", chart.BANK), ("cash", chart.CASH), ("reserve", chart.STATUTORY_RESERVE),
                       ("surplus", chart.UNDISTRIBUTED_SURPLUS)):  # fmt: skip
        line, account = by_kind[kind], Account.objects.get(code=code)
        assert balance_of(account) == abs(line.debit - line.credit) > 0
        assert balance_of(account, as_of=date(2026, 9, 30)) == balance_of(account)
    assert balance_of(Account.objects.get(code=chart.OPENING_DIFFERENCE)) == Decimal("55000.00")
    left = figures.left_over(posted, figures.posted_by(posted))
    assert (left.amount, left.posted, left.side) == (Decimal("55000.00"), Decimal("55000.00"), "as a credit")
    assert [(label, amount) for label, amount, _ in left.parts] == [
        ("Members' savings", Decimal("45000.00")), ("Share capital", Decimal("10000.00")),
    ]  # fmt: skip
    assert all("GHOST ENTRY B/F" in why[0] for _, _, why in left.parts)


def test_loans_keep_their_serials_and_the_next_of_2026_is_404(posted, read):
    assert set(Loan.objects.values_list("serial", flat=True)) == {loan.number for loan in read.loans}
    assert next_serial("loan", 2026) == 404
    terms = {loan.serial: loan for loan in Loan.objects.all()}
    for row in read.loans:
        loan = terms[row.number]
        assert (loan.instalment, loan.months_paid_before, loan.scheduled_principal, loan.principal) == (
            row.instalment, row.months_paid, row.balance, row.amount,
        )  # fmt: skip


def test_loans_fall_due_on_the_employers_pay_day(posted):
    first = Installment.objects.filter(loan__member__employer__code="SVP", due_on__lt=date(2026, 11, 1))
    assert set(first.values_list("due_on", flat=True)) == {date(2026, 10, 29)}
    others = Installment.objects.exclude(loan__member__employer__code="SVP").filter(due_on__lt=date(2026, 11, 1))
    assert set(others.values_list("due_on", flat=True)) == {date(2026, 10, 28)}


def test_a_guarantor_is_held_for_his_half_as_far_as_his_savings_reach_and_the_rest_is_listed(posted, read):
    numbers = {member.pk: member.number for member in Member.objects.all()}
    free = {member.number: member.savings for member in read.members}
    made = defaultdict(list)
    for promise in Guarantee.objects.select_related("loan", "hold").order_by("pk"):
        made[promise.loan.serial].append(promise)
    for row in read.loans:
        halves = split(row.balance, [1] * len(row.guarantors)) if row.guarantors else []
        assert [numbers[promise.guarantor_id] for promise in made[row.number]] == row.guarantors
        for promise, half, number in zip(made[row.number], halves, row.guarantors, strict=True):
            held = min(half, free[number])
            free[number] -= held
            assert (promise.amount, promise.uncovered) == (half, half - held)
            assert (promise.hold.amount if promise.hold else 0) == held
    assert Guarantee.objects.filter(uncovered__gt=0).exists()


def test_a_shared_staff_number_stays_blank_and_pay_is_unknown(posted):
    later, first = Member.objects.get(number="UMCS/0536"), Member.objects.get(number="UMCS/0493")
    assert (later.staff_number, later.claimed_staff_number) == ("", first.staff_number)
    assert not Member.objects.filter(monthly_pay__isnull=False).exists()


def test_a_rule_that_needs_the_pay_cannot_tell_yet(posted):
    member = Member.objects.select_related("employer").get(number="UMCS/0001")
    (version,) = (version for version in open_versions(ON) if version.product.code == "normal")
    verdict = check(facts_for(member, ON), rules_of(version), Decimal(50_000), 6)
    assert [rule.code for rule in verdict.rules if rule.passed is None] == ["deduction_ceiling"]


def test_each_planted_fault_is_kept_with_its_member_loan_or_row(posted):
    told = posted.findings["problems"]
    for fault in KEY["workbook_faults"]:
        named = [
            problem for problem in told
            if problem["code"] == CODE_OF[fault["fault"]] and problem["sheet"] == fault["sheet"]
            and fault.get("member") in (None, problem["member"]) and fault.get("loan") in (None, problem["loan"])
            and fault.get("row", "") in problem["message"]
        ]  # fmt: skip
        assert len(named) == 1, fault


def test_posting_takes_few_statements(_unity_in):
    assert _unity_in[1] <= STATEMENTS
