"""An import undone: balances, control accounts and open items as before, entries and the trail longer."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from core.errors import IllegalTransition
from ledger import chart
from ledger.models import JournalEntry
from ledger.services import accounts_by_code, reverse_entry
from loans.errors import HasRepayments
from loans.models import Guarantee, Loan
from loans.services.repayments import Payment, post_repayments
from members.models import Employer, Member
from members.services import Contribution, NewMember, admit_member, post_contributions, request_withdrawal
from members.states import MemberStatus
from onboarding.errors import MemberInRegister, UsedSince
from onboarding.states import ImportStatus
from onboarding.tests.paper import as_xlsx
from onboarding.tests.standing import AT, ON, balances, broken, open_items, trail
from users.testing import make_user


def paid_in(cast, number: str = "UMCS/0001") -> int:
    member = Member.objects.get(number=number)
    bank = accounts_by_code(chart.BANK)[chart.BANK]
    entries = post_contributions(
        contributions=[Contribution(member.pk, f"test/{number}", "Paid in at the counter", savings=Decimal(500))],
        from_account_id=bank, on=ON, by=cast.officer,
    )  # fmt: skip
    return next(iter(entries.values()))


def test_undoing_leaves_everything_as_before_and_more_in_the_books(desk, cast, small):
    employer = Employer.objects.create(code="OWN", name="The society itself")
    outsider = admit_member(row=NewMember("Z/1", "IGWE", "Ada", employer, ON), by=cast.officer, at=AT)
    post_contributions(
        contributions=[Contribution(outsider.pk, "test/z", "Before", savings=Decimal(900), shares=Decimal(100))],
        from_account_id=accounts_by_code(chart.BANK)[chart.BANK], on=ON, by=cast.officer,
    )  # fmt: skip
    before = balances(), open_items()
    posted = desk.post(small)
    assert (balances(), open_items()) != before
    longer = trail()
    undone = desk.undo(posted)
    assert (balances(), open_items()) == before
    assert all(now > then for now, then in zip(trail(), longer, strict=True))
    assert (undone.status, undone.undo_reason) == (ImportStatus.UNDONE, "Wrong sheet")
    assert set(Member.objects.exclude(pk=outsider.pk).values_list("status", flat=True)) == {MemberStatus.CANCELLED}
    assert not Guarantee.objects.live().exists()
    assert broken() == []


def test_the_same_books_come_in_again_and_stand_as_the_first_time(desk, small):
    first = desk.post(small)
    standing = balances(), {**open_items()}
    desk.undo(first)
    with CaptureQueriesContext(connection) as asked:
        again = desk.post(small)
    assert len(asked) <= 120  # bringing, proposing and posting together, whatever the number of members
    # The accounts of loans are new ones; the members' are the same.
    own = {code: amount for code, amount in standing[0].items() if not code.startswith("12") or len(code) == 4}
    now = {code: amount for code, amount in balances().items() if not code.startswith("12") or len(code) == 4}
    assert now == own
    assert open_items() == standing[1]
    assert again.pk != first.pk and broken() == []
    desk.undo(again)
    assert balances() == {} and broken() == []


def test_better_books_come_in_after_the_wrong_ones(desk, society):
    wrong = desk.post(as_xlsx(society.workbook()))
    desk.undo(wrong)
    society.balances[0][4] += 1_000
    society.members[1][2] = "OKAFOR Ngozi Adaeze"
    society.settle()
    desk.post(as_xlsx(society.workbook()))
    assert Member.objects.get(number="UMCS/0002").name == "OKAFOR Ngozi Adaeze"
    assert Member.objects.active().count() == len(society.members)
    assert broken() == []


def test_a_number_does_not_pass_to_another_person_with_the_first_ones_sign_in(desk, society):
    posted = desk.post(as_xlsx(society.workbook()))
    person = make_user(roles=["member"])
    Member.objects.filter(number="UMCS/0002").update(user=person)
    desk.undo(posted)
    society.members[1][2] = "OKAFOR Ngozi Adaeze"
    with pytest.raises(MemberInRegister, match=r"UMCS/0002 was .* who has a sign-in"):
        desk.post(as_xlsx(society.workbook()))
    assert not Member.objects.active().exists()


def test_the_same_person_keeps_his_sign_in(desk, small):
    posted = desk.post(small)
    person = make_user(roles=["member"])
    Member.objects.filter(number="UMCS/0002").update(user=person)
    desk.undo(posted)
    desk.post(small)
    assert Member.objects.active().get(number="UMCS/0002").user == person


def test_what_was_paid_in_since_stops_the_undoing_until_it_is_reversed(desk, cast, small):
    posted = desk.post(small)
    entry = paid_in(cast)
    with pytest.raises(UsedSince, match="Paid in at the counter"):
        desk.undo(posted)
    posted.refresh_from_db()
    assert posted.status == ImportStatus.POSTED
    entry = JournalEntry.objects.get(pk=entry)
    reverse_entry(entry=entry, reference="test/back", reason="Wrong member", on=ON, by=cast.officer)
    assert desk.undo(posted).status == ImportStatus.UNDONE
    assert broken() == []


@pytest.mark.parametrize("times", ["0.001", "2"], ids=["a part", "the whole loan, which is closed by it"])
def test_what_was_paid_on_a_loan_since_stops_the_undoing(desk, cast, small, times):
    posted = desk.post(small)
    loan = Loan.objects.active().order_by("pk")[0]
    payment = Payment(loan.pk, (loan.scheduled_principal * Decimal(times)).quantize(Decimal("0.01")), "R1", "Counter")
    post_repayments(
        payments=[payment], from_account_id=accounts_by_code(chart.CASH)[chart.CASH], channel="counter", on=ON,
        by=cast.treasurer, at=AT,
    )  # fmt: skip
    loan.refresh_from_db()
    assert loan.status == ("closed" if times == "2" else "active")
    # Where only interest was paid, no line stands on the loan's own account; the loan's own service sees it.
    with pytest.raises(UsedSince if times == "2" else HasRepayments):
        desk.undo(posted)


def test_savings_that_wait_to_be_paid_out_stop_the_undoing(desk, small):
    posted = desk.post(small)
    member = Member.objects.filter(savings_account__stored__held=0).order_by("-savings_account__stored__balance")[0]
    member.user = make_user(roles=["member"])
    member.save(update_fields=["user"])
    request_withdrawal(member=member, amount=Decimal(100), by=member.user, at=AT)
    with pytest.raises(UsedSince, match="held for something new"):
        desk.undo(posted)


def test_what_is_not_in_the_books_cannot_be_taken_out(desk, small):
    with pytest.raises(IllegalTransition):
        desk.undo(desk.propose(small))


def test_an_import_is_undone_once(desk, small):
    posted = desk.post(small)
    desk.undo(posted)
    entries = JournalEntry.objects.count()
    with pytest.raises(IllegalTransition):
        desk.undo(posted)
    assert JournalEntry.objects.count() == entries


def test_the_trail_says_who_undid_it_and_why(desk, cast, small):
    undone = desk.undo(desk.post(small))
    event = Event.objects.about(undone).get(verb="onboarding.bookimport.undone")
    assert (event.actor, event.data["undo_reason"]) == (cast.treasurer, "Wrong sheet")
