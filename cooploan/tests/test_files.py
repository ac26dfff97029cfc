"""The files that no Python test would read: templates, lock files, Compose, scripts."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from cooploan import embedded

ROOT = embedded.ROOT
TEMPLATES = sorted(ROOT.glob("templates/**/*.html")) + sorted(ROOT.glob("*/templates/**/*.html"))

# Drawn by a library from a key of our own making, with nothing in it that a person typed.
TRUSTED = {"{{ totp_svg|safe }}"}

# What a page may not hold, and why. Comments of the template language are taken out first.
FORBIDDEN = {
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>": "a script in the page: the policy forbids it",
    r"<style\b": "a style in the page: the policy forbids it",
    r"\sstyle\s*=": "a style attribute: the policy forbids it",
    r"\son[a-z]+\s*=\s*[\"']": "an event attribute: the policy forbids it",
    r"javascript:": "a javascript address: the policy forbids it",
    r"\|\s*safe\b": "a value that is not escaped",
    r"autoescape\s+off": "values that are not escaped",
    r"(?:src|href)\s*=\s*[\"']https?://": "something that another site serves",
    r"hx-on": "an event attribute of htmx: the policy forbids it",
}


def _source(path: Path) -> str:
    text = path.read_text()
    for trusted in TRUSTED:
        text = text.replace(trusted, "")
    return re.sub(r"{%\s*comment\b.*?endcomment\s*%}|{#.*?#}", "", text, flags=re.DOTALL)


def _with_includes(form: str) -> str:
    """The form and, once, what it includes by a fixed name."""
    included = re.findall(r"{%\s*include\s+\"([^\"]+)\"", form)
    return form + "".join(_source(Path(get_template(name).origin.name)) for name in included)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_are_templates_to_read():
    assert TEMPLATES


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_compiles(path):
    get_template(str(path).split("/templates/", 1)[1])


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_holds_nothing_that_the_policy_or_safety_forbids(path):
    if "/admin/" in str(path):
        pytest.skip("the skin of Django's own pages")
    found = [why for pattern, why in FORBIDDEN.items() if re.search(pattern, _source(path), re.IGNORECASE)]
    assert not found


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_every_form_that_changes_something_carries_its_token(path):
    for form in re.findall(r"<form\b.*?</form>", _source(path), flags=re.DOTALL | re.IGNORECASE):
        if re.search(r"method\s*=\s*[\"']?post", form, re.IGNORECASE):
            assert "csrf_token" in _with_includes(form), form.split("\n")[0]


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_every_picture_has_words(path):
    for tag in re.findall(r"<img\b[^>]*>", _source(path), flags=re.IGNORECASE):
        assert re.search(r"\balt\s*=", tag), tag


@pytest.mark.parametrize(
    "page",
    [
        '<p style="color:red">',
        "<script>alert(1)</script>",
        "{{ name|safe }}",
        '<a onclick="x()">',
        '<img src="https://x.y/z">',
    ],
)
def test_the_rules_for_pages_see_what_they_forbid(page):
    assert any(re.search(pattern, page, re.IGNORECASE) for pattern in FORBIDDEN)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-embedded.txt", "requirements-dev.txt"])
def test_lock_files_pin_each_package_with_hashes_and_name_no_place(name):
    text = (ROOT / name).read_text()
    assert not re.search(r"https?://|file:/|--(extra-)?index-url|--find-links|--trusted-host", text)
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        if re.match(r"[A-Za-z0-9]", block):
            assert re.match(r"[A-Za-z0-9._-]+==\S+", block), block.split("\n")[0]
            assert "--hash=sha256:" in block, block.split("\n")[0]


def test_the_three_lock_files_agree():
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / name).read_text(), flags=re.MULTILINE))

    everything = pins("requirements-dev.txt")
    for name in ("requirements.txt", "requirements-embedded.txt"):
        for package, version in pins(name).items():
            assert everything[package] == version, package


def test_each_direct_dependency_has_its_reason_written_down():
    page = (ROOT / "docs" / "dependencies.md").read_text()
    for name in ("requirements.in", "requirements-embedded.in", "requirements-dev.in"):
        for package in re.findall(r"^([A-Za-z0-9._-]+)(?=[\[=~<>])", (ROOT / name).read_text(), flags=re.MULTILINE):
            assert package in page, package


def test_the_compose_file_is_one():
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        "docker-compose.yml",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", sorted(path for path in (ROOT / "bin").iterdir()), ids=_name)
def test_a_script_is_sound_bash(path):
    assert subprocess.run(["bash", "-n", path], check=False).returncode == 0
    assert path.suffix == ".sh" or path.stat().st_mode & 0o111


def test_each_room_of_the_settings_is_under_the_layers_contract():
    contract = (ROOT / "pyproject.toml").read_text().split("[tool.importlinter]")[1]
    for room in {*settings.ROOMS, "engine"}:
        assert f'"{room}"' in contract.split("root_packages", 1)[1].split("]", 1)[0], room
