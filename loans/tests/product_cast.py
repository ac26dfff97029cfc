"""The cast of products: rules of any kind, fees, goods for a sale, and how the books are read."""

from decimal import Decimal

from engine.fees import Collected
from ledger.selectors import balance_of
from ledger.services import account
from loans.checks import INVARIANTS
from loans.eligibility import FeeRule
from loans.models import LoanProduct, ProductVersion
from loans.services.goods import buy_goods
from loans.services.products import add_version
from loans.tests.factories import AT, TODAY, make_product_rules
from loans.tests.register_cast import make_registered, make_treasurer
from users.tests.factories import make_user

D = Decimal
NUMBERS = {
    "savings_multiple": D(2),
    "annual_rate_percent": D(12),
    "max_term_months": 24,
    "deduction_ceiling_percent": D("33.33"),
    "guarantors_required": 0,
}
INSURANCE = FeeRule("Credit life", Collected.AT_SOURCE, percent=D(1), goes_to="insurance")
PROCESSING = FeeRule("Processing", Collected.AT_SOURCE, percent=D(1))
FORM = FeeRule("Form", Collected.PAID_APART, amount=D(500), refundable=True)


def admin():
    return make_user(roles=["admin"])


def new_rules(product="normal", *, tiers=(), fees=(), valid_from=TODAY, **numbers) -> ProductVersion:
    make_product_rules()
    return add_version(
        product=LoanProduct.objects.get(code=product), valid_from=valid_from, numbers={**NUMBERS, **numbers},
        tiers=tiers, fees=fees, by=admin(), on=TODAY, at=AT,
    )  # fmt: skip


def books(*codes: str) -> list[Decimal]:
    return [balance_of(account(code)) for code in codes]


def lines_of(entry) -> dict[str, Decimal]:
    """What an entry put on each account: debits above nothing, credits below."""
    return {line.account.code: line.debit - line.credit for line in entry.lines.select_related("account")}


def sound() -> None:
    assert [invariant.code for invariant in INVARIANTS if invariant.run().broken] == []


def rows(loan):
    return [(one.due_on, one.principal, one.interest, one.fee) for one in loan.installments.live().order_by("number")]


def sale(amount="120000", **fields):
    new_rules("murabaha", method="murabaha", annual_rate_percent=D(10), **fields)
    return make_registered(amount=amount, product="murabaha")


def bought(loan, by=None, *, cost="120000", invoice="INV 7", on=TODAY):
    return buy_goods(
        loan=loan, what="A fridge", vendor="Cold Ltd", invoice_number=invoice, cost=D(cost), by=by or make_treasurer(),
        on=on, at=AT,
    )  # fmt: skip
