"""Mails about a packed order: the new member's invitation and the orderer's notice."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shop.notifications.emails.content import EmailContent, Link, Row, page_url, typed
from shop.notifications.emails.models import Message
from shop.notifications.emails.order_emails import OrderEmail
from shop.notifications.emails.queue import invitation_key
from shop.notifications.emails.samples import order_sample
from shop.orders.models import State
from shop.tenancy.email_addresses import mask_email
from shop.tenancy.invitations import join_code, join_token
from shop.typed_text import isolated


class DeliveryEmail(OrderEmail):
    """Base class of the mails that list what was delivered."""

    def rows(self) -> tuple[Row, ...]:
        """Return tier, client and project as they were delivered."""
        project = self.order.delivered_project
        return self.named(project.client.name, project.name) if project else self.named()


class InvitationEmail(DeliveryEmail, kind=Message.Kind.INVITATION):
    """Link by which the new member joins; one mail per counter of the invitation."""

    samples = (order_sample(gettext_lazy("new member"), state=State.PACKED),)

    def is_obsolete(self) -> bool:
        """Tell whether the link is used or replaced, besides the base's reason."""
        invitation = self.order.invitation
        if not invitation or invitation.used_at:
            return True
        return self.message.dedupe_key != invitation_key(invitation) or super().is_obsolete()

    def content(self) -> EmailContent:
        """Return the link, with a code to type on another device."""
        days = settings.INVITATION_DAYS
        lifetime = ngettext(
            "The link works once and for %(days)s day.",
            "The link works once and for %(days)s days.",
            days,
        )
        expired = _("Has it expired? Open it all the same: from there you can have a new one sent.")
        unknown = _(
            "Do you know nothing of this project? Then please ignore this e-mail; "
            "nothing happens without the link."
        )
        order, invitation = self.order, self.order.invitation
        assert invitation is not None  # noqa: S101 -- else it is obsolete
        other_device = _(
            "Are you reading this on another device? "
            "Then enter this code on the page of your order:"
        )
        url = page_url("join", order.order_hash, join_token(invitation))
        lifetime %= {"days": days}
        welcome = ""
        if project := order.delivered_project:
            names = {
                "project": isolated(typed(project.name)),
                "client": isolated(typed(project.client.name)),
            }
            welcome = _("Welcome to the project “%(project)s” of %(client)s.") % names
        return EmailContent(
            subject=_("Your link to sign in"),
            intro=(f"{welcome} {_('All is set up. With this link you join.')}",),
            rows=self.rows(),
            action=Link(_("Join the project"), url),
            outro=(f"{other_device} {join_code(invitation)}", f"{lifetime} {expired}", unknown),
        )


class OrderPacked(DeliveryEmail, kind=Message.Kind.PACKED):
    """Notice to the person who placed the order, if that is not the new member."""

    samples = (order_sample(gettext_lazy("to who ordered"), state=State.PACKED),)

    def is_obsolete(self) -> bool:
        """Tell whether the orderer may no longer sign in; the order's address does not matter."""
        user = self.message.user
        return user is not None and not user.may_sign_in

    def content(self) -> EmailContent:
        """Return what was set up, with the new member's address masked."""
        order = self.order
        email = order.user_email or (order.member.email if order.member else "")
        invited = _("The link to sign in is on its way to %(address)s.")
        nothing_to_do = _(
            "There is nothing for you to do: the new member joins by the link in that mail."
        )
        return EmailContent(
            subject=_("Your order is set up"),
            intro=(_("All that you ordered is set up."), invited % {"address": mask_email(email)}),
            rows=self.rows(),
            action=self.page(_("See the order")),
            outro=(nothing_to_do,),
        )
