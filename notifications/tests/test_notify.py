from datetime import UTC, datetime

import pytest
from django.db import transaction

from core.testing import refusal_of
from notifications.models import Message
from notifications.selectors import unread_count
from notifications.services import Notice, mark_read, notify, notify_many

AT = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)


@pytest.fixture
def ada(db, django_user_model):
    return django_user_model.objects.create_user("ada@society.example", full_name="Ada Obi")


@pytest.fixture
def musa(db, django_user_model):
    return django_user_model.objects.create_user(None, full_name="Musa Sani", sign_in_number="UMCS/0002")


def tell(user, event="loans.loan.closed:7", **more):
    notify(user=user, event=event, subject="Your loan is paid off", body="Well done.", link="/loans/", **more)


def test_a_person_is_told_on_the_site_and_by_e_mail(ada):
    tell(ada)
    assert set(Message.objects.values_list("channel", "state", "address")) == {
        ("in_app", "sent", ""),
        ("email", "queued", "ada@society.example"),
    }


def test_the_same_event_is_told_once_by_each_channel(ada, musa):
    for _ in range(3):
        tell(ada)
    tell(musa)
    tell(ada, event="loans.loan.closed:8")
    assert Message.objects.filter(user=ada, event="loans.loan.closed:7").count() == 2
    assert Message.objects.filter(user=ada).count() == 4
    assert Message.objects.filter(user=musa).count() == 1


def test_a_person_without_an_address_finds_it_on_the_site_alone(musa):
    tell(musa)
    assert Message.objects.get().channel == "in_app"


def test_a_message_goes_with_the_change_it_tells_of(ada):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(ada)
        _ = 1 / 0
    assert not Message.objects.exists()


def test_a_secret_goes_by_e_mail_alone(ada):
    tell(ada, secret=True)
    assert Message.objects.get().channel == "email"


def test_many_people_are_told_in_one_statement(ada, musa, django_assert_num_queries):
    notices = [Notice(user=who, event=f"e:{n}", subject="s", body="b") for n in range(50) for who in (ada, musa)]
    with django_assert_num_queries(1):
        notify_many(notices=notices)
    assert Message.objects.count() == 150


def test_a_subject_stays_on_one_line(ada):
    notify(user=ada, event="e", subject="Hello\r\nBcc: all@society.example", body="b")
    assert set(Message.objects.values_list("subject", flat=True)) == {"Hello Bcc: all@society.example"}


def test_unread_messages_are_counted_until_they_are_read(ada, musa, django_assert_num_queries):
    for number in range(3):
        tell(ada, event=f"e:{number}")
    tell(musa)
    with django_assert_num_queries(1):
        assert unread_count(ada) == 3
    first = Message.objects.inbox_of(ada).first()
    assert mark_read(user=ada, at=AT, message_id=first.pk) == 1
    assert unread_count(ada) == 2
    assert mark_read(user=musa, at=AT, message_id=Message.objects.inbox_of(ada).last().pk) == 0
    assert mark_read(user=ada, at=AT) == 2
    assert (unread_count(ada), unread_count(musa)) == (0, 1)


def test_the_table_refuses_a_second_telling_and_an_e_mail_without_an_address(ada):
    tell(ada)
    columns = "(event, user_id, channel, subject, body, link, address, secret, state, attempts, error)"
    again = (
        f"INSERT INTO notifications_message {columns} VALUES (%s, %s, 'email', '', '', '', %s, false, 'queued', 0, '')"
    )
    assert refusal_of(again, ["loans.loan.closed:7", ada.pk, "x@society.example"]) == "23505"
    assert refusal_of(again, ["another", ada.pk, ""]) == "23514"
    assert refusal_of(again, ["another", ada.pk, "x@society.example"]) is None
