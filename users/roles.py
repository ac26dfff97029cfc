"""The whole permission table: which role may do what. Everything else asks here.

*Which rows* a person sees is the querysets' `visible_to(user)`; *not your own loan, not both maker and checker* is the
services' and the tables' business.
"""

from django.db import models


class Role(models.TextChoices):
    MEMBER = "member", "Member"
    COMMITTEE = "committee", "Committee member"
    CHAIR = "chair", "Chair"
    SECRETARY = "secretary", "Secretary"
    BOARD = "board", "Board member"
    OFFICER = "officer", "Loan officer"
    TREASURER = "treasurer", "Treasurer"
    STOREKEEPER = "storekeeper", "Storekeeper"
    AUDITOR = "auditor", "Auditor"
    ADMIN = "admin", "Administrator"
    TRAINER = "trainer", "Trainer"
    EMPLOYER = "employer", "Employer's pay office"
    VENDOR = "vendor", "Shop"


ROLES = tuple(Role)

# Whoever acts for the society, or sees other people's money, signs in with a second factor.
SECOND_FACTOR_ROLES = frozenset(Role) - {Role.MEMBER}

# An auditor checks what these people do, so nobody is both at one time. The database holds the same list
# (users/sql/role_grants.sql), and a test compares the two.
AUDITED_ROLES = frozenset(
    {
        Role.COMMITTEE,
        Role.CHAIR,
        Role.SECRETARY,
        Role.BOARD,
        Role.OFFICER,
        Role.TREASURER,
        Role.STOREKEEPER,
        Role.ADMIN,
    }
)

GOVERNORS = frozenset({Role.COMMITTEE, Role.CHAIR, Role.SECRETARY, Role.BOARD})
OFFICE = frozenset({Role.OFFICER, Role.TREASURER})


def _table(given: dict[str, frozenset[Role]]) -> dict[str, frozenset[Role]]:
    """Add the auditor to every view permission and to no other: he sees what there is to see, and does nothing.

    What is a member's own (`loans.view_own`) is not among it: an auditor has no passbook by his office.
    """
    return {
        permission: roles | {Role.AUDITOR} if _is_view(permission) else roles for permission, roles in given.items()
    }


def _is_view(permission: str) -> bool:
    name = permission.partition(".")[2]
    return name.startswith("view") and not name.endswith("_own")


PERMISSIONS: dict[str, frozenset[Role]] = _table(
    {
        "members.view_register": GOVERNORS | OFFICE | {Role.ADMIN},
        "members.manage_members": frozenset({Role.OFFICER, Role.SECRETARY}),
        "members.invite_member": frozenset({Role.OFFICER, Role.SECRETARY, Role.ADMIN}),
        "members.request_withdrawal": frozenset({Role.MEMBER}),
        "members.approve_withdrawal": frozenset({Role.TREASURER, Role.CHAIR}),
        "loans.apply": frozenset({Role.MEMBER}),
        "loans.answer_guarantee": frozenset({Role.MEMBER}),
        "loans.view_own": frozenset({Role.MEMBER}),
        "loans.view_register": GOVERNORS | OFFICE,
        "loans.register_loan": frozenset({Role.OFFICER}),
        "loans.disburse_loan": frozenset({Role.TREASURER}),
        "loans.record_repayment": OFFICE,
        "loans.pause_loan": OFFICE,
        "loans.ask_change": OFFICE,
        "loans.decide_change": frozenset({Role.TREASURER, Role.CHAIR}),
        "loans.view_products": GOVERNORS | OFFICE | {Role.ADMIN},
        "loans.manage_products": frozenset({Role.ADMIN}),
        "loans.approve_products": frozenset({Role.TREASURER, Role.CHAIR}),
        "loans.manage_promises": OFFICE,
        "loans.propose_recourse": OFFICE,
        "loans.decide_recourse": frozenset({Role.TREASURER, Role.CHAIR}),
        "committee.view_queue": frozenset({Role.COMMITTEE, Role.CHAIR, Role.SECRETARY}),
        "committee.vote": frozenset({Role.COMMITTEE, Role.CHAIR}),
        "committee.open_sitting": frozenset({Role.CHAIR, Role.SECRETARY}),
        "committee.close_sitting": frozenset({Role.CHAIR, Role.SECRETARY}),
        "reconciliation.view": OFFICE,
        "reconciliation.prepare_schedule": frozenset({Role.OFFICER}),
        "reconciliation.approve_schedule": frozenset({Role.TREASURER}),
        "reconciliation.import_return": OFFICE,
        "reconciliation.match_lines": OFFICE,
        "reconciliation.post_return": OFFICE,
        "onboarding.import_books": OFFICE | {Role.SECRETARY},
        "onboarding.approve_import": frozenset({Role.TREASURER, Role.CHAIR}),
        "onboarding.undo_import": frozenset({Role.TREASURER, Role.CHAIR}),
        "ledger.view_books": OFFICE | {Role.CHAIR, Role.BOARD},
        "ledger.post_journal": frozenset({Role.TREASURER}),
        "reports.view": GOVERNORS | OFFICE,
        "audit.view_trail": frozenset({Role.ADMIN}),
        "users.manage_roles": frozenset({Role.ADMIN}),
        "portal.use_admin": frozenset({Role.ADMIN}),
    }
)


def permissions_of(roles: frozenset[str]) -> frozenset[str]:
    """Every permission that at least one of these roles has."""
    return frozenset(permission for permission, holders in PERMISSIONS.items() if holders & roles)


def needs_second_factor(roles: frozenset[str]) -> bool:
    return bool(SECOND_FACTOR_ROLES & roles)
