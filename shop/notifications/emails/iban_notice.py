"""Notice to superusers that invoices name another IBAN: whoever changes it gets the money."""

from typing import Any

from django.db.models import Model
from django.dispatch import receiver
from django.template.defaultfilters import date
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.catalogue.seller import Seller, iban_changed
from shop.notifications.emails.content import EmailContent, Link, Row, page_url
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.models import Message
from shop.tenancy.colleagues import colleagues
from shop.tenancy.models import User


class IbanNotice(Email, kind=Message.Kind.IBAN):
    """Old and new IBAN, and who changed it.

    `details` of the message: `before`, `after` and `actor`, the number of a user or null.
    """

    samples = (Sample(gettext_lazy("another IBAN"), lambda: {"details": _sample_details()}),)

    def is_obsolete(self) -> bool:
        """Tell whether the recipient is no superuser any more."""
        user = self.message.user
        return user is None or not (user.is_superuser and user.is_staff and user.may_sign_in)

    def content(self) -> EmailContent:
        """Return the change, and what to do about one that nobody has agreed to."""
        details = self.message.details
        actor = User.objects.filter(pk=details["actor"]).first()
        return EmailContent(
            subject=_("Our invoices name another IBAN"),
            intro=(_("From now on customers are asked to pay to this account."),),
            rows=(
                Row(_("IBAN until now"), details["before"] or "–"),
                Row(_("IBAN from now on"), details["after"] or "–"),
                Row(_("Changed by"), str(actor) if actor else "–"),
                Row(_("Changed on"), date(localtime(self.message.created_at), "DATETIME_FORMAT")),
            ),
            outro=(
                _(
                    "If this was not agreed, enter the right IBAN right away and end the access of "
                    "the person who changed it."
                ),
            ),
            action=Link(_("Go to the back office"), page_url("staff")),
        )


@receiver(iban_changed)
def queue_iban_notice(
    sender: type[Seller], before: str, after: str, actor: Model | None, **kwargs: Any
) -> None:
    """Queue the notice to all superusers, in the transaction of the change."""
    details = {"before": before, "after": after, "actor": actor.pk if actor else None}
    Message.objects.bulk_create(
        Message(
            kind=Message.Kind.IBAN,
            user=person,
            recipient=person.email,
            language=person.language,
            details=details,
            next_attempt_at=timezone.now(),
        )
        for person in colleagues().filter(is_superuser=True)
    )


def _sample_details() -> dict[str, Any]:
    ibans = {"before": "DE89370400440532013000", "after": "DE75512108001245126199"}
    return {**ibans, "actor": None}
