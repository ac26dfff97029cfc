"""The society's own books in: looked at, proposed by one person, posted by another as one batch, undone as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from audit.services import record
from audit.transitions import transition, transition_many
from core.display import naira
from core.workbooks import Workbook, read_workbook
from ledger import chart
from ledger.entries import Draft
from ledger.models import Hold, JournalEntry, JournalLine
from ledger.services import accounts_by_code, post_entries, reverse_entries
from loans.models import LoanApplication
from loans.services.takeover import RunningLoan, take_back_loans, take_over_loans
from loans.states import ApplicationStatus
from members.models import Employer, Member
from members.services import Contribution, NewMember, admit_members, post_contributions
from members.states import MemberStatus
from onboarding import postings
from onboarding.analysis import analyse
from onboarding.books import Analysis, KnownEmployer, MemberRow, Rules
from onboarding.errors import ApprovedByItsProposer, BooksAlreadyIn, MemberInRegister, StillBlocked, UsedSince
from onboarding.mapping import Mapping
from onboarding.models import BookImport, ImportedMember
from onboarding.proposing import propose_mapping
from onboarding.states import ImportStatus
from users.models import User

NOTHING = Decimal("0.00")
NO_EMPLOYER = ("NONE", "No employer yet")


def look_at(*, data: bytes, file_name: str, mapping: Mapping | None = None) -> tuple[Workbook, Mapping, Analysis]:
    """Read a workbook and say all that is in it and wrong with it; nothing is stored.

    Without a mapping the one that we propose is used. Raises WorkbookRefused, MappingInvalid.
    """
    workbook = read_workbook(data, filename=file_name)
    mapping = mapping or propose_mapping(workbook)
    return workbook, mapping, analyse(workbook, mapping, known_rules())


def known_rules() -> Rules:
    """What this site knows before it reads a workbook: its employers."""
    return Rules(
        employers=tuple(
            KnownEmployer(employer.code, employer.name, tuple(employer.aliases))
            for employer in Employer.objects.order_by("pk")
        )
    )


@transaction.atomic
def bring_books(*, data: bytes, file_name: str, by: User, at: datetime) -> BookImport:
    """Keep a workbook with the mapping that we propose and its dry run; nothing is posted.

    Raises WorkbookRefused, and nothing is kept then.
    """
    workbook, mapping, analysis = look_at(data=data, file_name=file_name)
    book_import = BookImport.objects.create(
        file_name=file_name[:160],
        file_hash=workbook.sha256,
        data=data,
        mapping=mapping.to_json(),
        findings=analysis.to_json(),
        as_at=analysis.as_at,
        brought_by=by,
        brought_at=at,
    )
    record("onboarding.bookimport.brought", by=by, subject=book_import, at=at, file_hash=workbook.sha256)
    return book_import


@transaction.atomic
def change_mapping(*, book_import: BookImport, mapping: Mapping, by: User, at: datetime) -> BookImport:
    """Read the workbook again under another mapping; a proposal is taken back by it.

    Raises MappingInvalid, and IllegalTransition when it is posted or dropped.
    """
    book_import = _locked(book_import)
    if book_import.status != ImportStatus.DRAFT:
        transition(book_import, ImportStatus.DRAFT, by=by, at=at, proposed_by=None, proposed_at=None)
    _, _, analysis = look_at(data=bytes(book_import.data), file_name=book_import.file_name, mapping=mapping)
    book_import.mapping, book_import.findings = mapping.to_json(), analysis.to_json()
    book_import.as_at = analysis.as_at
    book_import.save(update_fields=["mapping", "findings", "as_at"])
    record("onboarding.bookimport.mapped", by=by, subject=book_import, at=at)
    return book_import


@transaction.atomic
def propose_books(*, book_import: BookImport, by: User, at: datetime) -> BookImport:
    """Say that these books are right as they are read; a second person has to agree before they are posted.

    Raises StillBlocked while a problem leaves nothing safe to post.
    """
    book_import = _locked(book_import)
    _refuse_blocked(_read_again(book_import))
    return transition(book_import, ImportStatus.PROPOSED, by=by, at=at, proposed_by=by, proposed_at=at)


@transaction.atomic
def drop_books(*, book_import: BookImport, by: User, at: datetime) -> BookImport:
    """Put a workbook aside that is not to be posted."""
    return transition(book_import, ImportStatus.DROPPED, by=by, at=at)


@transaction.atomic
def post_books(*, book_import: BookImport, by: User, at: datetime) -> BookImport:
    """Put the proposed books in: members, their opening balances, running loans, and the trial balance's own accounts.

    All stands against the opening differences, on the day of the books, as one batch. Raises ApprovedByItsProposer,
    StillBlocked, BooksAlreadyIn, MemberInRegister, and what `loans.take_over_loans` refuses; nothing is posted then.
    """
    book_import = _locked(book_import)
    if book_import.proposed_by_id == by.pk:
        raise ApprovedByItsProposer()
    analysis = _read_again(book_import)
    _refuse_blocked(analysis)
    if BookImport.objects.filter(status=ImportStatus.POSTED).exists():
        raise BooksAlreadyIn()
    try:
        with transaction.atomic():
            transition(
                book_import, ImportStatus.POSTED, by=by, at=at,
                approved_by=by, approved_at=at, as_at=analysis.as_at, findings=analysis.to_json(),
            )  # fmt: skip
    except IntegrityError as refused:
        raise BooksAlreadyIn() from refused
    members = _enter_members(book_import, analysis, by, at)
    difference = accounts_by_code(chart.OPENING_DIFFERENCE)[chart.OPENING_DIFFERENCE]
    _open_balances(book_import, analysis, members, difference, by)
    take_over_loans(
        rows=[
            RunningLoan(
                serial=row.number,
                member_id=members[row.member].pk,
                product_code=row.type,
                granted_on=row.granted_on,
                principal=row.amount,
                annual_rate_percent=row.rate,
                term_months=row.tenor,
                instalment=row.instalment,
                months_paid=row.months_paid,
                balance=row.balance,
                guarantor_ids=tuple(members[number].pk for number in row.guarantors),
                method=row.method,
            )
            for row in analysis.loans
            if row.balance
        ],
        against_account_id=difference,
        by=by,
        on=analysis.as_at,
        at=at,
        batch=book_import.batch,
    )
    _open_trial_balance(book_import, analysis, difference, by)
    return book_import


def _locked(book_import: BookImport) -> BookImport:
    return BookImport.objects.select_for_update(of=("self",)).get(pk=book_import.pk)


def _read_again(book_import: BookImport) -> Analysis:
    mapping = Mapping.from_json(book_import.mapping)
    return look_at(data=bytes(book_import.data), file_name=book_import.file_name, mapping=mapping)[2]


def _refuse_blocked(analysis: Analysis) -> None:
    blocking = analysis.blocking
    if blocking:
        first = blocking[0]
        where = f"{first.sheet}, row {first.row}: " if first.row else ""
        more = f" There are {len(blocking) - 1} more such places." if len(blocking) > 1 else ""
        raise StillBlocked(f"{where}{first.message}{more}")


def _enter_members(book_import: BookImport, analysis: Analysis, by: User, at: datetime) -> dict[str, Member]:
    """The members of the workbook by their numbers: new ones admitted, those of an undone import taken back in."""
    employers = _employers(analysis)
    known = {
        member.number: member
        for member in Member.objects.filter(number__in=[row.number for row in analysis.members]).select_for_update()
    }
    standing = sorted(number for number, member in known.items() if member.status != MemberStatus.CANCELLED)
    if standing:
        raise MemberInRegister(f"Member {standing[0]} is in the register already. Take his row out of the workbook.")
    fresh = [row for row in analysis.members if row.number not in known]
    admitted = admit_members(
        rows=[
            NewMember(
                number=row.number, surname=row.surname, other_names=row.other_names, employer=employers[row.employer],
                **_details(row, analysis.as_at),
            )
            for row in fresh
        ],
        by=by, at=at,
    )  # fmt: skip
    _take_back_in([row for row in analysis.members if row.number in known], known, employers, analysis.as_at, by, at)
    members = known | {member.number: member for member in admitted}
    ImportedMember.objects.bulk_create(
        ImportedMember(book_import=book_import, member=members[row.number], row=row.row) for row in analysis.members
    )
    return members


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
    Member.objects.bulk_update(
        known.values(),
        [
            "surname", "other_names", "employer", "staff_number", "claimed_staff_number", "phone", "email", "joined_on",
            "monthly_savings", "monthly_christmas",
        ],
        batch_size=500,
    )  # fmt: skip
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
        known[""] = Employer.objects.get_or_create(code=code, defaults={"name": name})[0]
    return known


def _free_code(wish: str, taken: set[str]) -> str:
    base = "".join(letter for letter in wish.upper() if letter.isalnum())[:9] or "E"
    return next(code for code in (base, *(f"{base}{n}" for n in range(2, 1000))) if code not in taken)


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


def _open_trial_balance(book_import: BookImport, analysis: Analysis, difference: int, by: User) -> None:
    accounts = accounts_by_code(*postings.GENERAL.values())
    drafts = [
        Draft(
            f"{book_import.batch}/trial-balance/{line.sheet}/{line.row}"[:120],
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


@transaction.atomic
def undo_books(*, book_import: BookImport, reason: str, by: User, on: date, at: datetime) -> BookImport:
    """Undo an import as a whole: every entry mirrored, guarantors free, loans cancelled, members out of the register.

    Raises UsedSince when anything was done with the imported members or loans after the import; take that back first.
    """
    book_import = _locked(book_import)
    transition(book_import, ImportStatus.UNDONE, by=by, at=at, undone_by=by, undone_at=at, undo_reason=reason)
    members = Member.objects.filter(pk__in=book_import.imported.values("member_id"))
    _refuse_used(book_import, members)
    take_back_loans(batch=book_import.batch, reason=reason, by=by, on=on, at=at)
    entries = JournalEntry.objects.filter(
        batch=book_import.batch, kind__in=[postings.OPENING, postings.TRIAL_BALANCE], reversed_by__isnull=True
    )
    reverse_entries(
        entries=entries.order_by("pk"), prefix="undo/", reason=reason, on=on, by=by, batch=book_import.batch
    )
    transition_many(members, MemberStatus.CANCELLED, by=by, at=at)
    # A number that no member bears any more is free for the next import.
    members.update(staff_number="", claimed_staff_number="")
    return book_import


def _refuse_used(book_import: BookImport, members) -> None:
    own = members.values_list("savings_account", "voluntary_account", "christmas_account", "shares_account")
    accounts = [pk for row in own for pk in row]
    later = (
        JournalLine.objects.filter(account_id__in=accounts)
        .exclude(entry__batch=book_import.batch)
        .filter(entry__reversed_by__isnull=True, entry__reverses__isnull=True)
        .select_related("entry")
        .first()
    )
    if later is not None:
        raise UsedSince(
            f"{later.entry.narration} ({naira(later.debit or later.credit)}) was posted after the import. "
            "Reverse it first."
        )
    open_application = LoanApplication.objects.filter(member__in=members).exclude(
        status__in=[ApplicationStatus.DRAFT, ApplicationStatus.WITHDRAWN, ApplicationStatus.DECLINED]
    )
    if open_application.exists():
        raise UsedSince(f"{open_application[0].number} was sent in after the import. It must be withdrawn first.")
    held = Hold.objects.live().filter(account_id__in=accounts).exclude(guarantee__loan__origin="opening")
    if held.exists():
        raise UsedSince("Savings of an imported member are held for something new. Take that back first.")
