"""Background work: what is scheduled, how tasks are signed, and a worker that is watched."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q import core_signing
from django_q.models import OrmQ, Schedule
from django_q.signing import PickleSerializer
from django_q.tasks import async_task

from cooploan import embedded, jobs
from cooploan.models import Heartbeat
from cooploan.worker import Supervisor, is_stale

NOON = datetime(2026, 10, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("beat_minutes", "start_minutes", "stale"),
    [(1, 60, False), (2.9, 60, False), (3.1, 60, True), (60, 1, False), (None, 1, False), (None, 4, True)],
)
def test_a_worker_is_stale_three_minutes_after_its_last_sign(beat_minutes, start_minutes, stale):
    beat_at = None if beat_minutes is None else NOON - timedelta(minutes=beat_minutes)
    assert is_stale(beat_at=beat_at, started_at=NOON - timedelta(minutes=start_minutes), now=NOON) is stale


@pytest.fixture
def supervisor():
    watched = Supervisor([sys.executable, "-c", "import subprocess; subprocess.run(['sleep', '60'])"])
    yield watched
    watched.kill_cluster()


def _group_is_gone(group: int) -> bool:
    for _ in range(50):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_a_stale_cluster_is_ended_with_its_children_and_started_anew(supervisor, fresh_database):
    supervisor.look()
    first = supervisor.cluster.pid
    supervisor.look()
    assert supervisor.cluster.pid == first
    supervisor.started_at = timezone.now() - timedelta(minutes=4)
    supervisor.look()
    assert supervisor.cluster.pid != first
    assert _group_is_gone(first)


def test_a_cluster_that_beats_is_left_alone(supervisor, fresh_database):
    supervisor.look()
    first = supervisor.cluster.pid
    supervisor.started_at = timezone.now() - timedelta(hours=1)
    Heartbeat.objects.create(name="worker", beat_at=timezone.now())
    supervisor.look()
    assert supervisor.cluster.pid == first


def test_a_cluster_that_ended_is_started_anew(supervisor, fresh_database):
    supervisor.pause = 0
    supervisor.look()
    first = supervisor.cluster
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    supervisor.look()
    assert supervisor.cluster.pid != first.pid


def test_a_cluster_that_will_not_stop_is_ended(supervisor, monkeypatch, fresh_database):
    monkeypatch.setattr("cooploan.worker.STOP_WITHIN_SECONDS", 0.5)
    supervisor.command = [
        sys.executable,
        "-c",
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
    ]
    supervisor.start_cluster()
    time.sleep(0.5)
    supervisor.stop_cluster()
    assert supervisor.cluster.returncode == -signal.SIGKILL


@pytest.mark.django_db
def test_the_scheduler_says_what_the_table_says_and_no_more():
    Schedule.objects.create(
        name="of last year", func="cooploan.jobs.beat", schedule_type=Schedule.CRON, cron="0 0 * * *"
    )
    jobs.sync_schedules()
    first = list(Schedule.objects.order_by("name").values_list("pk", "name", "func", "cron"))
    assert [line[1:] for line in first] == sorted((job.name, job.function, job.cron) for job in jobs.RECURRING)
    jobs.sync_schedules()
    assert list(Schedule.objects.order_by("name").values_list("pk", "name", "func", "cron")) == first


def test_every_recurring_job_is_a_function_of_a_jobs_module():
    for job in jobs.RECURRING:
        assert job.function.split(".")[-2] == "jobs"
        assert callable(import_string(job.function))
    assert len({job.name for job in jobs.RECURRING}) == len(jobs.RECURRING)


@pytest.mark.django_db
def test_a_task_is_signed_with_the_queues_own_key():
    async_task("cooploan.jobs.beat")
    payload = OrmQ.objects.get().payload
    read = {"salt": "cooploan", "serializer": PickleSerializer}
    assert core_signing.loads(payload, key=settings.QUEUE_SECRET, **read)["func"] == "cooploan.jobs.beat"
    with pytest.raises(signing.BadSignature):
        core_signing.loads(payload, key=settings.SECRET_KEY, **read)


@pytest.mark.django_db(transaction=False)
def test_a_task_is_queued_with_the_business_row_or_not_at_all():
    from django.db import transaction  # noqa: PLC0415

    with pytest.raises(RuntimeError), transaction.atomic():
        async_task("cooploan.jobs.beat")
        raise RuntimeError
    assert not OrmQ.objects.exists()


def test_the_retry_clock_never_runs_out_while_a_task_may_still_run():
    conf = settings.Q_CLUSTER
    assert conf["queue_limit"] == conf["workers"]
    assert conf["retry"] > conf["timeout"] * (conf["queue_limit"] / conf["workers"] + 1)
    assert conf["ack_failures"] is False
    assert conf["orm"] == "default"


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_real_worker_beats_stops_when_told_and_leaves_nothing(fresh_database):
    jobs.sync_schedules()
    # Due at once: the minute until a beat is due is the scheduler's, and not what is tried here.
    Schedule.objects.filter(func="cooploan.jobs.beat").update(next_run=timezone.now())
    worker = subprocess.Popen(
        [sys.executable, "-m", "cooploan.worker"],
        cwd=embedded.ROOT,
        env=os.environ | {"COOPLOAN_DB": fresh_database, "COOPLOAN_WORK": "worker"},
        start_new_session=True,
    )
    try:
        give_up = time.monotonic() + 120
        while not Heartbeat.objects.exists():
            assert worker.poll() is None
            assert time.monotonic() < give_up, "no heartbeat"
            time.sleep(0.5)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=40) == 0
        with embedded.as_superuser() as server:
            left = server.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND application_name = 'cooploan-worker'",
                [fresh_database],
            ).fetchone()
        assert left == (0,)
    finally:
        worker.kill()
