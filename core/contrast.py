"""Whether colours can be read on each other, by the relative luminance of WCAG 2.2 (success criterion 1.4.3)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

TEXT, EDGE = Decimal("4.5"), Decimal("3")
TOKEN = re.compile(r"--([a-z0-9-]+)\s*:\s*(#[0-9a-fA-F]{3,6})\b")
WHITE, NIGHT = "#ffffff", "#1c1f2e"

# Which colour stands on which, and the least contrast between them. A name is a token of kit.css.
PAIRS: Sequence[tuple[str, str, Decimal]] = (
    *((ink, ground, TEXT) for ink in ("ink", "ink2", "brand") for ground in ("paper", "card", "well", "tint")),
    *(("ink", ground, TEXT) for ground in ("gold-tint", "good-tint", "bad-tint")),
    *(("ink2", ground, TEXT) for ground in ("gold-tint", "good-tint", "bad-tint")),
    *(("brand", ground, TEXT) for ground in ("gold-tint", "good-tint", "bad-tint")),
    ("onbrand", "brand", TEXT),
    ("onbrand", "brand-hi", TEXT),
    ("white", "hero", TEXT),
    ("white", "hero-lo", TEXT),
    ("hero-ink2", "hero", TEXT),
    ("hero-ink2", "hero-lo", TEXT),
    ("gold", "hero", EDGE),
    ("gold", "hero-lo", EDGE),
    ("night", "gold", TEXT),
    ("gold-ink", "gold-tint", TEXT),
    ("good", "good-tint", TEXT),
    ("good", "card", TEXT),
    ("bad", "bad-tint", TEXT),
    ("bad", "card", TEXT),
    ("card", "good", TEXT),
    ("card", "bad", TEXT),
    ("paper", "ink", TEXT),
    ("edge", "card", EDGE),
    ("edge", "well", EDGE),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """One colour on another, with the contrast between them and the least that is allowed."""

    front: str
    ground: str
    ratio: Decimal
    least: Decimal

    @property
    def is_readable(self) -> bool:
        return self.ratio >= self.least


def luminance(colour: str) -> Decimal:
    """How light a colour is, 0 for black to 1 for white; `#abc` and `#aabbcc` are understood."""
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if not re.fullmatch(r"[0-9a-fA-F]{6}", digits):
        raise ValueError(f"{colour!r} is not a colour like #2b3990")
    parts = []
    for start in (0, 2, 4):
        part = Decimal(int(digits[start : start + 2], 16)) / 255
        parts.append(part / Decimal("12.92") if part <= Decimal("0.04045") else curve(part))
    return Decimal("0.2126") * parts[0] + Decimal("0.7152") * parts[1] + Decimal("0.0722") * parts[2]


def curve(part: Decimal) -> Decimal:
    return ((part + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")


def contrast(first: str, second: str) -> Decimal:
    """The contrast of two colours, 1 (the same) to 21 (black on white), to two places."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return ((light + Decimal("0.05")) / (dark + Decimal("0.05"))).quantize(Decimal("0.01"))


def themes(css: str) -> dict[str, dict[str, str]]:
    """The colours of the light and the dark theme as `kit.css` gives them, `dark` by the person's own choice."""
    light = dict(TOKEN.findall(block(css, ":root")))
    dark = dict(TOKEN.findall(block(css, ":root[data-theme=dark]")))
    device = dict(TOKEN.findall(block(css, ":root:not([data-theme=light])")))
    fixed = {"white": WHITE, "night": NIGHT}
    return {"light": fixed | light, "dark": fixed | light | dark, "dark device": fixed | light | device}


def block(css: str, selector: str) -> str:
    """What stands between the braces after the first such selector."""
    found = re.search(rf"{re.escape(selector)}\s*\{{([^}}]*)\}}", css)
    if found is None:
        raise ValueError(f"the stylesheet has no {selector}")
    return found[1]


def pairs(colours: Mapping[str, str]) -> list[Pair]:
    """Every pair that the pages show, with its contrast under these colours."""
    return [Pair(front, ground, contrast(colours[front], colours[ground]), least) for front, ground, least in PAIRS]
