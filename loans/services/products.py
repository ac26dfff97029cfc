"""The rules of a kind of loan from a day on: a new version beside those before it, which never change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from audit.services import record
from core.display import dmy
from engine.errors import EngineError
from loans.eligibility import FeeRule, Quote
from loans.eligibility.cost import quote
from loans.errors import BadProductRules, VersionFromThatDay
from loans.models import FeeCollected, InterestMethod, LoanProduct, ProductFee, ProductVersion, RateTier
from loans.selectors.facts import rules_with
from users.models import User


@transaction.atomic
def add_version(
    *, product: LoanProduct, valid_from: date, numbers: dict[str, Any], tiers: Sequence[tuple[Decimal, Decimal]] = (),
    fees: Sequence[FeeRule] = (), by: User, on: date, at: datetime,
) -> ProductVersion:  # fmt: skip
    """Let new rules of a product count from a day on, today or later; the version before it ends there.

    `numbers` are fields of ProductVersion by name; `tiers` are multiples of the savings with the rate a year above
    each. Requests that were sent in and loans keep the rules they have. Raises VersionFromThatDay, and BadProductRules
    when the rules contradict one another or no loan by them could be.
    """
    product = LoanProduct.objects.select_for_update().get(pk=product.pk)
    if valid_from < on:
        raise VersionFromThatDay(f"This day is past. Enter {dmy(on)} or a later day.")
    version = ProductVersion(product=product, valid=DateRange(valid_from, None), **numbers)
    examples(version, tiers, fees, on=valid_from)
    latest = product.versions.order_by("-valid").select_for_update().first()
    if latest is not None and latest.valid.upper is None:
        if latest.valid.lower >= valid_from:
            raise VersionFromThatDay(
                f"Rules from {dmy(latest.valid.lower)} are there already. Enter a later day than that."
            )
        latest.valid = DateRange(latest.valid.lower, valid_from)
        latest.save(update_fields=["valid"])
    try:
        with transaction.atomic():
            version.save(force_insert=True)
    except IntegrityError as refused:
        if refused.__cause__.diag.constraint_name == "loans_versions_never_overlap":
            raise VersionFromThatDay("Other rules of this kind of loan count on that day already.") from refused
        raise
    RateTier.objects.bulk_create(
        RateTier(version=version, from_multiple=multiple, annual_rate_percent=rate) for multiple, rate in tiers
    )
    ProductFee.objects.bulk_create(
        ProductFee(
            version=version, name=fee.name, amount=fee.amount, percent=fee.percent, collected=fee.collected,
            goes_to=fee.goes_to, refundable=fee.refundable,
        )
        for fee in fees
    )  # fmt: skip
    record(
        "loans.product.version_added", by=by, subject=product, at=at, valid_from=valid_from,
        **{name: str(value) for name, value in numbers.items()},
        tiers=[[str(multiple), str(rate)] for multiple, rate in tiers],
        fees=[[fee.name, str(fee.amount or f"{fee.percent}%"), str(fee.collected)] for fee in fees],
    )  # fmt: skip
    return version


@transaction.atomic
def open_product(*, product: LoanProduct, is_open: bool, by: User, at: datetime) -> LoanProduct:
    """Give a kind of loan from now on, or give it no more; what was asked for and lent stays. Twice changes nothing."""
    product = LoanProduct.objects.select_for_update().get(pk=product.pk)
    if product.is_open != is_open:
        product.is_open = is_open
        product.save(update_fields=["is_open"])
        record("loans.product.opened" if is_open else "loans.product.closed", by=by, subject=product, at=at)
    return product


def examples(
    version: ProductVersion, tiers: Sequence[tuple[Decimal, Decimal]], fees: Sequence[FeeRule], *, on: date
) -> list[Quote]:
    """The smallest loan by rules that are not stored yet, over the shortest and the longest term.

    Raises BadProductRules with what contradicts what.
    """
    _refuse_contradictions(version, tiers, fees)
    try:
        version.clean_fields(exclude=["product", "valid"])
        version.validate_constraints(exclude=["product", "valid"])
    except ValidationError as refused:
        words = "; ".join(sorted({CONTRADICTIONS.get(word, word) for word in _words_of(refused)}))
        raise BadProductRules(words) from refused
    rules = rules_with(version, tiers=tiers, fees=fees)
    terms = (version.min_term_months, version.max_term_months)
    try:
        return [quote(rules, version.min_amount, term, starts_on=on) for term in terms]
    except EngineError as refused:
        raise BadProductRules(f"The smallest loan by these rules cannot be: {refused}") from refused


# What the database says of rules that contradict one another, by the constraint's name.
CONTRADICTIONS = {
    "loans_version_interest_free": "An interest-free loan has no rate: enter 0.",
    "loans_version_fixed_charge": "A charge that is fixed for the whole loan is not counted by days. Choose “every "
    "period alike”.",
    "loans_version_moratorium": "The months without payment need both their kind and their number, below the shortest "
    "term; a loan that is paid back at once has none.",
    "loans_version_terms": "The longest term is shorter than the shortest.",
    "loans_version_not_negative": "A number is below nothing, or the deductions take more than the whole pay.",
    "loans_version_percents": "A percentage is not between 0 and 100.",
    "loans_version_words": "One of the choices is not on its list.",
}


def _words_of(refused: ValidationError) -> list[str]:
    """The constraint's name where it is one of ours, else Django's words with the field they are about."""
    if not hasattr(refused, "error_dict"):
        return refused.messages
    found = []
    for field, errors in refused.error_dict.items():
        for error in errors:
            for message in error.messages:
                name = message.partition("“")[2].partition("”")[0]
                found.append(name if name in CONTRADICTIONS else f"{field}: {message}")
    return found


def _refuse_contradictions(
    version: ProductVersion, tiers: Sequence[tuple[Decimal, Decimal]], fees: Sequence[FeeRule]
) -> None:
    is_sale, is_free = version.method == InterestMethod.MURABAHA, version.method == InterestMethod.INTEREST_FREE
    from_money = (FeeCollected.AT_SOURCE, FeeCollected.ADDED)
    if is_free and tiers:
        raise BadProductRules("An interest-free loan has no rates, whatever the savings. Remove them.")
    if is_free and any(fee.percent for fee in fees):
        raise BadProductRules(
            "A percentage of an interest-free loan would be interest by another name. Enter what the work costs, in "
            "naira."
        )
    if is_sale and any(fee.collected in from_money for fee in fees):
        raise BadProductRules("Goods are handed over, not money: no fee can be kept back from it or added to it.")
    if version.min_term_months > version.max_term_months:
        raise BadProductRules("The longest term is shorter than the shortest.")
    rates = [version.annual_rate_percent, *(rate for _, rate in sorted(tiers))]
    if rates != sorted(rates):
        raise BadProductRules(
            "The rate must not fall when a member asks for more. Let each rate be above the one before."
        )
    if len({fee.name.casefold() for fee in fees}) < len(fees):
        raise BadProductRules("Two fees have the same name.")
