"""The reference pages say what the code says: each table is compared with the tables of the rooms."""

import ast
import re
from decimal import Decimal
from functools import cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps

import loans.postings
import members.postings
import onboarding.postings
import reconciliation.postings
from audit.states import JobState
from engine.servicing import Effect, Share
from ledger import chart
from notifications.states import MessageState
from reports.invariants import ROOMS
from tests.pages import DOCS, OUR_MODELS, ROOM_NAMES, ROOT, code, codes, read, table, tables
from users.roles import AUDITED_ROLES, PERMISSIONS, SECOND_FACTOR_ROLES, Role

REFERENCE = DOCS / "reference"


@cache
def sources() -> dict[Path, str]:
    """The rooms' own code, without tests."""
    found = [path for room in ROOM_NAMES for path in (ROOT / room).rglob("*.py")]
    found += (ROOT / "templates").rglob("*.html")
    return {path: path.read_text() for path in found if "tests" not in path.parts and path.name != "testing.py"}


def parsed(path: Path) -> ast.Module:
    return ast.parse(sources()[path])


# Ledger postings ------------------------------------------------------------------------------------------------------

POSTINGS = REFERENCE / "ledger-postings.md"
MODULES = {
    "members": members.postings,
    "loans": loans.postings,
    "onboarding": onboarding.postings,
    "reconciliation": reconciliation.postings,
}
# Who stands where, by the words of the page.
ACCOUNTS = {
    word: number
    for number, word in enumerate(
        (
            "source",
            "bank",
            "bank charges",
            "suspense",
            "opening differences",
            "general account",
            "interest income",
            "loan",
            "savings",
            "Christmas savings",
            "voluntary savings",
            "shares",
            "undistributed surplus",
            "cash",
            "loan loss provision",
            "loan loss allowance",
            "fee income",
            "insurance payable",
            "commission income",
            "unearned income",
            "goods",
            "profit receivable",
            "profit on goods",
            "penalties",
            "charity payable",
            "recoveries",
        ),
        start=1,
    )
}
MEMBER = SimpleNamespace(
    savings_account_id=9, christmas_account_id=10, voluntary_account_id=11, shares_account_id=12
)  # fmt: skip
ONE, TWO, NONE = Decimal("1.00"), Decimal("2.00"), Decimal("0.00")
BY_CODE = {
    code_: ACCOUNTS[word]
    for code_, word in {
        chart.INTEREST_INCOME: "interest income", chart.FEE_INCOME: "fee income", chart.PENALTIES: "penalties",
        chart.RECOVERIES: "recoveries", chart.PROFIT_RECEIVABLE: "profit receivable", chart.GOODS: "goods",
        chart.CHARITY_PAYABLE: "charity payable", chart.INSURANCE_PAYABLE: "insurance payable",
        chart.COMMISSIONS: "commission income", chart.UNEARNED_INCOME: "unearned income",
        chart.MURABAHA_PROFIT: "profit on goods",
    }.items()
}  # fmt: skip
FEES = [
    SimpleNamespace(goes_to=goes_to, amount=ONE, name=goes_to) for goes_to in ("fee_income", "insurance", "commission")
]
OF_ALL = {"fee": ONE, "penalty": ONE, "recovered": ONE}


def loan_by(method: str) -> SimpleNamespace:
    return SimpleNamespace(account_id=ACCOUNTS["loan"], member=MEMBER, method=method, principal=TWO)


def paid(interest: Decimal = ONE, **parts: Decimal) -> Effect:
    """A payment as the engine tells it: two naira of principal, and whatever else."""
    fee = parts.pop("fee", NONE)
    return Effect("a payment", (Share(0, TWO, interest, fee),), **parts)


def lines_of(kind: str, debits: set[int], credits: set[int]) -> tuple:
    """What the function of an event posts, called with the page's accounts."""
    general_first = ACCOUNTS["general account"] in debits
    of_goods = ACCOUNTS["profit receivable"] in debits | credits
    loan = loan_by("murabaha" if of_goods else "reducing")
    calls = {
        "members.contribution": lambda: members.postings.contribution(
            MEMBER, 1, savings=ONE, christmas=ONE, voluntary=ONE, shares=ONE
        ),
        "onboarding.opening": lambda: members.postings.contribution(
            MEMBER, 5, savings=ONE, christmas=ONE, voluntary=ONE, shares=ONE
        ),
        "members.withdrawal": lambda: members.postings.withdrawal(MEMBER, 2, ONE),
        "loan.paid_out": lambda: loans.postings.payout(
            loan=loan, bank_id=2, paid=ONE, accounts=BY_CODE, fees=FEES, savings_fees=FEES, upfront=ONE
        ),
        "loan.goods_bought": lambda: loans.postings.goods_bought(goods_id=ACCOUNTS["goods"], bank_id=2, cost=ONE),
        "loan.goods_sold": lambda: loans.postings.goods_sold(
            loan=loan, accounts=BY_CODE, profit=ONE, savings_fees=FEES
        ),
        "loan.fee_paid": lambda: loans.postings.fee_paid(from_account_id=1, fees=FEES, accounts=BY_CODE),
        "loan.fee_refunded": lambda: loans.postings.fee_refunded(loan=loan, fees=FEES, accounts=BY_CODE),
        "loan.income_earned": lambda: loans.postings.income_earned(
            method=loan.method, accounts=BY_CODE, earned=ONE, given_back=ONE if of_goods else NONE
        ),
        "loan.income_deferred_again": lambda: loans.postings.income_deferred_again(
            method=loan.method, accounts=BY_CODE, earned=ONE, given_back=ONE if of_goods else NONE
        ),
        "loan.repaid": lambda: loans.postings.repayment(
            from_account_id=1, loan=loan, accounts=BY_CODE, effect=paid(**OF_ALL), surplus=ONE
        ),
        "loan.written_off": lambda: loans.postings.written_off(allowance_id=16, loan_account_id=8, lost=ONE),
        "loan.provision": lambda: loans.postings.provision(expense_id=15, allowance_id=16, changes=[("Watch", ONE)]),
        "loan.claim_repaid": lambda: loans.postings.claim_repaid(from_account_id=1, to={9: ONE}),
        "loan.taken_over": lambda: loans.postings.taken_over(loan_account_id=8, against_id=5, balance=ONE),
        "onboarding.trial_balance": lambda: onboarding.postings.trial_line(
            6, 5, debit_amount=ONE if general_first else NONE, credit_amount=NONE if general_first else ONE
        ),
        "onboarding.first_money": lambda: onboarding.postings.first_money(
            bank_id=2, cash_id=14, against_id=13, bank=ONE, cash=ONE
        ),
        "reconciliation.receipt": lambda: reconciliation.postings.receipt(
            {chart.BANK: 2, chart.BANK_CHARGES: 3, chart.SUSPENSE: 4}, ONE, ONE
        ),
    }
    return calls[kind]()


def accounts_in(cell: str) -> set[int]:
    return {ACCOUNTS[word] for word in cell.split(", ")}


@pytest.mark.parametrize("row", table(POSTINGS, "Events").rows, ids=lambda row: row["What happened"])
def test_an_event_posts_what_its_row_says(row):
    debits, credits = accounts_in(row["Dr"]), accounts_in(row["Cr"])
    lines = lines_of(code(row["Kind"]), debits, credits)
    assert {line.account_id for line in lines if line.debit} == debits
    assert {line.account_id for line in lines if line.credit} == credits
    assert sum(line.debit for line in lines) == sum(line.credit for line in lines)


def test_interest_paid_in_advance_is_given_back_as_the_page_says():
    lines = loans.postings.repayment(from_account_id=1, loan=loan_by("reducing"), accounts=BY_CODE, effect=paid(-ONE))
    assert {line.account_id for line in lines if line.debit} == {ACCOUNTS["source"], ACCOUNTS["interest income"]}
    assert {line.account_id for line in lines if line.credit} == {ACCOUNTS["loan"]}


def test_every_posting_function_stands_in_the_table():
    told = {tuple(codes(row["Function"])) for row in table(POSTINGS, "Events").rows}
    there = {
        (f"{room}/postings.py", node.name)
        for room in MODULES
        for node in parsed(ROOT / room / "postings.py").body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    assert told == there
    assert {path.parent.name for path in sources() if path.name == "postings.py"} == set(MODULES)


def kinds_in_code() -> set[str]:
    """Every kind that an entry is posted with: words, names of postings modules, and defaults of `kind`."""
    found = set()
    for path in sources():
        if path.suffix != ".py" or path.parts[-2] == "migrations":
            continue
        room = path.relative_to(ROOT).parts[0]
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in ("post_entry", "post_contributions"):
                    given = [word.value for word in node.keywords if word.arg == "kind"]
                elif name == "Draft":
                    given = [word.value for word in node.keywords if word.arg == "kind"] or node.args[1:2]
                else:
                    continue
                found |= {kind for value in given for kind in _kind(value, room)}
            elif isinstance(node, ast.FunctionDef) and node.name == "post_contributions":
                defaults = dict(zip([a.arg for a in node.args.kwonlyargs], node.args.kw_defaults, strict=True))
                found |= _kind(defaults["kind"], room)
    return found


def _kind(value: ast.expr, room: str) -> set[str]:
    if isinstance(value, ast.Constant):
        return {value.value}
    if isinstance(value, ast.IfExp):
        return _kind(value.body, room) | _kind(value.orelse, room)
    if isinstance(value, ast.Attribute):
        return {getattr(MODULES[room], value.attr)}
    if isinstance(value, ast.Name):
        return set()  # a parameter: what is passed is found where it is passed
    assert room == "ledger", ast.unparse(value)  # the reversal of any kind
    return set()


def test_every_kind_of_entry_stands_in_the_table():
    assert {code(row["Kind"]) for row in table(POSTINGS, "Events").rows} == kinds_in_code()


def test_the_chart_is_the_standard_chart():
    rows = [tuple(row.values()) for row in table(POSTINGS, "Chart of accounts").rows]
    there = [
        (code_, name, kind.value, side.value, "yes" if control else "")
        for code_, name, kind, side, control in chart.STANDARD_CHART
    ]
    assert rows == there


# Roles and permissions ------------------------------------------------------------------------------------------------

ROLES = REFERENCE / "roles-and-permissions.md"


def test_the_roles_are_those_of_the_code():
    rows = [tuple(row.values()) for row in table(ROLES, "Roles").rows]
    assert rows == [(f"`{role.value}`", role.label, "yes" if role in SECOND_FACTOR_ROLES else "no") for role in Role]


def test_the_permissions_are_those_of_the_code():
    told = table(ROLES, "Permissions")
    roles = [Role(column) for column in told.columns[1:]]
    assert {code(row["Permission"]): {role for role in roles if row[role.value]} for row in told.rows} == {
        permission: set(holders) for permission, holders in PERMISSIONS.items()
    }
    without = {role for role in Role if not any(role in holders for holders in PERMISSIONS.values())}
    assert set(Role) - set(roles) == without
    (sentence,) = re.findall(r"The roles (.+?) can be given, but they have no permission yet", read(ROLES), re.DOTALL)
    assert {Role(word) for word in codes(sentence)} == without


def test_the_offices_that_an_auditor_cannot_have_are_named():
    (sentence,) = re.findall(r"nobody is auditor and at the same time (.+?)\. The", read(ROLES), re.DOTALL)
    assert set(codes(sentence)) == {role.value for role in AUDITED_ROLES}


def test_permissions_that_no_page_asks_for_are_named():
    asked = "\n".join(text for path, text in sources().items() if path.relative_to(ROOT).as_posix() != "users/roles.py")
    (sentence,) = re.findall(r"No page asks for these yet: (.+?)\.\n", read(ROLES), re.DOTALL)
    unused = {name for name in PERMISSIONS if not re.search(rf"\b{re.escape(name)}\b(?!\.)", asked)}
    assert set(codes(sentence)) == unused


# Guards and invariants ------------------------------------------------------------------------------------------------

INVARIANTS = REFERENCE / "invariants.md"


@pytest.mark.parametrize(("room", "checks"), ROOMS.items(), ids=list(ROOMS))
def test_the_invariants_of_a_room_are_those_of_the_code(room, checks):
    rows = [(row["Code"], row["Title"]) for row in table(INVARIANTS, room).rows]
    assert rows == [(one.code, one.title) for one in checks.INVARIANTS]


def test_no_room_with_invariants_is_left_out_or_added():
    told = [one.heading for one in tables(INVARIANTS) if "Title" in one.columns]
    assert told == list(ROOMS)


def test_a_code_stands_for_one_rule():
    codes = [row["Code"] for one in tables(INVARIANTS) for row in one.rows if row.get("Code")]
    assert len(set(codes)) == len(codes)


@cache
def guards_of_the_database() -> str:
    files = [path for room in ROOM_NAMES for path in (ROOT / room / "sql").glob("*.sql")]
    return "\n".join(path.read_text() for path in files)


def is_a_guard(word: str) -> bool:
    """A trigger's function or a constraint of that name is made by SQL or by a model."""
    if re.search(rf"(FUNCTION|CONSTRAINT) {word}\b", guards_of_the_database()):
        return True
    constraints = {one.name for model in apps.get_models() for one in model._meta.constraints}
    return word in constraints


@pytest.mark.parametrize(
    "page", [INVARIANTS, ROLES, DOCS / "explanation" / "threats-and-guards.md"], ids=lambda page: page.stem
)
def test_a_guard_that_a_page_names_exists(page):
    named = {
        word
        for one in tables(page)
        for row in one.rows
        for column in ("Guard", "What stands against it")
        if column in row
        for word in codes(row[column])
        if re.fullmatch(r"[a-z]+_[a-z_]+", word)
    }
    services = {"admit_members", "earn_deferred", "post_repayments", "start_posting", "visible_to"}
    assert named
    assert {word for word in named - services if not is_a_guard(word)} == set()
    assert all(any(f"def {word}(" in text for text in sources().values()) for word in named & services)


# States ---------------------------------------------------------------------------------------------------------------

STATES = REFERENCE / "states.md"
WITH_STATES = [model for model in OUR_MODELS if hasattr(model, "transitions")]


@pytest.mark.parametrize("model", WITH_STATES, ids=lambda model: model.__name__)
def test_the_states_of_a_model_are_those_of_the_code(model):
    field = next(one for one in model._meta.fields if one.name in ("status", "state"))
    labels = dict(field.choices)
    rows = {
        code(row["State"]): (row["Shown as"], set(codes(row["May become"])))
        for row in table(STATES, model.__name__).rows
    }
    assert rows == {
        str(state.value): (labels[state], {str(one.value) for one in to}) for state, to in model.transitions.items()
    }
    assert f"`{model._meta.label}`, field `{field.name}`" in read(STATES)


@pytest.mark.parametrize(("heading", "states"), [("Message", MessageState), ("JobRun", JobState)])
def test_states_without_a_table_of_moves_are_listed(heading, states):
    assert [(code(row["State"]), row["Shown as"]) for row in table(STATES, heading).rows] == states.choices


def test_no_states_are_left_out_or_added():
    told = [one.heading for one in tables(STATES)]
    assert sorted(told) == sorted([*(model.__name__ for model in WITH_STATES), "Message", "JobRun"])


# Late classes ---------------------------------------------------------------------------------------------------------


def test_the_tables_of_late_classes_are_those_that_a_society_starts_with():
    told = {
        one.heading: [
            (row["Class"], int(row["From days late"]), row["Set aside"].rstrip("%"), row["Interest suspended"] == "yes")
            for row in one.rows
        ]
        for one in tables(REFERENCE / "late-classes.md")
    }
    schemes = import_module("loans.migrations.0009_late_schemes").SCHEMES
    assert told == {name: list(classes) for _, name, _, _, classes in schemes}
