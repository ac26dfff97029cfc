#!/usr/bin/env python3
"""Django's command line. ``bin/manage`` runs it with the embedded database up and prepared."""

import os
import sys

from cooploan import preparation


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cooploan.settings")
    os.environ.setdefault("COOPLOAN_WORK", "command")
    preparation.have_embedded_ready(sys.argv)
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - the environment is set first

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
