"""The menus of the page frames: what each person may open, and what waits for him there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.http import HttpRequest

from core.addresses import address
from core.sql import load_sql
from users.roles import Role

WAITING = load_sql("portal", "waiting")
UNREAD = load_sql("portal", "unread")


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a menu: shown to who has one of the permissions, with how much waits there where that is counted.

    `permission` is one word of `users/roles.py`, or several with a space between them. `within` are the
    pages behind the entry, on which it stays marked.
    """

    label: str
    icon: str
    route: str
    permission: str
    waits: str = ""
    within: tuple[str, ...] = ()


def _pages(room: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{room}:{name}" for name in names)


DOSSIERS = _pages("committee", "dossier")
REGISTRATION = _pages("loans", "register_one")
SITTINGS = _pages("committee", "sitting", "open", "close")
LOAN = _pages("loans", "loan", "working", "account", "certificate", "receipt", "take_back", "move_days", "cancel_loan")
CHANGES = _pages("loans", "loan_change", "ask_change", "decline_change", "take_change_back")
LATENESS = _pages("loans", "portfolio_loans", "arrears_of", "demand", "pause", "employer_pause")
PRODUCTS = _pages("loans", "product", "product_version", "propose_rules", "rules_proposal")
PROVISIONS = _pages("loans", "provision")
RECOURSE = _pages("loans", "recourse", "give_notice", "answer_for", "withdraw_recourse", "claims", "contagion")
SCHEDULE = _pages("reconciliation", "schedule", "prepare", "deduction", "issue")
RETURN = _pages(
    "reconciliation", "import", "workspace", "reading", "accept_sure", "charge", "post", "take_back", "line", "find"
)
SUSPENSE = _pages("reconciliation", "suspense_item", "clear")
OWN_PROMISES = _pages("loans", "answer_guarantee", "answer_notice", "answer_substitution")
OWN_LOANS = _pages("loans", "loan", "working", "account", "arrears_of", "certificate", "application", "withdraw")

SECTIONS: list[tuple[str, list[Item]]] = [
    (
        "Loans",
        [
            Item("Review queue", "gavel", "committee:queue", "committee.view_queue", "under_review", DOSSIERS),
            Item("Sittings", "calendar", "committee:sittings", "committee.view_queue", within=SITTINGS),
            Item("To register", "list", "loans:to_register", "loans.view_register", "approved", REGISTRATION),
            Item("Loan register", "loan", "loans:register", "loans.view_register", within=LOAN),
            Item("Late loans", "clock", "loans:portfolio", "loans.view_register", within=LATENESS),
            Item("Changes", "swap", "loans:changes", "loans.view_register", "changes", CHANGES),
            Item("Promises", "users", "loans:promises", "loans.view_register", within=("loans:replace_guarantor",)),
            Item("Recourse", "alert", "loans:recourses", "loans.view_register", within=RECOURSE),
            Item("Payouts", "bank", "loans:payouts", "loans.view_register", "to_pay", ("loans:payout",)),
        ],
    ),
    (
        "Money",
        [
            Item("Deductions", "calendar", "reconciliation:schedules", "reconciliation.view", within=SCHEDULE),
            Item("Reconcile", "swap", "reconciliation:returns", "reconciliation.view", "returns", RETURN),
            Item("Suspense", "alert", "reconciliation:suspense", "reconciliation.view", "suspense", SUSPENSE),
            Item("Books", "chart", "reports:trial_balance", "ledger.view_books"),
            Item("Provisions", "scale", "loans:provisions", "ledger.view_books", within=PROVISIONS),
        ],
    ),
    (
        "Society",
        [
            Item("Members", "users", "portal:members", "members.view_register"),
            Item("Savings to loans", "savings", "loans:offsets", "members.approve_withdrawal"),
            Item("Savings to pay out", "savings", "portal:withdrawals", "members.approve_withdrawal", "withdrawals"),
            Item(
                "Bring your books in", "download", "onboarding:imports",
                "onboarding.import_books onboarding.approve_import audit.view_trail",
            ),
            Item("Loan products", "voucher", "loans:products", "loans.view_products", "rules", PRODUCTS),
            Item("Lending policy", "doc", "loans:lending_policy", "loans.view_products"),
            Item("People and roles", "scale", "users:people", "users.manage_roles"),
            Item("Records", "cog", "admin:index", "portal.use_admin"),
        ],
    ),
]  # fmt: skip

# label, icon, where it leads, the pages behind it on which it stays marked
TABS = [
    ("Home", "home", "portal:member_home", ("portal:home",)),
    ("Savings", "savings", "portal:savings", ("portal:withdraw",)),
    ("Loans", "loan", "loans:mine", OWN_LOANS),
    ("Promises", "users", "loans:guarantees", OWN_PROMISES),
    ("More", "more", "users:me", ("portal:help",)),
]


def context(request: HttpRequest) -> dict[str, Any]:
    """What the frames draw: `tabs`, `nav`, `links`, `role_label`, `unread_messages`.

    What costs something is a function, which a template calls where it draws it, and which works it out once a page.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"links": public_links()}
    waiting = cache(lambda: waiting_counts(user))
    return {
        "tabs": cache(lambda: tabs(request)),
        "nav": cache(lambda: sections(request, waiting())),
        "links": links(),
        "role_label": cache(lambda: role_label(user)),
        "unread_messages": lambda: waiting()["unread"],
    }


def public_links() -> dict[str, str]:
    """Where the frame leads before anybody has signed in."""
    return {
        "home": address("portal:home"),
        "theme": address("users:theme"),
        "practice_switch": address("users:practice_sign_in"),
        "practice": address("portal:practice"),
        # Named although there is none yet. What a frame asks for and does not find costs it more than what it finds,
        # and for `keys` it would take the mapping's own method.
        **dict.fromkeys(("brand_css", "keys", "practice_reset", "privacy", "search"), ""),
    }


def links() -> dict[str, str]:
    """Where the frame leads, beside the menus."""
    return public_links() | {
        "messages": address("notifications:inbox"),
        "account": address("users:me"),
        "help": address("portal:help"),
        "sign_out": address("account_logout"),
    }


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The member's five tabs; nothing for who has no membership."""
    if not request.user.has_perm("loans.view_own"):
        return []
    here = _here(request)
    return [
        {"label": label, "icon": icon, "url": address(route), "current": here(route, within)}
        for label, icon, route, within in TABS
    ]


def sections(request: HttpRequest, waiting: Mapping[str, int]) -> list[dict[str, Any]]:
    """The staff menu of what this person may open, with his own passbook above it when he is a member too."""
    here = _here(request)
    # The set itself: to ask `has_perm` for each entry of a menu goes through every backend each time.
    held = request.user.role_permissions
    shown = [
        {
            "title": title,
            "items": [_drawn(item, here, waiting) for item in items if not held.isdisjoint(item.permission.split())],
        }
        for title, items in SECTIONS
    ]
    if "loans.view_own" in held:
        own = {"label": "My passbook", "icon": "home", "url": address("portal:member_home"), "current": False}
        shown.insert(0, {"title": "", "items": [own]})
    return [section for section in shown if section["items"]]


def _drawn(item: Item, here: Callable[..., str], waiting: Mapping[str, int]) -> dict[str, Any]:
    return {
        "label": item.label,
        "icon": item.icon,
        "url": address(item.route),
        "current": here(item.route, item.within),
        "count": waiting.get(item.waits, 0),
    }


def _here(request: HttpRequest) -> Callable[..., str]:
    """Says of an entry whether it is the page that one is on ("page"), leads to it ("true"), or neither ("")."""
    name = request.resolver_match.view_name if request.resolver_match else ""
    return lambda route, within=(): "page" if name == route else "true" if name in within else ""


def waiting_counts(user) -> dict[str, int]:
    """How many messages a person has not read and, where he has an office, how much waits at each desk: one query."""
    has_office = any(role != Role.MEMBER for role in user.roles)
    with connection.cursor() as cursor:
        cursor.execute(WAITING if has_office else UNREAD, {"user": user.pk})
        return dict(zip([column.name for column in cursor.description], cursor.fetchone(), strict=True))


def role_label(user) -> str:
    """What a person is in the society, in a word or two for the bar."""
    offices = [Role(role).label for role in Role if role in user.roles and role != Role.MEMBER]
    return ", ".join(offices[:2]) or "Member"
