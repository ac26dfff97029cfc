from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.practice.people import PASSWORD, SWITCH, plain_name
from users.models import User
from users.roles import Role
from users.selectors import person


class Command(BaseCommand):
    help = "Print who may be signed in as on the practice site, by role."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [("Role", "Name", "Signs in as", "What to do there")]
        try:
            for actor in SWITCH:
                rows.append((Role(actor.role).label, plain_name(person(actor.who)), actor.who, actor.part))
        except User.DoesNotExist as missing:
            raise CommandError("The practice society is not made yet: run  manage.py seed_practice") from missing
        widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
        for place, row in enumerate(rows):
            self.stdout.write("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip())
            if not place:
                self.stdout.write("  ".join("-" * width for width in widths))
        self.stdout.write("")
        self.stdout.write("Choose a person in the gold ribbon at the top of any page: no password is asked.")
        self.stdout.write(f"Members can also sign in with their number and the password {PASSWORD}")
