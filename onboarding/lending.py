"""The loans sheet: terms made whole and held against the arithmetic, guarantors against the register."""

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

from core.names import compare_names
from onboarding.books import LoanRow, MemberRow, Rules, Unplaced
from onboarding.loan_terms import check_terms, terms_of
from onboarding.people import Register, number_key
from onboarding.problems import Findings
from onboarding.reading import Record, Records
from onboarding.vocabulary import LOAN_TYPE_PHRASES, LOAN_TYPES, normal

GUARANTORS = ("guarantor_1", "guarantor_2", "guarantor_3", "guarantor_4")
TYPE_ENOUGH = 5
TYPE_COMMON = 0.8


def read_loans(
    sheets: list[Records], register: Register, rules: Rules, as_at: date | None, findings: Findings
) -> tuple[list[LoanRow], list[Unplaced], set[tuple[str, str]]]:
    """The running loans that can be taken over, the balances of those that cannot, and the member and kind of these."""
    loans: list[LoanRow] = []
    unplaced: list[Unplaced] = []
    contested: set[tuple[str, str]] = set()
    seen: dict[tuple[str, ...], int] = {}
    for sheet in sheets:
        rate_scale = _rate_scale(sheet.data)
        for record in sheet.data:
            loan = _loan(record, register, rules, as_at, rate_scale, seen, findings)
            if loan is not None:
                loans.append(loan)
                _place_guarantors(loan, record, register, rules, findings)
            elif record.money("balance") > 0:
                number = record.get("loan_number") or "without a number"
                why = f"loan {number} in row {record.row} of {record.sheet} cannot be taken over yet"
                unplaced.append(Unplaced(record.sheet, record.row, "loans", record.money("balance"), why))
                contested |= _contested(record, register)
    _tell_odd_ones(loans, findings)
    return loans, unplaced, contested


def _contested(record: Record, register: Register) -> set[tuple[str, str]]:
    """The member and kind of a loan that cannot be taken over: the balances sheet is not held against it."""
    member = register.by_number(record.get("member_number"))
    fitting = [] if member or not record.get("name") else register.by_name(record.get("name"))
    people = [member] if member else [each for each, _ in fitting]
    kind = loan_type(record.get("loan_type") or "")
    kinds = [kind, ""] if kind else [*LOAN_TYPES, ""]
    return {(each.number, one) for each in people for one in kinds}


def loan_type(text: str) -> str | None:
    """The kind of loan that a cell means, None where we cannot tell."""
    phrase = normal(text)
    if phrase in LOAN_TYPE_PHRASES:
        return LOAN_TYPE_PHRASES[phrase]
    words = set(phrase.split())
    found = {kind for known, kind in LOAN_TYPE_PHRASES.items() if set(known.split()) <= words}
    return found.pop() if len(found) == 1 else None


# One loan -------------------------------------------------------------------------------------------------------------


def _loan(
    record: Record,
    register: Register,
    rules: Rules,
    as_at: date | None,
    rate_scale: dict[str, Decimal],
    seen: dict[tuple[str, ...], int],
    findings: Findings,
) -> LoanRow | None:
    number = record.get("loan_number")
    member = _borrower(record, register, findings)
    where = {"loan": number, "member": member.number if member else record.get("member_number")}
    if not number:
        findings.add("loan_number_missing", "This loan has no number. Give it one; until then it is left out.",
                     **record.at("loan_number"), **where)  # fmt: skip
        return None
    first = seen.setdefault(number_key(number), record.row)
    if first != record.row:
        findings.add(
            "loan_number_repeated",
            f"Loan {number} already stands in row {first}. Give one of the two another number; until then this row is "
            "left out.",
            **record.at("loan_number"), **where,
        )  # fmt: skip
        return None
    kind = _kind(record, where, findings)
    terms = terms_of(record, kind, rules, as_at, rate_scale, where, findings)
    if member is None or kind is None or terms is None:
        return None
    loan = LoanRow(
        sheet=record.sheet,
        row=record.row,
        number=number,
        member=member.number,
        name=record.get("name") or member.name,
        type=kind,
        **terms,
    )
    return loan if check_terms(loan, record, as_at, findings) else None


def _borrower(record: Record, register: Register, findings: Findings) -> MemberRow | None:
    written, name = record.get("member_number"), record.get("name")
    member = register.by_number(written)
    where = {"loan": record.get("loan_number")}
    if member is None and not written and name:
        fitting = register.by_name(name)
        if len(fitting) == 1:
            member = fitting[0][0]
            findings.add(
                "matched_by_name",
                f"The loan has no member number. “{name}” fits only {member.name} ({member.number}). Check it.",
                **record.at("member_number"), member=member.number, **where,
            )  # fmt: skip
            return member
    if member is None:
        findings.add(
            "loan_without_member",
            f"{written or name or 'The borrower'} is not in the register of members. Correct the number or add the "
            "member; until then the loan is left out.",
            **record.at("member_number" if written else "name"), member=written, **where,
        )  # fmt: skip
    elif name and compare_names(name, member.name).contradicts:
        findings.add(
            "name_contradicts",
            f"The loan says “{name}”, but {member.number} is {member.name}. The number was followed. Check whose loan "
            "it is.",
            **record.at("name"), member=member.number, **where,
        )  # fmt: skip
    return member


def _kind(record: Record, where: dict, findings: Findings) -> str | None:
    text = record.get("loan_type")
    kind = loan_type(text) if text else None
    if kind is None:
        findings.add(
            "loan_type_unknown",
            f"“{text or ''}” is no kind of loan that we know. Say which it is: {', '.join(LOAN_TYPES)}.",
            **record.at("loan_type"), **where,
        )  # fmt: skip
    elif normal(text) not in (kind, f"{kind} loan"):
        findings.add("loan_type_alias", f"“{text}” was read as {kind}.", **record.at("loan_type"), **where)
    return kind


def _rate_scale(records: list[Record]) -> dict[str, Decimal]:
    """100 for a column of rates that Excel keeps as fractions (12% is 0.12), else 1."""
    scale = {}
    for meaning, highest in (("rate", Decimal(1)), ("rate_monthly", Decimal("0.2"))):
        rates = [rate for record in records if (rate := record.get(meaning)) is not None]
        scale[meaning] = Decimal(100) if rates and 0 < max(rates) <= highest else Decimal(1)
    return scale


# Guarantors -----------------------------------------------------------------------------------------------------------


def _place_guarantors(loan: LoanRow, record: Record, register: Register, rules: Rules, findings: Findings) -> None:
    columns = [meaning for meaning in GUARANTORS if meaning in record.columns]
    where = {"loan": loan.number, "member": loan.member}
    told = False
    for meaning in columns:
        written = record.get(meaning)
        if not written:
            continue
        loan.guarantors_as_written.append(written)
        guarantor = _guarantor(written, meaning, record, register, where, findings)
        if guarantor is None:
            told = True
        elif guarantor.number == loan.member:
            told = True
            findings.add(
                "guarantor_is_borrower",
                f"{guarantor.name} is the borrower and cannot stand surety for this loan. Name another guarantor; "
                "until then nobody is held for that half.",
                **record.at(meaning), **where,
            )  # fmt: skip
        elif guarantor.number in loan.guarantors:
            told = True
            findings.add(
                "guarantor_repeated",
                f"{guarantor.name} ({guarantor.number}) is written twice. Name another guarantor.",
                **record.at(meaning), **where,
            )  # fmt: skip
        else:
            loan.guarantors.append(guarantor.number)
    if columns and not told and len(loan.guarantors) < min(rules.guarantors_required, len(columns)):
        findings.add(
            "guarantors_few",
            f"The loan has {len(loan.guarantors)} of {rules.guarantors_required} guarantors. Name the others.",
            **record.at(columns[len(loan.guarantors)]), **where,
        )  # fmt: skip


def _guarantor(
    written: str, meaning: str, record: Record, register: Register, where: dict, findings: Findings
) -> MemberRow | None:
    found = register.by_number(written)
    if found is not None:
        return found
    fitting = register.by_name(written) if not any(letter.isdigit() for letter in written) else []
    if len(fitting) == 1:
        member = fitting[0][0]
        findings.add(
            "guarantor_by_name", f"“{written}” was taken for {member.name} ({member.number}), the only one it fits.",
            **record.at(meaning), **where,
        )  # fmt: skip
        return member
    many = f" It may be any of {len(fitting)} members." if fitting else ""
    findings.add(
        "guarantor_unknown",
        f"Guarantor “{written}” is not in the register of members.{many} Type the member number; until then nobody is "
        "held for that half.",
        **record.at(meaning), **where,
    )  # fmt: skip
    return None


# One loan among the others --------------------------------------------------------------------------------------------


def _tell_odd_ones(loans: list[LoanRow], findings: Findings) -> None:
    rates: dict[str, Counter] = defaultdict(Counter)
    for loan in loans:
        rates[loan.type][loan.rate] += 1
    first: dict[tuple[str, str], LoanRow] = {}
    for loan in loans:
        where = {"sheet": loan.sheet, "row": loan.row, "loan": loan.number, "member": loan.member}
        usual, count = rates[loan.type].most_common(1)[0]
        every = rates[loan.type].total()
        if loan.rate != usual and every >= TYPE_ENOUGH and count >= TYPE_COMMON * every:
            findings.add(
                "rate_unusual",
                f"The rate is {loan.rate.normalize():f}%; {count} of {every} {loan.type} loans run at "
                f"{usual.normalize():f}%. Check it.",
                **where,
            )
        other = first.setdefault((loan.member, loan.type), loan)
        if other is not loan:
            findings.add(
                "two_of_a_kind", f"{other.number} in row {other.row} is a running {loan.type} loan of the same member. "
                "Check that neither has ended.", **where,
            )  # fmt: skip
