"""What lending does by the calendar."""

from datetime import date, datetime

from audit.services import job_run
from loans.services.arrears import days_to_refresh, refresh_arrears
from loans.services.claims import settle_recourses
from loans.services.earnings import earn_deferred
from loans.services.holds import sweep_holds
from loans.services.notices import send_notices
from loans.services.registration import release_queued


def release_queued_loans(*, on: date, at: datetime) -> dict[str, object]:
    """Let queued loans out for payment as far as the month's cap of `on` reaches; run on the first of a month.

    Safe on any other day and again on the same one: what the cap has no room for stays in the queue.
    """
    with job_run(name="loans.release_queued_loans", on=on, at=at) as run:
        released = release_queued(on=on, by=None, at=at)
        run.counts = {"released": len(released), "principal": str(sum(loan.principal for loan in released))}
    return run.counts


def earn_deferred_income(*, on: date, at: datetime) -> dict[str, object]:
    """Earn what is due by `on` of interest that was taken at the start and of profit on goods; run every night."""
    with job_run(name="loans.earn_deferred_income", on=on, at=at) as run:
        run.counts = {"earned": str(earn_deferred(on=on))}
    return run.counts


def settle_promises(*, on: date, at: datetime) -> dict[str, object]:
    """Let go what no loan needs any more, as when a borrower's savings have grown, and end recourses that are over."""
    with job_run(name="loans.settle_promises", on=on, at=at) as run:
        run.counts = {"holds": sweep_holds(at=at), "recourses": settle_recourses(by=None, on=on, at=at)}
    return run.counts


def look_after_arrears(*, on: date, at: datetime) -> dict[str, object]:
    """Bring the standing of every loan to `on`, closing the day before and making up nights that were missed, and tell
    whom the ladder of notices asks for. The run after midnight looks at every loan; each later one of the day only at
    those to which something happened, or goes on where the first one stopped.
    """
    with job_run(name="loans.look_after_arrears", on=on, at=at) as run:
        days = days_to_refresh(today=on)
        done = [refresh_arrears(as_of=day, at=at) for day in days]
        run.counts = {
            "days": len(days), "loans": sum(one.loans for one in done), "changed": sum(one.changed for one in done)
        }  # fmt: skip
        if days:
            run.counts |= send_notices(on=on)
    return run.counts
