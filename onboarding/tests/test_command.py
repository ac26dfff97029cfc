"""`manage.py import_society`: what it prints, how it ends, and what it leaves behind."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.models import Event
from core.tests.hostile.case import honest
from members.models import Member
from onboarding.models import BookImport
from onboarding.tests.conftest import UNITY
from onboarding.tests.paper import as_xlsx
from onboarding.tests.standing import broken
from users.testing import make_user


def _run(*words: object) -> str:
    out = StringIO()
    call_command("import_society", *map(str, words), stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path, small: bytes) -> Path:
    path = tmp_path / "books.xlsx"
    path.write_bytes(small)
    return path


@pytest.fixture
def people(cast):
    return make_user(roles=["officer"], sign_in_number="officer"), make_user(
        roles=["treasurer"], sign_in_number="treasurer"
    )


def test_a_dry_run_prints_totals_and_problems_as_data_and_stores_nothing(cast):
    printed = json.loads(_run(UNITY, "--dry-run", "--json"))
    assert printed["totals"] == {
        "members": 620, "loans": 487, "savings": "925368525.00", "voluntary": "0.00", "shares": "16365000.00",
        "xmas": "5404000.00", "loan_balance": "320014185.31",
    }  # fmt: skip
    assert (printed["as_at"], printed["posted"], len(printed["problems"])) == ("2026-09-30", False, 408)
    for problem in printed["problems"]:
        assert {"sheet", "row", "column", "grade", "code", "message"} <= set(problem)
        assert problem["grade"] in ("repaired", "warning", "error")
    assert {problem["loan"] for problem in printed["problems"]} >= {None, "LH/2026/215"}
    assert not BookImport.objects.exists() and not Member.objects.exists()


def test_a_dry_run_in_words_lists_errors_first_and_says_that_nothing_was_stored(cast):
    lines = _run(UNITY).splitlines()
    grades = [line.split()[0] for line in lines if line.split() and line.split()[0] in ("error", "warning", "repaired")]
    assert grades == sorted(grades, key=["error", "warning", "repaired"].index)
    assert any(line.startswith("error") and "UMCS/0536" in line for line in lines)
    assert any("LH/2026/215" in line for line in lines)
    assert "christmas: ties at ₦5,404,000.00" in lines
    assert any(line.startswith("shares: the trial balance has ₦10,000.00 more: ₦10,000.00: row 625") for line in lines)
    assert lines[-1] == "Nothing was stored: this was only a look."


def test_a_dry_run_ends_well_whatever_it_finds(cast, society, tmp_path):
    society.balances[3][4] = "see ledger"
    blocked = tmp_path / "blocked.xlsx"
    blocked.write_bytes(as_xlsx(society.workbook()))
    assert any(problem["blocks"] for problem in json.loads(_run(blocked, "--json"))["problems"])
    strange = tmp_path / "strange.xlsx"
    strange.write_bytes(honest())
    assert json.loads(_run(strange, "--json"))["totals"]["members"] == 0


def test_a_file_that_is_refused_ends_badly_with_the_sentence(cast, tmp_path):
    path = tmp_path / "minutes.xlsx"
    path.write_text("These are the minutes of the meeting.")
    with pytest.raises(CommandError, match=r"\.$") as refused:
        _run(path, "--dry-run")
    assert len(str(refused.value).split()) > 6
    with pytest.raises(CommandError, match="cannot be read"):
        _run(tmp_path / "nothing.xlsx")
    with pytest.raises(CommandError, match="cannot be read"):
        _run(tmp_path)


def test_a_file_above_the_limit_is_refused_unread(cast, tmp_path):
    path = tmp_path / "big.xlsx"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(CommandError, match=r"This file is 50\.0 MB; the most we take is 20 MB"):
        _run(path)


def test_posting_puts_the_books_in_by_two_people(people, file):
    printed = json.loads(_run(file, "--post", "--by", "officer", "--approved-by", "treasurer", "--json"))
    assert printed["posted"] is True
    book_import = BookImport.objects.get()
    assert (book_import.proposed_by, book_import.approved_by) == people
    assert Member.objects.active().count() == 40 and broken() == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--post",), "Two people"),
        (("--post", "--by", "officer"), "Two people"),
        (("--post", "--by", "officer", "--approved-by", "officer"), "somebody else must approve"),
        (("--post", "--by", "officer", "--approved-by", "nobody"), "Nobody signs in as nobody"),
    ],
)
def test_one_person_is_not_enough_and_nothing_is_left_behind(people, file, words, told):
    events = Event.objects.count()
    with pytest.raises(CommandError, match=told):
        _run(file, *words)
    assert not BookImport.objects.exists() and not Member.objects.exists()
    assert Event.objects.count() == events


def test_books_that_are_in_are_not_put_in_again(people, file):
    words = ("--post", "--by", "officer", "--approved-by", "treasurer")
    _run(file, *words)
    with pytest.raises(CommandError, match="in already"):
        _run(file, *words)
    assert BookImport.objects.count() == 1


def test_looking_and_posting_exclude_each_other(people, file):
    with pytest.raises(CommandError):
        _run(file, "--post", "--dry-run", "--by", "officer", "--approved-by", "treasurer")
