"""The nightly pass over 1,000,000 loans of 12 instalments beside the leanest statement that stores the same columns."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import psycopg
from django.conf import settings
from django.db import connection

from bench.harness import Pair
from cooploan import embedded
from core.sql import load_sql
from loans.models import LateScheme, LoanProduct, ProductVersion
from loans.selectors.arrears import classes_of
from loans.services.arrears import refresh_arrears
from loans.standard import have_standard_products

SIZE = 1_000_000
TONIGHT = date(2026, 10, 28)
LAST_NIGHT = TONIGHT - timedelta(days=1)
AT = datetime(2026, 10, 28, 0, 20, tzinfo=UTC)
LATE, EARLY = load_sql("bench", "arrears_floor"), load_sql("bench", "arrears_floor_first")


class Books:
    """The bench's loans, on a connection that may load and empty tables; the pass itself runs as the site does."""

    def __init__(self) -> None:
        self.opened = embedded.as_superuser(settings.DATABASES["default"]["NAME"])
        self.server: psycopg.Connection = self.opened.__enter__()
        self.versions = _versions_with_penalties()
        self.run(load_sql("bench", "arrears_load"), loans=SIZE, on=TONIGHT, versions=self.versions)
        self.analyze("loans_loan", "loans_installment")

    def run(self, statements: str, **figures: object) -> None:
        """Several statements, one after the other: each is bound and sent by itself."""
        for statement in filter(str.strip, statements.split(";\n")):
            self.server.execute(statement, {k: v for k, v in figures.items() if f"%({k})s" in statement} or None)

    def analyze(self, *tables: str) -> None:
        for table in tables:
            self.server.execute(f"VACUUM (ANALYZE) {table}")

    def empty(self) -> None:
        """As before the first night."""
        self.run("TRUNCATE loans_loanstanding, loans_standinghistory, loans_arrearsrun, loans_provisionrun CASCADE")
        self.run("TRUNCATE floor_standing, floor_history")

    def keep(self) -> None:
        """Remember how things stand after last night."""
        self.run(
            "CREATE TABLE kept_standing AS SELECT * FROM loans_loanstanding;\n"
            "CREATE TABLE kept_history AS SELECT * FROM loans_standinghistory;\n"
            "CREATE TABLE kept_run AS SELECT * FROM loans_arrearsrun"
        )

    def restore(self) -> None:
        """Put things back as they stood after last night."""
        self.empty()
        self.run(
            "INSERT INTO loans_loanstanding SELECT * FROM kept_standing ORDER BY loan_id;\n"
            "INSERT INTO loans_standinghistory SELECT * FROM kept_history ORDER BY loan_id;\n"
            "INSERT INTO loans_arrearsrun OVERRIDING SYSTEM VALUE SELECT * FROM kept_run;\n"
        )
        self.analyze("loans_loanstanding", "loans_standinghistory")

    def restore_floor(self) -> None:
        self.run("TRUNCATE floor_standing;\nTRUNCATE floor_history")
        self.run(EARLY, as_of=LAST_NIGHT, through=LAST_NIGHT - timedelta(days=1), **_classes())
        self.analyze("floor_standing", "floor_history")

    def agree(self) -> None:
        """Both have stored the same: a race between different figures would be none."""
        found = self.server.execute(load_sql("bench", "arrears_differences")).fetchone()[0]
        if found:
            sys.exit(f"{found} loans stand differently in the floor's table: nothing was measured")


def measurements() -> Iterator[Pair]:
    connection.settings_dict["CONN_MAX_AGE"] = None
    books = Books()
    classes = _classes()

    def night(on: date):
        return lambda: refresh_arrears(as_of=on, at=AT)

    def floor(statement: str, on: date):
        return lambda: books.run(statement, as_of=on, through=on - timedelta(days=1), **classes)

    books.empty()
    night(LAST_NIGHT)()
    books.keep()
    books.restore()
    books.restore_floor()
    night(TONIGHT)()
    floor(LATE, TONIGHT)()
    books.agree()
    name = f"{SIZE:,} loans"
    yield Pair(f"a night, {name}", night(TONIGHT), floor(LATE, TONIGHT), before=books.restore,
               before_floor=books.restore_floor)  # fmt: skip
    yield Pair(f"the first night ever, {name}", night(TONIGHT), floor(EARLY, TONIGHT), before=books.empty,
               before_floor=books.empty)  # fmt: skip
    yield Pair("second run of a day beside the first", night(TONIGHT), night(TONIGHT), before=night(TONIGHT),
               before_floor=books.restore)  # fmt: skip


def _versions_with_penalties() -> list[int]:
    """Two kinds of loans: a percentage a month after days of grace, and one a day up to a cap."""
    have_standard_products()
    rules = (
        {"penalty_percent": 2, "penalty_per_days": 30, "penalty_grace_days": 3},
        {"penalty_percent": "0.1", "penalty_per_days": 1, "penalty_base": "principal", "penalty_cap_percent": 10,
         "penalty_in_duplum": True},
    )  # fmt: skip
    made = []
    for number, penalty in enumerate(rules, start=1):
        version = ProductVersion.objects.order_by("pk").first()
        version.product = LoanProduct.objects.create(
            code=f"bench{number}", name=f"Bench {number}", control_code=version.product.control_code
        )
        version.pk, version._state.adding = None, True
        for name, value in penalty.items():
            setattr(version, name, value)
        version.save()
        made.append(version.pk)
    return made


def _classes() -> dict[str, list]:
    classes, figures = classes_of(LateScheme.objects.in_use(TONIGHT))
    return {"classes": [one.pk for one in classes], **figures}
