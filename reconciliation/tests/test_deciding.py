"""A person decides whose a line is."""

from decimal import Decimal

import pytest

from audit.models import Event
from core.errors import IllegalTransition
from reconciliation import causes
from reconciliation.errors import (
    LeftTheSociety,
    MemberHasALine,
    NotOfThisEmployer,
    StillDeciding,
    SuggestionsChanged,
)
from reconciliation.models import NameAlias
from reconciliation.selectors.totals import missing
from reconciliation.services.lines import confirm_match, confirm_sure_matches, reject_match, sure_matches
from reconciliation.services.returns import drop_return
from reconciliation.tests.factories import (
    AT,
    as_asked,
    make_employer,
    make_issued,
    make_officer,
    make_return,
    make_saver,
    post,
    row_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def employer():
    return make_employer()


@pytest.fixture
def people(employer):
    return [make_saver(employer, savings=str(10000 + 500 * n)) for n in range(4)]


@pytest.fixture
def schedule(employer, people):
    return make_issued(employer)


@pytest.fixture
def officer():
    return make_officer()


@pytest.fixture
def remittance(schedule, people):
    """The first member's number is wrong, the second has two lines, a stranger is there; the fourth is not."""
    rows = [
        ("99001", people[0].name, people[0].monthly_savings),
        row_of(people[1], people[1].monthly_savings),
        row_of(people[1], people[1].monthly_savings),
        row_of(people[2], people[2].monthly_savings),
        ("99002", "ZUBAIRU Quartey", "12500"),
    ]
    return make_return(schedule, rows)


def line_in(remittance, row):
    return remittance.lines.get(row=row)


def confirm(line, officer, member=None):
    return confirm_match(line=line, member=member, by=officer, at=AT)


def test_the_lines_stand_as_a_person_should_find_them(remittance, people):
    found = [(line.state, line.cause, line.member) for line in remittance.lines.order_by("position")]
    assert found == [
        ("suggested", causes.WRONG_NUMBER, people[0]),
        ("matched", causes.TWICE, people[1]),
        ("waiting", causes.TWICE, people[1]),
        ("matched", causes.EXACT, people[2]),
        ("unmatched", causes.STRANGER, None),
    ]
    assert [line.member for line in missing(remittance)] == [people[3]]


def test_a_suggestion_is_confirmed_and_its_spelling_remembered(remittance, people, officer):
    line = confirm(line_in(remittance, 2), officer)
    assert (line.state, line.member, line.confidence, line.confirmed_by) == ("matched", people[0], 100, officer)
    assert (line.cause, line.expected) == (causes.WRONG_NUMBER, people[0].monthly_savings)
    alias = NameAlias.objects.get()
    assert (alias.member, alias.staff_number, alias.name) == (people[0], "99001", people[0].name)
    event = Event.objects.about(line).get()
    assert (event.verb, event.actor, event.data["from"]) == (
        "reconciliation.remittanceline.matched", officer, "suggested",
    )  # fmt: skip


def test_what_was_confirmed_is_matched_by_itself_the_next_time(remittance, schedule, people, officer):
    confirm(line_in(remittance, 2), officer)
    drop_return(remittance=remittance, by=officer, at=AT)
    again = make_return(schedule, [("99001", people[0].name, people[0].monthly_savings)])
    line = again.lines.get()
    assert (line.state, line.member, line.confidence) == ("matched", people[0], 99)


def test_a_person_finds_the_member_of_an_unknown_line(remittance, people, officer):
    line = confirm(line_in(remittance, 6), officer, people[3])
    assert (line.state, line.member, line.cause) == ("matched", people[3], causes.WRONG_NUMBER)
    assert line.expected == people[3].monthly_savings
    assert not missing(remittance).exists()


def test_nobody_is_confirmed_for_a_line_without_a_suggestion(remittance, officer):
    with pytest.raises(StillDeciding):
        confirm(line_in(remittance, 6), officer)


def test_a_line_is_not_given_to_another_employers_member(remittance, officer):
    with pytest.raises(NotOfThisEmployer):
        confirm(line_in(remittance, 6), officer, make_saver(make_employer()))


def test_a_line_is_not_given_to_who_has_left(remittance, people, officer):
    type(people[3]).objects.filter(pk=people[3].pk).update(status="deceased")
    people[3].refresh_from_db()
    with pytest.raises(LeftTheSociety, match="deceased"):
        confirm(line_in(remittance, 6), officer, people[3])


def test_a_second_line_of_a_member_is_not_confirmed(remittance, people, officer):
    with pytest.raises(MemberHasALine):
        confirm(line_in(remittance, 4), officer)
    with pytest.raises(MemberHasALine):
        confirm(line_in(remittance, 6), officer, people[2])


def test_once_the_first_line_is_rejected_the_second_can_be_confirmed(remittance, people, officer):
    reject_match(line=line_in(remittance, 3), by=officer, at=AT)
    assert confirm(line_in(remittance, 4), officer).member == people[1]


def test_a_rejected_line_is_nobodys_and_its_member_missing(remittance, people, officer):
    line = reject_match(line=line_in(remittance, 5), by=officer, at=AT)
    assert (line.state, line.member, line.cause, line.expected) == ("unmatched", None, causes.STRANGER, Decimal(0))
    assert people[2] in [line.member for line in missing(remittance)]


def test_rejecting_forgets_what_was_remembered(remittance, schedule, people, officer):
    reject_match(line=confirm(line_in(remittance, 2), officer), by=officer, at=AT)
    assert not NameAlias.objects.exists()


def test_a_spelling_is_remembered_for_the_latest_member_only(remittance, people, officer):
    line = confirm(line_in(remittance, 6), officer, people[3])
    line = reject_match(line=line, by=officer, at=AT)
    confirm(line, officer, people[0])
    assert [alias.member for alias in NameAlias.objects.all()] == [people[0]]


def test_a_line_that_names_nobody_is_not_remembered(schedule, people, officer):
    remittance = make_return(schedule, [*as_asked(schedule)[:3], ("", "", people[3].monthly_savings)])
    assert confirm(line_in(remittance, 5), officer, people[3]).state == "matched"
    assert not NameAlias.objects.exists()


def test_a_matched_line_is_not_confirmed_again(remittance, officer):
    with pytest.raises(IllegalTransition):
        confirm(line_in(remittance, 5), officer)


def test_nothing_is_decided_on_a_return_that_is_posted_or_was_taken_back(remittance, people, officer):
    post(remittance)
    for decide in (
        lambda: confirm(line_in(remittance, 6), officer, people[3]),
        lambda: reject_match(line=line_in(remittance, 5), by=officer, at=AT),
        lambda: confirm_sure_matches(remittance=remittance, seen=[], by=officer, at=AT),
    ):
        with pytest.raises(IllegalTransition):
            decide()


# The sure ones together -----------------------------------------------------------------------------------------------


@pytest.fixture
def sure(schedule, people):
    """Three suggestions of which a person may be sure, and one of which not."""
    rows = [("99001", one.name, one.monthly_savings) for one in people]
    remittance = make_return(schedule, rows)
    remittance.lines.exclude(member=people[3]).update(confidence=95)
    remittance.lines.filter(member=people[3]).update(confidence=94)
    return remittance


def test_the_sure_suggestions_that_were_seen_are_taken_together(sure, people, officer):
    seen = list(sure_matches(sure))
    assert {line.member for line in seen} == set(people[:3])
    assert confirm_sure_matches(remittance=sure, seen=[line.pk for line in seen], by=officer, at=AT) == 3
    assert set(sure.lines.values_list("state", "member")) == {
        *(("matched", one.pk) for one in people[:3]), ("suggested", people[3].pk),
    }  # fmt: skip


def test_none_is_taken_when_the_list_is_not_the_one_that_was_seen(sure, people, officer):
    seen = [line.pk for line in sure_matches(sure)]
    reject_match(line=sure.lines.get(member=people[0]), by=officer, at=AT)
    for stale in (seen, seen[:1], []):
        with pytest.raises(SuggestionsChanged):
            confirm_sure_matches(remittance=sure, seen=stale, by=officer, at=AT)
    assert not sure.lines.filter(state="matched").exists()


def test_a_suggestion_for_a_member_who_has_a_line_by_now_is_not_among_the_sure_ones(sure, people, officer):
    doubtful = sure.lines.get(member=people[3])
    confirm(doubtful, officer, people[0])
    assert {line.member for line in sure_matches(sure)} == {people[1], people[2]}
