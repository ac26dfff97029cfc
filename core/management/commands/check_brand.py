"""`manage.py check_brand`: may a society use these colours?"""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.contrast import pairs, themes

OWN = ("brand", "hero", "hero-lo")


class Command(BaseCommand):
    help = (
        "Refuse a society's colours that cannot be read: text needs a contrast of 4.5, edges 3. "
        "Without colours it checks those of the stylesheet."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        for name in OWN:
            parser.add_argument(f"--{name}", metavar="#RRGGBB", help=f"the {name} colour of the light theme")
            parser.add_argument(f"--dark-{name}", metavar="#RRGGBB", help=f"the {name} colour of the dark theme")

    def handle(self, *args: str, **options: object) -> None:
        found = themes(Path(finders.find("kit.css")).read_text(encoding="utf-8"))
        poor = []
        for theme in ("light", "dark"):
            prefix = "dark_" if theme == "dark" else ""
            given = {name: options[prefix + name.replace("-", "_")] for name in OWN}
            colours = found[theme] | {name: colour for name, colour in given.items() if colour}
            try:
                shown = pairs(colours)
            except ValueError as error:
                raise CommandError(str(error)) from error
            for pair in shown:
                mark = "    " if pair.is_readable else "POOR"
                self.stdout.write(f"{mark} {theme:5} {pair.front} on {pair.ground}: {pair.ratio} (least {pair.least})")
                if not pair.is_readable:
                    poor.append(f"{pair.front} on {pair.ground} ({theme})")
        if poor:
            raise CommandError(f"Choose other colours. These cannot be read: {', '.join(poor)}.")
        self.stdout.write(self.style.SUCCESS("All can be read."))
