"""A dry run's figures, held against the books once it is posted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from ledger import chart
from ledger.models import Account, JournalEntry
from ledger.selectors import totals_by_code
from loans.models import Guarantee, LoanProduct
from onboarding.models import BookImport
from onboarding.selectors.imported import loans_of
from onboarding.states import ImportStatus

NOTHING = Decimal("0.00")
LABELS = {
    "savings": "Members' savings",
    "voluntary": "Voluntary savings",
    "christmas": "Christmas savings",
    "shares": "Share capital",
    "loans": "Loans to members",
    "unknown": "An account that we cannot place",
    "uneven": "Debits and credits",
}


@dataclass(frozen=True, slots=True)
class Tied:
    """One account in the workbook and in the books."""

    what: str
    code: str
    members: Decimal
    control: Decimal | None
    difference: Decimal | None
    posted: Decimal | None
    count: int
    parts: list
    causes: list[str]
    sheet_total: Decimal | None
    explained: bool
    is_out: bool

    @property
    def label(self) -> str:
        return LABELS[self.what]

    @property
    def is_true(self) -> bool:
        """The books have what the members have in the workbook, or nothing of it once it was taken out."""
        return self.posted is None or self.posted == (NOTHING if self.is_out else self.members)

    @property
    def standing(self) -> str:
        if not self.is_true:
            return "The books differ"
        if self.is_out:
            return "Taken out"
        if self.difference:
            return "Explained" if self.explained else "Not explained"
        return "Equal" if self.control is not None else "No line to hold against"

    @property
    def tone(self) -> str:
        if not self.is_true or not self.explained:
            return "bad"
        if self.is_out:
            return "idle"
        return "warn" if self.difference or self.control is None else "good"


def posted_by(book_import: BookImport) -> dict[str, Decimal] | None:
    """What the entries of this import moved on each account, debits less credits; None before it is posted."""
    if book_import.status not in (ImportStatus.POSTED, ImportStatus.UNDONE):
        return None
    return totals_by_code(batch=book_import.batch)


def tied(book_import: BookImport, posted: dict[str, Decimal] | None) -> list[Tied]:
    """Savings, shares and loans: in the workbook, in its trial balance, and in our books."""
    outlook, is_out = book_import.findings["outlook"], book_import.status == ImportStatus.UNDONE
    lines = [
        _tied(each, each["code"], each["parts"], _credit(posted, [each["code"]]), is_out)
        for each in outlook["holdings"]
    ]
    loans = outlook["loans"]
    products = list(LoanProduct.objects.values_list("code", "name", "control_code"))
    names = {code: name for code, name, _ in products}
    credit = _credit(posted, [control for _, _, control in products])
    parts = [
        [f"{names.get(kind, kind)}, {count:,} loan{'s' if count != 1 else ''}", total]
        for kind, count, total in loans["parts"]
    ]
    lines.append(_tied({"what": "loans", **loans}, "loan accounts", parts, None if credit is None else -credit, is_out))
    return [line for line in lines if line.members or line.control or line.posted]


def _tied(each: dict, code: str, parts: list, posted: Decimal | None, is_out: bool) -> Tied:
    control = _amount(each["control"])
    return Tied(
        what=each["what"],
        code=code,
        members=Decimal(each["total"]),
        control=control,
        difference=None if control is None else Decimal(each["difference"]),
        posted=posted,
        count=each["count"],
        parts=[[label, Decimal(amount)] for label, amount in parts],
        causes=each["causes"],
        sheet_total=_amount(each["sheet_total"]),
        explained=each["explained"],
        is_out=is_out,
    )


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _credit(posted: dict[str, Decimal] | None, codes: Iterable[str]) -> Decimal | None:
    if posted is None:
        return None
    return -sum((posted.get(code, NOTHING) for code in codes), NOTHING)


def general(book_import: BookImport, posted: dict[str, Decimal] | None) -> list[dict]:
    """What the trial balance opens itself, by our account: bank, cash, reserves and the like."""
    names = dict(Account.objects.general().values_list("code", "name"))
    by_code: dict[str, list[dict]] = {}
    for line in book_import.findings["outlook"]["general"]:
        by_code.setdefault(line["code"], []).append(line)
    rows = []
    for code, lines in by_code.items():
        net = sum((Decimal(line["debit"]) - Decimal(line["credit"]) for line in lines), NOTHING)
        now = None if posted is None else posted.get(code, NOTHING)
        rows.append(
            {
                "account": f"{code} {names.get(code, '')}",
                "lines": "; ".join(f"{line['account']} ({line['sheet']}, row {line['row']})" for line in lines),
                "debit": net if net > 0 else None,
                "credit": -net if net < 0 else None,
                "posted": None if now is None else abs(now),
                "is_true": now is None or now == net,
            }
        )
    return rows


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What stays on the opening differences: a credit above nil."""

    amount: Decimal
    parts: list[tuple[str, Decimal, list[str]]]
    posted: Decimal | None

    @property
    def side(self) -> str:
        """Where it stands, for an accountant."""
        return "" if not self.amount else "as a credit" if self.amount > 0 else "as a debit"


def left_over(book_import: BookImport, posted: dict[str, Decimal] | None) -> LeftOver:
    """The opening differences of this import with the parts that explain them."""
    told = book_import.findings["outlook"]["left_over"]
    return LeftOver(
        Decimal(told["amount"]),
        [(LABELS[part["what"]], Decimal(part["amount"]), part["why"]) for part in told["parts"]],
        _credit(posted, [chart.OPENING_DIFFERENCE]),
    )


def facts_of(book_import: BookImport) -> list[tuple[str, object]]:
    """What posting will do, in numbers."""
    totals, outlook = book_import.findings["totals"], book_import.findings["outlook"]
    return [
        ("Members to enter", f"{totals['members']:,}"),
        ("Members' savings", Decimal(totals["savings"])),
        ("Voluntary savings", Decimal(totals["voluntary"])),
        ("Christmas savings", Decimal(totals["xmas"])),
        ("Share capital", Decimal(totals["shares"])),
        ("Running loans to take over", f"{totals['loans']:,}"),
        ("Owed on them", Decimal(totals["loan_balance"])),
        ("Promises of guarantors to take over", f"{outlook['loans']['guarantors']:,}"),
        ("Lines of the trial balance to open", f"{len(outlook['general']):,}"),
        ("Left on the opening differences", abs(Decimal(outlook["left_over"]["amount"]))),
    ]


def undo_facts(book_import: BookImport) -> list[tuple[str, object]]:
    """What undoing would do, in numbers counted from the books as they are now."""
    loans = loans_of(book_import)
    guarantees = Guarantee.objects.live().filter(loan__in=loans)
    held = guarantees.aggregate(count=Count("pk"), amount=Sum("hold__amount"))
    return [
        ("Members taken out of the register", f"{book_import.imported.count():,}"),
        ("Loans cancelled", f"{loans.count():,}"),
        ("Promises of guarantors ended", f"{held['count']:,}"),
        ("Savings no longer held", held["amount"] or NOTHING),
        ("Entries to reverse", f"{JournalEntry.objects.filter(batch=book_import.batch).count():,}"),
    ]
