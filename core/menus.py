"""The menus of the page frames, from plain lists that the portal works out.

An item is a mapping with `label`, `icon`, `url`, and where it applies
`current` ("page" on the page itself, "true" on one behind it) and `count` (work that waits there).
"""

from collections.abc import Mapping, Sequence

from django.utils.safestring import SafeString

from core.markup import icon, text


def tabs(items: Sequence[Mapping] | None, label: str = "Main") -> SafeString:
    """The member's tabs: at the foot of a phone, beside the name on a wide screen."""
    if not items:
        return SafeString("")
    links = "".join(
        f'<a href="{text(item["url"])}"{_current(item)}>{icon(item["icon"])}{text(item["label"])}</a>' for item in items
    )
    return SafeString(f'<nav class="tabs tabs-{len(items)}" aria-label="{text(label)}">{links}</nav>')


def rail(
    sections: Sequence[Mapping] | None, search: str | None = "", label: str = "Staff", menu: str = "Menu"
) -> SafeString:
    """The staff menu, written twice: a rail for wide screens and a fold-out for phones, with the search beside it."""
    if not sections:
        return SafeString("")
    here, lines = "", ["<ul>"]
    for section in sections:
        if section.get("title"):
            lines.append(f"<li><h2>{text(section['title'])}</h2></li>")
        for item in section["items"]:
            if item.get("current"):
                here = f": {text(item['label'])}"
            count = item.get("count")
            waiting = f'<span class="n">{count:,}</span>' if count else ""
            lines.append(
                f'<li><a href="{text(item["url"])}"{_current(item)}>{icon(item["icon"])}{text(item["label"])}'
                f"{waiting}</a></li>"
            )
    lines.append("</ul>")
    links, find = "".join(lines), ""
    if search:
        link = f'<a class="ib" href="{text(search)}" aria-label="Search">{icon("search")}</a>'
        find = f'<div class="find" role="search">{link}</div>'
    return SafeString(
        f'<div class="rail"><details><summary>{icon("more")}{text(menu)}{here}</summary>'
        f'<nav class="sm" aria-label="{text(menu)}">{links}</nav></details>{find}'
        f'<nav aria-label="{text(label)}">{links}</nav></div>'
    )


def bell(url: str, waiting: int | None = 0) -> SafeString:
    """The way to the messages, with how many are new."""
    new = f", {waiting} new" if waiting else ""
    badge = f'<b aria-hidden="true">{min(waiting, 99)}</b>' if waiting else ""
    return SafeString(f'<a class="ib" href="{text(url)}" aria-label="Messages{new}">{icon("bell")}{badge}</a>')


def options(people: Sequence[Mapping]) -> SafeString:
    """The people whom a trainee may be: `value`, `label`, and `current` on the one who is signed in."""
    return SafeString(
        "".join(
            f'<option value="{text(person["value"])}"{" selected" if person.get("current") else ""}>'
            f"{text(person['label'])}</option>"
            for person in people
        )
    )


def _current(item: Mapping) -> str:
    current = item.get("current")
    return f' aria-current="{"page" if current is True else current}"' if current else ""
