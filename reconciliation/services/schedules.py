"""The deduction schedule: prepared by one person from the books as they stand, approved and numbered by another."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from audit.services import record
from audit.transitions import transition, transition_many
from core.display import month as spoken_month
from core.errors import IllegalTransition
from core.serials import next_serial
from loans.selectors.register import DueInstallment, due_in_month
from members.models import Employer, Member
from reconciliation.errors import ApprovedByItsMaker, NothingToDeduct, ScheduleInUse, ScheduleOutOfDate
from reconciliation.models import DeductionItem, DeductionLine, DeductionSchedule
from reconciliation.states import ScheduleStatus
from users.models import User

NOTHING = Decimal("0.00")


@dataclass(slots=True)
class Due:
    """What one member is to be deducted in a month, by what it is for."""

    member: Member
    savings: Decimal
    christmas: Decimal
    installments: list[DueInstallment] = field(default_factory=list)

    @property
    def loans(self) -> Decimal:
        return sum((due.amount for due in self.installments), NOTHING)

    @property
    def total(self) -> Decimal:
        return self.savings + self.christmas + self.loans


def dues_of_month(*, employer: Employer, month: date) -> list[Due]:
    """What every member of an employer is to be deducted in a month, as the books stand now; nobody with nothing."""
    by_member = defaultdict(list)
    for due in due_in_month(employer_id=employer.pk, year=month.year, month=month.month):
        by_member[due.member_id].append(due)
    members = Member.objects.active().filter(employer=employer).order_by("number")
    dues = [Due(member, member.monthly_savings, member.monthly_christmas, by_member[member.pk]) for member in members]
    return [due for due in dues if due.total]


@transaction.atomic
def prepare_schedule(*, employer: Employer, month: date, by: User, at: datetime) -> DeductionSchedule:
    """Draw up a month's deductions for an employer: savings, Christmas savings and each loan's instalment.

    `month` is any day of the month. An earlier draft is replaced; an issued schedule stands until a new one is issued.
    Raises NothingToDeduct.
    """
    month = month.replace(day=1)
    employer = Employer.objects.select_for_update().get(pk=employer.pk)
    dues = dues_of_month(employer=employer, month=month)
    if not dues:
        raise NothingToDeduct(f"No member of {employer} has anything to be deducted in {spoken_month(month)}.")
    earlier = DeductionSchedule.objects.for_month(employer, month)
    transition_many(earlier.filter(status=ScheduleStatus.DRAFT), ScheduleStatus.REPLACED, by=by, at=at)
    schedule = DeductionSchedule.objects.create(
        employer=employer,
        month=month,
        version=1 + max(earlier.values_list("version", flat=True), default=0),
        total=sum((due.total for due in dues), NOTHING),
        prepared_by=by,
        prepared_at=at,
    )
    lines = DeductionLine.objects.bulk_create(
        DeductionLine(
            schedule=schedule,
            member=due.member,
            staff_number=due.member.staff_number,
            savings=due.savings,
            christmas=due.christmas,
            loans=due.loans,
            total=due.total,
        )
        for due in dues
    )
    DeductionItem.objects.bulk_create(
        DeductionItem(
            line=line, loan_id=one.loan_id, installment_id=one.installment_id, due_on=one.due_on, amount=one.amount
        )
        for line, due in zip(lines, dues, strict=True)
        for one in due.installments
    )
    record(
        "reconciliation.schedule.prepared", by=by, subject=schedule, at=at, total=str(schedule.total), lines=len(lines)
    )
    return schedule


@transaction.atomic
def issue_schedule(*, schedule: DeductionSchedule, by: User, at: datetime) -> DeductionSchedule:
    """Freeze and number a schedule, so that it can go to the employer; a later version takes an earlier one's place.

    Raises ApprovedByItsMaker, ScheduleOutOfDate when the books have moved on since it was prepared, ScheduleInUse when
    a return was imported against the version that it would replace, IllegalTransition when it is no draft.
    """
    schedule = DeductionSchedule.objects.select_for_update(of=("self",)).select_related("employer").get(pk=schedule.pk)
    if schedule.status != ScheduleStatus.DRAFT:
        raise IllegalTransition()
    if schedule.prepared_by_id == by.pk:
        raise ApprovedByItsMaker()
    if _differs_from_the_books(schedule):
        raise ScheduleOutOfDate()
    standing = DeductionSchedule.objects.for_month(schedule.employer, schedule.month).issued()
    for earlier in standing.select_for_update():
        if earlier.remittances.standing().exists():
            raise ScheduleInUse()
        transition(earlier, ScheduleStatus.REPLACED, by=by, at=at)
    year = schedule.month.year
    return transition(
        schedule,
        ScheduleStatus.ISSUED,
        by=by,
        at=at,
        number=f"DS/{year}/{next_serial('deduction_schedule', year):04}",
        approved_by=by,
        issued_at=at,
    )


def _differs_from_the_books(schedule: DeductionSchedule) -> bool:
    drafted = {
        line.member_id: (line.savings, line.christmas, line.loans)
        for line in DeductionLine.objects.filter(schedule=schedule)
    }
    live = {
        due.member.pk: (due.savings, due.christmas, due.loans)
        for due in dues_of_month(employer=schedule.employer, month=schedule.month)
    }
    return drafted != live
