"""Repayment schedules: terms in, lines out."""

from engine.schedules.build import build_schedule, earned_each_period, schedule_columns, upfront_interest
from engine.schedules.level import interest_between, largest_principal, level_instalment, shortest_term
from engine.schedules.running import (
    instalments_needed,
    keep_instalment,
    keep_term,
    running_flat_schedule,
    running_schedule,
)
from engine.schedules.terms import (
    PERIODS_PER_YEAR,
    Columns,
    Frequency,
    Line,
    Method,
    Moratorium,
    RatePer,
    ScheduleTerms,
    period_rate,
)

__all__ = [
    "PERIODS_PER_YEAR",
    "Columns",
    "Frequency",
    "Line",
    "Method",
    "Moratorium",
    "RatePer",
    "ScheduleTerms",
    "build_schedule",
    "earned_each_period",
    "instalments_needed",
    "interest_between",
    "keep_instalment",
    "keep_term",
    "largest_principal",
    "level_instalment",
    "period_rate",
    "running_flat_schedule",
    "running_schedule",
    "schedule_columns",
    "shortest_term",
    "upfront_interest",
]
