"""Unity's own books, from the workbook as its treasurer keeps it: proposed by one officer, posted by another."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from django.conf import settings

from loans.models import LendingPolicy
from onboarding.services import bring_books, post_books, propose_books
from portal.practice.moments import at, october
from portal.practice.society import QUORUM
from users.selectors import person

UNITY = Path(settings.BASE_DIR) / "practice" / "data" / "unity"
WORKBOOK = UNITY / "society_register.xlsx"
# Small enough that one loan of the stories has to wait for next month's money.
MONTHLY_CAP = Decimal("10000000.00")


def bring_unity_in() -> None:
    """Import the register as at 30 September 2026, with the lending policy that counts from 1 October on."""
    officer, treasurer = person("officer"), person("treasurer")
    brought = bring_books(data=WORKBOOK.read_bytes(), file_name=WORKBOOK.name, by=officer, at=at(1, 9))
    propose_books(book_import=brought, by=officer, at=at(1, 9, 40))
    post_books(book_import=brought, by=treasurer, at=at(1, 14))
    LendingPolicy.objects.get_or_create(valid_from=october(1), defaults={"quorum": QUORUM, "monthly_cap": MONTHLY_CAP})
