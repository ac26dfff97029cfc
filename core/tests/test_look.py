"""The stylesheet, the colours and the weight of what a first visit loads."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import CommandError, call_command
from django.template.loader import render_to_string

from core import contrast

STATIC = settings.BASE_DIR / "static"
CSS = (STATIC / "kit.css").read_text(encoding="utf-8")
FONTS = ("jakarta-latin.woff2", "jakarta-latin-ext.woff2", "jakarta-vietnamese.woff2")


def weight(*names: str) -> int:
    """Bytes on the wire: gzip for text, as it is for fonts."""
    total = 0
    for name in names:
        content = Path(finders.find(name)).read_bytes()
        total += len(content) if name.endswith("woff2") else len(gzip.compress(content, 9))
    return total


@pytest.mark.parametrize(
    ("names", "limit"),
    [
        (("kit.css",), 12_000),
        (FONTS, 22_000),
        (("icons.svg", "adire.svg", "mark.svg"), 5_000),
        (("app.js",), 3_000),
        (("django_htmx/htmx-2.min.js", "app.js"), 20_000),
        (("kit.css", *FONTS, "icons.svg", "adire.svg", "mark.svg", "django_htmx/htmx-2.min.js", "app.js"), 60_000),
    ],
)
def test_a_first_visit_stays_within_its_budget(names, limit):
    assert weight(*names) <= limit


@pytest.mark.parametrize("theme", ["light", "dark", "dark device"])
def test_every_colour_can_be_read_on_what_it_stands_on(theme):
    poor = [pair for pair in contrast.pairs(contrast.themes(CSS)[theme]) if not pair.is_readable]
    assert poor == []


def test_the_dark_device_and_the_dark_choice_look_the_same():
    assert contrast.themes(CSS)["dark"] == contrast.themes(CSS)["dark device"]


def test_contrast_is_reckoned_as_the_standard_does():
    assert contrast.contrast("#000", "#ffffff") == 21
    assert contrast.contrast("#777777", "#fff") == contrast.Decimal("4.48")
    assert contrast.contrast("#2b3990", "#2b3990") == 1


def test_a_brand_that_can_be_read_is_allowed_and_a_pale_one_refused(capsys):
    call_command("check_brand", "--brand", "#1d5c3a", "--hero", "#14432a", "--hero-lo", "#0e3220")
    assert "All can be read." in capsys.readouterr().out
    with pytest.raises(CommandError, match=r"brand on card \(light\)"):
        call_command("check_brand", "--brand", "#8d9bf2")
    with pytest.raises(CommandError, match="is not a colour"):
        call_command("check_brand", "--brand", "indigo")


def test_the_stylesheet_uses_no_colour_token_that_it_does_not_define():
    used = set(re.findall(r"var\(--([a-z0-9-]+)", CSS))
    defined = set(re.findall(r"--([a-z0-9-]+)\s*:", CSS))
    assert used - defined == set()


def test_the_stylesheet_loads_nothing_from_elsewhere():
    assert re.findall(r"@import|https?:|data:", CSS) == []
    for name in re.findall(r"url\(([^)]+)\)", CSS):
        assert finders.find(name), name


def test_no_text_is_set_smaller_than_thirteen_pixels():
    small = [size for size in re.findall(r"font(?:-size)?:[^;}]*?(?<![\d.])(0?\.\d+)rem", CSS) if float(size) < 0.8125]
    assert small == []


def test_paper_shows_no_menu_and_no_button_and_is_black_on_white_whatever_the_theme():
    paper = CSS[CSS.index("@media print") :]
    for gone in (".tabs", ".rail", ".btn", ".stickbar", ".demo", ".noprint"):
        assert re.search(rf"{re.escape(gone)}[,{{][^}}]*display:none!important", paper), gone
    assert ":root[data-theme=dark]" in paper.partition("{--")[0].partition("}")[0]


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_an_error_page_needs_no_context_and_says_where_to_go(name):
    shown = render_to_string(name)
    assert shown.count("<h1>") == 1 and 'href="/"' in shown
    assert "<title>" in shown and "| Cooperative" in shown


def test_an_error_page_gives_the_number_to_tell_the_office():
    shown = render_to_string("500.html", {"reference": "7K4M-29QX"})
    assert "7K4M-29QX" in shown
    shown = render_to_string("404.html", {"request_path": "/loans/<77>/"})
    assert "/loans/&lt;77&gt;/" in shown
