"""The balances sheet: each row to its member, row and column totals, and the rows that belong to nobody."""

from collections import Counter
from decimal import Decimal

from core.money import naira
from core.names import compare_names
from onboarding.books import ZERO, BalanceRow, MemberRow, Unplaced
from onboarding.people import Register
from onboarding.problems import Findings
from onboarding.reading import MONEY, Record, Records
from onboarding.vocabulary import LABELS

HOLDINGS = ("savings", "voluntary", "shares", "christmas")
LOAN_COLUMNS = {
    "loan_normal": "normal", "loan_emergency": "emergency", "loan_electronics": "electronics",
    "loan_commodity": "commodity", "loan_asset": "asset", "loan_other": "",
}  # fmt: skip
# How a row's total may be meant: all added up, holdings alone, or holdings less what is owed.
FORMULAS = {
    "its columns add up to": (1, 1),
    "its savings and shares add up to": (1, 0),
    "its savings and shares less its loans come to": (1, -1),
}
USUAL = 0.6  # share of rows that must follow a formula before the others are told


def read_balances(
    sheets: list[Records], register: Register, findings: Findings
) -> tuple[list[BalanceRow], list[Unplaced], dict[str, Decimal]]:
    """Every row of balances, what belongs to nobody, and each column's own last total; members get their holdings."""
    rows: list[BalanceRow] = []
    unplaced: list[Unplaced] = []
    stated: dict[str, Decimal] = {}
    for sheet in sheets:
        formula = _formula(sheet.data)
        ambiguous: set[int] = set()
        found = _owners(sheet.data, register, ambiguous, findings)
        off = ZERO
        for record, owner in found:
            if owner is None and _is_bare_total(record, sheet.data):
                sheet.totals.append(record)
                continue
            row = _balance_row(record, owner, findings)
            rows.append(row)
            off += _check_row_total(record, row, formula, findings)
            if owner is None:
                unplaced += _parts(row, "belongs to no member")
                if record.row not in ambiguous:
                    _tell_nobodys(record, row, register, findings)
        data = [record for record, _ in found if record not in sheet.totals]
        _check_column_totals(sheet, data, off, formula, findings)
        for record in sheet.totals:
            stated.update({meaning: record.money(meaning) for meaning in HOLDINGS if record.get(meaning) is not None})
    unplaced += _give_to_members(rows, register, findings)
    return rows, unplaced, stated


# Whose row ------------------------------------------------------------------------------------------------------------


def _owners(
    records: list[Record], register: Register, ambiguous: set[int], findings: Findings
) -> list[tuple[Record, MemberRow | None]]:
    """Each record's member by its number, else by its name among those who have no row yet."""
    owners: list[MemberRow | None] = [register.by_number(record.get("member_number")) for record in records]
    free = {member.number for member in register.members} - {owner.number for owner in owners if owner}
    for index, record in enumerate(records):
        name = record.get("name") or " ".join(filter(None, (record.get("surname"), record.get("other_names"))))
        owner = owners[index]
        if owner is not None:
            if name and compare_names(name, owner.name).contradicts:
                findings.add(
                    "name_contradicts",
                    f"The row says “{name}”, but {owner.number} is {owner.name}. The number was followed. Check whose "
                    "figures these are.",
                    **record.at("name"), member=owner.number,
                )  # fmt: skip
        elif name and not record.get("member_number"):
            owners[index] = _by_name(record, name, register, free, ambiguous, findings)
            if owners[index]:
                free.discard(owners[index].number)
    return list(zip(records, owners, strict=True))


def _by_name(
    record: Record, name: str, register: Register, free: set[str], ambiguous: set[int], findings: Findings
) -> MemberRow | None:
    fitting = register.by_name(name, among=free)
    if len(fitting) == 1:
        member = fitting[0][0]
        findings.add(
            "matched_by_name",
            f"The row has no member number. “{name}” fits only {member.name} ({member.number}), who has no other row, "
            "so the row was put there. Check it.",
            **record.at("member_number"), member=member.number,
        )  # fmt: skip
        return member
    if fitting:
        ambiguous.add(record.row)
        people = ", ".join(f"{member.name} ({member.number})" for member, _ in fitting[:4])
        findings.add(
            "member_ambiguous",
            f"The row has no member number and “{name}” may be {people}. Type the number of the right one.",
            **record.at("member_number"),
        )
    return None


def _is_bare_total(record: Record, records: list[Record]) -> bool:
    """A row without number or name most of whose figures are the sums of the rows above it."""
    if record.get("member_number") or record.get("name") or record.get("surname"):
        return False
    figures = [meaning for meaning in record.values if meaning in MONEY]
    above = [other for other in records if other.row < record.row]
    sums = [record.money(meaning) == sum((other.money(meaning) for other in above), ZERO) for meaning in figures]
    return len(above) > 1 and sum(sums) * 2 > len(sums)


def _balance_row(record: Record, owner: MemberRow | None, findings: Findings) -> BalanceRow:
    member = owner.number if owner else None
    for meaning in (*HOLDINGS, *LOAN_COLUMNS):
        if record.money(meaning) < 0:
            findings.add(
                "amount_negative",
                f"The {LABELS[meaning]} is {naira(record.money(meaning))}, and a balance cannot start below zero. "
                "Say what it should be; until then it is taken as nothing.",
                **record.at(meaning), member=member,
            )  # fmt: skip
            record.values[meaning] = None
            record.broken.add(meaning)
    return BalanceRow(
        sheet=record.sheet,
        row=record.row,
        name=record.get("name") or "",
        member=member,
        loans={kind: record.money(meaning) for meaning, kind in LOAN_COLUMNS.items() if meaning in record.columns},
        total=record.get("total"),
        **{meaning: record.money(meaning) for meaning in HOLDINGS},
    )


def _tell_nobodys(record: Record, row: BalanceRow, register: Register, findings: Findings) -> None:
    parts = [f"{LABELS.get(part.what, 'loans')} {naira(part.amount)}" for part in _parts(row, "")]
    number = record.get("member_number")
    who = f"{number} ({row.name})" if number else f"“{row.name}”" if row.name else "This row"
    near = register.by_name(row.name)[:2] if number and row.name else []
    hint = f" The name fits {near[0][0].name} ({near[0][0].number})." if len(near) == 1 else ""
    findings.add(
        "row_without_member",
        f"{who} is nobody in the register of members, yet the row holds {', '.join(parts) or 'no money'}.{hint} Find "
        "whose it is, or decide where it goes; until then it is left out of the members' balances.",
        **record.at("member_number" if number else "name"), member=number,
    )  # fmt: skip


def _parts(row: BalanceRow, why: str) -> list[Unplaced]:
    why = f"row {row.row} of {row.sheet} ({row.name or 'no name'}) {why}"
    found = [Unplaced(row.sheet, row.row, what, getattr(row, what), why) for what in HOLDINGS]
    found.append(Unplaced(row.sheet, row.row, "loans", sum(row.loans.values(), ZERO), why))
    return [part for part in found if part.amount]


def _give_to_members(rows: list[BalanceRow], register: Register, findings: Findings) -> list[Unplaced]:
    left_out: list[Unplaced] = []
    by_number = {member.number: member for member in register.members}
    for row in rows:
        if row.member is None:
            continue
        member = by_number[row.member]
        if member.balance_row is not None:
            findings.add(
                "balances_repeated",
                f"{member.name} ({member.number}) already has balances in row {member.balance_row}. Say which row is "
                "right, or add them up in one; until then this one is left out.",
                sheet=row.sheet, row=row.row, member=member.number,
            )  # fmt: skip
            row.member = None
            left_out += _parts(row, "repeats a member's row")
            continue
        member.balance_row = row.row
        for what in HOLDINGS:
            setattr(member, what, getattr(row, what))
    return left_out


# Totals ---------------------------------------------------------------------------------------------------------------


def _sum(record: Record, formula: str) -> Decimal:
    held, owed = FORMULAS[formula]
    savings = sum((record.money(meaning) for meaning in HOLDINGS), ZERO)
    return held * savings + owed * sum((record.money(meaning) for meaning in LOAN_COLUMNS), ZERO)


def _formula(records: list[Record]) -> str | None:
    """The way in which most rows of the sheet make their total, None where there is none."""
    told = [record for record in records if record.get("total") is not None and not record.broken]
    counts = Counter(name for record in told for name in FORMULAS if _sum(record, name) == record.get("total"))
    if not counts:
        return None
    name, count = max(counts.items(), key=lambda pair: (pair[1], -list(FORMULAS).index(pair[0])))
    return name if count >= USUAL * len(told) else None


def _check_row_total(record: Record, row: BalanceRow, formula: str | None, findings: Findings) -> Decimal:
    """Tell a total that is not what the sheet's custom gives; the difference is total - sum."""
    if formula is None or row.total is None or record.broken:
        return ZERO
    difference = row.total - _sum(record, formula)
    if difference:
        findings.add(
            "row_total_differs",
            f"The total says {naira(row.total)}, but {formula} {naira(_sum(record, formula))}: a difference of "
            f"{naira(difference)}. The columns were followed. Check them.",
            **record.at("total"), member=row.member,
        )  # fmt: skip
    return difference


def _check_column_totals(
    sheet: Records, data: list[Record], off: Decimal, formula: str | None, findings: Findings
) -> None:
    columns = [meaning for meaning in sheet.mapping_columns() if meaning in MONEY]
    before = 0
    for total in sorted(sheet.totals, key=lambda record: record.row):
        for meaning in columns:
            stated = total.get(meaning)
            if stated is None or any(meaning in record.broken for record in data):
                continue
            page = [record for record in data if before < record.row < total.row]
            whole = [record for record in data if record.row < total.row]
            sums = [sum((record.money(meaning) for record in part), ZERO) for part in (whole, page)]
            allowed = [*sums, *([sums[0] - off, _sum(total, formula)] if meaning == "total" and formula else [])]
            if stated in allowed:
                continue
            findings.add(
                "column_total_differs",
                f"The {LABELS[meaning]} column says {naira(stated)} in all; its rows add up to {naira(sums[0])}, a "
                f"difference of {naira(stated - sums[0])}. The rows were followed. Check them.",
                **total.at(meaning),
            )
        before = total.row
