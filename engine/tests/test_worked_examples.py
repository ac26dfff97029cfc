"""Published worked examples, each at its own published precision, the wrong ones included.

``worked_examples.json`` names the source of each. A case that is neither tested nor listed in ``NOT_APPLICABLE`` fails.
"""

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from engine.account_numbers import is_nuban, nuban_check_digit
from engine.accrual import late_penalty, simple_interest
from engine.allocation import DueItem, Kind, allocate
from engine.appropriation import Fund, appropriate
from engine.arrears import LateClass, LateClasses, by_class, portfolio_at_risk
from engine.ceilings import ONE_THIRD, TWO_THIRDS, deduction_headroom
from engine.dividends import (
    MonthWeight,
    after_withholding,
    daily_interest,
    dividend_on_shares,
    interest_on_savings,
)
from engine.due_dates import monthly_due_dates
from engine.money import (
    FINERACT_PROGRESSIVE,
    NEAREST_HUNDRED,
    WHOLE_NAIRA_INSTALMENT,
    ZERO,
    at_least_kobo,
    percentage,
    round_to,
)
from engine.payroll_tax import (
    NIGERIA_2026,
    NIGERIA_TO_2025,
    income_tax,
    rent_relief,
    taxable_2026,
    taxable_to_2025,
)
from engine.rates import (
    UNIT_PERIODS_PER_YEAR,
    UnitPeriod,
    effective_apr,
    effective_yearly_rate,
    internal_rate,
    nominal_apr,
    nominal_yearly_rate,
    single_payment_unit,
    unit_periods,
    years_between,
)
from engine.schedules import (
    Frequency,
    Line,
    Method,
    RatePer,
    ScheduleTerms,
    build_schedule,
    instalments_needed,
    interest_between,
    keep_instalment,
    keep_term,
    level_instalment,
)
from engine.settlement import rebate_by_time, rule_of_78_rebate, rule_of_78_unearned
from engine.top_up import top_up

CASES = json.loads((Path(__file__).parent / "worked_examples.json").read_text(), parse_float=Decimal)["cases"]

# The one place where a case may be left out, with the reason.
NOT_APPLICABLE = {
    "pearls-synth": "made up, no published result; PEARLS ratios are read from ledger accounts, a report's work",
}

Case = dict[str, Any]
HOLDS: dict[str, Callable[[Case], None]] = {}


def holds(*kinds: str) -> Callable[[Callable[[Case], None]], Callable[[Case], None]]:
    def register(check: Callable[[Case], None]) -> Callable[[Case], None]:
        HOLDS.update(dict.fromkeys(kinds, check))
        return check

    return register


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_published_example(case: Case) -> None:
    if case["id"] in NOT_APPLICABLE:
        pytest.skip(NOT_APPLICABLE[case["id"]])
    assert case["kind"] in HOLDS, f"{case['id']} is neither tested nor listed in NOT_APPLICABLE with a reason"
    HOLDS[case["kind"]](case)


def test_the_list_of_what_is_left_out_is_not_stale() -> None:
    kinds = {case["id"]: case["kind"] for case in CASES}
    assert all(left_out in kinds and kinds[left_out] not in HOLDS for left_out in NOT_APPLICABLE)


def test_every_check_has_a_case() -> None:
    assert set(HOLDS) <= {case["kind"] for case in CASES}


# Reading the file.


def day(text: str) -> date:
    return date.fromisoformat(text)


def number(text: str | int | Decimal) -> Decimal:
    """'7.5%/12' is 7.5, '0.12' a share of one is 12: the yearly rate in percent."""
    if not isinstance(text, str):
        return Decimal(text)
    if "%" in text:
        return Decimal(text.split("%")[0])
    return Decimal(text) * 100


def money(text: str | int | Decimal) -> Decimal:
    return Decimal(text)


def first_number(text: str) -> Decimal:
    return Decimal(re.match(r"[\d.,]+", text).group().replace(",", ""))


def stream(text: str) -> list[Decimal]:
    """'1 x 250 then 23 x 230' as a list of payments."""
    payments: list[Decimal] = []
    for part in re.split(r",|then", text):
        count, _, amount = part.rpartition("x")
        payments += [Decimal(amount.strip())] * int(count or 1)
    return payments


def same(ours: Decimal | Fraction, published: str | int | Decimal, mode: str = ROUND_HALF_UP) -> bool:
    """Whether our figure, rounded as finely as the published one is printed, is the published one."""
    shown = Decimal(published)
    places = max(-int(shown.as_tuple().exponent), 0)
    return round_to(ours if isinstance(ours, Fraction) else Decimal(ours), Decimal(1).scaleb(-places), mode) == shown


def parts(lines: list[Line]) -> list[list[Decimal]]:
    return [[line.principal, line.interest] for line in lines]


def as_rows(rows: list[list[Any]]) -> list[list[Decimal]]:
    return [[Decimal(cell) for cell in row] for row in rows]


# The yearly cost of credit.


@holds("apr_us_regz_actuarial")
def check_regulation_z(case: Case) -> None:
    given, published = case["inputs"], case["expected"]["apr_percent"]
    advance, start = money(given["amount"]), day(given["advance"])
    text, _, paid_on = given.get("payment", given.get("payments")).partition(" on ")
    payments, first = stream(text), day(paid_on or given["first_payment"])
    if len(payments) == 1:
        whole, odd, per_year = single_payment_unit(start, first)
    else:
        unit = UnitPeriod(given.get("unit_period", "quarter"))
        whole, odd = unit_periods(start, first, unit)
        per_year = Fraction(UNIT_PERIODS_PER_YEAR[unit])
    if "t" in given:
        assert (whole, odd) == (given["t"], Fraction(given["f"]))
    if "units_per_year" in given:
        assert same(per_year, given["units_per_year"])
    ours = nominal_apr(advance, payments, whole_periods=whole, odd_period=odd, periods_per_year=per_year)
    assert same(ours, f"{published:.2f}")


@holds("apr_eu_effective")
def check_european_rate(case: Case) -> None:
    given, published = case["inputs"], case["expected"]
    if "flows" in given:
        assert same(effective_apr(money(given["advance"]), given["flows"]), published["apr_percent_1dp"])
        return
    payments = [money(given["instalment"])] * given["n"]
    by_dates = effective_apr(money(given["advance"]), [(sum_, Fraction(k, 12)) for k, sum_ in enumerate(payments, 1)])
    by_periods = effective_yearly_rate(money(given["advance"]), payments)
    # That program stops its search at the eleventh place.
    assert abs(by_dates / 100 - published["apr"]) < Decimal("1E-11")
    assert abs(by_dates - by_periods) < Decimal("1E-15")


@holds("apr_daycount_months")
def check_european_day_count(case: Case) -> None:
    given = case["inputs"]
    ours = years_between(day(given["drawdown"]), day(given["payment"]))
    assert ours == sum(Fraction(term) for term in case["expected"]["expression"].split("+"))
    assert abs(ours - Fraction(case["expected"]["factor"])) < Fraction(1, 10**15)


@holds("nominal_irr")
def check_nominal_rate(case: Case) -> None:
    given, published = case["inputs"], case["expected"]
    advance = money(given.get("advance") or given["principal"])
    payments = [money(given.get("instalment") or given["payment"])] * given["n"]
    nominal = nominal_yearly_rate(advance, payments) / 100
    if "nominal_annual" in published:
        assert abs(nominal - published["nominal_annual"]) < Decimal("1E-11")
        return
    assert same(nominal, published["value"], ROUND_DOWN)
    effective = effective_yearly_rate(advance, payments) / 100
    assert same(effective, case["computed"]["effective"])
    assert not same(effective, published["value"]), "what that program prints is the nominal rate"


@holds("effective_rate")
def check_microcredit_rates(case: Case) -> None:
    given, ours = case["inputs"], case["computed"]
    per_year = 52 if "weekly" in given["description"] else 12
    received, payments = money(given["net_disbursed"]), [money(given["payment"])] * given["n"]
    assert same(internal_rate(received, payments) * 100, f"{ours['period_rate_pct']:.4f}")
    assert same(nominal_yearly_rate(received, payments, per_year), f"{ours['apr_pct']:.2f}")
    assert same(effective_yearly_rate(received, payments, per_year), f"{ours['eir_pct']:.2f}")


# Instalments and schedules.


@holds("emi")
def check_instalment(case: Case) -> None:
    given, published = case["inputs"], case["expected"]
    ours = level_instalment(
        money(given.get("principal") or given["pv"]),
        number(given.get("annual_rate") or given["rate"]),
        given.get("n") or given["nper"],
        in_advance=given.get("type") == 1,
    )
    assert ours == Decimal(next(iter(published.values())))


@holds("schedule_reducing")
def check_reducing(case: Case) -> None:
    given, published = case["inputs"], case["expected"]
    if case["id"] == "finmfb-100k":
        check_balanced_schedule(case)
        return
    start = day(given["disbursed"])
    terms = ScheduleTerms(
        principal=money(given["principal"]),
        rate_percent=number(given["rate_per_month"]),
        rate_per=RatePer.MONTH,
        term=given["n"],
        first_due_on=monthly_due_dates(start, 2)[1],
    )
    lines = build_schedule(terms)
    assert lines[0].total == Decimal(published["emi"])
    assert parts(lines) == as_rows(published["rows"])
    assert [line.due_on for line in lines] == [day(text) for text in published["due"]]


def check_balanced_schedule(case: Case) -> None:
    given, ours = case["inputs"], case["computed"]
    principal, rate, term = money(given["principal"]), number(given["annual_rate"]), given["n"]
    lines = build_schedule(ScheduleTerms(principal=principal, rate_percent=rate, term=term))
    total = sum(line.total for line in lines)
    assert level_instalment(principal, rate, term) == first_number(case["expected"]["emi"]) == lines[0].total
    assert total == Decimal(ours["total_schedule"]) and lines[-1].total == Decimal(ours["last"])
    assert sum(line.interest for line in lines) == Decimal(ours["total_interest"])
    assert total != first_number(case["expected"]["total"]), "twelve equal instalments do not end at zero"
    assert term * lines[0].total == first_number(case["expected"]["total"])


@holds("schedule_equal_principal")
def check_equal_principal(case: Case) -> None:
    given = case["inputs"]
    terms = ScheduleTerms(
        principal=money(given["principal"]),
        rate_percent=number(given["rate_per_month"]),
        rate_per=RatePer.MONTH,
        term=given["n"],
        method=Method.EQUAL_PRINCIPAL,
        rounding=NEAREST_HUNDRED,
    )
    lines = build_schedule(terms)
    published = {int(row): cells for row, cells in case["expected"]["rows"].items()}
    assert {row: parts(lines)[row - 1] for row in published} == published


def weekly_terms(given: Case) -> ScheduleTerms:
    assert given["periods_per_year"] == 52
    return ScheduleTerms(
        principal=money(given["principal"]),
        rate_percent=number(given["rate_per_month"]),
        rate_per=RatePer.MONTH,
        term=given["n"],
        frequency=Frequency.WEEKLY,
    )


@holds("schedule_reducing_weekly")
def check_weekly(case: Case) -> None:
    assert parts(build_schedule(weekly_terms(case["inputs"]))) == as_rows(case["expected"]["rows"])


@holds("prepayment_reduce_instalment")
def check_smaller_instalment_after_prepayment(case: Case) -> None:
    loan = next(other for other in CASES if other["id"] == "fineract-weekly")["inputs"]
    first, second, *_ = build_schedule(weekly_terms(loan))
    left = first.closing - (4000 - second.interest)
    assert left == Decimal(case["expected"]["outstanding"])
    rate = number(loan["rate_per_month"])
    lines = keep_term(left, rate, 3, (None, None), rate_per=RatePer.MONTH, frequency=Frequency.WEEKLY)
    assert parts(lines) == as_rows(case["expected"]["rows"])
    assert [line.number for line in lines] == [3, 4]


@holds("schedule_progressive")
def check_half_even_and_smoothed(case: Case) -> None:
    given = case["inputs"]
    frequency = {
        "30/360": Frequency.MONTHLY,
        "7/364": Frequency.WEEKLY,
        "14/364": Frequency.FORTNIGHTLY,
        "15/360": Frequency.SEMIMONTHLY,
    }[given.get("basis", "30/360")]
    terms = ScheduleTerms(
        principal=money(given["principal"]),
        rate_percent=number(given["annual_rate"]),
        term=given["n"],
        frequency=frequency,
        rounding=FINERACT_PROGRESSIVE,
    )
    ours = [[line.interest, line.principal, line.closing] for line in build_schedule(terms)]
    assert ours == as_rows(case["expected"]["rows_interest_principal_balance"])


def whole(amount: Decimal) -> Decimal:
    return round_to(amount, Decimal(1))


@holds("schedule_emi_ceil")
def check_instalment_in_whole_naira(case: Case) -> None:
    given, published = case["inputs"], case["expected"]
    terms = ScheduleTerms(
        principal=money(given["principal"]),
        rate_percent=number(given["annual_rate"]),
        term=given["n"],
        rounding=WHOLE_NAIRA_INSTALMENT,
    )
    lines = build_schedule(terms)
    assert lines[0].total == published["emi"]
    assert whole(sum(line.interest for line in lines)) == published["total_interest"]
    assert whole(sum(line.total for line in lines)) == published["total_payment"]
    for row, cells in published["rows_zero_based"].items():
        line = lines[int(row)]
        assert [whole(line.principal), whole(line.interest), whole(line.closing)] == cells


@holds("schedule_fixed_instalment")
def check_term_from_instalment(case: Case) -> None:
    given, published = case["inputs"], case["expected"]
    principal, rate, instalment = (
        money(given["principal"]),
        number(given["annual_rate"]),
        money(given["instalment"]),
    )
    assert instalments_needed(principal, rate, instalment) == published["periods"]
    lines = keep_instalment(principal, rate, instalment, 1, (None,) * 30)
    assert len(lines) == published["periods"]
    assert whole(sum(line.interest for line in lines)) == published["total_interest"]
    assert whole(sum(line.total for line in lines)) == published["total_payment"]


@holds("cumulative_interest")
def check_interest_over_a_year(case: Case) -> None:
    given, published = case["inputs"], case["expected"]
    loan = (money(given["pv"]), number(given["rate"]), given["nper"])
    assert same(interest_between(*loan, given["start"], given["end"]), published["interest"])
    assert same(interest_between(*loan, 1, 1), published["first_month"])


@holds("total_interest")
def check_total_interest(case: Case) -> None:
    given = case["inputs"]
    ours = interest_between(money(given["principal"]), number(given["annual_rate"]), given["n"])
    assert same(ours, case["expected"]["total_interest"])


@holds("flat_vs_reducing")
def check_flat_beside_reducing(case: Case) -> None:
    given, ours = case["inputs"], case["computed"]
    loan = {"principal": money(given["principal"]), "rate_percent": number(given["annual_rate"])}
    term = 12 * given["years"]
    flat = build_schedule(ScheduleTerms(**loan, term=term, method=Method.FLAT))
    assert {line.interest for line in flat} == {Decimal(ours["flat_interest_per_instalment"])}
    assert {line.total for line in flat[:-1]} == {Decimal(ours["flat_instalment"])}
    assert level_instalment(*loan.values(), term) == Decimal(ours["reducing_emi"])


@holds("murabaha")
def check_murabaha(case: Case) -> None:
    given, published = case["inputs"], case["expected"]
    terms = ScheduleTerms(
        principal=money(given["cost"]),
        rate_percent=number(given["markup"]),
        term=given["years"],
        method=Method.MURABAHA,
        frequency=Frequency.YEARLY,
    )
    lines = build_schedule(terms)
    assert sum(line.total for line in lines) == published["price"]
    assert parts(lines) == [[published["cost_part"], published["profit_part"]]] * given["years"]
    assert {line.total for line in lines} == {published["annual_instalment"]}
    rebate = rebate_by_time(lines[-1].interest, Fraction(1, 12), 50)
    assert rebate == Decimal(published["rebate"])
    assert lines[-1].total - rebate == Decimal(published["settlement"])


# Servicing.


@holds("daily_accrual")
def check_daily_accrual(case: Case) -> None:
    given = case["inputs"]
    ours = simple_interest(money(given["principal"]), number(given["annual_rate"]), given["days"], given["basis"])
    assert ours == Decimal(case["expected"]["interest"])


@holds("penalty")
def check_penalty(case: Case) -> None:
    given, published = case["inputs"], case["expected"]
    if "overdue" in given:
        ours = late_penalty(money(given["overdue"]), number(given["rate_per_day"]), given["days"])
        assert ours == Decimal(published["penalty"])
        return
    accrued = simple_interest(money(given["principal"]), number(given["annual_rate"]), given["days"])
    assert accrued == Decimal(published["accrued"])
    late = given["late_days_after_grace"] + 5
    ours = late_penalty(
        accrued, number(given["penalty_rate"]), late, per_days=365, grace_days=5, unit=Decimal("0.00001")
    )
    assert same(ours, case["computed"]["penalty"])
    assert same(ours, first_number(published["penalty"]))


@holds("allocation")
def check_allocation(case: Case) -> None:
    given = case["inputs"]
    owed = DueItem(
        key="loan",
        kind=Kind.LOAN,
        penalty=money(given["penalty"]),
        interest=money(given["interest"]),
        principal=money(given["principal"]),
    )
    outcome = allocate(given["payment"], [owed])
    (part,) = outcome.parts
    ours = [part.penalty, part.interest, part.principal, outcome.surplus]
    assert ours == case["expected"]["penalty_interest_principal_over"]


@holds("rule_of_78_rebate")
def check_rule_of_78(case: Case) -> None:
    given = case["inputs"]
    ours = rule_of_78_rebate(Decimal(given["finance_charge"]), given["term"], given["months_left"])
    assert ours == Decimal(case["expected"]["rebate"])


@holds("rule_of_78_earned")
def check_rule_of_78_shares(case: Case) -> None:
    given = case["inputs"]
    earned = [1 - rule_of_78_unearned(given["term"], given["term"] - month) for month in given["months"]]
    first, second = (share * 100 for share in earned)
    printed_first, printed_second = (first_number(text) for text in case["expected"]["earned_pct"])
    assert same(first, printed_first)
    assert same(second, case["computed"]["earned_pct"][1])
    assert not same(second, printed_second), "the source cut the figure off instead of rounding it"


@holds("topup")
def check_top_up(case: Case) -> None:
    given, ours = case["inputs"], case["computed"]
    outcome = top_up(given["new_loan"], given["old_balance"], number(given["commission"]))
    assert outcome.commission == Decimal(ours["commission"])
    assert outcome.received == Decimal(ours["net_disbursed"])


@holds("net_pay_cap")
def check_one_third_rule(case: Case) -> None:
    gross, published = case["inputs"]["gross"], case["expected"]
    lawful = deduction_headroom(gross, TWO_THIRDS).room
    assert lawful == published["statute_s19_3_max"]
    assert lawful != published["helapesa_max_deductions"], "that page turns the law round"
    assert deduction_headroom(gross, ONE_THIRD).room == published["helapesa_max_deductions"]


# Late loans.


def late_classes(rows: list[tuple[str, int, Decimal | int]]) -> LateClasses:
    return LateClasses([LateClass(name, days, Decimal(percent)) for name, days, percent in rows])


def from_days(name: str) -> int:
    """First day past due of a row called '31-60', '>365' or 'regular'."""
    digits = re.search(r"(>?)\s?(\d+)", name)
    return int(digits.group(2)) + bool(digits.group(1)) if digits else 0


@holds("par_and_provision")
def check_portfolio_at_risk(case: Case) -> None:
    aging, published = case["inputs"]["aging"], case["expected"]
    table = late_classes([(name, from_days(name), percent) for name, _, percent in aging])
    portfolio = [(amount, from_days(name)) for name, amount, _ in aging]
    rows = by_class(portfolio, table)
    assert sum(row.outstanding for row in rows) == published["total"]
    assert sum(row.provision for row in rows) == published["provision"]
    assert [row.share_percent for row in rows] == [Decimal(share) for share in published["shares"]]
    at_risk = portfolio_at_risk(portfolio, 0)
    assert at_risk.percent == first_number(published["par1_pct"]) == percentage(at_risk.at_risk, at_risk.portfolio)
    assert portfolio_at_risk(portfolio, 30).percent == Decimal(case["computed"]["par30_pct"])


@holds("provision")
def check_provision(case: Case) -> None:
    buckets = case["inputs"]["buckets"]
    table = late_classes([(name, from_days(name), percent) for name, (_, percent) in buckets.items()])
    rows = by_class([(amount, from_days(name)) for name, (amount, _) in buckets.items()], table)
    assert [row.late_class.provision_percent for row in rows] == case["expected"]["rates"]
    assert sum(row.provision for row in rows) == Decimal(case["computed"]["provision"])


# Savings, surplus, tax and bank accounts.


@holds("savings_interest")
def check_daily_savings_interest(case: Case) -> None:
    given = case["inputs"]
    ours = daily_interest(given["balance"], number(given["annual_rate"]), Decimal("0.001"), given["basis"])
    assert ours == Decimal(case["expected"]["interest"])


@holds("savings_interest_prorata")
def check_weighted_savings_interest(case: Case) -> None:
    given, ours = case["inputs"], case["computed"]
    opening = money(given.get("opening") or given["opening_deposits"])
    rate = number(given.get("rate") or given["deposit_rate"])
    own_month = given["weights"].startswith("12/12")
    weighting = MonthWeight.OWN_MONTH if own_month else MonthWeight.NEXT_MONTH
    interest = interest_on_savings(opening, [given["monthly"]] * 12, rate, weighting)
    if "gross_deposits_interest" in ours:
        assert interest == Decimal(ours["gross_deposits_interest"])
        assert interest_on_savings(opening, [0] * 12, rate, weighting) == Decimal(ours["d1"])
        return
    shares = dividend_on_shares(given["share_capital"], number(given["dividend_rate"])) if own_month else ZERO
    earned = after_withholding(interest + shares, number(given["wht"]))
    figures = case["expected"] if "gross" in case["expected"] else ours
    assert [earned.gross, earned.tax, earned.net] == [Decimal(figures[key]) for key in ("gross", "wht", "net")]


@holds("appropriation")
def check_appropriation(case: Case) -> None:
    given, ours = case["inputs"], case["computed"]
    surplus = Decimal(given["net_surplus"])
    rules = [key for key in ("reserve", "education", "community", "optional") if key in given]
    outcome = appropriate(surplus, [Fund(key, number(given[key]), statutory=key == "reserve") for key in rules])
    assert outcome.remainder == Decimal(case["expected"].get("remainder", ours["remainder"]))
    assert sum(amount for _, amount in outcome.funds) + outcome.remainder == surplus
    reserve = dict(outcome.funds)["reserve"]
    assert reserve * 100 >= surplus * number(given["reserve"])
    if "reserve" in ours:
        assert reserve == Decimal(ours["reserve"])
    if "patronage_min" in ours:
        least = at_least_kobo(outcome.remainder * number(given["patronage_min"]) / 100)
        assert least == Decimal(ours["patronage_min"])
        assert outcome.remainder - least == Decimal(ours["isc_max"])


@holds("paye_ng_2026", "paye_ng_2026_negative")
def check_tax_from_2026(case: Case) -> None:
    given, published = case["inputs"], case["expected"]
    if "cumulative" in published:
        assert [income_tax(taxable, NIGERIA_2026) for taxable in given["taxable"]] == published["cumulative"]
        return
    if "rent_relief_claimed" in given:
        assert income_tax(published["taxable"], NIGERIA_2026) == published["tax"], "their sum is right"
        taxable = taxable_2026(given["gross"], pension=1_200_000, rent=given["rent_relief_claimed"] * 5)
        lawful = income_tax(taxable, NIGERIA_2026)
        assert lawful == Decimal(case["computed"]["tax_with_500k_cap"])
        assert taxable != published["taxable"] and lawful != published["tax"], "they passed the cap on the relief"
        return
    assert rent_relief(given["rent"]) == published["rent_relief"]
    taxable = taxable_2026(given["gross"], rent=given["rent"])
    assert taxable == published["taxable"]
    assert income_tax(taxable, NIGERIA_2026) == published["tax"]


@holds("paye_ng_pre2026", "paye_ng_pre2026_negative")
def check_tax_to_2025(case: Case) -> None:
    given, published = case["inputs"], case["expected"]
    taxable = given.get("taxable") or taxable_to_2025(given["gross"], pension=given.get("pension", 0))
    if "taxable" in published:
        assert taxable == published["taxable"]
    ours = income_tax(taxable, NIGERIA_TO_2025)
    assert ours == Decimal(case["computed"]["tax"])
    assert (ours == published["tax"]) is case["agrees"]


@holds("nuban_check_digit")
def check_account_number(case: Case) -> None:
    given, account = case["inputs"], case["expected"]["account"]
    assert f"{given['serial']}{nuban_check_digit(given['bank_code'], given['serial'])}" == account
    assert is_nuban(given["bank_code"], account)
    assert not is_nuban(given["bank_code"], account[:-1] + str((int(account[-1]) + 1) % 10))
