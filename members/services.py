"""The members' verbs: admit, change, invite, take contributions, pay savings out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from audit.services import record, record_many
from audit.transitions import transition
from core.money import naira
from ledger import chart
from ledger.entries import Draft
from ledger.errors import NotEnoughFree
from ledger.models import HoldPurpose
from ledger.services import (
    account,
    accounts_by_code,
    lock_accounts,
    open_sub_accounts,
    place_hold,
    post_entries,
    post_entry,
    release_hold,
)
from members import postings
from members.errors import (
    AccountLinked,
    NotActive,
    NotEnoughSavings,
    NothingToContribute,
    NotYourSavings,
    NumberTaken,
    SamePerson,
)
from members.models import Employer, Member, Withdrawal
from members.states import MemberStatus, WithdrawalStatus
from notifications.services import notify
from users.errors import NotToYourself
from users.models import Invitation, User
from users.roles import Role
from users.services import grant_role, invite

NOTHING = Decimal("0.00")
OWN_ACCOUNTS = {
    "savings_account": chart.SAVINGS,
    "voluntary_account": chart.VOLUNTARY_SAVINGS,
    "christmas_account": chart.CHRISTMAS_SAVINGS,
    "shares_account": chart.SHARES,
}


@dataclass(frozen=True, slots=True)
class NewMember:
    """A person to be admitted; amounts are naira a month."""

    number: str
    surname: str
    other_names: str
    employer: Employer
    joined_on: date
    staff_number: str = ""
    claimed_staff_number: str = ""
    phone: str = ""
    email: str = ""
    monthly_savings: Decimal = NOTHING
    monthly_christmas: Decimal = NOTHING
    monthly_pay: Decimal | None = None
    other_deductions: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Contribution:
    """Money that a member paid in, by the account it goes to; `reference` makes it happen once."""

    member_id: int
    reference: str
    narration: str
    savings: Decimal = NOTHING
    christmas: Decimal = NOTHING
    voluntary: Decimal = NOTHING
    shares: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        return self.savings + self.christmas + self.voluntary + self.shares


def admit_member(*, row: NewMember, by: User | None, at: datetime) -> Member:
    """Enter one person in the register; raises NumberTaken."""
    return admit_members(rows=[row], by=by, at=at)[0]


@transaction.atomic
def admit_members(*, rows: Sequence[NewMember], by: User | None, at: datetime) -> list[Member]:
    """Enter people in the register, each with four accounts at nil, in a few statements whatever their number.

    Raises NumberTaken when a member number is in the register, or a staff number with the same employer; nobody is
    admitted then.
    """
    taken = set(Member.objects.filter(number__in=[row.number for row in rows]).values_list("number", flat=True))
    if taken:
        raise NumberTaken(f"Member number {sorted(taken)[0]} is in the register already. Give another number.")
    opened = {
        field: open_sub_accounts(
            under=account(code), owners=[(row.number, f"{row.surname} {row.other_names}") for row in rows]
        )
        for field, code in OWN_ACCOUNTS.items()
    }
    members = [
        Member(
            number=row.number,
            surname=row.surname,
            other_names=row.other_names,
            employer=row.employer,
            staff_number=row.staff_number,
            claimed_staff_number=row.claimed_staff_number,
            phone=row.phone,
            email=row.email,
            joined_on=row.joined_on,
            monthly_savings=row.monthly_savings,
            monthly_christmas=row.monthly_christmas,
            monthly_pay=row.monthly_pay,
            other_deductions=row.other_deductions,
            **{field: accounts[index] for field, accounts in opened.items()},
        )
        for index, row in enumerate(rows)
    ]
    try:
        with transaction.atomic():
            Member.objects.bulk_create(members)
    except IntegrityError as refused:
        if refused.__cause__.diag.constraint_name == "members_staff_number_once":
            raise NumberTaken("Two members of one employer cannot have the same staff number.") from refused
        raise
    record_many("members.member.admitted", by=by, subjects=members, at=at)
    return members


@transaction.atomic
def enter_pay(*, member: Member, monthly_pay: Decimal, other_deductions: Decimal, by: User, at: datetime) -> Member:
    """Write down what a member earns a month and what else is taken from it, as his pay slip says."""
    member.monthly_pay, member.other_deductions = monthly_pay, other_deductions
    member.save(update_fields=["monthly_pay", "other_deductions"])
    record("members.member.pay_entered", by=by, subject=member, at=at)
    return member


@transaction.atomic
def change_monthly_saving(*, member: Member, savings: Decimal, christmas: Decimal, by: User, at: datetime) -> Member:
    """Change what a member saves each month, from the next deduction schedule on."""
    before = {"savings": str(member.monthly_savings), "christmas": str(member.monthly_christmas)}
    member.monthly_savings, member.monthly_christmas = savings, christmas
    member.save(update_fields=["monthly_savings", "monthly_christmas"])
    record(
        "members.member.saving_changed", by=by, subject=member, at=at,
        before=before, savings=str(savings), christmas=str(christmas),
    )  # fmt: skip
    return member


@transaction.atomic
def settle_staff_number(*, member: Member, staff_number: str, by: User, at: datetime) -> Member:
    """Decide a member's staff number, as when the register gave one number to two people.

    Raises NumberTaken when another member of the same employer has it.
    """
    others = Member.objects.filter(employer_id=member.employer_id, staff_number=staff_number).exclude(pk=member.pk)
    if staff_number and others.exists():
        raise NumberTaken(f"Staff number {staff_number} belongs to {others[0].name}.", field="staff_number")
    member.staff_number, member.claimed_staff_number = staff_number, ""
    member.save(update_fields=["staff_number", "claimed_staff_number"])
    record("members.member.staff_number_settled", by=by, subject=member, at=at, staff_number=staff_number)
    return member


@transaction.atomic
def invite_member(*, member: Member, by: User, at: datetime) -> tuple[Invitation, str]:
    """Make a member's way in: the invitation with its link's token, and the code for paper, both shown this once.

    His account is made here when he has none; he chooses e-mail and password when he claims it.
    """
    if member.status != MemberStatus.ACTIVE:
        raise NotActive()
    member = Member.objects.select_for_update().get(pk=member.pk)
    if member.user_id is None:
        member.user = User.objects.create_user(full_name=member.name, sign_in_number=member.number, is_active=False)
        member.save(update_fields=["user"])
    return invite(user=member.user, by=by, at=at)


@transaction.atomic
def link_account(*, member: Member, user: User, by: User, at: datetime) -> Member:
    """Say which sign-in is a member's own, as when an officer is in the register too; he is a member by it.

    Raises AccountLinked when either of them belongs to somebody else, NotToYourself when he would link himself.
    """
    if user.pk == by.pk:
        raise NotToYourself("Someone else must say that you are this member.")
    member = Member.objects.select_for_update().get(pk=member.pk)
    if member.user_id == user.pk:
        return member
    if member.user_id is not None or Member.objects.filter(user=user).exists():
        raise AccountLinked()
    member.user = user
    member.save(update_fields=["user"])
    record("members.member.account_linked", by=by, subject=member, at=at, user=user.pk)
    if not user.has_role(Role.MEMBER):
        grant_role(user=user, role=Role.MEMBER, by=by, at=at)
    return member


def _tell_member(*, member: Member, event: str, subject: str, body: str) -> None:
    """Tell a member something once; one who has not claimed his account yet has nowhere to be told."""
    if member.user is not None:
        notify(user=member.user, event=event, subject=subject, body=body)


@transaction.atomic
def post_contributions(
    *,
    contributions: Sequence[Contribution],
    from_account_id: int,
    on: date,
    by: User | None,
    batch: str = "",
    kind: str = "members.contribution",
) -> dict[str, int]:
    """Credit what members paid in, one entry each, in a few statements; returns the entries by reference.

    `from_account_id` is where the money stands now: the bank, the cash box, or the unallocated remittances.
    """
    if any(contribution.total <= 0 for contribution in contributions):
        raise NothingToContribute()
    members = Member.objects.in_bulk([contribution.member_id for contribution in contributions])
    drafts = [
        Draft(
            contribution.reference,
            kind,
            contribution.narration,
            on,
            postings.contribution(
                members[contribution.member_id],
                from_account_id,
                savings=contribution.savings,
                christmas=contribution.christmas,
                voluntary=contribution.voluntary,
                shares=contribution.shares,
            ),
            batch,
        )
        for contribution in contributions
    ]
    return post_entries(drafts=drafts, by=by)


@transaction.atomic
def request_withdrawal(
    *, member: Member, amount: Decimal, keep: Decimal = NOTHING, by: User, at: datetime
) -> Withdrawal:
    """Ask for part of one's savings; it is held at once, so that it cannot be promised or drawn again.

    `keep` is what must stay beside what is held already: `loans.services.withdrawals` gives what the member still owes.
    Raises NotYourSavings, NotActive, NotEnoughSavings.
    """
    if member.user_id != by.pk:
        raise NotYourSavings()
    if member.status != MemberStatus.ACTIVE:
        raise NotActive()
    locked = lock_accounts(ids=[member.savings_account_id])[member.savings_account_id]
    free = max(locked.free - keep, NOTHING)
    if amount > free:
        raise NotEnoughSavings(
            f"You can draw {naira(free)} or less: the rest stays for loans, your own and those you promised for."
        )
    sequence = Withdrawal.objects.filter(member=member).count() + 1
    try:
        hold = place_hold(
            account_id=member.savings_account_id,
            amount=amount,
            purpose=HoldPurpose.WITHDRAWAL,
            reference=f"withdrawal/{member.number}/{sequence}",
            by=by,
            at=at,
        )
    except NotEnoughFree as refused:
        raise NotEnoughSavings(refused.message) from refused
    withdrawal = Withdrawal.objects.create(member=member, amount=amount, hold=hold, requested_by=by, requested_at=at)
    record("members.withdrawal.requested", by=by, subject=withdrawal, at=at, amount=str(amount))
    return withdrawal


@transaction.atomic
def pay_withdrawal(*, withdrawal: Withdrawal, bank_reference: str, by: User, on: date, at: datetime) -> Withdrawal:
    """Pay a member the savings that he asked for, by somebody else. Raises SamePerson, IllegalTransition."""
    if withdrawal.requested_by_id == by.pk:
        raise SamePerson()
    withdrawal = Withdrawal.objects.select_for_update().select_related("member", "hold").get(pk=withdrawal.pk)
    if withdrawal.status == WithdrawalStatus.REQUESTED:
        release_hold(hold=withdrawal.hold, by=by, at=at)
    entry = post_entry(
        reference=withdrawal.hold.reference,
        kind="members.withdrawal",
        narration=f"Savings paid out, {bank_reference}",
        on=on,
        lines=postings.withdrawal(withdrawal.member, accounts_by_code(chart.BANK)[chart.BANK], withdrawal.amount),
        by=by,
    )
    transition(withdrawal, WithdrawalStatus.PAID, by=by, at=at, entry=entry, decided_by=by, decided_at=at)
    _tell_member(
        member=withdrawal.member,
        event=f"withdrawal/{withdrawal.pk}/paid",
        subject="Your savings were paid out",
        body=f"We paid you {naira(withdrawal.amount)} from your savings. Bank reference: {bank_reference}.",
    )
    return withdrawal


@transaction.atomic
def decline_withdrawal(*, withdrawal: Withdrawal, reason: str, by: User, at: datetime) -> Withdrawal:
    """Say no to a withdrawal, with the reason; what was held is free again."""
    transition(withdrawal, WithdrawalStatus.DECLINED, by=by, at=at, decided_by=by, decided_at=at, reason=reason)
    release_hold(hold=withdrawal.hold, by=by, at=at)
    _tell_member(
        member=withdrawal.member,
        event=f"withdrawal/{withdrawal.pk}/declined",
        subject="We could not pay out your savings",
        body=f"You asked for {naira(withdrawal.amount)}. We said no: {reason}",
    )
    return withdrawal
