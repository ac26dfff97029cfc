"""The outbox against a real mail server on this machine."""

import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from smtplib import SMTPServerDisconnected

import pytest
from aiosmtpd.controller import Controller
from django.contrib.auth import get_user_model
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection

from notifications import jobs
from notifications.jobs import ATTEMPTS, CLAIM_LASTS, deliver_outbox
from notifications.models import Message
from notifications.services import notify

AT = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)


class Postbox:
    """A mail server's handler: keeps what it is given, or refuses it."""

    def __init__(self):
        self.letters = []
        self.refuse_with = None

    async def handle_DATA(self, server, session, envelope):
        if self.refuse_with:
            return self.refuse_with
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 kept"


@pytest.fixture
def postbox(settings):
    box = Postbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.SITE_URL = "https://society.example"
    settings.DEFAULT_FROM_EMAIL = "Unity <office@society.example>"
    yield box
    server.stop()


def write(count=1, **more):
    user = get_user_model().objects.create_user("ada@society.example", full_name="Ada Obi")
    for number in range(count):
        notify(user=user, event=f"e:{number}", subject=f"Ẹ káàbọ̀ {number}", body="₦5,000.00 came in.", **more)
    return user


def test_a_waiting_letter_goes_out_once_with_its_link(db, postbox):
    write(link="/loans/7/")
    assert deliver_outbox(AT)["sent"] == 1
    assert deliver_outbox(AT)["sent"] == 0
    (letter,) = postbox.letters
    assert letter["To"] == "ada@society.example"
    assert letter["From"] == "Unity <office@society.example>"
    assert letter["Subject"] == "Ẹ káàbọ̀ 0"
    assert letter.get_content().replace("\r\n", "\n") == "₦5,000.00 came in.\n\nhttps://society.example/loans/7/\n"
    kept = Message.objects.get(channel="email")
    assert (kept.state, kept.sent_at, kept.attempts) == ("sent", AT, 1)
    assert letter["Message-ID"] == f"<message-{kept.pk}@society.example>"


def test_the_words_of_a_secret_are_wiped_once_they_have_gone(db, postbox):
    write(secret=True)
    deliver_outbox(AT)
    assert "came in" in postbox.letters[0].get_content()
    assert Message.objects.get().body == ""


def test_a_refused_letter_is_tried_again_later_and_given_up_in_the_end(db, postbox):
    write()
    postbox.refuse_with = "451 come back later"
    assert deliver_outbox(AT)["retried"] == 1
    waiting = Message.objects.get(channel="email")
    assert (waiting.state, waiting.attempts) == ("queued", 1)
    assert waiting.try_after > AT
    assert deliver_outbox(AT) == {"sent": 0, "failed": 0, "retried": 0, "held": 0, "uncertain": 0}
    at = AT
    for _ in range(ATTEMPTS - 1):
        at += timedelta(hours=1)
        deliver_outbox(at)
    given_up = Message.objects.get(channel="email")
    assert (given_up.state, given_up.attempts) == ("failed", ATTEMPTS)
    assert "come back later" in given_up.error
    assert postbox.letters == []


def test_a_letter_that_the_server_takes_the_second_time_is_sent(db, postbox):
    write()
    postbox.refuse_with = "451 come back later"
    deliver_outbox(AT)
    postbox.refuse_with = None
    assert deliver_outbox(AT + timedelta(hours=1))["sent"] == 1
    assert (Message.objects.get(channel="email").state, len(postbox.letters)) == ("sent", 1)


def test_no_mail_server_at_all_leaves_the_letters_waiting(db, settings, postbox):
    write()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = nobody.getsockname()[1]
        assert deliver_outbox(AT)["retried"] == 1
    assert Message.objects.get(channel="email").state == "queued"


def test_one_bad_letter_does_not_hold_up_the_rest(db, postbox):
    write(count=3)
    broken = Message.objects.filter(channel="email").order_by("id")[1]
    Message.objects.filter(pk=broken.pk).update(subject="two\nlines")
    counts = deliver_outbox(AT)
    assert (counts["sent"], counts["failed"]) == (2, 1)
    assert len(postbox.letters) == 2


class WorkerDied(BaseException):
    """As if the process was killed."""


def test_a_worker_killed_while_sending_leaves_the_letter_uncertain_and_it_is_not_sent_again(db, postbox, monkeypatch):
    write()
    send = jobs.EmailMessage.send

    def send_and_die(self):
        send(self)
        raise WorkerDied

    monkeypatch.setattr(jobs.EmailMessage, "send", send_and_die)
    with pytest.raises(WorkerDied):
        deliver_outbox(AT)
    monkeypatch.undo()
    assert Message.objects.get(channel="email").state == "sending"
    assert deliver_outbox(AT + CLAIM_LASTS)["sent"] == 0
    later = deliver_outbox(AT + CLAIM_LASTS + timedelta(seconds=1))
    assert (later["sent"], later["uncertain"]) == (0, 1)
    assert Message.objects.get(channel="email").state == "uncertain"
    assert len(postbox.letters) == 1


def test_workers_at_one_time_send_each_letter_once(fresh_database, postbox):
    write(count=120)

    def work(_: int) -> int:
        try:
            return deliver_outbox(AT)["sent"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(work, range(4))) == 120
    assert len(postbox.letters) == 120
    assert len({letter["Message-ID"] for letter in postbox.letters}) == 120


def test_the_practice_site_sends_nothing_out(db, postbox, settings):
    settings.PRACTICE = True
    write()
    assert deliver_outbox(AT)["held"] == 1
    assert postbox.letters == []
    assert Message.objects.get(channel="email").state == "held"


def test_the_mail_server_of_these_tests_is_the_one_django_speaks_to(postbox):
    assert isinstance(get_connection(), EmailBackend)
    assert issubclass(SMTPServerDisconnected, OSError)
