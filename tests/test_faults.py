"""Faults that systems of this kind have had, which no single room would notice; the page of faults names each test."""

import ast
import re
from functools import cache

import pytest
from django.contrib.auth import get_user_model
from django.utils.module_loading import import_string

from audit.models import JobRun
from audit.states import JobState
from cooploan.jobs import RECURRING
from cooploan.models import Heartbeat
from tests.pages import DOCS, OUR_MODELS, ROOM_NAMES, ROOT, codes, table

FAULTS = DOCS / "explanation" / "faults-we-watch-for.md"
CODE = [
    path
    for room in ROOM_NAMES
    for path in sorted((ROOT / room).rglob("*.py"))
    if "tests" not in path.parts and "migrations" not in path.parts
]
# States that old books bring or that a later step will write; no step of the site takes them for granted.
NO_STEP_YET = {"MemberStatus": {"LEAVING", "LEFT", "DECEASED"}, "WithdrawalStatus": {"CANCELLED"}}
WITH_STATES = [model for model in OUR_MODELS if hasattr(model, "transitions")]


# The page -------------------------------------------------------------------------------------------------------------


@cache
def names_in(file: str) -> frozenset[str]:
    path = ROOT / file
    return frozenset(re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)) if path.exists() else frozenset()


def test_each_test_that_the_page_of_faults_names_is_there():
    rows = table(FAULTS, "The faults").rows
    named = [word for row in rows for word in codes(row["Test that catches it"])]
    assert len(rows) >= 25
    assert all(codes(row["Test that catches it"]) for row in rows)
    gone = [word for word in named if word.partition("::")[2] not in names_in(word.partition("::")[0])]
    assert gone == []


# States ---------------------------------------------------------------------------------------------------------------


@cache
def text_of_the_steps() -> str:
    return "\n".join(path.read_text() for path in CODE if path.name != "states.py")


@pytest.mark.parametrize("model", WITH_STATES, ids=lambda model: model.__name__)
def test_what_one_step_writes_the_next_step_takes(model):
    """Every state is reached from where a record may begin, and some code outside the table names it."""
    field = next(one for one in model._meta.fields if one.name in ("status", "state"))
    words = type(next(iter(model.transitions)))
    # Without a beginning of its own a record begins as its reader finds it, in any state that goes on.
    is_given = field.default in words.values
    reached = {words(field.default)} if is_given else {state for state, to in model.transitions.items() if to}
    # A few begin in other states too: those that no move leads to.
    reached |= set(model.transitions) - set().union(*model.transitions.values())
    while more := set().union(*(model.transitions[state] for state in reached)) - reached:
        reached |= more
    assert reached == set(words)
    unnamed = {state.name for state in words if f"{words.__name__}.{state.name}" not in text_of_the_steps()}
    assert unnamed == NO_STEP_YET.get(words.__name__, set())


# Stubs ----------------------------------------------------------------------------------------------------------------


def does_nothing(node: ast.stmt) -> bool:
    is_words = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Pass) or is_words or "NotImplementedError" in ast.dump(node)


def stubs(text: str) -> list[str]:
    """Functions of a source whose body is nothing but words, `pass`, `...` or a refusal to be implemented."""
    abstract = {
        one
        for kind in ast.walk(ast.parse(text))
        if isinstance(kind, ast.ClassDef) and any("Protocol" in ast.dump(base) for base in kind.bases)
        for one in [each.name for each in kind.body if isinstance(each, ast.FunctionDef)]
    }
    return [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
        and node.name not in abstract
        and all(does_nothing(one) for one in node.body)
    ]


def test_no_function_is_a_stub_and_no_file_is_empty():
    found = {str(path.relative_to(ROOT)): stubs(path.read_text()) for path in CODE}
    assert {path: names for path, names in found.items() if names} == {}
    empty = [path for path in CODE if path.name != "__init__.py" and len(ast.parse(path.read_text()).body) < 2]
    assert empty == []


def test_that_rule_sees_a_stub():
    assert stubs('def charge():\n    """Charge what is late."""\n') == ["charge"]
    assert stubs("def charge():\n    raise NotImplementedError\n") == ["charge"]
    assert stubs("def charge():\n    return 1\n") == []


# Jobs -----------------------------------------------------------------------------------------------------------------

# What shows that a job ran: its row of the day, or the worker's own sign of life.
BY_HEARTBEAT = {"heartbeat"}
BY_WHAT_IT_SENT = {"deliver messages"}  # each message keeps when it went


@pytest.mark.django_db
@pytest.mark.parametrize("job", RECURRING, ids=lambda job: job.name)
def test_a_job_that_ran_can_be_seen_to_have_run(job):
    import_string(job.function)()
    if job.name in BY_HEARTBEAT:
        assert Heartbeat.objects.exists()
    elif job.name not in BY_WHAT_IT_SENT:
        assert JobRun.objects.filter(state=JobState.DONE, finished_at__isnull=False).exists()


# Ways in --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_new_database_has_nobody_who_could_sign_in():
    assert not get_user_model().objects.exists()


def test_the_browser_keeps_no_secret_for_a_script_to_read():
    scripts = [path for room in (*ROOM_NAMES, "static") for path in (ROOT / room).rglob("*.js")]
    ours = [path for path in scripts if "htmx" not in path.name]
    assert ours
    kept = re.compile(r"localStorage|sessionStorage|document\.cookie|indexedDB")
    assert [path.name for path in ours if kept.search(path.read_text())] == []
