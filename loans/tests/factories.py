"""The cast of lending: employers, members with savings, products, applications at each stage.

Members are made from their tables and the ledger, so that no test here waits on another room's services. Votes stand
in a room above this one and are written in SQL.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db import connection, transaction

from core.serials import next_serial
from ledger import chart
from ledger.entries import credit, debit
from ledger.models import Account, HoldPurpose
from ledger.services import account, open_sub_accounts, place_hold, post_entry
from ledger.tests.factories import deposit
from loans.models import (
    Guarantee,
    LendingPolicy,
    Loan,
    LoanApplication,
    LoanApproval,
    LoanOrigin,
    LoanParty,
    ProductVersion,
)
from loans.standard import have_standard_products
from loans.states import ApplicationStatus, GuaranteeStatus, LoanStatus
from members.models import Employer, Member
from users.models import User
from users.tests.factories import make_user

AT = datetime(2026, 10, 26, 9, 0, tzinfo=UTC)
TODAY = date(2026, 10, 26)
LONG_AGO = date(2019, 3, 1)

NAMES = [
    ("OGUNLEYE", "Taiwo Bukola"),
    ("OKONKWO", "Adaeze Nkem"),
    ("BELLO", "Musa Ibrahim"),
    ("ADÉYẸMÍ", "Ọlá Folashade"),
    ("EZE", "Chinedu Obinna"),
    ("LAWAL", "Kabiru Sani"),
    ("BASSEY", "Ekaette Ime"),
    ("DANJUMA", "Hauwa Ladi"),
]
MEMBERS_ACCOUNTS = {
    chart.SAVINGS: "savings_account",
    chart.VOLUNTARY_SAVINGS: "voluntary_account",
    chart.CHRISTMAS_SAVINGS: "christmas_account",
    chart.SHARES: "shares_account",
}
_numbers = itertools.count(1)


def make_employer(*, code: str = "", pay_day: int = 28) -> Employer:
    """An employer who pays on a day of the month."""
    number = next(_numbers)
    code = code or f"E{number}"
    return Employer.objects.create(code=code, name=f"Employer {code}", pay_day=pay_day)


@transaction.atomic
def make_member(
    *,
    savings: Decimal | str = "0",
    employer: Employer | None = None,
    with_user: bool = True,
    roles: Sequence[str] = ("member",),
    joined_on: date = LONG_AGO,
    **fields,
) -> Member:
    """A member with money in his savings, and by default with a sign-in of his own."""
    number = next(_numbers)
    surname, other_names = NAMES[number % len(NAMES)]
    fields = {"number": f"TST/{number:04}", "surname": surname, "other_names": other_names, **fields}
    employer = employer or Employer.objects.filter(code="HQ").first() or make_employer(code="HQ")
    if with_user and "user" not in fields:
        fields["user"] = make_user(
            roles=roles,
            full_name=f"{fields['other_names']} {fields['surname']}",
            sign_in_number=fields["number"],
            email=f"member{number}@society.example",
        )
    member = Member.objects.create(
        employer=employer,
        joined_on=joined_on,
        **open_accounts(number=fields["number"], surname=fields["surname"]),
        **fields,
    )
    if Decimal(savings):
        deposit(member.savings_account, savings)
    return member


def open_accounts(*, number: str, surname: str) -> dict[str, Account]:
    """A member's four accounts by the field that points at them, in two statements."""
    controls = Account.objects.in_bulk(MEMBERS_ACCOUNTS, field_name="code")
    opened = [
        Account(
            code=f"{code}.{number}", name=f"{controls[code].name}: {surname}", control=controls[code],
            kind=controls[code].kind, normal_side=controls[code].normal_side,
        )
        for code in MEMBERS_ACCOUNTS
    ]  # fmt: skip
    return dict(zip(MEMBERS_ACCOUNTS.values(), Account.objects.bulk_create(opened), strict=True))


def hold_savings(member: Member, amount: Decimal | str, *, purpose: str = HoldPurpose.OWN_LOAN) -> None:
    """Hold a part of a member's savings, for whatever reason."""
    place_hold(
        account_id=member.savings_account_id, amount=Decimal(amount), purpose=purpose,
        reference=f"test/hold/{next(_numbers)}", by=None, at=AT,
    )  # fmt: skip


def make_product_rules(*, quorum: int = 3, monthly_cap: Decimal | None = None) -> dict[str, ProductVersion]:
    """The standard products and lending policy; returns the version in force of each product by its code."""
    have_standard_products(quorum=quorum, monthly_cap=monthly_cap)
    return {
        version.product.code: version for version in ProductVersion.objects.in_force(TODAY).select_related("product")
    }


def set_rules(*, product: str = "", **fields) -> None:
    """Other numbers in the rules that are in force, also of loans that have them already, as no service may."""
    versions = ProductVersion.objects.filter(product__code=product) if product else ProductVersion.objects.all()
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE cooploan_owner")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come cannot be altered
        cursor.execute("ALTER TABLE loans_productversion DISABLE TRIGGER loans_version_keep")
        versions.update(**fields)
        cursor.execute("ALTER TABLE loans_productversion ENABLE ALWAYS TRIGGER loans_version_keep")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET ROLE cooploan_app")


@transaction.atomic
def make_application(
    *,
    status: str = ApplicationStatus.DRAFT,
    member: Member | None = None,
    product: str = "normal",
    amount: Decimal | str = "200000",
    term_months: int = 12,
    guarantors: Sequence[Member] = (),
    **fields,
) -> LoanApplication:
    """An application at a stage of its life; from `under_review` on its guarantors have said yes for equal parts.

    `approved` and `registered` come with a quorum of votes and the approval (and no loan: register it yourself).
    """
    version = make_product_rules()[product]
    member = member or make_member(savings="500000")
    number = f"APP/{TODAY.year}/{next_serial('application', TODAY.year):04}"
    status = ApplicationStatus(status)
    sent = {} if status == ApplicationStatus.DRAFT else {"submitted_at": AT, "version": version}
    reviewed = {}
    if status not in (ApplicationStatus.DRAFT, ApplicationStatus.AWAITING_GUARANTORS, ApplicationStatus.WITHDRAWN):
        reviewed = {"quorum": LendingPolicy.objects.in_force(TODAY).quorum, "reviewed_from": AT}
    begun = ApplicationStatus.UNDER_REVIEW if reviewed else status
    application = LoanApplication.objects.create(
        number=number, member=member, product=version.product, amount=Decimal(amount), term_months=term_months,
        status=begun, started_at=AT, **{"purpose": "School fees", **sent, **reviewed, **fields},
    )  # fmt: skip
    if sent:
        LoanParty.objects.create(application=application, member=member, stand=LoanParty.Stand.INTERESTED, why="asks")
    for guarantor in guarantors:
        make_guarantee(
            application=application, guarantor=guarantor, amount=Decimal(amount) / len(guarantors),
            status=GuaranteeStatus.ACCEPTED if reviewed else GuaranteeStatus.REQUESTED,
        )  # fmt: skip
    if status in (ApplicationStatus.APPROVED, ApplicationStatus.REGISTERED):
        approve(application)
    if begun != status:
        application.status, application.decided_at = status, AT
        application.save(update_fields=["status", "decided_at"])
    return application


@transaction.atomic
def make_guarantee(
    *, application: LoanApplication, guarantor: Member | None = None, amount: Decimal | str = "100000",
    status: str = GuaranteeStatus.REQUESTED,
) -> Guarantee:  # fmt: skip
    """A guarantor's promise, asked for or already given with its hold."""
    amount = Decimal(amount)
    guarantor = guarantor or make_member(savings=amount)
    guarantee = Guarantee.objects.create(
        application=application, guarantor=guarantor, amount=amount, status=GuaranteeStatus.REQUESTED, requested_at=AT
    )
    if status == GuaranteeStatus.ACCEPTED:
        guarantee.hold = place_hold(
            account_id=guarantor.savings_account_id, amount=amount, purpose=HoldPurpose.GUARANTEE,
            reference=f"guarantee/{guarantee.pk}", by=guarantor.user, at=AT,
        )  # fmt: skip
        guarantee.consent_text = "I stand for this loan."
        LoanParty.objects.create(
            application=application, member=guarantor, stand=LoanParty.Stand.INTERESTED, why="stands for it"
        )
    if status != GuaranteeStatus.REQUESTED:
        guarantee.status, guarantee.decided_at = status, AT
        guarantee.save(update_fields=["status", "decided_at", "hold", "consent_text"])
    return guarantee


def cast_votes(application: LoanApplication, *, yes: int = 3, no: int = 0) -> list[Member]:
    """Let new committee members vote in the open sitting; returns them."""
    voters = [make_member(roles=("member", "committee")) for _ in range(yes + no)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM committee_sitting WHERE status = 'open'")
        sitting = cursor.fetchone()
        if sitting is None:
            cursor.execute(
                "INSERT INTO committee_sitting (number, held_on, status, opened_by_id, opened_at, minutes) "
                "VALUES (%s, %s, 'open', %s, %s, '') RETURNING id",
                [f"SIT/{next(_numbers)}", TODAY, voters[0].user_id, AT],
            )
            sitting = cursor.fetchone()
        for place, voter in enumerate(voters):
            choice, reason = ("approve", "") if place < yes else ("decline", "Too much")
            cursor.execute(
                "INSERT INTO committee_vote (application_id, sitting_id, voter_id, choice, reason, cast_at) "
                "VALUES (%s, %s, %s, %s, %s, %s)",
                [application.pk, sitting[0], voter.pk, choice, reason, AT],
            )
    return voters


@transaction.atomic
def approve(application: LoanApplication, *, amount: Decimal | None = None, by: User | None = None) -> LoanApproval:
    """A quorum votes yes and the approval is written; the application's status is left as it is."""
    voters = cast_votes(application, yes=application.quorum)
    return LoanApproval.objects.create(
        application=application, amount=amount or application.amount, term_months=application.term_months,
        approved_at=AT, approved_by=by or voters[0].user,
    )  # fmt: skip


@transaction.atomic
def make_running_loan(
    *, member: Member, product: str = "normal", principal: Decimal | str = "100000", owed: Decimal | str | None = None,
    instalment: Decimal | str = "9000", term_months: int = 12, status: str = LoanStatus.ACTIVE,
) -> Loan:  # fmt: skip
    """A loan that came with the society's books, owed and with one stored instalment for the whole of it.

    It is for what a running loan means to a member's limits; loans with real schedules are `register_loan`'s.
    """
    number = next(_numbers)
    version = make_product_rules()[product]
    owed = Decimal(principal if owed is None else owed)
    opened = open_sub_accounts(under=account(version.product.control_code), owners=[(f"T{number}", member.surname)])[0]
    loan = Loan.objects.create(
        serial=f"OLD/2025/{number:04}", serial_year=2025, serial_number=number, origin=LoanOrigin.OPENING,
        member=member, product=version.product, version=version, principal=Decimal(principal),
        annual_rate_percent=version.annual_rate_percent, method=version.method, term_months=term_months,
        instalment=Decimal(instalment), granted_on=date(2025, 11, 1), registered_on=date(2025, 11, 1),
        scheduled_principal=owed, status=status, account=opened,
    )  # fmt: skip
    loan.installments.create(number=1, due_on=date(2027, 10, 28), principal=owed, interest=Decimal("0.00"))
    if status == LoanStatus.ACTIVE:
        post_entry(
            reference=f"test/loan/{number}", kind="test.loan", narration="Lent", on=TODAY, by=None,
            lines=[debit(opened.pk, owed), credit(account(chart.BANK).pk, owed)],
        )  # fmt: skip
    return loan
