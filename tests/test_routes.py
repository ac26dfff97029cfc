"""Who may go where: every address by every role, as `routes.py` says; and an auditor who changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from http.cookies import SimpleCookie

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from loans.models import LoanApplication
from tests.routes import NOBODY, PUBLIC, ROUTES, SIGNED_IN, Row
from users.roles import PERMISSIONS, Role
from users.selectors import person
from users.testing import make_user, sign_in

pytestmark = pytest.mark.slow

REFUSED = {403, 404, 405}
A_MEMBER = "UMCS/0031"


def addresses(resolver=None, namespace: str = "") -> Iterator[str]:
    """The name of every address of the site, with its namespace."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, namespace + (f"{pattern.namespace}:" if pattern.namespace else ""))
        else:
            yield namespace + (pattern.name or str(pattern.pattern))


def ask(client: Client, method: str, name: str, row: Row) -> HttpResponse:
    """One request whose effects are taken back."""
    with transaction.atomic():
        answer = client.generic(method, reverse(name, args=row.args()))
        transaction.set_rollback(True)
    return answer


def leads_to_sign_in(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith(reverse("account_login"))


def may(role: Role, permissions: tuple[str, ...]) -> bool:
    if permissions in (PUBLIC, SIGNED_IN):
        return True
    return any(role in PERMISSIONS[permission] for permission in permissions)


class Visitor:
    """Somebody with one role and no other, signed in anew for each address; a member is the one whose the thing is."""

    def __init__(self, client: Client, role: Role):
        self.client, self.role = client, role
        self.signed_in: dict[str, SimpleCookie] = {}

    def asks(self, method: str, name: str, row: Row) -> HttpResponse:
        owner = (row.owner or A_MEMBER) if self.role == Role.MEMBER else ""
        if owner not in self.signed_in:
            self.client.cookies = SimpleCookie()
            sign_in(self.client, person(owner) if owner else make_user(roles=[self.role]))
            self.signed_in[owner] = self.client.cookies
        # The last request may have signed him out; what that did to his session is taken back with it.
        self.client.cookies = deepcopy(self.signed_in[owner])
        return ask(self.client, method, name, row)


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in sorted(set(addresses()))])
def test_every_address_has_a_row(name):
    assert name in ROUTES or name.startswith("admin:"), "say in tests/routes.py who may go there"


def test_every_row_has_an_address_and_every_permission_exists():
    assert set(ROUTES) <= set(addresses())
    named = {permission for row in ROUTES.values() for permission in row.get + row.post}
    assert named - {"public", "signed in"} <= set(PERMISSIONS)


def test_who_is_not_signed_in_is_sent_to_sign_in(practice_society, client):
    wrong = []
    for name, row in ROUTES.items():
        for method, permissions in (("GET", row.get), ("POST", row.post)):
            is_public = PUBLIC in (row.get, row.post)
            answer = ask(client, method, name, row)
            if leads_to_sign_in(answer) == is_public and not (is_public and permissions == NOBODY):
                wrong.append((method, name, answer.status_code, answer.headers.get("Location")))
    # The second step leads to sign-in because nobody has begun to sign in.
    assert [row for row in wrong if row[1] != "mfa_authenticate"] == []


@pytest.mark.parametrize("role", list(Role))
def test_each_role_goes_where_the_table_says_and_nowhere_else(practice_society, client, role):
    visitor, wrong = Visitor(client, role), []
    for name, row in ROUTES.items():
        for method, permissions in (("GET", row.get), ("POST", row.post)):
            answer = visitor.asks(method, name, row)
            if permissions == NOBODY:
                # A page that takes nothing may answer with itself.
                right = answer.status_code in REFUSED or (answer.status_code < 400 and may(role, row.get))
            elif may(role, permissions):
                right = answer.status_code < 400 or (row.is_personal and answer.status_code in {400, 404, 405})
                right = (right and not leads_to_sign_in(answer)) or name in ("account_logout", "users:join_link")
            else:
                right = answer.status_code in REFUSED
            if not right:
                wrong.append((method, name, answer.status_code, answer.headers.get("Location", "")))
    assert wrong == []


def test_what_is_one_members_is_no_other_members(practice_society, client):
    """The rows with an owner, asked by a member who is not."""
    stranger, wrong = person("UMCS/0222"), []
    sign_in(client, stranger)
    for name, row in ROUTES.items():
        if row.owner:
            for method, permissions in (("GET", row.get), ("POST", row.post)):
                status = ask(client, method, name, row).status_code
                if status != 404 and not (permissions == NOBODY and status == 405):
                    wrong.append((method, name, status))
    assert wrong == []


# The auditor ----------------------------------------------------------------------------------------------------------

# What a visit itself writes down: when somebody signed in and what his browser holds.
OF_A_VISIT = ("django_session", "users_user", "users_rolegrant", "axes_", "audit_event")


def everything() -> dict[str, str]:
    """A fingerprint of each table's rows, but of what a visit itself writes down."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        names = [name for (name,) in cursor.fetchall() if not name.startswith(OF_A_VISIT)]
        found = {}
        for name in names:
            cursor.execute(f'SELECT count(*), coalesce(sum(hashtext(t::text)::bigint), 0) FROM "{name}" t')
            found[name] = str(cursor.fetchone())
    return found


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_an_auditor_changes_nothing_whatever_he_sends(practice_society, client, method):
    sign_in(client, make_user(roles=[Role.AUDITOR]))
    aimed_at = {name: reverse(name, args=row.args()) for name, row in ROUTES.items() if not row.is_personal}
    before, let_through = everything(), []
    for name, address in aimed_at.items():
        answer = client.generic(method, address)
        if answer.status_code not in REFUSED:
            let_through.append((name, answer.status_code))
    assert let_through == []
    assert everything() == before


def test_an_auditor_reads_every_page_that_has_a_permission_to_view(practice_society, client):
    sign_in(client, make_user(roles=[Role.AUDITOR]))
    closed = []
    for name, row in ROUTES.items():
        if (
            any(permission.partition(".")[2].startswith("view") for permission in row.get)
            and row.get[0] != "loans.view_own"
        ):
            status = ask(client, "GET", name, row).status_code
            if status not in (200, 302):
                closed.append((name, status))
    assert closed == []
    assert LoanApplication.objects.exists()
