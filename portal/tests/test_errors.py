"""Error pages: in words, with a reference that stands in the log too, and drawn without the database."""

import json
import logging
import re

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest
from django.test import Client, RequestFactory
from django.urls import path

from cooploan import urls as site
from portal import errors
from users.testing import make_user, sign_in

REFERENCE = re.compile(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}")


def broken(request: HttpRequest):
    raise {"forbidden": PermissionDenied, "missing": Http404, "damaged": BadRequest}.get(
        request.GET.get("how"), ZeroDivisionError
    )


class Addresses:
    """The site's own addresses and handlers, with a page that breaks."""

    handler400, handler403 = site.handler400, site.handler403
    handler404, handler500 = site.handler404, site.handler500
    urlpatterns = [path("broken/", broken), path("api/broken", broken), *site.urlpatterns]


@pytest.fixture
def visitor(db, settings) -> Client:
    settings.ROOT_URLCONF = Addresses
    client = Client(raise_request_exception=False)
    sign_in(client, make_user(roles=["member"]))
    return client


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("forbidden", 403, "This page is not open to you"),
        ("missing", 404, "We could not find this page"),
        ("damaged", 400, "We could not read that"),
        ("broken", 500, "Something went wrong on our side"),
    ],
)
def test_a_person_reads_what_is_wrong_and_a_reference(visitor, how, status, words):
    answer = visitor.get("/broken/", {"how": how})
    assert answer.status_code == status
    assert words in answer.content.decode()
    reference = answer.headers["X-Reference"]
    assert REFERENCE.fullmatch(reference)
    assert reference in answer.content.decode()


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("forbidden", 403, "permission_denied"),
        ("missing", 404, "not_found"),
        ("damaged", 400, "bad_request"),
        ("broken", 500, "server_error"),
    ],
)
def test_a_program_reads_the_same_as_plain_data(visitor, how, status, code):
    answer = visitor.get("/api/broken", {"how": how})
    body = json.loads(answer.content)
    assert (answer.status_code, body["code"], body["field"]) == (status, code, None)
    assert body["reference"] == answer.headers["X-Reference"]


def test_what_was_looked_for_is_told(visitor):
    assert "/nowhere/at/all/" in visitor.get("/nowhere/at/all/").content.decode()


def test_the_reference_stands_in_the_log_without_what_was_sent(visitor, caplog):
    with caplog.at_level(logging.ERROR, logger="core.references"):
        answer = visitor.post("/broken/", {"secret": "my-password"}, headers={"X-CSRFToken": "x"})
    said = "\n".join(record.getMessage() for record in caplog.records if record.name == "core.references")
    assert f"{answer.headers['X-Reference']}: POST /broken/ failed with ZeroDivisionError" in said
    assert "my-password" not in said


@pytest.mark.django_db
def test_the_page_for_what_is_broken_asks_the_database_nothing(django_assert_num_queries):
    request = RequestFactory().get("/broken/")
    request.reference = "K7QM-2XPA"
    with django_assert_num_queries(0):
        answer = errors.server_error(request)
    assert answer.status_code == 500
    assert "K7QM-2XPA" in answer.content.decode()


def test_what_is_refused_is_no_failure_of_the_site(visitor, caplog):
    for how in ("forbidden", "missing", "damaged"):
        visitor.get("/broken/", {"how": how})
    assert [record for record in caplog.records if record.name == "core.references"] == []


def test_no_two_requests_have_one_reference(visitor):
    assert len({visitor.get("/health").headers["X-Reference"] for _ in range(20)}) == 20
