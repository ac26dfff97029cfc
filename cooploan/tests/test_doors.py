"""The first doors of the API: health, version, its description, and that nothing asked of it breaks it."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from cooploan import doors
from cooploan.models import Heartbeat


@pytest.fixture(autouse=True)
def _forget_what_was_migrated():
    doors._Migrations.applied = False
    yield
    doors._Migrations.applied = False


def beat(seconds_ago: int) -> None:
    Heartbeat.objects.create(name="worker", beat_at=timezone.now() - timedelta(seconds=seconds_ago))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seconds_ago", "status"), [(None, "degraded"), (10, "ok"), (170, "ok"), (200, "degraded"), (86_400, "degraded")]
)
def test_health_says_when_the_worker_was_last_seen(client, seconds_ago, status):
    if seconds_ago is not None:
        beat(seconds_ago)
    answer = client.get("/health")
    body = answer.json()
    assert (answer.status_code, body["status"], body["database"], body["migrations"]) == (200, status, "ok", "applied")
    seen = body["worker_seen_seconds_ago"]
    assert seen is None if seconds_ago is None else seconds_ago <= seen < seconds_ago + 20
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_health_is_cheap_and_open_to_all(client, django_assert_num_queries):
    beat(5)
    client.get("/health")
    with django_assert_num_queries(1):
        assert client.get("/health").status_code == 200


@pytest.mark.django_db
def test_a_database_without_the_newest_migration_is_down(client, monkeypatch):
    monkeypatch.setattr("cooploan.doors.MigrationExecutor.migration_plan", lambda self, targets: ["one is missing"])
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"], answer.json()["migrations"]) == (503, "down", "missing")


@pytest.mark.django_db
def test_a_database_that_cannot_be_reached_is_down_and_nothing_is_told_of_it(client, monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("password authentication failed for user cooploan_app at 10.0.0.5")

    monkeypatch.setattr("cooploan.doors.Heartbeat.objects.filter", refuse)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["database"]) == (503, "unreachable")
    assert "10.0.0.5" not in answer.content.decode()


@pytest.mark.django_db
def test_the_version_is_told_to_all(client):
    body = client.get("/api/version").json()
    assert body == {"name": "cooploan", "version": doors.VERSION, "api": "1"}
    assert client.post("/api/version").status_code == 405


@pytest.mark.django_db
def test_the_description_names_every_door(client):
    described = json.loads(client.get("/api/schema", headers={"accept": "application/json"}).content)
    assert set(described["paths"]) >= {
        "/health", "/api/version", "/api/loan-calculator/calculate-emi", "/api/loan-calculator/amortization-schedule",
    }  # fmt: skip
    calculate = described["paths"]["/api/loan-calculator/calculate-emi"]["post"]
    assert {"200", "400"} <= set(calculate["responses"]) or "200" in calculate["responses"]


@pytest.mark.django_db
def test_swagger_loads_nothing_from_elsewhere_and_runs_nothing_inline(client):
    answer = client.get(reverse("swagger"))
    text = answer.content.decode()
    assert "http" not in text.replace("http-equiv", "")
    assert "<style" not in text
    assert "<script>" not in text
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    script = client.get(reverse("swagger"), {"script": ""})
    assert script.headers["Content-Type"].startswith("application/javascript")
    assert "/api/schema" in script.content.decode()


@pytest.mark.browser
def test_swagger_opens_in_a_browser_without_a_word_of_complaint(live_site, browser):
    page = browser.new_context().new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.goto(f"{live_site}/swagger")
    page.get_by_text("calculate-emi").first.wait_for(timeout=20_000)
    page.get_by_text("/health").first.click()
    assert complaints == []
    page.context.close()
