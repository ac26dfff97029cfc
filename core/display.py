"""Money, dates and counts as a person reads them.

Written by hand because a list page shows hundreds of them: Django's
`floatformat` and `date` cost more than the rest of the page together.
"""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

MINUS = "\u2212"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG_MONTHS = (
    "",
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def figures(value: Decimal | int | str | None) -> tuple[str, str, str]:
    """Sign, whole naira and kobo of an amount: `("−", "614,000", "00")`.

    `None` means that nobody knows the amount yet and gives empty strings.
    """
    if value is None or value == "":
        return "", "", ""
    if type(value) is not Decimal:
        value = Decimal(value)
    text = format(value, ",.2f")
    if text[0] != "-":
        return "", text[:-3], text[-2:]
    return (MINUS if value else ""), text[1:-3], text[-2:]


def naira(value: Decimal | int | str | None, kobo: bool = True) -> str:
    """`₦1,484,500.00`; with `kobo=False` a `.00` is left away, other kobo never."""
    sign, whole, cents = figures(value)
    if not whole:
        return ""
    if kobo or cents != "00":
        return f"{sign}₦{whole}.{cents}"
    return f"{sign}₦{whole}"


def local(value: date | datetime) -> date | datetime:
    """The same moment on the society's clock; a plain date is returned as it is."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(timezone.get_default_timezone())
    return value


def dmy(value: date | datetime | None) -> str:
    """`Fri 27 Nov 2026`."""
    if not value:
        return ""
    value = local(value)
    return f"{DAYS[value.weekday()]} {value.day} {MONTHS[value.month]} {value.year}"


def day(value: date | datetime | None) -> str:
    """`27 Nov 2026`, for columns of dates."""
    if not value:
        return ""
    value = local(value)
    return f"{value.day} {MONTHS[value.month]} {value.year}"


def dm(value: date | datetime | None) -> str:
    """`27 Nov`."""
    if not value:
        return ""
    value = local(value)
    return f"{value.day} {MONTHS[value.month]}"


def ddm(value: date | datetime | None) -> str:
    """`Fri 27 Nov`, for deadlines."""
    if not value:
        return ""
    value = local(value)
    return f"{DAYS[value.weekday()]} {value.day} {MONTHS[value.month]}"


def month(value: date | datetime | None) -> str:
    """`November 2026`."""
    if not value:
        return ""
    value = local(value)
    return f"{LONG_MONTHS[value.month]} {value.year}"


def moment(value: datetime | None) -> str:
    """`8.41am`, `2pm`."""
    if not value:
        return ""
    value = local(value)
    hour, half = value.hour % 12 or 12, "am" if value.hour < 12 else "pm"
    return f"{hour}.{value.minute:02}{half}" if value.minute else f"{hour}{half}"


def stamp(value: datetime | None) -> str:
    """`Tue 24 Nov 2026, 8.41am`."""
    if not value:
        return ""
    value = local(value).replace(tzinfo=None)
    return f"{dmy(value)}, {moment(value)}"


def percent(value: Decimal | int | str | None, places: int = 1) -> str:
    """`31%`, `96.4%`: at most `places` decimals and no zeros at the end; takes percent, not a share of one."""
    if value is None or value == "":
        return ""
    text = format(Decimal(value), f",.{int(places)}f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text[0] == "-":
        text = text[1:] if text == "-0" else MINUS + text[1:]
    return text + "%"


def plural(count: int, words: str) -> str:
    """`6 days` of `6, "day"`; `3 entries` of `3, "entry,entries"`."""
    one, _, many = words.partition(",")
    return f"{count:,} {one}" if count == 1 else f"{count:,} {many or one + 's'}"
