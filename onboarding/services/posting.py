"""The proposed books put in by a second person: members, balances, loans and the trial balance, as one batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from audit.transitions import transition, transition_many
from engine.money import round_to
from ledger import chart
from ledger.entries import Draft
from ledger.services import accounts_by_code, post_entries
from loans.services.takeover import RunningLoan, take_over_loans
from members.models import Employer, Member
from members.services import Contribution, NewMember, admit_members, post_contributions
from members.states import MemberStatus
from onboarding import postings
from onboarding.books import Analysis, LoanRow, MemberRow
from onboarding.errors import ApprovedByItsProposer, BooksAlreadyIn, MemberInRegister, ReadsDifferently
from onboarding.models import BookImport, ImportedMember
from onboarding.services.imports import day_of, differs, locked, one_at_a_time
from onboarding.services.reading import read_again, refuse_blocked
from onboarding.states import ImportStatus
from users.models import User

NO_EMPLOYER = ("NONE", "No employer yet")
# What of a member who comes back the workbook decides.
TAKEN_OVER = [
    "surname", "other_names", "employer", "staff_number", "claimed_staff_number", "phone", "email", "joined_on",
    "monthly_savings", "monthly_christmas",
]  # fmt: skip
RATE_STEP = Decimal("0.001")  # as a loan keeps its rate


def post_books(*, book_import: BookImport, by: User, at: datetime, on: date | None = None) -> BookImport:
    """Put the proposed books in: members, their opening balances, running loans, and the trial balance's own accounts.

    All stands against the opening differences, on the day of the books, as one batch. `on` is the business date, the
    day of `at` where it is not said. Raises ApprovedByItsProposer, StillBlocked, BooksAlreadyIn, MemberInRegister,
    BeingPosted, ReadsDifferently when the workbook says something else now than what was proposed, IllegalTransition
    when it was not proposed, and what `take_over_loans` refuses; nothing is posted then.
    """
    refuse_to_approve(book_import, by=by)
    reading = read_again(book_import, on=on or day_of(at))
    analysis = reading.analysis
    with transaction.atomic():
        one_at_a_time()
        book_import = locked(book_import)
        refuse_to_approve(book_import, by=by)
        refuse_blocked(analysis)
        if differs(book_import, reading):
            raise ReadsDifferently()
        _mark_posted(book_import, analysis, by, at)
        members = _enter_members(book_import, analysis, by, at)
        difference = accounts_by_code(chart.OPENING_DIFFERENCE)[chart.OPENING_DIFFERENCE]
        _open_balances(book_import, analysis, members, difference, by)
        take_over_loans(
            rows=[_running(row, members) for row in analysis.loans],
            against_account_id=difference,
            by=by,
            on=analysis.as_at,
            at=at,
            batch=book_import.batch,
        )
        _open_trial_balance(book_import, analysis, difference, by)
    return book_import


def refuse_to_approve(book_import: BookImport, *, by: User) -> None:
    """What can be refused before the workbook is read: one's own proposal, and books that are in already."""
    if book_import.proposed_by_id == by.pk:
        raise ApprovedByItsProposer()
    if BookImport.objects.filter(status=ImportStatus.POSTED).exists():
        raise BooksAlreadyIn()


def _mark_posted(book_import: BookImport, analysis: Analysis, by: User, at: datetime) -> None:
    try:
        with transaction.atomic():
            transition(
                book_import, ImportStatus.POSTED, by=by, at=at, approved_by=by, approved_at=at, as_at=analysis.as_at
            )
    except IntegrityError as refused:
        if refused.__cause__.diag.constraint_name == "onboarding_one_posted":
            raise BooksAlreadyIn() from refused
        raise


# Members --------------------------------------------------------------------------------------------------------------


def _enter_members(book_import: BookImport, analysis: Analysis, by: User, at: datetime) -> dict[str, Member]:
    """The members of the workbook by their numbers: new ones admitted, those of an undone import taken back in."""
    employers = _employers(analysis)
    numbers = [row.number for row in analysis.members]
    known = {
        member.number: member
        for member in Member.objects.filter(number__in=numbers).order_by("pk").select_for_update(of=("self",))
    }
    back = [row for row in analysis.members if row.number in known]
    _refuse_others(back, known)
    _refuse_staff_numbers(analysis, employers)
    admitted = admit_members(
        rows=[
            NewMember(
                number=row.number, surname=row.surname, other_names=row.other_names, employer=employers[row.employer],
                **_details(row, analysis.as_at),
            )
            for row in analysis.members if row.number not in known
        ],
        by=by, at=at,
    )  # fmt: skip
    _take_back_in(back, known, employers, analysis.as_at, by, at)
    members = known | {member.number: member for member in admitted}
    ImportedMember.objects.bulk_create(
        ImportedMember(book_import=book_import, member=members[row.number], row=row.row) for row in analysis.members
    )
    return members


def _refuse_others(rows: Sequence[MemberRow], known: dict[str, Member]) -> None:
    """Only a member of an import that was undone is taken back in, and only as the person that he was."""
    for row in sorted(rows, key=lambda row: row.number):
        member = known[row.number]
        if member.status != MemberStatus.CANCELLED:
            raise MemberInRegister(f"Member {row.number} is in the register already. Take his row out of the workbook.")
        if member.user_id and member.name != row.name:
            raise MemberInRegister(
                f"{row.number} was {member.name} before, who has a sign-in. {row.name} needs another member number."
            )


def _refuse_staff_numbers(analysis: Analysis, employers: dict[str, Employer]) -> None:
    """A staff number of the workbook that somebody in the register bears needs a person to decide."""
    numbers = {row.staff_number for row in analysis.members if row.staff_number}
    standing = {
        (member.employer_id, member.staff_number): member
        for member in Member.objects.filter(staff_number__in=numbers).order_by("pk")
    }
    for row in analysis.members:
        holder = standing.get((employers[row.employer].pk, row.staff_number)) if row.staff_number else None
        if holder is not None:
            raise MemberInRegister(
                f"Staff number {row.staff_number} of {row.name} ({row.number}) belongs to {holder.name} "
                f"({holder.number}) in the register. Correct one of them."
            )


def _details(row: MemberRow, as_at: date) -> dict:
    return {
        "staff_number": row.staff_number,
        "claimed_staff_number": row.claimed_staff_number,
        "phone": row.phone,
        "email": row.email,
        # Nobody is given years of membership that the books do not show.
        "joined_on": row.joined_on or as_at,
        "monthly_savings": row.monthly_savings,
        "monthly_christmas": row.monthly_christmas,
    }


def _take_back_in(
    rows: Sequence[MemberRow],
    known: dict[str, Member],
    employers: dict[str, Employer],
    as_at: date,
    by: User,
    at: datetime,
) -> None:
    for row in rows:
        member = known[row.number]
        member.surname, member.other_names, member.employer = row.surname, row.other_names, employers[row.employer]
        for name, value in _details(row, as_at).items():
            setattr(member, name, value)
    # As an upsert: what bulk_update writes instead, a case for each member and field, takes ten times as long.
    Member.objects.bulk_create(
        known.values(), update_conflicts=True, unique_fields=["id"], update_fields=TAKEN_OVER, batch_size=1_000
    )
    cancelled = Member.objects.filter(pk__in=[member.pk for member in known.values()])
    for member in transition_many(cancelled, MemberStatus.ACTIVE, by=by, at=at):
        known[member.number] = member


def _employers(analysis: Analysis) -> dict[str, Employer]:
    """The employers of the workbook by the name under which its rows have them; new ones are entered."""
    known = {employer.name: employer for employer in Employer.objects.all()}
    codes = {employer.code for employer in known.values()}
    for found in analysis.employers:
        if found.name not in known:
            code = _free_code(found.code or found.name, codes)
            known[found.name] = Employer.objects.create(code=code, name=found.name, aliases=found.spellings)
            codes.add(code)
    if any(not row.employer for row in analysis.members):
        code, name = NO_EMPLOYER
        known[""] = known.get(name) or Employer.objects.create(code=_free_code(code, codes), name=name)
    return known


def _free_code(wish: str, taken: set[str]) -> str:
    base = "".join(letter for letter in wish.upper() if letter.isalnum())[:9] or "E"
    return next(code for code in (base, *(f"{base}{n}" for n in range(2, 1000))) if code not in taken)


# Money ----------------------------------------------------------------------------------------------------------------


def _open_balances(
    book_import: BookImport, analysis: Analysis, members: dict[str, Member], difference: int, by: User
) -> None:
    opening = [
        Contribution(
            members[row.number].pk,
            f"{book_import.batch}/member/{row.number}",
            "Balance brought in from the old books",
            savings=row.savings,
            christmas=row.christmas,
            voluntary=row.voluntary,
            shares=row.shares,
        )
        for row in analysis.members
    ]
    post_contributions(
        contributions=[one for one in opening if one.total],
        from_account_id=difference,
        on=analysis.as_at,
        by=by,
        batch=book_import.batch,
        kind=postings.OPENING,
    )


def _running(row: LoanRow, members: dict[str, Member]) -> RunningLoan:
    return RunningLoan(
        serial=row.number,
        member_id=members[row.member].pk,
        product_code=row.type,
        granted_on=row.granted_on,
        principal=row.amount,
        annual_rate_percent=round_to(row.rate, RATE_STEP),
        term_months=row.tenor,
        instalment=row.instalment,
        months_paid=row.months_paid,
        balance=row.balance,
        guarantor_ids=tuple(members[number].pk for number in row.guarantors),
        method=row.method,
    )


def _open_trial_balance(book_import: BookImport, analysis: Analysis, difference: int, by: User) -> None:
    accounts = accounts_by_code(*postings.GENERAL.values())
    drafts = [
        Draft(
            f"{book_import.batch}/trial-balance/{line.sheet}/{line.row}",
            postings.TRIAL_BALANCE,
            f"{line.account}, brought in from the trial balance"[:200],
            analysis.as_at,
            postings.trial_line(
                accounts[postings.GENERAL[line.kind]], difference, debit_amount=line.debit, credit_amount=line.credit
            ),
            book_import.batch,
        )
        for line in analysis.trial_balance
        if line.kind in postings.GENERAL and (line.debit or line.credit)
    ]
    post_entries(drafts=drafts, by=by)
