"""Returns, their exceptions and one line's money, and whose a line may be."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import DecimalField, Exists, F, Func, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from loans.models import Loan
from loans.selectors.told_again import standing_in_place_of
from members.models import Member
from reconciliation.models import DeductionLine, ElementKind, Remittance, RemittanceLine, RemittancePart
from reconciliation.selectors.totals import TO_MEMBERS

NOTHING = Decimal("0.00")
MONEY = DecimalField(max_digits=14, decimal_places=2)


def standing() -> QuerySet[Remittance]:
    """Returns as their own pages name them: whose, by whom, with how many remarks; what the file said is left out."""
    return (
        Remittance.objects.standing()
        .select_related("schedule__employer")
        .defer("problems", "layout", "schedule__employer__return_layout", "schedule__employer__aliases")
        .annotate(
            remarks=Func(F("problems"), function="jsonb_array_length", output_field=IntegerField()),
            importer=F("imported_by__full_name"),
            poster=F("posted_by__full_name"),
        )
    )


def remittances() -> QuerySet[Remittance]:
    """All returns that stand, newest first."""
    return (
        Remittance.objects.standing()
        .select_related("schedule__employer")
        .defer("problems", "layout")
        .order_by("-schedule__month", "-pk")
    )


def exceptions(remittance: Remittance) -> QuerySet[RemittanceLine]:
    """Every line that is not simply what was asked for, in the order of the file."""
    return (
        remittance.lines.exclude(cause="exact", state__in=TO_MEMBERS)
        .select_related("member", "suspense")
        .order_by("position")
    )


def parts_of(line: RemittanceLine) -> list[RemittancePart]:
    """Where the money of a posted line went; `stands` is the payment that took the place of one told again since."""
    parts = list(line.postings.select_related("loan", "entry").order_by("pk"))
    _mark_told_again(parts)
    return parts


def told_again(remittance_id: int) -> list[RemittancePart]:
    """The loan payments of a return that were posted anew since, in the order of its rows, each with what `stands`."""
    parts = list(
        RemittancePart.objects.filter(
            line__remittance=remittance_id, kind=ElementKind.LOAN, entry__repayment__reversed_by_entry__isnull=False
        )
        .select_related("line__member", "loan")
        .order_by("line__position", "pk")
    )
    _mark_told_again(parts)
    return [part for part in parts if part.stands]


def _mark_told_again(parts: list[RemittancePart]) -> None:
    stands = standing_in_place_of(part.entry_id for part in parts if part.loan_id)
    for part in parts:
        part.stands = stands.get(part.entry_id)


def candidates(remittance: Remittance, words: str) -> QuerySet[Member]:
    """Members of the return's employer whom these words mean, with what was asked of each and whether he has a line."""
    asked = DeductionLine.objects.filter(schedule=remittance.schedule_id, member=OuterRef("pk"))
    return (
        Member.objects.active().filter(employer=remittance.schedule.employer_id)
        .search(words)
        .annotate(
            asked=Coalesce(Subquery(asked.values("total")[:1]), Value(NOTHING), output_field=MONEY),
            has_line=Exists(remittance.lines.for_members().filter(member=OuterRef("pk"))),
        )
        .order_by("number")
    )  # fmt: skip


def serials(loan_ids: Iterable[int]) -> dict[int, str]:
    """The serials of loans, by their ids."""
    return dict(Loan.objects.filter(pk__in=list(loan_ids)).values_list("pk", "serial"))
