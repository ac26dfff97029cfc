from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client

from loans.standard import have_standard_products
from onboarding.tests.browsing import client_of
from onboarding.tests.paper import as_xlsx
from onboarding.tests.societies import Society, a_society
from onboarding.tests.standing import Desk
from users.models import User
from users.testing import make_user

UNITY = Path(__file__).resolve().parents[2] / "practice" / "data" / "unity" / "society_register.xlsx"


@dataclass(frozen=True)
class Cast:
    officer: User
    treasurer: User
    chair: User


@pytest.fixture
def cast(request) -> Cast:
    """A site with the standard loans, its officer who proposes, its treasurer and chair who approve."""
    request.getfixturevalue("fresh_database" if "fresh_database" in request.fixturenames else "db")
    have_standard_products()
    return Cast(make_user(roles=["officer"]), make_user(roles=["treasurer"]), make_user(roles=["chair"]))


@pytest.fixture
def desk(cast: Cast) -> Desk:
    """The steps from a file to the books, each by its right person."""
    return Desk(cast.officer, cast.treasurer)


@pytest.fixture(scope="session")
def unity() -> bytes:
    """The practice society's workbook as it is."""
    return UNITY.read_bytes()


@pytest.fixture
def society() -> Society:
    """A small society whose books are in perfect order, to break one thing in."""
    return a_society(11, members=40, loans=24)


@pytest.fixture
def small(society: Society) -> bytes:
    return as_xlsx(society.workbook())


@pytest.fixture
def officer(cast: Cast) -> Client:
    """The officer at the site."""
    return client_of(cast.officer)


@pytest.fixture
def treasurer(cast: Cast) -> Client:
    return client_of(cast.treasurer)
