from datetime import date, timedelta
from decimal import Decimal

import pytest

from audit.models import Event
from ledger import chart
from ledger.models import JournalEntry
from ledger.selectors import balance_of
from ledger.services import account
from loans.models import Guarantee, LendingPolicy, PayrollOrder, Repayment
from loans.services.repayments import record_receipt
from notifications.models import Message
from reconciliation.errors import Shortfall
from reconciliation.models import RemittancePart, SuspenseItem
from reconciliation.selectors.totals import as_data, totals
from reconciliation.services import posting
from reconciliation.services.posting import finish_posting, post_chunk, start_posting
from reconciliation.services.returns import drop_return
from reconciliation.tests.factories import (
    AT,
    PAID_ON,
    TODAY,
    as_asked,
    books_agree,
    has,
    make_employer,
    make_issued,
    make_loan,
    make_officer,
    make_posted,
    make_return,
    make_saver,
    make_treasurer,
    post,
    row_of,
)
from users.tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def employer():
    return make_employer()


def parts_of(remittance, member):
    line = remittance.lines.get(member=member, state="posted")
    return [(part.kind, part.loan_id, part.amount) for part in line.postings.order_by("pk")]


def suspense():
    return balance_of(account(chart.SUSPENSE))


# Where the money goes -------------------------------------------------------------------------------------------------


def test_what_was_asked_for_goes_to_loans_christmas_and_savings(employer, constraints_now):
    member = make_saver(employer, savings="20000", christmas="5000")
    loan = make_loan(member, balance="60000", instalment="10000")
    remittance = make_posted(make_issued(employer))
    constraints_now()
    assert remittance.status == "posted"
    assert parts_of(remittance, member) == [
        ("loan", loan.pk, Decimal("10000.00")), ("christmas", None, Decimal("5000.00")),
        ("savings", None, Decimal("20000.00")),
    ]  # fmt: skip
    assert has(member) == {"savings": Decimal(20000), "christmas": Decimal(5000), "voluntary": Decimal(0)}
    assert balance_of(loan.account) == Decimal("50600.00")  # 600 of the instalment is interest
    assert balance_of(account(chart.INTEREST_INCOME)) == Decimal("600.00")
    assert (balance_of(account(chart.BANK)), suspense()) == (Decimal("35000.00"), Decimal(0))
    books_agree()


def test_a_short_line_pays_the_loan_that_fell_due_first_and_then_as_far_as_it_reaches(employer):
    member = make_saver(employer, savings="20000", christmas="5000")
    late = make_loan(member, instalment="10000")
    type(employer).objects.filter(pk=employer.pk).update(pay_day=5)
    early = make_loan(member, instalment="8000", product="emergency")
    assert early.installments.order_by("number")[0].due_on == date(2026, 10, 5)
    schedule = make_issued(employer)
    for amount, expected in (
        ("7000", [("loan", early.pk, "7000")]),
        ("12000", [("loan", early.pk, "8000"), ("loan", late.pk, "4000")]),
        ("20000", [("loan", early.pk, "8000"), ("loan", late.pk, "10000"), ("christmas", None, "2000")]),
        ("30000", [("loan", early.pk, "8000"), ("loan", late.pk, "10000"), ("christmas", None, "5000"),
                   ("savings", None, "7000")]),
    ):  # fmt: skip
        remittance = make_return(schedule, [row_of(member, amount)])
        line = remittance.lines.get()
        share = posting.spread(remittance, [line], PayrollOrder.LOANS_FIRST)[line.pk]
        found = [("loan", pk, amount) for pk, amount in share.loans.items()]
        found += [(kind, None, getattr(share, kind)) for kind in ("christmas", "savings") if getattr(share, kind)]
        assert found == [(kind, pk, Decimal(amount)) for kind, pk, amount in expected]
        drop_return(remittance=remittance, by=make_officer(), at=AT)


@pytest.mark.parametrize(
    ("order", "paid"),
    [
        ("loans_first", {"loan": "10000", "christmas": "5000", "savings": "3000"}),
        ("savings_first", {"savings": "18000"}),
        ("pro_rata", {"loan": "5142.86", "christmas": "2571.43", "savings": "10285.71"}),
    ],
)
def test_a_short_line_pays_in_the_order_that_the_society_had_decided_for_the_day_of_the_money(employer, order, paid):
    """18,000 came where 35,000 was asked for. What was decided for a later day counts for later money."""
    member = make_saver(employer, savings="20000", christmas="5000")
    make_loan(member, instalment="10000")
    schedule = make_issued(employer)
    LendingPolicy.objects.all().delete()
    LendingPolicy.objects.create(valid_from=PAID_ON, payroll_order=order)
    LendingPolicy.objects.create(valid_from=PAID_ON + timedelta(days=1), payroll_order="savings_first")
    remittance = make_posted(schedule, [row_of(member, "18000")])
    assert {kind: amount for kind, _, amount in parts_of(remittance, member)} == {
        kind: Decimal(amount) for kind, amount in paid.items()
    }
    books_agree()


def test_what_exceeds_the_expected_goes_to_voluntary_savings(employer):
    member = make_saver(employer, savings="20000")
    loan = make_loan(member, instalment="10000")
    remittance = make_posted(make_issued(employer), [row_of(member, "60000.01")])
    assert parts_of(remittance, member)[-1] == ("voluntary", None, Decimal("30000.01"))
    assert has(member)["voluntary"] == Decimal("30000.01")
    assert balance_of(loan.account) == Decimal("50600.00")
    books_agree()


def test_the_last_instalment_closes_the_loan_and_frees_its_guarantors(employer):
    member = make_saver(employer, savings="0")
    guarantor = make_saver(make_employer(), balance="50000")
    loan = make_loan(member, balance="9000", instalment="10000", months_left=1, guarantors=[guarantor])
    assert Guarantee.objects.get().hold.released_at is None
    remittance = make_posted(make_issued(employer))
    loan.refresh_from_db()
    assert (loan.status, balance_of(loan.account)) == ("closed", Decimal(0))
    assert parts_of(remittance, member) == [("loan", loan.pk, Decimal("9090.00"))]
    assert Guarantee.objects.get().status == "released"
    books_agree()


def test_a_loan_that_was_paid_off_meanwhile_leaves_its_part_to_voluntary_savings(employer):
    member = make_saver(employer, savings="20000")
    loan = make_loan(member, balance="9000", instalment="5000", months_left=2)
    schedule = make_issued(employer)
    record_receipt(
        loan=loan, amount=Decimal("9090"), into="cash", reference="7", by=make_officer(), on=TODAY, at=AT
    )  # fmt: skip
    loan.refresh_from_db()
    assert loan.status == "closed"
    remittance = make_posted(schedule)
    assert parts_of(remittance, member) == [
        ("savings", None, Decimal("20000.00")), ("voluntary", None, Decimal("5000.00"))
    ]  # fmt: skip
    books_agree()


def test_a_loan_that_takes_only_a_part_leaves_the_rest_to_voluntary_savings(employer):
    member = make_saver(employer, savings="20000")
    loan = make_loan(member, balance="9000", instalment="10000", months_left=1)
    schedule = make_issued(employer)
    record_receipt(
        loan=loan, amount=Decimal("4000"), into="cash", reference="7", by=make_officer(), on=TODAY, at=AT
    )  # fmt: skip
    remittance = make_posted(schedule)
    assert parts_of(remittance, member) == [
        ("loan", loan.pk, Decimal("5090.00")), ("savings", None, Decimal("20000.00")),
        ("voluntary", None, Decimal("4000.00")),
    ]  # fmt: skip
    books_agree()


def test_a_member_of_whom_nothing_was_asked_gets_it_as_voluntary_savings(employer):
    make_saver(employer)
    guest = make_saver(employer, savings="0")
    make_posted(make_issued(employer), [row_of(guest, "700")])
    assert has(guest)["voluntary"] == Decimal("700.00")


def test_second_lines_strangers_and_what_nobody_confirmed_go_to_suspense(employer, constraints_now):
    one, two = make_saver(employer, savings="10000"), make_saver(employer, savings="12000")
    rows = [
        row_of(one, "10000"), row_of(one, "10000"), ("99001", two.name, "12000"), ("99002", "ZUBAIRU Quartey", "12500"),
    ]  # fmt: skip
    remittance = make_posted(make_issued(employer), rows)
    constraints_now()
    assert [
        (item.line.row, item.amount, item.reason, item.opened_on) for item in SuspenseItem.objects.order_by("pk")
    ] == [
        (3, Decimal("10000.00"), "A second line for a member who has one already", PAID_ON),
        (4, Decimal("12000.00"), "Nobody confirmed whose line this is", PAID_ON),
        (5, Decimal("12500.00"), "Nobody in the register fits this line", PAID_ON),
    ]
    assert suspense() == Decimal("34500.00")
    assert has(one)["savings"] == Decimal("10000.00")
    assert has(two)["savings"] == Decimal(0)
    told = totals(remittance)
    assert told.matched + told.suspense == told.file == told.credit + told.charge
    books_agree()


def test_each_member_who_can_sign_in_is_told_once(employer):
    user = make_user(roles=["member"])
    make_saver(employer, savings="10000")
    member = make_saver(employer, savings="10000")
    member.user = user
    member.save(update_fields=["user"])
    post(make_posted(make_issued(employer)))
    told = Message.objects.filter(event__startswith="remittance/")
    assert {(message.user, message.subject) for message in told} == {
        (user, "₦10,000.00 came from your October 2026 salary")
    }


# The bank -------------------------------------------------------------------------------------------------------------


def test_the_charge_is_posted_to_its_account(employer, constraints_now):
    make_saver(employer, savings="10000")
    remittance = make_posted(make_issued(employer), charge="52.50")
    constraints_now()
    assert balance_of(account(chart.BANK)) == Decimal("9947.50")
    assert balance_of(account(chart.BANK_CHARGES)) == Decimal("52.50")
    assert remittance.receipt.reference == f"remittance/{remittance.pk}/receipt"
    books_agree()


@pytest.mark.parametrize(
    ("credit", "charge", "said"),
    [("9947.49", "52.50", "₦0.01 is missing"), ("9000", "0", "₦1,000.00 is missing"), ("10000.01", "0", "is too much"),
     ("9990", "52.50", "₦42.50 is too much")],
)  # fmt: skip
def test_what_no_charge_explains_blocks_the_posting(employer, credit, charge, said):
    make_saver(employer, savings="10000")
    remittance = make_return(make_issued(employer), credit=credit, charge=charge)
    before = JournalEntry.objects.count()
    with pytest.raises(Shortfall, match=said):
        post(remittance)
    remittance.refresh_from_db()
    assert (remittance.status, JournalEntry.objects.count()) == ("matched", before)
    books_agree()


# In chunks, once ------------------------------------------------------------------------------------------------------


@pytest.fixture
def seven(employer):
    """Seven members with loans, and a return of nine lines."""
    people = [make_saver(employer, savings=str(10000 + n)) for n in range(7)]
    for member in people:
        make_loan(member)
    schedule = make_issued(employer)
    rows = [*as_asked(schedule), row_of(people[0], "20000"), ("99002", "ZUBAIRU Quartey", "12500")]
    return make_return(schedule, rows)


class Stop(Exception):
    pass


def test_a_posting_that_stops_between_chunks_goes_on_where_it_stopped(seven, monkeypatch, constraints_now):
    treasurer = make_treasurer()
    start_posting(remittance=seven, by=treasurer, at=AT)
    assert post_chunk(remittance=seven, by=treasurer, at=AT, size=4) == 9
    constraints_now()
    assert seven.lines.filter(state="posted").count() == 4
    books_agree()
    entries = set(JournalEntry.objects.values_list("pk", flat=True))
    assert post(seven).status == "posted"
    constraints_now()
    assert entries < set(JournalEntry.objects.values_list("pk", flat=True))
    assert seven.lines.filter(state="posted").count() == 7
    assert (SuspenseItem.objects.count(), suspense()) == (2, Decimal("32500.00"))
    books_agree()


@pytest.mark.parametrize("where", ["post_repayments", "post_contributions", "_park", "record", "_tell"])
def test_a_chunk_is_posted_whole_or_not_at_all(seven, monkeypatch, where):
    def fail(*args, **kwargs):
        raise Stop

    start_posting(remittance=seven, by=make_treasurer(), at=AT)
    entries = JournalEntry.objects.count()
    with monkeypatch.context() as broken, pytest.raises(Stop):
        broken.setattr(posting, where, fail)
        post(seven)
    assert JournalEntry.objects.count() == entries
    assert not RemittancePart.objects.exists()
    assert set(seven.lines.values_list("state", flat=True)) == {"matched", "waiting", "unmatched"}
    books_agree()
    assert post(seven).status == "posted"
    books_agree()


def test_posting_again_changes_nothing(seven):
    treasurer = make_treasurer()
    first = post(seven, by=treasurer)
    before = (JournalEntry.objects.count(), Repayment.objects.count(), RemittancePart.objects.count(), suspense())
    again = post(seven)
    assert (
        JournalEntry.objects.count(),
        Repayment.objects.count(),
        RemittancePart.objects.count(),
        suspense(),
    ) == before
    assert (again.posted_by, again.posted_at) == (treasurer, first.posted_at)
    assert Event.objects.filter(verb="reconciliation.remittance.posted").count() == 1


def test_a_return_is_not_finished_while_a_line_is_open(seven):
    treasurer = make_treasurer()
    start_posting(remittance=seven, by=treasurer, at=AT)
    assert finish_posting(remittance=seven, by=treasurer, at=AT).status == "posting"


@pytest.mark.parametrize("size", [1, 2, 100])
def test_the_size_of_the_chunks_changes_no_figure(seven, size):
    post(seven, chunk=size)
    assert [line.state for line in seven.lines.order_by("position")] == ["posted"] * 7 + ["suspense"] * 2
    assert suspense() == Decimal("32500.00")
    books_agree()


def test_the_plain_data_of_a_posted_return(seven):
    told = as_data(post(seven))
    sums = {name: Decimal(amount) for name, amount in told["totals"].items()}
    assert sums["matched"] + sums["suspense"] == sums["file"] == sums["credit"] + sums["charge"]
    assert told["status"] == "posted"
    assert {line["state"] for line in told["lines"]} == {"posted", "suspense"}
