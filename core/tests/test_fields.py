"""Form fields: one way to draw them all, and the same markup as Django's own widgets."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.template.loader import render_to_string

from core.fields import summary
from core.forms import PortalRenderer, Tiles, tile
from core.money import MoneyFormField


class Form(forms.Form):
    default_renderer = PortalRenderer

    kind = forms.ChoiceField(
        label="Type of loan", choices=[("n", tile("Normal", "Up to <18> months")), ("e", "Emergency")], widget=Tiles
    )
    amount = MoneyFormField(label="How much?", help_text="Your limit is ₦1,955,000.")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    agreed = forms.BooleanField(label="I agree", help_text="You can say no.")


WIDGETS = [
    (forms.TextInput({"class": "a", "data-x": '"<>'}), 'Ọlá "x" <b>'),
    (forms.TextInput(), None),
    (forms.EmailInput({"required": True}), "a@b.ng"),
    (forms.PasswordInput({"autocomplete": "current-password"}), "secret"),
    (forms.HiddenInput({"disabled": False}), "7"),
    (forms.NumberInput({"min": 0}), 0),
    (forms.DateInput(), "2026-11-27"),
    (forms.CheckboxInput(), True),
    (forms.CheckboxInput(), False),
    (forms.Textarea({"rows": 3}), "line\n<b>"),
    (forms.Textarea(), None),
    (forms.Select(choices=[("a", "A&B"), ("Group", [("c", "C"), ("d", "D")]), (1, "one")]), "c"),
    (forms.Select(choices=[("", "---------"), (1, "one")]), 1),
    (forms.SelectMultiple(choices=[("a", "A"), ("b", "B")]), ["a", "b"]),
]


@pytest.mark.parametrize(("widget", "value"), WIDGETS, ids=lambda value: type(value).__name__)
def test_a_widget_drawn_by_hand_is_what_django_draws(widget, value):
    ours = widget.render("field", value, {"id": "id_field"}, renderer=PortalRenderer())
    theirs = widget.render("field", value, {"id": "id_field"}, renderer=DjangoTemplates())
    assert " ".join(ours.split()).replace("> <", "><") == " ".join(theirs.split()).replace("> <", "><")


def test_a_field_stands_in_order_label_hint_error_control():
    form = Form({"amount": "many"})
    form.is_valid()
    shown = form["amount"].as_field_group()
    places = [
        shown.index(part)
        for part in ('<label for="id_amount"', "_helptext", "_error", 'aria-hidden="true">₦', "<input")
    ]
    assert places == sorted(places)
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in shown
    assert 'aria-invalid="true"' in shown and "field-bad" in shown


def test_a_field_without_errors_or_hint_says_nothing_extra():
    shown = Form()["note"].as_field_group()
    assert "aria-" not in shown and "field-bad" not in shown and "hint" not in shown


def test_choices_are_real_radios_in_tiles_and_none_is_chosen_beforehand():
    shown = Form()["kind"].as_field_group()
    assert shown.count('type="radio"') == 2 and "checked" not in shown
    assert "<legend>Type of loan</legend>" in shown and shown.count('class="opt"') == 2
    assert "<small>Up to &lt;18&gt; months</small>" in shown
    assert 'value="e" ' in Form({"kind": "e"})["kind"].as_field_group().partition("checked")[0].rpartition("<input")[2]


def test_every_error_is_named_and_linked_in_the_summary_with_the_words_at_the_field():
    form = Form({"amount": ""})
    form.is_valid()
    form.add_error(None, "The society <is> closed.")
    shown = summary(form)
    assert 'role="alert"' in shown and "autofocus" in shown
    assert '<a href="#id_kind_0">Choose an answer for “Type of loan”</a>' in shown
    assert '<a href="#id_agreed">Tick the box “I agree”</a>' in shown
    assert "<li>The society &lt;is&gt; closed.</li>" in shown
    assert "Choose an answer for “Type of loan”" in form["kind"].as_field_group()
    assert "required." not in shown
    assert render_to_string("ui/errors.html", {"form": form}).strip() == shown


def test_a_form_that_is_well_has_no_summary():
    assert summary(Form()) == ""
    assert summary(None) == ""
    assert render_to_string("ui/errors.html", {}).strip() == ""
