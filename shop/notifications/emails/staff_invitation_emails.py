"""Mail that invites a colleague to the back office."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shop.notifications.emails.content import EmailContent, Link, page_url, typed
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.models import Message
from shop.notifications.emails.samples import NO_PK
from shop.tenancy.models import StaffInvitation, User
from shop.tenancy.staff_invitations import is_backed, staff_join_token
from shop.theme import shop_name


def _sample() -> dict[str, Any]:
    user, chief = User(pk=NO_PK), User(first_name="Ada", last_name="Admin")
    StaffInvitation(pk=NO_PK, user=user, invited_by=chief)
    return {"user": user, "details": {"counter": 1}}


class StaffInvitationEmail(Email, kind=Message.Kind.COLLEAGUE):
    """Link by which a colleague joins the back office; one mail per counter of the invitation.

    `details` of the message: `counter`.
    """

    samples = (Sample(gettext_lazy("new colleague"), _sample),)

    def is_obsolete(self) -> bool:
        """Tell whether the invitation was withdrawn, used or sent again, or its inviter is gone."""
        invitation = self._invitation()
        if invitation is None or invitation.used_at or not is_backed(invitation):
            return True
        return bool(invitation.counter != self.message.details["counter"])

    def content(self) -> EmailContent:
        """Return the link, and who invites."""
        invitation = self._invitation()
        assert invitation is not None  # noqa: S101 -- else it is obsolete
        days = settings.INVITATION_DAYS
        lifetime = ngettext(
            "The link works once and expires after %(days)s day.",
            "The link works once and expires after %(days)s days.",
            days,
        )
        factor = _(
            "Then you set up a second step for signing in: a passkey or an authenticator app."
        )
        unknown = _(
            "If you don't know what this is about, you can ignore this e-mail: nothing "
            "happens unless you use the link."
        )
        return EmailContent(
            subject=_("You are invited to the back office of %(shop)s") % {"shop": shop_name()},
            intro=(
                _invites(invitation.invited_by),
                _("Use this link to join."),
            ),
            action=Link(
                _("Join the back office"), page_url("staff_join", staff_join_token(invitation))
            ),
            outro=(f"{lifetime % {'days': days}} {factor}", unknown),
        )

    def _invitation(self) -> StaffInvitation | None:
        try:
            return self.message.user.staff_invitation if self.message.user else None
        except ObjectDoesNotExist:
            return None


def _invites(inviter: User | None) -> str:
    if inviter is None:
        return _("You have been given full access to the back office of %(shop)s.") % {
            "shop": shop_name()
        }
    who = typed(inviter.get_full_name() or str(inviter))
    sentence = _("%(who)s invites you to the back office of %(shop)s.")
    return sentence % {"who": who, "shop": shop_name()}
