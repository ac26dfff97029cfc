"""Each page and act by role: refused beside allowed."""

from datetime import date

import pytest
from django.urls import reverse

from reconciliation.models import Remittance, RemittanceLine, SuspenseItem
from reconciliation.services.schedules import prepare_schedule
from reconciliation.services.suspense import propose_owner
from reconciliation.tests.factories import (
    AT,
    make_employer,
    make_issued,
    make_officer,
    make_posted,
    make_saver,
)
from reconciliation.tests.pages.browsing import line_in, send
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db


ALL = {"officer", "treasurer", "auditor"}
OFFICE = {"officer", "treasurer"}

VIEWS = [
    ("returns", "", ALL), ("import", "", OFFICE), ("workspace", "return", ALL), ("reading", "return", ALL),
    ("accept_sure", "return", OFFICE), ("charge", "return", OFFICE), ("post", "return", OFFICE),
    ("take_back", "return", OFFICE), ("exceptions", "return", ALL), ("line", "line", ALL), ("find", "line", OFFICE),
    ("schedules", "", ALL), ("prepare", "", {"officer"}), ("schedule", "schedule", ALL),
    ("issue", "draft", {"treasurer"}), ("suspense", "", ALL), ("suspense_item", "item", ALL), ("clear", "item", OFFICE),
]  # fmt: skip
ACTS = [
    ("accept", "line", OFFICE), ("reject", "line", OFFICE), ("go_on", "return", OFFICE), ("prepare", "", {"officer"}),
    ("import", "", OFFICE), ("post", "return", OFFICE), ("charge", "return", OFFICE), ("take_back", "return", OFFICE),
    ("accept_sure", "return", OFFICE), ("issue", "draft", {"treasurer"}), ("clear", "item", OFFICE),
]  # fmt: skip
EVERYBODY = [
    "officer",
    "treasurer",
    "auditor",
    "member",
    "committee",
    "chair",
    "secretary",
    "board",
    "admin",
    "trainer",
]


@pytest.fixture
def things(remittance, employer):
    """One of each thing that a page is about; the item in suspense has an owner proposed."""
    elsewhere = make_employer("SVP")
    make_saver(elsewhere)
    make_posted(make_issued(elsewhere), [("99009", "PEPPLE Xerxes", "700")])
    item = SuspenseItem.objects.get()
    propose_owner(item=item, member=make_saver(elsewhere), by=make_officer(), at=AT)
    november = prepare_schedule(employer=employer, month=date(2026, 11, 1), by=make_officer(), at=AT)
    return {
        "": [], "return": [remittance.pk], "line": [line_in(remittance, 2).pk], "schedule": [remittance.schedule_id],
        "draft": [november.pk], "item": [item.pk],
    }  # fmt: skip


@pytest.mark.parametrize("role", EVERYBODY)
def test_each_page_opens_to_whom_the_table_of_roles_names_and_to_nobody_else(client, things, role):
    sign_in(client, make_user(roles=[role]))
    for name, about, allowed in VIEWS:
        answer = client.get(reverse(f"reconciliation:{name}", args=things[about]))
        assert answer.status_code == (200 if role in allowed else 403), (name, role)
    file = reverse("reconciliation:schedule_file", args=[*things["schedule"], "csv"])
    assert client.get(file).status_code == (200 if role in ALL else 403)


@pytest.mark.parametrize("role", sorted(set(EVERYBODY) - OFFICE))
def test_nobody_else_changes_anything(client, things, role):
    """An auditor reads everything and does nothing."""
    sign_in(client, make_user(roles=[role]))
    before = list(RemittanceLine.objects.order_by("pk").values_list("pk", "state", "member"))
    for name, about, _ in ACTS:
        member = RemittanceLine.objects.filter(member__isnull=False)[0].member_id
        answer = send(client, name, *things[about], member=member, word="POST", charge="5")
        assert answer.status_code == 403, (name, role)
    send(client, "suspense_item", *things["item"], member=1)
    assert list(RemittanceLine.objects.order_by("pk").values_list("pk", "state", "member")) == before
    assert SuspenseItem.objects.get().status == "open"
    assert Remittance.objects.filter(status="matched").count() == 1


def test_who_is_not_signed_in_is_sent_to_sign_in(client, things):
    for name, about, _ in VIEWS:
        answer = client.get(reverse(f"reconciliation:{name}", args=things[about]))
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("account_login"))


def test_the_auditor_sees_no_button_that_would_be_refused(client, things):
    sign_in(client, make_user(roles=["auditor"]))
    for name, about in (("workspace", "return"), ("line", "line"), ("schedules", ""), ("schedule", "draft"),
                        ("returns", ""), ("suspense_item", "item")):  # fmt: skip
        text = client.get(reverse(f"reconciliation:{name}", args=things[about])).content.decode()
        main = text.partition("<main")[2].partition("</main>")[0]
        for words in ("Accept", "Not this", "Post it", "Take it back", "Prepare</button>", "Bring", "It is this one",
                      "Approve and issue", "I agree"):  # fmt: skip
            assert words not in main, (name, words)
