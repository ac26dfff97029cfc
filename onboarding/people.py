"""The register of members: numbers, names, employers and staff numbers, each held against the others."""

import re
from collections import Counter, defaultdict
from datetime import date

from core.names import NameMatch, compare_names, name_key, name_tokens
from onboarding.books import EmployerFound, MemberRow, Rules
from onboarding.employers import Employers
from onboarding.problems import Findings
from onboarding.reading import Record, Records
from onboarding.staff_numbers import patterns, restored, shape

_NUMBER_PARTS = re.compile(r"[A-Z]+|[0-9]+")


def number_key(number: str) -> tuple[str, ...]:
    """A member or loan number whatever its zeros, blanks and strokes: "umcs / 1" and "UMCS/0001" have one key."""
    parts = _NUMBER_PARTS.findall(number.upper()) or [number]
    return tuple(part.lstrip("0") or "0" if part.isdigit() else part for part in parts)


class Register:
    """The members by number and by name, for every sheet that refers to them."""

    def __init__(self, members: list[MemberRow]) -> None:
        self.members = members
        self._exact = {member.number: member for member in members}
        by_key: dict[tuple[str, ...], list[MemberRow]] = defaultdict(list)
        for member in members:
            by_key[number_key(member.number)].append(member)
        self._by_key = {key: found[0] for key, found in by_key.items() if len(found) == 1}
        figures: dict[str, list[MemberRow]] = defaultdict(list)
        for member in members:
            figures[number_key(member.number)[-1]].append(member)
        self._by_figures = {part: found[0] for part, found in figures.items() if len(found) == 1}
        self._by_word: dict[str, list[MemberRow]] = defaultdict(list)
        for member in members:
            for word in set(name_tokens(member.name)):
                self._by_word[word].append(member)

    def by_number(self, number: str | None) -> MemberRow | None:
        """The member of this number, zeros and punctuation aside; a bare 17 is UMCS/0017 where only one ends so."""
        if not number:
            return None
        found = self._exact.get(number) or self._by_key.get(number_key(number))
        if found is None and number.isdigit():
            found = self._by_figures.get(number.lstrip("0") or "0")
        return found

    def by_name(self, name: str, *, among: set[str] | None = None) -> list[tuple[MemberRow, NameMatch]]:
        """The members whose name this may be, best first; `among` keeps only these numbers."""
        near = {member.number: member for word in name_tokens(name) for member in self._by_word.get(word, ())}
        found = [
            (member, match)
            for member in near.values()
            if (among is None or member.number in among)
            and (match := compare_names(name, member.name)).verdict in ("same", "fits")
        ]
        return sorted(found, key=lambda pair: (-pair[1].score, pair[0].row))


def split_name(name: str) -> tuple[str, str]:
    """Surname and other names: what stands before a comma, else the words in capitals, else the first word."""
    if "," in name:
        surname, others = name.split(",", 1)
        return surname.strip(), others.strip()
    words = name.split()
    if len(words) < 2:
        return name, ""
    if not name.isupper():
        loud = 0
        while loud < len(words) - 1 and len(words[loud]) > 1 and words[loud].isupper():
            loud += 1
        if loud:
            return " ".join(words[:loud]), " ".join(words[loud:])
    return words[0], " ".join(words[1:])


def read_members(
    sheets: list[Records], rules: Rules, as_at: date | None, findings: Findings
) -> tuple[list[MemberRow], list[EmployerFound], dict[str, Record]]:
    """The members of all member sheets, their employers, and each member's record by his number."""
    members: list[MemberRow] = []
    records: dict[str, Record] = {}
    seen: dict[tuple[str, ...], MemberRow] = {}
    for sheet in sheets:
        for record in sheet.data:
            member = _member(record, findings)
            if member is None:
                continue
            first = seen.get(number_key(member.number))
            if first is not None:
                findings.add(
                    "member_number_repeated",
                    f"{member.number} already stands in row {first.row} for {first.name}. Give one of the two "
                    "another number; until then this row is left out.",
                    **record.at("member_number"), member=member.number,
                )  # fmt: skip
                continue
            seen[number_key(member.number)] = member
            members.append(member)
            records[member.number] = record
            _check_joined(member, record, as_at, findings, has_column=sheet.mapping.index_of("joined_on") is not None)
    employers = _place_employers(members, records, rules, findings)
    _place_staff_numbers(members, records, employers, findings)
    _tell_shared(members, records, findings)
    return members, employers.found, records


def _member(record: Record, findings: Findings) -> MemberRow | None:
    number, name = record.get("member_number"), record.get("name")
    if record.get("surname"):
        surname, others = record.get("surname"), record.get("other_names") or ""
    else:
        surname, others = split_name(name or "")
    if not number:
        if surname or record.get("staff_number"):
            findings.add(
                "member_number_missing",
                f"{surname or 'This row'} {others} has no member number. Give one; until then the row is left out.",
                **record.at("member_number"),
            )
        else:
            findings.add(
                "row_not_understood", "This row has neither a member number nor a name; it was left out.", **record.at()
            )
        return None
    if not surname:
        findings.add(
            "name_missing", f"{number} has no name. Type it in the workbook.", **record.at("name"), member=number
        )
        surname = number
    for meaning in ("monthly_savings", "monthly_christmas"):
        if record.money(meaning) < 0:
            findings.add(
                "amount_negative", "What a member saves each month cannot be below zero. Type the right amount.",
                **record.at(meaning), member=number,
            )  # fmt: skip
            record.values[meaning] = None
    return MemberRow(
        sheet=record.sheet,
        row=record.row,
        number=number,
        surname=surname,
        other_names=others,
        phone=record.get("phone") or "",
        email=record.get("email") or "",
        joined_on=record.get("joined_on"),
        monthly_savings=record.money("monthly_savings"),
        monthly_christmas=record.money("monthly_christmas"),
    )


def _check_joined(
    member: MemberRow, record: Record, as_at: date | None, findings: Findings, *, has_column: bool
) -> None:
    if member.joined_on is None:
        if has_column and "joined_on" not in record.broken:
            findings.add(
                "joined_missing",
                f"{member.name} has no date of joining. Enter it; until then the day of these books "
                "counts as that day.",
                **record.at("joined_on"), member=member.number,
            )  # fmt: skip
    elif as_at and member.joined_on > as_at:
        findings.add(
            "joined_in_future",
            f"{member.name} joined on {_long(member.joined_on)}, after the day of these books, {_long(as_at)}. "
            "Check the date.",
            **record.at("joined_on"), member=member.number,
        )  # fmt: skip


def _place_employers(
    members: list[MemberRow], records: dict[str, Record], rules: Rules, findings: Findings
) -> Employers:
    written = {member.number: records[member.number].get("employer") for member in members}
    employers = Employers([text for text in written.values() if text], rules.employers)
    for member in members:
        text, record = written[member.number], records[member.number]
        if not text:
            if "employer" in record.columns:
                findings.add(
                    "employer_missing",
                    f"{member.name} has no employer. Enter who pays the salary; until then nothing is deducted.",
                    **record.at("employer"), member=member.number,
                )  # fmt: skip
            continue
        employer = employers.of(text)
        member.employer = employer.name
        if text != employer.name:
            findings.add(
                "employer_alias", f"“{text}” was read as {employer.name}.",
                **record.at("employer"), member=member.number,
            )  # fmt: skip
        elif text in employers.unsure:
            findings.add(
                "employer_unsure",
                f"“{text}” was kept as an employer of its own. If it is {employers.unsure[text]}, correct it.",
                **record.at("employer"), member=member.number,
            )  # fmt: skip
    return employers


def _place_staff_numbers(
    members: list[MemberRow], records: dict[str, Record], employers: Employers, findings: Findings
) -> None:
    written = {member.number: records[member.number].get("staff_number") for member in members}
    customs = patterns((member.employer, written[member.number]) for member in members if written[member.number])
    for employer in employers.found:
        custom = customs.get(employer.name)
        employer.staff_pattern = custom.described() if custom else ""
    taken = {(member.employer, written[member.number]) for member in members}
    holders: dict[tuple[str, str], MemberRow] = {}
    for member in members:
        number = written[member.number]
        if not number:
            continue
        number = _with_zeros(member, number, records[member.number], customs.get(member.employer), taken, findings)
        holder = holders.setdefault((member.employer, number), member)
        if holder is member:
            member.staff_number = number
            continue
        member.claimed_staff_number = number
        findings.add(
            "staff_number_repeated",
            f"Staff number {number} already stands in row {holder.row} for {holder.name} ({holder.number}). Ask "
            f"{member.employer or 'the employer'} whose it is; until then {member.name}'s stays blank.",
            **records[member.number].at("staff_number"), member=member.number,
        )  # fmt: skip


def _with_zeros(member, number, record, custom, taken, findings: Findings) -> str:
    where = record.at("staff_number") | {"member": member.number}
    whole = restored(number, custom)
    if whole is None:
        if custom and custom.shapes and shape(number) not in custom.shapes:
            findings.add(
                "staff_number_odd",
                f"{number} is unlike the other staff numbers of {member.employer}. Check it against a pay slip.",
                **where,
            )
        return number
    if (member.employer, whole) in taken:
        findings.add(
            "staff_number_odd",
            f"{number} is too short for {member.employer}, and {whole} is already somebody's. Check it.",
            **where,
        )
        return number
    findings.add(
        "staff_number_zeros",
        f"{number} had lost its leading zeros. {member.employer} writes {custom.described()}, so it is {whole}.",
        **where,
    )
    return whole


def _tell_shared(members: list[MemberRow], records: dict[str, Record], findings: Findings) -> None:
    names: dict[str, MemberRow] = {}
    emails: dict[str, MemberRow] = {}
    counts = Counter(member.email for member in members if member.email)
    for member in members:
        record = records[member.number]
        first = names.setdefault(name_key(member.name), member)
        if first is not member:
            findings.add(
                "name_shared",
                f"{first.number} in row {first.row} has the same name, {first.name}. If they are one person, keep "
                "one row; if not, tell them apart by number.",
                **record.at("name" if "name" in record.columns else "surname"), member=member.number,
            )  # fmt: skip
        if not member.email or counts[member.email] == 1:
            continue
        first = emails.setdefault(member.email, member)
        if first is not member:
            findings.add(
                "email_repeated",
                f"{member.email} already belongs to {first.name} ({first.number}), and an address signs one person "
                f"in. It stays blank for {member.name} until another is given.",
                **record.at("email"), member=member.number,
            )  # fmt: skip
            member.email = ""


def _long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
