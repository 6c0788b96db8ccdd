"""The box by which somebody agrees to the terms, wherever a form has one."""

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.content.models import Version


def terms_field(required: StrOrPromise) -> forms.BooleanField:
    """The box; `required` is what is said where it was left empty.

    A form is to set the hint to `what_to_read()`: it has addresses, which are not known before.
    """
    return forms.BooleanField(
        label=_("I agree to the terms"), error_messages={"required": required}
    )


def what_to_read() -> SafeString:
    """Links beside the box, not in its label: there they would tick it.

    They open a tab of their own: browsers forget what was typed in a page that is not to be stored.
    """
    link = '<a href="{}" target="_blank">{}</a>'
    return format_html(
        gettext(
            "Please read the {terms}, and under {privacy} what we do with your data. "
            "Both open in a new tab."
        ),
        terms=format_html(link, reverse("terms"), gettext("Terms")),
        privacy=format_html(link, reverse("privacy"), gettext("Privacy")),
    )


def without_outdated_tick(posted: QueryDict, terms: Version) -> tuple[QueryDict, bool]:
    """What was sent, without a tick that was for other terms than these; whether there was one.

    Forms say by `terms_version` which ones they have shown.
    """
    if "terms" not in posted or posted.get("terms_version") == str(terms.number):
        return posted, False
    data = posted.copy()
    del data["terms"]
    return data, True
