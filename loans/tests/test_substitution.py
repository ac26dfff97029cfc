"""Another member takes a guarantor's place: asked, agreed, approved by a second officer, never uncovered between."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.models import AccountBalance
from loans.checks import INVARIANTS
from loans.errors import (
    AskedAlready,
    NotAChoice,
    NotCovered,
    NotYourGuarantee,
    NotYourOwnLoan,
    RecourseOpen,
    SecondPersonNeeded,
    SubstitutionOpen,
    SubstitutionOver,
)
from loans.models import Guarantee, HoldPolicy
from loans.services.repayments import record_receipt
from loans.services.substitution import (
    answer_substitution,
    approve_substitution,
    ask_substitute,
    withdraw_substitution,
)
from loans.states import GuaranteeStatus, SubstitutionStatus
from loans.tests.factories import AT, hold_savings, make_member
from loans.tests.recourse_cast import LATE, late_loan, notice, promises
from loans.tests.register_cast import make_officer
from notifications.models import Message

pytestmark = pytest.mark.django_db
D = Decimal


def held(member) -> Decimal:
    return AccountBalance.objects.get(account=member.savings_account).held


def ask(loan, guarantor, *, by=None):
    return ask_substitute(old=promises(loan)[0], guarantor=guarantor, why="death", by=by or make_officer(), at=AT)


def agreed(loan, guarantor, **fields):
    asked = ask(loan, guarantor, **fields)
    return answer_substitution(substitution=asked, says_yes=True, by=guarantor.user, at=AT)


def sound() -> bool:
    return not any(one.run().broken for one in INVARIANTS if one.code in ("LH", "LN"))


def test_the_new_hold_is_there_before_the_old_one_goes_and_all_are_told(constraints_now):
    loan, new = late_loan(), make_member(savings="150000")
    old = promises(loan)[0]
    consent = agreed(loan, new)
    assert consent.consent_text.startswith("I take the place of")
    assert (held(new), held(old.guarantor)) == (0, 100000)
    made = approve_substitution(substitution=consent, by=make_officer(), at=AT)
    assert (held(new), held(old.guarantor)) == (100000, 0)
    old.refresh_from_db()
    assert (old.status, made.status, made.amount) == (GuaranteeStatus.RELEASED, GuaranteeStatus.ACCEPTED, 100000)
    assert made.consent_text == consent.consent_text
    for person in (new, old.guarantor, loan.member):
        assert Message.objects.filter(user=person.user, event=f"loans.substitution.done:{consent.pk}").exists()
    assert approve_substitution(substitution=consent, by=make_officer(), at=AT) == made
    constraints_now()
    assert sound()


def test_he_stands_for_what_the_loan_needs_now_and_falls_from_there(constraints_now):
    loan, new = late_loan(policy=HoldPolicy.FALLS_WITH_PRINCIPAL), make_member(savings="150000")
    record_receipt(loan=loan, amount=D("17769.76"), into="bank", reference="1", by=make_officer(), on=LATE, at=AT)
    consent = agreed(loan, new)
    assert consent.amount == D("92115.12")
    record_receipt(loan=loan, amount=D("17769.76"), into="bank", reference="2", by=make_officer(), on=LATE, at=AT)
    made = approve_substitution(substitution=consent, by=make_officer(), at=AT)
    needed = promises(loan)[1].needed
    assert made.amount == needed < consent.amount
    record_receipt(loan=loan, amount=D("50000"), into="bank", reference="3", by=make_officer(), on=LATE, at=AT)
    first, second = Guarantee.objects.live().filter(loan=loan).order_by("pk")
    assert abs(first.needed - second.needed) <= D("0.01")
    assert first.needed + second.needed == loan.account.stored.balance
    constraints_now()
    assert sound()


def test_it_is_refused_while_it_would_be_uncovered_and_the_old_one_stays_bound():
    loan, new = late_loan(), make_member(savings="150000")
    consent = agreed(loan, new)
    hold_savings(new, "60000")
    with pytest.raises(NotCovered, match="stays bound"):
        approve_substitution(substitution=consent, by=make_officer(), at=AT)
    assert promises(loan)[0].status == GuaranteeStatus.ACCEPTED
    poor = make_member(savings="99999.99")
    loan = late_loan()
    with pytest.raises(NotCovered):
        agreed(loan, poor)


def test_nobody_is_put_in_without_his_own_yes():
    loan, new = late_loan(), make_member(savings="150000")
    asked = ask(loan, new)
    with pytest.raises(SubstitutionOver):
        approve_substitution(substitution=asked, by=make_officer(), at=AT)
    with pytest.raises(NotYourGuarantee):
        answer_substitution(substitution=asked, says_yes=True, by=loan.member.user, at=AT)
    no = answer_substitution(substitution=asked, says_yes=False, by=new.user, at=AT)
    assert no.status == SubstitutionStatus.REFUSED
    assert answer_substitution(substitution=no, says_yes=False, by=new.user, at=AT).status == no.status
    with pytest.raises(SubstitutionOver):
        answer_substitution(substitution=no, says_yes=True, by=new.user, at=AT)


def test_who_asked_does_not_approve_it_nor_does_anybody_with_a_part_in_it():
    loan, new, officer = late_loan(), make_member(savings="150000"), make_officer()
    consent = agreed(loan, new, by=officer)
    with pytest.raises(SecondPersonNeeded):
        approve_substitution(substitution=consent, by=officer, at=AT)
    for person in (new, loan.member, promises(loan)[0].guarantor):
        with pytest.raises(NotYourOwnLoan):
            approve_substitution(substitution=consent, by=person.user, at=AT)
    assert approve_substitution(substitution=consent, by=make_officer(), at=AT)


def test_one_is_asked_at_a_time_and_nobody_who_stands_for_it_or_borrowed_it():
    loan, new = late_loan(), make_member(savings="150000")
    with pytest.raises(AskedAlready):
        ask(loan, promises(loan)[1].guarantor)
    with pytest.raises(NotAChoice):
        ask(loan, loan.member)
    asked = ask(loan, new)
    with pytest.raises(SubstitutionOpen):
        ask(loan, make_member(savings="150000"))
    withdraw_substitution(substitution=asked, by=make_officer(), at=AT)
    assert ask(loan, make_member(savings="150000"))


def test_while_a_notice_runs_who_stands_for_the_loan_stays():
    loan, new = late_loan(), make_member(savings="150000")
    consent = agreed(loan, new)
    notice(loan)
    with pytest.raises(RecourseOpen):
        approve_substitution(substitution=consent, by=make_officer(), at=AT)
