"""What may be posted by itself, what a person must confirm, and under which cause."""

from decimal import Decimal

import pytest

from reconciliation import causes
from reconciliation.matching import Alias, Expected, match
from reconciliation.returns import Part, ReturnLine

ADA = Expected("ada", "UMCS/0001", "OKAFOR Ada Ngozi", "001234", Decimal("20000.00"))
BEN = Expected("ben", "UMCS/0002", "BRIGGS Emeka Ladi", "001299", Decimal("35000.50"))
TWIN = Expected("twin", "UMCS/0003", "BRIGGS Emeka Adewale", "007777", Decimal("12500.00"))


def line(staff_no, name, amount, row=5):
    return ReturnLine(staff_no, name, (Part("Sheet", row, "", Decimal(amount)),))


def lines(*rows):
    return [line(*row, row=number) for number, row in enumerate(rows, start=5)]


def only(result):
    (found,) = result.matches
    return found


def told(found):
    return found.member, found.state, found.cause


# The staff number, as long as the name does not contradict it


def test_the_right_number_with_the_right_name_is_matched():
    found = only(match(lines(("001234", "Mrs Ngozi Ada OKAFOR", "20000")), [ADA, BEN]))
    assert told(found) == ("ada", "matched", "exact")
    assert found.confidence == 100
    assert {reason.sign for reason in found.reasons} == {"+"}


@pytest.mark.parametrize(
    ("amount", "cause"), [("12000", "short"), ("20000.01", "over"), ("40000", "double_month"), ("60000", "over")]
)
def test_the_amount_gives_the_cause(amount, cause):
    assert told(only(match(lines(("001234", "OKAFOR ADA", amount)), [ADA]))) == ("ada", "matched", cause)


@pytest.mark.parametrize("written", ["1234", "001234 ", "00-1234", "001 234"])
def test_a_number_is_known_without_its_zeros_and_dashes(written):
    assert told(only(match(lines((written, "OKAFOR ADA", "20000")), [ADA, BEN]))) == ("ada", "matched", "exact")


def test_a_number_without_zeros_that_fits_two_members_is_nobodys():
    other = Expected("eve", "UMCS/0009", "EZE Eve", "1234", ADA.amount)
    assert only(match(lines(("01234", "", "20000")), [ADA, other])).state == "unmatched"
    assert only(match(lines(("001234", "", "20000")), [ADA, other])).member == "ada"


def test_a_misspelt_name_with_the_right_number_is_matched_and_told():
    found = only(match(lines(("001234", "OKAFORR ADA NGOSI", "20000")), [ADA]))
    assert told(found) == ("ada", "matched", "misspelt")


def test_anothers_number_loses_to_the_name_and_is_only_suggested():
    found = only(match(lines(("001234", "BRIGGS EMEKA LADI", "35000.50")), [ADA, BEN]))
    assert told(found) == ("ben", "suggested", "wrong_number")
    assert found.confidence >= 85


def test_two_members_with_their_numbers_exchanged_are_both_suggested_and_neither_matched():
    result = match(lines(("001299", "OKAFOR ADA", "20000"), ("001234", "BRIGGS EMEKA", "35000.50")), [ADA, BEN])
    assert [told(found) for found in result.matches] == [
        ("ada", "suggested", "wrong_number"),
        ("ben", "suggested", "wrong_number"),
    ]


def test_a_right_number_under_a_strangers_name_is_nobodys_until_a_person_says():
    result = match(lines(("001234", "VANDEIKYA TERNA", "20000")), [ADA])
    assert told(only(result)) == (None, "unmatched", "stranger")
    assert only(result).alternatives[0].member == "ada"
    assert [one.member for one in result.variances] == ["ada"]
    assert result.variances[0].possible_lines == (only(result).line,)


def test_a_right_number_with_a_changed_surname_is_suggested():
    found = only(match(lines(("001234", "ADA NGOZI UDOH", "20000")), [ADA]))
    assert told(found) == ("ada", "suggested", "misspelt")


def test_a_slip_that_is_another_members_name_is_not_matched():
    amina = Expected("amina", "UMCS/0005", "OJO Amina", "005005", Decimal("5000.00"))
    other = Expected("aminu", "UMCS/0006", "EZE Aminu", "006006", Decimal("7000.00"))
    assert only(match(lines(("005005", "OJO AMINU", "5000")), [amina, other])).state == "suggested"
    assert only(match(lines(("005005", "OJO AMINNA", "5000")), [amina, other])).state == "matched"


def test_without_a_name_only_the_exact_amount_confirms_the_number():
    assert told(only(match(lines(("001234", "", "20000")), [ADA]))) == ("ada", "matched", "exact")
    assert told(only(match(lines(("001234", "", "15000")), [ADA]))) == ("ada", "suggested", "short")


@pytest.mark.parametrize("amount", ["0", "-20000"])
def test_nothing_or_less_is_never_matched(amount):
    assert only(match(lines(("001234", "OKAFOR ADA", amount)), [ADA])).state == "suggested"


# The name


def test_a_name_alone_is_suggested_however_exact():
    found = only(match(lines(("", "OKAFOR Ada Ngozi", "20000")), [ADA, BEN]))
    assert told(found) == ("ada", "suggested", "wrong_number")


def test_a_misspelt_name_with_a_wrong_number_is_suggested():
    found = only(match(lines(("001243", "OKAFOH ADA NGOZY", "20000")), [ADA, BEN]))
    assert told(found) == ("ada", "suggested", "misspelt_and_wrong_number")


def test_a_name_that_fits_two_members_is_given_to_neither():
    same_amount = Expected("twin", "UMCS/0003", "BRIGGS Emeka Adewale", "007777", BEN.amount)
    found = only(match(lines(("009999", "BRIGGS EMEKA", "35000.50")), [BEN, same_amount]))
    assert told(found) == (None, "unmatched", "wrong_number")
    assert {one.member for one in found.alternatives} == {"ben", "twin"}


def test_the_amount_tells_two_namesakes_apart_but_only_to_suggest():
    found = only(match(lines(("009999", "BRIGGS EMEKA", "12500")), [BEN, TWIN]))
    assert told(found) == ("twin", "suggested", "wrong_number")


def test_a_short_name_under_a_namesakes_number_with_the_namesakes_amount_is_not_matched():
    """The classic mispost: the number is one member's, and name and amount are another's as well."""
    same_amount = Expected("twin", "UMCS/0003", "BRIGGS Emeka Adewale", "007777", BEN.amount)
    found = only(match(lines(("001299", "BRIGGS EMEKA", "35000.50")), [BEN, same_amount]))
    assert found.state == "suggested"
    assert "twin" in {one.member for one in found.alternatives}


def test_a_short_name_with_an_odd_amount_is_not_matched_while_a_namesake_has_no_line():
    odd = ("001299", "BRIGGS EMEKA", "9000")
    assert told(only(match(lines(odd), [BEN, TWIN]))) == ("ben", "suggested", "short")
    both = match(lines(odd, ("007777", "BRIGGS EMEKA", "12500")), [BEN, TWIN])
    assert told(both.matches[0]) == ("ben", "matched", "short")


def test_a_name_nearer_to_another_member_goes_to_him_when_the_amount_is_his_too():
    wale = Expected("wale", "UMCS/0011", "OJO Adewale", "005005", Decimal("9000.00"))
    wole = Expected("wole", "UMCS/0012", "OJO Adewole", "006006", Decimal("7000.00"))
    found = only(match(lines(("005005", "OJO ADEWOLE", "7000")), [wale, wole]))
    assert told(found) == ("wole", "suggested", "wrong_number")


def test_a_namesake_with_a_line_of_his_own_is_no_doubt():
    same_amount = Expected("twin", "UMCS/0003", "BRIGGS Emeka Adewale", "007777", BEN.amount)
    result = match(
        lines(("001299", "BRIGGS EMEKA", "35000.50"), ("007777", "EMEKA BRIGGS", "35000.50")), [BEN, same_amount]
    )
    assert [told(found) for found in result.matches] == [("ben", "matched", "exact"), ("twin", "matched", "exact")]


def test_namesakes_whose_numbers_are_exchanged_are_not_matched():
    result = match(lines(("001299", "BRIGGS EMEKA", "12500"), ("007777", "BRIGGS EMEKA", "35000.50")), [BEN, TWIN])
    assert "matched" not in {found.state for found in result.matches}


def test_two_people_in_one_row_wait_for_a_person():
    found = only(match(lines(("001234", "OKAFOR ADA / BRIGGS EMEKA LADI", "55000.50")), [ADA, BEN]))
    assert found.state != "matched"


def test_a_stranger_is_nobodys():
    result = match(lines(("990001", "AHANEKU Ekaette", "20000")), [ADA])
    assert told(only(result)) == (None, "unmatched", "stranger")
    assert only(result).confidence == 0


# One member, one line


def test_the_second_line_of_a_member_waits():
    result = match(lines(("001234", "OKAFOR ADA", "20000"), ("001234", "Okafor, Ada Ngozi", "20000")), [ADA])
    first, second = result.matches
    assert {(found.member, found.cause) for found in result.matches} == {("ada", "twice")}
    assert sorted(found.state for found in (first, second)) == ["matched", "waiting"]


def test_the_line_with_the_expected_amount_comes_first():
    result = match(lines(("001234", "OKAFOR ADA", "5000"), ("001234", "OKAFOR ADA", "20000")), [ADA])
    assert [found.state for found in result.matches] == ["waiting", "matched"]


def test_a_second_line_by_name_alone_waits_too():
    result = match(lines(("001234", "OKAFOR ADA NGOZI", "20000"), ("", "OKAFOR ADA NGOZI", "20000")), [ADA])
    assert [told(found) for found in result.matches] == [("ada", "matched", "twice"), ("ada", "waiting", "twice")]


def test_a_namesake_stranger_with_another_amount_is_not_called_a_second_line():
    result = match(lines(("001234", "OKAFOR ADA", "20000"), ("990001", "OKAFOR ADA", "3100")), [ADA])
    assert told(result.matches[1]) == (None, "unmatched", "stranger")
    assert result.matches[1].alternatives[0].member == "ada"


def test_a_second_line_with_a_namesakes_amount_is_suggested_for_the_namesake():
    result = match(lines(("001299", "BRIGGS EMEKA", "35000.50"), ("001299", "BRIGGS EMEKA", "12500")), [BEN, TWIN])
    assert [told(found) for found in result.matches] == [
        ("ben", "matched", "exact"),
        ("twin", "suggested", "wrong_number"),
    ]


def test_two_lines_never_claim_one_member():
    rows = [("", "OKAFOR ADA NGOZI", "20000")] * 3
    result = match(lines(*rows), [ADA, BEN])
    assert sorted(found.state for found in result.matches) == ["suggested", "waiting", "waiting"]


# A number that the register gives to two members


HOLDER = Expected("holder", "UMCS/0493", "LAWAL Folasade Emeka", "251479", Decimal("47603.58"), "251479")
LATER = Expected("later", "UMCS/0536", "AMACHREE Yetunde Babatunde", "", Decimal("5000.00"), "251479")


@pytest.mark.parametrize("number", ["251479", "251608"])
def test_members_of_a_shared_number_are_suggested_under_that_cause(number):
    rows = lines(("251479", "LAWAL, FOLASADE EMEKA", "47603.58"), (number, "YETUNDE AMACHREE", "5000"))
    result = match(rows, [HOLDER, LATER, ADA])
    assert [told(found) for found in result.matches] == [
        ("holder", "suggested", "number_shared_in_register"),
        ("later", "suggested", "number_shared_in_register"),
    ]


def test_a_number_that_two_registered_members_carry_is_shared_even_if_nobody_marked_it():
    eve = Expected("eve", "UMCS/0009", "EZE Eve", "001234", Decimal("100.00"))
    result = match(lines(("001234", "OKAFOR ADA", "20000"), ("001234", "EVE EZE", "100")), [ADA, eve])
    assert {(found.state, found.cause) for found in result.matches} == {("suggested", "number_shared_in_register")}


# What people confirmed before


def test_a_confirmed_number_and_name_are_matched_the_next_month():
    memory = [Alias("ada", "001243", "ADA UDOH")]
    row = ("001243", "Udoh, Ada", "20000")
    assert only(match(lines(row), [ADA, BEN])).state != "matched"
    found = only(match(lines(row), [ADA, BEN], memory))
    assert told(found) == ("ada", "matched", "wrong_number")


def test_a_confirmed_line_of_a_shared_number_is_matched():
    memory = [Alias("later", "251608", "YETUNDE BABATUNDE AMACHREE")]
    found = only(match(lines(("251608", "YETUNDE BABATUNDE AMACHREE", "4000")), [HOLDER, LATER], memory))
    assert told(found) == ("later", "matched", "short")


def test_a_confirmed_number_that_the_register_since_gave_to_a_namesake_is_asked_again():
    memory = [Alias("ben", "007777", "BRIGGS EMEKA")]
    found = only(match(lines(("007777", "BRIGGS EMEKA", "35000.50")), [BEN, TWIN], memory))
    assert found.state == "suggested"


def test_a_confirmed_number_that_is_now_anothers_is_a_wrong_number_again():
    memory = [Alias("ben", "007777", "BRIGGS EMEKA")]
    found = only(match(lines(("007777", "BRIGGS EMEKA LADI", "35000.50")), [BEN, TWIN], memory))
    assert told(found) == ("ben", "suggested", "wrong_number")


def test_a_confirmed_number_under_another_name_is_not_taken_on_trust():
    memory = [Alias("ada", "001243", "ADA UDOH")]
    found = only(match(lines(("001243", "VANDEIKYA TERNA", "20000")), [ADA], memory))
    assert found.state == "unmatched"


def test_memory_of_a_member_who_is_no_longer_expected_is_left_aside():
    memory = [Alias("gone", "001243", "OLD NAME")]
    assert only(match(lines(("001243", "OLD NAME", "100")), [ADA], memory)).state == "unmatched"


# The whole


def test_a_member_who_is_not_on_the_return_is_missing_and_one_who_owes_nothing_is_not():
    nothing_due = Expected("idle", "UMCS/0010", "UDOH Idle", "004004", Decimal("0.00"))
    result = match(lines(("001234", "OKAFOR ADA", "20000")), [ADA, BEN, nothing_due])
    assert [(one.member, one.cause, one.amount) for one in result.variances] == [("ben", "missing", BEN.amount)]


def test_money_from_a_member_who_owes_nothing_is_over():
    nothing_due = Expected("idle", "UMCS/0010", "UDOH Idle", "004004", Decimal("0.00"))
    assert told(only(match(lines(("004004", "UDOH IDLE", "500")), [nothing_due]))) == ("idle", "matched", "over")


def test_every_line_comes_back_once_in_order_and_the_states_add_up():
    rows = lines(("001234", "OKAFOR ADA", "20000"), ("9", "WHO EVER", "1.01"), ("001234", "OKAFOR ADA", "7"))
    result = match(rows, [ADA, BEN])
    assert [found.line for found in result.matches] == rows
    assert sum(result.total(state) for state in causes.STATES) == result.total() == Decimal("20008.01")
    assert {found.cause for found in result.matches} <= set(causes.CAUSES)


def test_an_empty_return_leaves_everybody_missing():
    assert [one.member for one in match([], [ADA, BEN]).variances] == ["ada", "ben"]
    assert match([], []).matches == []
