"""What leaves the site as a file."""

from __future__ import annotations

from datetime import datetime

from core.exports import Column, ExportSheet, xlsx_bytes
from onboarding.models import BookImport
from onboarding.selectors.problems import problems_of


def problems_paper(book_import: BookImport, *, at: datetime) -> bytes:
    """Every problem with its place, as XLSX; what the workbook's cells say is never run as a formula."""
    found = problems_of(book_import)
    rows = [
        (each.grade_label, each.sheet, each.row, each.column, each.message, each.member, each.loan, each.code)
        for each in found
    ]
    return xlsx_bytes(
        ExportSheet(
            "Problems",
            [
                Column("Grade", width=11),
                Column("Sheet", width=18),
                Column("Row", kind="whole"),
                Column("Column", width=8),
                Column("What is wrong and what to do", width=90),
                Column("Member", kind="number"),
                Column("Loan", kind="number"),
                Column("Code", width=24),
            ],
            rows,
            titles=[f"Problems of {book_import.file_name}"],
        ),
        at=at,
    )
