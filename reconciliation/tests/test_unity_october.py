"""The four October returns of the practice society, from the schedule that goes out to the last kobo posted."""

import csv
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction

from ledger import chart
from ledger.selectors import balance_of
from ledger.services import account
from loans.models import Repayment
from members.models import Employer
from reconciliation import causes
from reconciliation.models import RemittanceLine, SuspenseItem
from reconciliation.selectors.totals import missing, totals
from reconciliation.services.posting import post_remittance
from reconciliation.services.returns import confirm_charge, import_return
from reconciliation.services.schedules import issue_schedule, prepare_schedule
from reconciliation.tests.factories import books_agree, make_officer, make_treasurer
from reconciliation.tests.unity import AT, FILES, KEY, OCTOBER, UNITY, enter_unity

pytestmark = pytest.mark.slow

EMPLOYERS = tuple(FILES)
# A misspelt name under the right number may be called exact.
ALSO_RIGHT = {causes.MISSPELT: {causes.MISSPELT, causes.EXACT}}


def answers(code):
    return KEY["returns"][code]["answers"]


def figure(code, name):
    return Decimal(KEY["returns"][code][name])


@pytest.fixture(scope="module")
def october(django_db_setup, django_db_blocker):
    """The society with its four returns posted, once for all tests here, and rolled back."""
    credits = {row["employer"]: row for row in csv.DictReader((UNITY / "bank_credits.csv").open())}
    with django_db_blocker.unblock(), transaction.atomic():
        officer, treasurer = make_officer(), make_treasurer()
        members = enter_unity(officer)
        posted = {}
        for code, name in FILES.items():
            employer = Employer.objects.get(code=code)
            draft = prepare_schedule(employer=employer, month=OCTOBER, by=officer, at=AT)
            schedule = issue_schedule(schedule=draft, by=treasurer, at=AT)
            credit = Decimal(credits[code]["amount"])
            remittance = import_return(
                schedule=schedule, file_name=name, data=(UNITY / name).read_bytes(), bank_credit=credit,
                received_on=date.fromisoformat(credits[code]["value_date"]), bank_reference=credits[code]["narration"],
                by=officer, at=AT,
            )  # fmt: skip
            confirm_charge(remittance=remittance, charge=remittance.file_total - credit, by=treasurer, at=AT)
            posted[code] = post_remittance(remittance=remittance, by=treasurer, at=AT)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield {"members": members, "returns": posted}
        transaction.set_rollback(True)


@pytest.fixture(params=EMPLOYERS)
def code(request):
    return request.param


@pytest.fixture
def remittance(october, code):
    return october["returns"][code]


def test_the_schedule_asks_for_what_the_key_expects(remittance, code):
    assert remittance.schedule.total == Decimal(KEY["totals"]["monthly_expected"][code])
    asked = dict(remittance.schedule.lines.values_list("member__number", "total"))
    expected = {one["member"]: Decimal(one["expected"]) for one in answers(code) if one["member"]}
    assert asked == {member: amount for member, amount in expected.items() if amount}


def test_posted_and_suspense_are_the_file_and_the_file_is_credit_and_charge(remittance, code):
    told = totals(remittance)
    assert remittance.status == "posted"
    assert remittance.lines.count() == KEY["returns"][code]["lines"]
    assert told.file == figure(code, "file_total")
    assert told.credit == figure(code, "bank_credit")
    assert told.charge == figure(code, "bank_charge")
    assert told.matched + told.suspense == told.file == told.credit + told.charge
    parts = sum(part for line in remittance.lines.all() for part in line.postings.values_list("amount", flat=True))
    parked = sum(SuspenseItem.objects.filter(line__remittance=remittance).values_list("amount", flat=True))
    assert (parts, parked) == (told.matched, told.suspense)


def test_each_answer_of_the_key_stands_under_its_cause(remittance, code):
    lines = list(remittance.lines.select_related("member"))
    absent = {line.member.number for line in missing(remittance)}
    assert absent == {one["member"] for one in answers(code) if one["case"] == causes.MISSING}
    for answer in answers(code):
        if answer["case"] == causes.MISSING:
            continue
        found = [
            line
            for line in lines
            if (line.member.number if line.member else None) == answer["member"]
            and line.staff_number == answer["staff_no_in_file"]
            and line.cause in ALSO_RIGHT.get(answer["case"], {answer["case"]})
        ]
        assert sum(line.amount for line in found) == Decimal(answer["received"]), answer


def test_nobody_is_credited_with_anothers_money(october, code):
    """What a member gained is what the key says he paid, or it waits in suspense; never more, never another's."""
    remittance = october["returns"][code]
    received = {one["member"]: Decimal(one["received"]) for one in answers(code) if one["member"]}
    waiting = defaultdict(Decimal)
    for line in RemittanceLine.objects.filter(remittance=remittance, state="suspense").select_related("member"):
        waiting[line.member.number if line.member else None] += line.amount
    for number, amount in received.items():
        member = october["members"][number]
        kept = sum(
            balance_of(held) for held in (member.savings_account, member.christmas_account, member.voluntary_account)
        )
        lent = sum(Repayment.objects.filter(loan__member=member).values_list("amount", flat=True))
        assert kept + lent == amount - waiting[number], number
    assert waiting[None] == figure(code, "strangers")


def test_only_what_nobody_can_doubt_was_posted_by_itself(remittance, code):
    doubtful = {causes.WRONG_NUMBER, causes.MISSPELT_AND_WRONG_NUMBER, causes.NUMBER_SHARED, causes.STRANGER}
    assert not remittance.lines.filter(state="posted", cause__in=doubtful).exists()
    second = Counter(line.member_id for line in remittance.lines.filter(cause=causes.TWICE, state="posted"))
    assert set(second.values()) <= {1}


def test_suspense_holds_what_is_not_posted_and_the_books_agree(october):
    parked = sum(totals(remittance).suspense for remittance in october["returns"].values())
    assert balance_of(account(chart.SUSPENSE)) == parked
    assert balance_of(account(chart.BANK_CHARGES)) == sum(figure(code, "bank_charge") for code in EMPLOYERS)
    assert balance_of(account(chart.BANK)) == sum(figure(code, "bank_credit") for code in EMPLOYERS)
    books_agree()
