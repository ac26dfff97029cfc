"""Every address of the site and who may go there: the table that `test_routes.py` holds the site to.

A new address needs a row. `get` and `post` name the permissions of which one is enough, in the words of
`users/roles.py`; `SIGNED_IN` is anybody with an account, `PUBLIC` anybody at all, `NOBODY` says that the method is not
there. `args` finds what the address is about in the practice society; `owner` is the member whose it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from committee.models import Sitting
from ledger.models import Account, JournalLine
from loans.models import (
    Guarantee,
    LateNotice,
    LateScheme,
    Loan,
    LoanApplication,
    LoanChange,
    LoanPause,
    NoticeStep,
    ProductVersion,
    ProvisionRun,
    Recourse,
    RecourseNotice,
    Repayment,
    RulesProposal,
    SavingsOffset,
    SettlementQuote,
    Substitution,
)
from members.models import Member, Withdrawal
from onboarding.models import BookImport
from reconciliation.models import DeductionLine, DeductionSchedule, Remittance, RemittanceLine, SuspenseItem
from users.models import User

PUBLIC, SIGNED_IN, NOBODY = ("public",), ("signed in",), ()


@dataclass(frozen=True, slots=True)
class Row:
    get: tuple[str, ...] = SIGNED_IN
    post: tuple[str, ...] = NOBODY
    args: Callable[[], list[Any]] = list
    owner: str = ""
    # What it changes is one's own account, messages or screen: an auditor may do that too.
    is_personal: bool = False


def _row(get="", post="", args=list, **kwargs) -> Row:
    def words(said):
        return said if isinstance(said, tuple) else (said,) if said else NOBODY

    return Row(words(get), words(post), args, **kwargs)


def _application(number: str):
    return lambda: [LoanApplication.objects.get(member__number=number, status__in=_OPEN).number]


_OPEN = ("draft", "awaiting_guarantors", "under_review", "approved")
NOON = datetime(2026, 10, 26, 11, 0, tzinfo=UTC)
DRAFT, WAITING, ASKED = "UMCS/0396", "UMCS/0410", "UMCS/0094"


def _loan(**which):
    return lambda: [Loan.objects.order_by("pk").filter(**which).first().serial]


def _working():
    return [*_loan(member__number=BORROWER)(), "balance"]


def _product():
    return ["normal"]


def _product_version():
    return ["normal", ProductVersion.objects.filter(product__code="normal").earliest("pk").valid.lower]


def _rules_proposal():
    """Nobody has proposed any: one is put there."""
    version = ProductVersion.objects.select_related("product").filter(product__code="normal").latest("pk")
    proposal, _ = RulesProposal.objects.get_or_create(
        product=version.product, valid_from=date(2027, 1, 1), proposed_by=User.objects.earliest("pk"),
        defaults={"proposed_at": NOON, "reason": "As the meeting decided", "numbers": {
            "savings_multiple": "2", "annual_rate_percent": "14", "max_term_months": 24,
            "deduction_ceiling_percent": "33.33",
        }},
    )  # fmt: skip
    return [proposal.pk]


def _to_answer():
    return [Guarantee.objects.get(guarantor__number=ASKED, status="requested").pk]


def _to_cancel():
    return [Guarantee.objects.get(application__member__number=WAITING, status="requested").pk]


def _promise():
    return [Guarantee.objects.live().filter(loan__status="active").order_by("pk").first().pk]


def _noticed():
    """A notice that UMCS/0094 had, on a loan of another's."""
    officer = User.objects.filter(role_grants__role="officer", role_grants__revoked_at__isnull=True).first()
    asked = Member.objects.get(number=ASKED)
    loan = Loan.objects.filter(status="active").exclude(member=asked).order_by("pk").first()
    found = Recourse.objects.filter(loan=loan).first() or Recourse.objects.create(
        loan=loan, given_on=date(2026, 10, 26), notice_days=14, owed=1000, reason="Nothing came", proposed_by=officer,
        proposed_at=NOON,
    )  # fmt: skip
    RecourseNotice.objects.get_or_create(recourse=found, member=asked, defaults={"most": 1000, "told_by": "message"})
    return [found.pk]


def _instead():
    """UMCS/0094 is asked to take somebody's place."""
    officer = User.objects.filter(role_grants__role="officer", role_grants__revoked_at__isnull=True).first()
    (promise,) = _promise()
    kept = {"amount": 1000, "why": "wish", "asked_by": officer, "asked_at": NOON}
    asked = Member.objects.get(number=ASKED)
    return [Substitution.objects.get_or_create(old_id=promise, guarantor=asked, defaults=kept)[0].pk]


def _asked_change():
    """A waiver that waits for a second person."""
    officer = User.objects.filter(role_grants__role="officer", role_grants__revoked_at__isnull=True).first()
    loan = Loan.objects.order_by("pk").filter(status="active").first()
    kept = {
        "effective_on": date(2026, 10, 26), "terms": {"interest": "100", "penalty": "0"}, "reason": "x",
        "asked_by": officer, "asked_at": NOON,
    }  # fmt: skip
    return [LoanChange.objects.get_or_create(loan=loan, kind="waiver", status="requested", defaults=kept)[0].pk]


def _repayment():
    found = Repayment.objects.select_related("loan").get(loan__status="active", channel="counter")
    return [found.loan.serial, found.pk]


def _late_notice():
    loan = Loan.objects.order_by("pk").filter(member__number=BORROWER).first()
    told = {"on": date(2026, 10, 26), "overdue": 1000, "penalty": 0, "people": 1}
    notice, _ = LateNotice.objects.get_or_create(
        loan=loan, step=NoticeStep.DEMAND, due_on=date(2026, 9, 26), defaults=told
    )
    return [loan.serial, notice.pk]


def _quote():
    loan = Loan.objects.order_by("pk").filter(member__number=BORROWER, status="active").first()
    told = {
        "loan": loan, "made_on": date(2026, 10, 26), "valid_until": date(2026, 11, 10), "amount": 1000,
        "figures": {"lines": [], "today": "1000", "steps": [], "next_day": "0"}, "made_at": NOON,
        "made_by": User.objects.order_by("pk").first(),
    }  # fmt: skip
    return [SettlementQuote.objects.get_or_create(number="QUO/2026/9999", defaults=told)[0].number]


def _offset():
    loan = Loan.objects.order_by("pk").filter(member__number=BORROWER, status="active").first()
    asked = {"amount": 1000, "asked_by": loan.member.user, "asked_at": NOON}
    return [SavingsOffset.objects.get_or_create(loan=loan, defaults=asked)[0].pk]


def _provision():
    kept = {
        "scheme": LateScheme.objects.get(in_use=True), "required": 0, "allowance_before": 0,
        "posted_by": User.objects.order_by("pk").first(), "posted_at": datetime(2026, 10, 1, tzinfo=UTC),
    }  # fmt: skip
    return [ProvisionRun.objects.get_or_create(as_of=date(2026, 9, 30), defaults=kept)[0].as_of]


def _pause():
    loan = Loan.objects.order_by("pk").filter(status="active").first()
    days = DateRange(date(2026, 10, 1), None)
    return [LoanPause.objects.get_or_create(loan=loan, span=days, defaults={"why": "dispute", "reason": "x"})[0].pk]


def _member():
    return [Member.objects.get(number="UMCS/0100").pk]


def _not_joined():
    return [Member.objects.get(number="UMCS/0001").pk]


def _own_entry():
    member = Member.objects.get(number="UMCS/0002")
    return [JournalLine.objects.filter(account_id=member.savings_account_id).first().entry_id]


def _asked_withdrawal():
    return [Withdrawal.objects.waiting().get().pk]


def _sitting():
    return [Sitting.objects.open().get().pk]


def _dossier():
    return [LoanApplication.objects.under_review().order_by("pk").first().pk]


def _books():
    return [BookImport.objects.get().pk]


def _return():
    return [Remittance.objects.get().pk]


def _suggested():
    return [RemittanceLine.objects.filter(state="suggested").order_by("pk").first().pk]


def _schedule():
    return [DeductionSchedule.objects.issued().get(employer__code="KHB").pk]


def _deduction():
    return [*_schedule(), DeductionLine.objects.filter(schedule__employer__code="KHB").order_by("pk").first().pk]


def _suspense():
    line = RemittanceLine.objects.filter(state="unmatched").order_by("pk").first()
    kept = {"amount": line.amount, "reason": "Nobody knows whose it is", "opened_on": date(2026, 10, 26)}
    return [SuspenseItem.objects.get_or_create(line=line, defaults=kept)[0].pk]


def _person():
    return [User.objects.get(sign_in_number="UMCS/0032").pk]


BORROWER = "UMCS/0082"
LOOK_AT_BOOKS = (
    "onboarding.import_books", "onboarding.approve_import", "onboarding.undo_import", "audit.view_trail",
)  # fmt: skip
OWN_LOAN = ("loans.view_register", "loans.view_own")
OWN_LOAN_ASKED = ("loans.view_own", "loans.record_repayment")

ROUTES: dict[str, Row] = {
    # Before signing in, and for programs
    "account_login": _row("public", "public", is_personal=True),
    "account_inactive": _row("public", "public", is_personal=True),
    "account_reset_password": _row("public", "public", is_personal=True),
    "account_reset_password_done": _row("public", "public", is_personal=True),
    "account_reset_password_from_key": _row("public", "public", lambda: ["1a", "set-password"], is_personal=True),
    "account_reset_password_from_key_done": _row("public", "public", is_personal=True),
    "mfa_authenticate": _row("public", "public", is_personal=True),
    "users:join": _row("public", "public", is_personal=True),
    "users:join_finish": _row("public", "public", is_personal=True),
    "users:join_link": _row("public", "", lambda: ["no-such-token"]),
    "users:theme": _row("", "public", is_personal=True),
    "users:practice_sign_in": _row("", "public", is_personal=True),
    "health": _row("public"),
    "swagger": _row("public"),
    "schema": _row("public"),
    "version": _row("public"),
    "calculate_emi": _row("", "public", is_personal=True),
    "amortization_schedule": _row("", "public", is_personal=True),
    # One's own account
    "account_logout": _row("public", "public", is_personal=True),
    "account_reauthenticate": _row(SIGNED_IN, SIGNED_IN, is_personal=True),
    "account_change_password": _row(SIGNED_IN, SIGNED_IN, is_personal=True),
    "mfa_index": _row(SIGNED_IN, SIGNED_IN, is_personal=True),
    "mfa_reauthenticate": _row(SIGNED_IN, SIGNED_IN, is_personal=True),
    "mfa_activate_totp": _row(SIGNED_IN, SIGNED_IN, is_personal=True),
    "mfa_deactivate_totp": _row(SIGNED_IN, SIGNED_IN, is_personal=True),
    "mfa_view_recovery_codes": _row(SIGNED_IN, SIGNED_IN, is_personal=True),
    "mfa_generate_recovery_codes": _row(SIGNED_IN, SIGNED_IN, is_personal=True),
    "mfa_download_recovery_codes": _row(SIGNED_IN, SIGNED_IN, is_personal=True),
    "users:me": _row(SIGNED_IN),
    "users:email": _row(SIGNED_IN, SIGNED_IN, is_personal=True),
    "notifications:inbox": _row(SIGNED_IN),
    "notifications:read": _row("", SIGNED_IN, lambda: [10**6], is_personal=True),
    "notifications:read_all": _row("", SIGNED_IN, is_personal=True),
    "notifications:practice_outbox": _row(SIGNED_IN),
    "portal:home": _row(SIGNED_IN),
    "portal:member_home": _row(SIGNED_IN),
    "portal:help": _row(SIGNED_IN),
    "portal:practice": _row("public", "public", is_personal=True),
    "portal:components": _row(SIGNED_IN),
    # A member's own
    "portal:savings": _row("loans.view_own"),
    "portal:withdraw": _row("members.request_withdrawal", "members.request_withdrawal"),
    "reports:statement": _row("loans.view_own"),
    "reports:entry": _row(("ledger.view_books", "loans.view_own"), "", _own_entry, owner="UMCS/0002"),
    "loans:mine": _row("loans.view_own"),
    "loans:apply": _row("loans.apply", "loans.apply"),
    "loans:figures": _row("", "loans.apply"),
    "loans:change": _row("loans.apply", "loans.apply", _application(DRAFT), owner=DRAFT),
    "loans:guarantors": _row("loans.apply", "loans.apply", _application(DRAFT), owner=DRAFT),
    "loans:check": _row("loans.apply", "loans.apply", _application(DRAFT), owner=DRAFT),
    "loans:application": _row("loans.view_own", "", _application(WAITING), owner=WAITING),
    "loans:withdraw": _row("loans.apply", "loans.apply", _application(WAITING), owner=WAITING),
    "loans:guarantees": _row("loans.answer_guarantee"),
    "loans:answer_guarantee": _row("loans.answer_guarantee", "loans.answer_guarantee", _to_answer, owner=ASKED),
    "loans:cancel_request": _row("", "loans.apply", _to_cancel, owner=WAITING),
    "loans:answer_notice": _row("loans.answer_guarantee", "loans.answer_guarantee", _noticed, owner=ASKED),
    "loans:answer_substitution": _row("loans.answer_guarantee", "loans.answer_guarantee", _instead, owner=ASKED),
    "loans:loan": _row(OWN_LOAN, "", _loan(member__number=BORROWER), owner=BORROWER),
    "loans:working": _row(OWN_LOAN, "", _working, owner=BORROWER),
    "loans:account": _row(OWN_LOAN, "", _loan(member__number=BORROWER), owner=BORROWER),
    "loans:arrears_of": _row(OWN_LOAN, "", _loan(member__number=BORROWER), owner=BORROWER),
    "loans:demand": _row(OWN_LOAN, "", _late_notice, owner=BORROWER),
    "loans:settle": _row(OWN_LOAN, OWN_LOAN_ASKED, _loan(member__number=BORROWER, status="active"), owner=BORROWER),
    "loans:quote": _row(OWN_LOAN, "", _quote, owner=BORROWER),
    "loans:quote_pdf": _row(OWN_LOAN, "", _quote, owner=BORROWER),
    "loans:from_savings": _row(
        OWN_LOAN, OWN_LOAN_ASKED, _loan(member__number=BORROWER, status="active"), owner=BORROWER
    ),
    "loans:withdraw_offset": _row("", OWN_LOAN_ASKED, _offset, owner=BORROWER),
    "loans:offsets": _row("members.approve_withdrawal"),
    "loans:approve_offset": _row("", "members.approve_withdrawal", _offset),
    "loans:decline_offset": _row("", "members.approve_withdrawal", _offset),
    "loans:certificate": _row(OWN_LOAN, "", _loan(status="closed"), owner="UMCS/0068"),
    # The office
    "portal:members": _row("members.view_register"),
    "portal:member": _row("members.view_register", "", _member),
    "reports:member_statement": _row("members.view_register", "", _member),
    "reports:check_statement": _row("members.view_register"),
    "portal:invite": _row("", "members.invite_member", _not_joined),
    "portal:link_account": _row("", "users.manage_roles", _member),
    "portal:change_pay": _row("", "members.manage_members", _member),
    "portal:change_saving": _row("", "members.manage_members", _member),
    "portal:change_number": _row("", "members.manage_members", _member),
    "portal:withdrawals": _row("members.view_register"),
    "portal:withdrawal": _row("members.approve_withdrawal", "members.approve_withdrawal", _asked_withdrawal),
    "portal:decline_withdrawal": _row("", "members.approve_withdrawal", _asked_withdrawal),
    "loans:register": _row("loans.view_register"),
    "loans:to_register": _row("loans.view_register"),
    "loans:register_one": _row("loans.register_loan", "loans.register_loan", _application("UMCS/0134")),
    "loans:release": _row("", "loans.register_loan"),
    "loans:move_days": _row("loans.register_loan", "loans.register_loan", _loan(status="registered")),
    "loans:cancel_loan": _row("loans.register_loan", "loans.register_loan", _loan(status="registered")),
    "loans:products": _row("loans.view_products"),
    "loans:product": _row("loans.view_products", "", _product),
    "loans:product_version": _row("loans.view_products", "", _product_version),
    "loans:propose_rules": _row("loans.manage_products", "loans.manage_products", _product),
    "loans:give_product": _row("", "loans.manage_products", _product),
    "loans:rules_proposal": _row(
        "loans.view_products", ("loans.approve_products", "loans.manage_products"), _rules_proposal
    ),
    "loans:lending_policy": _row("loans.view_products", "loans.manage_products"),
    "loans:promises": _row("loans.view_register"),
    "loans:replace_guarantor": _row("loans.manage_promises", "loans.manage_promises", _promise),
    "loans:approve_substitution": _row("", "loans.manage_promises", _instead),
    "loans:stop_substitution": _row("", "loans.manage_promises", _instead),
    "loans:portfolio": _row("loans.view_register"),
    "loans:portfolio_loans": _row("loans.view_register"),
    "loans:employer_pause": _row("loans.pause_loan", "loans.pause_loan"),
    "loans:pause": _row("loans.pause_loan", "loans.pause_loan", _loan(status="active")),
    "loans:stop_pause": _row("", "loans.pause_loan", _pause),
    "loans:provisions": _row("ledger.view_books", "ledger.post_journal"),
    "loans:provision": _row("ledger.view_books", "", _provision),
    "loans:changes": _row("loans.view_register"),
    "loans:ask_change": _row("loans.ask_change", "loans.ask_change", _loan(status="active")),
    "loans:loan_change": _row("loans.view_register", "", _asked_change),
    "loans:approve_change": _row("", "loans.decide_change", _asked_change),
    "loans:decline_change": _row("", "loans.decide_change", _asked_change),
    "loans:withdraw_change": _row("", "loans.ask_change", _asked_change),
    "loans:take_change_back": _row("loans.decide_change", "loans.decide_change", _asked_change),
    "loans:recourses": _row("loans.view_register"),
    "loans:recourse": _row("loans.view_register", "", _noticed),
    "loans:give_notice": _row("loans.propose_recourse", "loans.propose_recourse", _loan(status="active")),
    "loans:answer_for": _row("loans.propose_recourse", "loans.propose_recourse", _noticed),
    "loans:take_savings": _row("loans.decide_recourse", "loans.decide_recourse", _noticed),
    "loans:charge_guarantors": _row("loans.decide_recourse", "loans.decide_recourse", _noticed),
    "loans:withdraw_recourse": _row("", "loans.propose_recourse", _noticed),
    "loans:claims": _row("loans.view_register", "loans.record_repayment", _member),
    "loans:contagion": _row("loans.view_register"),
    "loans:payouts": _row("loans.view_register"),
    "loans:payout": _row("loans.disburse_loan", "loans.disburse_loan", _loan(status="registered")),
    "loans:receipt": _row("loans.record_repayment", "loans.record_repayment", _loan(status="active")),
    "loans:receipt_figures": _row("", "loans.record_repayment", _loan(status="active")),
    "loans:take_back": _row("loans.record_repayment", "loans.record_repayment", _repayment),
    "reports:trial_balance": _row("ledger.view_books"),
    "reports:account": _row("ledger.view_books", "", lambda: [Account.objects.get(code="2000").pk]),
    "reports:check_books": _row("ledger.view_books"),
    # The committee
    "committee:queue": _row("committee.view_queue"),
    "committee:dossier": _row("committee.view_queue", "committee.vote", _dossier),
    "committee:sittings": _row("committee.view_queue"),
    "committee:open": _row("", "committee.open_sitting"),
    "committee:sitting": _row("committee.view_queue", "", _sitting),
    "committee:close": _row("committee.close_sitting", "committee.close_sitting", _sitting),
    # The society's own books
    "onboarding:imports": _row(LOOK_AT_BOOKS),
    "onboarding:upload": _row("onboarding.import_books", "onboarding.import_books"),
    "onboarding:first_run": _row(
        ("onboarding.import_books", "users.manage_roles"), ("onboarding.import_books", "users.manage_roles")
    ),
    "onboarding:opening_money": _row("ledger.post_journal", "ledger.post_journal"),
    "onboarding:book": _row(LOOK_AT_BOOKS, "", _books),
    "onboarding:meaning": _row(LOOK_AT_BOOKS, "", _books),
    "onboarding:change_day": _row("", "onboarding.import_books", _books),
    "onboarding:change_sheet": _row("", "onboarding.import_books", lambda: [*_books(), 0]),
    "onboarding:problems": _row(LOOK_AT_BOOKS, "", _books),
    "onboarding:problems_file": _row(LOOK_AT_BOOKS, "", _books),
    "onboarding:totals": _row(LOOK_AT_BOOKS, "", _books),
    "onboarding:propose": _row("onboarding.import_books", "onboarding.import_books", _books),
    "onboarding:approve": _row("onboarding.approve_import", "onboarding.approve_import", _books),
    "onboarding:send_back": _row("", "onboarding.approve_import", _books),
    "onboarding:drop": _row("", "onboarding.import_books", _books),
    "onboarding:undo": _row("onboarding.undo_import", "onboarding.undo_import", _books),
    "onboarding:progress": _row(LOOK_AT_BOOKS, "", _books),
    # The month
    "reconciliation:returns": _row("reconciliation.view"),
    "reconciliation:import": _row("reconciliation.import_return", "reconciliation.import_return"),
    "reconciliation:workspace": _row("reconciliation.view", "", _return),
    "reconciliation:reading": _row("reconciliation.view", "", _return),
    "reconciliation:accept_sure": _row("reconciliation.match_lines", "reconciliation.match_lines", _return),
    "reconciliation:charge": _row("reconciliation.post_return", "reconciliation.post_return", _return),
    "reconciliation:post": _row("reconciliation.post_return", "reconciliation.post_return", _return),
    "reconciliation:go_on": _row("", "reconciliation.post_return", _return),
    "reconciliation:progress": _row("reconciliation.view", "", _return),
    "reconciliation:take_back": _row("reconciliation.import_return", "reconciliation.import_return", _return),
    "reconciliation:exceptions": _row("reconciliation.view", "", _return),
    "reconciliation:line": _row("reconciliation.view", "", _suggested),
    "reconciliation:accept": _row("", "reconciliation.match_lines", _suggested),
    "reconciliation:reject": _row("", "reconciliation.match_lines", _suggested),
    "reconciliation:find": _row("reconciliation.match_lines", "reconciliation.match_lines", _suggested),
    "reconciliation:schedules": _row("reconciliation.view"),
    "reconciliation:prepare": _row("reconciliation.prepare_schedule", "reconciliation.prepare_schedule"),
    "reconciliation:schedule": _row("reconciliation.view", "", _schedule),
    "reconciliation:deduction": _row("reconciliation.view", "", _deduction),
    "reconciliation:issue": _row("reconciliation.approve_schedule", "reconciliation.approve_schedule", _schedule),
    "reconciliation:schedule_file": _row("reconciliation.view", "", lambda: [*_schedule(), "xlsx"]),
    "reconciliation:suspense": _row("reconciliation.view"),
    "reconciliation:suspense_item": _row("reconciliation.view", "reconciliation.match_lines", _suspense),
    "reconciliation:clear": _row("reconciliation.post_return", "reconciliation.post_return", _suspense),
    # People
    "users:people": _row("users.manage_roles"),
    "users:person_new": _row("users.manage_roles", "users.manage_roles"),
    "users:person": _row("users.manage_roles", "", _person),
    "users:person_grant": _row("", "users.manage_roles", _person),
    "users:person_revoke": _row("", "users.manage_roles", _person),
    "users:person_invite": _row("", "users.manage_roles", _person),
}
