"""Messages to support, as somebody wrote them by the contact form."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from shop.email_spellings import shown_email
from shop.notifications.emails.content import EmailContent, Row, quoted, typed
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.models import ContactRequest, Message

SENT_TWICE = timedelta(minutes=10)  # the same again within this time is one message


def _sample() -> dict[str, Any]:
    request = ContactRequest(
        pk=17,
        name="Nina Nagel",
        email="nina@example.com",
        order_number="K7QM-3FZ2",
        text=str(_("When will our project be ready?")),
        language="de",
    )
    return {"details": {"request": request}}


class ContactMessage(Email, kind=Message.Kind.CONTACT):
    """A message to support; an answer goes to its writer.

    `details` of the message: `request`, the pk of the ContactRequest.
    """

    samples = (Sample(gettext_lazy("with an order number"), _sample),)

    @cached_property
    def request(self) -> ContactRequest | None:
        """The message as it was written; None once it is erased or expired."""
        number = self.message.details["request"]
        if isinstance(number, ContactRequest):  # a sample
            return number
        return ContactRequest.objects.filter(pk=number).first()

    def recipient(self) -> str:
        """Return the address of support as it is now."""
        return str(settings.SUPPORT_EMAIL)

    def is_obsolete(self) -> bool:
        """Tell whether there is nothing to send, or nobody to send it to."""
        return self.request is None or not settings.SUPPORT_EMAIL

    def content(self) -> EmailContent:
        """Return what was written, whole, as plain text without links."""
        request = self.request
        assert request is not None  # noqa: S101 -- else it is obsolete
        rows = {
            pgettext("sender", "From"): typed(request.name),
            _("E-mail"): shown_email(request.email),
            _("Order number"): typed(request.order_number),
            _("Language"): str(dict(settings.LANGUAGES)[request.language]),
            _("Message"): quoted(request.text),
        }
        return EmailContent(
            subject=_("Message from the contact form, no. %(number)s") % {"number": request.pk},
            intro=(_("Someone wrote to you through the contact form."),),
            rows=tuple(Row(name, value) for name, value in rows.items() if value),
            outro=(
                _(
                    "Your reply to this e-mail goes to the address above. Nobody has checked that "
                    "the address or the order belongs to the writer."
                ),
            ),
            reply_to=request.email,
        )


def queue_contact_request(**fields: Any) -> None:
    """Keep what somebody wrote, and have it mailed to support; the same twice is sent once.

    `fields` are the columns of `ContactRequest`.
    """
    recent = ContactRequest.objects.filter(created_at__gt=timezone.now() - SENT_TWICE)
    if recent.filter(email=fields["email"], text=fields["text"]).exists():
        return
    with transaction.atomic():
        request = ContactRequest.objects.create(**fields)
        Message.objects.create(
            kind=Message.Kind.CONTACT,
            recipient=settings.SUPPORT_EMAIL,
            language=settings.LANGUAGE_CODE,
            details={"request": request.pk},
        )
