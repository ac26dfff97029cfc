"""How payments are spread, on random loans and payments: pure arithmetic, no database."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.schedules import Method, ScheduleTerms, build_schedule
from loans import paying
from loans.models import Installment

START = date(2026, 10, 26)
FIRST = date(2026, 11, 28)


def schedule(principal, rate, term, method=Method.LEVEL_INSTALMENT):
    """The instalments of a loan, in memory."""
    terms = ScheduleTerms(
        principal=principal, rate_percent=rate, term=term, method=method, first_due_on=FIRST, due_day=28
    )  # fmt: skip
    return [
        Installment(number=line.number, due_on=line.due_on, principal=line.principal, interest=line.interest)
        for line in build_schedule(terms)
    ]


amounts = st.decimals(min_value=1, max_value=5_000_000, places=2)


@st.composite
def stories(draw):
    """A loan, the days on which somebody comes to pay, in order, and how much of what is owed he brings."""
    method = draw(st.sampled_from([Method.LEVEL_INSTALMENT, Method.FLAT]))
    loan = schedule(draw(amounts), draw(st.sampled_from([Decimal(0), Decimal(6), Decimal("12.5"), Decimal(36)])),
                    draw(st.integers(1, 48)), method)  # fmt: skip
    days = sorted(draw(st.lists(st.integers(0, 1600), min_size=1, max_size=8)))
    parts = draw(st.lists(st.integers(1, 130), min_size=len(days), max_size=len(days)))
    return loan, [(START + timedelta(days=day), part) for day, part in zip(days, parts, strict=True)]


def figure(loan, on):
    return paying.settlement(loan, on=on, started_on=START).total


@settings(max_examples=400, deadline=None)
@given(stories())
def test_every_kobo_of_a_payment_is_explained_and_nothing_is_paid_twice(story):
    loan, visits = story
    whole = sum(one.principal for one in loan)
    taken = Decimal("0.00")
    for on, part in visits:
        owed = sum(one.unpaid for one in loan)
        if not owed:
            break
        amount = max((owed * part / 100).quantize(Decimal("0.01")), Decimal("0.01"))
        before = figure(loan, on)
        outcome = paying.spread(loan, amount, on=on, started_on=START)
        assert outcome.applied + outcome.surplus == amount
        assert outcome.closes == (amount >= before)
        assert outcome.surplus == max(amount - before, 0)
        paying.apply(outcome)
        taken += outcome.applied
        for one in loan:
            assert 0 <= one.principal_paid <= one.principal
            assert 0 <= one.interest_paid <= one.interest - one.interest_waived
        assert sum(one.paid for one in loan) == taken
        if outcome.closes:
            assert all(one.unpaid == 0 for one in loan)
            assert sum(one.principal_paid for one in loan) == whole
            break
        # On one day the figure that pays the loan off falls by exactly what is paid: no order of payments is dearer.
        assert figure(loan, on) == before - amount > 0


@settings(max_examples=200, deadline=None)
@given(stories())
def test_paying_off_costs_the_principal_and_the_interest_of_the_months_begun(story):
    loan, visits = story
    on = visits[0][0]
    begun = [one for place, one in enumerate(loan) if (START if place == 0 else loan[place - 1].due_on) < on]
    whole = sum(one.principal for one in loan)
    assert figure(loan, on) == whole + sum(one.interest for one in begun)
    outcome = paying.spread(loan, whole * 9, on=on, started_on=START)
    assert outcome.interest == sum(one.interest for one in begun)
    assert outcome.waived == sum(one.interest for one in loan) - outcome.interest


@settings(max_examples=200, deadline=None)
@given(stories(), st.integers(1, 99))
def test_one_payment_does_what_two_do_that_sum_to_it(story, percent):
    one_loan, visits = story
    two_loan = [
        Installment(number=one.number, due_on=one.due_on, principal=one.principal, interest=one.interest)
        for one in one_loan
    ]
    on, part = visits[0]
    amount = max((sum(one.unpaid for one in one_loan) * part / 100).quantize(Decimal("0.01")), Decimal("0.02"))
    first = max((amount * percent / 100).quantize(Decimal("0.01")), Decimal("0.01"))
    paying.apply(paying.spread(one_loan, amount, on=on, started_on=START))
    for share in (first, amount - first):
        if share:
            paying.apply(paying.spread(two_loan, share, on=on, started_on=START))
    assert [(one.principal_paid, one.interest_paid, one.interest_waived) for one in one_loan] == [
        (one.principal_paid, one.interest_paid, one.interest_waived) for one in two_loan
    ]
