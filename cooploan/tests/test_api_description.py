"""Every door of the API is tried with what its description allows and what it forbids: it may refuse, never break."""

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from rest_framework.throttling import SimpleRateThrottle
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from users.testing import make_user, sign_in

TRIES = 40


@pytest.fixture
def described(db, monkeypatch):
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda self, request, view: True)
    schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
    schema.app = WSGIHandler()
    # As Django's own test client does: a request must not end the test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schema
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(params=["nobody", "member"])
def cookies(request, client, db):
    if request.param == "nobody":
        return {}
    sign_in(client, make_user(roles=["member"]))
    return {name: morsel.value for name, morsel in client.cookies.items()}


@pytest.mark.slow
def test_nothing_that_is_asked_of_the_api_breaks_it(described, cookies):
    asked = []
    for operation in described.get_all_operations():

        @settings(
            max_examples=TRIES, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.ok().as_strategy(generation_mode=GenerationMode.POSITIVE))
        def is_answered(case):
            answer = case.call(cookies=cookies)
            asked.append((case.path, answer.status_code))
            case.validate_response(answer, checks=[not_a_server_error, response_schema_conformance])

        @settings(
            max_examples=TRIES, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.ok().as_strategy(generation_mode=GenerationMode.NEGATIVE))
        def is_refused(case):
            answer = case.call(cookies=cookies)
            asked.append((case.path, answer.status_code))
            assert answer.status_code < 500

        is_answered()
        if operation.ok().body:
            is_refused()
    assert {path for path, _ in asked} == set(described.raw_schema["paths"])
    assert {200, 400} <= {status for _, status in asked}
