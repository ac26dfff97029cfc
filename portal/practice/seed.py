"""The practice society made chapter by chapter; a chapter that is in the books is not told again."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from core.dates import freeze_business_date
from core.idempotency import once
from portal.practice import books, month, nights, people, stories
from portal.practice.moments import TODAY, at
from portal.practice.society import have_setting

SCOPE = "practice.seed"


def _setting() -> None:
    have_setting()
    freeze_business_date(on=TODAY)
    people.have_office()


CHAPTERS: list[tuple[str, str, Callable[[], object]]] = [
    ("setting", "The society, its officers and its date, 26 October 2026", _setting),
    ("books", "Its own books as at 30 September 2026: 620 members, 487 loans", books.bring_unity_in),
    ("people", "Members join, and some take an office", people.have_members_join),
    ("schedules", "October's deduction schedules for four employers", month.issue_schedules),
    ("first sitting", "Five requests, decided on 14 October", stories.first_sitting),
    ("register", "Loans in the register, one paid out, one queued", stories.register_and_pay),
    ("counter", "Money paid at the office, one loan closed", stories.counter_receipts),
    ("second sitting", "Five requests before the committee, a sitting open", stories.second_sitting),
    ("requests", "A draft, and requests that wait for guarantors", stories.open_requests),
    ("savings", "Savings asked for, paid and declined", month.savings_asked_for),
    ("return", "Kainji's October return, matched and not posted", month.receive_return),
    ("nights", "How the loans stand", nights.work_out_arrears),
    ("switch", "The people of the role switch", people.have_role_switch),
]


def seed(*, say: Callable[[str], object]) -> int:
    """Tell every chapter that is not in the books yet, each in one transaction; returns how many were told.

    `say` is called with the title of each chapter before it begins.
    """
    told = 0
    for key, title, chapter in CHAPTERS:
        with transaction.atomic():
            claim = once(scope=SCOPE, key=key, request={})
            if claim.first:
                say(title)
                chapter()
                claim.keep({"told": at(26).isoformat()})
                told += 1
    return told
