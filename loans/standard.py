"""The loans that a new society starts with, and its first lending policy. Both are changed later by a dated version."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger import chart
from loans.models import InterestMethod, LendingPolicy, LoanProduct, ProductVersion

# code, name, what it is for, control account, times savings, rate % a year, longest term, months a member, guarantors
STANDARD_PRODUCTS = [
    ("normal", "Normal", "For any good purpose", chart.LOANS_NORMAL, "2", "12", 36, 6, 2),
    ("commodity", "Commodity", "Food and household goods", chart.LOANS_COMMODITY, "3", "6", 12, 6, 2),
    ("electronics", "Electronics", "Phones, fridges, generators", chart.LOANS_ELECTRONICS, "3", "8", 12, 6, 2),
    ("asset", "Car and asset", "A car, land or a building", chart.LOANS_ASSET, "5", "12", 48, 12, 2),
    ("emergency", "Emergency", "Hospital, school fees, bereavement", chart.LOANS_EMERGENCY, "0.5", "10", 6, 3, 2),
]
DEDUCTION_CEILING_PERCENT = Decimal("33.33")
FROM = date(2020, 1, 1)


@transaction.atomic
def have_standard_products(*, quorum: int = 3, monthly_cap: Decimal | None = None) -> None:
    """Open the standard products and the first policy where the society has none; what is there stays as it is."""
    for code, name, purpose, control, multiple, rate, longest, membership, guarantors in STANDARD_PRODUCTS:
        product, is_new = LoanProduct.objects.get_or_create(
            code=code, defaults={"name": name, "purpose": purpose, "control_code": control}
        )
        if is_new:
            ProductVersion.objects.create(
                product=product,
                valid=DateRange(FROM, None),
                savings_multiple=Decimal(multiple),
                annual_rate_percent=Decimal(rate),
                method=InterestMethod.REDUCING,
                max_term_months=longest,
                min_membership_months=membership,
                guarantors_required=guarantors,
                deduction_ceiling_percent=DEDUCTION_CEILING_PERCENT,
            )
    if not LendingPolicy.objects.exists():
        LendingPolicy.objects.create(valid_from=FROM, quorum=quorum, monthly_cap=monthly_cap)
