"""The words of the pages are those of the code: glossary, returns, problems, rules, API, journeys, sign-ins."""

import re
import sys
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, resolve, reverse

from core.workbooks import LIMITS
from loans.eligibility.rules import FIXED, RULES
from loans.models import LendingPolicy
from loans.services.guarantees import MOST_ASKED
from loans.standard import DEDUCTION_CEILING_PERCENT, STANDARD_PRODUCTS
from members.models import Employer
from onboarding import fitting
from onboarding.problems import CATALOGUE
from onboarding.services.running import ROWS_AT_ONCE
from portal.practice.people import OFFICE, SWITCH, plain_name
from reconciliation.causes import EXPLANATIONS
from reconciliation.returns.layouts import ELEMENT_WORDS, SHAPES, Layout
from reconciliation.services.lines import SURE
from reconciliation.services.posting import CHUNK
from reconciliation.states import LineState
from tests.pages import DOCS, OUR_MODELS, ROOM_NAMES, ROOT, code, codes, examples, read, table, tables
from users.roles import Role

REFERENCE = DOCS / "reference"


# Glossary -------------------------------------------------------------------------------------------------------------

GLOSSARY = REFERENCE / "glossary.md"
IN_CODE = sorted({code(row["In the code"]) for one in tables(GLOSSARY) for row in one.rows})


def find(name: str):
    """What a dotted name of the code stands for: a model by its label, or anything of a module."""
    parts = name.split(".")
    if parts[0] in {model._meta.app_label for model in OUR_MODELS} and parts[1][0].isupper():
        found, rest = apps.get_model(parts[0], parts[1]), parts[2:]
    else:
        found, rest = import_module(parts[0]), parts[1:]
        while rest and f"{found.__name__}.{rest[0]}" in sys.modules | _importable(found, rest[0]):
            found, rest = import_module(f"{found.__name__}.{rest[0]}"), rest[1:]
    for part in rest:
        if hasattr(found, "_meta") and not hasattr(found, part):
            found = found._meta.get_field(part)
        else:
            found = getattr(found, part)
    return found


def _importable(package, name: str) -> dict[str, None]:
    folder = Path(package.__file__).parent if hasattr(package, "__path__") else None
    there = folder and ((folder / f"{name}.py").exists() or (folder / name / "__init__.py").exists())
    return {f"{package.__name__}.{name}": None} if there else {}


@pytest.mark.parametrize("name", IN_CODE)
def test_what_the_glossary_names_in_the_code_exists(name):
    find(name)


def test_every_model_has_its_word_in_the_glossary():
    assert {model._meta.label for model in OUR_MODELS} - set(IN_CODE) == set()


# Payroll returns ------------------------------------------------------------------------------------------------------

RETURNS = REFERENCE / "payroll-returns.md"


def test_the_causes_are_those_of_the_code():
    assert {code(row["Cause"]): row["What it means"] for row in table(RETURNS, "Causes").rows} == EXPLANATIONS


def test_the_states_of_a_line_are_explained():
    assert [code(row["State"]) for row in table(RETURNS, "Matching").rows] == LineState.values


def test_the_shapes_and_fields_of_a_layout_are_those_of_the_code():
    shapes, fields = [one for one in tables(RETURNS) if one.heading == "Layouts"]
    assert [code(row["Shape"]) for row in shapes.rows] == list(SHAPES)
    assert {word for row in fields.rows for word in codes(row["Field"])} == set(Layout.__dataclass_fields__)
    (sentence,) = re.findall(r"Our words for elements: (.+?)\. They", read(RETURNS), re.DOTALL)
    assert set(codes(sentence)) == {element for _, element in ELEMENT_WORDS}


def test_the_problems_of_a_return_are_those_of_the_code():
    folder = ROOT / "reconciliation" / "returns"
    told = {(code(row["Code"]), row["Grade"]) for row in table(RETURNS, "Problems in a file").rows}
    text = "".join(path.read_text() for path in folder.glob("*.py"))
    assert told == {(word, grade.lower()) for grade, word in re.findall(r'\b(ERROR|WARNING|REPAIRED),\s*"(\w+)"', text)}


# Problems of a society's workbook -------------------------------------------------------------------------------------

IMPORT = REFERENCE / "import-problems.md"


def test_the_problems_of_a_workbook_are_those_of_the_catalogue():
    rows = {
        code(row["Code"]): (row["Grade"], row["Blocks"], row["What it is"])
        for one in tables(IMPORT)
        if one.heading != "This site"
        for row in one.rows
    }
    assert rows == {
        word: (str(kind.grade), "yes" if kind.blocks else "", kind.title) for word, kind in CATALOGUE.items()
    }


def test_what_does_not_fit_this_site_is_told():
    (row,) = table(IMPORT, "This site").rows
    assert (code(row["Code"]), row["Grade"], row["Blocks"]) == (fitting.DOES_NOT_FIT, "error", "yes")


def test_every_problem_says_what_to_do():
    assert all(row["What to do, or what is posted meanwhile"] for one in tables(IMPORT) for row in one.rows)


# Lending rules --------------------------------------------------------------------------------------------------------

LENDING = REFERENCE / "lending-rules.md"


def test_the_standard_loans_are_those_of_the_code():
    rows = [tuple(row.values()) for row in table(LENDING, "The standard loans").rows]
    assert rows == [
        (f"`{code_}`", name, multiple, rate, str(longest), str(membership), str(guarantors))
        for code_, name, _, _, multiple, rate, longest, membership, guarantors in STANDARD_PRODUCTS
    ]
    assert f"at most {DEDUCTION_CEILING_PERCENT}% of the monthly pay" in read(LENDING)


def test_the_rules_are_those_that_are_asked():
    text = (ROOT / "loans" / "eligibility" / "rules.py").read_text()
    told = [code(row["Rule"]) for row in table(LENDING, "The rules").rows]
    assert sorted(told) == sorted(set(re.findall(r'RuleResult\(\s*"(\w+)"', text)))
    assert len(told) == len(RULES)
    fixed = {code(row["Rule"]) for row in table(LENDING, "The rules").rows if list(row.values())[2] == "no"}
    assert fixed == FIXED


def test_the_numbers_of_the_rules_are_those_of_the_code():
    text = " ".join(read(LENDING).split())
    assert f"for more than {LendingPolicy().most_promises} loans" in text
    assert f"at most {MOST_ASKED} members" in text
    assert f"by the {Employer._meta.get_field('cut_off_day').default}th" in text
    assert f"chunks of {CHUNK} lines" in read(DOCS / "explanation" / "architecture.md")
    limits = read(DOCS / "explanation" / "threats-and-guards.md")
    assert f"{LIMITS.packed_bytes // 1_000_000} MB packed, {LIMITS.unpacked_bytes // 1_000_000} MB unpacked" in limits
    assert f"{LIMITS.rows:,}" in limits
    charge = Employer._meta.get_field("bank_charge_limit").default
    assert f"₦{charge:,.2f} unless it is changed" in read(RETURNS)
    assert f"above {ROWS_AT_ONCE:,}" in read(DOCS / "how-to" / "bring-your-books-in.md")
    assert f"confidence of {SURE} and more" in " ".join(read(DOCS / "how-to" / "run-the-month.md").split())


# API ------------------------------------------------------------------------------------------------------------------

API = REFERENCE / "api.md"


def test_the_paths_of_the_api_are_those_of_the_site():
    told = {code(row["Path"]) for row in tables(API)[0].rows}
    for path in told:
        resolve(path)
    doors = {f"/{name}" for name in ("health", "swagger", "api/schema", "api/version")}
    calculator = {reverse(name) for name in ("calculate_emi", "amortization_schedule")}
    assert told == doors | calculator
    patterns = [str(one.pattern) for one in get_resolver().url_patterns]
    assert {f"/{one}" for one in patterns if one.startswith("api/") and one != "api/"} <= told


@pytest.mark.django_db
def test_the_examples_of_the_api_are_what_it_answers():
    health, asked, emi, asked_for_all, schedule, refusal = examples(API)
    client = Client()

    def answer(name: str, body: dict) -> dict:
        return client.post(reverse(name), body, content_type="application/json").json()

    assert answer("calculate_emi", asked) == emi
    assert answer("amortization_schedule", asked_for_all) == schedule
    refused = answer("calculate_emi", asked | {"principal": "much"})
    assert {key: refused[key] for key in refusal} == refusal
    assert set(client.get("/health").json()) == set(health)


# Journeys, rooms, sign-ins --------------------------------------------------------------------------------------------

JOURNEYS = DOCS / "explanation" / "journeys.md"
ARCHITECTURE = DOCS / "explanation" / "architecture.md"


def rows_with(column: str) -> list[str]:
    return sorted({
        word
        for page in (JOURNEYS, ARCHITECTURE)
        for one in tables(page)
        if column in one.columns
        for row in one.rows
        for word in codes(row[column])
    })  # fmt: skip


@pytest.mark.parametrize("name", rows_with("Service"))
def test_a_service_that_a_journey_names_exists(name):
    assert callable(find(name))


@pytest.mark.parametrize("name", rows_with("Page"))
def test_a_page_that_a_journey_names_exists(name):
    spaces, _, view = name.rpartition(":")
    resolver = get_resolver()
    for space in spaces.split(":"):
        resolver = resolver.namespace_dict[space][1]
    assert view in resolver.reverse_dict, name


def test_the_rooms_stand_in_the_order_of_the_layers():
    layers = re.search(r"layers = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(), re.DOTALL)[1]
    there = [set(re.findall(r"\w+", line)) for line in re.findall(r'"([^"]+)"', layers)]
    told = [set(codes(row["Rooms, from the top"])) for row in table(ARCHITECTURE, "Rooms and stairs").rows]
    assert told == there


def test_the_readme_names_every_room():
    told = {code(row["Room"]) for row in table(ROOT / "README.md", "The rooms").rows}
    assert told == set(ROOM_NAMES)


def test_the_sign_ins_of_the_readme_are_those_of_the_practice_site():
    rows = [(row["Role"], code(row["Signs in as"]), row["Name"]) for row in table(ROOT / "README.md", "Sign-ins").rows]
    assert [row[:2] for row in rows] == [(Role(actor.role).label, actor.who) for actor in SWITCH]
    officers = {sign_in: name for sign_in, name, _ in OFFICE}
    for _, who, name in rows:
        assert officers.get(who, name) == name


def test_the_members_of_the_readme_bear_their_names_in_the_register():
    names = {row["Signs in as"].strip("`"): row["Name"] for row in table(ROOT / "README.md", "Sign-ins").rows}
    # The register is read as the import reads it.
    from_workbook = _register()
    for number, name in names.items():
        if "/" in number:
            surname, others = from_workbook[number]
            written = SimpleNamespace(full_name=f"{surname} {others}")
            assert plain_name(written) == name, number


@cache
def _register() -> dict[str, tuple[str, str]]:
    analysis_of = import_module("onboarding.analysis").analyse
    propose = import_module("onboarding.proposing").propose_mapping
    reads = import_module("core.workbooks").read_workbook
    path = ROOT / "practice" / "data" / "unity" / "society_register.xlsx"
    workbook = reads(path.read_bytes(), filename=path.name)
    return {row.number: (row.surname, row.other_names) for row in analysis_of(workbook, propose(workbook)).members}


def test_the_dates_of_the_practice_site_are_told_right():
    moments = import_module("portal.practice.moments")
    assert date(2026, 10, 26) == moments.TODAY
    assert "26 October 2026" in read(DOCS / "tutorials" / "first-loan.md")


def test_the_second_factors_are_those_of_the_decision():
    page = read(DOCS / "decisions" / "0009-allauth-owns-the-second-factor.md")
    assert "codes from an app (TOTP) and recovery codes" in page
    assert set(settings.MFA_SUPPORTED_TYPES) == {"totp", "recovery_codes"}
    (row,) = [row for row in table(DOCS / "dependencies.md", "The site: `requirements.in`").rows
              if row["package"].startswith("django-allauth")]  # fmt: skip
    assert "Its passkeys are off" in row["why"]
