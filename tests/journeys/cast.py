"""The people of the journeys: a borrower, those who stand for her, the committee, the office, and a stranger."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from html import unescape

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from ledger.models import AccountBalance
from members.models import Employer, Member
from members.tests.factories import make_member
from portal.practice.society import have_setting
from reports.invariants import verify
from users.models import User
from users.roles import Role
from users.testing import make_user, sign_in

AMOUNT = Decimal("600000.00")
PART = Decimal("300000.00")
SAVINGS = Decimal("500000.00")
PAYROLL = "Lagoon Ports Authority"


def words_of(answer: HttpResponse) -> str:
    """What a person reads on a page: its words, and what stands in its boxes; an amount in one piece."""
    page = re.sub(r'<input[^>]* value="([^"]*)"[^>]*>', r" \1 ", answer.content.decode())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</?(?:span|b|kbd)\b[^>]*>", "", page))).split())


@dataclass
class Person:
    """Somebody with a sign-in of his own, and a test client that is signed in the first time it opens a page."""

    user: User
    member: Member | None = None

    @cached_property
    def client(self) -> Client:
        client = Client()
        sign_in(client, self.user)
        return client

    @property
    def name(self) -> str:
        return self.user.full_name

    def opens(self, page: str, *args, **query) -> str:
        answer = self.client.get(reverse(page, args=args), query)
        assert answer.status_code == 200, (page, answer.status_code, answer.headers.get("Location"))
        return words_of(answer)

    def downloads(self, page: str, *args) -> bytes:
        answer = self.client.get(reverse(page, args=args))
        assert answer.headers["Content-Disposition"].startswith("attachment")
        return answer.content

    def sends(self, page: str, *args, **typed) -> HttpResponse:
        return self.client.post(reverse(page, args=args), typed)

    def does(self, page: str, *args, **typed) -> str:
        """Send a form that is accepted, and read the page that follows."""
        answer = self.sends(page, *args, **typed)
        assert answer.status_code == 302, (page, answer.status_code, _errors(answer))
        follows = self.client.get(answer.headers["Location"])
        while follows.status_code == 302:
            follows = self.client.get(follows.headers["Location"])
        assert follows.status_code == 200, (page, follows.status_code)
        return words_of(follows)

    def is_told(self, page: str, *args, **typed) -> str:
        """Send a form that is refused with words on the same page, and read them."""
        answer = self.sends(page, *args, **typed)
        assert answer.status_code == 200, (page, answer.status_code, answer.headers.get("Location"))
        return words_of(answer)

    def is_kept_out(self, page: str, *args, **typed) -> None:
        """Neither sees the page nor can send its form: it is not his (404) or not his work (403)."""
        for answer in (self.client.get(reverse(page, args=args)), self.sends(page, *args, **typed)):
            assert answer.status_code in (403, 404, 405), (page, answer.status_code)


def _errors(answer: HttpResponse) -> object:
    form = (answer.context or {}).get("form")
    return form.errors if form is not None else words_of(answer)[:1000]


@dataclass
class People:
    """Who is who. Ngozi stands for the loan and sits on the committee; Kunle votes and may pay out."""

    employer: Employer
    adaeze: Person  # asks for the loan
    musa: Person  # is asked first and says no
    bola: Person  # stands for it
    ngozi: Person  # stands for it in Musa's place
    voters: list[Person]
    stranger: Person
    secretary: Person
    chair: Person
    officer: Person
    treasurer: Person

    @property
    def kunle(self) -> Person:
        return self.voters[-1]

    @property
    def all(self) -> list[Person]:
        return [
            self.adaeze, self.musa, self.bola, self.ngozi, *self.voters, self.stranger, self.secretary, self.chair,
            self.officer, self.treasurer,
        ]  # fmt: skip


@transaction.atomic
def make_people() -> People:
    """A society of few members with money in the bank, and the people of its offices."""
    have_setting()
    employer = Employer.objects.get(name=PAYROLL)

    def saver(number: int, surname: str, other_names: str, *offices: Role) -> Person:
        member = make_member(
            number=f"UMCS/{number:04}", surname=surname, other_names=other_names, employer=employer, savings=SAVINGS,
            staff_number=f"LPA{1000 + number}", roles=(Role.MEMBER, *offices), monthly_savings=Decimal("15000.00"),
            monthly_christmas=Decimal("2000.00"),
        )  # fmt: skip
        return Person(member.user, member)

    def office(role: Role, name: str) -> Person:
        return Person(make_user(roles=[role], full_name=name, sign_in_number=role.value, email=None))

    return People(
        employer=employer,
        adaeze=saver(1, "OKONKWO", "Adaeze Nkem"),
        musa=saver(2, "BELLO", "Musa Ibrahim"),
        bola=saver(3, "ADÉYẸMÍ", "Bọ́lá Folashade"),
        ngozi=saver(4, "EZE", "Ngozi Chiamaka", Role.COMMITTEE),
        voters=[
            saver(5, "LAWAL", "Kabiru Sani", Role.COMMITTEE),
            saver(6, "BASSEY", "Ekaette Ime", Role.COMMITTEE),
            saver(7, "OGUNLEYE", "Kunle Taiwo", Role.COMMITTEE, Role.TREASURER),
        ],
        stranger=saver(8, "DANJUMA", "Hauwa Ladi"),
        secretary=office(Role.SECRETARY, "Grace Effiong"),
        chair=office(Role.CHAIR, "Funmi Balogun"),
        officer=office(Role.OFFICER, "Funke Adebisi"),
        treasurer=office(Role.TREASURER, "Ibrahim Yusuf"),
    )


def standing(person: Person) -> AccountBalance:
    """What stands on a member's savings, and what of it is held."""
    return AccountBalance.objects.get(account=person.member.savings_account)


def have_the_worker_work() -> int:
    """Do what is queued for the worker, as it would; returns how many tasks there were."""
    tasks = list(OrmQ.objects.order_by("pk"))
    for queued in tasks:
        import_string(queued.task["func"])(*queued.task["args"])
        queued.delete()
    return len(tasks)


def broken_rules() -> dict[str, list]:
    """Every rule of every room that the books break, recounted from the rows: none, in sound books."""
    return {result.invariant.code: result.finding.broken for result in verify() if not result.holds}
