"""Every environment variable the site reads, its meaning and what it may be.

``read()`` is called once, by settings. A value that cannot be right stops the
start with one sentence for each, saying what to set. ``docs/reference/settings.md``
is made from this file (``manage.py settings_reference``) and a test compares them.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from cooploan import embedded

SHORTEST_KEY = 50
KINDS_OF_WORK = ("web", "worker", "command", "test")


class BadValue(ValueError):
    """A value that cannot be right; the message finishes the sentence "NAME ..."."""


@dataclass(frozen=True)
class Email:
    """Where messages go out: nothing at all when ``host`` is empty."""

    host: str = ""
    port: int = 587
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = True
    ssl: bool = False


# Reading one value ----------------------------------------------------------------------------------------------------


def _text(value: str) -> str:
    return value


def _yes_or_no(value: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    try:
        return words[value.lower()]
    except KeyError:
        raise BadValue(f"is {value!r}: write 1 for yes or 0 for no.") from None


def _count(value: str) -> int:
    if not value.isdecimal():
        raise BadValue(f"is {value!r}: write a whole number, 0 or more.")
    return int(value)


def _list(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _key(value: str) -> str:
    if len(value) < SHORTEST_KEY or len(set(value)) < 5 or value.startswith("django-insecure"):
        raise BadValue(
            f"is too weak: set {SHORTEST_KEY} or more random characters, "
            "for example from  python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return value


def _database(value: str) -> dict[str, object]:
    if urlsplit(value).scheme not in {"postgres", "postgresql"}:
        raise BadValue("must start with postgresql:// (PostgreSQL 15 or newer is the only database this runs on).")
    try:
        parts = conninfo_to_dict(value)
    except ProgrammingError as wrong:
        raise BadValue(f"cannot be read ({wrong}): write postgresql://user:password@host:5432/name") from wrong
    if not parts.get("dbname"):
        raise BadValue("names no database: write postgresql://user:password@host:5432/name")
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    settings: dict[str, object] = {theirs: str(parts.pop(ours, "") or "") for ours, theirs in named.items()}
    return settings | {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {k: v for k, v in parts.items() if v}}


def _redis(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"redis", "rediss", "unix"} or not (parts.hostname or parts.path):
        raise BadValue(f"is {value!r}: write redis://host:6379/0, rediss://... or unix:///path/to/socket.")
    return value


def _email(value: str) -> Email:
    if value == "none":
        return Email()
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise BadValue("must be smtp://user:password@host:587, smtps://...:465, or none to send no e-mail.")
    tls = parse_qs(parts.query).get("tls", ["1"])[0] != "0" and parts.scheme == "smtp"
    return Email(
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
        ssl=parts.scheme == "smtps",
    )


def _site_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise BadValue(f"is {value!r}: write the address people type, like https://portal.example.org")
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise BadValue(f"is {value!r}: it must start with https:// (passwords would travel in the open).")
    return value.rstrip("/")


def _work(value: str) -> str:
    if value not in KINDS_OF_WORK:
        raise BadValue(f"is {value!r}: it is one of {', '.join(KINDS_OF_WORK)}.")
    return value


def _database_name(value: str) -> str:
    if not value.isidentifier() or not value.isascii() or value != value.lower() or len(value) > 60:
        raise BadValue(f"is {value!r}: use small letters, digits and underscores, starting with a letter.")
    return value


def _log_level(value: str) -> str:
    if value not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise BadValue(f"is {value!r}: it is one of DEBUG, INFO, WARNING, ERROR.")
    return value


_EMPTY: dict[Callable[[str], object], object] = {_database: {}, _list: ()}  # what an unset variable means


# The variables --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Variable:
    """One environment variable: ``default`` None means that it must be set (unless the embedded server is in use)."""

    name: str
    purpose: str
    example: str
    read: Callable[[str], object] = _text
    default: str | None = ""
    embedded_default: str | None = None


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "SECRET_KEY",
        "Signs sessions, links and tokens. The embedded set-up makes one and keeps it in the data folder.",
        "fifty or more random characters",
        _key,
        default=None,
    ),
    Variable(
        "SECRET_KEY_FALLBACKS",
        "Former values of SECRET_KEY, newest first, by commas: what they signed stays valid while you rotate.",
        "old-key-1,old-key-2",
        _list,
    ),
    Variable(
        "QUEUE_SECRET",
        "Signs the background tasks. A task is unpickled by the worker, so this key is not SECRET_KEY: "
        "whoever reads one cannot run code with the other. Web and worker share it.",
        "fifty or more other random characters",
        _key,
        default=None,
    ),
    Variable(
        "DATABASE_URL",
        "The PostgreSQL (15 or newer) database, as the role cooploan_app or a login that is a member of it. "
        "Without it only the embedded server of bin/demo, bin/manage and bin/test can serve.",
        "postgresql://cooploan_app:password@db.example.org:5432/cooploan?sslmode=verify-full",
        _database,
        default=None,
        embedded_default="",
    ),
    Variable(
        "DATABASE_OWNER_URL",
        "The same database as the role cooploan_owner: migrations alone use it, so only the place that migrates "
        "needs it. Without it DATABASE_URL's login must be a member of cooploan_owner to migrate.",
        "postgresql://cooploan_owner:password@db.example.org:5432/cooploan?sslmode=verify-full",
        _database,
    ),
    Variable(
        "REDIS_URL",
        "Cache, sessions and throttle counters in Redis. Without it counters live in a database table "
        "and sessions in the database: slower, as correct.",
        "redis://localhost:6379/0",
        _redis,
    ),
    Variable(
        "EMAIL_URL",
        "The SMTP server that takes our messages; smtps:// speaks TLS from the start, smtp:// asks for it "
        "(?tls=0 does not), none sends nothing. The practice site never sends, whatever stands here.",
        "smtp://portal:password@mail.example.org:587",
        _email,
        default=None,
        embedded_default="none",
    ),
    Variable(
        "EMAIL_FROM",
        "The sender that members see.",
        "Unity Cooperative <portal@example.org>",
        default="Cooperative portal <portal@localhost>",
    ),
    Variable(
        "SITE_URL",
        "The address people type: it stands in links that we send, and decides whether cookies are for https only.",
        "https://portal.example.org",
        _site_url,
        default=None,
        embedded_default="http://localhost:8000",
    ),
    Variable(
        "ALLOWED_HOSTS",
        "Further host names that the site answers to, by commas; that of SITE_URL is always among them.",
        "portal.example.org,www.portal.example.org",
        _list,
    ),
    Variable(
        "TRUSTED_PROXIES",
        "How many proxies of ours stand before the site: the caller's address and https are then read from "
        "their headers. Too many, and a caller can choose his own address.",
        "1",
        _count,
        default="0",
    ),
    Variable(
        "HSTS_SECONDS",
        "For how long browsers must come by https alone; read when SITE_URL is https.",
        "31536000",
        _count,
        default="31536000",
    ),
    Variable(
        "PRACTICE",
        "1 makes this the practice site: sign-in by role, frozen date, nothing sent. It starts only on a database "
        "that was made for practice.",
        "0",
        _yes_or_no,
        default="0",
    ),
    Variable("DEBUG", "1 shows tracebacks to whoever meets an error: never where members come.", "0", _yes_or_no, "0"),
    Variable("LOG_LEVEL", "The least severe message that is logged.", "INFO", _log_level, default="INFO"),
    Variable(
        "COOPLOAN_EMBEDDED",
        "1 allows the embedded PostgreSQL; bin/demo, bin/manage and bin/test set it. Never set it for members.",
        "1",
        _yes_or_no,
        default="0",
    ),
    Variable(
        "COOPLOAN_DB",
        "Which database of the embedded server; another name is made and migrated on first use.",
        "cooploan_practice",
        _database_name,
        default="cooploan_practice",
    ),
    Variable(
        "COOPLOAN_DATA",
        "The folder for what the site writes: the embedded server, keys, uploads.",
        "/srv/cooploan",
        default=str(embedded.ROOT / ".data"),
    ),
    Variable(
        "COOPLOAN_PG_BINDIR",
        "The folder with initdb and postgres to use for the embedded server in place of the wheel's.",
        "/usr/lib/postgresql/15/bin",
    ),
    Variable(
        "COOPLOAN_WORK",
        "What this process does: it decides for how long a statement may run or wait. The scripts set it.",
        "web",
        _work,
        default="web",
    ),
)


@dataclass(frozen=True)
class Environment:
    """What the variables say, read and checked."""

    secret_key: str = field(repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(repr=False)
    queue_secret: str = field(repr=False)
    database_url: dict[str, object] = field(repr=False)
    database_owner_url: dict[str, object] = field(repr=False)
    redis_url: str = field(repr=False)
    email_url: Email
    email_from: str
    site_url: str
    allowed_hosts: tuple[str, ...]
    trusted_proxies: int
    hsts_seconds: int
    practice: bool
    debug: bool
    log_level: str
    cooploan_embedded: bool
    cooploan_db: str
    cooploan_data: str
    cooploan_pg_bindir: str
    cooploan_work: str

    @property
    def is_https(self) -> bool:
        return self.site_url.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.site_url).hostname or ""


def read(environ: Mapping[str, str] | None = None) -> Environment:
    """Read all variables, or refuse with one sentence for each that is wrong (ImproperlyConfigured)."""
    given = dict(os.environ if environ is None else environ)
    on_embedded = given.get("COOPLOAN_EMBEDDED", "") in {"1", "true", "yes", "on"} and not given.get("DATABASE_URL")
    if on_embedded:
        for name in ("SECRET_KEY", "QUEUE_SECRET"):
            if not given.get(name):
                given[name] = _kept_key(name, Path(given.get("COOPLOAN_DATA") or embedded.ROOT / ".data"))
    complaints: list[str] = []
    values: dict[str, object] = {}
    for variable in VARIABLES:
        value = given.get(variable.name, "").strip()
        if not value:
            default = variable.default
            if default is None and on_embedded:
                default = variable.embedded_default
            if default is None:
                complaints.append(f"{variable.name} is not set: {variable.purpose} For example: {variable.example}")
                continue
            value = default
        try:
            values[variable.name.lower()] = variable.read(value) if value else _EMPTY.get(variable.read, "")
        except BadValue as wrong:
            complaints.append(f"{variable.name} {wrong}")
    if not complaints:
        complaints += _contradictions(values)
    if complaints:
        raise ImproperlyConfigured("The site cannot start.\n  " + "\n  ".join(complaints))
    return Environment(**values)  # type: ignore[arg-type]


def _contradictions(values: dict[str, object]) -> list[str]:
    wrong = []
    if values["secret_key"] == values["queue_secret"]:
        wrong.append("QUEUE_SECRET is the same as SECRET_KEY: set another one, or the separation protects nothing.")
    if values["debug"] and str(values["site_url"]).startswith("https://"):
        wrong.append("DEBUG is 1 on an https site: set it to 0, it shows the site's insides to every visitor.")
    return wrong


def _kept_key(name: str, folder: Path) -> str:
    """A key of the embedded set-up: made once, kept in the data folder for the account that made it."""
    path = folder / f"{name.lower()}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(60))
    return path.read_text().strip()
