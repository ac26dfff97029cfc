from decimal import Decimal

import pytest

from core.errors import IllegalTransition
from ledger import chart
from ledger.selectors import balance_of
from ledger.services import account
from reconciliation.errors import ClearedByItsProposer, LeftTheSociety, OwnerChanged, StillDeciding
from reconciliation.models import NameAlias, SuspenseItem
from reconciliation.selectors.suspense import open_suspense
from reconciliation.services.suspense import clear_suspense, propose_owner
from reconciliation.tests.factories import (
    AT,
    books_agree,
    has,
    make_employer,
    make_issued,
    make_loan,
    make_officer,
    make_posted,
    make_saver,
    make_treasurer,
    row_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def employer():
    return make_employer()


@pytest.fixture
def officer():
    return make_officer()


@pytest.fixture
def treasurer():
    return make_treasurer()


@pytest.fixture
def member(employer):
    """He has a loan, and his line came under another number, so that nobody was sure of it."""
    member = make_saver(employer, savings="20000")
    make_loan(member, instalment="10000")
    return member


def in_suspense(employer, *rows):
    make_posted(make_issued(employer), rows)
    return list(SuspenseItem.objects.order_by("pk"))


@pytest.fixture
def item(employer, member):
    return in_suspense(employer, ("99001", member.name, "35000"))[0]


def propose(item, member, by):
    return propose_owner(item=item, member=member, by=by, at=AT)


def clear(item, member, by):
    return clear_suspense(item=item, member=member, by=by, at=AT)


def test_one_proposes_whose_money_it_is_and_another_credits_it(item, member, officer, treasurer, constraints_now):
    propose(item, member, officer)
    assert has(member)["savings"] == Decimal(0)
    with pytest.raises(ClearedByItsProposer):
        clear(item, member, officer)
    cleared = clear(item, member, treasurer)
    constraints_now()
    assert (cleared.status, cleared.proposed_by, cleared.cleared_by) == ("cleared", officer, treasurer)
    assert [(part.kind, part.amount) for part in item.line.postings.order_by("pk")] == [
        ("loan", Decimal("10000.00")), ("savings", Decimal("20000.00")), ("voluntary", Decimal("5000.00")),
    ]  # fmt: skip
    assert has(member) == {"savings": Decimal(20000), "christmas": Decimal(0), "voluntary": Decimal(5000)}
    assert balance_of(account(chart.SUSPENSE)) == Decimal(0)
    assert not open_suspense().exists()
    books_agree()


def test_what_was_cleared_is_remembered_for_the_next_month(item, member, officer, treasurer):
    clear(propose(item, member, officer), member, treasurer)
    alias = NameAlias.objects.get()
    assert (alias.member, alias.staff_number) == (member, "99001")


def test_nothing_is_cleared_before_an_owner_is_proposed(item, member, treasurer):
    with pytest.raises(StillDeciding):
        clear(item, member, treasurer)


def test_who_agreed_to_one_owner_does_not_credit_another(item, member, employer, officer, treasurer):
    propose(item, member, officer)
    propose(item, make_saver(employer), officer)
    with pytest.raises(OwnerChanged):
        clear(item, member, treasurer)


def test_an_item_is_cleared_once(item, member, officer, treasurer):
    clear(propose(item, member, officer), member, treasurer)
    with pytest.raises(IllegalTransition):
        clear(item, member, treasurer)
    with pytest.raises(IllegalTransition):
        propose(item, member, officer)
    assert has(member)["savings"] == Decimal(20000)


def test_nobody_who_has_left_is_proposed(item, member, officer):
    type(member).objects.filter(pk=member.pk).update(status="left")
    member.refresh_from_db()
    with pytest.raises(LeftTheSociety):
        propose(item, member, officer)


def test_another_employers_member_gets_it_as_voluntary_savings_and_his_spelling_is_not_kept(item, officer, treasurer):
    moved = make_saver(make_employer())
    clear(propose(item, moved, officer), moved, treasurer)
    assert has(moved) == {"savings": Decimal(0), "christmas": Decimal(0), "voluntary": Decimal(35000)}
    assert not NameAlias.objects.exists()
    books_agree()


def test_what_the_first_line_has_paid_the_second_does_not_pay_again(employer, member, officer, treasurer):
    items = in_suspense(
        employer, ("99001", member.name, "12000"), ("99002", "ZUBAIRU Quartey", "15000"),
        ("99003", "PEPPLE Xerxes", "9000"),
    )  # fmt: skip
    for one in items:
        clear(propose(one, member, officer), member, treasurer)
    kinds = [[(part.kind, part.amount) for part in one.line.postings.order_by("pk")] for one in items]
    assert kinds == [
        [("loan", Decimal(10000)), ("savings", Decimal(2000))],
        [("savings", Decimal(15000))],
        [("savings", Decimal(3000)), ("voluntary", Decimal(6000))],
    ]
    books_agree()


def test_a_second_line_can_be_credited_to_its_member_by_two_people(employer, member, officer, treasurer):
    items = in_suspense(employer, row_of(member, "30000"), row_of(member, "30000"))
    clear(propose(items[0], member, officer), member, treasurer)
    assert has(member) == {"savings": Decimal(20000), "christmas": Decimal(0), "voluntary": Decimal(30000)}
    books_agree()


def test_the_oldest_stands_first(employer, member):
    in_suspense(employer, ("99001", "ZUBAIRU Quartey", "1"), ("99002", "PEPPLE Xerxes", "2"))
    assert [item.amount for item in open_suspense()] == [Decimal(1), Decimal(2)]
