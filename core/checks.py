"""An invariant of a room: a query that must return nothing, whatever happened."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connections


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: how many things it looked at, which broke the rule, and by how much in all."""

    counted: int
    broken: tuple[tuple[str, Decimal], ...]

    @property
    def difference(self) -> Decimal:
        return sum((abs(amount) for _, amount in self.broken), Decimal(0))


@dataclass(frozen=True, slots=True)
class Invariant:
    """`sql` returns (what, by how much) for each break; `counted` returns how many things were looked at."""

    code: str
    title: str
    sql: str
    counted: str

    def run(self, using: str = "default") -> Finding:
        with connections[using].cursor() as cursor:
            cursor.execute(self.counted)
            counted = cursor.fetchone()[0]
            cursor.execute(self.sql)
            return Finding(counted, tuple((str(what), Decimal(amount or 0)) for what, amount in cursor.fetchall()))
