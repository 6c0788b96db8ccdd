"""The form of a webhook endpoint: its URL, and the events that it asks for, by kind."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from shop.notifications.webhooks.endpoints import EVENTS, WHOLE_KINDS
from shop.orders.webhook_urls import webhook_url_error

LONGEST_URL = 2000

# By kind of event: its name, and what its "all" says.
KINDS: dict[str, tuple[StrOrPromise, StrOrPromise]] = {
    "order": (_("Orders"), _("all order events, including ones that we add later")),
    "invoice": (_("Invoices"), _("all invoice events, including ones that we add later")),
    "subscription": (_("Contracts"), _("all contract events, including ones that we add later")),
}
# By event: when it is sent.
EVENT_TEXTS: dict[str, StrOrPromise] = {
    "order.state_changed": _("The state of an order has changed."),
    "order.corrected": _("The details of an order were corrected or filled in."),
    "order.member_joined": _("The member of an order has joined."),
    "order.erased": _("The personal data of an order was erased."),
    "invoice.issued": _("An invoice or a credit note was issued."),
    "invoice.paid": _("An invoice is paid."),
    "invoice.overdue": _("An invoice is overdue."),
    "subscription.started": _("A contract has begun."),
    "subscription.changed": _("A contract was changed, or its cancellation taken back."),
    "subscription.cancelled": _("A contract was cancelled."),
    "subscription.ended": _("A contract has ended."),
}
# By code of `webhook_url_error`.
URL_TEXTS: dict[str, StrOrPromise] = {
    "not_ascii": _("Please enter a URL without blanks, umlauts or other special characters."),
    "not_a_uri": _("Please enter a valid URL."),
    "not_https": _("The URL must begin with https://."),
    "fragment": _("Please leave out the # and what follows it."),
    "no_host": _("The URL needs a host name, such as partner.example."),
    "invalid_host": _("The host name in this URL is not valid."),
    "user_information": _("Please leave out name and password: we sign each call instead."),
    "not_public": _("This IP address cannot be reached from the internet."),
    "local_name": _("This is a name of your own machine: we cannot reach it."),
}


class KindOfEvents(NamedTuple):
    """The boxes of one kind of events: the one for all of them, and one for each."""

    label: StrOrPromise
    whole: BoundWidget
    all_of_it: StrOrPromise  # the label of `whole`
    boxes: list[tuple[BoundWidget, StrOrPromise]]  # each with when its event is sent


class EndpointForm(forms.Form):
    """A URL for events, and the events to send there."""

    url = forms.CharField(
        label="URL",
        max_length=LONGEST_URL,
        strip=True,
        help_text=_("We POST events there as JSON. It must answer with 2xx within 15 seconds."),
        widget=forms.TextInput(
            {"autocomplete": "off", "inputmode": "url", "spellcheck": "false", "class": "url"}
        ),
    )
    events = forms.MultipleChoiceField(
        label=pgettext_lazy("webhooks", "Events"),
        choices=[(event, event) for event in (*WHOLE_KINDS, *EVENTS)],
        widget=forms.CheckboxSelectMultiple,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Please choose at least one event.")
        ),
    )
    enabled = forms.BooleanField(
        label=_("Switched on: we send events there"), required=False, initial=True
    )

    def clean_url(self) -> str:
        """Return the URL if webhooks may go there, by the rules of `redirection_uri`."""
        url: str = self.cleaned_data["url"]
        if code := webhook_url_error(url, demo=settings.DEMO):
            raise forms.ValidationError(URL_TEXTS[code], code=code)
        return url

    def clean_events(self) -> list[str]:
        """Return the events; those that an "all" covers are left out."""
        chosen = set(self.cleaned_data["events"])
        return [
            event
            for event in (*WHOLE_KINDS, *EVENTS)
            if event in chosen and (event in WHOLE_KINDS or f"{_kind(event)}.*" not in chosen)
        ]

    @property
    def kinds(self) -> Iterator[KindOfEvents]:
        """Yield the boxes by kind, as the template shows them."""
        boxes = sorted(self["events"], key=lambda box: list(KINDS).index(_kind(_value(box))))
        for kind, of_kind in groupby(boxes, lambda box: _kind(_value(box))):
            whole, *single = of_kind
            texts = [(box, EVENT_TEXTS[_value(box)]) for box in single]
            yield KindOfEvents(KINDS[kind][0], whole, KINDS[kind][1], texts)


def _kind(event: str) -> str:
    return event.partition(".")[0]


def _value(box: BoundWidget) -> str:
    return str(box.data["value"])
