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
    """No schedule is in force for this employer and month: none was issued, or a later version took its place."""

    field = "schedule"


class ReturnUnreadable(DomainError):
    """The file holds something that a person must put right first; `problems` says where."""

    field = "file"

    def __init__(self, problems: Sequence[Problem]):
        self.problems = tuple(problems)
        first = self.problems[0]
        where = f"{first.sheet}, row {first.row}: " if first.row else ""
        more = f" There are {len(self.problems) - 1} more such places." if len(self.problems) > 1 else ""
        super().__init__(f"{where}{first.message}{more} Nothing was stored.")


class NothingDeducted(DomainError):
    """The file has people and no amount above nothing."""

    message = "No amount in this file is above nothing. Choose the return that says what was deducted."
    field = "file"


class TooMuchMoney(DomainError):
    """The amounts of a file add up to more than the books can hold in one place."""

    message = "The amounts in this file add up to more than a thousand billion naira. Check the number of zeros."
    field = "file"


class ValueDateTooEarly(DomainError):
    """The bank's value date lies before a loan of the schedule was paid out or taken over."""

    field = "received_on"


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


class NoCharge(DomainError):
    """A charge below nothing, or of nothing where some is to be confirmed."""

    message = "A bank charge is above nothing."
    field = "charge"


class NotOfThisEmployer(DomainError):
    """A line was given to a member of another employer."""

    field = "member"


class LeftTheSociety(DomainError):
    """The member is not active, so nothing is credited to him without a decision about his account."""

    field = "member"


class MemberHasALine(DomainError):
    """The member has another line in this return, which is matched already."""

    field = "member"


class StillDeciding(DomainError):
    """Nobody was chosen for this line yet."""


class SuggestionsChanged(DomainError):
    """The suggestions are not the ones that the person has seen."""

    message = "The suggestions have changed since you looked. Look at the list again."


class OwnerChanged(DomainError):
    """Another owner was proposed for an item in suspense than the one to whom the second person agreed."""

    message = "Another owner was proposed in the meantime. Look at it again."


class ClearedByItsProposer(DomainError):
    """Who proposed the owner of an item in suspense may not clear it."""

    message = "You proposed whose money this is, so somebody else must agree."
