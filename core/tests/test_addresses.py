"""Addresses that are looked up once are the ones that Django would give."""

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse

from core.addresses import STAND_IN, address


@pytest.mark.parametrize(
    ("route", "ids"),
    [
        ("loans:register", ()),
        ("committee:dossier", (17,)),
        ("committee:dossier", (STAND_IN,)),
        ("reconciliation:deduction", (3, 900)),
        ("reconciliation:exceptions", (12,)),
    ],
)
def test_an_address_is_the_one_that_django_gives(route, ids):
    assert address(route, *ids) == reverse(route, args=ids)
    assert address(route, *ids) == reverse(route, args=ids)  # the second time from what is kept


def test_a_page_asks_for_it_as_for_any_other_address():
    page = Template('{% load ui %}{% address "committee:dossier" pk %}{% address "loans:register" as all %} {{ all }}')
    assert page.render(Context({"pk": 5})) == f"{reverse('committee:dossier', args=[5])} {reverse('loans:register')}"


@pytest.mark.parametrize(("route", "ids"), [("committee:nowhere", ()), ("committee:dossier", ())])
def test_what_leads_nowhere_is_an_error(route, ids):
    with pytest.raises(NoReverseMatch):
        address(route, *ids)


@pytest.mark.parametrize("text", ["../../me", "5/close", ""])
def test_words_never_get_into_an_address_unquoted(text):
    with pytest.raises(ValueError, match="invalid literal"):
        address("committee:dossier", text)
