"""Gathering the rows of a return into lines: one line each time a person occurs."""

from dataclasses import dataclass, field

from reconciliation.naming import Fit, Name, compare_names, read_name
from reconciliation.returns.model import Part, ReturnLine


@dataclass(slots=True)
class _Open:
    """A line still being gathered."""

    staff_no: str
    name: str
    parts: list[Part]
    at: int  # how many rows of people came before its last part
    elements: set[str] = field(default_factory=set)


class Gathering:
    """Rows put together as they are read.

    Rows of one number and one name are one line as long as each brings another
    element; a second row of the same element starts a second line, which is how
    a person who was deducted twice is found.
    """

    def __init__(self, *, by_element: bool):
        self.by_element = by_element
        self.opened: list[_Open] = []
        self.of_person: dict[tuple, list[_Open]] = {}
        self.rows = 0

    def add(self, staff_no: str, name: str, parts: list[Part]) -> None:
        self.rows += 1
        person = (staff_no, read_name(name).key)
        known = self.of_person.setdefault(person, [])
        continues = self.by_element and (staff_no or name)
        line = self._line_for(known, name, parts) if continues else None
        if line is None:
            line = _Open(staff_no, name, [], self.rows)
            known.append(line)
            self.opened.append(line)
        line.parts.extend(parts)
        line.elements.update(part.element for part in parts)
        line.at = self.rows

    def _line_for(self, known: list[_Open], name: str, parts: list[Part]) -> _Open | None:
        elements = {part.element for part in parts}
        free = [line for line in known if not line.elements & elements]
        if len(free) > 1:
            # Which of two lines this row continues: the one just above it, or the one written the same way.
            free.sort(key=lambda line: (not self._just_above(line, parts), line.name != name, line.parts[0].row))
        return free[0] if free else None

    def _just_above(self, line: _Open, parts: list[Part]) -> bool:
        return line.at == self.rows - 1 and line.parts[-1].sheet == parts[0].sheet

    def lines(self) -> tuple[ReturnLine, ...]:
        """The lines in the order in which they began."""
        kept = self._with_shortened_names() if self.by_element else self.opened
        return tuple(ReturnLine(line.staff_no, line.name, tuple(line.parts)) for line in kept)

    def _with_shortened_names(self) -> list[_Open]:
        """Join two lines of one number where another sheet only leaves a name out and no element repeats."""
        by_number: dict[str, list[_Open]] = {}
        for line in self.opened:
            if line.staff_no:
                by_number.setdefault(line.staff_no, []).append(line)
        joined: set[int] = set()
        for lines in by_number.values():
            if len(lines) == 2 and not lines[0].elements & lines[1].elements:
                first, second = lines
                if _one_shortened(read_name(first.name), read_name(second.name)):
                    first.parts.extend(second.parts)
                    joined.add(id(second))
        return [line for line in self.opened if id(line) not in joined]


def _one_shortened(a: Name, b: Name) -> bool:
    short, long = sorted((a, b), key=lambda name: len(name.parts))
    return len(short.parts) > 1 and set(short.forms) <= set(long.forms) and compare_names(a, b).fit is not Fit.NONE
