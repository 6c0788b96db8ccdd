"""The checkbox by which users agree to the terms, for any form."""

from datetime import datetime

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.content.models import Version


def terms_field(required: StrOrPromise) -> forms.BooleanField:
    """Return the checkbox. Forms set its help text once URLs are known, to `what_to_read()`."""
    return forms.BooleanField(
        label=_("I agree to the terms"), error_messages={"required": required}
    )


def what_to_read() -> SafeString:
    """Return the help text with links; in the label, clicking them would tick the box."""
    return format_html(
        gettext(
            "Please read our {terms} and, under {privacy}, how we use your data. "
            "Both open in a new tab."
        ),
        **_links(),
    )


def agreed_words(agreed_at: datetime) -> SafeString:
    """Return what stands in the checkbox's place for those who agreed to the same terms before."""
    return format_html(
        gettext(
            "By ordering you agree to our {terms}, as you did on {day}. "
            "Under {privacy}, you can read how we use your data. Both open in a new tab."
        ),
        day=date_format(timezone.localtime(agreed_at), "DATE_FORMAT"),
        **_links(),
    )


def _links() -> dict[str, SafeString]:
    # A new tab: going back to a page that is not stored would lose what was typed.
    link = '<a href="{}" target="_blank">{}</a>'
    return {
        "terms": format_html(link, reverse("terms"), gettext("Terms")),
        "privacy": format_html(link, reverse("privacy"), gettext("Privacy")),
    }


def without_outdated_tick(posted: QueryDict, terms: Version) -> tuple[QueryDict, bool]:
    """Return `posted` without a tick for other terms (`terms_version`), and whether it had one."""
    if "terms" not in posted or posted.get("terms_version") == str(terms.number):
        return posted, False
    data = posted.copy()
    del data["terms"]
    return data, True
