"""Mails about a packed order: the new member's invitation and the orderer's notice."""

from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shop.email_spellings import shown_email
from shop.notifications.emails.content import EmailContent, Link, Row, page_url, typed
from shop.notifications.emails.kinds import Sample
from shop.notifications.emails.models import Message
from shop.notifications.emails.order_emails import OrderEmail
from shop.notifications.emails.queue import invitation_key
from shop.notifications.emails.samples import order_sample, sample_order
from shop.orders.models import Order, State
from shop.orders.order_lookup import address_of
from shop.orders.parties import inviter_of
from shop.tenancy.email_addresses import mask_email
from shop.tenancy.invitations import join_code, join_token
from shop.tenancy.models import User
from shop.tenancy.project_urls import project_url
from shop.typed_text import isolated


class DeliveryEmail(OrderEmail):
    """Base class of the mails that list what was delivered."""

    def rows(self) -> tuple[Row, ...]:
        """Return tier, client and project as they were delivered."""
        project = self.order.delivered_project
        return self.named(project.client.name, project.name) if project else self.named()


class InvitationEmail(DeliveryEmail, kind=Message.Kind.INVITATION):
    """Link by which the new member joins; one mail per counter of the invitation."""

    samples = (
        order_sample(gettext_lazy("new member"), state=State.PACKED),
        Sample(gettext_lazy("invited by a colleague"), lambda: {"order": _sample_invitation()}),
    )

    def is_obsolete(self) -> bool:
        """Tell whether the link is used or replaced, besides the base's reason."""
        invitation = self.order.invitation
        if not invitation or invitation.used_at:
            return True
        return self.message.dedupe_key != invitation_key(invitation) or super().is_obsolete()

    def secrets(self) -> tuple[str, ...]:
        """Return the code that joins without the link."""
        invitation = self.order.invitation
        return (join_code(invitation),) if invitation else ()

    def rows(self) -> tuple[Row, ...]:
        """Return what was delivered; to a colleague, number and plan say nothing."""
        number, tier, *names = super().rows()
        return tuple(names) if self.invites else (number, tier, *names)

    def content(self) -> EmailContent:
        """Return the link, with a code to type on another device."""
        days = settings.INVITATION_DAYS
        lifetime = ngettext(
            "The link works once and expires after %(days)s day.",
            "The link works once and expires after %(days)s days.",
            days,
        )
        expired = _("If it has expired, open it anyway: you can ask for a new one there.")
        unknown = _(
            "If you don't know this project, you can ignore this e-mail: nothing happens "
            "unless you use the link."
        )
        order, invitation = self.order, self.order.invitation
        assert invitation is not None  # noqa: S101 -- else it is obsolete
        other_device = _("Using another device? Enter this code on the page of your order:")
        if self.invites:
            other_device = _(
                "Using another device? Enter this code on the page of your invitation:"
            )
        url = page_url("join", order.order_hash, join_token(invitation))
        lifetime %= {"days": days}
        ready = (
            _("Use this link to join.")
            if self.invites
            else _("Everything is set up. Use this link to join.")
        )
        return EmailContent(
            subject=_("You are invited to a project")
            if self.invites
            else _("Your access is ready"),
            intro=(" ".join(filter(None, (self._welcome(), ready))),),
            rows=self.rows(),
            action=Link(_("Join the project"), url),
            outro=(f"{other_device} {join_code(invitation)}", f"{lifetime} {expired}", unknown),
            link=self._way_in(),
        )

    def _way_in(self) -> Link | None:
        """Return the address at which the reader works once they have joined, if there is one."""
        project = self.order.delivered_project
        url = project_url(project) if project else ""
        return Link(_("Your project, once you have joined"), url) if url else None

    @cached_property
    def invites(self) -> bool:
        """Tell whether the reader is a colleague of somebody who orders for a client of theirs."""
        return self.is_invitation or inviter_of(self.order) is not None

    def _welcome(self) -> str:
        project, inviter = self.order.delivered_project, inviter_of(self.order)
        if project is None:
            return ""
        names = {
            "project": isolated(typed(project.name)),
            "client": isolated(typed(project.client.name)),
        }
        if inviter is not None:
            # An inviter is a user whose address is verified; their name is whatever they typed.
            name, email = (
                isolated(typed(inviter.get_full_name())),
                typed(shown_email(inviter.email)),
            )
            names["who"] = f"{name} ({email})" if name else email
            return _("%(who)s invites you to the project “%(project)s” of %(client)s.") % names
        if self.is_invitation:
            return _("You are invited to the project “%(project)s” of %(client)s.") % names
        return _("Welcome to the project “%(project)s” of %(client)s.") % names


class OrderPacked(DeliveryEmail, kind=Message.Kind.PACKED):
    """Notice to the person who placed the order, if that is not the new member."""

    follows_address = False  # it is for the orderer
    samples = (
        order_sample(gettext_lazy("to who ordered"), state=State.PACKED),
        Sample(gettext_lazy("to who invited"), lambda: {"order": _sample_invitation()}),
    )

    def content(self) -> EmailContent:
        """Return what was set up, with the new member's address masked."""
        email = {"address": mask_email(address_of(self.order))}
        invited = _("The link to join is on its way to %(address)s.")
        nothing_to_do = _(
            "You don't need to do anything: the new member joins with the link in that e-mail."
        )
        if self.is_invitation:
            sending = _("A place is reserved, and the invitation is on its way to %(address)s.")
            return EmailContent(
                subject=_("Your invitation is on its way"),
                intro=(sending % email,),
                rows=self.rows(),
                action=self.page(_("View the invitation")),
                outro=(nothing_to_do,),
            )
        return EmailContent(
            subject=_("Your order is ready"),
            intro=(_("Everything you ordered is set up."), invited % email),
            rows=self.rows(),
            action=self.page(_("View the order")),
            outro=(nothing_to_do,),
        )


def _sample_invitation() -> Order:
    inviter = User(email="bernd@example.com", first_name="Bernd", last_name="Beispiel")
    return sample_order(
        state=State.PACKED, client_id=1, project_id=1, client_name=None, placed_by=inviter
    )
