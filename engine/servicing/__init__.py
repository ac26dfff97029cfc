"""A loan after it was paid out: one function moves it from one event to the next, another tells its whole story."""

from engine.servicing.reshaping import begin
from engine.servicing.settling import pay_off
from engine.servicing.steps import ONE_DAY, accrue, advance, late_days, replay
from engine.servicing.story import (
    Effect,
    Event,
    Holiday,
    NewTerms,
    Paid,
    PenaltyBase,
    PenaltyTerms,
    Position,
    Row,
    Rules,
    Share,
    Use,
    Waived,
    WrittenOff,
)

__all__ = [
    "ONE_DAY",
    "Effect",
    "Event",
    "Holiday",
    "NewTerms",
    "Paid",
    "PenaltyBase",
    "PenaltyTerms",
    "Position",
    "Row",
    "Rules",
    "Share",
    "Use",
    "Waived",
    "WrittenOff",
    "accrue",
    "advance",
    "begin",
    "late_days",
    "pay_off",
    "replay",
]
