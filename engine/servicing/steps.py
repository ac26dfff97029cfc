"""One event after another: what it pays, what it changes, and how the loan stands afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from engine.allocation import Element
from engine.errors import BadDates
from engine.money import ZERO
from engine.penalties import CountedDays, Stretch, counted_days, late_naira_days, penalty_cap, penalty_of
from engine.servicing.reshaping import give_new_terms, pay_on_top, take_holiday
from engine.servicing.settling import interest_kept, pay_off
from engine.servicing.story import (
    Effect,
    Event,
    Holiday,
    NewTerms,
    Paid,
    PenaltyBase,
    Position,
    Row,
    Share,
    Use,
    Waived,
    WrittenOff,
)

ONE_DAY = timedelta(days=1)


def replay(position: Position, events: Iterable[Event]) -> tuple[Position, list[Effect]]:
    """Tell a loan's whole story from a position on and return where it ends, with what each event did.

    The events come in the order in which they count: by day, and of one day as they were entered. The position that
    is given stays as it was.
    """
    told = replace(position, rows=[replace(row) for row in position.rows])
    return told, [advance(told, event) for event in events]


def advance(position: Position, event: Event) -> Effect:
    """Move a loan from where it stands over one event, and return what the event did.

    Penalties are first brought up to the day before: a payment counts for its own day.

    Raises:
        BadDates: days at or after the event's have been counted already; tell the story from its beginning.
    """
    if position.accrued_through is not None and position.accrued_through >= event.on:
        raise BadDates(f"The days through {position.accrued_through} are counted. Tell the story from its beginning.")
    accrue(position, event.on - ONE_DAY)
    if isinstance(event, Paid):
        return _pay(position, event)
    if isinstance(event, Waived):
        return _waive(position, event)
    if position.is_closed or position.is_written_off:
        return Effect(event.key)
    if isinstance(event, WrittenOff):
        position.is_written_off = True
        return Effect(event.key, lost=position.outstanding)
    if isinstance(event, Holiday):
        take_holiday(position, event)
    elif isinstance(event, NewTerms):
        give_new_terms(position, event)
    return Effect(event.key, reshaped=True)


def accrue(position: Position, through: date) -> None:
    """Count the days through one for the penalty; days that were counted before add nothing."""
    terms = position.rules.penalty
    if position.is_written_off or (position.accrued_through is not None and through <= position.accrued_through):
        return
    if terms.percent:
        position.naira_days += late_naira_days(
            [Stretch(base, row.due_on) for row, base in _late(position, through)],
            through=through,
            after=position.accrued_through,
            grace_days=terms.grace_days,
            paused=position.paused,
        )
        cap = penalty_cap(
            position.rules.principal,
            position.outstanding,
            cap_percent=terms.cap_percent,
            in_duplum=terms.in_duplum,
        )
        position.penalty_charged = penalty_of(
            position.naira_days, terms.percent, per_days=terms.per_days, cap=cap, before=position.penalty_charged
        )
    position.accrued_through = through


def late_days(position: Position, through: date) -> list[tuple[Row, Decimal, CountedDays]]:
    """Return what ``accrue`` would count through a day: each late row, the naira that count, and the days.

    The naira-days of all of them are what it would add.
    """
    terms = position.rules.penalty
    if position.is_written_off or not terms.percent:
        return []
    found = [
        (row, base, counted_days(
            Stretch(base, row.due_on), through=through, after=position.accrued_through, grace_days=terms.grace_days,
            paused=position.paused,
        ))
        for row, base in _late(position, through)
    ]  # fmt: skip
    return [one for one in found if one[2].days]


def _late(position: Position, through: date) -> list[tuple[Row, Decimal]]:
    whole = position.rules.penalty.base is PenaltyBase.SCHEDULED
    return [
        (row, base)
        for row in position.rows
        if row.due_on < through and (base := row.left if whole else row.principal_left)
    ]


def _pay(position: Position, paid: Paid) -> Effect:
    if position.is_written_off:
        return Effect(paid.key, recovered=paid.amount)
    if position.is_closed:
        return Effect(paid.key, surplus=paid.amount)
    if paid.amount >= _least(position, paid.on):
        needed = pay_off(position, paid.on).total
        if paid.amount >= needed:
            return _close(position, paid, needed)
    if paid.use is Use.AHEAD:
        shares, penalty, left = _allocate(position, paid.amount, paid.on, _unpaid(position.rows))
        return Effect(paid.key, shares=shares, penalty=penalty, surplus=left)
    if paid.use is Use.DUE:
        due = [row for row in _unpaid(position.rows) if row.due_on <= paid.on]
        shares, penalty, left = _allocate(position, paid.amount, paid.on, due)
        return Effect(paid.key, shares=shares, penalty=penalty, surplus=left)
    first = [row for row in _unpaid(position.rows) if row.due_on <= paid.on or row.is_touched]
    shares, penalty, left = _allocate(position, paid.amount, paid.on, first)
    if not left:
        return Effect(paid.key, shares=shares, penalty=penalty)
    place = pay_on_top(position, left, paid.on, paid.use)
    more: tuple[Share, ...] = ()
    if place is not None:
        on_top = position.rows[place].principal
        left -= on_top
        # Lines before the extra one keep their places: what is due or begun stands before what is to come.
        more = (Share(place, principal=on_top),)
    if left:
        # More than all principal, and less than the pay-off: it pays the interest of the month that runs.
        ahead, _, left = _allocate(position, left, paid.on, _unpaid(position.rows))
        more += ahead
    return Effect(paid.key, shares=_merged(shares + more), penalty=penalty, surplus=left, reshaped=place is not None)


def _least(position: Position, on: date) -> Decimal:
    """A figure that the pay-off is never below, so that most payments need not have it worked out."""
    ahead = sum((row.interest_paid for row in position.rows if row.due_on > on), ZERO)
    if position.rules.is_fixed:
        ahead += sum((row.interest for row in position.rows if row.due_on <= on), ZERO)
    return position.outstanding - ahead


def _close(position: Position, paid: Paid, needed: Decimal) -> Effect:
    """All principal is paid; the interest charged in all falls on the oldest rows, and the rest of it is waived."""
    charged = interest_kept(position, paid.on)
    penalty = position.penalty_left
    shares = []
    for place, row in enumerate(position.rows):
        whole = row.interest - row.interest_waived
        kept = min(charged, whole)
        charged -= kept
        share = Share(place, row.principal_left, kept - row.interest_paid, row.fee_left, interest_waived=whole - kept)
        if share.principal or share.interest or share.fee or share.interest_waived:
            _apply(row, share)
            shares.append(share)
    position.penalty_paid += penalty
    position.is_closed = True
    return Effect(paid.key, shares=tuple(shares), penalty=penalty, surplus=paid.amount - needed, closes=True)


def _unpaid(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.left]


def _allocate(
    position: Position, amount: Decimal, on: date, rows: Sequence[Row]
) -> tuple[tuple[Share, ...], Decimal, Decimal]:
    """Pay rows in the society's order: what is due, by row or by element, and then what comes next.

    The penalty of the loan counts with the oldest row. Returns the shares, what went to the penalty, and what is left.
    """
    order = position.rules.elements
    places = {id(row): place for place, row in enumerate(position.rows)}
    got: dict[int, dict[Element, Decimal]] = {}
    penalty, left = ZERO, amount

    def pay(row: Row | None, element: Element) -> None:
        nonlocal penalty, left
        if element is Element.PENALTY:
            part = min(position.penalty_left - penalty, left)
            penalty += part
        elif row is None:
            return
        else:
            mine = got.setdefault(places[id(row)], {})
            part = min(getattr(row, f"{element.value}_left") - mine.get(element, ZERO), left)
            mine[element] = mine.get(element, ZERO) + part
        left -= part

    due = [row for row in rows if row.due_on <= on] if position.rules.by_element else []
    for element in order:
        for row in due:
            pay(row, element)
        if not due and position.rules.by_element and element is Element.PENALTY:
            pay(None, element)
    for row in [row for row in rows if row not in due]:
        for element in order:
            pay(row, element)
        if not left:
            break
    if left and position.penalty_left > penalty:
        pay(None, Element.PENALTY)
    shares = []
    for place, parts in sorted(got.items()):
        share = Share(
            place,
            parts.get(Element.PRINCIPAL, ZERO),
            parts.get(Element.INTEREST, ZERO),
            parts.get(Element.FEE, ZERO),
        )
        if share.principal or share.interest or share.fee:
            _apply(position.rows[place], share)
            shares.append(share)
    position.penalty_paid += penalty
    return tuple(shares), penalty, left


def _waive(position: Position, waived: Waived) -> Effect:
    penalty = min(waived.penalty, max(position.penalty_left, ZERO))
    position.penalty_waived += penalty
    left, shares = waived.interest, []
    for place, row in enumerate(position.rows):
        part = min(left, row.interest_left)
        if part > 0:
            share = Share(place, interest_waived=part)
            _apply(row, share)
            shares.append(share)
            left -= part
    closes = not (position.is_closed or position.is_written_off or _unpaid(position.rows) or position.penalty_left)
    position.is_closed = position.is_closed or closes
    return Effect(waived.key, shares=tuple(shares), penalty_waived=penalty, closes=closes)


def _apply(row: Row, share: Share) -> None:
    row.principal_paid += share.principal
    row.interest_paid += share.interest
    row.fee_paid += share.fee
    row.interest_waived += share.interest_waived


def _merged(shares: tuple[Share, ...]) -> tuple[Share, ...]:
    """One share for each row."""
    by_place: dict[int, Share] = {}
    for share in shares:
        have = by_place.get(share.place)
        by_place[share.place] = (
            share
            if have is None
            else Share(
                share.place,
                have.principal + share.principal,
                have.interest + share.interest,
                have.fee + share.fee,
                have.interest_waived + share.interest_waived,
            )
        )
    return tuple(by_place[place] for place in sorted(by_place))
