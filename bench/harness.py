"""How a benchmark is measured and told.

A benchmark is a module of this package with ``measurements() -> Iterable[Pair]``
(or several pairs). Each pair has two callables that do the same work: ours, and
the floor that it is held against. They run in turn, so that whatever else the
machine does meets both alike; the median of at least five rounds is told.
"""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

LEAST_ROUNDS = 5
Clock = Callable[[], float]


@dataclass(frozen=True)
class Pair:
    """Ours beside its floor. ``n`` is how many units of work one call does; seconds are told per unit.

    ``before`` and ``before_floor`` put things as they must stand for a call, and are not timed.
    """

    name: str
    ours: Callable[[], object]
    floor: Callable[[], object]
    n: int = 1
    # time.process_time where the claim is about computing alone; time.perf_counter where waiting counts too.
    clock: Clock = time.perf_counter
    before: Callable[[], object] = lambda: None
    before_floor: Callable[[], object] = lambda: None


@dataclass(frozen=True)
class Figure:
    """The medians of one pair, in seconds per unit, and how many rounds they come from."""

    name: str
    ours_s: float
    floor_s: float
    n: int

    @property
    def ratio(self) -> float:
        return self.ours_s / self.floor_s if self.floor_s else float("inf")

    def as_json(self) -> str:
        figures = {"ours_s": self.ours_s, "floor_s": self.floor_s, "ratio": self.ratio}
        rounded = {key: float(f"{value:.6g}") for key, value in figures.items()}
        return json.dumps({"name": self.name, **rounded, "n": self.n})

    def as_line(self) -> str:
        return (
            f"{self.name:<40} ours {self.ours_s * 1000:>12.3f} ms   floor {self.floor_s * 1000:>12.3f} ms   "
            f"ratio {self.ratio:>8.3f}   (median of {self.n})"
        )


def _time(work: Callable[[], object], clock: Clock) -> float:
    gc.collect()
    gc.disable()
    try:
        began = clock()
        work()
        return clock() - began
    finally:
        gc.enable()


def measure(pair: Pair, rounds: int = LEAST_ROUNDS) -> Figure:
    """Run both once to warm up, then in turn; which goes first alternates."""
    rounds = max(rounds, LEAST_ROUNDS)
    ours: list[float] = []
    floor: list[float] = []
    turns = [(ours, pair.before, pair.ours), (floor, pair.before_floor, pair.floor)]
    for _, before, work in turns:
        before()
        work()
    for number in range(rounds):
        for times, before, work in turns if number % 2 == 0 else reversed(turns):
            before()
            times.append(_time(work, pair.clock) / pair.n)
    return Figure(pair.name, statistics.median(ours), statistics.median(floor), rounds)


def tell(pairs: Iterable[Pair], *, rounds: int, as_json: bool) -> None:
    for pair in pairs:
        figure = measure(pair, rounds)
        print(figure.as_json() if as_json else figure.as_line(), flush=True)
