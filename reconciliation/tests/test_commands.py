import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ledger.models import JournalEntry
from reconciliation.models import DeductionSchedule, Remittance
from reconciliation.services import posting
from reconciliation.services.posting import post_chunk, start_posting
from reconciliation.tests.factories import (
    AT,
    as_asked,
    books_agree,
    csv_file,
    has,
    make_employer,
    make_issued,
    make_loan,
    make_officer,
    make_return,
    make_saver,
    make_treasurer,
    row_of,
)
from users.tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def employer():
    return make_employer("LPA")


@pytest.fixture
def people(employer):
    return [make_saver(employer, savings=f"{10000 + n}") for n in range(3)]


@pytest.fixture(autouse=True)
def _officers():
    make_user(roles=["officer"], full_name="Loan officer", sign_in_number="officer")
    make_user(roles=["treasurer"], full_name="Treasurer", sign_in_number="treasurer")


@pytest.fixture
def file(tmp_path, people, employer):
    """A return with a stranger beside the members, the bank having kept 52.50 of it."""
    path = tmp_path / "october.csv"
    schedule = make_issued(employer)
    path.write_bytes(csv_file([*as_asked(schedule), ("99002", "ZUBAIRU Quartey", "12500")]))
    return path


def run(command, *words):
    out = StringIO()
    call_command(command, *map(str, words), stdout=out)
    return out.getvalue()


def test_a_schedule_is_issued_from_the_command_line(employer, people):
    told = run("issue_schedule", "lpa", "2026-10", "--by", "officer", "--approved-by", "treasurer")
    assert told == "DS/2026/0001: Employer LPA, October 2026, 3 members, ₦30,003.00\n"
    schedule = DeductionSchedule.objects.get()
    assert (schedule.status, schedule.prepared_by.sign_in_number) == ("issued", "OFFICER")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["LPA", "2026-10", "--by", "officer", "--approved-by", "officer"], "somebody else must approve"),
        (["XXX", "2026-10", "--by", "officer", "--approved-by", "treasurer"], "The codes are: LPA"),
        (["LPA", "October", "--by", "officer", "--approved-by", "treasurer"], "Type it like 2026-10"),
        (["LPA", "2026-10", "--by", "nobody", "--approved-by", "treasurer"], "Nobody signs in as nobody"),
    ],
)
def test_what_cannot_be_issued_is_said_and_leaves_nothing(employer, people, words, said):
    with pytest.raises(CommandError, match=said):
        run("issue_schedule", *words)
    assert not DeductionSchedule.objects.exists()


def test_looking_at_a_return_stores_nothing(file):
    told = json.loads(run("reconcile", "LPA", "2026-10", file, "--credit", "42,450.50", "--charge", "52.50", "--json"))
    assert told["totals"] == {
        "expected": "30003.00", "file": "42503.00", "credit": "42450.50", "matched": "30003.00",
        "suspense": "12500.00", "charge": "52.50",
    }  # fmt: skip
    assert [line["state"] for line in told["lines"]] == ["matched", "matched", "matched", "unmatched"]
    assert told["variances"] == []
    assert not Remittance.objects.exists()


def test_a_return_is_posted_from_the_command_line(file, people, constraints_now):
    told = json.loads(
        run("reconcile", "LPA", "2026-10", file, "--credit", "42450.50", "--charge", "52.50", "--post",
            "--by", "treasurer", "--json")
    )  # fmt: skip
    constraints_now()
    assert told["status"] == "posted"
    assert [line["state"] for line in told["lines"]] == ["posted"] * 3 + ["suspense"]
    assert has(people[0])["savings"] == Decimal("10000.00")
    books_agree()
    with pytest.raises(CommandError, match="imported before"):
        run("reconcile", "LPA", "2026-10", file, "--credit", "42450.50", "--charge", "52.50", "--post",
            "--by", "treasurer")  # fmt: skip


def test_in_plain_words_too(file):
    told = run("reconcile", "LPA", "2026-10", file, "--credit", "42503")
    assert "₦42,503.00" in told
    assert "Left to explain" in told
    assert "unmatched" in told


def test_who_is_missing_is_among_the_variances(tmp_path, employer, people):
    make_issued(employer)
    path = tmp_path / "r.csv"
    path.write_bytes(csv_file([row_of(one, "10000") for one in people[:2]]))
    told = json.loads(run("reconcile", "LPA", "2026-10", path, "--credit", "20000", "--json"))
    assert told["variances"] == [
        {"member": people[2].number, "name": people[2].name, "expected": "10002.00", "cause": "missing"}
    ]


def test_a_shortfall_stores_and_posts_nothing(file):
    before = JournalEntry.objects.count()
    with pytest.raises(CommandError, match="is missing"):
        run("reconcile", "LPA", "2026-10", file, "--credit", "42000", "--post", "--by", "treasurer")
    assert not Remittance.objects.exists()
    assert JournalEntry.objects.count() == before


def test_a_posting_that_was_stopped_goes_on_with_the_same_words(file, employer, monkeypatch):
    schedule, treasurer = DeductionSchedule.objects.get(), make_treasurer()
    remittance = make_return(schedule, data=file.read_bytes(), credit="42503", file_name="october.csv")
    start_posting(remittance=remittance, by=treasurer, at=AT)
    post_chunk(remittance=remittance, by=treasurer, at=AT, size=1)
    told = json.loads(
        run("reconcile", "LPA", "2026-10", file, "--credit", "42503", "--post", "--by", "treasurer", "--json")
    )
    assert told["status"] == "posted"
    assert posting.CHUNK > 1
    books_agree()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--credit", "42503", "--post"], "Say who posts it"),
        (["--credit", "many"], "Enter an amount"),
        (["--credit", "42503", "--received-on", "soon"], "Type it like 2026-10-28"),
        (["--credit", "41000", "--charge", "1503"], "₦500.00 or less"),
    ],
)
def test_what_is_not_clear_is_said(file, words, said):
    with pytest.raises(CommandError, match=said):
        run("reconcile", "LPA", "2026-10", file, *words)
    assert not Remittance.objects.exists()


def test_a_month_without_a_schedule_and_a_file_that_is_not_there(employer, tmp_path):
    make_loan(make_saver(employer))
    with pytest.raises(CommandError, match="Issue it first"):
        path = tmp_path / "x.csv"
        path.write_bytes(b"x")
        run("reconcile", "LPA", "2026-10", path, "--credit", "1")
    with pytest.raises(CommandError, match="cannot be read"):
        run("reconcile", "LPA", "2026-10", tmp_path / "none.csv", "--credit", "1")
    make_officer()
