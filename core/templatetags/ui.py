"""The tags and filters of the pages; what they draw is built in `core.markup`, `charts`, `menus` and `tables`."""

from functools import wraps

from django import template
from django.utils.safestring import SafeString

from core import charts, display, fields, markup, menus, tones
from core.addresses import address
from core.markup import icon, text
from core.tables import Table

register = template.Library()


def _plain(words):
    """The same words, told to be safe: our own digits and letters, with nothing left to escape."""

    @wraps(words)
    def safe(*args):
        return SafeString(words(*args))

    return safe


for name in ("naira", "dmy", "day", "dm", "ddm", "month", "moment", "stamp", "percent"):
    register.filter(name, _plain(getattr(display, name)))
register.filter("plural", display.plural)
register.filter("tone", tones.tone)

register.simple_tag(address, name="address")
register.simple_tag(markup.asset, name="asset")
register.simple_tag(markup.icon, name="icon")
register.simple_tag(markup.amount, name="amt")
register.simple_tag(markup.pill, name="pill")
register.simple_tag(markup.avatar, name="avatar")
register.simple_tag(markup.sum_line, name="sumline")
register.simple_tag(markup.tile, name="tile")
register.simple_tag(markup.crumbs, name="crumbs")
register.simple_tag(markup.ballots, name="ballots")
register.simple_tag(markup.rule, name="rule")
register.simple_tag(markup.rules, name="rules")
register.simple_tag(markup.timeline, name="timeline")
register.simple_tag(fields.draw, name="field")
register.simple_tag(fields.summary, name="error_summary")
register.simple_tag(menus.tabs, name="nav_tabs")
register.simple_tag(menus.rail, name="nav_rail")
register.simple_tag(menus.bell, name="bell")
register.simple_tag(menus.options, name="options")


@register.simple_tag
def table(columns: Table, rows, current=None, total=None):
    """`{% table LOANS page.object_list total=totals %}`: see `core.tables`."""
    return columns.render(rows, current, total)


@register.simple_tag
def stack(label, *parts):
    """`{% stack "8 of 18 payments made" "g" 8 "n" 10 %}`: a split bar; class letters a b c g y r n p."""
    return charts.stack(label, list(zip(parts[::2], parts[1::2], strict=True)))


@register.simple_tag
def spark(label, values, width=120, height=32):
    """`{% spark "Savings rose to 1.28 million naira" savings %}` with a list of amounts, oldest first."""
    return charts.spark(label, values, width, height)


@register.simple_tag
def chart(title, figures, line=None, line_label="", ident="chart"):
    """`{% chart "Cash at month end" months line=reserve line_label="reserve 5.0" %}`; see `charts.bars`."""
    return charts.bars(title, figures, line, line_label, ident)


@register.simple_block_tag
def explain(content, title):
    """`{% explain "How we work out your free equity" %}…{% endexplain %}`: opens without script."""
    return SafeString(
        f'<details class="explain"><summary>{icon("help")}<span>{text(title)}</span></summary>'
        f"<div>{content}</div></details>"
    )


@register.simple_block_tag
def card(content, title="", more="", href="", css="", ident=""):
    """`{% card title="Your loans" more="See all" href=url %}…{% endcard %}`: a white leaf with its heading."""
    link = f'<a href="{text(href)}">{text(more)}</a>' if more and href else ""
    head = f'<div class="card-h"><h2>{text(title)}</h2>{link}</div>' if title else ""
    anchor = f' id="{text(ident)}"' if ident else ""
    return SafeString(f'<section class="card {text(css)}"{anchor}>{head}{content}</section>')
