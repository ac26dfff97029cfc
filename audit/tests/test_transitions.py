"""The one function that changes a status, tried on a real status of the room above core: a table made for the test."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, models, transaction

from audit.models import Event
from audit.transitions import transition, transition_many
from core.errors import IllegalTransition

AT = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)


class Status(models.TextChoices):
    DRAFT = "draft"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"


class Paper(models.Model):
    """A thing with a status, for these tests alone."""

    status = models.CharField(max_length=20, default=Status.DRAFT)
    note = models.CharField(max_length=50, default="")

    transitions = {Status.DRAFT: {Status.UNDER_REVIEW}, Status.UNDER_REVIEW: {Status.APPROVED, Status.DRAFT}}

    class Meta:
        app_label = "audit"
        managed = False
        db_table = "test_paper"

    def __str__(self) -> str:
        return f"Paper {self.pk}"


def make_table(kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE {kind} test_paper (id bigserial PRIMARY KEY, status text, note text)")


@pytest.fixture
def papers(db):
    make_table("TEMPORARY TABLE")
    return [Paper.objects.create() for _ in range(3)]


def test_a_status_moves_along_its_table_and_the_move_is_recorded(papers):
    paper = transition(papers[0], Status.UNDER_REVIEW, by=None, at=AT, note="complete")
    assert (paper.status, paper.note) == ("under_review", "complete")
    stored = Paper.objects.get(pk=paper.pk)
    assert (stored.status, stored.note) == ("under_review", "complete")
    event = Event.objects.about(paper).get()
    assert (event.verb, event.at) == ("audit.paper.under_review", AT)
    assert event.data == {"from": "draft", "note": "complete"}


@pytest.mark.parametrize("to", [Status.APPROVED, Status.DRAFT, "unknown"])
def test_a_status_does_not_jump(papers, to):
    with pytest.raises(IllegalTransition) as refused:
        transition(papers[0], to, by=None)
    assert refused.value.message == f"Paper {papers[0].pk} is draft and cannot become {to}."
    assert Paper.objects.get(pk=papers[0].pk).status == "draft"
    assert not Event.objects.exists()


def test_what_counts_is_the_status_in_the_database_not_the_one_in_memory(papers):
    stale = Paper.objects.get(pk=papers[0].pk)
    transition(papers[0], Status.UNDER_REVIEW, by=None)
    with pytest.raises(IllegalTransition):
        transition(stale, Status.UNDER_REVIEW, by=None)
    transition(stale, Status.APPROVED, by=None)
    assert Paper.objects.get(pk=stale.pk).status == "approved"


def test_a_move_writes_its_own_fields_and_nothing_else(papers):
    papers[0].note = "typed but not meant"
    transition(papers[0], Status.UNDER_REVIEW, by=None)
    assert Paper.objects.get(pk=papers[0].pk).note == ""


def test_many_move_in_one_update_each_with_its_event(papers, django_assert_num_queries):
    with django_assert_num_queries(3):
        moved = transition_many(Paper.objects.all(), Status.UNDER_REVIEW, by=None, at=AT, note="batch")
    assert [paper.status for paper in moved] == ["under_review"] * 3
    assert Paper.objects.filter(status="under_review", note="batch").count() == 3
    assert Event.objects.filter(verb="audit.paper.under_review", data={"from": "draft", "note": "batch"}).count() == 3


def test_many_move_all_or_none(papers):
    transition(papers[1], Status.UNDER_REVIEW, by=None)
    with pytest.raises(IllegalTransition, match=f"Paper {papers[1].pk}"):
        transition_many(Paper.objects.all(), Status.UNDER_REVIEW, by=None)
    assert Paper.objects.filter(status="draft").count() == 2
    assert Event.objects.count() == 1


def test_an_empty_set_moves_without_a_word(papers):
    assert transition_many(Paper.objects.none(), Status.UNDER_REVIEW, by=None) == []


def test_a_status_is_not_changed_outside_a_transaction(fresh_database):
    with pytest.raises(transaction.TransactionManagementError):
        transition(Paper(pk=1), Status.UNDER_REVIEW, by=None)


def test_of_two_moves_at_one_time_one_wins(fresh_database, owner_cursor):
    owner_cursor.execute("CREATE TABLE test_paper (id bigserial PRIMARY KEY, status text, note text)")
    owner_cursor.connection.commit()
    paper = Paper.objects.create()

    def move(_: int) -> bool:
        try:
            with transaction.atomic():
                transition(Paper(pk=paper.pk), Status.UNDER_REVIEW, by=None)
            return True
        except IllegalTransition:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        won = list(threads.map(move, range(24)))
    assert sum(won) == 1
    assert Event.objects.count() == 1
