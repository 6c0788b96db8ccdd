"""Audit log of applications: what staff did with them, kept in the admin's own log."""

import json
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from shop.access.models import Application
from shop.tenancy.models import User

LONGEST = 200


class Act(TextChoices):
    """An entry's kind, and how pages name it."""

    MADE = "made", _("made")
    TOKEN_ISSUED = "token_issued", _("token issued")
    TOKEN_REVOKED = "token_revoked", _("token revoked")
    SECRET_RENEWED = "secret_renewed", _("signing secret renewed")
    SWITCHED_OFF = "switched_off", _("switched off")
    SWITCHED_ON = "switched_on", _("switched on")


def record(staff: User, application: Application, what: Act, note: str = "") -> None:
    """Log that `staff` did `what`, in the transaction that did it; `note` names the token."""
    flag = ADDITION if what == Act.MADE else CHANGE
    message = [{"what": what, "note": note}]
    LogEntry.objects.log_actions(staff.pk, [application], flag, change_message=message)


def history_of(application: Application) -> list[dict[str, Any]]:
    """Return the LONGEST newest entries about `application`, newest first."""
    kind = ContentType.objects.get_for_model(Application)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(application.pk))
    lines = []
    for entry in entries.select_related("user").order_by("-pk")[:LONGEST]:
        (said,) = json.loads(entry.change_message)
        said["what"] = Act(said["what"]).label
        lines.append({"at": entry.action_time, "actor": entry.user, **said})
    return lines
