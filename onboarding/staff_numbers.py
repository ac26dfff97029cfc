"""Staff numbers that a spreadsheet has taken for numbers: zeros put back by the employer's own pattern."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

COMMON = 0.75  # share of an employer's plain numbers that must have one width before we trust it
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Pattern:
    """How an employer writes its staff numbers: plain figures of one width, or figures behind a fixed beginning."""

    width: int | None  # of plain figures; None where they have no common width or are not the custom
    shapes: frozenset[str]

    def described(self) -> str:
        return f"{self.width} figures" if self.width else ""


def shape(number: str) -> str:
    """The number with its figures as 9 and letters kept: "KHB/2005/0001" is "KHB/9999/9999"."""
    return "".join("9" if letter.isdigit() else letter for letter in number)


def patterns(numbers: Iterable[tuple[str, str]]) -> dict[str, Pattern]:
    """Each employer's pattern from (employer, staff number) pairs."""
    shapes: dict[str, Counter] = defaultdict(Counter)
    for employer, number in numbers:
        shapes[employer][shape(number)] += 1
    found = {}
    for employer, counts in shapes.items():
        plain = Counter({len(form): count for form, count in counts.items() if form.strip("9") == ""})
        every, figures = counts.total(), plain.total()
        width = None
        if figures >= ENOUGH and figures >= COMMON * every:
            common, count = plain.most_common(1)[0]
            width = common if count >= COMMON * figures else None
        usual = frozenset(form for form, count in counts.items() if count >= max(2, 0.05 * every))
        found[employer] = Pattern(width, usual)
    return found


def restored(number: str, pattern: Pattern | None) -> str | None:
    """The number with its lost zeros, None where none are lost or the pattern does not tell how many."""
    if pattern is None or pattern.width is None or not number.isdigit() or len(number) >= pattern.width:
        return None
    return number.zfill(pattern.width)
