"""The loans that a new society starts with, and its first lending policy. Both are changed later by a dated version."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger import chart
from loans.models import FeeCollected, InterestMethod, LendingPolicy, LoanProduct, ProductFee, ProductVersion

# code, name, what it is for, control account, times savings, rate % a year, longest term, months a member, guarantors
STANDARD_PRODUCTS = [
    ("normal", "Normal", "For any good purpose", chart.LOANS_NORMAL, "2", "12", 36, 6, 2),
    ("commodity", "Commodity", "Food and household goods", chart.LOANS_COMMODITY, "3", "6", 12, 6, 2),
    ("electronics", "Electronics", "Phones, fridges, generators", chart.LOANS_ELECTRONICS, "3", "8", 12, 6, 2),
    ("asset", "Car and asset", "A car, land or a building", chart.LOANS_ASSET, "5", "12", 48, 12, 2),
    ("emergency", "Emergency", "Hospital, school fees, bereavement", chart.LOANS_EMERGENCY, "0.5", "10", 6, 3, 2),
]
# What a society may open when it has decided to: the same, then the method and its other rules.
FURTHER_PRODUCTS = [
    ("interest-free", "Interest-free", "Help without interest (qard hasan)", chart.LOANS_INTEREST_FREE,
     "1", "0", 12, 6, 2, InterestMethod.INTEREST_FREE),
    ("murabaha", "Goods on credit", "Goods that the society buys and sells to you", chart.LOANS_MURABAHA,
     "3", "10", 12, 6, 2, InterestMethod.MURABAHA),
    ("advance", "Advance", "Small money, its interest taken at the start", chart.LOANS_UPFRONT,
     "1", "5", 10, 6, 2, InterestMethod.FLAT_UPFRONT),
    ("one-payment", "One payment", "Paid back at once, from a bonus or a harvest", chart.LOANS_BULLET,
     "0.3", "12", 3, 6, 2, InterestMethod.BULLET),
]  # fmt: skip
# Who pays back once does it from other money than one month's pay.
CEILINGS = {"one-payment": Decimal(100)}
# The work that an interest-free loan costs the society, paid by who causes it.
ADMINISTRATION_FEE = Decimal(1000)
DEDUCTION_CEILING_PERCENT = Decimal("33.33")
FROM = date(2020, 1, 1)


@transaction.atomic
def have_standard_products(*, quorum: int = 3, monthly_cap: Decimal | None = None) -> None:
    """Open the standard products and the first policy where the society has none; what is there stays as it is.

    The further products are there as well, with rules and closed: an administrator opens them.
    """
    there = set(LoanProduct.objects.values_list("code", flat=True))
    every = [(*row, InterestMethod.REDUCING, True) for row in STANDARD_PRODUCTS]
    every += [(*row, False) for row in FURTHER_PRODUCTS]
    missing = [row for row in every if row[0] not in there]
    products = LoanProduct.objects.bulk_create(
        LoanProduct(code=code, name=name, purpose=purpose, control_code=control, is_open=is_open)
        for code, name, purpose, control, *_, is_open in missing
    )
    versions = ProductVersion.objects.bulk_create(
        ProductVersion(
            product=product,
            valid=DateRange(FROM, None),
            savings_multiple=Decimal(multiple),
            annual_rate_percent=Decimal(rate),
            method=method,
            max_term_months=longest,
            min_membership_months=membership,
            guarantors_required=guarantors,
            deduction_ceiling_percent=CEILINGS.get(product.code, DEDUCTION_CEILING_PERCENT),
            **({"min_amount": 10 * ADMINISTRATION_FEE} if method == InterestMethod.INTEREST_FREE else {}),
        )
        for product, (_, _, _, _, multiple, rate, longest, membership, guarantors, method, _) in zip(
            products, missing, strict=True
        )
    )
    ProductFee.objects.bulk_create(
        ProductFee(
            version=version, name="Administration", amount=ADMINISTRATION_FEE,
            collected=FeeCollected.PAID_APART, refundable=True,
        )
        for version in versions
        if version.method == InterestMethod.INTEREST_FREE
    )  # fmt: skip
    if not LendingPolicy.objects.exists():
        LendingPolicy.objects.create(valid_from=FROM, quorum=quorum, monthly_cap=monthly_cap)
