"""Hostile and broken workbooks, built in memory: `all_cases()` gives each with what the reader owes it."""

from core.tests.hostile.case import Case
from core.tests.hostile.packages import package_cases
from core.tests.hostile.sheets import sheet_cases
from core.tests.hostile.texts import text_cases

__all__ = ["Case", "all_cases"]


def all_cases() -> list[Case]:
    """Every case, cheap to list: the bytes are made when `build` is called."""
    return [*package_cases(), *sheet_cases(), *text_cases()]
