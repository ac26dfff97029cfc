"""Payments: where each went and its entry; and the figure that pays the loan off."""

from __future__ import annotations

from decimal import Decimal

from core.display import day, dmy, naira, percent, plural
from engine.settlement import RunningMonth, SettlementLine
from ledger.models import JournalLine
from loans.models import Installment, InstallmentKind, Repayment
from loans.selectors.loan_page import LoanPage, priced
from loans.selectors.product_rules import paying_off
from loans.selectors.workings.shapes import NOTHING, Line, Part, Working, link_of, name_of, summed, total


def payment(page: LoanPage, pk: int, *, in_the_books: bool) -> Working | None:
    """One payment by instalment and element, with its lines in the books for who reads them; None: there is none."""
    found = next((one for one in page.repayments if one.pk == pk), None)
    if found is None:
        return None
    word = page.charge_word
    by_instalment = []
    for part in found.allocations.all():
        told = ((part.principal, "principal"), (part.interest, word), (part.fee, "fee"))
        elements = [f"{naira(amount)} {name}" for amount, name in told if amount]
        if part.interest_waived:
            elements.append(f"{naira(part.interest_waived)} {word} not charged")
        amount = part.principal + part.interest + part.fee
        by_instalment.append(
            Line(name_of(part.installment), amount, note=", ".join(elements), figure=_live(page, part.installment))
        )
    rest = ((found.penalty, "Penalty"), (found.recovered, "Recovered after the write-off"),
            (found.surplus, "Not needed by the loan: into voluntary savings"))  # fmt: skip
    by_instalment += [
        Line(label, amount, figure="penalty" if label == "Penalty" else "") for amount, label in rest if amount
    ]
    elements = ((found.principal, "Principal"), (found.interest, word.capitalize()), (found.fee, "Fees"), *rest)
    parts = [
        summed("By instalment", by_instalment, "Paid"),
        summed("By what it paid", [Line(label, amount) for amount, label in elements if amount], "Paid"),
        *_entries(found, in_the_books),
    ]
    return Working(f"Payment of {dmy(found.received_on)}", f"{naira(found.amount)}: {found.get_channel_display()}",
                   tuple(parts))  # fmt: skip


def _live(page: LoanPage, one: Installment) -> str:
    return link_of(one) if any(row.pk == one.pk for row in page.installments) else ""


def _entries(found: Repayment, in_the_books: bool) -> list[Part]:
    entry = found.entry
    links = [Line(f"{day(entry.effective_on)}, {entry.narration}", found.amount, entry_id=entry.pk)]
    if found.reversed_by_entry_id:
        back = found.reversed_by_entry
        links.append(Line(f"{day(back.effective_on)}, {back.narration}", -found.amount, entry_id=back.pk))
    parts = [Part("In the books", tuple(links), (f"Reference {entry.reference}.",))]
    if in_the_books:
        sides = [
            Line(f"{one.account.code} {one.account.name}", words=_side(one), note=one.narration)
            for one in JournalLine.objects.filter(entry=entry).select_related("account").order_by("pk")
        ]  # fmt: skip
        parts.append(Part("Its lines", tuple(sides)))
    return parts


def _side(line: JournalLine) -> str:
    return f"Dr {naira(line.debit)}" if line.debit else f"Cr {naira(line.credit)}"


def pay_off(page: LoanPage) -> Working | None:
    """The pay-off figure with each of its lines worked out; None while nothing can be paid."""
    settlement = page.pay_off
    if settlement is None:
        return None
    lines = [
        Line(priced(page.charge_word, line.label), line.amount, figure=FIGURES.get(line.code, ""))
        for line in settlement.lines
    ]
    parts = [Part("In short", (*lines, total("Pays it off", settlement.total)))]
    parts += [part for line in settlement.lines for part in _opened(page, line)]
    parts.append(Part("Beside all payments to come", (
        Line("All payments to come", page.left, figure="plan"),
        *([Line("Penalty", page.penalty_to_settle, figure="penalty")] if page.penalty_to_settle else []),
        Line("To pay it off today", -settlement.total), total("Less", page.saved_by_paying_off),
    )))  # fmt: skip
    version = page.loan.version
    if version is not None:
        rules = tuple(Line(rule.name, words=rule.words) for rule in paying_off(version))
        since = f"By the rules of {page.loan.product} loans since {dmy(version.valid.lower)}."
        parts.append(Part("The rule", rules, (since,)))
    return Working("To pay it all off", f"{naira(settlement.total)} pays it off on {dmy(settlement.on)}", tuple(parts))


FIGURES = {"principal": "balance", "penalty": "penalty", "interest_due": "interest"}


def _opened(page: LoanPage, line: SettlementLine) -> list[Part]:
    on, title = page.pay_off.on, priced(page.charge_word, line.label)
    due = [one for one in page.installments if one.due_on <= on]
    coming = [one for one in page.installments if one.due_on > on and one.kind == InstallmentKind.SCHEDULED]
    if line.code == "principal":
        rows = [Line(name_of(one), one.principal - one.principal_paid) for one in page.installments]
        return [summed(title, [row for row in rows if row.amount], title)]
    if line.code == "interest_due":
        rows = [Line(name_of(one), _interest_left(one), figure=link_of(one)) for one in due]
        return [summed(title, [row for row in rows if row.amount], title)]
    if line.code == "fee":
        rows = [Line(name_of(one), one.fee - one.fee_paid) for one in page.installments]
        return [summed(title, [row for row in rows if row.amount], title)]
    if line.code == "interest_to_come":
        rows = [Line(name_of(one), _interest_left(one), figure=link_of(one)) for one in coming]
        return [summed(title, [row for row in rows if row.amount], title)]
    if line.code == "running_interest" and coming:
        return [_running(page, line, coming[0], title)]
    if line.code == "rebate":
        return [_rebate(page, line, coming, title)]
    return []


def _interest_left(one: Installment) -> Decimal:
    return one.interest - one.interest_waived - one.interest_paid


def _running(page: LoanPage, line: SettlementLine, running: Installment, title: str) -> Part:
    on, word = page.pay_off.on, page.charge_word
    # The same day as the engine's: it knows nothing of the payments before a take-over.
    began = max([page.started_on, *(one.due_on for one in page.installments if one.due_on < running.due_on)])
    whole = running.interest - running.interest_waived
    by_days = page.position.rules.running_month is RunningMonth.BY_DAYS or page.loan.method == "bullet"
    charged = line.amount + running.interest_paid
    note = (
        f"{(on - began).days} of {plural((running.due_on - began).days, 'day')} since {day(began)}" if by_days else ""
    )
    rows = [
        Line(f"{word.capitalize()} of the month to {day(running.due_on)}", whole, figure=link_of(running)),
        Line("Of it charged", charged, note=note or "a month that has begun is charged"),
    ]
    if running.interest_paid:
        rows.append(Line("Paid of it already", -running.interest_paid))
    return Part(title, (*rows, total(title, line.amount)))


def _rebate(page: LoanPage, line: SettlementLine, coming: list[Installment], title: str) -> Part:
    rules = page.position.rules
    whole = sum((one.interest - one.interest_waived for one in page.installments), NOTHING)
    count = sum(one.kind == InstallmentKind.SCHEDULED for one in page.installments)
    rows = [
        Line(f"{page.charge_word.capitalize()} of the whole loan", whole, figure="plan"),
        Line("Payments not yet due", words=f"{len(coming)} of {count}"),
        Line("Of what is not earned, given back", words=percent(rules.rebate_percent, 2)),
    ]
    return Part(title, (*rows, total("Given back", line.amount)))
