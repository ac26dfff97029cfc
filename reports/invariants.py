"""Every room's invariants in one list, each recounted from the rows themselves."""

from __future__ import annotations

from dataclasses import dataclass

import committee.checks
import ledger.checks
import loans.checks
import members.checks
import onboarding.checks
import reconciliation.checks
from core.checks import Finding, Invariant

ROOMS = {
    "Ledger": ledger.checks,
    "Members": members.checks,
    "Loans": loans.checks,
    "Committee": committee.checks,
    "Reconciliation": reconciliation.checks,
    "Own books": onboarding.checks,
}


@dataclass(frozen=True, slots=True)
class Result:
    room: str
    invariant: Invariant
    finding: Finding

    @property
    def holds(self) -> bool:
        return not self.finding.broken


def verify(using: str = "default") -> list[Result]:
    """Run every invariant of every room, in the order of the rooms; nothing is changed."""
    return [
        Result(room, invariant, invariant.run(using))
        for room, checks in ROOMS.items()
        for invariant in checks.INVARIANTS
    ]
