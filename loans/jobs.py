"""What lending does by the calendar."""

from datetime import date, datetime

from audit.services import job_run
from loans.services.registration import release_queued


def release_queued_loans(*, on: date, at: datetime) -> dict[str, object]:
    """Let queued loans out for payment as far as the month's cap of `on` reaches; run on the first of a month.

    Safe on any other day and again on the same one: what the cap has no room for stays in the queue.
    """
    with job_run(name="loans.release_queued_loans", on=on, at=at) as run:
        released = release_queued(on=on, by=None, at=at)
        run.counts = {"released": len(released), "principal": str(sum(loan.principal for loan in released))}
    return run.counts
