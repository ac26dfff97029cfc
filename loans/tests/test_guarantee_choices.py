"""Who may be asked to stand for a loan, what one is asked, and what of it others see."""

from decimal import Decimal

import pytest

from loans.models import Guarantee
from loans.selectors.guarantees import (
    answerable,
    candidates,
    cover,
    promises_of,
    search_guarantors,
    standing_before,
    stands_for,
)
from loans.services.guarantees import (
    cancel_request,
    decline_guarantee,
)
from loans.states import GuaranteeStatus
from loans.tests.factories import (
    AT,
    TODAY,
    make_application,
    make_guarantee,
    make_member,
    make_product_rules,
)
from loans.tests.test_guarantees import accept, ask
from members.models import Member
from members.states import MemberStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    return make_application(status="awaiting_guarantors")


@pytest.fixture
def friend():
    return make_member(savings="150000")


def test_a_search_tells_who_can_stand_and_never_what_he_has(application):
    can = make_member(savings="100000", surname="OLÁTÚNJÍ", other_names="Bọ́lá")
    cannot = make_member(savings="99999", surname="OLATUNJI", other_names="Zainab")
    gone = make_member(savings="900000", surname="OLATUNJI", other_names="Gone", status=MemberStatus.LEFT)
    found = candidates(application, words="olatunji", amount=Decimal(100000), on=TODAY)
    assert {c.member: (c.can, c.why_not) for c in found} == {
        can: (True, ""),
        cannot: (False, "Cannot stand for this amount now."),
    }
    assert gone not in [c.member for c in found]
    assert candidates(application, words=can.number, amount=Decimal(1), on=TODAY)[0].member == can


def test_a_search_leaves_out_the_borrower_and_those_on_the_list(application, friend):
    Member.objects.update(surname="SAME")
    assert friend in [c.member for c in candidates(application, words="same", amount=Decimal(1000), on=TODAY)]
    assert application.member not in [
        c.member for c in candidates(application, words="same", amount=Decimal(1000), on=TODAY)
    ]
    guarantee = ask(application, friend)
    assert friend not in [c.member for c in candidates(application, words="same", amount=Decimal(1000), on=TODAY)]
    cancel_request(guarantee=guarantee, by=application.member.user, at=AT)
    assert friend in [c.member for c in candidates(application, words="same", amount=Decimal(1000), on=TODAY)]


@pytest.mark.parametrize("words", ["", "ab", "  a "])
def test_too_few_letters_find_nobody(application, words):
    make_member(surname="ABBA", savings="900000")
    assert candidates(application, words=words, amount=Decimal(1000), on=TODAY) == []
    assert candidates(application, words="abb", amount=Decimal(1000), on=TODAY)


def test_two_who_stand_for_each_other_are_marked_and_not_refused(application, friend):
    theirs = make_application(status="awaiting_guarantors", member=friend)
    make_guarantee(application=theirs, guarantor=application.member, amount="1000", status=GuaranteeStatus.ACCEPTED)
    assert stands_for(application.member_id, [friend.pk]) == {friend.pk}
    assert stands_for(friend.pk, [application.member_id]) == set()
    assert candidates(application, words=friend.number, amount=Decimal(1000), on=TODAY)[0].mutual
    guarantee = ask(application, friend)
    assert standing_before(answerable(friend.user).get(pk=guarantee.pk), on=TODAY).mutual
    assert accept(guarantee).status == GuaranteeStatus.ACCEPTED


def test_a_fair_share_is_offered_until_all_is_asked_for(application):
    version = application.version
    search = search_guarantors(application, version, words="", amount=None, on=TODAY)
    assert (search.amount, search.cover.people_to_ask) == (Decimal(100000), 2)
    ask(application, make_member(savings="200000"), "130500")
    search = search_guarantors(application, version, words="", amount=None, on=TODAY)
    assert (search.amount, search.cover.people_to_ask) == (Decimal(69500), 1)
    ask(application, make_member(savings="200000"), "69500")
    search = search_guarantors(application, version, words="", amount=None, on=TODAY)
    assert (search.amount, search.cover.asks_for_all) == (Decimal(0), True)


def test_a_share_is_in_whole_thousands_where_it_can_be():
    version = make_product_rules()["normal"]
    assert cover(Decimal("155500.50"), version, [], []).share == Decimal(78000)
    assert cover(Decimal("1500"), version, [Decimal(1000)], []).share == Decimal(500)


def test_who_is_missing_is_asked_for_an_even_part_when_the_amount_is_there():
    version = make_product_rules()["normal"]
    reach = cover(Decimal(200000), version, [], [Decimal(200000)])
    assert (reach.people_to_ask, reach.amount_to_ask, reach.asks_for_all) == (1, Decimal(0), False)
    assert reach.share == Decimal(100000)


def test_what_one_is_asked_and_what_one_stands_for_are_apart(application, friend):
    asked = ask(application, friend)
    live = make_guarantee(
        application=make_application(status="awaiting_guarantors"), guarantor=friend, amount="20000",
        status=GuaranteeStatus.ACCEPTED,
    )  # fmt: skip
    declined = ask(make_application(status="awaiting_guarantors"), friend, "10000")
    decline_guarantee(guarantee=declined, reason="", by=friend.user, at=AT)
    promises = promises_of(friend.user)
    assert ([g.pk for g in promises.asked], [g.pk for g in promises.live], [g.pk for g in promises.past]) == (
        [asked.pk], [live.pk], [declined.pk],
    )  # fmt: skip
    assert promises.total == Decimal(20000)
    standing = standing_before(answerable(friend.user).get(pk=asked.pk), on=TODAY)
    assert (standing.free, standing.free_after) == (Decimal(130000), Decimal(30000))
    assert (standing.promised, standing.promised_after) == (Decimal(20000), Decimal(120000))
    assert standing.free_on.isoformat() == "2027-09-28"


def test_an_officer_sees_guarantees_but_answers_only_his_own(application, friend):
    guarantee = ask(application, friend)
    officer = make_member(roles=("member", "officer")).user
    assert Guarantee.objects.visible_to(officer).filter(pk=guarantee.pk).exists()
    assert not answerable(officer).filter(pk=guarantee.pk).exists()
    assert answerable(friend.user).filter(pk=guarantee.pk).exists()
