"""Sheets that leave the house: the schedule for the employer, and what is to be explained of a return."""

from __future__ import annotations

from core.display import month as spoken_month
from core.exports import Column, ExportSheet
from reconciliation.causes import EXPLANATIONS, MISSING
from reconciliation.models import DeductionSchedule, Remittance, RemittanceLine
from reconciliation.selectors.returns import exceptions
from reconciliation.selectors.schedules import schedule_lines
from reconciliation.selectors.totals import missing
from reconciliation.states import LineState


def schedule_sheet(schedule: DeductionSchedule) -> ExportSheet:
    """A schedule as the sheet that goes to the employer: one row a member, totals that prove themselves."""
    return ExportSheet(
        name=f"{schedule.employer.code} {schedule.month:%Y-%m}",
        titles=[
            f"Deductions for {schedule.employer}, {spoken_month(schedule.month)}",
            f"Schedule {schedule.number or 'not issued'}, version {schedule.version}",
        ],
        columns=[
            Column("S/N", kind="whole"),
            Column("Staff number", kind="number"),
            Column("Name"),
            Column("Member number"),
            Column("Savings", kind="money", total=True),
            Column("Christmas savings", kind="money", total=True),
            Column("Loans", kind="money", total=True),
            Column("Total", kind="money", total=True),
        ],
        rows=[
            (
                number, line.staff_number, line.member.name, line.member.number,
                line.savings, line.christmas, line.loans, line.total,
            )
            for number, line in enumerate(schedule_lines(schedule), 1)
        ],
    )  # fmt: skip


def schedule_file_name(schedule: DeductionSchedule, kind: str) -> str:
    return f"deductions-{schedule.employer.code}-{schedule.month:%Y-%m}-v{schedule.version}.{kind}"


def exceptions_sheets(remittance: Remittance) -> list[ExportSheet]:
    """What of a return is not simply what was asked for, and whom it does not have: to be asked of the employer."""
    schedule = remittance.schedule
    titles = [
        f"To be explained: {schedule.employer}, {spoken_month(schedule.month)}",
        f"Return {remittance.file_name}, schedule {schedule.number}",
    ]
    return [
        ExportSheet(
            name="Lines",
            titles=titles,
            columns=[
                Column("Sheet"),
                Column("Row", kind="whole"),
                Column("Staff number on the return", kind="number"),
                Column("Name on the return"),
                Column("Amount", kind="money", total=True),
                Column("Member number"),
                Column("Member"),
                Column("We asked for", kind="money"),
                Column("Difference", kind="money"),
                Column("What is the matter", width=44),
                Column("What becomes of it", width=30),
            ],
            rows=[
                (
                    line.sheet, line.row, line.staff_number, line.name, line.amount,
                    line.member.number if line.member else "", line.member.name if line.member else "",
                    line.expected if line.member else None, line.amount - line.expected if line.member else None,
                    EXPLANATIONS[line.cause], fate(line),
                )
                for line in exceptions(remittance)
            ],
        ),
        ExportSheet(
            name="Missing",
            titles=titles,
            columns=[
                Column("Staff number", kind="number"),
                Column("Member number"),
                Column("Member"),
                Column("We asked for", kind="money", total=True),
                Column("What is the matter", width=60),
            ],
            rows=[
                (line.staff_number, line.member.number, line.member.name, line.total, EXPLANATIONS[MISSING])
                for line in missing(remittance)
            ],
        ),
    ]  # fmt: skip


FATES = {
    LineState.MATCHED: "Goes to the member",
    LineState.POSTED: "Credited to the member",
    LineState.SUGGESTED: "To be confirmed, else suspense",
    LineState.WAITING: "A second line: suspense",
    LineState.UNMATCHED: "Nobody knows whose: to suspense",
    LineState.SUSPENSE: "In suspense",
}


def fate(line: RemittanceLine) -> str:
    """What becomes of a line, in a few words."""
    return FATES[LineState(line.state)]
