from decimal import Decimal

import pytest
from django.urls import include, path
from rest_framework.throttling import AnonRateThrottle

urlpatterns = [path("api/", include("loans.urls.api"))]

TERMS = {"principal": 500000, "annualInterestRate": 12, "tenureMonths": 12}
EMI = "/api/loan-calculator/calculate-emi"
SCHEDULE = "/api/loan-calculator/amortization-schedule"

pytestmark = [pytest.mark.django_db, pytest.mark.urls("loans.tests.test_api")]


def send(client, address, body):
    return client.post(address, body, content_type="application/json")


def test_the_instalment_of_a_loan_as_any_spreadsheet_has_it(client):
    answer = send(client, EMI, TERMS)
    assert answer.status_code == 200
    assert answer.json() == {"monthlyEMI": "44424.39", "totalPayment": "533092.76", "totalInterest": "33092.76"}


def test_a_loan_without_interest_costs_what_it_is(client):
    answer = send(client, EMI, TERMS | {"principal": "100000.00", "annualInterestRate": 0, "tenureMonths": 3})
    assert answer.json() == {"monthlyEMI": "33333.33", "totalPayment": "100000.00", "totalInterest": "0.00"}


def test_a_schedule_pays_the_principal_back_to_the_kobo(client):
    answer = send(client, SCHEDULE, TERMS).json()
    rows = answer["installments"]
    assert [row["installmentNumber"] for row in rows] == list(range(1, 13))
    assert rows[0] == {
        "installmentNumber": 1,
        "openingBalance": "500000.00",
        "emiAmount": "44424.39",
        "principalAmount": "39424.39",
        "interestAmount": "5000.00",
        "closingBalance": "460575.61",
    }
    assert sum(Decimal(row["principalAmount"]) for row in rows) == Decimal(500000)
    assert sum(Decimal(row["emiAmount"]) for row in rows) == Decimal(answer["totalPayment"])
    assert rows[-1]["closingBalance"] == "0.00"
    assert answer["monthlyEMI"] == "44424.39"


@pytest.mark.parametrize("address", [EMI, SCHEDULE])
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"principal": 0}, "principal"),
        ({"principal": -5}, "principal"),
        ({"principal": "1000000000.01"}, "principal"),
        ({"principal": "12.345"}, "principal"),
        ({"principal": "NaN"}, "principal"),
        ({"principal": None}, "principal"),
        ({"annualInterestRate": -1}, "annualInterestRate"),
        ({"annualInterestRate": 101}, "annualInterestRate"),
        ({"annualInterestRate": "twelve"}, "annualInterestRate"),
        ({"tenureMonths": 0}, "tenureMonths"),
        ({"tenureMonths": 481}, "tenureMonths"),
        ({"tenureMonths": 1.5}, "tenureMonths"),
        ({"tenureMonths": 10**30}, "tenureMonths"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(client, address, changed, field):
    answer = send(client, address, TERMS | changed)
    assert answer.status_code == 400
    assert answer.json()["field"] == field
    assert answer.json()["message"]


def test_a_field_that_is_left_out_is_named(client):
    answer = send(client, EMI, {"principal": 500000})
    assert (answer.status_code, answer.json()["field"]) == (400, "annualInterestRate")


def test_something_else_than_json_is_refused_in_our_shape(client):
    answer = client.post(EMI, "principal=1", content_type="text/plain")
    assert answer.status_code == 415
    answer = client.post(EMI, "{broken", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    assert client.get(EMI).status_code == 405


def test_the_largest_terms_are_answered(client):
    answer = send(client, SCHEDULE, {"principal": 1000000000, "annualInterestRate": 100, "tenureMonths": 480})
    assert answer.status_code == 200
    assert len(answer.json()["installments"]) == 480


def test_who_asks_too_often_waits(client, monkeypatch):
    monkeypatch.setattr(AnonRateThrottle, "get_rate", lambda self: "3/min")
    codes = [send(client, EMI, TERMS).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
