from datetime import timedelta
from decimal import Decimal

import pytest

from audit.models import Event
from ledger.models import AccountBalance, Hold
from loans.errors import (
    AskedAlready,
    ConflictOfInterest,
    MoreThanTheLoan,
    NotAChoice,
    NotEnoughToStand,
    NotTheApplicant,
    NotWaitingForGuarantors,
    NotYourGuarantee,
    RequestClosed,
    TooManyAsked,
    TooManyPromises,
)
from loans.models import LoanParty
from loans.selectors.guarantees import (
    answerable,
    cover_of,
)
from loans.services.guarantees import (
    MOST_ASKED,
    accept_guarantee,
    ask_guarantor,
    cancel_request,
    decline_guarantee,
)
from loans.states import ApplicationStatus, GuaranteeStatus
from loans.tests.factories import (
    AT,
    hold_savings,
    make_application,
    make_guarantee,
    make_member,
    set_rules,
)
from members.models import Member
from members.states import MemberStatus
from notifications.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    """200,000 for 12 months, sent in, two guarantors wanted for the whole of it."""
    return make_application(status="awaiting_guarantors")


@pytest.fixture
def friend():
    return make_member(savings="150000")


def ask(application, guarantor, amount="100000", by=None):
    return ask_guarantor(
        application=application, guarantor=guarantor, amount=Decimal(amount), by=by or application.member.user, at=AT
    )


def accept(guarantee, by=None):
    return accept_guarantee(guarantee=guarantee, by=by or guarantee.guarantor.user, at=AT)


def held(member):
    return AccountBalance.objects.get(account=member.savings_account).held


def told(member):
    return list(
        Message.objects.filter(user=member.user, channel="in_app").order_by("pk").values_list("subject", flat=True)
    )


# Asking ---------------------------------------------------------------------------------------------------------------


def test_a_request_is_told_at_once_and_holds_nothing(application, friend):
    guarantee = ask(application, friend)
    assert (guarantee.status, guarantee.amount) == (GuaranteeStatus.REQUESTED, Decimal(100000))
    assert told(friend) == [f"{application.member.name} asks you to stand for a loan"]
    assert held(friend) == 0
    assert Event.objects.filter(verb="loans.guarantee.requested", subject_id=str(guarantee.pk)).exists()


def test_asking_the_same_again_changes_nothing_and_for_another_amount_is_refused(application, friend):
    first = ask(application, friend)
    assert ask(application, friend).pk == first.pk
    with pytest.raises(AskedAlready):
        ask(application, friend, "90000")
    assert told(friend) == [f"{application.member.name} asks you to stand for a loan"]


def test_nobody_chooses_guarantors_for_another(application, friend):
    with pytest.raises(NotTheApplicant):
        ask(application, friend, by=make_member().user)


def test_nobody_stands_for_his_own_loan(application):
    with pytest.raises(NotAChoice, match="your own loan"):
        ask(application, application.member)


def test_only_active_members_stand(application, friend):
    Member.objects.filter(pk=friend.pk).update(status=MemberStatus.LEAVING)
    with pytest.raises(NotAChoice):
        ask(application, friend)
    Member.objects.filter(pk=friend.pk).update(status=MemberStatus.ACTIVE)
    assert ask(application, friend)


def test_only_who_has_enough_free_savings_can_be_asked(application, friend):
    hold_savings(friend, "50000.01")
    with pytest.raises(NotEnoughToStand) as refused:
        ask(application, friend)
    assert "150,000" not in refused.value.message  # his savings are not the borrower's business
    assert ask(application, friend, "99999.99")


@pytest.mark.parametrize("amount", ["0", "200000.01"])
def test_nobody_is_asked_for_nothing_or_for_more_than_the_loan(application, amount):
    with pytest.raises(MoreThanTheLoan):
        ask(application, make_member(savings="900000"), amount)


def test_a_member_stands_for_so_many_loans_and_no_more(application):
    friend = make_member(savings="900000")
    for _ in range(4 - 1):
        make_guarantee(
            application=make_application(status="awaiting_guarantors"), guarantor=friend, amount="1000",
            status=GuaranteeStatus.ACCEPTED,
        )  # fmt: skip
    guarantee = ask(application, friend)
    make_guarantee(
        application=make_application(status="awaiting_guarantors"), guarantor=friend, amount="1000",
        status=GuaranteeStatus.ACCEPTED,
    )  # fmt: skip
    with pytest.raises(TooManyPromises, match="no member may stand for more"):
        accept(guarantee)
    with pytest.raises(TooManyPromises):
        ask(make_application(status="awaiting_guarantors"), friend)


def test_so_many_are_asked_at_a_time_and_no_more(application):
    for _ in range(MOST_ASKED):
        last = ask(application, make_member(savings="30000"), "25000")
    with pytest.raises(TooManyAsked):
        ask(application, make_member(savings="30000"), "25000")
    cancel_request(guarantee=last, by=application.member.user, at=AT)
    assert ask(application, make_member(savings="30000"), "25000")


@pytest.mark.parametrize("status", ["under_review", "approved", "declined", "withdrawn"])
def test_nobody_is_asked_when_the_request_no_longer_waits(status, friend):
    with pytest.raises(NotWaitingForGuarantors):
        ask(make_application(status=status), friend)


# Taking back ----------------------------------------------------------------------------------------------------------


def test_the_borrower_takes_a_request_back_and_only_he(application, friend):
    guarantee = ask(application, friend)
    with pytest.raises(NotTheApplicant):
        cancel_request(guarantee=guarantee, by=friend.user, at=AT)
    cancelled = cancel_request(guarantee=guarantee, by=application.member.user, at=AT)
    assert cancelled.status == GuaranteeStatus.CANCELLED
    assert told(friend)[-1] == "You need not answer any more"
    again = cancel_request(guarantee=guarantee, by=application.member.user, at=AT + timedelta(hours=1))
    assert again.decided_at == AT
    with pytest.raises(RequestClosed):
        accept(guarantee)
    assert ask(application, friend).pk != guarantee.pk


def test_a_request_that_was_answered_is_not_taken_back(application, friend):
    guarantee = accept(ask(application, friend))
    with pytest.raises(RequestClosed, match="answered already"):
        cancel_request(guarantee=guarantee, by=application.member.user, at=AT)


# Consent --------------------------------------------------------------------------------------------------------------


def test_consent_holds_the_amount_on_the_guarantors_savings(application, friend):
    guarantee = accept(ask(application, friend))
    assert guarantee.status == GuaranteeStatus.ACCEPTED
    assert held(friend) == Decimal(100000)
    assert Hold.objects.get(reference=f"guarantee/{guarantee.pk}").amount == Decimal(100000)
    assert "the society may take up to ₦100,000.00 from my savings, and never more" in guarantee.consent_text
    assert LoanParty.objects.get(application=application, member=friend).stand == LoanParty.Stand.INTERESTED
    assert told(application.member) == [f"{friend.name} stands for your loan"]
    body = Message.objects.get(user=application.member.user, channel="in_app").body
    assert body.endswith("You still need 1 more guarantor and ₦100,000.00 more of cover.")


def test_saying_yes_twice_holds_once(application, friend):
    guarantee = ask(application, friend)
    accept(guarantee)
    assert accept(guarantee).status == GuaranteeStatus.ACCEPTED
    assert held(friend) == Decimal(100000)


def test_nobody_consents_for_another(application, friend):
    guarantee = ask(application, friend)
    outsider = make_member(roles=("member", "officer"))
    for somebody in (outsider.user, application.member.user):
        with pytest.raises(NotYourGuarantee):
            accept_guarantee(guarantee=guarantee, by=somebody, at=AT)
        with pytest.raises(NotYourGuarantee):
            decline_guarantee(guarantee=guarantee, reason="", by=somebody, at=AT)
    assert held(friend) == 0


def test_who_has_drawn_or_promised_his_savings_since_he_was_asked_cannot_say_yes(application, friend):
    guarantee = ask(application, friend)
    hold_savings(friend, "60000")
    with pytest.raises(NotEnoughToStand, match=r"You have ₦90,000\.00 free"):
        accept(guarantee)
    guarantee.refresh_from_db()
    assert guarantee.status == GuaranteeStatus.REQUESTED
    assert not LoanParty.objects.filter(member=friend).exists()


def test_who_is_leaving_cannot_say_yes(application, friend):
    guarantee = ask(application, friend)
    Member.objects.filter(pk=friend.pk).update(status=MemberStatus.LEAVING)
    with pytest.raises(NotAChoice, match="Your membership is not open"):
        accept(guarantee)


def test_a_judge_of_the_loan_cannot_stand_for_it(application, friend):
    guarantee = ask(application, friend)
    LoanParty.objects.create(application=application, member=friend, stand=LoanParty.Stand.JUDGE, why="votes on it")
    with pytest.raises(ConflictOfInterest, match="cannot stand for it as well"):
        accept(guarantee)
    assert held(friend) == 0


def test_full_cover_goes_before_the_committee_in_the_same_moment(application, friend):
    other, spare = make_member(savings="100000"), make_member(savings="100000")
    first, second, third = (ask(application, somebody) for somebody in (friend, other, spare))
    accept(first)
    application.refresh_from_db()
    assert application.status == ApplicationStatus.AWAITING_GUARANTORS
    accept(second)
    application.refresh_from_db()
    assert (application.status, application.quorum, application.reviewed_from) == ("under_review", 3, AT)
    third.refresh_from_db()
    assert third.status == GuaranteeStatus.CANCELLED
    assert told(spare)[-1] == "You need not answer any more"
    assert told(application.member)[-1] == "Your request is with the committee"
    with pytest.raises(RequestClosed):
        accept(third)


def test_the_amount_alone_is_no_cover_without_enough_people(application):
    rich, other = make_member(savings="500000"), make_member(savings="500000")
    accept(ask(application, rich, "200000"))
    application.refresh_from_db()
    assert application.status == ApplicationStatus.AWAITING_GUARANTORS
    accept(ask(application, other, "1000"))
    application.refresh_from_db()
    assert application.status == ApplicationStatus.UNDER_REVIEW


def test_people_alone_are_no_cover_without_the_amount(application):
    for amount in ("100000", "99999.99"):
        accept(ask(application, make_member(savings="200000"), amount))
    application.refresh_from_db()
    assert application.status == ApplicationStatus.AWAITING_GUARANTORS
    reach = cover_of(application, application.version)
    assert (reach.people_missing, reach.amount_missing) == (0, Decimal("0.01"))


def test_a_part_of_the_amount_is_enough_where_the_product_says_so(application):
    set_rules(cover_percent=50)
    for _ in range(2):
        accept(ask(application, make_member(savings="50000"), "50000"))
    application.refresh_from_db()
    assert application.status == ApplicationStatus.UNDER_REVIEW


# A no -----------------------------------------------------------------------------------------------------------------


def test_a_no_lets_the_borrower_choose_another(application, friend):
    guarantee = ask(application, friend)
    decline_guarantee(guarantee=guarantee, reason="  I stand for two\nalready ", by=friend.user, at=AT)
    guarantee.refresh_from_db()
    assert (guarantee.status, guarantee.reason) == (GuaranteeStatus.DECLINED, "I stand for two already")
    message = Message.objects.get(user=application.member.user, channel="in_app")
    assert message.subject == f"{friend.name} cannot stand for your loan"
    assert message.link.endswith(f"/loans/apply/{application.number}/guarantors/")
    assert ask(application, make_member(savings="100000"))
    with pytest.raises(AskedAlready, match="said no to this loan"):
        ask(application, friend)


def test_a_no_needs_no_reason_and_is_said_once(application, friend):
    guarantee = ask(application, friend)
    decline_guarantee(guarantee=guarantee, reason="", by=friend.user, at=AT)
    decline_guarantee(guarantee=guarantee, reason="late", by=friend.user, at=AT)
    guarantee.refresh_from_db()
    assert guarantee.reason == ""
    with pytest.raises(RequestClosed):
        accept(guarantee)


def test_a_yes_is_not_turned_into_a_no(application, friend):
    guarantee = accept(ask(application, friend))
    with pytest.raises(RequestClosed):
        decline_guarantee(guarantee=guarantee, reason="", by=friend.user, at=AT)
    assert held(friend) == Decimal(100000)


def test_a_draft_asks_nobody_so_nobody_can_answer_it(friend):
    draft = make_application()
    guarantee = ask(draft, friend)
    with pytest.raises(RequestClosed):
        accept(guarantee)
    assert not answerable(friend.user).exists()
