"""How forms are drawn: one field template for the whole site, and the choice tiles."""

from pathlib import Path

import django.forms
from django import forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString


class PortalRenderer(DjangoTemplates):
    """Draws each field through `ui/field.html`; our own templates come before Django's.

    Named by `FORM_RENDERER`, it needs nothing else in the settings.
    """

    field_template_name = "ui/field.html"

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
