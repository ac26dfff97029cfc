import pytest
from django import forms
from rest_framework import exceptions

from core.api import exception_handler
from core.errors import DomainError, IllegalTransition, shown_on


class NotEnoughSavings(DomainError):
    """For these tests."""

    message = "Save ₦5,000.00 more first."
    field = "amount"


class AmountForm(forms.Form):
    amount = forms.CharField()


def test_a_refusal_carries_its_sentence_its_field_and_its_code():
    refusal = NotEnoughSavings()
    assert (refusal.message, refusal.field, refusal.code) == (
        "Save ₦5,000.00 more first.",
        "amount",
        "not_enough_savings",
    )
    assert NotEnoughSavings("Other words.", field="term").message == "Other words."
    assert NotEnoughSavings("Other words.", field="term").field == "term"
    assert str(refusal) == refusal.message


@pytest.mark.parametrize(("field", "place"), [("amount", "amount"), ("colour", "__all__"), (None, "__all__")])
def test_a_form_shows_a_refusal_at_its_field_or_at_the_top(field, place):
    form = AmountForm({"amount": "5"})
    assert form.is_valid()
    with shown_on(form):
        raise DomainError("Ask for less.", field=field)
    assert form.errors == {place: ["Ask for less."]}


def test_a_form_does_not_swallow_a_bug():
    form = AmountForm({"amount": "5"})
    with pytest.raises(ZeroDivisionError), shown_on(form):
        _ = 1 / 0


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (
            NotEnoughSavings(),
            422,
            {"code": "not_enough_savings", "message": "Save ₦5,000.00 more first.", "field": "amount"},
        ),
        (IllegalTransition(), 409, {"code": "illegal_transition", "message": IllegalTransition.message, "field": None}),
        (
            exceptions.NotAuthenticated(),
            401,
            {"code": "not_authenticated", "message": "Authentication credentials were not provided.", "field": None},
        ),
    ],
)
def test_the_api_answers_every_refusal_in_one_shape(db, error, status, body):
    response = exception_handler(error, {})
    assert response.status_code == status
    assert response.data == body


def test_the_api_names_the_first_field_that_is_wrong_and_keeps_them_all(db):
    error = exceptions.ValidationError({"lines": [{}, {"amount": ["Enter a number."]}], "term": ["Too long."]})
    response = exception_handler(error, {})
    assert response.status_code == 400
    assert response.data["field"] == "lines.1.amount"
    assert response.data["message"] == "Enter a number."
    assert set(response.data["errors"]) == {"lines", "term"}


def test_the_api_leaves_a_bug_to_be_a_bug():
    assert exception_handler(ZeroDivisionError(), {}) is None
