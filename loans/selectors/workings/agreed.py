"""What was agreed: the terms and the version of the rules, the fees, the yearly cost, and each promise."""

from __future__ import annotations

from core.display import day, dmy, naira, percent, plural
from loans.eligibility.cost import HOW_PAID
from loans.models import FeeCollected, Guarantee, HoldPolicy, LoanFee, LoanOrigin
from loans.selectors.facts import rules_of
from loans.selectors.loan_page import LoanPage
from loans.selectors.product_rules import hold_in_words, in_words
from loans.selectors.workings.plan import how_made
from loans.selectors.workings.shapes import NOTHING, Line, Part, Working, summed, total
from loans.states import GuaranteeStatus


def terms(page: LoanPage, *, for_office: bool) -> Working:
    """The loan's terms, where they come from, and every rule of the product's version behind it."""
    loan = page.loan
    parts = [_agreed(page), _where_from(page, for_office), *_paid_out(page)]
    if loan.version is not None:
        rules = rules_of(loan.version, loan.product)
        since = (
            f"The rules of {loan.product} loans that hold since {dmy(loan.version.valid.lower)}. They stay for the "
            "whole loan, also when the society changes them for later loans."
        )
        for place, group in enumerate(in_words(loan.version, rules.tiers, rules.fees)):
            lines = tuple(Line(rule.name, words=rule.words) for rule in group.rules)
            parts.append(Part(group.title, lines, (since,) if not place else ()))
    return Working("Terms", f"{naira(loan.principal)} over {loan.term_months} months", tuple(parts))


def _agreed(page: LoanPage) -> Part:
    loan = page.loan
    lines = [Line(page.lent_word, loan.principal)]
    if loan.added_fees:
        lines += [Line("Of it asked for", loan.principal - loan.added_fees), Line("Fees added", loan.added_fees)]
    lines += [
        Line("Rate", words=f"{percent(loan.annual_rate_percent, 3)} a year"),
        Line(f"{page.charge_word.capitalize()}", words=loan.get_method_display()),
        Line("Months", words=str(loan.term_months)),
        Line("Regular payment", loan.instalment, figure="plan"),
    ]
    return Part("What was agreed", tuple(lines), (how_made(page),))


def _where_from(page: LoanPage, for_office: bool) -> Part:
    loan = page.loan
    if loan.origin == LoanOrigin.OPENING:
        return Part("Where these terms come from", words=(
            f"This loan came with the society's own books on {dmy(loan.registered_on)}, with the rate and the payment "
            "that were agreed before.",
        ))  # fmt: skip
    approval = loan.application.approval
    by = f" by {approval.approved_by.full_name}" if for_office and approval.approved_by else ""
    return Part("Where these terms come from", (
        Line("Asked for", loan.application.amount, note=f"application {loan.application.number}"),
        Line("Approved", approval.amount, note=f"on {dmy(approval.approved_at)}{by}"),
    ))  # fmt: skip


def _paid_out(page: LoanPage) -> list[Part]:
    payout, loan = page.payout, page.loan
    if payout is None:
        return []
    lines = [Line(page.lent_word, loan.principal)]
    if payout.kept_back:
        lines.append(Line("Fees kept back or added", -payout.kept_back))
    if payout.upfront_interest:
        lines.append(Line("Interest taken at the start", -payout.upfront_interest))
    if payout.cleared:
        lines.append(
            Line("Cleared the loan before it", -payout.cleared, note=f"loan {loan.application.tops_up.serial}")
        )
    did = "Handed over" if page.is_sale else "Paid out"
    paid = Line(f"{did} {day(payout.disbursed_on)}", payout.amount, entry_id=payout.entry_id, is_total=True)
    how = f"{payout.bank_name}, account ending {payout.bank_account[-4:]}, transfer {payout.bank_reference}."
    if page.is_sale:
        how = f"Sold by {payout.bank_name}, delivery {payout.bank_reference}."
    return [Part("What was handed over" if page.is_sale else "What was paid out", (*lines, paid), (how,))]


def fees(page: LoanPage) -> Working | None:
    """Each fee of the loan, how it is paid, and its entry; None where it has none."""
    if not page.fees:
        return None
    lines = [
        Line(one.name, one.amount, note=HOW_PAID[one.collected], entry_id=one.entry_id or _payout_entry(page, one))
        for one in page.fees
    ]
    whole = sum((one.amount for one in page.fees), NOTHING)
    given_back = [
        Line(f"{one.name}, given back", -one.amount, entry_id=one.refund_entry_id)
        for one in page.fees if one.refund_entry_id
    ]  # fmt: skip
    return Working("Fees", f"{naira(whole)} in fees", (summed("Fee by fee", [*lines, *given_back], "In all"),))


def _payout_entry(page: LoanPage, one: LoanFee) -> int | None:
    taken = (FeeCollected.AT_SOURCE, FeeCollected.ADDED, FeeCollected.FROM_SAVINGS)
    return page.payout.entry_id if page.payout and one.collected in taken else None


def cost(page: LoanPage) -> Working | None:
    """The yearly cost in both usual ways, with the money behind it; None where the money in hand is not known."""
    known = page.cost
    if known is None:
        return None
    before = known.paid_out - known.in_hand
    did = "Handed over" if page.is_sale else "Paid out"
    hand = [Line(f"{did} {day(known.starts_on)}", known.paid_out, entry_id=page.payout.entry_id)]
    if before:
        hand.append(Line("Fees that the member paid himself", -before, figure="fees"))
    back = [Line(f"{place}. {day(due_on)}", amount) for place, (amount, due_on) in enumerate(known.payments, start=1)]
    whole = sum((amount for amount, _ in known.payments), NOTHING)
    count = len(known.payments)
    return Working("What it costs a year", f"{percent(known.effective, 2)} a year, compounded", (
        Part("In short", (
            Line("Yearly rate", words=percent(known.nominal, 2), note="the rate of one period, times the periods of a "
                 "year (nominal, United States Regulation Z, Appendix J)"),
            Line("Yearly cost", words=percent(known.effective, 2), note="the same, compounded over a year (effective, "
                 "European directive 2008/48/EC)"),
        ), ("Both are reckoned on what really came into hand, so that fees and all that is taken at the start count. "
            "They say how dear it is: compare them with what another asks.",)),
        Part("Money in hand", (*hand, total("In hand", known.in_hand))),
        Part("Money paid back, as agreed", (*back, total("Paid back in all", whole))),
        Part("What the loan costs in naira", (
            Line("Paid back in all", whole), Line("In hand", -known.in_hand), total("Cost", whole - known.in_hand),
        ), (f"At the yearly rate the {plural(count, 'payment')} are worth exactly the money in hand on the day of the "
            "payout.",)),
    ))  # fmt: skip


def promise(page: LoanPage, pk: int) -> Working | None:
    """What is held of a guarantor's savings, and by which rule it falls; None: nobody made that promise."""
    one = next((row for row in page.guarantees if row.pk == pk), None)
    if one is None:
        return None
    policy = page.loan.version.hold_policy if page.loan.version else HoldPolicy.UNTIL_CLOSED
    released = one.status == GuaranteeStatus.RELEASED
    lines = [Line("Promised", one.amount)]
    if one.freed:
        lines.append(Line("No longer needed", -one.freed))
    if one.charged:
        lines.append(Line("Paid for this loan by the guarantor", -one.charged))
    lines.append(total("The loan still needs", one.needed))
    held = [Line("The loan still needs", one.needed)]
    if one.uncovered:
        held.append(Line("His free savings do not reach for", -one.uncovered))
    since = page.loan.version.valid.lower if page.loan.version else None
    says = "Nothing is held any more" if released else f"{naira(one.held)} of {one.guarantor.name}'s savings is held"
    return Working(f"Promise of {one.guarantor.name}", says, (
        Part("In short", tuple(lines)),
        *([] if released else [Part("Held of the savings", (*held, total("Held", one.held)))]),
        _falls(page, one, policy),
        *([Part("The rule", words=(f"By the rules of {page.loan.product} since {dmy(since)}.",))] if since else []),
    ))  # fmt: skip


def _falls(page: LoanPage, one: Guarantee, policy: str) -> Part:
    title, rule = "How it falls", f"{hold_in_words(policy)}."
    of_principal = one.of_principal or page.loan.scheduled_principal
    if policy != HoldPolicy.FALLS_WITH_PRINCIPAL:
        return Part(title, (Line("Principal owed now", page.balance, figure="balance"),), (rule,))
    exact = one.amount * page.balance / of_principal
    return Part(title, (
        Line("Promised", one.amount), Line("Principal owed when it was promised", of_principal),
        Line("Principal owed now", page.balance, figure="balance"),
        Line("Promised × owed now ÷ owed then", words=naira(exact),
             note="all promises together are rounded up to the kobo, and never more than is left of each"),
    ), (rule,))  # fmt: skip
