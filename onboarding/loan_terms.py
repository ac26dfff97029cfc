"""One loan's terms: what is missing worked out, and what is written held against what the terms give."""

from datetime import date
from decimal import Decimal

from core.money import naira
from engine.errors import EngineError
from engine.schedules import (
    Method,
    ScheduleTerms,
    build_schedule,
    level_instalment,
    running_flat_schedule,
    running_schedule,
)
from onboarding.books import ZERO, LoanRow, Rules
from onboarding.problems import Findings, Grade
from onboarding.reading import Record
from onboarding.vocabulary import LABELS

BALANCE_NEAR = Decimal(10)  # naira within which a balance is what the months paid leave
INSTALMENT_NEAR = Decimal(1)
INSTALMENT_ROUNDED = Decimal(100)  # societies round an instalment up to the next ten, fifty or hundred
LONGEST_TENOR = 480
HIGHEST_RATE = Decimal(100)


# What is missing ------------------------------------------------------------------------------------------------------


def terms_of(
    record: Record,
    kind: str | None,
    rules: Rules,
    as_at: date | None,
    rate_scale: dict[str, Decimal],
    where: dict,
    findings: Findings,
) -> dict | None:
    """The loan's terms for LoanRow, what is missing worked out and told; None where that cannot be done."""
    lacking = [
        meaning for meaning in ("amount", "balance", "tenor") if record.get(meaning) is None or record.get(meaning) < 0
    ]
    rate = _rate(record, kind, rules, rate_scale, where, findings)
    if rate is None:
        lacking.append("rate")
    if not lacking and (record.get("amount") == 0 or not 1 <= record.get("tenor") <= LONGEST_TENOR):
        lacking.append("amount" if record.get("amount") == 0 else "tenor")
    if lacking:
        for meaning in lacking:
            if meaning not in record.broken:
                findings.add(
                    "terms_missing",
                    f"The {LABELS[meaning]} is missing or cannot be. Type it in the workbook; until then the loan is "
                    "left out.",
                    **record.at(meaning), **where,
                )  # fmt: skip
        return None
    amount, tenor = record.get("amount"), record.get("tenor")
    granted_on, months_paid = _times(record, tenor, as_at, where, findings)
    if granted_on is None or months_paid is None:
        return None
    instalment, method = record.get("instalment"), rules.methods.get(kind or "", "reducing")
    if not instalment or instalment < 0:
        if "instalment" in record.broken:
            return None
        instalment = _agreed(method, amount, rate, tenor)
        if record.get("balance"):
            findings.add(
                "terms_worked_out",
                f"No instalment is written; {naira(instalment)} a month repays the loan in {tenor} months. Check it.",
                **record.at("instalment"), **where,
            )  # fmt: skip
    return {
        "granted_on": granted_on,
        "amount": amount,
        "rate": rate,
        "tenor": tenor,
        "instalment": instalment,
        "months_paid": months_paid,
        "balance": record.get("balance"),
        "method": method,
    }


def _agreed(method: str, amount: Decimal, rate: Decimal, tenor: int) -> Decimal:
    """The instalment that repays a loan with interest on what is owed, or on the whole amount."""
    if method == "reducing":
        return level_instalment(amount, rate, tenor)
    return build_schedule(ScheduleTerms(amount, rate, tenor, method=Method.FLAT))[0].total


def _rate(
    record: Record, kind: str | None, rules: Rules, rate_scale: dict[str, Decimal], where: dict, findings: Findings
) -> Decimal | None:
    for meaning, months in (("rate", 1), ("rate_monthly", 12)):
        if record.get(meaning) is not None:
            rate = record.get(meaning) * rate_scale[meaning] * months
            return rate if 0 <= rate <= HIGHEST_RATE else None
    usual = rules.rates.get(kind or "")
    if usual is None or record.broken & {"rate", "rate_monthly"}:
        return None
    findings.add(
        "terms_worked_out",
        f"No rate is written; {kind} loans run at {usual.normalize():f}% a year, so this was taken. Check it.",
        **record.at("rate"), **where,
    )  # fmt: skip
    return usual


def _times(
    record: Record, tenor: int, as_at: date | None, where: dict, findings: Findings
) -> tuple[date | None, int | None]:
    granted_on, months_paid = record.get("granted_on"), record.get("months_paid")
    if record.broken & {"granted_on", "months_paid"} or (granted_on is None and months_paid is None) or as_at is None:
        if not record.broken & {"granted_on", "months_paid"} and as_at is not None:
            findings.add(
                "terms_missing",
                "Neither the date granted nor the months paid is written. Type one of them; until then the loan is "
                "left out.",
                **record.at("granted_on"), **where,
            )  # fmt: skip
        return granted_on, months_paid
    if months_paid is None:
        months_paid = min(max(months_between(granted_on, as_at), 0), tenor)
        findings.add(
            "terms_worked_out",
            f"The months paid are not written; {months_paid} have passed since the loan was granted. Check it.",
            **record.at("months_paid"), **where,
        )  # fmt: skip
    elif granted_on is None:
        granted_on = months_before(as_at, months_paid)
        findings.add(
            "terms_worked_out",
            f"The date granted is not written; {months_paid} months paid give {granted_on:%B %Y}. Check it.",
            **record.at("granted_on"), **where,
        )  # fmt: skip
    return granted_on, months_paid


def months_between(first: date, last: date) -> int:
    """Pay days between two dates, counted by calendar month: from any day of August to any of September is one."""
    return (last.year - first.year) * 12 + last.month - first.month


def months_before(day: date, months: int) -> date:
    """The first day of the month so many months earlier."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


# What is written against what the terms give --------------------------------------------------------------------------


def check_terms(loan: LoanRow, record: Record, as_at: date | None, findings: Findings) -> bool:
    """Tell what does not fit, and whether the loan can be taken over as it is."""
    where = {"loan": loan.number, "member": loan.member}
    if loan.balance == 0:
        findings.add("nothing_owed", "Nothing is left to pay, so the loan is not taken over. Check that it has ended.",
                     **record.at("balance"), **where)  # fmt: skip
        return False
    good = True
    if as_at and loan.granted_on > as_at:
        good = False
        findings.add(
            "granted_in_future",
            f"The loan was granted on {loan.granted_on.day} {loan.granted_on:%B %Y}, after the day of these books. "
            "Correct the date, or leave the loan out; until then it is left out.",
            **record.at("granted_on"), **where,
        )  # fmt: skip
    if loan.balance > loan.amount:
        good = False
        findings.add(
            "balance_above_amount",
            f"{naira(loan.balance)} is owed on a loan of {naira(loan.amount)}. Say what is principal and what is "
            "interest or penalty; until then the loan is left out.",
            **record.at("balance"), **where,
        )  # fmt: skip
    if not good:
        return False
    if loan.months_paid >= loan.tenor:
        findings.add(
            "past_its_end",
            f"{loan.months_paid} of {loan.tenor} months are paid, and {naira(loan.balance)} is still owed. It falls "
            "due at once; agree with the member how it will be paid.",
            **record.at("months_paid"), **where,
        )  # fmt: skip
    elif as_at and loan.months_paid > months_between(loan.granted_on, as_at) + 1:
        findings.add(
            "months_paid_unlikely",
            f"{loan.months_paid} months are paid, but only {max(months_between(loan.granted_on, as_at), 0)} have "
            "passed since the loan was granted. Check both.",
            **record.at("months_paid"), **where,
        )  # fmt: skip
    _hold_against_terms(loan, record, where, findings)
    return True


def _hold_against_terms(loan: LoanRow, record: Record, where: dict, findings: Findings) -> None:
    """Let the written instalment tell the method, and hold balance and instalment against it.

    The kind's own method is asked first: for a short or cheap loan the two methods come out so near that both fit.
    """
    for method in (loan.method, "flat" if loan.method == "reducing" else "reducing"):
        agreed = _agreed(method, loan.amount, loan.rate, loan.tenor)
        if loan.expected_instalment is None or _near(loan.instalment, agreed):
            loan.method, loan.expected_instalment = method, agreed
        if _near(loan.instalment, agreed):
            break
    expected = {
        instalment: _balance_after(loan, instalment)
        for instalment in dict.fromkeys((loan.expected_instalment, loan.instalment))
    }
    fits = {instalment for instalment, balance in expected.items() if abs(balance - loan.balance) <= BALANCE_NEAR}
    as_agreed = expected.get(loan.instalment, expected[loan.expected_instalment])
    loan.expected_balance = as_agreed if loan.instalment in fits or not fits else expected[loan.expected_instalment]
    if not _near(loan.instalment, loan.expected_instalment):
        _tell_instalment(loan, fits, record, where, findings)
    if not fits and loan.months_paid < loan.tenor:
        _tell_balance(loan, record, where, findings)


def _near(written: Decimal, computed: Decimal) -> bool:
    over = written - computed
    return abs(over) <= INSTALMENT_NEAR or 0 < over < min(INSTALMENT_ROUNDED, computed / 100)


def _balance_after(loan: LoanRow, instalment: Decimal) -> Decimal:
    if loan.months_paid == 0:
        return loan.amount
    days = [loan.granted_on] * loan.tenor
    try:
        if loan.method == "flat":
            lines = running_flat_schedule(
                loan.amount, loan.amount, loan.rate, instalment, loan.tenor, loan.tenor, 1, days
            )  # fmt: skip
        else:
            lines = running_schedule(loan.amount, loan.rate, instalment, loan.tenor, 1, days)
    except EngineError:
        return loan.amount
    return lines[loan.months_paid - 1].closing if loan.months_paid <= len(lines) else ZERO


def _tell_instalment(loan: LoanRow, fits: set[Decimal], record: Record, where: dict, findings: Findings) -> None:
    off = loan.instalment - loan.expected_instalment
    told = (
        f"{naira(loan.amount)} at {loan.rate.normalize():f}% over {loan.tenor} months is repaid by "
        f"{naira(loan.expected_instalment)} a month; the sheet says {naira(loan.instalment)}, {naira(abs(off))} "
        f"{'more' if off > 0 else 'less'}."
    )
    only_computed = bool(fits) and loan.instalment not in fits
    if only_computed:
        told += " The balance is what the first figure leaves, so the second may be mistyped."
    findings.add(
        "instalment_off",
        f"{told} The written instalment stands as agreed until somebody decides which is right.",
        **record.at("instalment"), **where,
        # Where the balance shows that the written instalment was never paid, the sheet contradicts itself.
        grade=Grade.ERROR if only_computed else Grade.WARNING,
    )  # fmt: skip


def _tell_balance(loan: LoanRow, record: Record, where: dict, findings: Findings) -> None:
    left = loan.tenor - loan.months_paid
    if abs(loan.balance - left * loan.instalment) <= BALANCE_NEAR and loan.rate:
        findings.add(
            "balance_with_interest",
            f"{naira(loan.balance)} is {left} instalments of {naira(loan.instalment)}, so it includes interest not yet "
            f"earned; the principal left is {naira(loan.expected_balance)}. The written balance is kept. Check it.",
            **record.at("balance"), **where,
        )  # fmt: skip
        return
    off = loan.balance - loan.expected_balance
    findings.add(
        "balance_off",
        f"After {loan.months_paid} instalments {naira(loan.expected_balance)} would be owed; the sheet says "
        f"{naira(loan.balance)}, {naira(abs(off))} {'more' if off > 0 else 'less'}. The written balance is kept. "
        "Check the months paid.",
        **record.at("balance"), **where,
    )  # fmt: skip
