from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils.timezone import now

from core.testing import refusal_of
from users.errors import AlreadyJoined, EmailTaken, InvitationNotFound
from users.models import Invitation, User
from users.roles import Role
from users.services import (
    CODE_LETTERS,
    INVITATION_DAYS,
    TRIES,
    accept_invitation,
    find_by_code,
    find_by_token,
    invite,
)
from users.testing import PASSWORD, make_user

AT = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)
NUMBER = "UMCS/0001"


@pytest.fixture
def secretary(db):
    return make_user(roles=[Role.SECRETARY])


@pytest.fixture
def newcomer(db):
    return User.objects.create_user(None, full_name="Ọlá Bello", sign_in_number=NUMBER, is_active=False)


def test_a_code_is_eight_letters_in_fours_without_the_ones_that_are_misread(newcomer, secretary):
    _, code = invite(user=newcomer, by=secretary, at=AT)
    assert [len(group) for group in code.split(" ")] == [4, 4]
    assert set(code) - {" "} <= set(CODE_LETTERS)
    assert not set(CODE_LETTERS) & set("0O1IL")


def test_only_fingerprints_are_stored(newcomer, secretary):
    invitation, code = invite(user=newcomer, by=secretary, at=AT)
    stored = Invitation.objects.values().get()
    assert len(invitation.token) >= 22
    for secret in (invitation.token, code, code.replace(" ", "")):
        assert secret not in str(stored)
    assert Invitation.objects.get().token is None


@pytest.mark.parametrize("typed", ["{code}", "  {low} ", "{dashed}"])
def test_a_code_is_found_as_people_type_it(newcomer, secretary, typed):
    invitation, code = invite(user=newcomer, by=secretary, at=AT)
    typed = typed.format(code=code, low=code.lower(), dashed=code.replace(" ", "-"))
    assert find_by_code(number="umcs/ 0001", code=typed, at=AT) == invitation


def test_a_link_is_found(newcomer, secretary):
    invitation, _ = invite(user=newcomer, by=secretary, at=AT)
    assert find_by_token(token=invitation.token, at=AT) == invitation
    with pytest.raises(InvitationNotFound):
        find_by_token(token=invitation.token + "x", at=AT)


def test_one_persons_code_opens_nothing_for_another(newcomer, secretary):
    _, code = invite(user=newcomer, by=secretary, at=AT)
    other = User.objects.create_user(None, full_name="Musa", sign_in_number="UMCS/0002", is_active=False)
    invite(user=other, by=secretary, at=AT)
    with pytest.raises(InvitationNotFound):
        find_by_code(number="UMCS/0002", code=code, at=AT)


def test_joining_opens_the_account_of_a_member_once(newcomer, secretary):
    invitation, code = invite(user=newcomer, by=secretary, at=AT)
    user = accept_invitation(invitation=invitation, password=PASSWORD, email="Ola@Society.example", at=AT)
    assert (user.is_active, user.email, user.roles) == (True, "ola@society.example", {Role.MEMBER})
    assert user.check_password(PASSWORD)
    for again in (
        lambda: accept_invitation(invitation=invitation, password="another", at=AT),
        lambda: find_by_token(token=invitation.token, at=AT),
        lambda: find_by_code(number=NUMBER, code=code, at=AT),
    ):
        with pytest.raises(InvitationNotFound):
            again()
    with pytest.raises(AlreadyJoined):
        invite(user=user, by=secretary, at=AT)


def test_an_invitation_ends_after_fourteen_days(newcomer, secretary):
    invitation, code = invite(user=newcomer, by=secretary, at=AT)
    last = AT + timedelta(days=INVITATION_DAYS) - timedelta(seconds=1)
    assert find_by_code(number=NUMBER, code=code, at=last) == invitation
    late = AT + timedelta(days=INVITATION_DAYS)
    for attempt in (
        lambda: find_by_code(number=NUMBER, code=code, at=late),
        lambda: find_by_token(token=invitation.token, at=late),
        lambda: accept_invitation(invitation=invitation, password=PASSWORD, at=late),
    ):
        with pytest.raises(InvitationNotFound):
            attempt()


def test_a_new_invitation_ends_the_one_before(newcomer, secretary):
    first, first_code = invite(user=newcomer, by=secretary, at=AT)
    second, second_code = invite(user=newcomer, by=secretary, at=AT)
    with pytest.raises(InvitationNotFound):
        find_by_token(token=first.token, at=AT)
    with pytest.raises(InvitationNotFound):
        find_by_code(number=NUMBER, code=first_code, at=AT)
    assert find_by_code(number=NUMBER, code=second_code, at=AT) == second


def test_five_wrong_codes_lock_the_invitation_and_its_link(newcomer, secretary):
    invitation, code = invite(user=newcomer, by=secretary, at=AT)
    for _ in range(TRIES - 1):
        with pytest.raises(InvitationNotFound):
            find_by_code(number=NUMBER, code="WRNG WRNG", at=AT)
    assert find_by_code(number=NUMBER, code=code, at=AT) == invitation
    with pytest.raises(InvitationNotFound):
        find_by_code(number=NUMBER, code="WRNG WRNG", at=AT)
    with pytest.raises(InvitationNotFound):
        find_by_code(number=NUMBER, code=code, at=AT)
    with pytest.raises(InvitationNotFound):
        find_by_token(token=invitation.token, at=AT)


def test_an_unknown_number_and_a_wrong_code_are_refused_in_the_same_words(newcomer, secretary):
    invite(user=newcomer, by=secretary, at=AT)
    refusals = []
    for number in (NUMBER, "UMCS/9999"):
        with pytest.raises(InvitationNotFound) as refused:
            find_by_code(number=number, code="WRNG WRNG", at=AT)
        refusals.append((refused.value.message, refused.value.field))
    assert refusals[0] == refusals[1]


def test_guesses_at_one_time_do_not_get_more_tries(fresh_database):
    user = User.objects.create_user(None, full_name="Ọlá", sign_in_number=NUMBER, is_active=False)
    invite(user=user, by=None, at=AT)

    def guess(_: int) -> None:
        try:
            with pytest.raises(InvitationNotFound):
                find_by_code(number=NUMBER, code="WRNG WRNG", at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(guess, range(24)))
    assert Invitation.objects.get().wrong_tries == TRIES


def test_two_people_do_not_share_an_address(newcomer, secretary):
    invitation, _ = invite(user=newcomer, by=secretary, at=AT)
    with pytest.raises(EmailTaken):
        accept_invitation(invitation=invitation, password=PASSWORD, email=secretary.email.upper(), at=AT)
    assert Invitation.objects.get().used_at is None


def test_a_person_has_one_open_invitation(newcomer, secretary):
    invite(user=newcomer, by=secretary, at=AT)
    copy = (
        "INSERT INTO users_invitation (user_id, token_hash, code_hash, created_at, expires_at, wrong_tries) "
        "SELECT user_id, 'other', code_hash, created_at, expires_at, 0 FROM users_invitation"
    )
    assert refusal_of(copy) == "23505"


# The pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def slip(newcomer, secretary):
    """What the newcomer holds in the hand: made now, for the pages read the clock."""

    invitation, code = invite(user=newcomer, by=secretary, at=now())
    return invitation.token, code


def test_a_member_joins_with_number_and_code_and_is_signed_in(client, slip, newcomer):
    answer = client.post(reverse("users:join"), {"number": "umcs/0001", "code": slip[1]})
    assert answer["Location"] == reverse("users:join_finish")
    page = client.get(answer["Location"])
    assert "Welcome, Ọlá Bello" in page.content.decode()
    answer = client.post(answer["Location"], {"email": "", "password1": PASSWORD, "password2": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get(reverse("users:me")).context["request"].user == newcomer


def test_a_member_joins_by_the_link_whose_token_leaves_the_address_at_once(client, slip, newcomer):
    answer = client.get(reverse("users:join_link", args=[slip[0]]))
    assert answer["Location"] == reverse("users:join_finish")
    client.post(answer["Location"], {"email": "ola@society.example", "password1": PASSWORD, "password2": PASSWORD})
    assert client.get(reverse("users:me")).context["request"].user == newcomer
    client.logout()
    assert client.get(reverse("users:join_link", args=[slip[0]])).status_code == 404


def test_looking_at_the_link_uses_nothing_up(client, slip):
    client.get(reverse("users:join_link", args=[slip[0]]))
    client.cookies.clear()
    assert client.get(reverse("users:join_link", args=[slip[0]])).status_code == 302


def test_a_wrong_code_is_said_on_the_page_and_opens_nothing(client, slip):
    page = client.post(reverse("users:join"), {"number": NUMBER, "code": "WRNG WRNG"})
    assert page.status_code == 200
    assert "could not find an open invitation" in page.content.decode()
    assert client.get(reverse("users:join_finish"))["Location"] == reverse("users:join")


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("short", "short", "too short"),
        (PASSWORD, "other words", "The two passwords differ"),
        ("1234567890", "1234567890", "numeric|common"),
    ],
)
def test_a_weak_or_mistyped_password_is_refused(client, slip, newcomer, first, second, said):
    client.post(reverse("users:join"), {"number": NUMBER, "code": slip[1]})
    page = client.post(reverse("users:join_finish"), {"password1": first, "password2": second})
    assert page.status_code == 200
    assert any(word in page.content.decode() for word in said.split("|"))
    assert not User.objects.get(pk=newcomer.pk).is_active


def test_one_place_cannot_try_code_after_code(client, slip):
    for _ in range(10):
        client.post(reverse("users:join"), {"number": "UMCS/9999", "code": "WRNG WRNG"})
    page = client.post(reverse("users:join"), {"number": NUMBER, "code": slip[1]})
    assert "Too many tries" in page.content.decode()


def test_an_invited_officer_is_sent_to_enrol_first(client, secretary):

    officer = make_user(roles=[Role.OFFICER], password=None, is_active=False)
    invitation, _ = invite(user=officer, by=secretary, at=now())
    client.get(reverse("users:join_link", args=[invitation.token]))
    answer = client.post(
        reverse("users:join_finish"), {"email": officer.email, "password1": PASSWORD, "password2": PASSWORD}
    )
    assert answer["Location"] == "/"
    assert client.get(reverse("users:me"))["Location"] == reverse("mfa_index")
