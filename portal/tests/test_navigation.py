"""The menus: whatever a person is shown leads somewhere that is open to him, with how much waits there."""

import re

import pytest
from django.urls import reverse

from loans.tests.factories import make_application, make_member, make_product_rules
from notifications.services import notify
from portal.navigation import SECTIONS, TABS
from tests.routes import ROUTES
from users.roles import PERMISSIONS, Role
from users.selectors import person
from users.testing import make_user, sign_in

LINK = re.compile(r'<a href="([^"]+)"[^>]*><svg class="i"')


def menu_of(client, page: str) -> list[str]:
    text = client.get(page).content.decode()
    return list(dict.fromkeys(re.findall(r'<li><a href="([^"]+)"', text.partition('<nav aria-label="Staff">')[2])))


def test_every_entry_leads_somewhere_and_asks_for_permissions_that_exist():
    for _, items in SECTIONS:
        for item in items:
            assert reverse(item.route)
            assert set(item.permission.split()) <= set(PERMISSIONS)
    for _, _, route, _ in TABS:
        assert reverse(route)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MEMBER}))
def test_whatever_a_role_is_shown_is_open_to_it(db, client, role):
    make_product_rules()
    sign_in(client, make_user(roles=[role]))
    shown = menu_of(client, reverse("users:me")) or menu_of(client, "/help/")
    for address in shown:
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("role", sorted({Role.TREASURER, Role.CHAIR, Role.OFFICER, Role.SECRETARY, Role.AUDITOR}))
def test_who_brings_books_in_or_approves_them_reaches_them_from_the_menu(db, client, role):
    sign_in(client, make_user(roles=[role]))
    assert reverse("onboarding:imports") in menu_of(client, reverse("users:me"))


def test_an_office_sees_how_much_waits_for_it_and_its_own_messages(db, client):
    officer = sign_in(client, make_user(roles=["officer"]))
    make_application(status="approved", guarantors=[make_member(savings="300000")])
    notify(user=officer, event="t", subject="Something", body="For you")
    text = client.get(reverse("portal:members")).content.decode()
    assert re.search(r"To register<span class=\"n\">1</span>", text)
    assert 'aria-label="Messages, 1 new"' in text


def test_the_page_that_one_is_on_is_marked(db, client):
    sign_in(client, make_user(roles=["officer"]))
    text = client.get(reverse("portal:members")).content.decode()
    assert f'<a href="{reverse("portal:members")}" aria-current="page">' in text
    assert text.count('aria-current="page"') == 2  # the rail, and the same on phones


def test_behind_an_entry_it_stays_marked(db, client):
    sign_in(client, make_user(roles=["officer"]))
    text = client.get(reverse("reconciliation:prepare")).content.decode()
    assert f'<a href="{reverse("reconciliation:schedules")}" aria-current="true">' in text
    assert 'aria-current="page"' not in text
    assert "Menu: Deductions" in text


def test_the_pages_behind_the_entries_exist_and_each_is_behind_one():
    names = set(ROUTES)
    for entries in ([item.within for _, items in SECTIONS for item in items], [within for *_, within in TABS]):
        behind = [page for within in entries for page in within]
        assert set(behind) <= names
        assert len(behind) == len(set(behind))


def test_a_member_has_tabs_and_an_office_none(db, client):
    sign_in(client, make_member(savings="1000").user)
    assert 'class="tabs' in client.get(reverse("portal:savings")).content.decode()
    sign_in(client, make_user(roles=["auditor"]))
    text = client.get(reverse("portal:members")).content.decode()
    assert 'class="tabs' not in text
    assert "My passbook" not in text


def test_who_is_a_member_with_an_office_reaches_his_passbook_from_his_desk(db, client):
    both = make_member(savings="1000", roles=("member", "committee"))
    sign_in(client, both.user)
    assert reverse("portal:member_home") in menu_of(client, reverse("committee:queue"))


@pytest.mark.slow
def test_the_ribbon_leads_to_the_people_even_before_signing_in(practice_society, client):
    text = client.get(reverse("account_login")).content.decode()
    assert reverse("portal:practice") in text
    page = client.get(reverse("portal:practice"))
    assert page.status_code == 200
    assert str(person("treasurer").pk) in page.content.decode()
