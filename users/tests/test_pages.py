import pytest
from django.urls import reverse

from users import practice
from users.models import Invitation, RoleGrant, User
from users.roles import Role
from users.testing import make_user, sign_in

SWITCH = "/practice/sign-in/"


# The role switch ------------------------------------------------------------------------------------------------------


@pytest.fixture
def treasurer(db):
    user = make_user(roles=[Role.TREASURER], full_name="Ngozi Eze")
    practice.offer(user=user, label="Ngozi Eze, treasurer")
    return user


@pytest.fixture
def practice_site(settings):
    settings.PRACTICE = True


def test_the_role_switch_signs_in_without_password_or_code(client, treasurer, practice_site):
    answer = client.post(SWITCH, {"person": treasurer.pk})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    page = client.get("/me/")
    assert page.status_code == 200
    assert page.context["request"].user == treasurer
    assert page.context["request"].user.is_verified()


def test_the_role_switch_changes_hats_in_one_step(client, treasurer, practice_site):
    sign_in(client, make_user(roles=[Role.MEMBER]))
    client.post(SWITCH, {"person": treasurer.pk})
    assert client.get("/me/").context["request"].user == treasurer


def test_a_real_site_has_no_role_switch(client, treasurer, settings):
    settings.PRACTICE = False
    assert client.post(SWITCH, {"person": treasurer.pk}).status_code == 404
    assert client.get("/me/")["Location"].startswith("/accounts/login/")
    assert practice.context(client.get("/accounts/login/").wsgi_request) == {}


@pytest.mark.parametrize("who", ["not_offered", "closed", "nobody", "words"])
def test_the_role_switch_becomes_nobody_else(client, treasurer, practice_site, who):
    other = make_user(roles=[Role.ADMIN])
    if who == "closed":
        User.objects.filter(pk=treasurer.pk).update(is_active=False)
    person = {"not_offered": other.pk, "closed": treasurer.pk, "nobody": 0, "words": "admin"}[who]
    assert client.post(SWITCH, {"person": person}).status_code == 404
    assert client.get("/me/")["Location"].startswith("/accounts/login/")


def test_a_look_at_the_switch_signs_nobody_in(client, treasurer, practice_site):
    assert client.get(SWITCH).status_code == 405


def test_the_ribbon_lists_the_people_and_marks_the_one_you_are(client, treasurer, practice_site):
    client.post(SWITCH, {"person": treasurer.pk})
    people = client.get("/me/").context["practice_people"]
    assert people == [{"value": treasurer.pk, "label": "Ngozi Eze, treasurer", "current": True}]
    assert client.get("/me/").context["practice_switch"] == SWITCH


# Light and dark -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_is_kept_in_a_cookie_and_worn_by_the_page(client, db, theme):
    answer = client.post("/me/theme", {"theme": theme, "next": "/accounts/login/"})
    assert answer["Location"] == "/accounts/login/"
    assert client.cookies["theme"].value == theme
    assert f'data-theme="{theme}"' in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("theme", ["auto", "purple", ""])
def test_any_other_theme_is_the_devices(client, db, theme):
    client.post("/me/theme", {"theme": "dark"})
    client.post("/me/theme", {"theme": theme})
    assert "data-theme" not in client.get("/accounts/login/").content.decode()


def test_a_made_up_theme_cookie_does_not_reach_the_page(client, db):
    client.cookies["theme"] = '"><b>'
    assert "data-theme" not in client.get("/accounts/login/").content.decode()


def test_the_theme_leads_back_to_this_site_only(client, db):
    assert client.post("/me/theme", {"theme": "dark", "next": "https://elsewhere.example/"})["Location"] == "/"


# Users and roles ------------------------------------------------------------------------------------------------------


@pytest.fixture
def admin(client, db):
    return sign_in(client, make_user(roles=[Role.ADMIN], full_name="Bola Ade"))


def test_the_list_shows_offices_first_and_finds_by_name_e_mail_or_number(client, admin):
    make_user(roles=[Role.MEMBER], full_name="Aaron Member", sign_in_number="UMCS/0007")
    page = client.get("/people/").content.decode()
    assert page.index("Bola Ade") < page.index("Aaron Member")
    for sought in ("aaron", "umcs/0007"):
        found = client.get("/people/", {"q": sought}).content.decode()
        assert "Aaron Member" in found
        assert "Bola Ade" not in found


def test_the_list_costs_the_same_however_many_there_are(client, admin, django_assert_max_num_queries):
    for _ in range(30):
        make_user(roles=[Role.MEMBER])
    with django_assert_max_num_queries(10):
        client.get("/people/")


def test_a_role_is_given_and_taken_away_on_the_page(client, admin):
    user = make_user()
    assert client.get(f"/people/{user.pk}/").status_code == 200
    assert client.post(f"/people/{user.pk}/grant/", {"role": "officer"})["Location"] == f"/people/{user.pk}/"
    assert RoleGrant.objects.get(user=user).granted_by == admin
    assert client.post(f"/people/{user.pk}/revoke/", {"role": "officer"}).status_code == 302
    assert RoleGrant.objects.get(user=user).revoked_by == admin


def test_a_refused_role_is_explained_on_the_page(client, admin):
    user = make_user(roles=[Role.AUDITOR])
    page = client.post(f"/people/{user.pk}/grant/", {"role": "treasurer"})
    assert page.status_code == 200
    assert "An auditor checks" in page.content.decode()
    assert (
        "Someone else must give you a role"
        in client.post(f"/people/{admin.pk}/grant/", {"role": "treasurer"}).content.decode()
    )


def test_a_person_is_added_invited_and_shown_the_code_once(client, admin):
    answer = client.post("/people/new/", {"full_name": "Outside Auditor", "email": "o@firm.example", "role": "auditor"})
    user = User.objects.get(email="o@firm.example")
    assert answer["Location"] == f"/people/{user.pk}/"
    assert not user.is_active
    assert client.get(f"/people/{user.pk}/invite/").status_code == 405
    page = client.post(f"/people/{user.pk}/invite/")
    assert "/join/" in page.content.decode()
    assert page["Cache-Control"].startswith("max-age=0")
    assert Invitation.objects.get(user=user).invited_by == admin


def test_who_has_joined_is_not_invited_again(client, admin):
    user = make_user()
    page = client.post(f"/people/{user.pk}/invite/", follow=True)
    assert "has an account already" in page.content.decode()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("role", [Role.MEMBER, Role.TREASURER, Role.AUDITOR, Role.CHAIR])
def test_only_the_administrator_gives_roles(client, db, role):
    sign_in(client, make_user(roles=[role]))
    user = make_user()
    assert client.get("/people/").status_code == 403
    for action in ("grant", "revoke", "invite"):
        assert client.post(f"/people/{user.pk}/{action}/", {"role": "admin"}).status_code == 403
    assert client.post("/people/new/", {"full_name": "x", "email": "x@y.example", "role": "admin"}).status_code == 403
    assert not RoleGrant.objects.filter(user=user).exists()


def test_every_page_of_this_room_has_an_address(db):
    for name in ("join", "join_finish", "me", "email", "theme", "people", "person_new", "practice_sign_in"):
        assert reverse(f"users:{name}")
