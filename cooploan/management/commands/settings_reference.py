"""Writes docs/reference/settings.md from cooploan/environment.py."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from cooploan import embedded
from cooploan.environment import VARIABLES

PAGE = embedded.ROOT / "docs" / "reference" / "settings.md"
HEAD = """\
# Settings

Every setting is an environment variable. A value that cannot be right stops the start with a sentence that says what
to set. This page is made by `bin/manage settings_reference` from `cooploan/environment.py`.

"Embedded" is the value in use on the embedded set-up of `bin/demo`, `bin/manage` and `bin/test` when none is given.

"""


def page() -> str:
    """The page as it should be."""
    lines = [HEAD]
    for variable in VARIABLES:
        lines.append(f"## `{variable.name}`\n\n{variable.purpose}\n\n")
        if variable.default is None:
            embedded_value = f"`{variable.embedded_default}`" if variable.embedded_default else "made by itself"
            lines.append(f"- Must be set. Embedded: {embedded_value}.\n")
        else:
            default = variable.default.replace(str(embedded.ROOT), "<checkout>")
            lines.append(f"- Default: {f'`{default}`' if default else 'none'}.\n")
        lines.append(f"- Example: `{variable.example}`\n\n")
    return "".join(lines).rstrip() + "\n"


class Command(BaseCommand):
    requires_system_checks = []
    help = "Write docs/reference/settings.md from cooploan/environment.py."

    def handle(self, *args: object, **options: object) -> None:
        PAGE.write_text(page())
        self.stdout.write(f"{PAGE.relative_to(embedded.ROOT)} tells of {len(VARIABLES)} settings.")
