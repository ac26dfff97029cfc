"""The small pieces: money, dates, pills, bars, menus, as the pages show them."""

import timeit
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string

from core import charts, display, markup, menus
from core.markup import RULE_MARKS
from core.tones import TONE_ICONS, tone


def draw(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Decimal("1484500.00"), "₦1,484,500.00"),
        (Decimal("-614000"), "−₦614,000.00"),
        (Decimal("0.05"), "₦0.05"),
        (Decimal("-0.00"), "₦0.00"),
        (Decimal("999999999999.99"), "₦999,999,999,999.99"),
        (500000, "₦500,000.00"),
        ("750", "₦750.00"),
        (None, ""),
    ],
)
def test_an_amount_is_written_as_the_society_writes_it(amount, shown):
    assert draw("{{ amount|naira }}", amount=amount) == shown


def test_whole_naira_leave_their_kobo_away_but_odd_kobo_are_never_hidden():
    assert draw("{{ a|naira:False }}", a=Decimal("720500.00")) == "₦720,500"
    assert draw("{{ a|naira:False }}", a=Decimal("720500.05")) == "₦720,500.05"
    assert 'class="kobo"' not in markup.amount(Decimal("720500.00"), kobo=False)
    assert '<span class="kobo">.05</span>' in markup.amount(Decimal("720500.05"), kobo=False)


def test_an_amount_beyond_what_a_float_can_hold_keeps_every_kobo():
    assert display.naira(9007199254740993) == "₦9,007,199,254,740,993.00"


def test_an_amount_nobody_knows_says_so():
    assert "not known" in markup.amount(None)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ day|dmy }}", "Fri 27 Nov 2026"),
        ("{{ day|day }}", "27 Nov 2026"),
        ("{{ day|dm }}", "27 Nov"),
        ("{{ day|ddm }}", "Fri 27 Nov"),
        ("{{ day|month }}", "November 2026"),
        ("{{ nothing|dmy }}", ""),
        ("{{ nothing|stamp }}", ""),
    ],
)
def test_a_date_carries_its_weekday_or_month_in_words(source, shown):
    assert draw(source, day=date(2026, 11, 27), nothing=None) == shown


def test_a_moment_is_told_on_the_societys_clock():
    evening = datetime(2026, 11, 24, 23, 41, tzinfo=UTC)  # a quarter to one in Lagos, the next day
    assert draw("{{ at|stamp }}", at=evening) == "Wed 25 Nov 2026, 12.41am"
    assert draw("{{ at|dmy }}", at=evening) == "Wed 25 Nov 2026"
    assert draw("{{ at|moment }}", at=datetime(2026, 11, 24, 13, 0, tzinfo=UTC)) == "2pm"
    assert draw("{{ at|moment }}", at=datetime(2026, 11, 24, 11, 0, tzinfo=UTC)) == "12pm"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("31.00"), "31%"),
        (Decimal("96.4"), "96.4%"),
        (Decimal("100"), "100%"),
        (Decimal("-4.50"), "−4.5%"),
        (0, "0%"),
        (Decimal("-0.01"), "0%"),
        (None, ""),
    ],
)
def test_a_percentage_has_no_zeros_to_spare(value, shown):
    assert draw("{{ value|percent }}", value=value) == shown


def test_counted_things_agree_with_their_number():
    assert draw('{{ n|plural:"day" }}', n=1) == "1 day"
    assert draw('{{ n|plural:"day" }}', n=0) == "0 days"
    assert draw('{{ n|plural:"entry,entries" }}', n=1200) == "1,200 entries"


def test_a_status_is_told_by_icon_and_word_and_not_by_colour_alone():
    shown = draw("{% pill words status %}", words="Waiting for guarantors", status="awaiting_guarantors")
    assert 'class="pill pill-warn"' in shown and "#clock" in shown and "Waiting for guarantors" in shown
    assert tone("good") == "good"
    assert tone("a_word_nobody_told_us") == "idle"
    assert set(TONE_ICONS) == {"good", "warn", "bad", "info", "idle"}


@pytest.mark.parametrize(
    "source",
    [
        "{% pill evil 'good' %}",
        "{% pill 'x' evil %}",
        "{% card title=evil more=evil href=evil %}x{% endcard %}",
        "{% explain evil %}x{% endexplain %}",
        "{% crumbs evil evil evil %}",
        "{% tile evil evil evil evil %}",
        "{% sumline evil 1 %}",
        "{% rule 'pass' evil evil %}",
        "{% rules checks %}",
        "{% timeline events %}",
        "{% avatar evil %}",
        "{% stack evil 'g' 1 %}",
        "{% spark evil values %}",
        "{% chart evil bars line=1 line_label=evil %}",
        "{% bell evil 2 %}",
        "{{ n|plural:evil }}",
        "{{ evil|tone }}",
        "{% icon 'check' evil %}",
        "{% nav_tabs items evil %}",
        "{% options people %}",
        "{% nav_rail sections evil %}",
    ],
)
def test_no_piece_lets_markup_through(source):
    evil = """"><script>alert('x')</script>"""
    item = {"label": evil, "url": evil, "icon": "home"}
    shown = draw(
        source,
        evil=evil,
        n=2,
        values=[1, 2],
        bars=[(evil, 1, evil)],
        items=[item],
        checks=[{"outcome": "fail", "title": evil, "detail": evil}],
        events=[{"title": evil, "detail": evil, "state": state} for state in ("done", "now", "next", evil)],
        people=[{"value": evil, "label": evil}],
        sections=[{"title": evil, "items": [item]}],
    )
    assert "<script" not in shown
    assert 'href="">' not in shown and 'label="">' not in shown


def test_the_parts_of_a_bar_fill_it_and_stay_inside():
    bar = charts.stack("all", [("a", Decimal("720500")), ("b", Decimal("614000")), ("c", Decimal("150000"))])
    assert bar.count("<rect") == 3
    assert 'x="0.00%" width="47.93%"' in bar  # 48.53 less the gap of 0.6
    assert 'class="c" x="89.89%" width="10.11%"' in bar
    assert "style=" not in bar


def test_a_bar_of_nothing_and_a_speck_are_both_drawn_without_harm():
    assert "<rect" not in charts.stack("nothing yet", [("a", Decimal(0))])
    speck = charts.stack("nearly all", [("a", Decimal(1_000_000)), ("b", Decimal("0.01"))])
    assert 'class="b" x="99.40%" width="0.60%"' in speck


def test_a_line_needs_two_points_and_a_flat_one_is_no_division_by_zero():
    assert charts.spark("one", [5]) == ""
    assert charts.spark("flat", [5, 5, 5]).count("<path") == 2


def test_a_chart_says_its_figures_in_words():
    chart = charts.bars("Cash", [("Dec", Decimal("9.1"), "9.1"), ("Jan", Decimal("-2"), "−2.0")], Decimal(5), "reserve")
    assert "Dec 9.1, Jan −2.0. The line: reserve." in chart
    assert 'height="0"' in chart  # money below zero is no bar that hangs off the page


def test_a_rule_that_cannot_be_told_yet_is_neither_passed_nor_failed():
    assert set(RULE_MARKS) == {"pass", "fail", "unknown"}
    shown = draw("{% rule 'unknown' 'A third of pay' 'Nobody has entered your pay' %}")
    assert 'class="wa"' in shown and "Not known yet: " in shown


def test_a_timeline_says_where_one_is_and_what_is_still_to_come():
    events = [
        {"title": "Sent in", "detail": "Mon 26 Oct", "state": "done"},
        {"title": "Voting", "detail": "", "state": "now"},
        {"title": "Payout", "detail": "", "state": "next"},
    ]
    shown = draw("{% timeline events %}", events=events)
    assert '<li class="done"><b>Sent in</b><p class="mute">Mon 26 Oct</p></li>' in shown
    assert '<li class="now" aria-current="step"><b>Voting</b></li>' in shown
    assert '<li><b>Payout</b><span class="vh"> not yet</span></li>' in shown


def test_a_menu_marks_where_we_are_and_what_waits():
    items = [{"label": "Review queue", "icon": "gavel", "url": "/committee/", "current": True, "count": 7}]
    rail = menus.rail([{"title": "Loans", "items": items}], "/search/")
    assert rail.count('<a href="/committee/" aria-current="page">') == 2  # the rail and the phone's fold-out
    assert rail.count('<span class="n">7</span>') == 2
    assert "Menu: Review queue" in rail and 'role="search"' in rail
    assert menus.rail([]) == "" and menus.tabs(None) == ""


def test_new_messages_are_counted_in_words_too():
    assert 'aria-label="Messages, 3 new"' in menus.bell("/messages/", 3)
    assert 'aria-label="Messages"' in menus.bell("/messages/", 0)


def test_initials_take_the_first_and_the_last_name():
    assert ">AO<" in markup.avatar("Adaeze Ngozi Okonkwo")
    assert ">BỌ<" in markup.avatar("Babatúndé Ọláwálé")
    assert ">?<" in markup.avatar("")


def test_the_committees_dots_tell_how_many_voted_and_not_how():
    shown = draw("{% ballots 2 6 %}")
    assert "2 of 6 voted" in shown and shown.count('<span class="q">') == 2


def test_a_long_job_stops_asking_when_it_is_done():
    job = {"title": "Posting", "done": 5, "total": 9, "url": "/jobs/1/"}
    assert 'hx-trigger="load delay:2s"' in render_to_string("ui/progress.html", {"job": job})
    done = render_to_string("ui/progress.html", {"job": job | {"finished": True}})
    assert "hx-" not in done
    assert "http-equiv" in render_to_string("ui/progress_refresh.html", {"job": job})
    assert "http-equiv" not in render_to_string("ui/progress_refresh.html", {"job": job | {"finished": True}})


@pytest.mark.parametrize("source", ["{% amt a %}", "{{ a|naira }}", "{{ d|dmy }}", "{% pill w s %}", "{{ t|stamp }}"])
def test_the_small_pieces_stay_cheap(source):
    """A page has some hundred of them and eight milliseconds; the bound is five times what they take."""
    template = Template("{% load ui %}" + source * 100)
    context = Context(
        {
            "a": Decimal("1484500.00"),
            "d": date(2026, 11, 27),
            "t": datetime(2026, 11, 24, 7, 41, tzinfo=UTC),
            "w": "Approved",
            "s": "approved",
        }
    )
    template.render(context)
    best = min(timeit.repeat(lambda: template.render(context), number=10, repeat=7)) / 1000
    assert best < 0.000_025, f"{source} takes {best * 1_000_000:.1f} µs"
