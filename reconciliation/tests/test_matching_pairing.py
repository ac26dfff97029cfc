"""The global pairing of lines and members, beside trying every way."""

from itertools import permutations
from random import Random

import pytest

from reconciliation.matching.pairing import best_pairing


def worth(scores, pairs):
    return sum(scores[line][member] ** 4 for line, member in pairs.items())


def best_by_trying(scores, members):
    lines = list(scores)
    places = [*members, *([None] * len(lines))]
    best = 0
    for chosen in set(permutations(places, len(lines))):
        pairs = {line: member for line, member in zip(lines, chosen, strict=True) if member in scores[line]}
        best = max(best, worth(scores, pairs))
    return best


@pytest.mark.parametrize("seed", range(40))
def test_no_other_pairing_is_worth_more(seed):
    random = Random(seed)
    members = range(random.randrange(1, 5))
    scores = {
        line: {member: random.randrange(60, 96) for member in members if random.random() < 0.7}
        for line in range(random.randrange(1, 5))
    }
    pairs = best_pairing(scores)
    assert len(set(pairs.values())) == len(pairs)
    assert worth(scores, pairs) == best_by_trying(scores, members)


def test_a_line_moves_to_its_second_best_to_let_another_in():
    assert best_pairing({1: {10: 90, 20: 88}, 2: {10: 89}}) == {1: 20, 2: 10}


def test_a_sure_line_does_not_move_for_a_doubtful_one():
    assert best_pairing({1: {10: 95, 20: 60}, 2: {10: 60}}) == {1: 10}


def test_nothing_to_pair_gives_nothing():
    assert best_pairing({}) == {}
    assert best_pairing({1: {}}) == {}
