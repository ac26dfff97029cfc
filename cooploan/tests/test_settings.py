"""What the settings promise, asked of a site in production's environment."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection

from cooploan import embedded
from cooploan.tests.test_environment import PRODUCTION


def _in_production(code: str, **changes: str) -> str:
    """Run code under production's settings, on the embedded server by its address; returns what it printed."""
    address = f"postgresql://{embedded.APP}@/{settings.DATABASES['default']['NAME']}?host={embedded.socket_folder()}"
    environment = PRODUCTION | {
        "DATABASE_URL": address,
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
    }
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
        cwd=embedded.ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "cooploan.settings"} | changes,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_djangos_own_deployment_check_has_nothing_to_say():
    code = (
        "from django.core.management import call_command; call_command('check', '--deploy', '--fail-level', 'WARNING')"
    )
    assert "no issues" in _in_production(code)


def test_cookies_are_bound_to_the_host_and_to_https():
    code = (
        "import json; from django.conf import settings as s; "
        "print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME,"
        " s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE,"
        " s.SESSION_COOKIE_DOMAIN, s.SESSION_COOKIE_PATH]))"
    )
    said = json.loads(_in_production(code))
    assert said == ["__Host-session", "__Host-csrf", True, True, True, "Lax", None, "/"]


def test_headers_hold_on_a_page_and_on_an_error_page(fresh_database):
    code = """
import json
from django.conf import settings
from django.test import Client
settings.ALLOWED_HOSTS += ["testserver"]
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
client = Client()
answers = [client.get(path, secure=True) for path in ("/accounts/login/", "/no-such-page/")]
print(json.dumps([[answer.status_code, dict(answer.headers)] for answer in answers]))
"""
    said = json.loads(_in_production(code, COOPLOAN_DATA=str(settings.DATA_FOLDER)).splitlines()[-1])
    assert said[0][0] == 200
    for _, headers in said:
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"


def test_one_address_serves_both_aliases_each_in_its_own_role(fresh_database):
    address = f"postgresql://{embedded.TESTS}@/{fresh_database}?host={embedded.socket_folder()}"
    code = """
from django.db import connections
for alias in connections:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT session_user || ' ' || current_user")
        print(cursor.fetchone()[0])
"""
    said = _in_production(code, DATABASE_URL=address).split("\n")[:2]
    assert said == [f"{embedded.TESTS} {embedded.APP}", f"{embedded.TESTS} {embedded.OWNER}"]


def test_the_apps_own_address_cannot_migrate(fresh_database):
    code = """
from django.db import OperationalError, connections
try:
    connections["owner"].ensure_connection()
except OperationalError as refused:
    print("refused" if "permission denied" in str(refused) else refused)
"""
    assert _in_production(code) == "refused\n"


def test_counters_are_shared_by_all_processes_without_redis(fresh_database, settings):
    settings.CACHES = {
        name: {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cooploan_cache"}
        for name in ("default", "local")
    }
    caches["default"].add("guesses", 1, timeout=60)
    caches["default"].incr("guesses")
    code = "from django.core.cache import cache; print(cache.get('guesses'))"
    assert _in_production(code) == "2\n"


@pytest.mark.django_db
def test_the_counters_table_is_the_one_that_djangos_cache_expects():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = 'cooploan_cache'::regclass AND attnum > 0 "
            "ORDER BY attnum"
        )
        assert [name for (name,) in cursor.fetchall()] == ["cache_key", "value", "expires"]


def test_redis_holds_cache_and_sessions_when_it_is_named(fresh_database, redis_server):
    code = """
from django.conf import settings
from django.contrib.sessions.backends.cached_db import SessionStore
from django.core.cache import cache
from django_redis import get_redis_connection
cache.set("counter", 1)
cache.incr("counter")
session = SessionStore()
session["member"] = "UMCS/0001"
session.save()
assert settings.SESSION_ENGINE.endswith("cached_db")
print(cache.get("counter"), sorted(key.decode().split(":")[0] for key in get_redis_connection().keys("*")))
"""
    assert _in_production(code, REDIS_URL=redis_server) == "2 ['cooploan', 'cooploan']\n"


def test_a_session_outlives_a_redis_that_was_emptied(fresh_database, redis_server):
    code = """
from django.contrib.sessions.backends.cached_db import SessionStore
from django_redis import get_redis_connection
session = SessionStore()
session["member"] = "UMCS/0001"
session.save()
get_redis_connection().flushdb()
print(SessionStore(session.session_key)["member"])
"""
    assert _in_production(code, REDIS_URL=redis_server) == "UMCS/0001\n"


def test_the_practice_site_sends_nothing_out(fresh_database):
    code = "from django.conf import settings; print(settings.EMAIL_BACKEND.split('.')[-2])"
    assert _in_production(code) == "smtp\n"
    assert _in_production(code, PRACTICE="1") == "dummy\n"


def test_people_stay_signed_in_while_redis_is_away(fresh_database, tmp_path):
    code = """
from django.contrib.sessions.backends.cached_db import SessionStore
session = SessionStore()
session["member"] = "UMCS/0001"
session.save()
print(SessionStore(session.session_key)["member"])
"""
    assert _in_production(code, REDIS_URL=f"unix://{tmp_path}/nobody-listens?db=0") == "UMCS/0001\n"
