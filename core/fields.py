"""Form fields and plain widgets as text.

A form page draws each field in some thirty microseconds instead of the half
millisecond that templates within templates take.
"""

from collections.abc import Mapping

from django.forms import BaseForm, BoundField, Field
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from core.markup import icon, text

REQUIRED = Field.default_error_messages["required"]


def attributes(attrs: Mapping[str, object]) -> str:
    """HTML attributes by Django's rule: `True` stands alone, `False` is left out."""
    out = []
    for name, value in attrs.items():
        if value is True:
            out.append(f" {name}")
        elif value is not False:
            out.append(f' {name}="{text(value)}"')
    return "".join(out)


def draw_input(widget: Mapping) -> SafeString:
    """`<input>` of any type, from the context that a widget makes for its template."""
    value = widget["value"]
    given = "" if value is None else f' value="{text(value)}"'
    return SafeString(
        f'<input type="{text(widget["type"])}" name="{text(widget["name"])}"{given}{attributes(widget["attrs"])}>'
    )


def draw_textarea(widget: Mapping) -> SafeString:
    value = text(widget["value"]) if widget["value"] else ""
    return SafeString(f'<textarea name="{text(widget["name"])}"{attributes(widget["attrs"])}>\n{value}</textarea>')


def draw_select(widget: Mapping) -> SafeString:
    out = [f'<select name="{text(widget["name"])}"{attributes(widget["attrs"])}>']
    for group, options, _ in widget["optgroups"]:
        if group:
            out.append(f'<optgroup label="{text(group)}">')
        for option in options:
            out.append(
                f'<option value="{text(option["value"])}"{attributes(option["attrs"])}>{text(option["label"])}</option>'
            )
        if group:
            out.append("</optgroup>")
    out.append("</select>")
    return SafeString("".join(out))


def draw_tiles(field: BoundField) -> str:
    """Radios or check boxes as tiles, from the field's own options."""
    layout = getattr(field.field.widget, "layout", "")
    out = [f'<div class="opts opts-{text(layout)}">' if layout else '<div class="opts">']
    for option in field:
        data = option.data
        attrs = {**data["attrs"], "id": option.id_for_label} if option.id_for_label else data["attrs"]
        tag = draw_input({**data, "attrs": attrs})
        out.append(f'<label class="opt">{tag}<span>{text(data["label"])}</span></label>')
    out.append("</div>")
    return "".join(out)


def complaints(field: BoundField) -> list[str]:
    """What is wrong with a field, in words that name it.

    "This field is required" says nothing in a list of errors, so a field that
    keeps Django's words for it gets a sentence of its own.
    """
    words = []
    for error in field.errors.as_data():
        for message in error.messages:
            if error.code != "required" or message != REQUIRED:
                words.append(message)
            elif field.widget_type == "checkbox":
                words.append(f"Tick the box “{field.label}”")
            elif hasattr(field.field, "choices"):
                words.append(f"Choose an answer for “{field.label}”")
            else:
                words.append(f"Fill in “{field.label}”")
    return words


def summary(form: BaseForm | None) -> SafeString:
    """The errors of a form in one box, each a link to its field; it takes the focus when the page opens."""
    if not isinstance(form, BaseForm) or not form.errors:
        return SafeString("")
    lines = [f"<li>{text(error)}</li>" for error in form.non_field_errors()]
    for field in form:
        for error in complaints(field):
            target, words = field.id_for_label or f"{field.auto_id}_0", text(error)
            lines.append(f"<li>{words}</li>" if field.is_hidden else f'<li><a href="#{target}">{words}</a></li>')
    return SafeString(
        '<section class="errs" role="alert" tabindex="-1" autofocus aria-labelledby="errs-h">'
        f'<h2 id="errs-h">{text(gettext("There is a problem"))}</h2><ul>{"".join(lines)}</ul></section>'
    )


def draw(field: BoundField) -> SafeString:
    """One field: label, hint, error, control, in that order.

    A widget whose class is called `MoneyInput` gets its ₦; radios and groups of
    check boxes become tiles in a fieldset; a single check box has its words beside it.
    """
    ident, errors, kind = field.auto_id, field.errors, field.widget_type
    css, label = ("field field-bad" if errors else "field"), text(field.label)
    hint = f'<p class="hint" id="{ident}_helptext">{text(field.help_text)}</p>' if field.help_text else ""
    wrong = ""
    if errors:
        words = " ".join(text(error) for error in complaints(field))
        wrong = f'<p class="err" id="{ident}_error">{icon("alert")}<span class="vh">Error: </span>{words}</p>'
    if field.use_fieldset:
        told = field.aria_describedby
        about = f' aria-describedby="{told}"' if told else ""
        head = f'<fieldset class="{css}"{about}><legend>{label}</legend>'
        return SafeString(f"{head}{hint}{wrong}{draw_tiles(field)}</fieldset>")
    control = str(field)
    if kind == "checkbox":
        control = f'<label class="check">{control}<span>{label}</span></label>'
        return SafeString(f'<div class="{css}">{wrong}{control}{hint}</div>')
    if kind == "money":
        control = f'<div class="money"><span aria-hidden="true">₦</span>{control}</div>'
    head = f'<div class="{css}"><label for="{field.id_for_label}">{label}</label>'
    return SafeString(f"{head}{hint}{wrong}{control}</div>")
