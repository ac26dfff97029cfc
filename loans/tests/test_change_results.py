"""What a change really came to: kept with it, told again with the story, guarded in the database."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from ledger import checks as ledger_checks
from loans.checks import INVARIANTS
from loans.models import ChangeKind, HoldPolicy, LoanChange, LoanStanding
from loans.services.repayments import reverse_repayment
from loans.services.servicing import approve_change, ask_change, take_change_back
from loans.states import ChangeStatus, LoanStatus
from loans.tests.factories import AT, set_rules
from loans.tests.register_cast import make_active, make_officer, make_treasurer, receive
from notifications.models import Message

pytestmark = pytest.mark.django_db
NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 28), date(2026, 12, 28), date(2027, 1, 28)
D = Decimal


def change(loan, kind, on, terms=None, **more):
    asked = ask_change(
        loan=loan, kind=kind, effective_on=on, terms=terms or {}, reason="A reason", by=make_officer(), at=AT, **more
    )
    return approve_change(change=asked, by=make_treasurer(), at=AT)


def find_breaks():
    return [one.code for one in (*INVARIANTS, *ledger_checks.INVARIANTS) if one.run().broken]


def came_to(one):
    one.refresh_from_db()
    return one.interest_let_off, one.penalty_let_off, one.principal_lost


def test_a_waiver_keeps_what_it_let_off_and_tells_it_again_when_a_payment_is_entered_late(constraints_now):
    loan = make_active(amount="200000")
    set_rules(penalty_percent=D(2))
    waived = change(loan, ChangeKind.WAIVER, JANUARY, {"interest": "500", "penalty": "400"})
    constraints_now()
    asked = came_to(waived)
    assert asked == (500, 400, 0)
    assert LoanStanding.objects.get(pk=loan.pk).penalty_waived == 400
    # Paid in time after all: nothing was late, so there was no such penalty to let off.
    late = [receive(loan, "17769.76", on=NOVEMBER), receive(loan, "17769.76", on=DECEMBER)]
    constraints_now()
    assert came_to(waived) == (500, 0, 0)
    assert find_breaks() == []
    mistake = loan.repayments.get(pk=late[0].repayment_id)
    reverse_repayment(repayment=mistake, reason="Not hers", by=make_officer(), on=JANUARY, at=AT)
    constraints_now()
    assert came_to(waived)[1] > 0
    assert find_breaks() == []


def test_a_write_off_keeps_the_principal_and_a_change_taken_back_what_it_had_come_to(constraints_now):
    loan = make_active(amount="200000")
    written = change(loan, ChangeKind.WRITE_OFF, DECEMBER, resolution="AGM 2026, no. 7")
    constraints_now()
    assert came_to(written) == (0, 0, 200000)
    treasurer = make_treasurer()
    take_change_back(change=written, reason="The wrong loan", by=treasurer, on=JANUARY, at=AT)
    constraints_now()
    assert came_to(written) == (0, 0, 200000)
    assert (written.taken_back_by, written.why_ended) == (treasurer, "The wrong loan")
    assert Message.objects.filter(event=f"loans.change.taken_back:{written.pk}", channel="in_app").count() == 1
    assert find_breaks() == []


def test_a_loan_that_a_waiver_closed_is_open_again_when_the_waiver_is_taken_back(constraints_now):
    loan = make_active(amount="200000", guarantors=1)
    waived = change(
        loan, ChangeKind.WAIVER, NOVEMBER, {"interest": str(sum(i.interest for i in loan.installments.live()))}
    )
    receive(loan, "200000", on=NOVEMBER)
    loan.refresh_from_db()
    assert loan.status == LoanStatus.CLOSED
    constraints_now()
    take_change_back(change=waived, reason="No resolution", by=make_treasurer(), on=DECEMBER, at=AT)
    constraints_now()
    loan.refresh_from_db()
    assert (loan.status, loan.certificate_number) == (LoanStatus.ACTIVE, None)
    assert loan.guarantees.live().count() == 1
    assert find_breaks() == []


def test_promises_that_fall_with_the_principal_follow_a_change_and_its_taking_back(constraints_now):
    loan = make_active(amount="200000", guarantors=1)
    set_rules(hold_policy=HoldPolicy.FALLS_WITH_PRINCIPAL)
    holiday = change(
        loan, ChangeKind.HOLIDAY, NOVEMBER, {"months": 1, "why": "maternity", "interest_runs": True}
    )  # fmt: skip
    receive(loan, "50000", on=JANUARY)
    needed = loan.guarantees.get().needed
    take_change_back(change=holiday, reason="She did not go", by=make_treasurer(), on=JANUARY, at=AT)
    constraints_now()
    # Without the interest of the holiday the same payment pays more principal.
    assert loan.guarantees.get().needed < needed
    assert find_breaks() == []


@pytest.mark.parametrize("role", ["cooploan_app", "cooploan_owner"])
def test_neither_what_a_change_came_to_nor_how_it_ended_is_ever_altered_by_hand(role, as_role, constraints_now):
    loan = make_active(amount="200000")
    waived = change(loan, ChangeKind.WAIVER, NOVEMBER, {"interest": "500"})
    declined = ask_change(
        loan=loan, kind=ChangeKind.HOLIDAY, effective_on=NOVEMBER, terms={"months": 1, "why": "illness"}, reason="x",
        by=make_officer(), at=AT,
    )  # fmt: skip
    constraints_now()
    borrower, other = loan.member.user_id, make_officer().pk
    attacks = {
        f"UPDATE loans_loanchange SET interest_let_off = 600 WHERE id = {waived.pk}": "lets off",
        f"UPDATE loans_loanchange SET penalty_let_off = 1 WHERE id = {waived.pk}": "is let off",
        f"UPDATE loans_loanchange SET principal_lost = 1 WHERE id = {waived.pk}": "let_off_by_kind",
        f"UPDATE loans_loanchange SET interest_let_off = -1 WHERE id = {waived.pk}": "let_off_by_kind",
        f"UPDATE loans_loanchange SET interest_let_off = 1 WHERE id = {declined.pk}": "while it is in force|by_kind",
        f"UPDATE loans_loanchange SET status = 'requested' WHERE id = {waived.pk}": "does not become",
        f"UPDATE loans_loanchange SET why_ended = 'x' WHERE id = {waived.pk}": "written once",
        f"UPDATE loans_loanchange SET status = 'declined', decided_by_id = {other}, decided_at = now() "
        f"WHERE id = {declined.pk}": "end_has_reason",
        f"UPDATE loans_loanchange SET status = 'reversed', why_ended = 'x' WHERE id = {waived.pk}": "taken_back",
        f"UPDATE loans_loanchange SET status = 'declined', why_ended = 'x', decided_by_id = {borrower}, "
        f"decided_at = now() WHERE id = {declined.pk}": "his own loan",
        "INSERT INTO loans_loanchange (loan_id, kind, effective_on, terms, reason, resolution, status, asked_by_id, "
        f"asked_at, why_ended) VALUES ({loan.pk}, 'restructure', '2026-12-01', '{{}}', 'x', '', 'requested', "
        f"{borrower}, now(), '')": "his own loan",
        "INSERT INTO loans_loanchange (loan_id, kind, effective_on, terms, reason, resolution, status, asked_by_id, "
        f"asked_at, why_ended) VALUES ({make_active().pk}, 'holiday', '2026-12-01', '{{\"months\": 1}}', 'x', '', "
        f"'requested', {other}, now(), '')": "holiday_says_why",
    }
    for statement, refused in attacks.items():
        with as_role(role), pytest.raises(DatabaseError, match=refused), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement)
            constraints_now()
    waived.refresh_from_db()
    assert (waived.status, waived.interest_let_off) == (ChangeStatus.APPROVED, 500)
    assert LoanChange.objects.count() == 2
