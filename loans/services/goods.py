"""Goods of a murabaha: bought by the society, received by it, and only then sold to the member."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from audit.services import record
from core.display import dmy, naira
from ledger import chart
from ledger.services import accounts_by_code, post_entry
from loans import postings
from loans.errors import (
    BoughtAlready,
    CostDiffers,
    InvoiceUsed,
    NoGoodsNeeded,
    NotBoughtYet,
    NotReadyToPay,
    NotYourOwnLoan,
    ReceivedByBuyer,
)
from loans.models import GoodsPurchase, InterestMethod, Loan
from loans.states import LoanStatus
from users.models import User


@transaction.atomic
def buy_goods(
    *, loan: Loan, what: str, vendor: str, invoice_number: str, cost: Decimal, by: User, on: date, at: datetime
) -> GoodsPurchase:
    """Record that the society bought the goods of a registered murabaha and paid for them by bank. `cost` is naira.

    Raises NoGoodsNeeded for any other loan, NotReadyToPay, NotYourOwnLoan, BoughtAlready, InvoiceUsed, and CostDiffers
    when the invoice is not for the cost that was approved: the member agreed to that one.
    """
    loan = _locked(loan, by)
    if GoodsPurchase.objects.filter(loan=loan).exists():
        raise BoughtAlready()
    if cost != loan.principal:
        raise CostDiffers(
            f"The approved cost is {naira(loan.principal)} and the invoice is for {naira(cost)}. The member agreed to "
            "the approved cost. Cancel this sale and let the member ask again with the new cost."
        )
    vendor, invoice_number = " ".join(vendor.split()), " ".join(invoice_number.split())
    if GoodsPurchase.objects.filter(vendor=vendor, invoice_number=invoice_number).exists():
        raise InvoiceUsed()
    accounts = accounts_by_code(chart.GOODS, chart.BANK)
    entry = post_entry(
        reference=f"loan/{loan.serial}/goods",
        kind=postings.GOODS_BOUGHT,
        narration=f"{what} for {loan.serial}, invoice {invoice_number}"[:200],
        on=on,
        lines=postings.goods_bought(goods_id=accounts[chart.GOODS], bank_id=accounts[chart.BANK], cost=cost),
        by=by,
    )
    goods = GoodsPurchase.objects.create(
        loan=loan, what=what, vendor=vendor, invoice_number=invoice_number, cost=cost, bought_on=on, bought_by=by,
        entry=entry,
    )  # fmt: skip
    record("loans.loan.goods_bought", by=by, subject=loan, at=at, cost=cost, vendor=vendor, invoice=invoice_number)
    return goods


@transaction.atomic
def receive_goods(*, loan: Loan, by: User, on: date, at: datetime) -> GoodsPurchase:
    """Record that the society has the goods: from now on they can be sold. Another person says so than who bought them.

    Raises NotBoughtYet (also for a day before the purchase), ReceivedByBuyer, NotReadyToPay, NotYourOwnLoan. Saying it
    twice changes nothing.
    """
    loan = _locked(loan, by)
    goods = GoodsPurchase.objects.select_for_update().filter(loan=loan).first()
    if goods is None:
        raise NotBoughtYet()
    if goods.possessed_on is not None:
        return goods
    if goods.bought_by_id == by.pk:
        raise ReceivedByBuyer()
    if on < goods.bought_on:
        raise NotBoughtYet(f"The goods were bought on {dmy(goods.bought_on)}. Enter that day or a later one.")
    goods.possessed_on, goods.possessed_by = on, by
    goods.save(update_fields=["possessed_on", "possessed_by"])
    record("loans.loan.goods_received", by=by, subject=loan, at=at, on=on)
    return goods


def _locked(loan: Loan, by: User) -> Loan:
    loan = Loan.objects.select_for_update(of=("self",)).select_related("member").get(pk=loan.pk)
    if loan.method != InterestMethod.MURABAHA:
        raise NoGoodsNeeded()
    if loan.status != LoanStatus.REGISTERED:
        raise NotReadyToPay(f"{loan.serial} is not ready: {loan.get_status_display().lower()}.")
    if loan.member.user_id == by.pk:
        raise NotYourOwnLoan()
    return loan
