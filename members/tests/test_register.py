from decimal import Decimal

import pytest

from audit.models import Event
from core.errors import IllegalTransition
from ledger import chart
from ledger.selectors import balance_of
from ledger.services import account
from members.errors import (
    AccountLinked,
    NotActive,
    NotEnoughSavings,
    NothingToContribute,
    NotYourSavings,
    NumberTaken,
    SamePerson,
)
from members.models import Member, Withdrawal
from members.selectors import equities, equity, free_savings
from members.services import (
    Contribution,
    NewMember,
    admit_members,
    decline_withdrawal,
    invite_member,
    link_account,
    pay_withdrawal,
    post_contributions,
    request_withdrawal,
    settle_staff_number,
)
from members.states import MemberStatus
from members.tests.factories import AT, TODAY, make_employer, make_member
from notifications.models import Message
from users.errors import NotToYourself
from users.services import accept_invitation, find_by_code
from users.testing import make_user

pytestmark = pytest.mark.django_db


def rows(count, employer, **fields):
    return [
        NewMember(
            number=f"N/{n:03}", surname="BELLO", other_names=f"Musa {n}", employer=employer, joined_on=TODAY,
            staff_number=f"{n:06}", **fields,
        )
        for n in range(1, count + 1)
    ]  # fmt: skip


def test_people_are_admitted_with_four_accounts_at_nil_in_few_statements(django_assert_max_num_queries):
    employer = make_employer()
    with django_assert_max_num_queries(15):
        admitted = admit_members(rows=rows(50, employer), by=None, at=AT)
    assert Member.objects.count() == 50
    assert {equity.total for equity in equities(admitted).values()} == {0}
    assert admitted[0].christmas_account.control.code == chart.CHRISTMAS_SAVINGS
    assert Event.objects.filter(verb="members.member.admitted").count() == 50


def test_a_member_number_is_given_once():
    employer = make_employer()
    admit_members(rows=rows(2, employer), by=None, at=AT)
    with pytest.raises(NumberTaken, match="N/001"):
        admit_members(rows=rows(1, employer), by=None, at=AT)


def test_a_staff_number_is_once_with_an_employer_and_may_be_blank_for_many():
    employer = make_employer()
    first = make_member(employer=employer, staff_number="000123")
    with pytest.raises(NumberTaken, match="same staff number"):
        make_member(employer=employer, staff_number="000123")
    make_member(employer=make_employer(), staff_number="000123")
    waiting = make_member(employer=employer, staff_number="", claimed_staff_number="000123")
    make_member(employer=employer, staff_number="", claimed_staff_number="000123")
    with pytest.raises(NumberTaken, match=first.surname):
        settle_staff_number(member=waiting, staff_number="000123", by=first.user, at=AT)
    settle_staff_number(member=waiting, staff_number="000124", by=first.user, at=AT)
    waiting.refresh_from_db()
    assert (waiting.staff_number, waiting.claimed_staff_number) == ("000124", "")


def test_contributions_reach_the_members_own_accounts_once(constraints_now):
    member = make_member()
    paid = [
        Contribution(member.pk, "line/1", "October salary", Decimal(5000), Decimal(2000), Decimal(700), Decimal(100))
    ]
    for _ in range(2):
        post_contributions(contributions=paid, from_account_id=account(chart.BANK).pk, on=TODAY, by=None, batch="b/1")
    constraints_now()
    has = equity(member)
    assert (has.savings, has.christmas, has.voluntary, has.shares, has.total) == (5000, 2000, 700, 100, 7800)
    assert balance_of(account(chart.BANK)) == 7800


def test_a_contribution_of_nothing_is_refused():
    member = make_member()
    with pytest.raises(NothingToContribute):
        post_contributions(
            contributions=[Contribution(member.pk, "x", "")], from_account_id=account(chart.BANK).pk, on=TODAY, by=None
        )


def test_a_member_draws_what_is_free_and_it_is_held_at_once(constraints_now):
    member, treasurer = make_member(savings="10000"), make_user(roles=["treasurer"])
    withdrawal = request_withdrawal(member=member, amount=Decimal(4000), by=member.user, at=AT)
    assert free_savings([member]) == {member.pk: 6000}
    with pytest.raises(NotEnoughSavings, match="6,000"):
        request_withdrawal(member=member, amount=Decimal("6000.01"), by=member.user, at=AT)
    pay_withdrawal(withdrawal=withdrawal, bank_reference="FT1", by=treasurer, on=TODAY, at=AT)
    constraints_now()
    assert (equity(member).savings, equity(member).held) == (6000, 0)
    with pytest.raises(IllegalTransition):
        pay_withdrawal(withdrawal=withdrawal, bank_reference="FT1", by=treasurer, on=TODAY, at=AT)
    assert equity(member).savings == 6000


def test_what_a_member_owes_stays_with_the_society():
    member = make_member(savings="10000")
    with pytest.raises(NotEnoughSavings, match="3,000"):
        request_withdrawal(member=member, amount=Decimal(3001), keep=Decimal(7000), by=member.user, at=AT)
    request_withdrawal(member=member, amount=Decimal(3000), keep=Decimal(7000), by=member.user, at=AT)


def test_nobody_draws_anothers_savings_and_nobody_pays_himself():
    member, other = make_member(savings="10000"), make_member()
    with pytest.raises(NotYourSavings):
        request_withdrawal(member=member, amount=Decimal(1), by=other.user, at=AT)
    withdrawal = request_withdrawal(member=member, amount=Decimal(1), by=member.user, at=AT)
    with pytest.raises(SamePerson):
        pay_withdrawal(withdrawal=withdrawal, bank_reference="FT", by=member.user, on=TODAY, at=AT)
    assert Withdrawal.objects.visible_to(other.user).count() == 0
    assert Withdrawal.objects.visible_to(member.user).count() == 1


def test_a_declined_withdrawal_frees_what_was_held():
    member, treasurer = make_member(savings="10000"), make_user(roles=["treasurer"])
    withdrawal = request_withdrawal(member=member, amount=Decimal(4000), by=member.user, at=AT)
    decline_withdrawal(withdrawal=withdrawal, reason="Come on Monday", by=treasurer, at=AT)
    assert equity(member).free == 10000


def test_a_member_is_told_what_became_of_his_withdrawal_where_he_can_be():
    treasurer, told, untold = make_user(roles=["treasurer"]), make_member(savings="9000"), make_member(savings="9000")
    asked = [request_withdrawal(member=one, amount=Decimal(4000), by=one.user, at=AT) for one in (told, untold)]
    Member.objects.filter(pk=untold.pk).update(user=None)
    for one in asked:
        one.refresh_from_db()
        decline_withdrawal(withdrawal=one, reason="Come on Monday", by=treasurer, at=AT)
        assert equity(one.member).free == 9000
    (message,) = Message.objects.filter(channel="in_app")
    assert (message.user, message.event) == (told.user, f"withdrawal/{asked[0].pk}/declined")
    assert message.body == "You asked for ₦4,000.00. We said no: Come on Monday"


def test_a_member_from_the_old_books_claims_his_account_with_a_code():
    member, officer = make_member(with_user=False), make_user(roles=["officer"])
    _, code = invite_member(member=member, by=officer, at=AT)
    claimed = accept_invitation(
        invitation=find_by_code(number=member.number, code=code, at=AT), password="Oke-Ado-77!", at=AT
    )
    member.refresh_from_db()
    assert member.user == claimed
    assert claimed.has_perm("loans.apply")


def test_an_officer_who_is_in_the_register_is_linked_to_it_once():
    member, chair, admin = make_member(with_user=False), make_user(roles=["chair"]), make_user(roles=["admin"])
    link_account(member=member, user=chair, by=admin, at=AT)
    link_account(member=member, user=chair, by=admin, at=AT)
    member.refresh_from_db()
    assert member.user == chair
    assert chair.has_perm("loans.apply")
    assert Event.objects.filter(verb="members.member.account_linked").count() == 1
    with pytest.raises(AccountLinked):
        link_account(member=make_member(with_user=False), user=chair, by=admin, at=AT)
    with pytest.raises(AccountLinked):
        link_account(member=member, user=make_user(roles=["secretary"]), by=admin, at=AT)
    with pytest.raises(NotToYourself):
        link_account(member=make_member(with_user=False), user=admin, by=admin, at=AT)


def test_nobody_is_invited_who_has_left():
    member = make_member(with_user=False)
    Member.objects.filter(pk=member.pk).update(status=MemberStatus.LEFT)
    member.refresh_from_db()
    with pytest.raises(NotActive):
        invite_member(member=member, by=make_user(roles=["officer"]), at=AT)


def test_a_member_sees_himself_and_the_office_sees_all():
    one, two = make_member(), make_member()
    officer, auditor = make_user(roles=["officer"]), make_user(roles=["auditor"])
    assert list(Member.objects.visible_to(one.user)) == [one]
    assert set(Member.objects.visible_to(officer)) == {one, two} == set(Member.objects.visible_to(auditor))


def test_the_register_is_searched_by_any_words_and_without_accents():
    member = make_member(surname="ỌLÁWÁLÉ", other_names="Babatúndé", number="T/0099")
    make_member()
    for words in ("olawale", "Babatunde olawale", "0099", member.staff_number):
        assert list(Member.objects.search(words)) == [member], words
