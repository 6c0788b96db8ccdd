"""allauth's forms, drawn like ours."""

from django import template
from django.forms import BaseForm
from django.forms.widgets import Input
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def plain(form: BaseForm) -> BaseForm:
    """`form` without placeholders that repeat a label, and with "E-mail" spelled as elsewhere."""
    for field in form:
        widget = field.field.widget
        widget.attrs.pop("placeholder", None)
        if isinstance(widget, Input) and widget.input_type == "email":
            field.label = _("E-mail")
    return form
