"""The written pages: links lead somewhere, what they name exists, and they speak of the project alone."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from bench.__main__ import names as benchmarks
from cooploan.jobs import RECURRING
from tests.pages import DOCS, PAGES, ROOT, anchors, code, codes, name_of, prose, read, said_in_code, table, tables

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# Files that a page names: a path with a stroke in it, from the checkout's root or from one of these folders.
PATH = re.compile(r"(?:[\w.-]+/)+[\w.-]*\.(?:py|sql|md|toml|yml|sh|json|html|css|in|txt|xlsx|csv|svg|png)")
OURS = {path.name for path in ROOT.iterdir() if path.is_dir() and (path / "apps.py").exists()}
COMMANDS = {name: app for name, app in get_commands().items() if app in OURS}
DJANGOS = set(get_commands()) - set(COMMANDS)

each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


@cache
def kept_files() -> frozenset[str]:
    """What git keeps, and what is there and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return frozenset(listed.stdout.splitlines())


# Links and files ------------------------------------------------------------------------------------------------------


@each_page
def test_a_link_leads_to_a_page_and_a_heading_that_exist(page):
    for link in LINK.findall(prose(page)):
        if re.match(r"https?://|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert name_of(target) in kept_files() or target.is_dir(), f"{link} is not kept by git"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), link


@each_page
def test_a_file_that_a_page_names_exists(page):
    for word in codes(prose(page)):
        if not PATH.fullmatch(word) or word.startswith(("docs/decisions/NNNN", "http")):
            continue
        assert word in kept_files(), word


@each_page
def test_a_folder_that_a_page_names_exists(page):
    for word in codes(prose(page)):
        if re.fullmatch(r"(?:[\w-]+/)+", word) and word not in (".data/", "sql/", "tests/", "undo/"):
            assert (ROOT / word).is_dir(), word


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=name_of)
def test_every_page_is_reached_from_the_index_of_the_docs(page):
    start = DOCS / "README.md"
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for link in LINK.findall(prose(here)):
            target = (here.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.is_file() and target not in seen:
                seen.add(target)
                waiting.append(target)
    assert page in seen


def test_the_readme_leads_to_the_docs_and_to_contributing():
    links = {link.partition("#")[0] for link in LINK.findall(read(ROOT / "README.md"))}
    assert {"docs/README.md", "CONTRIBUTING.md"} <= links


def test_the_picture_of_the_readme_is_light_and_has_words():
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", read(ROOT / "README.md"))
    assert pictures
    for words, path in pictures:
        assert len(words) > 20, path
        assert (ROOT / path).stat().st_size < 250_000, path


# Commands -------------------------------------------------------------------------------------------------------------


@each_page
def test_a_command_that_a_page_names_exists(page):
    text = said_in_code(page)
    for script in re.findall(r"(?<![\w./-])bin/([a-z_]+)", text):
        assert (ROOT / "bin" / script).is_file(), f"bin/{script}"
    for name in re.findall(r"(?:bin/manage|manage\.py) +([a-z_]+)", text):
        assert name in COMMANDS or name in DJANGOS, name
    for name in re.findall(r"bin/bench +([a-z_]+)", text):
        assert name in benchmarks(), name


def options_of(name: str) -> set[str]:
    parser = load_command_class(COMMANDS[name], name).create_parser("manage.py", name)
    general = load_command_class("django.core", "check").create_parser("manage.py", "check")
    shared = {option for action in general._actions for option in action.option_strings}
    own = {option for action in parser._actions for option in action.option_strings if option.startswith("--")}
    return own - shared - {"--skip-checks"}


def test_every_command_of_ours_has_its_heading_and_its_options():
    page = DOCS / "reference" / "commands.md"
    told = {match: set() for match in re.findall(r"^### `([a-z_]+)`$", read(page), re.MULTILINE)}
    for one in tables(page):
        if one.columns[0] == "Option":
            told[code(one.heading)] = {option for row in one.rows for option in codes(row["Option"])}
    assert told == {name: options_of(name) for name in COMMANDS}


def test_every_script_stands_in_the_table_of_scripts():
    told = {code(row["Script"]) for row in table(DOCS / "reference" / "commands.md", "Scripts").rows}
    assert told == {f"bin/{path.name}" for path in (ROOT / "bin").iterdir() if not path.suffix}


def test_the_options_of_the_scripts_are_theirs():
    rows = {code(row["Script"]): set(codes(row["Options"])) for row in table(
        DOCS / "reference" / "commands.md", "Scripts").rows}  # fmt: skip
    for script, source in (("bin/demo", "cooploan/demo.py"), ("bin/bench", "bench/__main__.py")):
        assert rows[script] == set(re.findall(r'add_argument\("(--[a-z-]+)"', read(ROOT / source)))


def test_the_benchmarks_are_listed():
    (line,) = re.findall(r"^`bin/bench` has: (.+)\.$", read(DOCS / "reference" / "commands.md"), re.MULTILINE)
    assert codes(line) == benchmarks()


def test_the_drills_are_listed():
    (line,) = re.findall(r"^`bin/drill` has (.+)\.$", read(DOCS / "reference" / "commands.md"), re.MULTILINE)
    there = [path.stem.removeprefix("test_") for path in (ROOT / "tests" / "drills").glob("test_*.py")]
    assert (codes(line) or ["none yet"]) == (sorted(there) or [line])


def test_the_recurring_jobs_are_listed():
    rows = table(DOCS / "reference" / "commands.md", "Recurring jobs").rows
    assert [(code(row["Job"]), code(row["When"])) for row in rows] == [(job.name, job.cron) for job in RECURRING]


# The way they are written ---------------------------------------------------------------------------------------------


@each_page
def test_a_page_begins_with_its_title_and_has_one(page):
    assert read(page).startswith("# ")
    assert len(re.findall(r"^# ", prose(page), re.MULTILINE)) == 1


@each_page
def test_a_page_speaks_of_the_project_alone(page):
    text = read(page)
    # Paths of one machine, and hosts of package registries.
    assert not re.search(r"/work/|/home/\w|/Users/\w|/root/|/tmp/|C:\\\\", text)
    assert not re.search(r"pypi\.|pythonhosted|index-url|npmjs|docker\.io|ghcr\.io", text, re.IGNORECASE)


@each_page
def test_a_page_is_written_plainly(page):
    text = prose(page)
    assert "\u2014" not in text and "\u2013" not in text
    assert not re.search(r"\b(please note|seamless|robust|leverag|powerful|simply|world-class)", text, re.IGNORECASE)
    assert "!" not in re.sub(r"`[^`]*`|!\[", "", text)


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "settings.md"], ids=name_of)
def test_lines_of_prose_are_short_enough_to_review(page):
    for line in prose(page).splitlines():
        assert len(line) <= 120 or line.startswith("|") or "](" in line, line


# Words on pages -------------------------------------------------------------------------------------------------------

# What the pages tell to type, or quote from somebody else, and not what stands on a button or a heading.
TYPED = {"School fees", "cannot tell yet", "missing", "view"}


@cache
def words_of_the_site() -> str:
    files = [*(ROOT / "templates").rglob("*.html"), *ROOT.glob("*/navigation.py"), *ROOT.glob("*/forms*.py")]
    files += [*ROOT.glob("*/forms/*.py"), *ROOT.glob("*/selectors/*.py"), *ROOT.glob("*/selectors.py")]
    return " ".join("\n".join(path.read_text(encoding="utf-8") for path in files).split())


@pytest.mark.parametrize(
    "page", [*sorted((DOCS / "how-to").glob("*.md")), *sorted((DOCS / "tutorials").glob("*.md"))], ids=name_of
)
def test_a_button_or_heading_that_a_page_quotes_is_on_the_site(page):
    quoted = set(re.findall(r'"([A-Z][^"`]+)"', " ".join(re.sub(r"`[^`]*`", "", prose(page)).split())))
    assert {words for words in quoted - TYPED if words not in words_of_the_site()} == set()


# Decisions ------------------------------------------------------------------------------------------------------------

DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))


def test_the_decisions_are_numbered_without_a_gap_and_listed():
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]
    rows = tables(DOCS / "decisions" / "README.md")[0].rows
    assert [LINK.findall(row["Number"])[0] for row in rows] == [path.name for path in DECISIONS]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.name[:4])
def test_a_decision_has_context_decision_and_consequences(page):
    assert read(page).startswith(f"# {page.name[:4]} ")
    assert re.findall(r"^## (.+)$", read(page), re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_the_rules_of_these_tests_see_what_they_forbid(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("# A\n\n[b](nowhere.md) and `loans/nothing.py`, bin/nothing\n\n## C d\n")
    assert LINK.findall(prose(page)) == ["nowhere.md"]
    assert PATH.fullmatch(codes(read(page))[0])
    assert anchors(page) == {"a", "c-d"}
