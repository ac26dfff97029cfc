from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loans.eligibility import STEP, Facts, Rules, check
from loans.eligibility.cost import instalment_of
from loans.eligibility.rules import instalment_room

RULES = Rules(
    code="normal", name="Normal", savings_multiple=Decimal(2), annual_rate_percent=Decimal(12), method="reducing",
    min_amount=Decimal(1000), max_amount=None, min_term_months=1, max_term_months=36, min_membership_months=6,
    deduction_ceiling_percent=Decimal("33.33"), one_running=True, guarantors_required=2, cover_percent=Decimal(100),
)  # fmt: skip
FACTS = Facts(
    on=date(2026, 10, 26), joined_on=date(2019, 3, 1), is_active=True, savings=Decimal(250000),
    monthly_pay=Decimal(180000), other_deductions=Decimal(10000), monthly_contributions=Decimal(15000),
)  # fmt: skip


def answer(code, *, facts=FACTS, rules=RULES, amount=200000, term=12):
    verdict = check(facts, rules, Decimal(amount), term)
    return next(rule for rule in verdict.rules if rule.code == code), verdict


def test_a_member_within_every_rule_may_have_the_loan_and_sees_its_cost():
    verdict = check(FACTS, RULES, Decimal(200000), 12)
    assert verdict.allows
    assert verdict.nearest is None
    assert {rule.passed for rule in verdict.rules} == {True}
    assert verdict.instalment == Decimal("17769.76")  # 200,000 at 12% over 12 months, as any spreadsheet has it
    assert verdict.total_interest == Decimal("13237.08")  # the last instalment clears and is 2 kobo less
    assert verdict.cost.total == Decimal("213237.08")
    assert verdict.yearly_cost_percent == Decimal("12.68")  # 1.01 to the power of 12
    assert verdict.limit == Decimal(500000)


def test_each_rule_is_told_in_words_with_its_numbers():
    _, verdict = answer("savings_multiple")
    assert [(rule.code, rule.title, rule.sentence) for rule in verdict.rules] == [
        ("active_member", "You are an active member", "Your membership is open."),
        ("membership_months", "Member for 6 months or more", "You joined in March 2019."),
        ("one_running", "No other Normal loan at the same time", "You have none now."),
        ("open_application", "No other Normal loan asked for", "You have asked for no other."),
        ("amount_limits", "₦1,000 or more", "You ask for ₦200,000."),
        ("term_limits", "Paid back in 1 to 36 months", "You ask for 12 months."),
        ("savings_multiple", "Within your limit of ₦500,000", "Twice your savings of ₦250,000."),
        ("deduction_ceiling", "Deductions stay within a third of your pay",
         "₦42,769.76 of ₦59,994 a month. ₦17,224.24 is left."),
    ]  # fmt: skip


def test_a_member_who_is_leaving_is_refused_and_no_other_amount_helps():
    rule, verdict = answer("active_member", facts=replace(FACTS, is_active=False))
    assert rule.passed is False
    assert not verdict.allows
    assert verdict.nearest is None


@pytest.mark.parametrize(
    ("joined_on", "passed"), [(date(2026, 4, 26), True), (date(2026, 4, 27), False), (date(2026, 11, 1), False)]
)
def test_membership_counts_whole_months_to_the_day(joined_on, passed):
    rule, verdict = answer("membership_months", facts=replace(FACTS, joined_on=joined_on))
    assert rule.passed is passed
    assert verdict.nearest is None


def test_who_is_too_new_is_told_from_when_he_can_ask():
    rule, _ = answer("membership_months", facts=replace(FACTS, joined_on=date(2026, 6, 15)))
    assert (rule.allowed, rule.actual) == (6, 4)
    assert rule.sentence == "You joined in June 2026. You can ask from Tue 15 Dec 2026."


def test_one_loan_of_a_type_runs_at_a_time_unless_the_product_says_otherwise():
    owing = replace(FACTS, owed={"normal": Decimal("120000.00")})
    rule, verdict = answer("one_running", facts=owing)
    assert rule.passed is False
    assert rule.sentence == "You still owe ₦120,000 on it. Pay it back first, then ask again."
    assert verdict.nearest is None
    several, _ = answer("one_running", facts=owing, rules=replace(RULES, one_running=False))
    assert several.passed is True
    another, _ = answer("one_running", facts=replace(FACTS, owed={"emergency": Decimal(5000)}))
    assert another.passed is True


def test_what_is_owed_on_the_product_counts_against_the_multiple_of_the_savings():
    owing = replace(FACTS, owed={"normal": Decimal(320000), "emergency": Decimal(90000)})
    rules = replace(RULES, one_running=False)
    assert answer("savings_multiple", facts=owing, rules=rules, amount=180000)[0].passed is True
    rule, verdict = answer("savings_multiple", facts=owing, rules=rules, amount=180001)
    assert (rule.passed, rule.allowed, rule.actual) == (False, Decimal(180000), Decimal(180001))
    assert rule.title == "Over your limit of ₦180,000"
    assert "less ₦320,000 that you owe on this type. Ask for ₦180,000 or less" in rule.sentence
    assert (verdict.nearest.amount, verdict.nearest.term_months) == (Decimal(180000), 12)


def test_an_application_that_waits_for_its_answer_is_not_doubled():
    rule, verdict = answer("open_application", facts=replace(FACTS, waiting={"normal": "APP/2026/0007"}))
    assert rule.passed is False
    assert rule.sentence.startswith("APP/2026/0007 is still open")
    assert verdict.nearest is None
    other, _ = answer("open_application", facts=replace(FACTS, waiting={"emergency": "APP/2026/0007"}))
    assert other.passed is True


@pytest.mark.parametrize(("amount", "passed"), [(999, False), (1000, True), (300000, True), (300001, False)])
def test_the_amount_stays_between_the_least_and_the_most_of_the_product(amount, passed):
    rule, _ = answer("amount_limits", rules=replace(RULES, max_amount=Decimal(300000)), amount=amount)
    assert rule.passed is passed


@pytest.mark.parametrize(("term", "passed"), [(2, False), (3, True), (36, True), (37, False)])
def test_the_term_stays_inside_the_product(term, passed):
    rule, _ = answer("term_limits", rules=replace(RULES, min_term_months=3), amount=50000, term=term)
    assert rule.passed is passed


def test_all_deductions_together_stay_under_the_ceiling_to_the_kobo():
    room = instalment_room(FACTS, RULES)
    assert room == Decimal("34994.00")
    exactly = replace(FACTS, monthly_instalments=room - Decimal("17769.76"))
    assert answer("deduction_ceiling", facts=exactly)[0].passed is True
    over = replace(exactly, monthly_instalments=exactly.monthly_instalments + Decimal("0.01"))
    rule, _ = answer("deduction_ceiling", facts=over)
    assert rule.passed is False
    assert "₦0.01 too much" in rule.sentence


def test_a_pay_that_nobody_has_entered_cannot_be_told_and_refuses_nothing():
    rule, verdict = answer("deduction_ceiling", facts=replace(FACTS, monthly_pay=None))
    assert (rule.passed, rule.outcome) == (None, "unknown")
    assert "Take a pay slip to the office" in rule.sentence
    assert verdict.allows
    assert verdict.untold == (rule,)


def test_deductions_that_nobody_has_entered_leave_it_open_only_while_the_rest_fits():
    part_known = replace(FACTS, other_deductions=None)
    assert answer("deduction_ceiling", facts=part_known)[0].passed is None
    assert answer("deduction_ceiling", facts=part_known, amount=500000, term=10)[0].passed is False


def test_too_much_for_the_pay_is_spread_over_more_months_before_the_amount_is_lowered():
    _, verdict = answer("deduction_ceiling", amount=500000, term=12)
    assert (verdict.nearest.amount, verdict.nearest.term_months) == (Decimal(500000), 16)
    poor = replace(FACTS, monthly_pay=Decimal(100000))
    _, verdict = answer("deduction_ceiling", facts=poor, amount=500000, term=12)
    assert (verdict.nearest.amount, verdict.nearest.term_months) == (Decimal(250000), 36)


def test_nothing_is_offered_where_the_pay_has_no_room_or_the_savings_are_too_small():
    full = replace(FACTS, monthly_instalments=Decimal(60000))
    assert answer("deduction_ceiling", facts=full)[1].nearest is None
    assert answer("savings_multiple", facts=replace(FACTS, savings=Decimal(499)))[1].nearest is None
    assert answer("savings_multiple", facts=replace(FACTS, savings=Decimal(500)))[1].nearest.amount == Decimal(1000)


def test_a_product_with_a_flat_rate_is_reckoned_flat():
    verdict = check(FACTS, replace(RULES, method="flat"), Decimal(200000), 24)
    assert verdict.instalment == Decimal("10333.33")
    assert verdict.total_interest == Decimal("48000.00")
    assert verdict.yearly_cost_percent > Decimal(22)


money = st.integers(0, 3_000_000_00).map(lambda kobo: Decimal(kobo) / 100)


@st.composite
def cases(draw):
    shortest = draw(st.integers(1, 6))
    rules = replace(
        RULES,
        savings_multiple=draw(st.sampled_from([Decimal(m) for m in ("0.5", "1.5", "2", "3", "5")])),
        annual_rate_percent=draw(st.sampled_from([Decimal(r) for r in ("0", "6", "12", "33.125")])),
        method=draw(st.sampled_from(["reducing", "flat"])),
        min_amount=draw(st.sampled_from([Decimal(1000), Decimal(1500), Decimal(20000)])),
        max_amount=draw(st.none() | st.integers(20000, 5_000_000).map(Decimal)),
        min_term_months=shortest,
        max_term_months=draw(st.integers(shortest, 60)),
        one_running=False,
    )
    facts = replace(
        FACTS,
        savings=draw(money),
        owed=draw(st.just({}) | st.builds(lambda owed: {"normal": owed}, money)),
        monthly_pay=draw(st.none() | st.integers(30_000_00, 900_000_00).map(lambda kobo: Decimal(kobo) / 100)),
        other_deductions=draw(st.sampled_from([None, Decimal(0), Decimal(10000)])),
        monthly_instalments=draw(st.sampled_from([Decimal(0), Decimal("5333.33")])),
    )
    amount = draw(st.integers(1, 4_000_000_00).map(lambda kobo: Decimal(kobo) / 100))
    return facts, rules, amount, draw(st.integers(1, 80))


@settings(max_examples=200)
@given(cases())
def test_the_nearest_passes_and_one_step_more_or_one_month_less_does_not(case):
    facts, rules, amount, term = case
    verdict = check(facts, rules, amount, term)
    found = verdict.nearest
    assert verdict.allows is not bool(verdict.refused)
    if verdict.allows:
        assert found is None
        return
    if found is None:
        # Then no amount helps: not even the least one over the longest term.
        assert not check(facts, rules, rules.min_amount, rules.max_term_months).allows
        return
    assert check(facts, rules, found.amount, found.term_months).allows
    assert found.instalment == instalment_of(rules, found.amount, found.term_months)
    if found.amount < amount:
        assert not check(facts, rules, found.amount + STEP, found.term_months).allows
        assert found.amount % STEP == 0 or found.amount == rules.min_amount
    else:
        assert found.amount == max(amount, rules.min_amount)
    asked = min(max(term, rules.min_term_months), rules.max_term_months)
    assert found.term_months >= asked
    if found.term_months < rules.max_term_months:
        for months in range(asked, found.term_months):
            assert not check(facts, rules, found.amount, months).allows


@given(cases())
def test_a_verdict_stores_amounts_as_text(case):
    stored = check(*case).plain()
    assert {type(rule["allowed"]) for rule in stored["rules"]} <= {str, int, type(None)}
    assert Decimal(stored["instalment"]) == check(*case).instalment
