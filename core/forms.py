"""How forms are drawn: one field template for the whole site, and the choice tiles."""

from pathlib import Path

import django.forms
from django import forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.fields import draw_input, draw_select, draw_textarea

# Django's templates of the plain widgets, each by the function that writes the same markup.
DRAWN = {
    "django/forms/widgets/checkbox.html": draw_input,
    "django/forms/widgets/date.html": draw_input,
    "django/forms/widgets/email.html": draw_input,
    "django/forms/widgets/hidden.html": draw_input,
    "django/forms/widgets/number.html": draw_input,
    "django/forms/widgets/password.html": draw_input,
    "django/forms/widgets/select.html": draw_select,
    "django/forms/widgets/text.html": draw_input,
    "django/forms/widgets/textarea.html": draw_textarea,
    "django/forms/widgets/time.html": draw_input,
}


class PortalRenderer(DjangoTemplates):
    """Draws each field through `ui/field.html`; our own templates come before Django's.

    Named by `FORM_RENDERER`, it needs nothing else in the settings. Plain
    widgets are drawn without a template: the same markup at a fifth of the cost.
    """

    field_template_name = "ui/field.html"

    def render(self, template_name, context, request=None):
        draw = DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)

    @cached_property
    def engine(self):
        """The form templates' own engine, so that widgets are found without `django.forms` among the apps."""
        own = [folder for engine in settings.TEMPLATES for folder in engine.get("DIRS", ())]
        return self.backend(
            {
                "APP_DIRS": True,
                "DIRS": [*own, Path(django.forms.__file__).parent / "templates"],
                "NAME": "portalforms",
                "OPTIONS": {},
            }
        )


class Tiles(forms.RadioSelect):
    """One answer out of a few, each a bordered tile; `layout` is `""` (a column), `"2"` or `"row"`.

    Use it without an initial value wherever a person votes or consents.
    """

    def __init__(self, attrs=None, choices=(), layout=""):
        super().__init__(attrs, choices)
        self.layout = layout


def tile(label: str, small: str = "") -> SafeString:
    """The words on a tile: what it is, and a smaller line under it."""
    if small:
        return format_html("<b>{}</b><small>{}</small>", label, small)
    return format_html("<b>{}</b>", label)
