from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction

from audit.models import Event
from audit.services import record, record_many
from core.models import Society
from core.testing import refusal_of

AT = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)


@pytest.fixture
def subject(db):
    return Society.objects.create(name="Unity")


@pytest.fixture
def actor(db, django_user_model):
    return django_user_model.objects.create_user("amina@society.example", full_name="Amina Bello")


def test_an_event_says_who_did_what_to_which_record_and_when(subject, actor):
    record("core.society.renamed", by=actor, subject=subject, at=AT, before="Union", amount=Decimal("12.50"))
    event = Event.objects.about(subject).get()
    assert (event.actor, event.verb, event.at) == (actor, "core.society.renamed", AT)
    assert (event.subject_type, event.subject_id, event.subject_label) == ("core.society", "1", "Unity")
    assert event.data == {"before": "Union", "amount": "12.50"}


def test_the_database_stamps_an_event_that_brings_no_moment(subject):
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        begun = cursor.fetchone()[0]
    event = record("core.society.renamed", by=None, subject=subject)
    assert event.actor_id is None
    assert Event.objects.get(pk=event.pk).at >= begun


def test_an_event_keeps_records_as_their_keys_and_dates_as_text(subject, actor):
    record("core.society.opened", by=actor, subject=subject, on=date(2026, 10, 26), people=[actor], terms={"by": actor})
    assert Event.objects.get().data == {"on": "2026-10-26", "people": [actor.pk], "terms": {"by": actor.pk}}


def test_many_events_are_written_in_one_statement_each_with_its_own_data(subject, actor, django_assert_num_queries):
    with django_assert_num_queries(1):
        written = record_many(
            "core.society.told",
            by=actor,
            subjects=[(subject, {"line": n}) for n in range(500)],
            at=AT,
            period="2026-10",
        )
    assert written == 500
    assert Event.objects.filter(data__line=499, data__period="2026-10").count() == 1


def test_an_event_goes_with_the_change_it_tells_of(subject, actor):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record("core.society.renamed", by=actor, subject=subject)
        _ = 1 / 0
    assert not Event.objects.exists()


ATTACKS = [
    "UPDATE audit_event SET actor_id = NULL",
    "UPDATE audit_event SET data = '{}'",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
]


@pytest.mark.parametrize("attack", [*ATTACKS, "ALTER TABLE audit_event DISABLE TRIGGER ALL", "DROP TABLE audit_event"])
def test_the_app_cannot_change_what_was_recorded(subject, actor, attack):
    record("core.society.renamed", by=actor, subject=subject)
    assert refusal_of(attack) == "42501"
    assert Event.objects.count() == 1


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_owner_cannot_change_what_was_recorded(subject, actor, as_role, constraints_now, attack):
    record("core.society.renamed", by=actor, subject=subject)
    constraints_now()  # a TRUNCATE would stumble over waiting foreign keys before it meets the guard
    with as_role("cooploan_owner"):
        assert refusal_of(attack) == "23001"


def test_nobody_who_did_something_can_be_removed(subject, actor):
    record("core.society.renamed", by=actor, subject=subject)
    assert refusal_of("DELETE FROM users_user WHERE id = %s; SET CONSTRAINTS ALL IMMEDIATE", [actor.pk]) == "23503"
