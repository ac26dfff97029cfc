"""Every reason why reconciliation refuses."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import DomainError
from reconciliation.returns import Problem


class NothingToDeduct(DomainError):
    """No member of the employer has anything to be deducted in that month."""


class ApprovedByItsMaker(DomainError):
    """Who prepared a schedule may not approve it."""

    message = "You prepared this schedule, so somebody else must approve it."


class ScheduleOutOfDate(DomainError):
    """The register changed after the draft was prepared."""

    message = "Savings or loans have changed since this schedule was prepared. Prepare it again."


class ScheduleInUse(DomainError):
    """A return was imported against the issued schedule, so it cannot be replaced."""

    message = "A payroll return was imported for this schedule already, so it stays as it is."


class NoSchedule(DomainError):
    """No schedule was issued for this employer and month."""


class ReturnUnreadable(DomainError):
    """The file holds something that a person must put right first; `problems` says where."""

    field = "file"

    def __init__(self, problems: Sequence[Problem]):
        self.problems = tuple(problems)
        first = self.problems[0]
        where = f"{first.sheet}, row {first.row}: " if first.row else ""
        more = f" There are {len(self.problems) - 1} more such places." if len(self.problems) > 1 else ""
        super().__init__(f"{where}{first.message}{more} Nothing was stored.")


class WrongMonth(DomainError):
    """The file says that it is for another month."""

    field = "file"


class ImportedBefore(DomainError):
    """The same file, or one that says the same, was imported before."""

    field = "file"


class ReturnStanding(DomainError):
    """Another return for the same employer and month was imported and not taken back."""

    field = "file"


class Shortfall(DomainError):
    """The bank credit differs from the file by more than a confirmed charge."""

    field = "bank_credit"


class ChargeTooHigh(DomainError):
    """A charge above what the employer's bank may keep."""

    field = "charge"


class NotOfThisEmployer(DomainError):
    """A line was given to a member of another employer."""

    field = "member"


class MemberHasALine(DomainError):
    """The member has another line in this return, which is matched already."""

    field = "member"


class StillDeciding(DomainError):
    """Nobody was chosen for this line yet."""


class ClearedByItsProposer(DomainError):
    """Who proposed the owner of an item in suspense may not clear it."""

    message = "You proposed whose money this is, so somebody else must agree."
