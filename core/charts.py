"""Bars and lines as SVG text, sized by attributes so that they live under a strict content policy.

Widths are counted in whole hundredths: amounts never become floats on the way to the screen.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString


def hundredths(value: int) -> str:
    """`1234` → `12.34`, the form in which SVG wants it."""
    sign, value = ("-", -value) if value < 0 else ("", value)
    return f"{sign}{value // 100}.{value % 100:02}"


def stack(label: str, parts: Sequence[tuple[str, Decimal | int]]) -> SafeString:
    """A bar split into parts, each `(class letter, amount)`; parts of nothing are left out.

    `label` says the whole sentence for those who cannot see the bar.
    """
    amounts = [(css, Decimal(amount)) for css, amount in parts]
    amounts = [(css, amount) for css, amount in amounts if amount > 0]
    total = sum(amount for _, amount in amounts) or Decimal(1)
    out, done = [], Decimal(0)
    for css, amount in amounts:
        left = int(done * 10000 / total)
        done += amount
        right = int(done * 10000 / total)
        gap = 60 if right < 10000 else 0
        # A part too small to see is still drawn, and stays inside the bar.
        x, width = hundredths(min(left, 9940)), hundredths(max(right - left - gap, 60))
        out.append(f'<rect class="{css}" x="{x}%" width="{width}%" height="100%" rx="5"/>')
    return SafeString(
        f'<svg class="stack" width="100%" height="12" role="img" aria-label="{escape(label)}">{"".join(out)}</svg>'
    )


def spark(label: str, values: Sequence[Decimal | int], width: int = 120, height: int = 32) -> SafeString:
    """A small line of how a figure moved, oldest first; two values at least, else nothing."""
    amounts = [Decimal(value) for value in values if value is not None]
    if len(amounts) < 2:
        return SafeString("")
    low, high = min(amounts), max(amounts)
    spread, last = (high - low) or Decimal(1), len(amounts) - 1
    points = []
    for index, amount in enumerate(amounts):
        x = 300 + index * (width - 6) * 100 // last
        y = (height - 4) * 100 - int((amount - low) * (height - 8) * 100 / spread)
        points.append((hundredths(x), hundredths(y)))
    line = "M" + "L".join(f"{x} {y}" for x, y in points)
    x, y = points[-1]
    return SafeString(
        f'<svg class="spark" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(label)}"><path class="sa" d="{line}L{x} {height}L3 {height}Z"/>'
        f'<path class="sl" d="{line}"/><circle cx="{x}" cy="{y}" r="3"/></svg>'
    )


def bars(
    title: str,
    figures: Sequence[tuple[str, Decimal | int, str]],
    line: Decimal | int | None = None,
    line_label: str = "",
    ident: str = "chart",
) -> SafeString:
    """Upright bars, each `(label below, amount, words above)`, with an optional dashed line at one amount.

    The title and a sentence of all the figures are inside for screen readers.
    """
    amounts = [Decimal(amount) for _, amount, _ in figures]
    top = max([*amounts, Decimal(line or 0), Decimal(1)])
    head = 24 if line is not None and line_label else 0  # room for the key of the dashed line
    wide, base = 340, head + 124
    step = wide // max(len(figures), 1)
    thick = min(36, step * 2 // 3)
    name, told = f"{escape(ident)}-t", f"{escape(ident)}-d"
    sentence = ", ".join(f"{label} {words}" for label, _, words in figures)
    if head:
        sentence += f". The line: {line_label}"
    out = [
        f'<svg class="chart" viewBox="0 0 {wide} {base + 26}" width="{wide}" height="{base + 26}" role="img" '
        f'aria-labelledby="{name} {told}"><title id="{name}">{escape(title)}</title>'
        f'<desc id="{told}">{escape(sentence)}.</desc><line class="ax" x1="0" x2="{wide}" y1="{base}" y2="{base}"/>'
    ]
    for index, (label, _, words) in enumerate(figures):
        high = max(int(amounts[index] * 100 / top), 0)
        middle = index * step + step // 2
        out.append(
            f'<rect class="b1" x="{middle - thick // 2}" y="{base - high}" width="{thick}" height="{high}" rx="4"/>'
            f'<text class="v" x="{middle}" y="{base - high - 6}" text-anchor="middle">{escape(words)}</text>'
            f'<text x="{middle}" y="{base + 19}" text-anchor="middle">{escape(label)}</text>'
        )
    if line is not None:
        at = base - int(Decimal(line) * 100 / top)
        out.append(f'<line class="fl" x1="0" x2="{wide}" y1="{at}" y2="{at}"/>')
    if head:
        out.append(
            '<line class="fl" x1="0" x2="28" y1="10" y2="10"/>'
            f'<text class="flt" x="36" y="15">{escape(line_label)}</text>'
        )
    out.append("</svg>")
    return SafeString("".join(out))
