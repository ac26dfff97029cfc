"""Addresses of pages, each looked up once: asking Django for the link of a row costs more than drawing the row."""

from functools import cache

from django.urls import reverse

# No id of ours: it holds the place in a looked-up address where an id will stand.
STAND_IN = 987_654_321


def address(route: str, *ids: int) -> str:
    """Where a route leads, with the ids of its rows: `address("loans:register")`, `address("committee:dossier", 17)`.

    For routes without arguments or with whole numbers alone. Text in an address needs quoting: ask `reverse`.
    """
    head, *tails = _parts(route, len(ids))
    return head + "".join([f"{int(pk)}{tail}" for pk, tail in zip(ids, tails, strict=True)])


@cache
def _parts(route: str, numbers: int) -> list[str]:
    """The pieces of a route's address around its numbers; the addresses do not change while the process lives."""
    if not numbers:
        return [reverse(route)]
    stand_ins = [STAND_IN + place for place in range(numbers)]
    rest, parts = reverse(route, args=stand_ins), []
    for stand_in in stand_ins:
        part, _, rest = rest.partition(str(stand_in))
        parts.append(part)
    return [*parts, rest]
