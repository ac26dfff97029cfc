"""The columns of the pages about arrears, and the sheets that leave the house."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from core import exports
from core.display import day, dmy, naira, percent, plural
from core.exports import ExportSheet
from core.tables import Column, Table
from loans.models import LateScheme, ProvisionLine, ProvisionRun
from loans.selectors.arrears import AtRisk, ClassRow, LateLoan, Portfolio


def loans_url(on: date, scheme: LateScheme, **asked) -> str:
    """The loans behind a figure of that day and table."""
    words = {"as_of": on.isoformat(), "scheme": scheme.code, **asked}
    return f"{reverse('loans:portfolio_loans')}?{urlencode(words)}"


def _how_late(row: AtRisk) -> str:
    return f"more than {plural(row.more_than_days, 'day')} late" if row.more_than_days else "late by a day or more"


def _part_and_cause(row: ClassRow) -> str:
    """What a class is of all that is owed, and how much of it employers made late."""
    part = f"{percent(row.share)} of all" if row.share is not None else ""
    caused = f"{naira(row.caused)} by employers' fault" if row.caused else ""
    return ", ".join(filter(None, (part, caused)))


def _remarks(loan: LateLoan) -> str:
    """Why a loan is not in the class of its days late alone, or whose fault it is that it is late."""
    watched = f"Under watch: counts as {plural(loan.watch_days, 'day')} late at least" if loan.watch_days else ""
    return ". ".join(filter(None, ("By the employer's fault" if loan.employer_caused else "", watched)))


def classes(found: Portfolio) -> Table:
    """The portfolio by class; each class leads to its loans."""
    return Table(
        "Running loans by how late they are",
        Column(
            "Class", "late_class.name", kind="lead",
            href=lambda row: loans_url(found.on, found.scheme, row=row.row) if row.row else "",
            small=lambda row: f"from {plural(row.late_class.from_days, 'day')}, "
            f"{percent(row.late_class.provision_percent)} set aside" if row.row else "",
        ),
        Column("Loans", "loans", kind="number"),
        Column(
            "Principal owed", "outstanding", kind="money", strong=True, small=_part_and_cause,
        ),
        Column("Late", "overdue", kind="money"),
        Column("To set aside", "provision", kind="money", strong=True),
        Column("Interest not expected", "suspended_interest", kind="money"),
    )  # fmt: skip


def at_risk(found: Portfolio) -> Table:
    """The portfolio at risk, with and without what employers made late; each figure leads to its loans."""
    return Table(
        "Portfolio at risk",
        Column(
            "How late", "name", kind="lead", small=_how_late, hide_label=True,
            href=lambda row: loans_url(found.on, found.scheme, more_than=row.more_than_days),
        ),
        Column("Loans", "loans", kind="number"),
        Column("At risk", "whole.at_risk", kind="money"),
        Column("Of all", lambda row: row.whole.percent, kind="percent", strong=True),
        Column(
            "Loans without employers'", "loans_without_employers", kind="number",
            href=lambda row: loans_url(found.on, found.scheme, more_than=row.more_than_days, employers="no"),
        ),
        Column("At risk without employers'", "without_employers.at_risk", kind="money"),
        Column("Of all", lambda row: row.without_employers.percent, kind="percent"),
    )  # fmt: skip


LOANS = Table(
    "Loans, the latest first",
    Column(
        "Borrower", "borrower", kind="lead", small=lambda loan: f"{loan.serial} · {loan.employer}",
        href=lambda loan: reverse("loans:arrears_of", args=[loan.serial]),
    ),
    Column("Days late", "days_past_due", kind="number", strong=True),
    Column("Since", "oldest_due_on", kind="date", empty="–"),
    Column("Principal owed", "outstanding", kind="money"),
    Column("Late", "overdue", kind="money"),
    Column("Penalty", "penalty", kind="money"),
    Column("Class", "late_class", kind="pill", tone=lambda loan: _tone(max(loan.days_past_due, loan.watch_days))),
    Column("Remarks", _remarks, hide_label=True),
)  # fmt: skip

LATE_INSTALMENTS = Table(
    "Payments that are late",
    Column("Due", lambda one: day(one.due_on), kind="lead", small=lambda one: f"No. {one.number}"),
    Column("Payment", "due", kind="money"),
    Column("Paid of it", "paid", kind="money"),
    Column("Late", "unpaid_amount", kind="money", strong=True),
)

HISTORY = Table(
    "How the loan stood, newest first",
    Column("From", "from_on", kind="date"),
    Column("Class", lambda row: row.late_class.name if row.late_class else "Not running", kind="lead",
           small=lambda row: "under watch after new terms" if row.watch_days else ""),
    Column("Late since", "oldest_due_on", kind="date", empty="–"),
    Column("Principal owed", "outstanding_principal", kind="money"),
    Column(
        "Late", lambda row: row.overdue_principal + row.overdue_interest + row.overdue_fee, kind="money"
    ),
    Column("Penalty then", "penalty_charged", kind="money"),
    Column("Set aside", "provision", kind="money"),
)  # fmt: skip

PROVISIONS = Table(
    "Provisions, newest first",
    Column("Of", "as_of", kind="day", href=lambda run: reverse("loans:provision", args=[run.as_of])),
    Column("Set aside in all", "required", kind="money", strong=True),
    Column("Change", "change", kind="money"),
    Column("Posted by", "posted_by.full_name", kind="full"),
)


def provision_lines(run: ProvisionRun, lines: list[ProvisionLine]) -> Table:
    """The working of a provision; each class leads to its loans of that day."""
    places = {line.late_class_id: place for place, line in enumerate(lines, start=1)}
    return Table(
        "Set aside by class",
        Column(
            "Class", "late_class.name", kind="lead",
            href=lambda line: loans_url(run.as_of, run.scheme, row=places[line.late_class_id])
            if line.late_class.scheme_id == run.scheme_id else "",
        ),
        Column("Loans", "loans", kind="number"),
        Column("Principal owed", "outstanding", kind="money"),
        Column("Set aside", "late_class.provision_percent", kind="percent"),
        Column("To set aside", "required", kind="money", strong=True),
        Column("Before", "before", kind="money"),
        Column("Change", "change", kind="money"),
    )  # fmt: skip


def _tone(days: int) -> str:
    return "good" if not days else "warn" if days <= 30 else "bad"


# Sheets ---------------------------------------------------------------------------------------------------------------


def portfolio_sheets(found: Portfolio, *, society: str) -> list[ExportSheet]:
    money, whole = {"kind": "money"}, {"kind": "whole"}
    titles = [society, f"Loans by lateness as at {dmy(found.on)}", found.scheme.name]
    by_class = ExportSheet(
        name="By class",
        titles=titles,
        columns=[
            exports.Column("Class"), exports.Column("From days late", **whole),
            exports.Column("Loans", total=True, **whole), exports.Column("Principal owed", total=True, **money),
            exports.Column("Late", total=True, **money),
            exports.Column("Owed of loans that an employer made late", total=True, **money),
            exports.Column("Percent to set aside", kind="number"), exports.Column("To set aside", total=True, **money),
            exports.Column("Interest no longer expected", total=True, **money),
            exports.Column("Penalties charged", total=True, **money),
        ],
        rows=[
            (
                row.late_class.name, row.late_class.from_days, row.loans, row.outstanding, row.overdue, row.caused,
                row.late_class.provision_percent, row.provision, row.suspended_interest, row.penalty,
            )
            for row in found.rows
        ],
    )  # fmt: skip
    at_risk = ExportSheet(
        name="Portfolio at risk",
        titles=titles,
        columns=[
            exports.Column("Measure"), exports.Column("More than days late", **whole),
            exports.Column("Loans", **whole), exports.Column("At risk", **money),
            exports.Column("Percent", kind="number"),
            exports.Column("Loans without employers'", **whole),
            exports.Column("At risk without employers'", **money),
            exports.Column("Percent without employers'", kind="number"),
        ],
        rows=[
            (
                one.name, one.more_than_days, one.loans, one.whole.at_risk, one.whole.percent,
                one.loans_without_employers, one.without_employers.at_risk, one.without_employers.percent,
            )
            for one in found.at_risk
        ],
    )  # fmt: skip
    return [by_class, at_risk]


def loans_sheet(
    loans: list[LateLoan], *, on: date, scheme: LateScheme, heading: str, society: str
) -> ExportSheet:  # fmt: skip
    return ExportSheet(
        name="Loans",
        titles=[society, f"{heading}, as at {dmy(on)}", scheme.name],
        columns=[
            exports.Column("Loan", kind="number"), exports.Column("Member number", kind="number"),
            exports.Column("Borrower", width=32), exports.Column("Employer", width=28),
            exports.Column("Days late", kind="whole"), exports.Column("Late since", kind="date"),
            exports.Column("Principal owed", kind="money", total=True),
            exports.Column("Late", kind="money", total=True),
            exports.Column("Penalty charged", kind="money", total=True),
            exports.Column("To set aside", kind="money", total=True),
            exports.Column("Class"), exports.Column("Employer's fault"),
            exports.Column("Under watch: days late at least", kind="whole"),
        ],
        rows=[
            (
                one.serial, one.member_number, one.borrower, one.employer, one.days_past_due, one.oldest_due_on,
                one.outstanding, one.overdue, one.penalty, one.provision, one.late_class,
                "yes" if one.employer_caused else "", one.watch_days or None,
            )
            for one in loans
        ],
    )  # fmt: skip
