"""Renders forms' fields and their widgets: templates would make the same HTML ten times as slowly."""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms import BoundField
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.formats import localize
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeData
from django.utils.translation import gettext

from shop.form_errors import error_texts

Widget = Mapping[str, Any]


class FormRenderer(DjangoTemplates):
    """Writes fields, inputs and selects itself; what else forms have is left to Django's templates.

    `{{ field.as_field_group }}` in a template is a field with its label, hint and errors.
    """

    field_template_name = "field"

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        """Return the HTML of a field, widget or form."""
        if template_name == self.field_template_name:
            return _field(context["field"])
        if write := WRITERS.get(template_name):
            return write(context["widget"])
        return super().render(template_name, context, request)


def _field(field: BoundField) -> str:
    # Django itself points aria-describedby at the two ids below, and sets aria-invalid.
    if field.is_hidden:
        return str(field)
    lines = [f'<div class="field field--{field.widget_type}">', _labelled(field)]
    if field.help_text:
        hint = f'<div class="field__hint" id="{field.auto_id}_helptext">{field.help_text}</div>'
        lines.append(hint)
    if field.errors:
        told = "".join(f"<p>{escape(text)}</p>" for text in error_texts(field))
        lines.append(f'<div class="field__error" id="{field.auto_id}_error">{told}</div>')
    if not _holds_its_widget(field):
        lines.append(str(field))
    return "\n".join([*lines, "</div>"])


def _holds_its_widget(field: BoundField) -> bool:
    """Tell whether the widget stands beside or below the label, before the hint."""
    return field.widget_type == "checkbox" or bool(field.use_fieldset)


def _labelled(field: BoundField) -> str:
    label, name = conditional_escape(field.label), escape(field.id_for_label)
    if field.widget_type == "checkbox":
        box = f'{field}\n<label for="{name}">{label}</label>'
        return f'<div class="field__choice">\n{box}\n</div>'
    if field.use_fieldset:
        described = field.aria_describedby
        attribute = f' aria-describedby="{escape(described)}"' if described else ""
        return f"<fieldset{attribute}>\n<legend>{label}</legend>\n{field}\n</fieldset>"
    if not field.field.required and not getattr(field.field, "asked", False):
        optional = f'<span class="field__optional">{gettext("optional")}</span>'
        return f'<label for="{name}">\n{label}\n{optional}\n</label>'
    return f'<label for="{name}">\n{label}\n</label>'


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    kind, name = _text(widget["type"]), _text(widget["name"])
    return f'<input type="{kind}" name="{name}"{value}{_attributes(widget)}>'


def _password(widget: Widget) -> str:
    """Write the input, and a button that shows what was typed.

    The script of the button comes along; as a module it runs once, however often it is named.
    """
    target = _text(widget["attrs"].get("id", ""))
    show, label = escape(gettext("Show")), escape(gettext("Show password"))
    words = {
        "show": show,
        "show-label": label,
        "hide": escape(gettext("Hide")),
        "hide-label": escape(gettext("Hide password")),
        "visible": escape(gettext("Your password is visible.")),
        "hidden": escape(gettext("Your password is hidden.")),
    }
    data = "".join(f' data-{name}="{text}"' for name, text in words.items())
    attributes = f'class="button button--quiet" type="button" aria-label="{label}"'
    lines = [
        '<div class="password">',
        _input(widget),
        f'<button {attributes} data-shows="{target}"{data} hidden>{show}</button>',
        '<span class="visually-hidden" role="status"></span>',
        f'<script type="module" src="{static("password.js")}"></script>',
        "</div>",
    ]
    return "\n".join(lines)


def _select(widget: Widget) -> str:
    lines = [f'<select name="{_text(widget["name"])}"{_attributes(widget)}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            lines.append(f'  <optgroup label="{conditional_escape(localize(group))}">')
        lines.extend(f"  {_option(option)}" for option in options)
        if group:
            lines.append("  </optgroup>")
    return "\n".join([*lines, "</select>"])


def _option(option: Widget) -> str:
    label = conditional_escape(localize(option["label"]))
    return f'<option value="{_text(option["value"])}"{_attributes(option)}>{label}</option>'


def _attributes(widget: Widget) -> str:
    return "".join(
        f" {_text(name)}" if value is True else f' {_text(name)}="{_text(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _text(value: object) -> str:
    return str(value) if isinstance(value, SafeData) else escape(str(value))


_INPUTS = ("input", "text", "email", "number", "hidden", "checkbox", "url", "date")
WRITERS: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{name}.html": _input for name in _INPUTS},
    "django/forms/widgets/password.html": _password,
    "django/forms/widgets/select.html": _select,
}
