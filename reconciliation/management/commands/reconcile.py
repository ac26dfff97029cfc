from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.timezone import now

from core.dates import business_date
from core.display import month as spoken_month
from core.display import naira
from core.errors import DomainError
from core.money import parse_money
from reconciliation.errors import NoSchedule
from reconciliation.models import DeductionSchedule, Remittance
from reconciliation.selectors.totals import as_data, totals
from reconciliation.services.posting import post_remittance, start_posting
from reconciliation.services.returns import confirm_charge, import_return
from reconciliation.shell import employer_of, month_of
from reconciliation.states import RemittanceStatus
from users.models import User
from users.selectors import person


class _OnlyLooking(Exception):
    """Raised to take back what a look at a file has stored."""


class Command(BaseCommand):
    help = "Match an employer's payroll return with the month's schedule; with --post, put it in the books."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("employer", help="the employer's code, like LPA")
        parser.add_argument("period", help="the month, like 2026-10")
        parser.add_argument("file", type=Path, help="the return: XLSX or CSV")
        parser.add_argument("--credit", required=True, help="what the bank credited, in naira")
        parser.add_argument("--charge", default="0", help="what the bank kept of it, confirmed by who posts")
        parser.add_argument("--received-on", help="the bank's value date, like 2026-10-28; today when left out")
        parser.add_argument("--post", action="store_true", help="post it; without, only look")
        parser.add_argument("--by", help="who posts it: a sign-in name or e-mail address; needed with --post")
        parser.add_argument("--json", action="store_true", help="print plain data")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["post"] and not options["by"]:
            raise CommandError("Say who posts it: --by USER.")
        try:
            data = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        try:
            told = self._reconcile(data, options)
        except (DomainError, ObjectDoesNotExist) as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(told)

    def _reconcile(self, data: bytes, options: dict[str, Any]) -> str:
        schedule = self._schedule(options)
        by = person(options["by"]) if options["by"] else schedule.prepared_by
        remittance = self._stopped(data) if options["post"] else None
        told = ""
        try:
            with transaction.atomic():
                remittance = remittance or self._import(schedule, data, by, options)
                if not options["post"]:
                    told = self._told(remittance, options["json"])
                    raise _OnlyLooking
                start_posting(remittance=remittance, by=by, at=now())
        except _OnlyLooking:
            return told
        post_remittance(remittance=remittance, by=by, at=now())
        return self._told(remittance, options["json"])

    def _stopped(self, data: bytes) -> Remittance | None:
        """The return of this very file whose posting began and did not end: it goes on, and nothing is imported."""
        standing = Remittance.objects.filter(status=RemittanceStatus.POSTING)
        return standing.filter(file_hash=hashlib.sha256(data).hexdigest()).first()

    def _schedule(self, options: dict[str, Any]) -> DeductionSchedule:
        employer, month = employer_of(options["employer"]), month_of(options["period"])
        schedule = DeductionSchedule.objects.for_month(employer, month).issued().select_related("employer").first()
        if schedule is None:
            raise NoSchedule(f"No schedule was issued for {employer}, {spoken_month(month)}. Issue it first.")
        return schedule

    def _import(self, schedule: DeductionSchedule, data: bytes, by: User, options: dict[str, Any]) -> Remittance:
        credit, charge = parse_money(options["credit"]), parse_money(options["charge"])
        remittance = import_return(
            schedule=schedule,
            file_name=options["file"].name,
            data=data,
            bank_credit=credit,
            received_on=_day(options["received_on"]) if options["received_on"] else business_date(),
            bank_reference="",
            by=by,
            at=now(),
        )
        return confirm_charge(remittance=remittance, charge=charge, by=by, at=now()) if charge else remittance

    def _told(self, remittance: Remittance, as_json: bool) -> str:
        remittance = Remittance.objects.select_related("schedule__employer").get(pk=remittance.pk)
        if as_json:
            return json.dumps(as_data(remittance), ensure_ascii=False, indent=1)
        sums = totals(remittance)
        rows: list[tuple[str, Decimal]] = [
            ("We expected", sums.expected),
            ("The file says", sums.file),
            ("The bank credited", sums.credit),
            ("The bank kept", sums.charge),
            ("To members", sums.matched),
            ("To suspense", sums.suspense),
            ("Left to explain", sums.gap),
        ]
        lines = [f"{remittance.schedule.employer}, {spoken_month(remittance.schedule.month)}: {remittance.status}"]
        lines += [f"  {label:<20}{naira(amount):>20}" for label, amount in rows]
        lines += [
            f"  {state:<20}{group.lines:>6} lines {naira(group.amount):>20}" for state, group in sums.groups.items()
        ]
        lines.append(f"  {'missing':<20}{sums.missing.lines:>6} members {naira(sums.missing.amount):>18}")
        return "\n".join(lines)


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError as error:
        raise CommandError(f"{word} is not a day. Type it like 2026-10-28.") from error
