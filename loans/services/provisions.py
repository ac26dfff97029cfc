"""What is set aside for loan losses: the allowance brought to what the classes ask, once for a day."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from audit.services import record
from core.display import dmy
from ledger import chart
from ledger.selectors import balance_of
from ledger.services import account, accounts_by_code, post_entry
from loans import postings
from loans.errors import DayNotOver, ProvisionPosted
from loans.models import ArrearsRun, LateClass, ProvisionLine, ProvisionRun
from loans.selectors.arrears import portfolio
from users.models import User

NOTHING = Decimal("0.00")


@transaction.atomic
def post_provision(*, as_of: date, by: User, at: datetime) -> ProvisionRun:
    """Bring the allowance for loan losses to what the loans ask at the end of a day, and keep how that was worked out.

    What is asked is the sum over the loans of the percentage of their class on what they owe. The entry counts on
    that day: Dr provision, Cr allowance, one line for each class that changed, or back; none where nothing changed.
    What was written off since the last time had used the allowance, and is made up.
    Raises DayNotOver when arrears of a later day were not worked out yet, so that figures may still change, and
    ProvisionPosted when that day or a later one was posted.
    """
    # Who posts a provision locks the newest night: two at one time would both find the old allowance.
    newest = ArrearsRun.objects.exclude(finished_at=None).order_by("-as_of").select_for_update().first()
    run = ArrearsRun.objects.filter(as_of=as_of).select_related("scheme").first()
    if run is None or newest is None or newest.as_of <= as_of:
        raise DayNotOver(f"The arrears of {dmy(as_of)} are not final. Come back on the day after it.")
    previous = ProvisionRun.objects.order_by("-as_of").first()
    if previous is not None and previous.as_of >= as_of:
        raise ProvisionPosted(f"The provision of {dmy(previous.as_of)} is in the books. Choose a later day.")
    lines = _lines(run, previous)
    accounts = accounts_by_code(chart.ALLOWANCE, chart.PROVISION_EXPENSE)
    allowance = account(chart.ALLOWANCE)
    required, before = sum((line.required for line in lines), NOTHING), balance_of(allowance, as_of=as_of)
    used = sum((line.before for line in lines), NOTHING) - before
    entry = None
    if required != before:
        changes = [(line.late_class.name, line.change) for line in lines]
        entry = post_entry(
            reference=f"provision/{as_of}", kind=postings.PROVISION, on=as_of, by=by,
            narration=f"Provision for loan losses, {run.scheme}"[:200],
            lines=postings.provision(
                expense_id=accounts[chart.PROVISION_EXPENSE], allowance_id=allowance.pk,
                changes=[*changes, ("Used since, for loans written off", used)],
            ),
        )  # fmt: skip
    posted = ProvisionRun.objects.create(
        as_of=as_of, scheme=run.scheme, required=required, allowance_before=before, entry=entry, posted_by=by,
        posted_at=at,
    )  # fmt: skip
    for line in lines:
        line.run = posted
    ProvisionLine.objects.bulk_create(lines)
    record("loans.provision.posted", by=by, subject=posted, at=at, required=required, change=posted.change)
    return posted


def _lines(run: ArrearsRun, previous: ProvisionRun | None) -> list[ProvisionLine]:
    """A line for each class, with what was set aside for it before; the classes of an older table fall to nothing."""
    earlier = {line.late_class_id: line for line in previous.lines.select_related("late_class")} if previous else {}
    found = portfolio(on=run.as_of, scheme=run.scheme)
    lines = [
        ProvisionLine(
            late_class=row.late_class, loans=row.loans, outstanding=row.outstanding, required=row.provision,
            before=_before(earlier, row.late_class),
        )
        for row in found.rows
    ]  # fmt: skip
    gone = [line for pk, line in earlier.items() if pk not in {row.late_class.pk for row in found.rows}]
    return lines + [
        ProvisionLine(late_class=line.late_class, loans=0, outstanding=0, required=NOTHING, before=line.required)
        for line in gone if line.required
    ]  # fmt: skip


def _before(earlier: dict[int, ProvisionLine], late_class: LateClass) -> Decimal:
    return earlier[late_class.pk].required if late_class.pk in earlier else NOTHING
