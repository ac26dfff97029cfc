from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from portal.practice.society import have_society


class Command(BaseCommand):
    help = "Have the society, its products, employers and standard officers in place; changes nothing that is there."

    def handle(self, *args: Any, **options: Any) -> None:
        have_society(at=now())
        if options["verbosity"]:
            self.stdout.write(
                "Society, products, employers and the officers officer, treasurer and chair are in place."
            )
