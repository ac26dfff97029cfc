from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.display import naira
from reports.invariants import verify

SHOWN = 10


class Command(BaseCommand):
    help = "Recount every invariant of the books from their lines; ends with an error when one is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print plain data")

    def handle(self, *args: Any, **options: Any) -> None:
        results = verify()
        broken = [result for result in results if not result.holds]
        if options["json"]:
            self.stdout.write(json.dumps([_plain(result) for result in results], ensure_ascii=False, indent=1))
        else:
            self._print(results)
        if broken:
            codes = ", ".join(result.invariant.code for result in broken)
            raise CommandError(f"{len(broken)} of {len(results)} invariants do not hold: {codes}.")

    def _print(self, results) -> None:
        room, width = "", max(len(result.invariant.title) for result in results)
        for result in results:
            if result.room != room:
                room = result.room
                self.stdout.write(f"\n{room}")
            finding, invariant = result.finding, result.invariant
            mark = self.style.SUCCESS("holds ") if result.holds else self.style.ERROR("BROKEN")
            self.stdout.write(
                f"  {mark} {invariant.code:<4} {invariant.title:<{width}} "
                f"{finding.counted:>9,} seen, {len(finding.broken):>5,} broken, difference {naira(finding.difference)}"
            )
            for what, amount in finding.broken[:SHOWN]:
                self.stdout.write(f"           {what}: {naira(amount)}")


def _plain(result) -> dict[str, Any]:
    return {
        "room": result.room,
        "code": result.invariant.code,
        "title": result.invariant.title,
        "counted": result.finding.counted,
        "broken": len(result.finding.broken),
        "difference": str(result.finding.difference),
    }
