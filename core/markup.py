"""The smallest pieces of markup, built once and glued together as plain text.

They stand on every row of every list, so nothing here goes through a template.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from html import escape as quote

from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from core.display import figures
from core.tones import TONE_ICONS, tone

_icons: dict[str, SafeString] = {}
_pills: dict[str, str] = {}


def text(value: object) -> str:
    """Escaped text of anything; what is already safe is left alone."""
    if hasattr(value, "__html__"):
        return value.__html__()
    return quote(str(value))


@cache
def asset(name: str) -> str:
    """The address of a static file, which does not change while the process lives."""
    return static(name)


def icon(name: str, label: str = "") -> SafeString:
    """One drawing of the sprite; with a label it speaks, without it is decoration."""
    if label:
        return SafeString(
            f'<svg class="i" width="20" height="20" role="img" aria-label="{text(label)}" focusable="false">'
            f'<use href="{asset("icons.svg")}#{name}"/></svg>'
        )
    known = _icons.get(name)
    if known is None:
        known = _icons[name] = SafeString(
            '<svg class="i" width="20" height="20" aria-hidden="true" focusable="false">'
            f'<use href="{asset("icons.svg")}#{name}"/></svg>'
        )
    return known


def amount(value: Decimal | int | str | None, size: str = "", kobo: bool = True) -> SafeString:
    """An amount of naira in the passbook's face; `kobo=False` leaves a `.00` away."""
    sign, whole, cents = figures(value)
    if not whole:
        return SafeString('<span class="amt mute">not known</span>')
    tail = f'<span class="kobo">.{cents}</span>' if kobo or cents != "00" else ""
    css = f"amt {size}" if size else "amt"
    return SafeString(f'<span class="{css}">{sign}<span class="cur">₦</span>{whole}{tail}</span>')


def pill(words: object, status: str = "idle") -> SafeString:
    """A status in words with the icon and colour of its tone; takes a tone or a status word."""
    head = _pills.get(status)
    if head is None:
        kind = tone(status)
        head = f'<span class="pill pill-{kind}">{icon(TONE_ICONS[kind])}'
        if len(_pills) < 500:
            _pills[status] = head
    return SafeString(f"{head}{text(words)}</span>")


def avatar(name: str, size: str = "") -> SafeString:
    """The first letters of the first and the last name, for the eye only: the name stands beside it."""
    names = [word for word in str(name).replace(",", " ").split() if word[:1].isalnum()]
    letters = names[0][:1] + (names[-1][:1] if len(names) > 1 else "") if names else "?"
    css = f"av av-{size}" if size else "av"
    return SafeString(f'<span class="{css}" aria-hidden="true">{text(letters.upper())}</span>')


def sum_line(label: object, value: Decimal | int | str | None, css: str = "", size: str = "") -> SafeString:
    """One line of a sum, inside `<dl class="sum">`; `css="tot"` for the line under the stroke."""
    opening = f'<div class="{css}">' if css else "<div>"
    return SafeString(f"{opening}<dt>{text(label)}</dt><dd>{amount(value, size)}</dd></div>")


def tile(label: object, value: object, below: object = "", href: str = "", current: bool = False) -> SafeString:
    """A figure with its name and a smaller line, a link where there is somewhere to go."""
    inside = f'<p>{text(label)}</p><p class="amt">{text(value)}</p>'
    if below not in (None, ""):
        inside += f'<p class="sub">{text(below)}</p>'
    if not href:
        return SafeString(f'<div class="tile">{inside}</div>')
    here = ' aria-current="page"' if current else ""
    return SafeString(f'<a class="tile" href="{text(href)}"{here}>{inside}</a>')


def crumbs(*parts: object) -> SafeString:
    """Where we are: label and address in turn, and at the end this page's own name without one."""
    out = []
    for label, url in zip(parts[::2], parts[1::2], strict=False):
        out.append(f'<a href="{text(url)}">{text(label)}</a> <span class="mute">/</span> ')
    if len(parts) % 2:
        out.append(f'<span class="mute">{text(parts[-1])}</span>')
    return SafeString(f'<nav class="crumbs" aria-label="You are here">{"".join(out)}</nav>')


def ballots(cast: int, seats: int) -> SafeString:
    """How many of the committee have voted, and not who or how: that stays closed until the sitting does."""
    dots = '<span class="q"></span>' * cast + "<span></span>" * (seats - cast)
    return SafeString(f'<span class="votes votes-s"><span class="vh">{cast} of {seats} voted</span>{dots}</span>')


RULE_MARKS = {
    "pass": ("ok", "check", "Yes: "),
    "fail": ("no", "x", "No: "),
    "unknown": ("wa", "help", "Not known yet: "),
}


def rule(outcome: str, title: object, detail: object = "") -> SafeString:
    """One rule of a list: `pass`, `fail` or `unknown`, the fact, and under it the number and its limit."""
    css, picture, spoken = RULE_MARKS[outcome]
    small = f"<small>{text(detail)}</small>" if detail not in (None, "") else ""
    return SafeString(
        f'<li class="{css}">{icon(picture)}<div><b><span class="vh">{spoken}</span>{text(title)}</b>{small}</div></li>'
    )


def rules(checks: Iterable[Mapping]) -> SafeString:
    """A list of rules: each check has its `outcome`, `title` and `detail`, see `rule`."""
    lines = [rule(one["outcome"], one["title"], one["detail"]) for one in checks]
    return SafeString(f'<ul class="rules">{"".join(lines)}</ul>')


def timeline(events: Iterable[Mapping]) -> SafeString:
    """What has happened and what comes: each event has a `title`, a `detail` (when and who), and its `state`.

    The state is `done`, `now` or `next`.
    """
    out = ['<ol class="time small">']
    for event in events:
        state, detail = event["state"], event["detail"]
        css = f' class="{text(state)}"' if state != "next" else ""
        step = ' aria-current="step"' if state == "now" else ""
        spoken = f'<span class="vh"> {text(gettext("not yet"))}</span>' if state == "next" else ""
        below = f'<p class="mute">{text(detail)}</p>' if detail else ""
        out.append(f"<li{css}{step}><b>{text(event['title'])}</b>{spoken}{below}</li>")
    out.append("</ol>")
    return SafeString("".join(out))
