"""Lists as one piece of text: each row is glued together by Python, not walked through by a template.

A room says once, beside its view, what its list shows:

    LOANS = Table(
        "Running loans",
        Column("Member", "member.name", kind="lead", href=loan_url, small="number"),
        Column("Balance", "outstanding", kind="money"),
        Column("Next payment", "next_due_on", kind="date"),
        Column("Standing", "get_status_display", kind="pill", tone="status"),
    )

and the template draws it with `{% table LOANS rows %}`. On a phone each row
becomes a card whose figures carry their labels.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.safestring import SafeString

from core.display import day, ddm, dmy, naira, percent, stamp
from core.markup import pill, text

Path = str | Callable[[Any], Any]


def reader(path: Path) -> Callable[[Any], Any]:
    """A function that reads `member.name` off an object or a mapping, calling what can be called.

    A missing link gives `None`, because a list must not fall over one odd row;
    a misspelt attribute is still an error.
    """
    if callable(path):
        return path
    names = path.split(".")

    def read(row: Any) -> Any:
        for name in names:
            if row is None:
                return None
            row = row[name] if isinstance(row, dict) else getattr(row, name)
            if callable(row):
                row = row()
        return row

    return read


def _words(value: Any) -> str:
    return "" if value is None else text(value)


def _number(value: Any) -> str:
    return "" if value is None else f"{value:,}"


# kind → (how it reads, class of the cell)
KINDS: dict[str, tuple[Callable[[Any], str], str]] = {
    "text": (_words, ""),
    "full": (_words, "c-full"),
    "lead": (_words, "lead"),
    "money": (naira, "num"),
    "naira": (lambda value: naira(value, kobo=False), "num"),
    "number": (_number, "num"),
    "percent": (percent, "num"),
    "date": (day, "date"),
    "day": (dmy, "date"),
    "deadline": (ddm, "date"),
    "stamp": (stamp, "date"),
    "pill": (_words, ""),
}


class Column:
    """One column: its heading, where its value is read from, and how it is shown.

    `value`, `href`, `small` (a second, smaller line) and `tone` are each a dotted
    path or a function of the row. Kinds: text, full (a line of its own on
    phones), lead (the row's name; one a table), money (with kobo), naira (kobo
    only where there is any), number, percent, date (27 Nov 2026), day (with
    weekday), deadline (weekday, no year), stamp (with time), pill. A function
    may return a SafeString for markup of its own. `empty` stands where there is
    no value; `css` adds a class (`c-2` spans two columns on phones).
    """

    def __init__(
        self,
        label: str,
        value: Path,
        *,
        kind: str = "text",
        href: Path | None = None,
        small: Path | None = None,
        tone: Path | None = None,
        empty: str = "",
        css: str = "",
        strong: bool = False,
        hide_label: bool = False,
    ):
        if kind not in KINDS:
            raise ValueError(f"no kind of column is called {kind!r}; there are {', '.join(KINDS)}")
        if not label:
            raise ValueError("a column needs a heading, which is read out; hide_label keeps it from the eye")
        if (kind == "pill") != (tone is not None):
            raise ValueError(f"the column {label!r}: a pill needs a tone, and nothing else has one")
        self.label, self.value, self.kind, self.href, self.small, self.tone = label, value, kind, href, small, tone
        self.empty, self.css, self.strong, self.hide_label = empty, css, strong, hide_label

    def cell(self) -> Callable[[Any], str]:
        """A function that draws this column's cell for a row."""
        shown, css = KINDS[self.kind]
        classes = " ".join(part for part in (css, self.css) if part)
        opening = '<td role="cell"'
        if classes:
            opening += f' class="{classes}"'
        if self.kind not in ("lead", "full") and not self.hide_label:
            opening += f' data-l="{text(self.label)}"'
        opening += ">"
        read = reader(self.value)
        link = reader(self.href) if self.href else None
        below = reader(self.small) if self.small else None
        tone = reader(self.tone) if self.tone else None
        strong, empty = self.strong or self.kind == "lead", text(self.empty)

        def draw(row: Any) -> str:
            value = read(row)
            if tone is not None:
                inside = pill(value, tone(row)) if value not in (None, "") else empty
            else:
                inside = (shown(value) if not isinstance(value, SafeString) else value) or empty
            if link is not None and (address := link(row)):
                inside = f'<a href="{text(address)}">{inside}</a>'
            if strong:
                inside = f"<b>{inside}</b>"
            if below is not None and (second := below(row)) not in (None, ""):
                inside = f"{inside}<small>{text(second)}</small>"
            return f"{opening}{inside}</td>"

        return draw


class Table:
    """A list's columns, compiled on first use; `render` draws any number of rows.

    The caption is read out by screen readers and not shown: the card around the
    table has the heading that people see.
    """

    def __init__(self, caption: str, *columns: Column, css: str = ""):
        self.caption = caption
        self.columns = columns
        self.css = css
        self._cells: list[Callable[[Any], str]] = []
        self._opening = ""

    def _compile(self) -> None:
        heads = []
        for column in self.columns:
            css = ' class="num"' if KINDS[column.kind][1] == "num" else ""
            label = f'<span class="vh">{text(column.label)}</span>' if column.hide_label else text(column.label)
            heads.append(f'<th role="columnheader" scope="col"{css}>{label}</th>')
        css = f"cards {self.css}" if self.css else "cards"
        self._opening = (
            f'<table class="{css}" role="table"><caption class="vh">{text(self.caption)}</caption>'
            f'<thead role="rowgroup"><tr role="row">{"".join(heads)}</tr></thead><tbody role="rowgroup">'
        )
        self._cells = [column.cell() for column in self.columns]

    def render(self, rows: Iterable[Any], current: Any = None, total: Any = None) -> SafeString:
        """The whole table; the row that is `current` is marked, `total` is one more row below the line."""
        if not self._cells:
            self._compile()
        cells, out = self._cells, [self._opening]
        for row in rows:
            out.append('<tr role="row" class="cur">' if current is not None and row == current else '<tr role="row">')
            for draw in cells:
                out.append(draw(row))
            out.append("</tr>")
        out.append("</tbody>")
        if total is not None:
            out.append('<tfoot role="rowgroup"><tr role="row">')
            # A cell of the sums that is blank on purpose is truly empty: as a card it then shows no label.
            out.extend(draw(total).replace("> <", "><") for draw in cells)
            out.append("</tr></tfoot>")
        out.append("</table>")
        return SafeString("".join(out))
