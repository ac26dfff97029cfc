"""New schedules in the middle of a loan's life: after money on top, a payment holiday, or new terms."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from engine.money import HOUSE, ZERO, divided, from_kobo, in_kobo, split
from engine.schedules import Line, Method
from engine.schedules.level import payment_per_unit_at
from engine.servicing.settling import month_began
from engine.servicing.story import Holiday, NewTerms, Position, Row, Rules, Use
from engine.settlement import RunningMonth

# Profit was fixed at the sale, interest was taken at source, or there is none: more time costs nothing more.
NO_CHARGE_FOR_TIME = (Method.MURABAHA, Method.INTEREST_FREE, Method.FLAT_UPFRONT)


def begin(rules: Rules, lines: Sequence[Line]) -> Position:
    """Return the position of a loan on the day when it was paid out."""
    rows = [Row(line.due_on, line.principal, line.interest, line.fee) for line in lines]  # type: ignore[arg-type]
    return Position(rules, rows, rules.rate_percent)


def pay_on_top(position: Position, extra: Decimal, on: date, use: Use) -> int | None:
    """Take principal off the instalments that are not due, and spread the rest anew as the payer chose.

    Returns the place of the line that now holds the extra principal; None where no principal was left to pay.
    """
    kept, later = _parted(position.rows, on)
    owed = sum((row.principal for row in later), ZERO)
    extra = min(extra, owed)
    if not extra:
        return None
    top = Row(on, extra, principal_paid=extra, is_extra=True)
    began = month_began(position, later[0])
    spread = _spread_fixed if position.rules.is_fixed else _spread_reducing
    rows = spread(position, later, owed - extra, began, on, use)
    position.rows = [*kept, top, *rows]
    return len(kept)


def take_holiday(position: Position, holiday: Holiday) -> None:
    """Move what falls due from a day on, so many periods back; its interest may run on, in equal parts."""
    moving = [row for row in position.rows if row.due_on >= holiday.on and row.left and not row.is_extra]
    if not moving:
        return
    kept = [row for row in position.rows if row not in moving]
    days = [row.due_on for row in moving]
    days += position.rules.dates_after(days[-1], holiday.periods)
    extra = [ZERO] * len(moving)
    if holiday.interest_runs and not position.rules.is_fixed:
        owed = in_kobo(sum((row.principal_left for row in moving), ZERO))
        rates = [
            position.rules.rate_between(start, end, position.rate_percent)
            for start, end in pairwise(days[: holiday.periods + 1])
        ]
        charge = sum(rates, Fraction(0)) * owed
        extra = split(from_kobo(divided(charge.numerator, charge.denominator)), [1] * len(moving))
    moved = [
        replace(row, due_on=day, interest=row.interest + more)
        for row, day, more in zip(moving, days[holiday.periods :], extra, strict=True)
    ]
    position.rows = _in_order([*kept, *moved])


def give_new_terms(position: Position, terms: NewTerms) -> None:
    """Spread what is owed anew; interest and fees that are unpaid wait, in equal parts, without interest of their own.

    What was paid stays where it was paid; of a line that was paid in part, the paid part stays.
    """
    if terms.rate_percent is not None:
        position.rate_percent = terms.rate_percent
    rules, fixed_sum = position.rules, position.rules.method in NO_CHARGE_FOR_TIME
    owed = position.outstanding
    waiting = [row for row in position.rows if fixed_sum or row.due_on <= terms.on]
    paid_ahead = [row for row in position.rows if not fixed_sum and row.due_on > terms.on]
    interest = sum((row.interest_left for row in waiting), ZERO) - sum((row.interest_paid for row in paid_ahead), ZERO)
    fee = sum((row.fee_left for row in position.rows), ZERO)
    ahead = [row.due_on for row in position.rows if row.due_on > terms.on and row.left]
    first = ahead[0] if ahead else _first_after(position, terms.on)
    dates = [first, *rules.dates_after(first, terms.instalments - 1)]
    began = max([rules.started_on, *(row.due_on for row in position.rows if row.due_on <= terms.on)])
    rows = _schedule_of(position, owed, began, dates)
    _carry(rows, interest, fee)
    kept = [_only_paid(row) for row in position.rows if row.is_touched]
    position.rows = _in_order([*kept, *rows])


def _carry(rows: Sequence[Row], interest: Decimal, fee: Decimal) -> None:
    """Add what waits, in equal parts; what was paid in advance comes off the first rows."""
    ones = [1] * len(rows)
    for row, part, share in zip(rows, split(max(interest, ZERO), ones), split(fee, ones), strict=True):
        row.interest += part
        row.fee += share
    advance = max(-interest, ZERO)
    for row in rows:
        part = min(advance, row.interest)
        row.interest -= part
        advance -= part


def _parted(rows: Sequence[Row], on: date) -> tuple[list[Row], list[Row]]:
    """Rows that stay as they are (due, or paid in part), and those that may be spread anew; the latter come last."""
    later = [row for row in rows if row.due_on > on and not row.is_touched and not row.is_extra]
    return [row for row in rows if row not in later], later


def _in_order(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row.due_on, not row.is_extra))


def _only_paid(row: Row) -> Row:
    return replace(
        row, principal=row.principal_paid, interest=row.interest_paid + row.interest_waived, fee=row.fee_paid
    )


def _first_after(position: Position, on: date) -> date:
    """The first due date after a day when the old schedule has none left."""
    last = max(row.due_on for row in position.rows)
    while last <= on:
        last = position.rules.dates_after(last, 1)[0]
    return last


def _schedule_of(position: Position, owed: Decimal, began: date, dates: Sequence[date]) -> list[Row]:
    rules = position.rules
    rates = _rates(position, began, dates)
    if rules.is_fixed:
        whole = sum(rates, Fraction(0)) * in_kobo(owed)
        charge = from_kobo(divided(whole.numerator, whole.denominator))
        return _equal_rows(owed, ZERO if rules.method in NO_CHARGE_FOR_TIME else charge, dates)
    return _run_down(owed, rates, dates, rules.method, None)


def _spread_fixed(
    position: Position, later: Sequence[Row], owed: Decimal, began: date, on: date, use: Use
) -> list[Row]:
    """The charge is what it was; a shorter loan keeps the size of its instalment."""
    charge = sum((row.interest for row in later), ZERO)
    count = len(later)
    if use is Use.SHORTER and (size := later[0].principal + later[0].interest):
        count = max(min(-(-in_kobo(owed + charge) // in_kobo(size)), count), 1)
    rows = _equal_rows(owed, charge, [row.due_on for row in later[:count]])
    return _with_fees(rows, later)


def _spread_reducing(
    position: Position, later: Sequence[Row], owed: Decimal, began: date, on: date, use: Use
) -> list[Row]:
    method, dates = position.rules.method, [row.due_on for row in later]
    rates = _rates(position, began, dates)
    if method is Method.BULLET and len(later) == 1:
        return [_bullet(later[0], owed, began, on)]
    rows = _run_down(owed, rates, dates, method, later[0] if use is Use.SHORTER else None)
    rows[0].interest = _running_interest(position, later[0], rows[0].interest, began, on)
    return _with_fees(rows, later)


def _running_interest(position: Position, old: Row, new: Decimal, began: date, on: date) -> Decimal:
    """Interest of the month that runs while money comes in on top: on the old balance as far as the policy says."""
    policy = position.rules.running_month
    if on <= began or policy is RunningMonth.NOTHING:
        return new
    if policy is RunningMonth.FULL:
        return old.interest
    gone = Fraction((on - began).days, (old.due_on - began).days)
    mixed = gone * in_kobo(old.interest) + (1 - gone) * in_kobo(new)
    return from_kobo(divided(mixed.numerator, mixed.denominator))


def _bullet(row: Row, owed: Decimal, began: date, on: date) -> Row:
    """One payment at the end: interest on the old sum until today, on the rest from then."""
    left = min(Fraction((row.due_on - on).days, (row.due_on - began).days), Fraction(1))
    kept = Fraction(in_kobo(owed), in_kobo(row.principal))
    interest = in_kobo(row.interest) * (1 - left + left * kept)
    return Row(row.due_on, owed, from_kobo(divided(interest.numerator, interest.denominator)), row.fee)


def _rates(position: Position, began: date, dates: Sequence[date]) -> list[Fraction]:
    starts = [began, *dates]
    return [
        position.rules.rate_between(start, end, position.rate_percent)
        for start, end in zip(starts, dates, strict=False)
    ]


def _run_down(
    owed: Decimal, rates: Sequence[Fraction], dates: Sequence[date], method: Method, same: Row | None
) -> list[Row]:
    """Rows of a balance that falls; with ``same``, instalments of that row's size until the balance is gone.

    Lines with nothing to pay are left out, but for the first: its month runs.
    """
    balance, rows, kobo = in_kobo(owed), [], in_kobo
    if method is Method.EQUAL_PRINCIPAL:
        fixed = kobo(same.principal) if same else HOUSE.part(balance, len(dates))
    else:
        numerator, denominator = payment_per_unit_at(list(rates))
        fixed = kobo(same.principal + same.interest) if same else HOUSE.instalment(balance * numerator, denominator)
    for left, (rate, day) in zip(range(len(dates), 0, -1), zip(rates, dates, strict=True), strict=True):
        if not balance and rows:
            break
        interest = HOUSE.interest_on(rate)(balance)
        wanted = fixed if method is Method.EQUAL_PRINCIPAL else fixed - interest
        part = balance if left == 1 else min(max(wanted, 0), balance)
        rows.append(Row(day, from_kobo(part), from_kobo(interest)))
        balance -= part
    return rows


def _equal_rows(owed: Decimal, charge: Decimal, dates: Sequence[date]) -> list[Row]:
    ones = [1] * len(dates)
    return [
        Row(day, principal, interest)
        for day, principal, interest in zip(dates, split(owed, ones), split(charge, ones), strict=True)
    ]


def _with_fees(rows: list[Row], later: Sequence[Row]) -> list[Row]:
    """Fees stay on the dates that are left; those of dates that fell away come with the last."""
    for row, old in zip(rows, later, strict=False):
        row.fee = old.fee
    if rows:
        rows[-1].fee += sum((old.fee for old in later[len(rows) :]), ZERO)
    return rows
