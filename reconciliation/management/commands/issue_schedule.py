from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.timezone import now

from core.display import month as spoken_month
from core.display import naira
from core.errors import DomainError
from reconciliation.services.schedules import issue_schedule, prepare_schedule
from reconciliation.shell import employer_of, month_of
from users.selectors import person


class Command(BaseCommand):
    help = "Prepare and issue the deduction schedule of an employer for a month."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("employer", help="the employer's code, like LPA")
        parser.add_argument("period", help="the month, like 2026-10")
        parser.add_argument("--by", required=True, help="who prepares it: a sign-in name or e-mail address")
        parser.add_argument("--approved-by", required=True, help="who approves it: another person")

    def handle(self, *args: Any, **options: Any) -> None:
        month: date = month_of(options["period"])
        try:
            employer = employer_of(options["employer"])
            with transaction.atomic():
                schedule = prepare_schedule(employer=employer, month=month, by=person(options["by"]), at=now())
                issue_schedule(schedule=schedule, by=person(options["approved_by"]), at=now())
        except (DomainError, ObjectDoesNotExist) as refused:
            raise CommandError(str(refused)) from refused
        schedule.refresh_from_db()
        self.stdout.write(
            f"{schedule.number}: {employer}, {spoken_month(month)}, "
            f"{schedule.lines.count()} members, {naira(schedule.total)}"
        )
