import pytest
from django.urls import reverse

from notifications.models import Message
from notifications.services import notify

# The room of the users is above this one, so these tests sign in by hand, naming the backend that can hold a session.
SESSION_BACKEND = "users.backends.SignInBackend"


@pytest.fixture
def ada(client, django_user_model):
    user = django_user_model.objects.create_user("ada@society.example", full_name="Ada Obi")
    client.force_login(user, backend=SESSION_BACKEND)
    return user


@pytest.fixture
def musa(django_user_model):
    return django_user_model.objects.create_user("musa@society.example", full_name="Musa Sani")


@pytest.fixture
def told(ada):
    notify(user=ada, event="e", subject="Your loan is paid off", body="Well done.", link="/me/")
    return Message.objects.get(channel="in_app")


def test_the_inbox_shows_ones_own_messages_and_nobody_elses(client, told, musa):
    notify(user=musa, event="e", subject="Not for Ada", body="No.")
    page = client.get(reverse("notifications:inbox"))
    assert page.status_code == 200
    assert b"Your loan is paid off" in page.content
    assert b"Not for Ada" not in page.content


def test_an_empty_inbox_says_so(client, ada):
    assert b"No messages yet" in client.get("/messages/").content


def test_opening_a_message_marks_it_read_and_goes_where_it_leads(client, told):
    answer = client.post(reverse("notifications:read", args=[told.pk]))
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    assert Message.objects.get(pk=told.pk).read_at is not None


def test_a_message_of_somebody_else_is_not_there(client, told, musa):
    notify(user=musa, event="e", subject="Private", body="No.")
    theirs = Message.objects.get(user=musa, channel="in_app")
    assert client.post(reverse("notifications:read", args=[theirs.pk])).status_code == 404
    assert Message.objects.get(pk=theirs.pk).read_at is None


def test_a_look_at_a_message_by_link_alone_changes_nothing(client, told):
    assert client.get(reverse("notifications:read", args=[told.pk])).status_code == 405


def test_all_can_be_marked_read(client, told):
    client.post(reverse("notifications:read_all"))
    assert not Message.objects.inbox_of(told.user).unread().exists()


def test_the_practice_site_shows_what_it_would_have_sent(client, told, settings):
    settings.PRACTICE = True
    page = client.get(reverse("notifications:practice_outbox"))
    assert page.status_code == 200
    assert told.user.email.encode() in page.content


def test_a_real_site_has_no_such_page(client, told, settings):
    settings.PRACTICE = False
    assert client.get(reverse("notifications:practice_outbox")).status_code == 404


def test_strangers_are_sent_to_sign_in(client, db):
    answer = client.get("/messages/")
    assert answer["Location"].startswith("/accounts/login/?next=/messages/")
