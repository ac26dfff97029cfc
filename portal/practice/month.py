"""October's deductions: four schedules issued, one return in and matched; and savings asked for."""

from __future__ import annotations

from decimal import Decimal

from loans.services.withdrawals import request_withdrawal
from members.models import Employer, Withdrawal
from members.services import decline_withdrawal, pay_withdrawal
from portal.practice.books import UNITY
from portal.practice.moments import MONTH, TODAY, at, october
from portal.practice.people import member
from reconciliation.models import DeductionSchedule
from reconciliation.services.returns import import_return
from reconciliation.services.schedules import issue_schedule, prepare_schedule
from users.selectors import person

EMPLOYERS = ("LPA", "SVP", "KHB", "PEN")
RETURN = "return_KHB_2026-10.csv"
CREDIT, NARRATION = Decimal("10845016.05"), "KAINJI HYDRO BOARD COOP DEDUCTION OCT 2026"


def issue_schedules() -> None:
    """What each employer is asked to deduct in October, before any of the month's changes."""
    officer, treasurer = person("officer"), person("treasurer")
    for hour, code in enumerate(EMPLOYERS, 9):
        schedule = prepare_schedule(employer=Employer.objects.get(code=code), month=MONTH, by=officer, at=at(5, hour))
        issue_schedule(schedule=schedule, by=treasurer, at=at(6, hour))


def receive_return() -> None:
    """Kainji's return with its bank credit: imported and matched, nothing posted."""
    import_return(
        schedule=DeductionSchedule.objects.issued().get(employer__code="KHB", month=MONTH),
        file_name=RETURN,
        data=(UNITY / RETURN).read_bytes(),
        bank_credit=CREDIT,
        received_on=TODAY,
        bank_reference=NARRATION,
        by=person("officer"),
        at=at(26, 8, 30),
    )


def savings_asked_for() -> None:
    """One withdrawal paid, one declined, one waiting for the treasurer."""
    treasurer = person("treasurer")
    pay_withdrawal(
        withdrawal=_ask("UMCS/0264", 150_000, day=19), bank_reference="TRF/26102000102", by=treasurer, on=october(20),
        at=at(20, 11),
    )  # fmt: skip
    decline_withdrawal(
        withdrawal=_ask("UMCS/0149", 900_000, day=21), by=treasurer, at=at(22, 10),
        reason="The name on your bank account is not yours. Come to the office with your bank book",
    )  # fmt: skip
    _ask("UMCS/0259", 200_000, day=23)


def _ask(number: str, amount: int, *, day: int) -> Withdrawal:
    asking = member(number)
    return request_withdrawal(member=asking, amount=Decimal(amount), by=asking.user, at=at(day, 13))
