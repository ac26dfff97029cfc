"""A member's requests as his pages show them: the figures of what he types, where each request stands, what he has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from core.display import naira, percent, plural, stamp
from loans.eligibility import Facts, Verdict, check
from loans.models import InterestMethod, Loan, LoanApplication, ProductVersion
from loans.schedules import PayDays
from loans.selectors.facts import facts_for, open_versions, rules_of
from loans.selectors.guarantees import Cover, cover
from loans.selectors.pay_days import pay_days_of
from loans.selectors.register import shown_in_list
from loans.states import ApplicationStatus, LoanStatus


@dataclass(frozen=True, slots=True)
class Figures:
    """What a loan would mean: the verdict on it, the product's rules, and the pay day when it would begin.

    `first_due_on` is the first pay day if the money were paid out on the day of asking.
    """

    verdict: Verdict
    version: ProductVersion
    first_due_on: date

    @property
    def answer(self) -> str:
        """The short honest answer."""
        if self.verdict.refused:
            return "Not like this" if self.verdict.nearest else "Not now"
        guarantors = self.version.guarantors_required
        ending = f", with {plural(guarantors, 'guarantor')}" if guarantors else ""
        return f"Yes{', as far as we can tell' if self.verdict.untold else ''}{ending}"

    @property
    def price_words(self) -> str:
        """How the price is reckoned, in a sentence."""
        rules, told = self.verdict.cost.rules, self.verdict.cost
        method = InterestMethod(rules.method)
        if method == InterestMethod.INTEREST_FREE:
            return "This loan has no interest."
        rate = f"{percent(rules.annual_rate_percent, 3)} a year"
        if method == InterestMethod.MURABAHA:
            return f"The society buys the goods and sells them to you with a profit of {rate} of their cost."
        on = {
            InterestMethod.FLAT: "on the whole amount, until the end",
            InterestMethod.FLAT_UPFRONT: "on the whole amount, taken when you get the money",
            InterestMethod.BULLET: "on the whole amount, paid with it at the end",
        }.get(method, "on what you still owe")
        return f"Interest is {rate} {on}: {naira(told.total_interest)} in all."

    @property
    def tone(self) -> str:
        return "bad" if self.verdict.refused else "info" if self.verdict.untold else "good"

    @property
    def cover(self) -> Cover:
        """What must be promised for it before anybody was asked."""
        return cover(self.verdict.amount, self.version, [], [])


def figures(
    facts: Facts, version: ProductVersion, amount: Decimal, term_months: int, *, pay_days: PayDays
) -> Figures:  # fmt: skip
    """The figures for an amount and a term, without a query where the version came with its tiers and fees."""
    return Figures(
        verdict=check(facts, rules_of(version), amount, term_months),
        version=version,
        first_due_on=pay_days.first(facts.on, version.frequency),
    )


def figures_of(application: LoanApplication, version: ProductVersion, *, on: date) -> Figures:
    """The figures of a draft by the rules of a day."""
    member = application.member
    return figures(
        facts_for(member, on),
        version,
        application.amount,
        application.term_months,
        pay_days=pay_days_of(member.employer),
    )


def own_applications(user) -> QuerySet[LoanApplication]:
    """The requests of the person who is signed in, with all that his pages show of them."""
    return LoanApplication.objects.filter(member__user=user).select_related(
        "member__employer", "member__user", "product", "version__product"
    )


def rules_for(application: LoanApplication, on: date) -> ProductVersion | None:
    """The rules that count for a request: those it was sent under, or for a draft those of the day, if any."""
    if application.version is not None:
        return application.version
    return next((version for version in open_versions(on) if version.product_id == application.product_id), None)


def draft_of(user) -> LoanApplication | None:
    return own_applications(user).filter(status=ApplicationStatus.DRAFT).first()


@dataclass(frozen=True, slots=True)
class OwnLoan:
    """A member's loan with what is paid back of it and what is left, in naira."""

    loan: Loan
    owed: Decimal
    repaid: Decimal

    @property
    def sentence(self) -> str:
        return f"{naira(self.repaid)} of {naira(self.loan.principal)} is paid back"


@dataclass(frozen=True, slots=True)
class Own:
    """What the loans page shows a member: his loans, his open requests, and the newest of those that are over."""

    loans: list[OwnLoan]
    open: list[LoanApplication]
    past: list[LoanApplication]
    draft: LoanApplication | None


OVER = (ApplicationStatus.DECLINED, ApplicationStatus.WITHDRAWN, ApplicationStatus.REGISTERED)


def own_loans_and_requests(user, *, past: int = 10) -> Own:
    """A member's loans and requests, in three queries whatever he has; what became a loan is shown as the loan."""
    rows = list(own_applications(user).exclude(status__in=OVER).order_by("-started_at"))
    return Own(
        loans=[
            OwnLoan(loan, owed=loan.owed, repaid=loan.principal - loan.owed)
            for loan in shown_in_list(
                Loan.objects.filter(member__user=user).exclude(status=LoanStatus.CANCELLED)
            ).order_by("status", "-serial_year", "-serial_number", "-pk")
        ],
        open=[row for row in rows if row.status != ApplicationStatus.DRAFT],
        draft=next((row for row in rows if row.status == ApplicationStatus.DRAFT), None),
        past=list(
            own_applications(user)
            .filter(status__in=(ApplicationStatus.DECLINED, ApplicationStatus.WITHDRAWN), submitted_at__isnull=False)
            .order_by("-started_at")[:past]
        ),
    )


def checks(rules: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The rules of an application as they were answered on the day of sending, for `ui/rules.html`."""
    outcomes = {True: "pass", False: "fail", None: "unknown"}
    return [
        {"outcome": outcomes[rule["passed"]], "title": rule["title"], "detail": rule["sentence"]}
        for rule in (rules or {}).get("rules", [])
    ]


def timeline(application: LoanApplication, cover: Cover | None, loan: Loan | None) -> list[dict[str, str]]:
    """Where a request stands, for `ui/timeline.html`: each step done, now or next."""
    status = ApplicationStatus(application.status)
    steps = [_step("You sent it", "done", stamp(application.submitted_at))] if application.submitted_at else []
    if cover is not None and cover.people_needed:
        reached = application.reviewed_from
        said = f"{cover.people_promised} of {cover.people_needed} said yes"
        steps.append(
            _step("Your guarantors said yes", "done", stamp(reached))
            if reached
            else _step("Your guarantors say yes", "now", said)
        )
    if status == ApplicationStatus.WITHDRAWN:
        return [
            *[step for step in steps if step["state"] == "done"],
            _step("You withdrew it", "done", stamp(application.decided_at)),
        ]
    if status == ApplicationStatus.DECLINED:
        return [*steps, _step("The committee did not approve it", "done", stamp(application.decided_at))]
    decided, votes = application.decided_at, ""
    if application.quorum:
        votes = f"At least {plural(application.quorum, 'member')} must vote"
    before = "now" if status == ApplicationStatus.UNDER_REVIEW else "next"
    title = "The committee approved it" if decided else "The committee decides"
    steps.append(_step(title, "done" if decided else before, stamp(decided) if decided else votes))
    entered = f"Loan {loan.serial}" if loan else ""
    steps.append(
        _step("The office enters it in the loan register", "done" if loan else "now" if decided else "next", entered)
    )
    paid = loan is not None and loan.status in (LoanStatus.ACTIVE, LoanStatus.CLOSED)
    waits = "now" if loan and not paid else "next"
    queued = "It waits for next month's money" if loan and loan.status == LoanStatus.QUEUED else ""
    steps.append(_step("The treasurer pays you", "done" if paid else waits, queued))
    return steps


def _step(title: str, state: str, detail: str = "") -> dict[str, str]:
    return {"title": title, "state": state, "detail": detail}
