"""What the society decides for all loans from a day on."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from audit.services import record
from core.display import dmy
from loans.errors import PolicyFromThatDay
from loans.models import LendingPolicy
from users.models import User


@transaction.atomic
def set_lending_policy(
    *, valid_from: date, quorum: int, monthly_cap: Decimal | None, by: User, on: date, at: datetime, **limits: Any
) -> LendingPolicy:  # fmt: skip
    """Let a lending policy count from a day on, today or later; what was decided under those before it stands.

    `monthly_cap` is in naira, None for no cap. `limits` are the policy's other fields by name, those left out as usual:
    who may stand for whom, and the notice days of a recourse. Raises PolicyFromThatDay for a day that is past or taken.
    """
    if valid_from < on:
        raise PolicyFromThatDay(f"This day is past. Enter {dmy(on)} or a later day.")
    decided = {"quorum": quorum, "monthly_cap": monthly_cap, **limits}
    policy, is_new = LendingPolicy.objects.get_or_create(valid_from=valid_from, defaults=decided)
    if not is_new:
        raise PolicyFromThatDay()
    record("loans.policy.set", by=by, subject=policy, at=at, valid_from=valid_from, **decided)
    return policy
