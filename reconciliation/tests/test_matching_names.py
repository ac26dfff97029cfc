"""How a name on a return stands to a name in the register."""

import pytest

from reconciliation.naming import Fit, close_spelling, compare_names, read_name


def fit(returned, registered):
    return compare_names(read_name(returned), read_name(registered)).fit


@pytest.mark.parametrize(
    ("returned", "registered"),
    [
        ("IORFA CHIAMAKA IBINABO", "IORFA Chiamaka Ibinabo"),
        ("Garba, Danjuma Tamuno", "GARBA Danjuma Tamuno"),
        ("ALH. UCHENNA UDOH", "UDOH Uchenna"),
        ("Chief (Mrs) Amaka Eze", "EZE Amaka"),
        ("Ọláṣadé Adéyẹmí", "ADEYEMI Olasade"),
        ("D'SOUZA Ada", "DSOUZA Ada"),
        ("ABU BAKAR OJO", "OJO Abubakar"),
        ("Abu-bakar Ojo", "OJO Abubakar"),
        ("BELLO-OSAGIE MUSA", "BELLO OSAGIE Musa"),
    ],
)
def test_order_titles_marks_and_hyphens_do_not_make_another_name(returned, registered):
    assert fit(returned, registered) is Fit.FULL


def test_a_left_out_name_still_agrees_if_surname_and_one_more_are_written():
    assert fit("BAKO EMEKA", "BAKO Emeka Eghosa") is Fit.SHORT
    assert fit("OJO E. LADI", "OJO Emeka Ladi") is Fit.SHORT
    assert fit("OSAGIE MUSA", "BELLO-OSAGIE Musa") is Fit.SHORT


def test_given_names_without_the_surname_or_one_word_alone_are_too_little():
    assert fit("EMEKA EGHOSA", "BAKO Emeka Eghosa") is Fit.WEAK
    assert fit("BAKO", "BAKO Emeka") is Fit.WEAK
    assert fit("BAKO E.", "BAKO Emeka") is Fit.WEAK


def test_more_names_than_the_register_has_agree_but_less_surely():
    assert fit("OJO OLUMIDE KELECHI", "OJO Olumide") is Fit.LONG


@pytest.mark.parametrize(
    ("returned", "registered"),
    [
        ("KAYODEH AMAKA MUHAMMAD", "MOHAMMED Kayode Amaka"),
        ("Osarugue Zaynab Adeyemmi", "ADEYEMI Osarugue Zainab"),
        ("EZE OTHMAN KELECHI", "EZE Usman Kelechi"),
        ("OBII COMFORT", "OBI Comfort"),
        ("SEUN OJO", "OJO Oluwaseun"),
    ],
)
def test_a_name_spelt_as_it_is_heard_is_near_and_says_where(returned, registered):
    comparison = compare_names(read_name(returned), read_name(registered))
    assert comparison.fit is Fit.NEAR
    assert comparison.misspelt


def test_a_part_that_is_another_name_contradicts():
    assert fit("JUMBO ZAINAB AMAKA", "JUMBO Zainab Folasade") is Fit.CLASH
    assert fit("AHANEKU MARYAM", "JUMBO Zainab Folasade") is Fit.NONE
    assert fit("", "JUMBO Zainab") is Fit.NONE
    assert Fit.CLASH.contradicts and Fit.NONE.contradicts
    assert not Fit.WEAK.contradicts


def test_a_better_fit_is_stronger():
    ladder = [
        ("OJO EMEKA LADI", "OJO Emeka Ladi"),
        ("OJO MUHAMMAD LADI", "OJO Mohammed Ladi"),
        ("OJO EMEKAH LADI", "OJO Emeka Ladi"),
        ("OJO EMEKAH", "OJO Emeka Ladi"),
        ("OJO", "OJO Emeka Ladi"),
        ("OJO AMINA LADI", "OJO Usman Bello"),
        ("EZE AMINA", "OJO Usman Bello"),
    ]
    strengths = [compare_names(read_name(a), read_name(b)).strength for a, b in ladder]
    assert strengths == sorted(set(strengths), reverse=True)


def test_short_names_are_not_near_by_one_letter():
    assert not close_spelling("OJO", "OKO")
    assert not close_spelling("EZE", "EKE")
    assert close_spelling("IFOMA", "IFEOMA")
    assert not close_spelling("ADEBAYO", "ADEBOLA")


def test_a_name_of_titles_alone_keeps_its_words():
    assert read_name("Chief").parts == ("CHIEF",)
