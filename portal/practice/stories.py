"""October 2026 in Unity: requests at every stage of a loan's life, each made by its own people through the services."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from committee.models import Sitting, VoteChoice
from committee.services import cast_vote, close_sitting, open_sitting
from loans.models import Guarantee, Loan, LoanApplication, LoanProduct
from loans.selectors.loan_page import loan_page
from loans.services.applications import start_application, submit_application
from loans.services.disbursements import disburse_loan
from loans.services.guarantees import accept_guarantee, ask_guarantor
from loans.services.registration import register_loan
from loans.services.repayments import record_receipt
from portal.practice.moments import at, october
from portal.practice.people import member
from users.selectors import person

YES, NO, NEITHER = VoteChoice.APPROVE, VoteChoice.DECLINE, VoteChoice.ABSTAIN

PAID_OUT = "UMCS/0517"
READY = "UMCS/0391"
QUEUED = "UMCS/0374"
APPROVED = "UMCS/0134"
DECLINED = "UMCS/0446"

# borrower, product, naira, months, what for, who stands for how much
FIRST_REQUESTS = [
    (PAID_OUT, "normal", 3_000_000, 24, "Roofing the house", {"UMCS/0270": 1_500_000, "UMCS/0296": 1_500_000}),
    (READY, "normal", 2_500_000, 24, "Children's school fees", {"UMCS/0295": 1_250_000, "UMCS/0430": 1_250_000}),
    (QUEUED, "normal", 5_000_000, 36, "A shop at the new market", {"UMCS/0295": 2_500_000, "UMCS/0032": 2_500_000}),
    (APPROVED, "normal", 800_000, 12, "Mother's operation", {"UMCS/0190": 400_000, "UMCS/0052": 400_000}),
    (DECLINED, "asset", 6_000_000, 48, "A plot of land", {"UMCS/0331": 3_000_000, "UMCS/0325": 3_000_000}),
]
WHY_DECLINED = "The valuation of the land is older than six months. Bring a new one and ask again"

SECOND_REQUESTS = [
    ("UMCS/0168", "normal", 1_500_000, 18, "Daughter's wedding", {"UMCS/0150": 750_000, "UMCS/0479": 750_000}),
    ("UMCS/0222", "emergency", 600_000, 6, "Hospital bill", {"UMCS/0324": 300_000, "UMCS/0331": 300_000}),
    ("UMCS/0246", "commodity", 2_000_000, 12, "Festive stock", {"UMCS/0032": 1_000_000, "UMCS/0325": 1_000_000}),
    # A member of the committee stands for this one, so he stands aside when it is voted on.
    ("UMCS/0471", "asset", 5_000_000, 48, "A used bus", {"UMCS/0062": 2_500_000, "UMCS/0156": 2_500_000}),
    ("UMCS/0549", "normal", 900_000, 12, "Borehole", {"UMCS/0324": 450_000, "UMCS/0190": 450_000}),
]  # fmt: skip


def send(
    number: str, product: str, amount: int, months: int, purpose: str, guarantors: dict[str, int], *, sent: datetime
) -> LoanApplication:
    """A member asks for a loan, names those who should stand for it, and sends it."""
    borrower = member(number)
    application = start_application(
        member=borrower, product=LoanProduct.objects.get(code=product), amount=Decimal(amount), term_months=months,
        purpose=purpose, by=borrower.user, at=sent,
    )  # fmt: skip
    for guarantor, part in guarantors.items():
        ask_guarantor(
            application=application, guarantor=member(guarantor), amount=Decimal(part), by=borrower.user, at=sent
        )
    return submit_application(application=application, by=borrower.user, on=sent.date(), at=sent)


def say_yes(application: LoanApplication, number: str, *, said: datetime) -> None:
    asked = Guarantee.objects.get(application=application, guarantor__number=number)
    accept_guarantee(guarantee=asked, by=person(number), at=said)


def send_and_cover(requests: list, *, day: int) -> list[LoanApplication]:
    """Requests sent one after the other on a day, with the guarantors' yes on the next: they go to the committee."""
    sent = []
    for place, (number, product, amount, months, purpose, guarantors) in enumerate(requests):
        application = send(number, product, amount, months, purpose, guarantors, sent=at(day, 9 + place, 15))
        for minute, guarantor in enumerate(guarantors):
            say_yes(application, guarantor, said=at(day + 1, 8 + place, 5 + 20 * minute))
        sent.append(application)
    return sent


def vote(application: LoanApplication, *ballots: tuple[str, str, str], cast: datetime) -> None:
    for number, choice, reason in ballots:
        cast_vote(application=application, choice=choice, reason=reason, by=person(number), at=cast)


def first_sitting() -> None:
    """Five requests decided on 14 October: four approved, one declined with its reason."""
    applications = dict(zip([row[0] for row in FIRST_REQUESTS], send_and_cover(FIRST_REQUESTS, day=7), strict=True))
    sitting = open_sitting(held_on=october(14), by=person("UMCS/0229"), at=at(12, 9))
    refused = applications.pop(DECLINED)
    vote(refused, ("UMCS/0062", NO, WHY_DECLINED), ("UMCS/0171", NO, WHY_DECLINED), ("chair", NEITHER, ""),
         cast=at(13, 11))  # fmt: skip
    for application in applications.values():
        vote(application, ("UMCS/0062", YES, ""), ("UMCS/0171", YES, ""), ("UMCS/0282", YES, ""), cast=at(13, 14))
    close_sitting(sitting=sitting, by=person("chair"), at=at(14, 15))


def register_and_pay() -> None:
    """Two loans come into the register and one of them is paid out; a third waits for next month's money."""
    officer, treasurer = person("officer"), person("treasurer")
    for hour, number in enumerate((PAID_OUT, READY, QUEUED), 9):
        application = LoanApplication.objects.approved().get(member__number=number)
        register_loan(application=application, by=officer, on=october(16), at=at(16, hour))
    disburse_loan(
        loan=Loan.objects.ready_to_pay().get(member__number=PAID_OUT), bank_name="Providus Bank",
        bank_account="0040055512", bank_reference="TRF/26101900417", by=treasurer, on=october(19), at=at(19, 12),
    )  # fmt: skip


def counter_receipts() -> None:
    """One member pays a part of his loan at the office, another pays off the rest of his and gets his certificate."""
    officer = person("officer")
    paying = Loan.objects.active().get(member__number="UMCS/0082", product__code="normal")
    record_receipt(
        loan=paying, amount=Decimal("60000.00"), into="cash", reference="UC 00412", by=officer, on=october(20),
        at=at(20, 10, 25),
    )  # fmt: skip
    clearing = Loan.objects.active().get(member__number="UMCS/0068", product__code="normal")
    left = loan_page(clearing, on=october(22)).pay_off.total
    record_receipt(
        loan=clearing, amount=left, into="bank", reference="UC 00419", by=officer, on=october(22), at=at(22, 9, 50)
    )


def second_sitting() -> Sitting:
    """Five requests before the committee, and a sitting in which three votes are in."""
    wedding, _, stock, bus, _ = send_and_cover(SECOND_REQUESTS, day=20)
    sitting = open_sitting(held_on=october(28), by=person("UMCS/0229"), at=at(23, 9))
    vote(wedding, ("UMCS/0062", YES, ""), ("UMCS/0282", YES, ""), cast=at(23, 16))
    vote(stock, ("UMCS/0282", NO, "The quotation is from one shop only. Bring three"), cast=at(23, 16, 20))
    vote(bus, ("chair", YES, ""), cast=at(24, 11))
    return sitting


def open_requests() -> None:
    """A draft that its member has not sent, and two requests that wait for their guarantors' answers."""
    drafting = member("UMCS/0396")
    draft = start_application(
        member=drafting, product=LoanProduct.objects.get(code="commodity"), amount=Decimal(900_000), term_months=10,
        purpose="Fridge and generator for the shop", by=drafting.user, at=at(24, 19),
    )  # fmt: skip
    ask_guarantor(
        application=draft, guarantor=member("UMCS/0425"), amount=Decimal(450_000), by=drafting.user, at=at(24, 19, 10)
    )
    waiting = send(
        "UMCS/0410", "normal", 1_200_000, 24, "Rent for two years", {"UMCS/0425": 600_000, "UMCS/0094": 600_000},
        sent=at(23, 20),
    )  # fmt: skip
    say_yes(waiting, "UMCS/0425", said=at(24, 7, 30))
    send(
        "UMCS/0369", "electronics", 1_500_000, 12, "Solar panels", {"UMCS/0096": 750_000, "UMCS/0150": 750_000},
        sent=at(25, 18),
    )  # fmt: skip
