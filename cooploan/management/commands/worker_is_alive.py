from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cooploan.models import Heartbeat
from cooploan.worker import is_stale


class Command(BaseCommand):
    requires_system_checks = []
    help = "Exit with an error when no background task has been carried out for three minutes (for probes)."

    def handle(self, *args: object, **options: object) -> None:
        beat_at = Heartbeat.objects.filter(name="worker").values_list("beat_at", flat=True).first()
        now = timezone.now()
        if beat_at is None or is_stale(beat_at=beat_at, started_at=beat_at, now=now):
            raise CommandError(f"The worker last showed that it works at {beat_at}.")
        self.stdout.write(f"The worker showed that it works {(now - beat_at).total_seconds():.0f} s ago.")
