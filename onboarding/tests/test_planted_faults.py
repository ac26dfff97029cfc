"""N faults planted in books in perfect order: all N are found, with their rows and names, and none is invented."""

import random
from collections import Counter

import pytest

from onboarding.analysis import analyse
from onboarding.books import Analysis
from onboarding.problems import CATALOGUE, Grade
from onboarding.proposing import propose_mapping
from onboarding.tests.faults import ALONE, APART, ground
from onboarding.tests.societies import Society, a_society


def _analysed(society: Society) -> Analysis:
    workbook = society.workbook()
    return analyse(workbook, propose_mapping(workbook))


def _told(analysis: Analysis) -> Counter:
    return Counter((each.code, each.sheet, each.row, each.column, each.member, each.loan) for each in analysis.problems)


@pytest.mark.parametrize("seed", range(4))
def test_books_in_perfect_order_have_no_problem(seed: int):
    analysis = _analysed(a_society(seed))
    assert analysis.problems == []
    assert all(tie.difference == 0 for tie in analysis.tie_out)


@pytest.mark.parametrize("number", range(len(APART)), ids=[plant.__name__ for plant in APART])
def test_one_fault_is_found_and_nothing_else(number: int):
    society = a_society(number)
    expected = APART[number](ground(society))
    assert _told(_analysed(society)) == Counter(expected)


@pytest.mark.parametrize("plant", ALONE, ids=lambda plant: plant.__name__)
def test_a_fault_that_reaches_the_trial_balance_is_found_there_too_with_its_cause(plant):
    society = a_society(7)
    expected = plant(ground(society))
    analysis = _analysed(society)
    assert _told(analysis) == Counter(expected)
    for problem in analysis.problems:
        if problem.code == "control_differs":
            assert problem.grade is Grade.WARNING and ("The cause:" in problem.message or "E" in problem.message)


@pytest.mark.parametrize("seed", range(12))
def test_many_faults_at_once_are_all_found_and_none_is_invented(seed: int):
    pick = random.Random(seed)
    society = a_society(seed + 100, members=220, loans=70)
    soil = ground(society)
    pick.shuffle(soil.members)
    pick.shuffle(soil.loans)
    expected: Counter = Counter()
    for plant in pick.sample(APART, k=pick.randrange(8, len(APART) + 1)):
        expected.update(plant(soil))
    assert _told(_analysed(society)) == expected


def test_an_unexplained_difference_of_a_control_account_is_an_error():
    society = a_society(3)
    society.trial[2][2] += 500
    society.trial[0][1] += 500
    (problem,) = _analysed(society).problems
    assert (problem.code, problem.grade) == ("control_differs", Grade.ERROR)
    assert "₦500.00 more in the trial balance" in problem.message


def test_an_instalment_is_an_error_only_where_the_balance_contradicts_it():
    society = a_society(5)
    fresh, old = (next(row for row in society.loans if bool(row[9]) is paid) for paid in (False, True))
    for row in (fresh, old):
        row[8] += 5000
    grades = {problem.loan: problem.grade for problem in _analysed(society).problems}
    assert grades == {fresh[0]: Grade.WARNING, old[0]: Grade.ERROR}


def test_a_rounded_up_instalment_is_no_fault():
    society = a_society(5)
    for row in society.loans:
        row[8] = row[8] + (10 - row[8] % 10)
    assert _analysed(society).problems == []


def test_only_blocking_problems_stop_the_posting_and_the_catalogue_says_which():
    assert all(kind.grade is Grade.ERROR for kind in CATALOGUE.values() if kind.blocks)
    society = a_society(2)
    APART[3](ground(society))
    analysis = _analysed(society)
    assert [problem.code for problem in analysis.blocking] == ["amount_unreadable"]
