from datetime import UTC, date, datetime
from threading import Event as Signal
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction

from audit.errors import JobAlreadyRunning
from audit.models import JobRun
from audit.services import job_run

ON = date(2026, 10, 26)
AT = datetime(2026, 10, 26, 22, 0, tzinfo=UTC)


def test_a_job_keeps_that_it_ran_and_what_it_did(db):
    with job_run(name="loans.age", on=ON, at=AT) as run:
        run.counts["loans"] = 487
    kept = JobRun.objects.get()
    assert (kept.name, kept.business_date, kept.state, kept.attempts) == ("loans.age", ON, "done", 1)
    assert kept.counts == {"loans": 487}
    assert kept.finished_at is not None


def test_a_job_may_run_again_for_the_same_date_on_the_same_row(db):
    for _ in range(2):
        with job_run(name="loans.age", on=ON, at=AT):
            pass
    assert JobRun.objects.get().attempts == 2


def test_a_failure_is_kept_and_the_next_run_clears_it(db):
    with pytest.raises(ZeroDivisionError), job_run(name="loans.age", on=ON, at=AT) as run:
        run.counts["loans"] = 12
        _ = 1 / 0
    kept = JobRun.objects.get()
    assert (kept.state, kept.error, kept.counts) == ("failed", "ZeroDivisionError: division by zero", {"loans": 12})
    with job_run(name="loans.age", on=ON, at=AT) as run:
        assert run.counts == {"loans": 12}
    assert (JobRun.objects.get().state, JobRun.objects.get().error) == ("done", "")


def test_a_job_and_a_date_have_one_row(db):
    JobRun.objects.create(name="loans.age", business_date=ON, started_at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        JobRun.objects.create(name="loans.age", business_date=ON, started_at=AT)
    JobRun.objects.create(name="loans.age", business_date=date(2026, 10, 27), started_at=AT)


def test_the_same_job_never_runs_twice_at_one_time(fresh_database):
    inside, leave = Signal(), Signal()

    def long_job() -> None:
        with job_run(name="loans.age", on=ON, at=AT):
            inside.set()
            leave.wait(20)
        connection.close()

    thread = Thread(target=long_job)
    thread.start()
    try:
        assert inside.wait(20)
        with pytest.raises(JobAlreadyRunning), job_run(name="loans.age", on=ON, at=AT):
            pass
        with job_run(name="loans.age", on=date(2026, 10, 27), at=AT):
            pass
    finally:
        leave.set()
        thread.join()
    with job_run(name="loans.age", on=ON, at=AT) as run:
        assert run.attempts == 2
