"""The statement that brings a million loans up to date says of each what the engine says of one."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from engine.arrears import LateClass as EngineClass
from engine.arrears import LateClasses, assess
from engine.instalments import Instalment
from engine.money import percent_of
from engine.penalties import Stretch, late_naira_days, penalty_cap, penalty_of
from loans.models import LateScheme, Loan, LoanStanding, PauseReason
from loans.tests.arrears_cast import make_late_loan, make_rules, mark_paid, night, pause, watch
from loans.tests.factories import make_member
from members.models import Member

pytestmark = pytest.mark.django_db

START = date(2026, 3, 1)
RULES = [
    {},
    {"percent": "2", "per_days": 30, "grace_days": 3},
    {"percent": "0.10", "per_days": 1, "base": "principal", "cap_percent": "3"},
    {"percent": "7.5", "per_days": 365, "grace_days": 10, "in_duplum": True},
    {"percent": "1.25", "per_days": 1, "cap_percent": "40", "in_duplum": True},
]


class Story:
    """One loan, and everything that the engine needs to know of what happened to it."""

    def __init__(self, dice: random.Random, versions: list, member: Member) -> None:
        self.dice = dice
        self.version = dice.choice(versions)
        first = START + timedelta(days=dice.randrange(-70, 40))
        plan = [
            (first + timedelta(days=30 * place), Decimal(dice.randrange(1, 900_000)) / 100,
             Decimal(dice.randrange(0, 90_000)) / 100)
            for place in range(dice.randrange(1, 7))
        ]  # fmt: skip
        self.loan = make_late_loan(plan, version=self.version, member=member)
        self.parts = list(self.loan.installments.order_by("number"))
        self.paid = {one.pk: [Decimal(0), Decimal(0)] for one in self.parts}
        self.history: list[Stretch] = []
        self.pauses: list[tuple[date, date | None]] = []
        self.employers: list[tuple[date, date | None]] = []
        self.watches: list[tuple[date, date, int]] = []
        self.before = Decimal(0)

    @property
    def on_principal(self) -> bool:
        return self.version.penalty_base == "principal"

    def happens(self, today: date) -> None:
        if self.dice.random() < 0.3:
            unpaid = [one for one in self.parts if self.paid[one.pk] != [one.principal, one.interest]]
            for one in unpaid[: self.dice.randrange(0, 3)]:
                self._pay(one, today)
        if self.dice.random() < 0.06:
            why = self.dice.choice(list(PauseReason))
            span = (today + timedelta(days=self.dice.randrange(0, 20)), None)
            if self.dice.random() < 0.8:
                span = (span[0], span[0] + timedelta(days=self.dice.randrange(1, 40)))
            pause(self.loan, *span, why=why)
            self.pauses.append(span)
            if why == PauseReason.EMPLOYER:
                self.employers.append(span)
        if self.dice.random() < 0.06:
            first = today + timedelta(days=self.dice.randrange(1, 20))
            self.watches.append(
                (first, first + timedelta(days=self.dice.randrange(0, 90)), self.dice.randrange(1, 200))
            )
            watch(self.loan, *self.watches[-1])

    def _pay(self, one, today: date) -> None:
        left = [one.principal - self.paid[one.pk][0], one.interest - self.paid[one.pk][1]]
        share = self.dice.choice([1, 1, 2])
        principal, interest = (
            part if share == 1 else Decimal(self.dice.randrange(0, int(part * 100) + 1)) / 100 for part in left
        )
        mark_paid(one, principal=principal, interest=interest)
        self.paid[one.pk][0] += principal
        self.paid[one.pk][1] += interest
        until = today - timedelta(days=1)
        self.history.append(Stretch(principal if self.on_principal else principal + interest, one.due_on, until))

    def as_told_by_the_engine(self, today: date, classes: LateClasses) -> dict:
        arrears = assess(
            [
                Instalment(
                    number=one.number, due_on=one.due_on, principal=one.principal, interest=one.interest,
                    principal_paid=self.paid[one.pk][0], interest_paid=self.paid[one.pk][1],
                )
                for one in self.parts
            ],
            today,
        )  # fmt: skip
        left = [(one, one.principal - self.paid[one.pk][0], one.interest - self.paid[one.pk][1]) for one in self.parts]
        stretches = self.history + [
            Stretch(principal if self.on_principal else principal + interest, one.due_on)
            for one, principal, interest in left
        ]
        yesterday = today - timedelta(days=1)
        counted = late_naira_days(
            stretches, through=yesterday, grace_days=self.version.penalty_grace_days, paused=self.pauses
        )
        cap = penalty_cap(
            self.loan.principal, arrears.outstanding_principal, cap_percent=self.version.penalty_cap_percent,
            in_duplum=self.version.penalty_in_duplum,
        )  # fmt: skip
        self.before = penalty_of(
            counted, self.version.penalty_percent, per_days=self.version.penalty_per_days, cap=cap, before=self.before
        )
        watched = max((days for first, until, days in self.watches if first <= today <= until), default=0)
        late_class = classes.of(arrears.days_past_due, watch_days=watched)
        oldest = arrears.oldest_unpaid_due_on
        return {
            "oldest_due_on": oldest,
            "days_past_due": arrears.days_past_due,
            "late_class__name": late_class.name,
            "outstanding_principal": arrears.outstanding_principal,
            "overdue_principal": arrears.overdue_principal,
            "overdue_interest": arrears.overdue_interest,
            "overdue_fee": arrears.overdue_fee,
            "late_naira_days": counted,
            "penalty_charged": self.before,
            "provision": percent_of(arrears.outstanding_principal, late_class.provision_percent),
            "suspended_interest": arrears.overdue_interest if max(arrears.days_past_due, watched) > 30 else Decimal(0),
            "watch_days": watched,
            "employer_caused": oldest is not None and any(
                begin <= oldest + timedelta(days=1) and (end is None or oldest + timedelta(days=1) < end)
                for begin, end in self.employers
            ),
        }  # fmt: skip


def classes_in_use() -> LateClasses:
    return LateClasses([
        EngineClass(one.name, one.from_days, one.provision_percent)
        for one in LateScheme.objects.in_use(START).classes.all()
    ])  # fmt: skip


def from_history(on: date) -> dict[int, tuple]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM loans_standing_on(%s)", [on])
        return {row[0]: row for row in cursor.fetchall()}


@pytest.mark.parametrize("seed", range(8))
def test_random_loans_stand_each_night_as_the_engine_says_and_any_past_day_gives_the_same_again(seed):
    dice = random.Random(seed)
    versions = [make_rules(**one) for one in RULES]
    member = make_member(with_user=False)
    stories = [Story(dice, versions, member) for _ in range(40)]
    # Loaded again: they hold the columns as the database rounds them.
    for version in versions:
        version.refresh_from_db()
    classes, today, told = classes_in_use(), START, {}
    for _ in range(12):
        night(today, chunk=dice.choice([7, 50]))
        for story in stories:
            story.as_told_by_the_engine(today, classes)
            story.happens(today)
        night(today)
        expected = {story.loan.pk: story.as_told_by_the_engine(today, classes) for story in stories}
        found = {row["pk"]: row for row in LoanStanding.objects.values("pk", *next(iter(expected.values())))}
        for pk, wanted in expected.items():
            assert {name: found[pk][name] for name in wanted} == wanted, (today, pk)
        told[today] = from_history(today)
        for pk, wanted in expected.items():
            row = told[today][pk]
            assert (row[1], row[2], row[4]) == (
                wanted["oldest_due_on"], wanted["days_past_due"], wanted["outstanding_principal"]
            )  # fmt: skip
            assert (row[8], row[9]) == (wanted["late_naira_days"], wanted["penalty_charged"]), (today, pk)
            assert row[13] == wanted["watch_days"], (today, pk)
        today += timedelta(days=dice.choice([1, 1, 1, 2, 9, 31]))
    assert {on: from_history(on) for on in told} == told
    assert LoanStanding.objects.filter(penalty_charged__gt=0).count() > 10
    assert Loan.objects.count() == len(stories)
