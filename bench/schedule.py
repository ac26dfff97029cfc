"""Schedules of 60 months beside the plainest Decimal loop and two packages: computing time of one process."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal

import numpy
import numpy_financial
from amortization.schedule import amortization_schedule

from bench.harness import Pair
from engine.schedules import ScheduleTerms, build_schedule, schedule_columns

SIZE = 500
TERM = 60
KOBO = Decimal("0.01")
RATES = ("6", "8", "10", "12", "17.5")


def plain(principal: Decimal, rate_percent: Decimal) -> list[tuple[int, Decimal, Decimal, Decimal]]:
    """What one writes in a quarter of an hour: exact to the kobo, the last instalment clears."""
    rate = rate_percent / 1200
    level = (principal * rate / (1 - (1 + rate) ** -TERM)).quantize(KOBO, ROUND_HALF_UP)
    lines, balance = [], principal
    for number in range(1, TERM + 1):
        interest = (balance * rate_percent / 1200).quantize(KOBO, ROUND_HALF_UP)
        part = balance if number == TERM else level - interest
        balance -= part
        lines.append((number, part, interest, balance))
    return lines


def with_amortization(principal: float, rate: float) -> list[tuple]:
    return list(amortization_schedule(principal, rate, TERM))


def with_numpy_financial(principal: float, rate: float) -> tuple:
    months = numpy.arange(1, TERM + 1)
    interest = numpy_financial.ipmt(rate / 12, months, TERM, principal).round(2)
    parts = numpy_financial.ppmt(rate / 12, months, TERM, principal).round(2)
    return interest, parts, principal + parts.cumsum()


def measurements() -> Iterator[Pair]:
    loans = [(Decimal(50_000 + 1_733 * number), Decimal(RATES[number % len(RATES)])) for number in range(SIZE)]
    terms = [ScheduleTerms(principal, rate, TERM) for principal, rate in loans]
    floats = [(float(principal), float(rate) / 100) for principal, rate in loans]
    _agree(loans)

    def columns() -> None:
        for one in terms:
            schedule_columns(one)

    def lines() -> None:
        for one in terms:
            build_schedule(one)

    def each(work: Callable, given: list[tuple]) -> Callable[[], None]:
        def run() -> None:
            for one in given:
                work(*one)

        return run

    others = (
        ("the plain Decimal loop", each(plain, loans)),
        ("amortization", each(with_amortization, floats)),
        ("numpy-financial", each(with_numpy_financial, floats)),
    )
    for name, other in others:
        yield Pair(f"schedule_columns beside {name}", columns, other, n=SIZE, clock=time.process_time)
    yield Pair("build_schedule beside the plain Decimal loop", lines, others[0][1], n=SIZE, clock=time.process_time)


def _agree(loans: list[tuple[Decimal, Decimal]]) -> None:
    """Ours and the loop say the same to the kobo: a race between different figures would be none."""
    for principal, rate in loans:
        ours = [(line.number, line.principal, line.interest, line.closing) for line in
                build_schedule(ScheduleTerms(principal, rate, TERM))]  # fmt: skip
        if ours != plain(principal, rate):
            sys.exit(f"The loop and the engine differ on {principal} at {rate}%: nothing was measured")
