"""Does what was read fit into the register and the books? What does not is a problem that blocks, before anyone posts.

The analysis judges the workbook by itself. This holds it against the tables: how
long a name may be, how long a loan's number, which kinds of loan are given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from loans.services.takeover import LONGEST_SERIAL
from members.models import Employer, Member
from onboarding.books import Analysis
from onboarding.problems import Grade, Problem

DOES_NOT_FIT = "does_not_fit"
MOST_MONTHS = 32_767
SHORTEN = "Delete what does not belong there."


@dataclass(frozen=True, slots=True)
class Room:
    """What the site has room for: kinds of loan with rules on the day of the books, and the day of asking."""

    loan_kinds: frozenset[str]
    on: date | None = None


def unfit(analysis: Analysis, room: Room) -> list[Problem]:
    """What cannot be entered as it stands, each with its place and what to do."""
    return [*_long_words(analysis), *_loans(analysis, room), *_day(analysis, room)]


def _limits() -> dict[str, tuple[str, int]]:
    words = {
        "number": "member number",
        "surname": "surname",
        "other_names": "other names",
        "staff_number": "staff number",
        "claimed_staff_number": "staff number",
        "phone": "phone number",
        "email": "e-mail address",
    }
    return {name: (label, Member._meta.get_field(name).max_length) for name, label in words.items()}


def _long_words(analysis: Analysis) -> Iterator[Problem]:
    limits = _limits()
    longest = Employer._meta.get_field("name").max_length
    for row in analysis.members:
        for name, (label, most) in limits.items():
            if len(getattr(row, name)) > most:
                yield _problem(
                    row.sheet, row.row, f"The {label} is longer than {most} letters. {SHORTEN}", member=row.number
                )
        if len(row.employer) > longest:
            yield _problem(
                row.sheet, row.row, f"The employer is longer than {longest} letters. {SHORTEN}", member=row.number
            )


def _loans(analysis: Analysis, room: Room) -> Iterator[Problem]:
    for row in analysis.loans:
        where = {"member": row.member, "loan": row.number}
        if row.type not in room.loan_kinds:
            yield _problem(
                row.sheet, row.row,
                f"This site has no rules for {row.type} loans on the day of these books. Open that kind of loan first.",
                **where,
            )  # fmt: skip
        if not 0 <= row.months_paid <= MOST_MONTHS:
            yield _problem(
                row.sheet, row.row, f"{row.months_paid} months paid cannot be. Type how many were paid.", **where
            )
        if len(row.number) > LONGEST_SERIAL:
            yield _problem(
                row.sheet, row.row, f"The loan number is longer than {LONGEST_SERIAL} letters. {SHORTEN}", **where
            )


def _day(analysis: Analysis, room: Room) -> Iterator[Problem]:
    if analysis.as_at and room.on and analysis.as_at > room.on:
        yield _problem(
            "", None,
            f"The books are as at {analysis.as_at.day} {analysis.as_at:%B %Y}, a day that has not come yet. Enter the "
            "right day.",
        )  # fmt: skip


def _problem(
    sheet: str, row: int | None, message: str, *, member: str | None = None, loan: str | None = None
) -> Problem:
    return Problem(sheet, row, "", Grade.ERROR, DOES_NOT_FIT, message, member, loan, blocks=True)
