"""A society without a lending policy is told what to do on every page that needs one, and sets it on a page."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from audit.models import Event
from loans.deduction_order import examples, order_on
from loans.errors import NoLendingPolicy, PolicyFromThatDay
from loans.models import LendingPolicy, Loan, PayrollOrder
from loans.selectors.register import month_cap, policy_in_force
from loans.services.policy import set_lending_policy
from loans.services.registration import register_loan, release_queued
from loans.services.review import send_to_committee
from loans.states import LoanStatus
from loans.tests.factories import AT, TODAY, make_application, make_product_rules
from loans.tests.register_cast import make_approved, make_officer, make_registered
from users.testing import make_user, sign_in

pytestmark = pytest.mark.django_db
WHERE = "An administrator sets it on the page “Lending policy”"
PAGE = reverse("loans:lending_policy")
LIMITS = {"most_promises": "4", "exposure_base": "savings", "notice_days": "14", "payroll_order": "loans_first"}


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    for module in ("loans.views.officer", "loans.views.policy"):
        monkeypatch.setattr(f"{module}.business_date", lambda: TODAY)


def without_policy():
    LendingPolicy.objects.update(valid_from=date(2027, 1, 1))


def test_the_page_to_register_says_who_sets_the_policy_and_where(client):
    sign_in(client, make_officer())
    answer = client.get(reverse("loans:to_register"))
    assert answer.status_code == 200
    assert WHERE in answer.content.decode()
    make_product_rules()
    shown = client.get(reverse("loans:to_register")).content.decode()
    assert WHERE not in shown
    assert "Money for October 2026" in shown


def test_registering_without_a_policy_is_refused_in_words_and_registers_nothing(client):
    application = make_approved()
    without_policy()
    sign_in(client, make_officer())
    address = reverse("loans:register_one", args=[application.number])
    for answer in (client.get(address, follow=True), client.post(address, follow=True)):
        assert answer.redirect_chain == [(reverse("loans:to_register"), 302)]
        assert WHERE in answer.content.decode()
    with pytest.raises(NoLendingPolicy):
        register_loan(application=application, by=make_officer(), on=TODAY, at=AT)
    assert not Loan.objects.exists()


def test_the_queue_waits_for_a_policy_and_an_empty_one_asks_for_none(client):
    assert release_queued(on=TODAY, by=None, at=AT) == []
    make_product_rules(monthly_cap=Decimal("1000"))
    loan = make_registered()
    without_policy()
    sign_in(client, make_officer())
    answer = client.post(reverse("loans:release"), follow=True)
    assert WHERE in answer.content.decode()
    loan.refresh_from_db()
    assert loan.status == LoanStatus.QUEUED


def test_a_request_waits_with_its_guarantors_until_there_is_a_quorum_to_copy():
    application = make_application(status="awaiting_guarantors")
    without_policy()
    with pytest.raises(NoLendingPolicy, match="An administrator"):
        send_to_committee(application, by=application.member.user, at=AT)


# The page -------------------------------------------------------------------------------------------------------------


def test_an_administrator_sets_it_and_the_office_goes_on(client):
    admin = sign_in(client, make_user(roles=["admin"]))
    shown = client.get(PAGE).content.decode()
    assert "No policy is in force" in shown
    assert f'href="{PAGE}"' in shown  # the menu leads to it
    typed = {"valid_from": "2026-10-26", "quorum": "4", "monthly_cap": "5,000,000", **LIMITS}
    answer = client.post(PAGE, typed, follow=True)
    assert "This counts for all loans from Mon 26 Oct 2026 on." in answer.content.decode()
    policy = policy_in_force(TODAY)
    assert (policy.quorum, month_cap(TODAY).left) == (4, Decimal("5000000.00"))
    told = Event.objects.get(verb="loans.policy.set")
    assert (told.actor_id, told.data["quorum"]) == (admin.pk, 4)
    assert "begins on this day already" in client.post(PAGE, typed).content.decode()
    assert client.post(PAGE, {"valid_from": "2026-12-01", "quorum": "2", **LIMITS}).status_code == 302
    assert LendingPolicy.objects.in_force(date(2026, 12, 1)).monthly_cap is None
    assert policy_in_force(TODAY) == policy


@pytest.mark.parametrize(
    "typed",
    [
        {"quorum": "1"},
        {"monthly_cap": "0"},
        {"valid_from": "2026-10-25"},
        {"most_promises": "0"},
        {"most_exposure_percent": "0"},
        {"exposure_base": "land"},
        {"notice_days": "0"},
    ],
)
def test_what_cannot_be_is_refused_beside_its_box(client, typed):
    sign_in(client, make_user(roles=["admin"]))
    answer = client.post(PAGE, {"valid_from": "2026-10-26", "quorum": "3", **LIMITS, **typed})
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == set(typed)
    assert not LendingPolicy.objects.exists()


def test_who_may_stand_for_whom_is_part_of_it(client):
    sign_in(client, make_user(roles=["admin"]))
    typed = {"valid_from": "2026-10-26", "quorum": "3", **LIMITS}
    limits = {"most_promises": "2", "most_exposure_percent": "60", "exposure_base": "equity", "notice_days": "30"}
    answer = client.post(PAGE, typed | limits | {"in_arrears_may_stand": "on"}, follow=True)
    policy = policy_in_force(TODAY)
    assert (policy.most_promises, policy.most_exposure_percent, policy.exposure_base) == (2, Decimal(60), "equity")
    assert (policy.officers_may_stand, policy.in_arrears_may_stand, policy.notice_days) == (False, True, 30)
    assert "60% of all savings and shares" in answer.content.decode()


def test_a_new_policy_begins_as_the_one_in_force_so_that_no_cap_is_lost(client):
    make_product_rules(monthly_cap=Decimal("1000"))
    sign_in(client, make_user(roles=["admin"]))
    initial = client.get(PAGE).context["form"].initial
    assert (initial["monthly_cap"], initial["valid_from"]) == (Decimal("1000.00"), TODAY)


@pytest.mark.parametrize("role", ["officer", "auditor"])
def test_who_sees_the_rules_reads_it_and_does_not_set_it(client, role):
    sign_in(client, make_user(roles=[role]))
    shown = client.get(PAGE)
    assert "The administrator enters what the society decided." in shown.content.decode()
    assert shown.context["form"] is None
    sign_in(client, make_user(roles=["member"]))
    assert client.get(PAGE).status_code == 403
    sign_in(client, make_user(roles=[role]))
    assert client.post(PAGE, {"valid_from": "2026-10-26", "quorum": "3"}).status_code == 403


def test_what_counted_yesterday_is_never_changed():
    admin = make_user(roles=["admin"])
    with pytest.raises(PolicyFromThatDay, match="This day is past"):
        set_lending_policy(
            valid_from=date(2026, 10, 25), quorum=3, monthly_cap=None, by=admin, on=TODAY, at=AT
        )  # fmt: skip
    assert not LendingPolicy.objects.exists()


def test_the_page_shows_what_each_order_makes_of_a_short_deduction_and_keeps_the_one_that_was_chosen(client):
    sign_in(client, make_user(roles=["admin"]))
    shown = client.get(PAGE).content.decode()
    for order in PayrollOrder:
        assert order.label in shown
    assert dict(examples())[PayrollOrder.PRO_RATA.label] == {"loan": 12000, "christmas": 3000, "savings": 15000}
    assert "12,000" in shown
    chosen = {"valid_from": "2026-12-01", "quorum": "3", **LIMITS, "payroll_order": "savings_first"}
    assert client.post(PAGE, chosen).status_code == 302
    assert order_on(date(2026, 12, 1)) == PayrollOrder.SAVINGS_FIRST
    assert order_on(date(2026, 11, 30)) == PayrollOrder.LOANS_FIRST
    assert "savings first, then Christmas savings, then loans".lower() in client.get(PAGE).content.decode().lower()
