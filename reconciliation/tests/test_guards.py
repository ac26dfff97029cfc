"""Attacks on the month in SQL, as the site's role and as the owner: the database refuses each."""

import pytest
from django.db import connection

from ledger.tests.factories import deposit, savings_account
from reconciliation.models import Remittance, RemittanceLine, RemittancePart, SuspenseItem
from reconciliation.services.posting import post_chunk, start_posting
from reconciliation.services.returns import drop_return
from reconciliation.services.suspense import clear_suspense, propose_owner
from reconciliation.tests.attacking import attack, changes, refused
from reconciliation.tests.factories import (
    AT,
    as_asked,
    make_employer,
    make_issued,
    make_loan,
    make_officer,
    make_return,
    make_saver,
    make_treasurer,
    post,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("undone")]


@pytest.fixture
def employer():
    return make_employer()


@pytest.fixture
def schedule(employer):
    for savings in ("10000", "12000"):
        make_loan(make_saver(employer, savings=savings, christmas="500"))
    return make_issued(employer)


@pytest.fixture
def matched(schedule, constraints_now):
    """Two matched lines and a stranger's, nothing posted."""
    remittance = make_return(schedule, [*as_asked(schedule), ("99002", "ZUBAIRU Quartey", "12500")], charge="52.50")
    constraints_now()
    return remittance


@pytest.fixture
def posting(matched, constraints_now):
    """The first line is posted, the others wait for their chunk."""
    treasurer = make_treasurer()
    start_posting(remittance=matched, by=treasurer, at=AT)
    post_chunk(remittance=matched, by=treasurer, at=AT, size=1)
    constraints_now()
    return matched


@pytest.fixture
def posted(matched, constraints_now):
    remittance = post(matched)
    constraints_now()
    return remittance


# R05: posted + suspense = file total = credit + charge ----------------------------------------------------------------


def test_i16_a_return_is_not_posted_while_a_line_is_unexplained(posting, refused_at_commit):
    refused_at_commit("UPDATE reconciliation_remittance SET status = 'posted'", match="is not explained")


def test_i16_a_line_called_posted_without_its_parts_does_not_explain_the_return(posting, refused_at_commit):
    attack("UPDATE reconciliation_remittanceline SET state = 'posted' WHERE state = 'matched'")
    attack("UPDATE reconciliation_remittanceline SET state = 'suspense' WHERE state = 'unmatched'")
    refused_at_commit("UPDATE reconciliation_remittance SET status = 'posted'", match="is not explained")


def test_i16_a_return_that_is_explained_is_posted(posting, constraints_now):
    post(posting)
    constraints_now()


def test_i16_no_return_begins_to_be_posted_without_its_receipt_and_a_credit_that_ties(matched, refused_to_both):
    refused_to_both(
        "UPDATE reconciliation_remittance SET status = 'posting'",
        "UPDATE reconciliation_remittance SET status = 'posting', bank_credit = 1",
        match="posted_ties",
    )
    receipt = deposit(savings_account(), "1").pk
    who = make_treasurer().pk
    refused_to_both(
        f"UPDATE reconciliation_remittance SET status = 'posting', receipt_id = {receipt}, posted_by_id = {who}, "
        "bank_credit = bank_credit - 0.01",
        match="posted_ties",
    )


def test_i16_the_lines_of_a_return_are_its_file(matched, refused_at_commit):
    attack(NEW_LINE, matched.pk, "unmatched", None)
    refused_at_commit("UPDATE reconciliation_remittance SET charge = charge", match="has lines of")


def test_i16_a_return_without_its_lines_is_refused_at_commit(schedule, refused_at_commit):
    refused_at_commit(
        "INSERT INTO reconciliation_remittance (schedule_id, file_name, file_hash, content_hash, layout, file_total, "
        "bank_credit, charge, received_on, bank_reference, problems, status, imported_by_id, imported_at) "
        "VALUES (%s, 'x', 'x', 'x', '{}', 10, 10, 0, '2026-10-28', '', '[]', 'matched', %s, now())",
        schedule.pk, make_officer().pk, match="has lines of",
    )  # fmt: skip


def test_i16_a_suspense_item_is_not_cleared_without_parts(posted, refused_at_commit):
    member = posted.lines.filter(state="posted").values_list("member_id", flat=True)[0]
    refused_at_commit(
        "UPDATE reconciliation_suspenseitem SET status = 'cleared', member_id = %s, proposed_by_id = %s, "
        "cleared_by_id = %s",
        member, make_officer().pk, make_treasurer().pk, match="is cleared and 0 of it is explained",
    )  # fmt: skip


# What was imported and posted stays -----------------------------------------------------------------------------------

NEW_LINE = """INSERT INTO reconciliation_remittanceline
  (remittance_id, position, sheet, row, staff_number, name, amount, parts, expected, state, cause, confidence, reasons,
   alternatives, member_id)
  VALUES (%s, 99, '', 99, '', '', 1, '[]', 0, %s, 'exact', 0, '[]', '[]', %s)"""

SENT = [
    "amount = amount + 1", "name = 'x'", "staff_number = '1'", "parts = '[]'", "row = row + 1", "sheet = 'x'",
    "position = position + 9",
]  # fmt: skip


def test_what_the_employer_sent_does_not_change(matched, refused_to_both):
    refused_to_both(*changes("remittanceline", SENT), match="what the employer sent")


def test_a_posted_line_does_not_change(posted, refused_to_both):
    decided = ["member_id = NULL, state = 'unmatched'", "state = 'matched'", "cause = 'short'", "expected = 1",
               "confirmed_by_id = NULL", "state = state"]  # fmt: skip
    for state in ("posted", "suspense"):
        where = f"state = '{state}'"
        refused_to_both(*changes("remittanceline", SENT, where), match="what the employer sent")
        refused_to_both(*changes("remittanceline", decided, where), match="is posted")


def test_a_line_is_posted_once(posting, refused_to_both):
    refused_to_both(*changes("remittanceline", ["state = 'suspense'"], "state = 'posted'"), match=r"line \d+ is posted")


def test_no_line_is_posted_before_its_return(matched, refused_to_both):
    wanted = ["state = 'posted'", "state = 'suspense'"]
    refused_to_both(*changes("remittanceline", wanted), match="posted with its return")


def test_nobody_decides_on_a_line_while_its_return_is_posted(posting, employer, refused_to_both):
    other = make_saver(employer).pk
    for where, wanted in (
        ("state = 'matched'", ["state = 'unmatched'", "state = 'suspense'", "state = 'posted', expected = 0",
                               f"state = 'posted', member_id = {other}", f"member_id = {other}", "cause = 'short'"]),
        ("state = 'unmatched'", [f"state = 'matched', member_id = {other}", f"state = 'posted', member_id = {other}",
                                 "state = 'suspense', reasons = '[1]'", "cause = 'exact'"]),
    ):  # fmt: skip
        refused_to_both(*changes("remittanceline", wanted, where), match="of a return that is posting")


def test_nobody_decides_on_a_line_of_a_return_that_was_taken_back(matched, refused_to_both):
    drop_return(remittance=matched, by=make_officer(), at=AT)
    refused_to_both(
        *changes("remittanceline", ["state = 'unmatched'", "state = 'posted'"], "state = 'matched'"),
        match="of a return that is dropped|posted with its return",
    )


def test_a_return_takes_no_line_that_is_posted(matched, refused_to_both):
    member = matched.lines.filter(member__isnull=False).values_list("member_id", flat=True)[0]
    for state in ("posted", "suspense"):
        refused_to_both(NEW_LINE, arguments=[matched.pk, state, member], match="takes no line")


@pytest.mark.parametrize("stage", ["posting", "posted"])
def test_a_return_takes_no_line_once_its_posting_begins(request, stage, refused_to_both):
    remittance = request.getfixturevalue(stage)
    refused_to_both(NEW_LINE, arguments=[remittance.pk, "unmatched", None], match="takes no line")


def test_a_return_stays_as_it_was_imported(matched, refused_to_both):
    wanted = ["file_total = file_total + 1", "file_hash = 'x'", "content_hash = 'x'", "file_name = 'x'",
              "received_on = '2020-01-01'", "problems = '[1]'", "layout = '{}'", "bank_reference = 'x'",
              "imported_at = now()", "imported_by_id = charge_confirmed_by_id + 1"]  # fmt: skip
    refused_to_both(*changes("remittance", wanted), match="stays as it was")


@pytest.mark.parametrize("stage", ["posting", "posted"])
def test_the_figures_of_a_posted_return_stay(request, stage, refused_to_both):
    request.getfixturevalue(stage)
    wanted = ["charge = charge + 1, bank_credit = bank_credit - 1", "receipt_id = NULL", "bank_credit = 0",
              "charge_confirmed_by_id = posted_by_id", "posted_by_id = imported_by_id"]  # fmt: skip
    refused_to_both(*changes("remittance", wanted), match="stays as it was")


def test_when_a_return_was_posted_does_not_change(posted, refused_to_both):
    refused_to_both(*changes("remittance", ["posted_at = now()", "posted_at = NULL"]), match="stays as it was")


@pytest.mark.parametrize(
    ("stage", "wanted"),
    [("matched", ["posted"]), ("posting", ["matched", "dropped"]), ("posted", ["matched", "posting", "dropped"])],
)
def test_a_return_goes_forward_only(request, stage, wanted, refused_to_both):
    request.getfixturevalue(stage)
    refused_to_both(*changes("remittance", [f"status = '{status}'" for status in wanted]), match="does not become")


def test_a_return_that_was_taken_back_stays_so(matched, refused_to_both):
    drop_return(remittance=matched, by=make_officer(), at=AT)
    refused_to_both(*changes("remittance", ["status = 'matched'"]), match="does not become")


def test_one_file_stands_once(matched):
    other = make_employer()
    make_saver(other)
    second = make_return(make_issued(other), file_name="another.csv")
    for file_hash, content_hash in ((matched.file_hash, "fresh"), ("fresh", matched.content_hash)):
        refused(
            "INSERT INTO reconciliation_remittance (schedule_id, file_name, file_hash, content_hash, layout, "
            "file_total, bank_credit, charge, received_on, bank_reference, problems, status, imported_by_id, "
            "imported_at) SELECT schedule_id, 'x', %s, %s, layout, file_total, bank_credit, 0, received_on, '', '[]', "
            "'matched', imported_by_id, imported_at FROM reconciliation_remittance WHERE id = %s",
            file_hash, content_hash, second.pk, match="file_once|content_once",
        )  # fmt: skip


def test_a_charge_is_a_persons_word(matched, refused_to_both):
    refused_to_both(*changes("remittance", ["charge_confirmed_by_id = NULL"]), match="charge_confirmed")


def test_a_matched_line_has_its_member_and_a_member_one_line(matched, refused_to_both):
    refused_to_both(*changes("remittanceline", ["member_id = NULL"], "state = 'matched'"), match="has_member")
    first = matched.lines.order_by("position").first().member_id
    taken = changes("remittanceline", [f"member_id = {first}, state = 'matched'"], "state = 'unmatched'")
    refused_to_both(*taken, match="one_line_each")


# Parts and suspense ---------------------------------------------------------------------------------------------------

PART = """INSERT INTO reconciliation_remittancepart (line_id, kind, amount, entry_id)
          SELECT %s, 'savings', %s, max(id) FROM ledger_journalentry"""


def test_a_line_is_not_explained_beyond_its_amount(posted, refused_at_commit):
    line = RemittanceLine.objects.filter(state="posted")[0]
    refused_at_commit(PART, line.pk, "0.01", match="is explained")


def test_a_line_that_is_not_posted_has_no_part(posting, refused_at_commit):
    for line in RemittanceLine.objects.exclude(state="posted"):
        refused_at_commit(PART, line.pk, line.amount, match="is not posted")


def test_a_line_in_suspense_has_no_part_before_it_is_cleared(posted, refused_at_commit):
    line = RemittanceLine.objects.get(state="suspense")
    refused_at_commit(PART, line.pk, line.amount, match="is not posted")


def test_where_money_went_is_never_rewritten(posted, refused_to_both):
    refused_to_both(
        *changes("remittancepart", ["amount = amount", "entry_id = 1"]),
        "DELETE FROM reconciliation_remittancepart",
        match="append-only|permission denied",
    )


def test_a_part_is_of_a_loan_or_of_savings_and_above_nothing(posted):
    part = RemittancePart.objects.filter(kind="loan")[0]
    for kind, loan, amount in (("loan", None, 1), ("savings", part.loan_id, 1), ("savings", None, 0)):
        refused(
            "INSERT INTO reconciliation_remittancepart (line_id, kind, loan_id, amount, entry_id) "
            "VALUES (%s, %s, %s, %s, %s)",
            part.line_id, kind, loan, amount, part.entry_id, match="part_of_a_loan|part_positive",
        )  # fmt: skip


ITEM = """INSERT INTO reconciliation_suspenseitem (line_id, amount, reason, opened_on, status)
          VALUES (%s, %s, '', '2026-10-28', 'open')"""


@pytest.mark.parametrize("stage", ["matched", "posted"])
def test_only_a_line_in_suspense_has_an_item(request, refused_at_commit, stage):
    line = request.getfixturevalue(stage).lines.order_by("position").first()
    refused_at_commit(ITEM, line.pk, line.amount, match="not a line in suspense")


def test_an_item_is_the_whole_line_from_its_beginning(posting, refused_at_commit):
    attack("UPDATE reconciliation_remittanceline SET state = 'suspense' WHERE state = 'unmatched'")
    line = RemittanceLine.objects.get(state="suspense")
    refused_at_commit(ITEM, line.pk, line.amount - 1, match="not a line in suspense with its whole amount")


def test_an_item_in_suspense_stays_as_it_was_opened(posted, refused_to_both):
    wanted = ["reason = 'x'", "opened_on = '2020-01-01'", "amount = 1", "line_id = line_id - 1"]
    refused_to_both(*changes("suspenseitem", wanted), match="only ever cleared")


@pytest.fixture
def proposed(posted):
    member = posted.lines.filter(state="posted")[0].member
    return propose_owner(item=SuspenseItem.objects.get(), member=member, by=make_officer(), at=AT)


def test_an_item_is_cleared_by_two_people(proposed, refused_to_both):
    wanted = ["status = 'cleared', cleared_by_id = proposed_by_id", "status = 'cleared'"]
    refused_to_both(*changes("suspenseitem", wanted), match="cleared_by_two")


def test_a_cleared_item_is_final(proposed, refused_to_both, constraints_now):
    clear_suspense(item=proposed, member=proposed.member, by=make_treasurer(), at=AT)
    constraints_now()
    wanted = ["status = 'open'", "member_id = member_id", "cleared_by_id = cleared_by_id"]
    refused_to_both(*changes("suspenseitem", wanted), match="only ever cleared")


def test_i16_a_return_stays_explained_when_its_suspense_is_cleared(proposed, constraints_now):
    clear_suspense(item=proposed, member=proposed.member, by=make_treasurer(), at=AT)
    attack("UPDATE reconciliation_remittance SET status = status")
    constraints_now()


# Nothing is taken away ------------------------------------------------------------------------------------------------

TABLES = [
    "deductionschedule", "deductionline", "deductionitem", "remittance", "remittanceline", "remittancepart",
    "suspenseitem",
]  # fmt: skip


def test_nothing_is_taken_away(posted, constraints_now, as_role):
    for table in TABLES:
        for statement in (f"DELETE FROM reconciliation_{table}", f"TRUNCATE reconciliation_{table} CASCADE"):
            refused(statement, match="permission denied")
            with as_role("cooploan_owner"):
                refused(statement, match="append-only")


def test_the_guards_do_not_sleep_in_replica_mode(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE tgenabled = 'A') FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT tgisinternal AND c.relname LIKE 'reconciliation%%'"
        )
        every, always = cursor.fetchone()
    assert every == always
    assert every >= 20


def test_the_cast_of_these_attacks_is_not_empty(posted):
    assert (Remittance.objects.count(), SuspenseItem.objects.count()) == (1, 1)
    assert RemittancePart.objects.count() == 6
