"""Mail to colleagues: a second one is to confirm that somebody's second step is reset."""

from typing import Any

from django.template.defaultfilters import date
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.notifications.emails.content import EmailContent, Link, Row, page_url, typed
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.models import Message
from shop.notifications.emails.samples import NO_PK
from shop.tenancy.factor_reset_rows import FactorReset
from shop.tenancy.factor_resets import confirmers, may_confirm
from shop.tenancy.models import User


def _sample() -> dict[str, Any]:
    return {"details": {"reset": NO_PK}}


class FactorResetEmail(Email, kind=Message.Kind.FACTOR_RESET):
    """Asks one of those who may confirm the reset of somebody's second factors.

    `details` of the message: `reset`, the number of the request.
    """

    samples = (Sample(gettext_lazy("reset to be confirmed"), _sample),)

    def is_obsolete(self) -> bool:
        """Tell whether it was decided or has expired, or the reader may no longer confirm it."""
        reset, user = self._reset(), self.message.user
        if reset is None or user is None or not reset.is_open:
            return True
        return not (user.may_sign_in and may_confirm(reset, user))

    def content(self) -> EmailContent:
        """Return for whom it is asked, by whom, and the way to the page that confirms it."""
        reset = self._reset() or _sample_reset()
        asked_by, person = reset.asked_by, reset.user
        return EmailContent(
            subject=_("Please confirm the reset of a second step"),
            intro=(
                _("A colleague has checked the identity of somebody who lost their second step."),
            ),
            rows=(
                Row(_("For"), typed(person.get_full_name() or person.email)),
                Row(_("Requested by"), typed(asked_by.get_full_name() or asked_by.email)),
                Row(_("Open until"), date(localtime(reset.open_until), "DATETIME_FORMAT")),
            ),
            action=Link(_("View the request"), page_url("staff_factor_reset", reset.pk)),
            outro=(
                _(
                    "The page says why, and how the identity was checked. Confirm it only if that "
                    "convinces you: then passkeys and app are removed. If you do nothing, nothing "
                    "is reset."
                ),
            ),
        )

    def _reset(self) -> FactorReset | None:
        found = FactorReset.objects.select_related("user", "asked_by")
        return found.filter(pk=self.message.details["reset"]).first()


def queue_factor_reset(reset: FactorReset) -> int:
    """Ask all who may confirm the request, in its transaction; return how many."""
    asked = confirmers(reset.user, reset.asked_by)
    Message.objects.bulk_create(
        Message(
            kind=Message.Kind.FACTOR_RESET,
            user=person,
            recipient=person.email,
            language=person.language,
            details={"reset": reset.pk},
            next_attempt_at=timezone.now(),
        )
        for person in asked
    )
    return len(asked)


def _sample_reset() -> FactorReset:
    person = User(pk=NO_PK, first_name="Nina", last_name="Neumann")
    chief = User(pk=NO_PK, first_name="Ada", last_name="Admin")
    return FactorReset(pk=NO_PK, user=person, asked_by=chief)
