from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from audit.models import Event
from core.errors import IllegalTransition
from ledger.models import AccountBalance, HoldPurpose
from loans.errors import (
    AlreadySent,
    ApprovalBeyondRequest,
    DraftExists,
    NoQuorum,
    NotEligible,
    NotTheApplicant,
    NotYourOwnLoan,
    ProductClosed,
    ReasonNeeded,
)
from loans.models import LendingPolicy, LoanApplication, LoanApproval, LoanParty, LoanProduct, ProductVersion
from loans.selectors.facts import facts_for
from loans.services.applications import (
    approve_application,
    change_application,
    decline_application,
    save_draft,
    start_application,
    submit_application,
    withdraw_application,
)
from loans.services.guarantees import ask_guarantor
from loans.states import ApplicationStatus, GuaranteeStatus, LoanStatus
from loans.tests.factories import (
    AT,
    TODAY,
    cast_votes,
    hold_savings,
    make_application,
    make_guarantee,
    make_member,
    make_product_rules,
    make_running_loan,
)
from members.states import MemberStatus
from notifications.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules():
    return make_product_rules()


@pytest.fixture
def member(rules):
    return make_member(savings="250000")


def start(member, *, product="normal", amount="200000", term=12, by=None):
    return start_application(
        member=member, product=LoanProduct.objects.get(code=product), amount=Decimal(amount), term_months=term,
        purpose="School fees", by=by or member.user, at=AT,
    )  # fmt: skip


def send(application):
    return submit_application(application=application, by=application.member.user, on=TODAY, at=AT)


# Drafts ---------------------------------------------------------------------------------------------------------------


def test_requests_are_numbered_in_their_year_without_a_gap(member, rules):
    first = start(member)
    second = start(make_member())
    assert (first.number, second.number) == ("APP/2026/0001", "APP/2026/0002")
    assert first.status == ApplicationStatus.DRAFT
    with pytest.raises(DraftExists):
        start(member)
    assert start(make_member()).number == "APP/2026/0003"


def test_nobody_begins_or_changes_a_request_for_another(member):
    stranger = make_member()
    with pytest.raises(NotTheApplicant):
        start(member, by=stranger.user)
    draft = start(member)
    with pytest.raises(NotTheApplicant):
        change(draft, by=stranger.user)
    assert change(draft, by=member.user).amount == Decimal(150000)


def change(draft, *, by):
    return change_application(
        application=draft, product=draft.product, amount=Decimal(150000), term_months=10, purpose="Rent", by=by, at=AT
    )


def test_a_draft_is_changed_until_it_is_sent(member):
    draft = start(member)
    changed = change(draft, by=member.user)
    assert (changed.amount, changed.term_months, changed.purpose) == (Decimal(150000), 10, "Rent")
    send(draft)
    with pytest.raises(AlreadySent):
        change(draft, by=member.user)


def test_sending_the_form_twice_leaves_one_draft(member, rules):
    wanted = {"product": rules["normal"].product, "amount": Decimal(90000), "term_months": 9, "purpose": "Rent"}
    first = save_draft(member=member, draft=None, by=member.user, at=AT, **wanted)
    again = save_draft(member=member, draft=None, by=member.user, at=AT, **wanted)
    assert first.pk == again.pk
    assert LoanApplication.objects.filter(member=member).count() == 1


# Sending --------------------------------------------------------------------------------------------------------------


def test_a_sent_request_waits_for_guarantors_with_the_rules_of_its_day(member, rules):
    sent = send(start(member))
    assert sent.status == ApplicationStatus.AWAITING_GUARANTORS
    assert (sent.version, sent.submitted_at) == (rules["normal"], AT)
    stored = LoanApplication.objects.get(pk=sent.pk).rules
    assert stored["instalment"] == "17769.76"
    assert [rule["code"] for rule in stored["rules"] if rule["passed"] is None] == ["deduction_ceiling"]
    assert LoanParty.objects.get(application=sent).member == member
    assert Event.objects.filter(verb="loans.loanapplication.awaiting_guarantors", subject_id=str(sent.pk)).exists()


def test_sending_twice_changes_nothing(member):
    sent = send(start(member))
    again = submit_application(application=sent, by=member.user, on=TODAY, at=AT + timedelta(hours=1))
    assert again.submitted_at == AT
    assert LoanParty.objects.filter(application=sent).count() == 1


def test_only_the_member_himself_sends_his_request(member):
    draft = start(member)
    with pytest.raises(NotTheApplicant):
        submit_application(application=draft, by=make_member().user, on=TODAY, at=AT)


def test_the_rules_are_asked_again_on_sending_and_the_refusal_says_what_would_pass(member):
    draft = start(member, amount="500000", term=36)
    hold_savings(member, "50000", purpose=HoldPurpose.WITHDRAWAL)  # on its way out: it counts no more
    with pytest.raises(NotEligible, match="Over your limit of ₦400,000") as refused:
        send(draft)
    assert refused.value.field == "amount"
    assert refused.value.verdict.nearest.amount == Decimal(400000)
    draft.refresh_from_db()
    assert draft.status == ApplicationStatus.DRAFT
    assert not LoanParty.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": MemberStatus.LEAVING}, "active_member"),
        ({"joined_on": date(2026, 9, 1)}, "membership_months"),
        ({"monthly_pay": Decimal(50000), "other_deductions": Decimal(0)}, "deduction_ceiling"),
    ],
)
def test_what_has_changed_since_the_draft_refuses_it(member, change, code):
    draft = start(member)
    for name, value in change.items():
        setattr(member, name, value)
    member.save()
    with pytest.raises(NotEligible) as refused:
        send(draft)
    assert [rule.code for rule in refused.value.verdict.refused] == [code]


def test_a_pay_that_is_known_and_large_enough_passes(member):
    member.monthly_pay, member.other_deductions = Decimal(180000), Decimal(0)
    member.save()
    stored = send(start(member)).rules["rules"]
    assert {rule["passed"] for rule in stored} == {True}


def test_one_request_of_a_type_waits_at_a_time(member):
    send(start(member, amount="50000"))
    second = start(member, amount="50000")
    with pytest.raises(NotEligible) as refused:
        send(second)
    assert [rule.code for rule in refused.value.verdict.refused] == ["open_application"]
    withdraw_application(application=second, by=member.user, at=AT)
    assert send(start(member, product="emergency", amount="50000", term=6)).status == "awaiting_guarantors"


def test_a_running_loan_and_an_open_request_count_against_the_pay(member):
    member.monthly_savings = Decimal(10000)
    member.save()
    make_running_loan(member=member, product="emergency", principal="40000", owed="20000", instalment="6863.26")
    make_running_loan(
        member=member, product="commodity", status=LoanStatus.QUEUED, principal="30000", instalment="2600"
    )
    send(start(member, product="normal", amount="100000", term=12))
    facts = facts_for(member, TODAY)
    assert facts.owed == {"emergency": Decimal("20000.00"), "commodity": Decimal("30000.00")}
    assert facts.waiting == {"normal": "APP/2026/0001"}
    assert facts.monthly_instalments == Decimal("6863.26") + Decimal(2600) + Decimal("8884.88")
    assert facts.monthly_contributions == Decimal(10000)


def test_facts_are_gathered_in_three_queries_whatever_he_has(member, django_assert_num_queries):
    for code in ("emergency", "commodity", "electronics"):
        make_running_loan(member=member, product=code)
    send(start(member))
    with django_assert_num_queries(3):
        facts_for(member, TODAY)


def test_a_product_without_guarantors_goes_to_the_committee_at_once(member, rules):
    ProductVersion.objects.filter(pk=rules["emergency"].pk).update(guarantors_required=0)
    LendingPolicy.objects.create(valid_from=date(2026, 10, 1), quorum=5)
    sent = send(start(member, product="emergency", amount="50000", term=6))
    assert (sent.status, sent.quorum, sent.reviewed_from) == (ApplicationStatus.UNDER_REVIEW, 5, AT)
    assert Message.objects.filter(user=member.user, subject="Your request is with the committee").exists()


def test_the_quorum_is_that_of_the_day_and_a_later_policy_does_not_touch_it(member, rules):
    ProductVersion.objects.filter(pk=rules["emergency"].pk).update(guarantors_required=0)
    LendingPolicy.objects.create(valid_from=TODAY + timedelta(days=1), quorum=7)
    assert send(start(member, product="emergency", amount="50000", term=6)).quorum == 3


def test_a_kind_of_loan_that_is_closed_or_has_no_rules_for_the_day_is_refused(member, rules):
    draft = start(member)
    LoanProduct.objects.filter(pk=draft.product_id).update(is_open=False)
    with pytest.raises(ProductClosed):
        send(draft)
    LoanProduct.objects.filter(pk=draft.product_id).update(is_open=True)
    ProductVersion.objects.filter(pk=rules["normal"].pk).update(valid=DateRange(date(2020, 1, 1), TODAY))
    with pytest.raises(ProductClosed):
        send(draft)
    assert submit_application(application=draft, by=member.user, on=TODAY - timedelta(days=1), at=AT)


def test_those_chosen_in_a_draft_are_told_when_it_is_sent_and_not_before(member):
    draft, friend = start(member), make_member(savings="100000")
    ask_guarantor(application=draft, guarantor=friend, amount=Decimal(100000), by=member.user, at=AT)
    assert not Message.objects.filter(user=friend.user).exists()
    send(draft)
    told = Message.objects.filter(user=friend.user, channel="in_app").get()
    assert told.subject == f"{member.name} asks you to stand for a loan"
    assert "₦100,000.00 of ₦200,000.00 (Normal loan)" in told.body


# Withdrawing ----------------------------------------------------------------------------------------------------------


def test_withdrawing_frees_the_guarantors_and_tells_them(member):
    yes, waiting = make_member(savings="100000"), make_member(savings="100000")
    application = send(start(member))
    accepted = make_guarantee(application=application, guarantor=yes, status=GuaranteeStatus.ACCEPTED)
    requested = make_guarantee(application=application, guarantor=waiting)
    withdraw_application(application=application, by=member.user, at=AT)
    application.refresh_from_db()
    accepted.refresh_from_db()
    requested.refresh_from_db()
    assert application.status == ApplicationStatus.WITHDRAWN
    assert (accepted.status, requested.status) == (GuaranteeStatus.RELEASED, GuaranteeStatus.CANCELLED)
    assert AccountBalance.objects.get(account=yes.savings_account).held == 0
    assert (
        Message.objects.filter(user=yes.user, channel="in_app").get().subject
        == "₦100,000.00 of your savings is free again"
    )
    assert Message.objects.filter(user=waiting.user, channel="in_app").get().subject == "You need not answer any more"


def test_who_was_chosen_in_a_draft_hears_nothing_when_it_is_deleted(member):
    draft, friend = start(member), make_member(savings="100000")
    guarantee = ask_guarantor(application=draft, guarantor=friend, amount=Decimal(100000), by=member.user, at=AT)
    withdraw_application(application=draft, by=member.user, at=AT)
    guarantee.refresh_from_db()
    assert guarantee.status == GuaranteeStatus.CANCELLED
    assert not Message.objects.filter(user=friend.user).exists()


def test_withdrawing_twice_changes_nothing_and_nobody_withdraws_for_another(member):
    application = send(start(member))
    with pytest.raises(NotTheApplicant):
        withdraw_application(application=application, by=make_member().user, at=AT)
    withdraw_application(application=application, by=member.user, at=AT)
    again = withdraw_application(application=application, by=member.user, at=AT + timedelta(hours=1))
    assert again.decided_at == AT


@pytest.mark.parametrize("status", ["draft", "under_review", "approved"])
def test_a_request_can_be_withdrawn_until_it_is_in_the_register(status):
    application = make_application(status=status)
    withdrawn = withdraw_application(application=application, by=application.member.user, at=AT)
    assert withdrawn.status == ApplicationStatus.WITHDRAWN


@pytest.mark.parametrize("status", ["declined", "registered"])
def test_a_request_that_is_over_cannot_be_withdrawn(status):
    application = make_application(status=status)
    with pytest.raises(IllegalTransition):
        withdraw_application(application=application, by=application.member.user, at=AT)


# The committee's answer -----------------------------------------------------------------------------------------------


def test_an_approval_needs_its_votes(member):
    application = make_application(status="under_review", member=member)
    chair = cast_votes(application, yes=2)[0].user
    with pytest.raises(NoQuorum):
        approve_application(application=application, amount=Decimal(200000), by=chair, at=AT)
    assert not LoanApproval.objects.exists()
    cast_votes(application, yes=1)
    approval = approve_application(application=application, amount=Decimal(200000), by=chair, at=AT)
    application.refresh_from_db()
    assert (application.status, application.decided_at) == (ApplicationStatus.APPROVED, AT)
    assert (approval.amount, approval.term_months, approval.approved_by) == (Decimal(200000), 12, chair)


def test_a_member_is_told_the_outcome_first(member):
    application = make_application(status="under_review", member=member)
    chair = cast_votes(application, yes=3)[0].user
    approve_application(application=application, amount=Decimal(150000), by=chair, at=AT)
    told = Message.objects.filter(user=member.user, channel="in_app").get()
    assert told.subject == "Approved: your loan of ₦150,000.00"
    assert "You asked for ₦200,000.00" in told.body
    assert told.link.endswith(f"/loans/applications/{application.number}/")


@pytest.mark.parametrize("amount", ["0", "200000.01"])
def test_no_more_is_approved_than_was_asked_for(member, amount):
    application = make_application(status="under_review", member=member)
    chair = cast_votes(application, yes=3)[0].user
    with pytest.raises(ApprovalBeyondRequest):
        approve_application(application=application, amount=Decimal(amount), by=chair, at=AT)


def test_nobody_decides_on_his_own_loan(member):
    application = make_application(status="under_review", member=member)
    cast_votes(application, yes=3)
    with pytest.raises(NotYourOwnLoan):
        approve_application(application=application, amount=Decimal(200000), by=member.user, at=AT)
    with pytest.raises(NotYourOwnLoan):
        decline_application(application=application, reason="No", by=member.user, at=AT)


@pytest.mark.parametrize("status", ["draft", "awaiting_guarantors", "withdrawn", "approved", "declined"])
def test_only_what_is_before_the_committee_is_decided(status):
    application = make_application(status=status)
    other = make_member().user
    with pytest.raises(IllegalTransition, match="not before the committee"):
        approve_application(application=application, amount=application.amount, by=other, at=AT)
    with pytest.raises(IllegalTransition, match="not before the committee"):
        decline_application(application=application, reason="Too much", by=other, at=AT)


def test_a_no_has_a_reason_and_frees_the_guarantors(member):
    friend = make_member(savings="200000")
    application = make_application(status="under_review", member=member, guarantors=[friend])
    chair = make_member(roles=("member", "chair")).user
    with pytest.raises(ReasonNeeded):
        decline_application(application=application, reason="  ", by=chair, at=AT)
    assert AccountBalance.objects.get(account=friend.savings_account).held == Decimal(200000)
    declined = decline_application(application=application, reason="Two payments were missed.", by=chair, at=AT)
    assert (declined.status, declined.decline_reason) == (ApplicationStatus.DECLINED, "Two payments were missed.")
    assert AccountBalance.objects.get(account=friend.savings_account).held == 0
    told = Message.objects.filter(user=member.user, channel="in_app").get()
    assert told.subject == f"Not approved: your request {application.number}"
    assert "The reason: Two payments were missed. When this has changed you can ask again" in told.body
