"""Returns with everything planted: nobody's money on another, every kobo somewhere, nearly every cause named."""

import time
from collections import Counter

import pytest

from reconciliation import causes
from reconciliation.matching import match
from reconciliation.tests.payroll_corpus import MERGED, NAMESAKE, make_corpus

UNNAMED = (MERGED, NAMESAKE)  # no cause of ours says them; what counts is that they are not posted
ALSO_RIGHT = {  # a misspelling that is also a known writing of the name may be called by the milder word
    causes.MISSPELT: {causes.EXACT},
    causes.MISSPELT_AND_WRONG_NUMBER: {causes.WRONG_NUMBER},
}


def judge(corpus, result):
    """Counts of planted and named causes, after asserting what must never be."""
    planted, named = Counter(), Counter()
    for found in result.matches:
        truth = corpus.truths[found.line.key]
        if found.state == causes.MATCHED:
            assert found.member == truth.member, f"{found.line} was matched to {found.expected}, it is {truth}"
        if truth.cause in UNNAMED:
            continue
        planted[truth.cause] += 1
        right = {truth.cause} | ALSO_RIGHT.get(truth.cause, set())
        named[truth.cause] += found.member == truth.member and found.cause in right
    missing = {one.member for one in result.variances}
    planted[causes.MISSING] += len(corpus.missing)
    named[causes.MISSING] += len(corpus.missing & missing)
    holders = [found.member for found in result.matches if found.state in (causes.MATCHED, causes.SUGGESTED)]
    assert len(holders) == len(set(holders))
    assert not missing & set(holders)
    assert sum(result.total(state) for state in causes.STATES) == corpus.total
    return planted, named


@pytest.mark.parametrize("batch", range(4))
def test_no_line_is_posted_to_another_and_the_planted_causes_are_named(batch):
    planted, named = Counter(), Counter()
    for seed in range(batch * 8, batch * 8 + 8):
        corpus = make_corpus(seed)
        here, said = judge(corpus, match(corpus.lines, corpus.expected))
        planted += here
        named += said
    planted.pop(causes.EXACT)
    named.pop(causes.EXACT)
    assert set(planted) == set(causes.CAUSES) - {causes.EXACT, causes.NUMBER_SHARED}
    assert sum(named.values()) >= 0.95 * sum(planted.values())
    assert all(named[cause] >= 0.9 * count for cause, count in planted.items())


def test_nearly_all_plain_lines_are_matched_without_a_person():
    corpus = make_corpus(77, 600)
    result = match(corpus.lines, corpus.expected)
    plain = [found for found in result.matches if corpus.truths[found.line.key].cause == causes.EXACT]
    assert sum(found.state == causes.MATCHED for found in plain) >= 0.97 * len(plain)


def test_the_order_of_the_file_does_not_change_what_is_matched():
    corpus = make_corpus(5)
    there = {found.line.key: (found.member, found.state) for found in match(corpus.lines, corpus.expected).matches}
    back = {found.line.key: (found.member, found.state) for found in match(corpus.lines[::-1], corpus.expected).matches}
    changed = {key for key in there if there[key] != back[key]}
    # Of two equal lines of one member the first one counts, so these may change places.
    assert all(corpus.truths[key].cause == causes.TWICE for key in changed)


@pytest.mark.slow
def test_ten_thousand_lines_are_matched_to_ten_thousand_members_in_time():
    corpus = make_corpus(1, 10_000)
    started = time.process_time()
    result = match(corpus.lines, corpus.expected)
    assert time.process_time() - started < 20
    judge(corpus, result)
