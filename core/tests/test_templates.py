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
    "a or an before a name that may begin with any letter": r"\b[Aa]n?\s+(<b>)?\{\{[^}]*(product|kind|name)\b",
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


BRANCH = re.compile(r"\{%-? (if|elif|else|endif)\b|<h1\b")


def headings(text: str) -> set[int]:
    """How many headings of the first rank the page can have, over every way through its conditions."""
    # One frame for the page and one for each open condition: what was counted before it and in the branches that
    # are done, what the present branch has, and whether one of the branches is always taken.
    frames = [{"done": set(), "now": {0}, "always": True}]
    for found in BRANCH.finditer(text):
        word, top = found[1], frames[-1]
        if word is None:
            top["now"] = {count + 1 for count in top["now"]}
        elif word == "if":
            frames.append({"done": set(), "now": {0}, "always": False})
        elif word in ("elif", "else"):
            top["done"] |= top["now"]
            top["now"] = {0}
            top["always"] = word == "else"
        else:
            frames.pop()
            inside = top["done"] | top["now"] | (set() if top["always"] else {0})
            frames[-1]["now"] = {before + more for before in frames[-1]["now"] for more in inside}
    return frames[0]["now"]


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
    assert headings(text) == {1}
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


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("<h1>", {1}),
        ("<h1><h1>", {2}),
        ("{% if a %}<h1>{% else %}<h1>{% endif %}", {1}),
        ("{% if a %}<h1>{% elif b %}<h1>{% endif %}", {0, 1}),
        ("<h1>{% if a %}{% if b %}<h1>{% endif %}{% else %}{% endif %}", {1, 2}),
    ],
)
def test_headings_are_counted_on_every_way_through_a_page(text, counts):
    assert headings(text) == counts


def test_the_rules_leave_honest_markup_alone():
    good = '<a class="one" href="{% url \'x\' %}">{{ day|dmy }}</a><script src="{% static "app.js" %}" defer></script>'
    assert offences(good) == []


def test_the_pages_are_found_by_the_same_engine_that_serves_them():
    assert ROOT in [Path(folder) for folder in engines["django"].engine.dirs]
    assert {"base.html", "ui/field.html", "404.html"} <= set(NAMES)
