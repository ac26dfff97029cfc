"""The two-sided rows of the workspace as text: what the employer wrote, how sure we are, and whose it may be.

Like `core.tables`, they are glued together by Python and not walked through by a template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.safestring import SafeString

from core.addresses import address
from core.charts import stack
from core.display import naira
from core.markup import amount, text
from reconciliation.matching.roll import number_key
from reconciliation.naming import Fit, compare_names, read_name
from reconciliation.selectors.groups import WorkLine, WorkMember
from reconciliation.services.lines import SURE

DOUBTS_SHOWN = 2
NAME_CHIPS = {
    Fit.FULL: ("+", "Name"),
    Fit.SHORT: ("+", "Name"),
    Fit.NEAR: ("-", "Near name"),
    Fit.WEAK: ("-", "Little of the name"),
}


def match_rows(
    lines: Iterable[WorkLine], *, back: Callable[[int], str], may_match: bool, current: int = 0
) -> SafeString:
    """The rows of suggestions and of lines that nobody fits, each with its buttons where the person may decide.

    `back` gives the query of an address that leads back to a row, escaped; `current` is the place of the row that the
    keys start from. The rows stand inside one form, which has the token.
    """
    return SafeString("".join(_row(line, back(place), may_match, place == current) for place, line in enumerate(lines)))


def _row(line: WorkLine, back: str, may_match: bool, is_current: bool) -> str:
    css = "match cur" if is_current else "match"
    where = address("reconciliation:line", line.pk)
    middle, right = _suggested(line, where) if line.member else _nobody(line, where, back, may_match)
    return (
        f'<article class="{css}" aria-label="Row {line.row}">{_wrote(line, where)}{middle}{right}'
        f'<div class="acts2">{_buttons(line, back, is_current) if may_match else ""}</div></article>'
    )


def _wrote(line: WorkLine, where: str) -> str:
    said = " ".join(part for part in (line.name, line.staff_number) if part) or "Nobody named"
    return (
        f'<div class="side"><p><a href="{where}">Row {line.row}</a>, {text(line.sheet)}</p>'
        f'<p class="raw">{text(said)}</p><p>{amount(line.amount)}</p></div>'
    )


def _suggested(line: WorkLine, where: str) -> tuple[str, str]:
    member = line.member
    chips = "".join(
        f'<span class="chip{" chip-x" if sign == "-" else ""}">{text(words)}</span>' for sign, words in chips_of(line)
    )
    tone = "g" if line.confidence >= SURE else "y"
    middle = (
        f'<div class="mid"><p class="conf"><a data-key="enter" href="{where}">{line.confidence}%</a></p>'
        f"{stack(f'{line.confidence} percent sure', [(tone, line.confidence), ('n', 100 - line.confidence)])}"
        f'<p class="chips">{chips}</p></div>'
    )
    right = (
        f'<div class="side"><p>{text(member.number)}</p><p><b>{text(member.name)}</b></p>'
        f'<p>{amount(line.expected)} <span class="tiny mute">{asked_for(member)}</span></p>{_doubts(line)}</div>'
    )
    return middle, right


def _doubts(line: WorkLine) -> str:
    doubts = [reason["text"] for reason in line.reasons if reason["sign"] == "-"][:DOUBTS_SHOWN]
    return "".join(f'<p class="tiny mute">{text(doubt)}</p>' for doubt in doubts)


def _nobody(line: WorkLine, where: str, back: str, may_match: bool) -> tuple[str, str]:
    middle = f'<div class="mid"><p class="conf"><a data-key="enter" href="{where}">Nobody yet</a></p></div>'
    said, accept = [_doubts(line)], address("reconciliation:accept", line.pk)
    for other in line.alternatives:
        name = f'{text(other["name"])} <span class="tiny mute">{text(other["number"])}, {other["confidence"]}%</span>'
        button = (
            f'<button class="btn btn-q btn-s" formaction="{accept}?{back}" name="member" value="{other["member"]}">'
            f'It is this one<span class="vh">: {text(other["name"])}</span></button>'
        )
        said.append(f'<p class="row">{name}{button if may_match else ""}</p>')
    return middle, f'<div class="side">{"".join(said)}</div>'


def _buttons(line: WorkLine, back: str, is_current: bool) -> str:
    word = "Find" if line.member is None else "Find another"
    find = f'<a class="btn btn-q btn-s" href="{address("reconciliation:find", line.pk)}?{back}">{word}</a>'
    if line.member is None:
        return find
    css = "btn btn-s" if is_current else "btn btn-s btn-2"
    return (
        f'<button class="{css}" data-key="a" formaction="{address("reconciliation:accept", line.pk)}?{back}" '
        f'name="member" value="{line.member.pk}">Accept</button>'
        f'<button class="btn btn-q btn-s" data-key="r" formaction="{address("reconciliation:reject", line.pk)}?{back}" '
        f'name="member" value="{line.member.pk}">Not this</button>{find}'
    )


def chips_of(line: WorkLine) -> list[tuple[str, str]]:
    """What speaks for (+) and against (-) the suggested member, in a word or two each."""
    return [_number_chip(line, line.member), _name_chip(line, line.member), _amount_chip(line)]


def _number_chip(line: WorkLine, member: WorkMember) -> tuple[str, str]:
    written = number_key(line.staff_number)
    if not written:
        return "-", "No staff no."
    if written in (number_key(member.staff_number), number_key(member.claimed_staff_number)):
        return ("-", "Shared staff no.") if member.claimed_staff_number else ("+", "Staff no.")
    return "-", "Other staff no."


def _name_chip(line: WorkLine, member: WorkMember) -> tuple[str, str]:
    returned = read_name(line.name)
    if not returned.parts:
        return "-", "No name"
    return NAME_CHIPS.get(compare_names(returned, read_name(member.name)).fit, ("-", "Other name"))


def _amount_chip(line: WorkLine) -> tuple[str, str]:
    gap = line.amount - line.expected
    if not gap:
        return "+", "Amount"
    if not line.expected:
        return "-", "Nothing asked"
    return "-", f"{naira(abs(gap), kobo=False)} {'more' if gap > 0 else 'short'}"


def asked_for(member: WorkMember) -> str:
    """What a member's deduction is made of: `savings ₦40,000, loans ₦74,000`."""
    parts = ", ".join(f"{label} {naira(value, kobo=False)}" for label, value in member.asked if value)
    return parts or "nothing was asked for"
