"""The one file of settings: what is wrong stops the start with a sentence that says what to set."""

import os
import re
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from cooploan import embedded, environment
from cooploan.management.commands.settings_reference import PAGE, page

PRODUCTION = {
    "SECRET_KEY": "k9-first-key-first-key-first-key-first-key-first-key-first",
    "QUEUE_SECRET": "q7-other-key-other-key-other-key-other-key-other-key-other",
    "DATABASE_URL": "postgresql://cooploan_app:s3cret@db.example.org:5432/cooploan",
    "EMAIL_URL": "smtp://portal:s3cret@mail.example.org:2525",
    "SITE_URL": "https://portal.example.org",
}


def test_a_full_production_environment_is_read():
    read = environment.read(PRODUCTION)
    assert read.database_url["NAME"] == "cooploan"
    assert read.database_url["HOST"] == "db.example.org"
    assert (read.email_url.host, read.email_url.port, read.email_url.tls) == ("mail.example.org", 2525, True)
    assert read.is_https
    assert read.host == "portal.example.org"
    assert not read.practice
    assert not read.debug


def test_passwords_and_keys_are_not_shown_when_the_environment_is_printed():
    shown = repr(environment.read(PRODUCTION))
    assert "s3cret" not in shown
    assert "key-first" not in shown
    assert "portal.example.org" in shown


@pytest.mark.parametrize("name", sorted(PRODUCTION))
def test_each_setting_that_must_be_set_is_asked_for_by_name(name):
    given = {key: value for key, value in PRODUCTION.items() if key != name}
    with pytest.raises(ImproperlyConfigured, match=rf"{name} is not set: .* For example: "):
        environment.read(given)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(ImproperlyConfigured) as refused:
        environment.read({})
    for name in PRODUCTION:
        assert f"{name} is not set" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "short", "is too weak"),
        ("SECRET_KEY", "a" * 60, "is too weak"),
        ("SECRET_KEY", "django-insecure-0123456789-0123456789-0123456789-0123456789", "is too weak"),
        ("DATABASE_URL", "mysql://root@db/x", "must start with postgresql://"),
        ("DATABASE_URL", "postgresql://db.example.org", "names no database"),
        ("DATABASE_URL", "postgresql://db.example.org/x?colour=blue", "cannot be read"),
        ("REDIS_URL", "localhost:6379", "redis://host"),
        ("EMAIL_URL", "mail.example.org", "smtp://"),
        ("SITE_URL", "portal.example.org", "the address people type"),
        ("SITE_URL", "http://portal.example.org", "must start with https://"),
        ("SITE_URL", "https://portal.example.org/app", "the address people type"),
        ("TRUSTED_PROXIES", "-1", "whole number"),
        ("PRACTICE", "maybe", "1 for yes"),
        ("COOPLOAN_DB", "My Database", "small letters"),
        ("COOPLOAN_WORK", "cron", "one of web, worker"),
        ("LOG_LEVEL", "LOUD", "one of DEBUG"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_with_what_to_write(name, value, sentence):
    with pytest.raises(ImproperlyConfigured, match=f"{name} .*{sentence}"):
        environment.read(PRODUCTION | {name: value})


def test_an_account_may_not_sign_tasks_and_sessions_with_one_key():
    with pytest.raises(ImproperlyConfigured, match="QUEUE_SECRET is the same as SECRET_KEY"):
        environment.read(PRODUCTION | {"QUEUE_SECRET": PRODUCTION["SECRET_KEY"]})


def test_debug_is_refused_where_members_come():
    with pytest.raises(ImproperlyConfigured, match="DEBUG is 1 on an https site"):
        environment.read(PRODUCTION | {"DEBUG": "1"})
    assert environment.read(PRODUCTION | {"DEBUG": "1", "SITE_URL": "http://localhost:8000"}).debug


def test_the_embedded_set_up_makes_its_own_keys_once_for_its_own_account(tmp_path):
    given = {"COOPLOAN_EMBEDDED": "1", "COOPLOAN_DATA": str(tmp_path)}
    first, second = environment.read(given), environment.read(given)
    assert first.secret_key == second.secret_key != first.queue_secret
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_without_the_switch_nothing_is_made_up(tmp_path):
    with pytest.raises(ImproperlyConfigured):
        environment.read({"COOPLOAN_DATA": str(tmp_path)})
    assert not list(tmp_path.iterdir())


def test_a_production_start_without_a_database_ends_with_a_sentence(tmp_path):
    bare = {key: value for key, value in PRODUCTION.items() if key != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=embedded.ROOT,
        env=bare | {"PATH": os.environ["PATH"], "COOPLOAN_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "DATABASE_URL is not set" in done.stderr
    assert not list(tmp_path.iterdir())


def test_the_settings_page_says_what_the_code_reads():
    assert PAGE.read_text() == page(), "run  bin/manage settings_reference"


def test_no_other_file_of_the_site_reads_the_environment():
    # Django's own switch, gunicorn's, and what a test run or a tool hands to itself.
    known = {variable.name for variable in environment.VARIABLES} | {
        "DJANGO_SETTINGS_MODULE",
        "GUNICORN_BIND",
        "GUNICORN_WORKERS",
        "GUNICORN_THREADS",
        "FORWARDED_ALLOW_IPS",
    }
    asked = re.compile(r"environ(?:\.get|\.setdefault|\.pop)?[\(\[]\s*\"([A-Z_]+)\"|getenv\(\s*\"([A-Z_]+)\"")
    for path in embedded.ROOT.glob("*/**/*.py"):
        if path.parts[len(embedded.ROOT.parts)] in {".venv", "tests", "bench"} or "tests" in path.parts:
            continue
        for names in asked.findall(path.read_text()):
            assert (names[0] or names[1]) in known, f"{path.relative_to(embedded.ROOT)} reads {names}"
