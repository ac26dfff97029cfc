"""Attacks on promises, recourse and claims in SQL, as the site's own role and as the owner of the tables."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from loans.models import GuarantorClaim, Recourse, RecourseCharge
from loans.services.recourse import offset_savings
from loans.tests.factories import AT, make_member
from loans.tests.recourse_cast import FREE, LATE, days_go_by, late_loan, notice, promises, taken
from loans.tests.register_cast import make_treasurer

pytestmark = pytest.mark.django_db


def attack(sql: str, *arguments) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, arguments)


CHARGE = """INSERT INTO loans_recoursecharge (recourse_id, member_id, guarantee_id, amount, charged_on, repayment_id)
            SELECT %s, member_id, guarantee_id, amount, charged_on, repayment_id FROM loans_recoursecharge"""


def test_a_recourse_begins_with_a_notice_as_long_as_the_policy_says():
    loan, treasurer = late_loan(), make_treasurer()
    begun = """INSERT INTO loans_recourse (loan_id, status, given_on, notice_days, owed, reason, proposed_by_id,
                 proposed_at, why_ended, approved_by_id) VALUES (%s, %s, %s, %s, 1, 'x', %s, %s, '', %s)"""
    with pytest.raises(IntegrityError, match="shorter than the lending policy"):
        attack(begun, loan.pk, "notice_given", LATE, 13, treasurer.pk, AT, None)
    with pytest.raises(IntegrityError, match="begins with its notice"):
        attack(begun, loan.pk, "savings_offset", LATE, 14, treasurer.pk, AT, None)
    with pytest.raises(IntegrityError, match="begins with its notice"):
        attack(begun, loan.pk, "notice_given", LATE, 14, treasurer.pk, AT, make_treasurer().pk)
    attack(begun, loan.pk, "notice_given", LATE, 14, treasurer.pk, AT, None)


@pytest.mark.parametrize(
    "change", ["notice_days = 1", "given_on = given_on - 30", "owed = 1", "proposed_by_id = proposed_by_id + 1"]
)
def test_i13_a_notice_is_not_shortened_nor_changed_afterwards(change):
    recourse = notice(late_loan())
    with pytest.raises(IntegrityError, match="stays what its notice said"):
        attack(f"UPDATE loans_recourse SET {change} WHERE id = %s", recourse.pk)


def test_the_moment_of_a_notice_is_the_databases_own_and_never_changed(as_role):
    recourse = notice(late_loan())
    attack(
        "INSERT INTO loans_recoursenotice (recourse_id, member_id, most, told_by, recorded_at) "
        "VALUES (%s, %s, 1, 'x', '2020-01-01')", recourse.pk, make_member().pk,
    )  # fmt: skip
    assert all(one.recorded_at.year > 2020 for one in recourse.notices.all())
    older = "UPDATE loans_recoursenotice SET recorded_at = recorded_at - interval '30 days'"
    with pytest.raises(ProgrammingError, match="permission denied"):
        attack(older)
    with as_role("cooploan_owner"), pytest.raises(DatabaseError):
        attack(older)


def test_the_one_who_proposed_it_cannot_be_the_one_who_approved_it():
    recourse = notice(late_loan())
    with pytest.raises(IntegrityError, match="loans_recourse_two_people"):
        attack(
            "UPDATE loans_recourse SET approved_by_id = proposed_by_id, approved_at = now() WHERE id = %s", recourse.pk
        )
    with pytest.raises(IntegrityError, match="loans_recourse_approved"):
        attack("UPDATE loans_recourse SET status = 'savings_offset' WHERE id = %s", recourse.pk)


def test_i17_no_charge_without_a_notice_or_before_its_days_whatever_the_date_says(as_role):
    """A charge that was right is copied to another recourse, once for each thing that makes it wrong there."""
    loan = late_loan(savings="50000")
    recourse = taken(loan)
    other = notice(late_loan(savings="1"))
    with pytest.raises(IntegrityError, match="notice days of this person"):
        attack(CHARGE, other.pk)  # nobody of these had a notice of this recourse
    with as_role("cooploan_owner"), pytest.raises(IntegrityError, match="notice days of this person"):
        attack(CHARGE, other.pk)
    with pytest.raises(IntegrityError):
        attack(CHARGE, recourse.pk)


def test_i17_the_days_count_from_the_recorded_notice_for_the_owner_too(as_role):
    loan = late_loan(savings="50000")
    recourse = notice(loan)
    attack("UPDATE loans_recourse SET approved_by_id = %s, approved_at = now()", make_treasurer().pk)
    take = """INSERT INTO loans_recoursecharge (recourse_id, member_id, amount, charged_on, repayment_id)
              VALUES (%s, %s, 1, %s, 1)"""
    with as_role("cooploan_owner"), pytest.raises(IntegrityError, match="notice days of this person"):
        attack(take, recourse.pk, loan.member_id, FREE)
    days_go_by(14)
    with pytest.raises(IntegrityError, match="notice days of this person"):
        attack(take, recourse.pk, loan.member_id, FREE - timedelta(days=1))
    with pytest.raises(IntegrityError, match="what its payment took"):
        attack(take, recourse.pk, loan.member_id, FREE)  # the days are over; now the money is missing


def test_guarantors_are_not_charged_before_own_savings_nor_without_a_second_person():
    loan = late_loan(savings="0")
    recourse = notice(loan)
    days_go_by(14)
    promise = promises(loan)[0]
    take = """INSERT INTO loans_recoursecharge (recourse_id, member_id, guarantee_id, amount, charged_on, repayment_id)
              VALUES (%s, %s, %s, 1, %s, 1)"""
    with pytest.raises(IntegrityError, match="own savings first"):
        attack(take, recourse.pk, promise.guarantor_id, promise.pk, FREE)
    offset_savings(recourse=recourse, by=make_treasurer(), on=FREE, at=AT)
    with pytest.raises(IntegrityError, match="what its payment took"):
        attack(take, recourse.pk, promise.guarantor_id, promise.pk, FREE)


@pytest.mark.parametrize(
    "table", ["recoursecharge", "recourseanswer", "recoursenotice", "claimpayment", "guarantorclaim"]
)
def test_what_was_told_said_taken_and_repaid_is_not_removed(as_role, table):
    taken(late_loan())
    with pytest.raises(ProgrammingError, match="permission denied"):
        attack(f"DELETE FROM loans_{table}")
    with as_role("cooploan_owner"):
        if table in ("recoursecharge", "recoursenotice", "guarantorclaim"):
            with pytest.raises(DatabaseError):
                attack(f"DELETE FROM loans_{table}")


@pytest.mark.parametrize("role", ["cooploan_app", "cooploan_owner"])
def test_a_charge_stays_and_points_at_the_payment_that_stands_for_it(as_role, role):
    taken(late_loan())
    with as_role(role):
        for change in ("amount = amount - 1", "charged_on = charged_on - 1", "member_id = member_id + 1"):
            with pytest.raises((IntegrityError, ProgrammingError), match=r"permission denied|stays as it was"):
                attack(f"UPDATE loans_recoursecharge SET {change}")
        # A payment that stands is not left for another one.
        with pytest.raises(IntegrityError, match="points at the payment that stands"):
            attack("UPDATE loans_recoursecharge SET repayment_id = (SELECT max(id) FROM loans_repayment)")


def test_i19_a_claim_is_the_charge_behind_it_and_repaid_only_by_its_payments(as_role):
    taken(late_loan())
    claim = GuarantorClaim.objects.first()
    with pytest.raises(ProgrammingError, match="permission denied"):
        attack("UPDATE loans_guarantorclaim SET repaid = amount")
    with as_role("cooploan_owner"):
        for change in ("repaid = amount", "amount = amount + 1", f"guarantor_id = {claim.borrower_id}"):
            with pytest.raises(IntegrityError):
                attack(f"UPDATE loans_guarantorclaim SET {change} WHERE id = %s", claim.pk)
    entry = claim.charge.repayment.entry_id  # it debits the guarantor's savings: nothing was paid back by it
    with pytest.raises(IntegrityError, match="money that its guarantor received"):
        attack(
            "INSERT INTO loans_claimpayment (claim_id, amount, entry_id, paid_on) VALUES (%s, 1, %s, %s)",
            claim.pk, entry, FREE,
        )  # fmt: skip


def test_i19_own_savings_make_no_claim():
    taken(late_loan(savings="50000"))
    own = RecourseCharge.objects.get(guarantee=None)
    with pytest.raises(IntegrityError, match="a claim is what its guarantor paid"):
        attack(
            "INSERT INTO loans_guarantorclaim (charge_id, guarantor_id, borrower_id, amount, repaid) "
            "VALUES (%s, %s, %s, %s, 0)", own.pk, make_member().pk, own.member_id, own.amount,
        )  # fmt: skip


def test_i28_a_payment_that_recourse_took_is_mirrored_by_its_exact_reversal_or_not_at_all():
    taken(late_loan())
    charge = RecourseCharge.objects.exclude(guarantee=None).first()
    with pytest.raises(IntegrityError, match="only ever reversed, by the mirror"):
        attack(
            "UPDATE loans_repayment SET reversed_by_entry_id = %s WHERE id = %s", charge.repayment.entry_id,
            charge.repayment_id,
        )  # fmt: skip


def test_a_consent_is_not_rewritten():
    loan = late_loan()
    attack(
        "INSERT INTO loans_substitution (old_id, guarantor_id, amount, why, status, asked_by_id, asked_at, "
        "consent_text, consented_at) VALUES (%s, %s, 5, 'exit', 'consented', %s, now(), 'Yes, five', now())",
        promises(loan)[0].pk, make_member().pk, make_treasurer().pk,
    )  # fmt: skip
    for change in ("amount = 500", "consent_text = 'Yes, all'"):
        with pytest.raises(IntegrityError, match="stays as it was agreed"):
            attack(f"UPDATE loans_substitution SET {change}")
    with pytest.raises(IntegrityError, match="loans_substitution_done"):
        attack("UPDATE loans_substitution SET status = 'done'")


def test_one_recourse_is_before_its_end_at_a_time():
    loan = late_loan()
    recourse = notice(loan)
    with pytest.raises(IntegrityError, match="loans_one_recourse_each"):
        attack(
            "INSERT INTO loans_recourse (loan_id, status, given_on, notice_days, owed, reason, proposed_by_id, "
            "proposed_at, why_ended) SELECT loan_id, status, given_on, notice_days, owed, reason, proposed_by_id, "
            "proposed_at, '' FROM loans_recourse"
        )
    assert Recourse.objects.get() == recourse
