from django.core.management.base import BaseCommand

from cooploan.jobs import sync_schedules


class Command(BaseCommand):
    requires_system_checks = []
    help = "Make the scheduler run what cooploan/jobs.py lists, no more and no less."

    def handle(self, *args: object, **options: object) -> None:
        jobs, removed = sync_schedules()
        self.stdout.write(f"{jobs} recurring jobs are scheduled; {removed} old ones were removed.")
