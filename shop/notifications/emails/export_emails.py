"""Mail to one of staff: the export that they asked for is ready."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shop.notifications.emails.content import EmailContent, Link, page_url
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.models import Message
from shop.notifications.emails.samples import NO_PK
from shop.tenancy.models import User


def _sample() -> dict[str, Any]:
    return {"details": {"export": NO_PK, "rows": 12_480}}


class ExportEmail(Email, kind=Message.Kind.EXPORT):
    """The page where the file of an export can be downloaded, and how long it is kept.

    `details` of the message: `export`, its number, and `rows`.
    """

    samples = (Sample(gettext_lazy("export is ready"), _sample),)

    def is_obsolete(self) -> bool:
        """Tell whether the recipient has left the back office."""
        user = self.message.user
        return user is None or not (user.is_staff and user.may_sign_in)

    def content(self) -> EmailContent:
        """Return the link to the page with the file."""
        rows, days = self.message.details["rows"], settings.KEEP_EXPORTS_DAYS
        number = ngettext("It has %(rows)s row.", "It has %(rows)s rows.", rows)
        kept = ngettext(
            "The file is deleted after %(days)s day.",
            "The file is deleted after %(days)s days.",
            days,
        )
        return EmailContent(
            subject=_("Your export is ready"),
            intro=(_("The export that you asked for can be downloaded."), number % {"rows": rows}),
            action=Link(
                _("Go to the export"), page_url("staff_export", self.message.details["export"])
            ),
            outro=(kept % {"days": days},),
        )


def queue_export_ready(user: User, export: int, rows: int) -> None:
    """Queue the mail about `export`, in the transaction that stores its file."""
    Message.objects.create(
        kind=Message.Kind.EXPORT,
        user=user,
        recipient=user.email,
        language=user.language,
        details={"export": export, "rows": rows},
        next_attempt_at=timezone.now(),
    )
