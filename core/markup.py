"""The smallest pieces of markup, built once and glued together as plain text.

They stand on every row of every list, so nothing here goes through a template.
"""

from decimal import Decimal
from html import escape as quote

from django.templatetags.static import static
from django.utils.safestring import SafeString

from core.display import figures
from core.tones import TONE_ICONS, tone

_icons: dict[str, SafeString] = {}
_pills: dict[str, str] = {}


def text(value: object) -> str:
    """Escaped text of anything; what is already safe is left alone."""
    if hasattr(value, "__html__"):
        return value.__html__()
    return quote(str(value))


def icon(name: str, label: str = "") -> SafeString:
    """One drawing of the sprite; with a label it speaks, without it is decoration."""
    if label:
        return SafeString(
            f'<svg class="i" width="20" height="20" role="img" aria-label="{text(label)}" focusable="false">'
            f'<use href="{static("icons.svg")}#{name}"/></svg>'
        )
    known = _icons.get(name)
    if known is None:
        # The address of the sprite does not change while the process lives.
        known = _icons[name] = SafeString(
            '<svg class="i" width="20" height="20" aria-hidden="true" focusable="false">'
            f'<use href="{static("icons.svg")}#{name}"/></svg>'
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
