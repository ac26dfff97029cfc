"""Whatever comes: posted + suspense = file = credit + charge, and nobody gets more or less than his line."""

from collections import defaultdict
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ledger import chart
from ledger.selectors import balance_of
from ledger.services import account
from loans.models import Repayment
from reconciliation.models import SuspenseItem
from reconciliation.selectors.totals import totals
from reconciliation.services.suspense import clear_suspense, propose_owner
from reconciliation.tests.factories import (
    AT,
    books_agree,
    has,
    make_employer,
    make_issued,
    make_loan,
    make_officer,
    make_return,
    make_saver,
    make_treasurer,
    post,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MEMBERS = 6
kobo = st.integers(min_value=1, max_value=9_000_000).map(lambda n: Decimal(n) / 100)
shares = st.sampled_from(["1", "0.5", "0.01", "1.25", "2", "3.333"])


@st.composite
def rows(draw):
    """Lines by what is wrong with them: whose number, whose name, how much of what was asked."""
    return draw(
        st.lists(
            st.tuples(
                st.integers(0, MEMBERS - 1),  # whose line it is
                st.sampled_from(["own", "own", "own", "anothers", "nobodys", "none"]),
                st.sampled_from(["own", "own", "own", "anothers", "strangers", "none"]),
                st.one_of(shares, kobo),
            ),
            min_size=1,
            max_size=12,
        )
    )


@pytest.fixture
def cast():
    employer = make_employer()
    people = [make_saver(employer, savings=f"{10000 + n}.{n}5", christmas=str(n * 500)) for n in range(MEMBERS)]
    for n, member in enumerate(people[:4]):
        make_loan(member, balance="9000", instalment="4000", months_left=1 + n, guarantors=[people[5]])
    make_loan(people[0], balance="30000", instalment="3000", product="emergency")
    return people, make_issued(employer), make_officer(), make_treasurer()


def written(people, asked, drawn):
    out = []
    for n, (who, number, name, much) in enumerate(drawn):
        member, other = people[who], people[(who + 1) % MEMBERS]
        staff = {"own": member.staff_number, "anothers": other.staff_number, "nobodys": f"9{n:04}", "none": ""}[number]
        said = {"own": member.name, "anothers": other.name, "strangers": "ZUBAIRU Quartey", "none": ""}[name]
        amount = much if isinstance(much, Decimal) else (asked[member.pk] * Decimal(much)).quantize(Decimal("0.01"))
        if staff or said:
            out.append((staff, said, max(amount, Decimal("0.01"))))
    return out or [("99999", "ZUBAIRU Quartey", Decimal("1.00"))]


def loans_of(member):
    return sum((balance_of(loan.account) for loan in member.loans.all()), Decimal(0))


def wealth(member):
    """Savings less what is owed: a credited line raises it by what is not interest."""
    return sum(has(member).values()) - loans_of(member)


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a shorter example is not worth minutes of postings
)  # fmt: skip
@given(drawn=rows(), charge=st.sampled_from(["0", "0.01", "52.50"]), chunk=st.integers(1, 5), clear=st.booleans())
def test_every_kobo_is_explained_and_nobody_gets_anothers(cast, drawn, charge, chunk, clear):
    people, schedule, officer, treasurer = cast
    with transaction.atomic():
        asked = dict(schedule.lines.values_list("member_id", "total"))
        lines = written(people, asked, drawn)
        if sum(amount for *_, amount in lines) <= Decimal(charge):
            charge = "0"
        before = {member.pk: wealth(member) for member in people}
        remittance = post(make_return(schedule, lines, charge=charge, by=officer), by=treasurer, chunk=chunk)
        told = totals(remittance)
        assert told.matched + told.suspense == told.file == told.credit + told.charge == sum(a for *_, a in lines)
        assert balance_of(account(chart.SUSPENSE)) == told.suspense
        if clear:
            for item in SuspenseItem.objects.order_by("-pk"):
                owner = item.line.member or people[item.pk % MEMBERS]
                propose_owner(item=item, member=owner, by=officer, at=AT)
                clear_suspense(item=item, member=owner, by=treasurer, at=AT)
            assert balance_of(account(chart.SUSPENSE)) == 0
        credited = defaultdict(Decimal)
        for line in remittance.lines.select_related("suspense__member", "member"):
            parts = sum((part.amount for part in line.postings.all()), Decimal(0))
            if line.state == "posted" or clear:
                assert parts == line.amount
                owner = line.suspense.member_id if line.state == "suspense" else line.member_id
                credited[owner] += line.amount
            else:
                assert parts == 0
        for member in people:
            assert wealth(member) - before[member.pk] + interest_paid(remittance, member) == credited[member.pk]
        books_agree()
        with transaction.get_connection().cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def interest_paid(remittance, member):
    """What of this return's payments on the member's loans was interest."""
    paid = Repayment.objects.filter(loan__member=member, entry__batch=f"remittance/{remittance.pk}")
    return sum((repayment.interest for repayment in paid), Decimal(0))
