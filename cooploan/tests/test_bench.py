"""The benchmark harness: pairs in turn, the median, and figures that a program can read."""

import json

from bench.harness import Pair, measure, tell


def _scripted(order: list[str], name: str, clock: list[float], seconds: list[float]):
    """Work that takes just these seconds by the given clock, one after the other."""
    left = iter(seconds)

    def work() -> None:
        order.append(name)
        clock[0] += next(left)

    return work


def test_ours_and_the_floor_run_in_turn_and_the_median_is_told():
    order, now = [], [0.0]
    ours = _scripted(order, "ours", now, [50, 4, 2, 90, 3, 1])
    floor = _scripted(order, "floor", now, [50, 1, 1, 1, 70, 1])
    figure = measure(Pair("thing", ours, floor, clock=lambda: now[0]))
    assert (figure.ours_s, figure.floor_s, figure.n) == (3, 1, 5)
    assert figure.ratio == 3
    assert order == ["ours", "floor"] * 2 + ["floor", "ours"] + ["ours", "floor"] + ["floor", "ours"] + [
        "ours",
        "floor",
    ]


def test_fewer_than_five_rounds_are_not_a_measurement():
    assert measure(Pair("thing", lambda: None, lambda: None), rounds=1).n == 5


def test_seconds_are_told_for_one_unit_of_work():
    now = [0.0]
    work = [_scripted([], "x", now, [10.0] * 6) for _ in range(2)]
    assert measure(Pair("thing", *work, n=100, clock=lambda: now[0])).ours_s == 0.1


def test_json_has_the_five_words_that_programs_read(capsys):
    tell([Pair("thing", lambda: None, lambda: None)], rounds=5, as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"name", "ours_s", "floor_s", "ratio", "n"}
    assert (said["name"], said["n"]) == ("thing", 5)
