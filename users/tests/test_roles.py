from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from audit.models import Event
from core.testing import refusal_of
from users.errors import AuditorStandsApart, NotToYourself, RoleAlreadyHeld, RoleNotHeld
from users.models import RoleGrant, User
from users.roles import AUDITED_ROLES, PERMISSIONS, ROLES, SECOND_FACTOR_ROLES, Role
from users.services import grant_role, revoke_role
from users.testing import make_user, sign_in

AT = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(days=1)

INSERT = "INSERT INTO users_rolegrant (user_id, role, granted_at) VALUES (%s, %s, now())"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gives_exactly_its_line_of_the_table(db, role):
    user = make_user(roles=[role])
    held = {permission for permission in PERMISSIONS if user.has_perm(permission)}
    assert held == {permission for permission, roles in PERMISSIONS.items() if role in roles}


def test_the_auditor_sees_everything_and_does_nothing(db):
    auditor = make_user(roles=[Role.AUDITOR])
    views = {permission for permission in PERMISSIONS if permission.partition(".")[2].startswith("view")}
    views -= {"loans.view_own"}  # his own passbook is a member's, not an office's
    assert {permission for permission in PERMISSIONS if auditor.has_perm(permission)} == views
    assert "ledger.view_books" in views
    assert "reconciliation.view" in views


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_an_auditor_sends_nothing_but_what_is_about_himself(db, client, method):
    sign_in(client, make_user(roles=[Role.AUDITOR]))
    send = getattr(client, method)
    assert send("/people/").status_code == 403
    assert send("/help/").status_code == 403
    assert send("/messages/read/").status_code != 403
    assert client.post("/me/theme", {"theme": "dark"}).status_code == 302
    assert client.get("/help/").status_code == 200
    sign_in(client, make_user(roles=[Role.TRAINER]))
    assert send("/help/").status_code == 200


def test_an_auditor_who_is_a_member_acts_as_a_member(db, client):
    sign_in(client, make_user(roles=[Role.AUDITOR, Role.MEMBER]))
    assert client.post("/help/").status_code == 200


def test_who_registers_a_loan_does_not_pay_it_out_and_who_votes_does_neither(db):
    officer, treasurer, voter = (make_user(roles=[role]) for role in (Role.OFFICER, Role.TREASURER, Role.COMMITTEE))
    asked = ("loans.register_loan", "loans.disburse_loan", "committee.vote")
    assert [officer.has_perm(word) for word in asked] == [True, False, False]
    assert [treasurer.has_perm(word) for word in asked] == [False, True, False]
    assert [voter.has_perm(word) for word in asked] == [False, False, True]


def test_two_roles_add_up(db):
    both = make_user(roles=[Role.MEMBER, Role.TREASURER])
    assert both.has_perms(["loans.apply", "loans.disburse_loan"])
    assert not both.has_perms(["loans.apply", "committee.vote"])


def test_an_unknown_permission_nobody_has(db):
    assert not make_user(roles=[Role.ADMIN]).has_perm("loans.print_money")


def test_strangers_and_closed_accounts_may_do_nothing(db):
    closed = make_user(roles=[Role.TREASURER], is_active=False)
    assert not closed.has_perm("loans.disburse_loan")
    assert closed.roles == frozenset()
    assert not AnonymousUser().has_perm("loans.apply")


def test_a_superuser_keeps_records_and_has_no_right_over_money(db):
    keeper = User.objects.create_superuser("keeper@society.example", "x", full_name="Keeper")
    assert keeper.has_perm("users.change_user")
    assert not any(keeper.has_perm(permission) for permission in PERMISSIONS)


def test_the_administrator_looks_at_records_and_does_not_edit_them(db):
    admin = make_user(roles=[Role.ADMIN])
    assert admin.has_perm("users.view_user")
    assert admin.has_module_perms("users")
    assert not admin.has_perm("users.change_user")
    assert not make_user(roles=[Role.TREASURER]).has_module_perms("users")


def test_roles_are_read_once(db, django_assert_num_queries):
    user = User.objects.get(pk=make_user(roles=[Role.OFFICER]).pk)
    with django_assert_num_queries(1):
        assert user.has_perm("loans.register_loan")
        assert not user.has_perm("loans.disburse_loan")
        assert user.has_role(Role.OFFICER)
        assert user.needs_second_factor


@pytest.mark.parametrize("role", ROLES)
def test_every_role_but_member_needs_a_second_factor(db, role):
    assert make_user(roles=[role]).needs_second_factor is (role != Role.MEMBER)
    assert (role in SECOND_FACTOR_ROLES) is (role != Role.MEMBER)


def test_a_superuser_needs_a_second_factor(db):
    assert User.objects.create_superuser("keeper@society.example", "x", full_name="Keeper").needs_second_factor


def test_a_role_is_given_and_taken_away_on_record(db):
    admin, user = make_user(roles=[Role.ADMIN]), make_user()
    assert user.roles == frozenset()
    grant_role(user=user, role=Role.OFFICER, by=admin, at=AT)
    assert user.roles == {Role.OFFICER}
    revoke_role(user=user, role=Role.OFFICER, by=admin, at=LATER)
    assert user.roles == frozenset()
    kept = RoleGrant.objects.get(user=user)
    assert (kept.granted_by, kept.granted_at, kept.revoked_by, kept.revoked_at) == (admin, AT, admin, LATER)
    verbs = list(Event.objects.about(user).values_list("verb", "actor", "data__role"))
    assert verbs == [("users.role.granted", admin.pk, "officer"), ("users.role.revoked", admin.pk, "officer")]
    grant_role(user=user, role=Role.OFFICER, by=admin, at=LATER)


def test_nobody_gives_himself_a_role(db):
    admin = make_user(roles=[Role.ADMIN])
    with pytest.raises(NotToYourself):
        grant_role(user=admin, role=Role.TREASURER, by=admin, at=AT)
    attack = "INSERT INTO users_rolegrant (user_id, role, granted_at, granted_by_id) VALUES (%s, 'chair', now(), %s)"
    assert refusal_of(attack, [admin.pk, admin.pk]) == "23514"
    assert refusal_of(attack, [admin.pk, make_user().pk]) is None


def test_a_role_is_held_once(db):
    user = make_user(roles=[Role.OFFICER])
    with pytest.raises(RoleAlreadyHeld):
        grant_role(user=user, role=Role.OFFICER, by=None, at=AT)
    with pytest.raises(RoleNotHeld):
        revoke_role(user=user, role=Role.CHAIR, by=None, at=AT)
    assert refusal_of(INSERT, [user.pk, "officer"]) == "23505"


@pytest.mark.parametrize("role", sorted(set(ROLES) - {Role.AUDITOR}))
@pytest.mark.parametrize("auditor_first", [True, False])
def test_the_auditor_holds_no_office_that_is_audited_in_either_order(db, role, auditor_first):
    first, second = (Role.AUDITOR, role) if auditor_first else (role, Role.AUDITOR)
    user = make_user(roles=[first])
    if role in AUDITED_ROLES:
        with pytest.raises(AuditorStandsApart):
            grant_role(user=user, role=second, by=None, at=AT)
        assert refusal_of(INSERT, [user.pk, second]) == "23P01"
    else:
        grant_role(user=user, role=second, by=None, at=AT)
        assert user.roles == {Role.AUDITOR, role}


def test_the_database_also_keeps_apart_what_an_update_would_bring_together(db):
    user = make_user(roles=[Role.TREASURER])
    revoke_role(user=user, role=Role.TREASURER, by=None, at=LATER)
    grant_role(user=user, role=Role.AUDITOR, by=None, at=LATER)
    back = "UPDATE users_rolegrant SET revoked_at = NULL WHERE role = 'treasurer'"
    assert refusal_of(back) == "23001"


@pytest.mark.parametrize(
    ("attack", "state"),
    [
        ("UPDATE users_rolegrant SET role = 'admin'", "42501"),
        ("UPDATE users_rolegrant SET user_id = user_id + 1", "42501"),
        ("UPDATE users_rolegrant SET granted_by_id = NULL", "42501"),
        ("UPDATE users_rolegrant SET revoked_at = granted_at - interval '1 day'", "23514"),
        ("DELETE FROM users_rolegrant", "42501"),
        ("TRUNCATE users_rolegrant", "42501"),
        (
            "INSERT INTO users_rolegrant (user_id, role, granted_at) SELECT id, 'king', now() FROM users_user",
            "23514",
        ),
    ],
)
def test_the_app_cannot_rewrite_a_grant(db, attack, state):
    make_user(roles=[Role.OFFICER])
    assert refusal_of(attack) == state


@pytest.mark.parametrize(
    "attack",
    ["UPDATE users_rolegrant SET role = 'admin'", "DELETE FROM users_rolegrant", "TRUNCATE users_rolegrant"],
)
def test_the_owner_cannot_either(db, as_role, constraints_now, attack):
    make_user(roles=[Role.OFFICER])
    constraints_now()
    with as_role("cooploan_owner"):
        assert refusal_of(attack) == "23001"


def test_people_are_stored_under_clean_names(db):
    user = User.objects.create_user(" Ada@Society.Example ", full_name="Ada", sign_in_number=" umcs/ 0001 ")
    assert (user.email, user.sign_in_number) == ("ada@society.example", "UMCS/0001")
    for wrong in ("email = 'ADA@society.example'", "sign_in_number = 'umcs/1'", "email = ''", "sign_in_number = ''"):
        assert refusal_of(f"UPDATE users_user SET {wrong}") == "23514"
    assert refusal_of("UPDATE users_user SET email = NULL, sign_in_number = NULL") == "23514"
    assert refusal_of("UPDATE users_user SET email = NULL") is None
