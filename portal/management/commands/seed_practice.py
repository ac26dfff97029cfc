from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.practice.seed import seed


class Command(BaseCommand):
    help = "Fill the practice site with Unity and its stories; what is there already stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.PRACTICE:
            raise CommandError("Only the practice site has a practice society: set PRACTICE=1.")
        began = time.monotonic()
        told = seed(say=self._say)
        seconds = time.monotonic() - began
        self.stdout.write(f"    The practice society is in place ({told} chapters told in {seconds:.0f} s).")

    def _say(self, title: str) -> None:
        self.stdout.write(f"    {title}")
        self.stdout.flush()
