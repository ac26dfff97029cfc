"""Reading a workbook: the same for a look, a dry run and the posting, and never inside a transaction.

A big workbook takes seconds, and a transaction that waits so long keeps others waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from core.workbooks import Workbook, read_workbook
from loans.models import ProductVersion
from members.models import Employer
from onboarding.analysis import analyse
from onboarding.books import Analysis, KnownEmployer, Rules
from onboarding.errors import StillBlocked
from onboarding.fitting import Room, unfit
from onboarding.mapping import Mapping
from onboarding.models import BookImport
from onboarding.outlook import outlook
from onboarding.proposing import propose_mapping


@dataclass(frozen=True, slots=True)
class Reading:
    """A workbook as it was read under one mapping."""

    workbook: Workbook
    mapping: Mapping
    analysis: Analysis

    def findings(self) -> dict:
        """The dry run as it is kept: what the command prints, and what the pages show beside it."""
        return self.analysis.to_json() | {"outlook": outlook(self.workbook, self.mapping, self.analysis)}


def look_at(
    *,
    data: bytes,
    file_name: str,
    mapping: Mapping | None = None,
    change: Callable[[Workbook], Mapping] | None = None,
    on: date | None = None,
) -> Reading:
    """Read a workbook and say all that is in it and wrong with it; nothing is stored.

    Without a mapping the one that we propose is used; `change` makes one from the workbook. Books of a day after `on`
    are a problem that blocks. Raises WorkbookRefused, MappingInvalid.
    """
    workbook = read_workbook(data, filename=file_name)
    if change is not None:
        mapping = change(workbook)
    mapping = mapping or propose_mapping(workbook)
    analysis = analyse(workbook, mapping, known_rules())
    # On top, since nothing of it can be entered as it stands.
    analysis.problems[:0] = unfit(analysis, Room(_loan_kinds(analysis.as_at), on))
    return Reading(workbook, mapping, analysis)


def read_again(book_import: BookImport, *, on: date, mapping: Mapping | None = None) -> Reading:
    """Read a kept workbook, under its own mapping unless another is given."""
    mapping = mapping or Mapping.from_json(book_import.mapping)
    return look_at(data=bytes(book_import.data), file_name=book_import.file_name, mapping=mapping, on=on)


def known_rules() -> Rules:
    """What this site knows before it reads a workbook: its employers, and the usual terms of each kind of loan."""
    in_force = ProductVersion.objects.filter(valid__endswith__isnull=True).values_list(
        "product__code", "annual_rate_percent", "method"
    )
    return Rules(
        employers=tuple(
            KnownEmployer(employer.code, employer.name, tuple(employer.aliases))
            for employer in Employer.objects.order_by("pk")
        ),
        rates={code: rate for code, rate, _ in in_force},
        methods={code: method for code, _, method in in_force},
    )


def _loan_kinds(as_at: date | None) -> frozenset[str]:
    """The kinds of loan that have rules on the day of the books."""
    in_force = ProductVersion.objects.in_force(as_at) if as_at else ProductVersion.objects.all()
    return frozenset(in_force.values_list("product__code", flat=True))


def refuse_blocked(analysis: Analysis) -> None:
    """Raise StillBlocked with the first problem that leaves nothing safe to post."""
    blocking = analysis.blocking
    if blocking:
        first = blocking[0]
        where = f"{first.sheet}, row {first.row}: " if first.row else ""
        more = f" There are {len(blocking) - 1} more such places." if len(blocking) > 1 else ""
        raise StillBlocked(f"{where}{first.message}{more}")
