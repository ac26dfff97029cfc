"""How a command names an employer and a month."""

from __future__ import annotations

from datetime import date

from django.core.management.base import CommandError

from members.models import Employer


def month_of(word: str) -> date:
    """The first day of `2026-10`; raises CommandError with what to type."""
    try:
        return date.fromisoformat(f"{word}-01")
    except ValueError as error:
        raise CommandError(f"{word} is not a month. Type it like 2026-10.") from error


def employer_of(word: str) -> Employer:
    """The employer with this code; raises Employer.DoesNotExist with the codes that there are."""
    found = Employer.objects.filter(code__iexact=word).first()
    if found is None:
        codes = ", ".join(Employer.objects.order_by("code").values_list("code", flat=True)) or "none yet"
        raise Employer.DoesNotExist(f"No employer has the code {word}. The codes are: {codes}.")
    return found
