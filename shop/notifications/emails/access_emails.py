"""Mails that a client was closed for its members after the third reminder, or opened again."""

from collections.abc import Iterator
from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.notifications.emails.content import EmailContent, Link, Row, page_url, typed
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.models import Message
from shop.notifications.emails.samples import NO_PK
from shop.tenancy.models import Client, User
from shop.tenancy.signals import client_closed, client_reopened


class AccessNotice(Email, kind=Message.Kind.ACCESS):
    """Closed or open again, to the client_admin and to each member.

    `details` of the message: `client`, its pk, and `closed`.
    """

    samples = (
        Sample(gettext_lazy("closed, to the client_admin"), lambda: _sample(admin=True)),
        Sample(gettext_lazy("closed, to a member"), lambda: _sample(admin=False)),
        Sample(gettext_lazy("open again"), lambda: _sample(admin=False, closed=False)),
    )

    @cached_property
    def client(self) -> Client:
        """The client that is meant."""
        number = self.message.details["client"]
        if isinstance(number, Client):  # a sample
            return number
        return Client.objects.get(pk=number)

    def is_obsolete(self) -> bool:
        """Tell whether it is no longer as the mail says."""
        is_closed = self.client.closed_at is not None
        return is_closed is not self.message.details["closed"]

    def content(self) -> EmailContent:
        """Return what has changed, and what the reader can do."""
        rows = (Row(_("Company"), typed(self.client.name)),)
        if not self.message.details["closed"]:
            return EmailContent(
                subject=_("Your projects are open again"),
                intro=(_("Members can open their projects again. Everything is as it was."),),
                rows=rows,
                action=Link(_("Go to your projects"), page_url("portal")),
            )
        subject = _("Your projects are closed for now")
        if self.client.client_admin_id != self.message.user_id:
            closed = _("Members can't open their projects for now. Nothing is lost.")
            ask = _("The person who administers your company can tell you more.")
            return EmailContent(subject=subject, intro=(closed, ask), rows=rows)
        unpaid = _(
            "Invoices are still unpaid after three reminders, so we have closed your "
            "projects for their members. You can still sign in, pay, and download your data."
        )
        paid = _("As soon as they are paid, everything opens again. Nothing is lost.")
        return EmailContent(
            subject=subject,
            intro=(unpaid, paid),
            rows=rows,
            action=Link(_("View all invoices"), page_url("portal_invoices", self.client.pk)),
        )


@receiver(client_closed)
def queue_closed(sender: type[Client], client: Client, **kwargs: Any) -> None:
    """Queue the mails, in the transaction that closes the client."""
    _queue(client, closed=True)


@receiver(client_reopened)
def queue_reopened(sender: type[Client], client: Client, **kwargs: Any) -> None:
    """Queue the mails, in the transaction that opens the client."""
    _queue(client, closed=False)


def _queue(client: Client, *, closed: bool) -> None:
    Message.objects.bulk_create(
        Message(
            kind=Message.Kind.ACCESS,
            user=person,
            recipient=person.email,
            language=person.language,
            details={"client": client.pk, "closed": closed},
            next_attempt_at=timezone.now(),
        )
        for person in _people(client)
    )


def _people(client: Client) -> Iterator[User]:
    """The client_admin, and all who have joined a project of the client."""
    joined = User.objects.filter(
        memberships__project__client=client, memberships__joined_at__isnull=False
    )
    people = joined | User.objects.filter(pk=client.client_admin_id)
    return people.distinct().order_by("pk").iterator()


def _sample(*, admin: bool, closed: bool = True) -> dict[str, Any]:
    reader = User(pk=NO_PK, email="nina@example.com")
    client = Client(
        pk=NO_PK,
        name="Beispielfilm GmbH",
        client_admin_id=NO_PK if admin else NO_PK + 1,
        closed_at=timezone.now() if closed else None,
    )
    return {"user": reader, "details": {"client": client, "closed": closed}}
