"""The practice society: every stage of a loan's life is there, the books hold, and a second seeding changes nothing."""

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from committee.models import Sitting, Vote
from core.dates import business_date
from ledger.selectors import control_totals
from loans.models import Guarantee, Loan, LoanApplication
from loans.selectors.register import month_cap
from members.models import Withdrawal
from portal.practice.moments import TODAY
from portal.practice.people import PASSWORD, SWITCH, plain_name
from portal.practice.seed import CHAPTERS, seed
from reconciliation.models import DeductionSchedule, Remittance
from reports.invariants import verify
from users.models import PracticePerson
from users.roles import Role
from users.selectors import person
from users.testing import make_user, sign_in

UNITY = settings.BASE_DIR / "practice" / "data" / "unity"


def rows_in_every_table() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        counts = {}
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            counts[name] = cursor.fetchone()[0]
    return counts


@pytest.mark.slow
def test_every_stage_of_a_loans_life_has_its_story(practice_society):
    applications = list(LoanApplication.objects.order_by("pk").values_list("status", flat=True))
    assert {status: applications.count(status) for status in set(applications)} == {
        "draft": 1, "awaiting_guarantors": 2, "under_review": 5, "approved": 1, "declined": 1, "registered": 3,
    }  # fmt: skip
    ours = dict(Loan.objects.filter(origin="application").values_list("serial", "status"))
    assert ours == {"LH/2026/404": "active", "LH/2026/405": "registered", "LH/2026/406": "queued"}
    assert Loan.objects.get(status="closed").certificate_number == "CERT/2026/0001"
    assert LoanApplication.objects.get(status="declined").decline_reason
    assert not month_cap(TODAY).has_room_for(Loan.objects.queued().get().principal)
    assert Sitting.objects.open().get().votes.count() == 4
    assert Vote.objects.count() == 19
    asked = Guarantee.objects.filter(application__number="APP/2026/0012")
    assert dict(asked.values_list("guarantor__number", "status")) == {
        "UMCS/0425": "accepted",
        "UMCS/0094": "requested",
    }
    assert sorted(Withdrawal.objects.values_list("status", flat=True)) == ["declined", "paid", "requested"]
    assert business_date() == TODAY


@pytest.mark.slow
def test_octobers_schedules_are_those_of_the_workbook_and_one_return_waits(practice_society):
    key = json.loads((UNITY / "KEY.json").read_text())
    issued = dict(DeductionSchedule.objects.issued().values_list("employer__code", "total"))
    assert {code: str(total).removesuffix(".00") for code, total in issued.items()} == {
        code: total.removesuffix(".00") for code, total in key["totals"]["monthly_expected"].items()
    }
    waiting = Remittance.objects.get()
    assert (waiting.status, str(waiting.file_total)) == ("matched", key["returns"]["KHB"]["file_total"])
    assert waiting.lines.exclude(state="matched").exists()
    assert control_totals()["3000"] == 16_365_000


@pytest.mark.slow
def test_every_rule_of_the_books_holds_in_the_practice_society(practice_society, constraints_now):
    constraints_now()
    assert [result.invariant.title for result in verify() if not result.holds] == []


@pytest.mark.slow
def test_seeding_again_changes_nothing(practice_society):
    before, said = rows_in_every_table(), []
    assert seed(say=said.append) == 0
    assert said == []
    assert rows_in_every_table() == before


@pytest.mark.slow
def test_a_seeding_that_was_interrupted_goes_on_where_it_stopped(practice_society, monkeypatch):
    told = []
    later = [("one more", "One more", lambda: told.append("one more")), ("broken", "Broken", lambda: 1 / 0)]
    monkeypatch.setattr("portal.practice.seed.CHAPTERS", [*CHAPTERS, *later])
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            seed(say=lambda title: None)
    assert told == ["one more"]


@pytest.mark.slow
def test_everybody_on_the_role_switch_lands_on_a_page_of_his_own(practice_society, client):
    assert PracticePerson.objects.count() == len(SWITCH)
    for actor in SWITCH:
        user = person(actor.who)
        assert actor.role in user.roles
        answer = client.post(reverse("users:practice_sign_in"), {"person": user.pk}, follow=True)
        assert answer.status_code == 200, actor
        assert answer.wsgi_request.user == user


@pytest.mark.slow
def test_every_role_that_has_pages_is_on_the_switch_and_is_printed(practice_society):
    later = {Role.STOREKEEPER, Role.EMPLOYER, Role.VENDOR}
    assert {actor.role for actor in SWITCH} == set(Role) - later
    out = StringIO()
    call_command("sign_ins", stdout=out)
    for actor in SWITCH:
        assert plain_name(person(actor.who)) in out.getvalue()
    assert PASSWORD in out.getvalue()


@pytest.mark.slow
def test_a_member_can_also_sign_in_with_number_and_password(practice_society, client):
    answer = client.post(reverse("account_login"), {"login": "umcs/0031", "password": PASSWORD})
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/")


@pytest.mark.django_db
def test_only_the_practice_site_is_seeded():
    with pytest.raises(CommandError, match="Only the practice site"):
        call_command("seed_practice")


@pytest.mark.django_db
def test_sign_ins_say_when_there_is_nobody_yet():
    with pytest.raises(CommandError, match="seed_practice"):
        call_command("sign_ins", stdout=StringIO())


@pytest.mark.slow
def test_the_trainer_lands_among_the_people_and_can_be_anyone(practice_society, client):
    sign_in(client, person("trainer"))
    assert client.get("/").headers["Location"] == reverse("portal:practice")
    text = client.get(reverse("portal:practice")).content.decode()
    for label in PracticePerson.objects.values_list("label", flat=True):
        assert label in text
    assert "Mon 26 Oct 2026" in text


@pytest.mark.django_db
def test_a_real_site_has_no_page_of_people_and_its_pieces_are_for_its_keepers(client):
    sign_in(client, make_user(roles=["trainer"]))
    assert client.get(reverse("portal:practice")).status_code == 404
    assert client.get(reverse("portal:components")).status_code == 404
    sign_in(client, make_user(roles=["admin"]))
    assert client.get(reverse("portal:practice")).status_code == 404
    assert "Status pills" in client.get(reverse("portal:components")).content.decode()
