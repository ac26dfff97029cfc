"""What the rules are asked about: the product's numbers and what the society knows of the member. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from engine.fees import Collected, Fee

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class FeeRule:
    """A fee: so many naira, or so many per cent of what is asked for; `goes_to` is a word of `FeeGoesTo`."""

    name: str
    collected: Collected
    amount: Decimal | None = None
    percent: Decimal | None = None
    goes_to: str = "fee_income"
    refundable: bool = False

    @property
    def fee(self) -> Fee:
        """The fee as the engine takes it."""
        return Fee(self.name, self.collected, self.amount, self.percent)

    def on(self, asked: Decimal) -> Decimal:
        return self.fee.on(asked)


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers of one product on one day; amounts are naira, terms months, percentages per cent.

    `method`, `frequency`, `day_count` and `moratorium` are words of the models' choices. `tiers` are the rates above
    multiples of the savings, the lowest first. `deduction_ceiling_percent` is the part of the monthly pay that all
    deductions together may take; `savings_multiple` times the savings is the most that may be owed on the product.
    Once `top_up_after_percent` of a loan is paid back a new one may clear it, for a commission on what is owed of it;
    with 100 none ever does.
    """

    code: str
    name: str
    savings_multiple: Decimal
    annual_rate_percent: Decimal
    method: str
    min_amount: Decimal
    max_amount: Decimal | None
    min_term_months: int
    max_term_months: int
    min_membership_months: int
    deduction_ceiling_percent: Decimal
    one_running: bool
    guarantors_required: int = 0
    cover_percent: Decimal = NOTHING
    rate_per: str = "year"
    frequency: str = "monthly"
    day_count: str = "equal_periods"
    moratorium: str = "none"
    moratorium_months: int = 0
    tiers: tuple[tuple[Decimal, Decimal], ...] = ()
    fees: tuple[FeeRule, ...] = ()
    top_up_after_percent: Decimal = Decimal(100)
    top_up_commission_percent: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class OldLoan:
    """The one running loan of a kind, which a new one may clear; naira. `pay_off` is of the facts' day.

    `owed` is the principal left of `principal`, `a_month` what its payments take from a month's pay.
    """

    pk: int
    serial: str
    principal: Decimal
    owed: Decimal
    pay_off: Decimal
    a_month: Decimal

    @property
    def repaid_percent(self) -> Decimal:
        return (self.principal - self.owed) * 100 / self.principal


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a member on a day.

    `owed` holds the principal still owed by product code, a product being there when a loan of it runs or waits to be
    paid out; `waiting` the number of the application still open by product code. `monthly_instalments` are those of
    all these loans and applications, `monthly_contributions` his savings and Christmas savings. `monthly_pay` and
    `other_deductions` are None while nobody has entered them. `old` are loans that a new one may
    clear, by product code.
    """

    on: date
    joined_on: date
    is_active: bool
    savings: Decimal
    owed: Mapping[str, Decimal] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
    monthly_pay: Decimal | None = None
    other_deductions: Decimal | None = None
    monthly_contributions: Decimal = NOTHING
    monthly_instalments: Decimal = NOTHING
    old: Mapping[str, OldLoan] = field(default_factory=dict)
