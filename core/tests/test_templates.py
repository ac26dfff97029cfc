"""Every template of the project: it compiles, keeps to the content policy, and has what a page must have."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines
from django.template.loader import get_template

ROOT = settings.BASE_DIR / "templates"
NAMES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))
SPRITE = (settings.BASE_DIR / "static" / "icons.svg").read_text(encoding="utf-8")
ICONS = set(re.findall(r'<symbol id="([a-z-]+)"', SPRITE))
COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}|<!--.*?-->", re.DOTALL)

FORBIDDEN = {
    "a style in the page": r"<style\b|\sstyle\s*=",
    "a script in the page": r"<script(?![^>]*\bsrc=)",
    "an event handler": r"<[^>]*\son[a-z]+\s*=",
    "a script as an address": r"javascript:",
    "htmx that evaluates": r"hx-on|hx-vals\s*=\s*[\"']js:|hx-trigger=\"[^\"]*\[",
    "escaping switched off": r"\|\s*safe\b|autoescape off|\|\s*safeseq\b",
    "Django's slow dates and numbers": r"\|\s*(date|time|floatformat|intcomma|localize)\b",
    "something loaded from elsewhere": r"(src|action)=\"https?:|<link[^>]*href=\"https?:",
    "an address written for one file's place": r"(src|href)=\"(/static/|static/)",
    "a picture without words": r"<img(?![^>]*\balt=)",
    "an em dash": "\N{EM DASH}",
}


# The library draws the code of the authenticator app as a path of numbers; no one's words are in it.
LET_THROUGH = "{{ totp_svg|safe }}"


def source(name: str) -> str:
    return COMMENT.sub("", (ROOT / name).read_text(encoding="utf-8")).replace(LET_THROUGH, "")


def flat(name: str, seen: tuple[str, ...] = ()) -> str:
    """A template with what it includes by name in its place; not what it extends."""
    if name in seen or not (ROOT / name).exists():
        return ""
    within = (*seen, name)
    return re.sub(r"\{% include \"([^\"]+)\"[^%]*%\}", lambda found: flat(found[1], within), source(name))


def parent(name: str) -> str | None:
    found = re.search(r"\{% extends \"([^\"]+)\"", source(name))
    return found[1] if found else None


def is_page(name: str) -> bool:
    """A page is what a person opens: it extends a frame and is none itself."""
    top = parent(name)
    return top is not None and not Path(name).name.startswith(("base", "_")) and not name.startswith("admin/")


def offences(text: str) -> list[str]:
    return [f"{what}: {found[0]!r}" for what, rule in FORBIDDEN.items() if (found := re.search(rule, text))]


@pytest.mark.parametrize("name", NAMES)
def test_it_compiles(name):
    get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_it_keeps_to_the_content_policy_and_the_house_rules(name):
    assert offences(source(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_what_it_names_exists(name):
    text = source(name)
    for path in re.findall(r"\{% static [\"']([^\"']+)[\"']", text):
        assert finders.find(path), f"no static file {path}"
    for icon in re.findall(r"\{% icon [\"']([^\"']+)[\"']", text):
        assert icon in ICONS, f"no icon {icon}"
    for other in re.findall(r"\{% (?:include|extends) [\"']([^\"']+)[\"']", text):
        get_template(other)


@pytest.mark.parametrize("name", NAMES)
def test_its_forms_that_change_something_carry_the_token(name):
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", flat(name), re.DOTALL | re.IGNORECASE):
        assert "csrf_token" in form, form[:120]


@pytest.mark.parametrize("name", [name for name in NAMES if is_page(name)])
def test_a_page_has_one_heading_and_a_title_of_its_own(name):
    text, above = flat(name), parent(name)
    while above and is_page(above):
        text += flat(above)
        above = parent(above)
    branches = len(re.findall(r"\{% (?:else|elif)\b", text))
    headings = text.count("<h1")
    assert 1 <= headings <= 1 + branches, f"{headings} headings"
    title = re.search(r"\{% block title %\}(.*?)\{% endblock", text, re.DOTALL)
    assert title and title[1].strip()


@pytest.mark.parametrize(
    "bad",
    [
        '<p style="color:red">',
        "<script>go()</script>",
        '<a onclick="go()">',
        "{{ name|safe }}",
        "{{ day|date:'j M' }}",
        "{{ sum|floatformat:2 }}",
        '<button hx-on:click="go()">',
        '<link rel="stylesheet" href="https://elsewhere.example/a.css">',
        "<img src='a.png'>",
    ],
)
def test_the_rules_see_what_they_forbid(bad):
    assert offences(bad)


def test_the_rules_leave_honest_markup_alone():
    good = '<a class="one" href="{% url \'x\' %}">{{ day|dmy }}</a><script src="{% static "app.js" %}" defer></script>'
    assert offences(good) == []


def test_the_pages_are_found_by_the_same_engine_that_serves_them():
    assert ROOT in [Path(folder) for folder in engines["django"].engine.dirs]
    assert {"base.html", "ui/field.html", "404.html"} <= set(NAMES)
