"""A member's home, savings and withdrawals: what he has, what is asked of him, what he may draw."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from core.dates import LAGOS
from ledger.tests.factories import deposit
from loans.models import Substitution
from loans.services.withdrawals import request_withdrawal
from loans.tests.factories import make_application, make_guarantee, make_member, make_running_loan
from loans.tests.recourse_cast import late_loan, notice, promises
from members.models import Member, Withdrawal
from members.selectors import Equity
from portal import selectors
from portal.tests.conftest import TODAY
from reconciliation.tests.factories import make_issued, make_return, post
from users.selectors import person
from users.testing import make_user, sign_in

MOST_QUERIES = 10
AT = datetime(2026, 10, 26, 9, tzinfo=LAGOS)


@pytest.fixture
def member(db, client, october):
    """A member with 500,000 saved and a loan of 120,000 running, signed in."""
    member = make_member(savings="500000", surname="OKONKWO", other_names="Adaeze Nkem", monthly_savings="20000")
    make_running_loan(member=member, principal="150000", owed="120000")
    sign_in(client, member.user)
    return member


def page(client, name, **data):
    answer = client.get(reverse(name), data)
    assert answer.status_code == 200
    return answer.content.decode()


# Home -----------------------------------------------------------------------------------------------------------------


def test_the_home_page_tells_what_one_has_and_what_of_it_can_be_drawn(client, member):
    text = page(client, "portal:member_home")
    assert "Adaeze" in text
    assert "You can draw" in text
    assert "380,000" in text  # 500,000 saved less 120,000 owed
    assert "Of ₦500,000.00 you can draw ₦380,000.00, ₦120,000.00 stays for loans" in text


def test_the_next_deduction_is_told_line_by_line(client, member):
    text = page(client, "portal:member_home")
    assert "From your salary on Wed 28 Oct 2026" in text
    assert "20,000" in text
    assert "payment 1 of 1" not in text  # its only instalment falls due next year


def test_the_next_deduction_holds_what_falls_due_by_the_pay_day_and_what_is_late(member):
    loan = member.loans.get()
    loan.installments.create(number=0, due_on=TODAY.replace(month=9, day=28), principal=0, interest=8090)
    loan.installments.create(number=2, due_on=TODAY.replace(day=28), principal=0, interest=9000)
    home = selectors.home_of(member.user, on=TODAY)
    assert home.loans[0].late
    assert home.deduction.lines == (("Savings", Decimal(20000)), ("Normal loan, payment 1 of 3", Decimal(17090)))
    assert home.deduction.total == 37090


@pytest.mark.parametrize(
    ("day", "pay_day", "expected"),
    [
        ("2026-10-26", 28, "2026-10-28"),
        ("2026-10-28", 28, "2026-10-28"),
        ("2026-10-29", 28, "2026-11-28"),
        ("2026-02-10", 31, "2026-02-28"),
        ("2026-12-31", 30, "2027-01-30"),
    ],
)
def test_the_next_pay_day_is_today_at_the_earliest(day, pay_day, expected):
    found = selectors.next_pay_day(pay_day, on=date.fromisoformat(day))
    assert found.isoformat() == expected


@pytest.mark.parametrize(
    ("settled", "expected"),
    [
        (None, "2026-10-28"),
        (date(2026, 9, 1), "2026-10-28"),
        (date(2026, 10, 1), "2026-11-28"),
        (date(2026, 12, 1), "2027-01-28"),
    ],
)
def test_the_next_deduction_is_of_a_month_that_is_not_posted_yet(settled, expected):
    found = selectors.next_deduction_day(28, settled=settled, on=TODAY)
    assert found.isoformat() == expected


def test_a_member_whose_month_is_posted_sees_the_next_one_on_his_home_page(client, member):
    Member.objects.filter(pk=member.pk).update(staff_number="S1")
    schedule = make_issued(member.employer)
    assert "From your salary on Wed 28 Oct 2026" in page(client, "portal:member_home")
    remittance = make_return(schedule)
    assert "From your salary on Wed 28 Oct 2026" in page(client, "portal:member_home")
    post(remittance)
    assert "From your salary on Sat 28 Nov 2026" in page(client, "portal:member_home")
    member = Member.objects.select_related(*selectors.WITH_BALANCES).get(pk=member.pk)
    assert selectors.sheet_of(member, on=TODAY).deduction.on == date(2026, 11, 28)


def test_whoever_is_asked_to_stand_for_a_loan_sees_it_and_nobody_else_does(client, member):
    asking = make_member(savings="100000", surname="BELLO", other_names="Musa")
    application = make_application(member=asking, status="awaiting_guarantors", amount="90000")
    guarantee = make_guarantee(application=application, guarantor=member, amount="60000")
    link = reverse("loans:answer_guarantee", args=[guarantee.pk])
    text = page(client, "portal:member_home")
    assert "BELLO Musa asks you to stand for a loan" in text
    assert "For ₦60,000 of ₦90,000 (Normal loan)." in text
    assert link in text
    sign_in(client, asking.user)
    text = page(client, "portal:member_home")
    assert link not in text
    assert application.number in text


def test_who_may_have_to_pay_or_is_asked_to_take_a_place_sees_it_at_home(client, db, october):
    recourse = notice(late_loan())
    address = reverse("loans:answer_notice", args=[recourse.pk])
    first, second = promises(recourse.loan)
    new = make_member(savings="150000")
    Substitution.objects.create(
        old=second, guarantor=new, amount=1000, why="wish", asked_by=make_user(roles=["officer"]), asked_at=AT
    )
    sign_in(client, first.guarantor.user)
    text = page(client, "portal:member_home")
    assert f"A loan of {recourse.loan.member.name} is not paid" in text
    assert address in text
    sign_in(client, recourse.loan.member.user)
    assert "Your loan is not paid" in page(client, "portal:member_home")
    sign_in(client, new.user)
    text = page(client, "portal:member_home")
    assert "Will you take a guarantor’s place?" in text
    assert address not in text


def test_a_request_that_is_not_sent_asks_nobody(client, member):
    application = make_application(member=make_member(savings="100000"), status="draft")
    make_guarantee(application=application, guarantor=member, amount="60000")
    assert "asks you to stand" not in page(client, "portal:member_home")


def test_ones_own_open_requests_are_there_once_whoever_was_asked(client, member):
    application = make_application(member=member, status="awaiting_guarantors", product="commodity")
    for _ in range(3):
        make_guarantee(application=application)
    home = selectors.home_of(member.user, on=TODAY)
    assert [row.number for row in home.requests] == [application.number]
    assert home.asked == ()


def test_the_newest_lines_are_told_and_lead_to_their_entries(client, member):
    home = selectors.home_of(member.user, on=TODAY)
    assert [(line.title, line.amount, line.is_in) for line in home.activity] == [
        ("Lent", Decimal(120000), False),
        ("Paid in", Decimal(500000), True),
    ]
    assert reverse("reports:entry", args=[home.activity[0].entry_id]) in page(client, "portal:member_home")


@pytest.mark.parametrize(
    ("hour", "words"), [(8, "Good morning"), (12, "Good afternoon"), (16, "Good afternoon"), (20, "Good evening")]
)
def test_people_are_greeted_by_the_time_of_day_in_lagos(hour, words):
    assert selectors.greeting(datetime(2026, 10, 26, hour - 1, tzinfo=UTC)) == words


def test_whoever_has_neither_membership_nor_office_is_told_where_to_ask(client, db):
    sign_in(client, make_user())
    assert "Nothing is open to you yet" in page(client, "portal:home")


@pytest.mark.parametrize(
    ("role", "route"),
    [
        ("committee", "committee:queue"),
        ("chair", "committee:queue"),
        ("secretary", "committee:queue"),
        ("treasurer", "loans:payouts"),
        ("officer", "loans:to_register"),
        ("admin", "users:people"),
        ("board", "reports:trial_balance"),
        ("auditor", "reports:trial_balance"),
    ],
)
def test_whoever_has_an_office_lands_at_his_desk(client, db, role, route):
    sign_in(client, make_user(roles=["member", role] if role != "auditor" else [role]))
    answer = client.get(reverse("portal:home"))
    assert answer.headers["Location"] == reverse(route)


# Savings --------------------------------------------------------------------------------------------------------------


def test_the_savings_page_shows_each_account_with_the_balance_after_each_line(client, member):
    text = page(client, "portal:savings")
    assert "Paid in" in text
    assert "₦500,000.00 after this" in text
    assert "<h2>Shares</h2>" not in text  # nothing ever happened there


def test_the_passbook_counts_back_from_what_stands_there(member):
    deposit(member.savings_account, "1000")
    deposit(member.savings_account, "200", on=TODAY.replace(day=1))
    found = Member.objects.select_related(*selectors.WITH_BALANCES).get(pk=member.pk)
    (title, balance, lines), *others = selectors.savings_of(found, limit=2).accounts
    assert (title, balance, others) == ("Savings", 501200, [])
    assert [(line.change, line.balance) for line in lines] == [(1000, 501200), (500000, 500200)]


def test_a_member_asks_for_what_he_can_draw_and_it_is_held_at_once(client, member):
    assert "380,000" in page(client, "portal:withdraw")
    answer = client.post(reverse("portal:withdraw"), {"amount": "380,000"})
    assert answer.headers["Location"] == reverse("portal:savings")
    assert Withdrawal.objects.get().amount == 380000
    assert "There is nothing to draw now" in page(client, "portal:withdraw")
    assert "Waiting to be paid" in page(client, "portal:savings")


def test_more_than_can_be_drawn_is_refused_with_what_can(client, member):
    answer = client.post(reverse("portal:withdraw"), {"amount": "380,000.01"})
    assert answer.status_code == 200
    assert "You can draw ₦380,000.00 or less" in answer.content.decode()
    assert not Withdrawal.objects.exists()


@pytest.mark.parametrize("typed", ["", "0", "-5", "lots"])
def test_an_amount_that_is_none_is_refused(client, member, typed):
    assert "There is a problem" in client.post(reverse("portal:withdraw"), {"amount": typed}).content.decode()
    assert not Withdrawal.objects.exists()


def test_what_can_be_drawn_is_never_below_nothing():
    cover = selectors.Cover(Equity(savings=Decimal(100), held=Decimal(30)), owed=Decimal(500))
    assert (cover.can_draw, cover.stays, cover.for_own_loans) == (0, 100, 70)
    cover = selectors.Cover(Equity(savings=Decimal(100), held=Decimal(30)), owed=Decimal(20))
    assert (cover.can_draw, cover.stays) == (50, 50)


# Size -----------------------------------------------------------------------------------------------------------------

PAGES = ["portal:member_home", "portal:savings", "portal:withdraw", "portal:help"]


@pytest.mark.parametrize("name", PAGES)
def test_a_members_pages_take_ten_queries_at_most(client, member, name, django_assert_max_num_queries):
    with django_assert_max_num_queries(MOST_QUERIES):
        page(client, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_members_pages_take_no_more_queries_in_a_large_society(
    practice_society, client, name, django_assert_max_num_queries
):
    member = Member.objects.get(number="UMCS/0002")
    request_withdrawal(member=member, amount=Decimal(1000), by=person("UMCS/0002"), at=AT)
    sign_in(client, person("UMCS/0002"))
    page(client, name)  # the society's name and the role switch are kept in memory for a minute
    with django_assert_max_num_queries(MOST_QUERIES):
        page(client, name)
