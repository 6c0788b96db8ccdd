"""Audit log of applications: what staff did with them, kept in the admin's own log."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext_lazy as _

from shop.access.models import Application
from shop.tenancy.models import User

# The actions, and how pages name them.
MADE = "made"
TOKEN_ISSUED = "token_issued"  # noqa: S105 -- a name
TOKEN_REVOKED = "token_revoked"  # noqa: S105 -- a name
SECRET_RENEWED = "secret_renewed"  # noqa: S105 -- a name
SWITCHED_OFF = "switched_off"
SWITCHED_ON = "switched_on"
WORDS = {
    MADE: _("made"),
    TOKEN_ISSUED: _("token issued"),
    TOKEN_REVOKED: _("token revoked"),
    SECRET_RENEWED: _("signing secret renewed"),
    SWITCHED_OFF: _("switched off"),
    SWITCHED_ON: _("switched on"),
}
LONGEST = 200


@dataclass(frozen=True)
class Line:
    """An entry of the log; `note` is the name of the token, if it is about one."""

    at: datetime
    actor: User
    what: str
    note: str


def record(staff: User, application: Application, what: str, note: str = "") -> None:
    """Log that `staff` did `what` (one of WORDS), in the transaction that did it."""
    LogEntry.objects.log_actions(
        staff.pk,
        [application],
        ADDITION if what == MADE else CHANGE,
        change_message=[{"what": what, "note": note}],
    )


def history_of(application: Application) -> list[Line]:
    """Return the LONGEST newest entries about `application`, newest first."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Application), object_id=str(application.pk)
    ).select_related("user")
    lines = []
    for entry in entries.order_by("-pk")[:LONGEST]:
        said = json.loads(entry.change_message)[0]
        what = str(WORDS.get(said["what"], said["what"]))
        lines.append(Line(entry.action_time, entry.user, what, said["note"]))
    return lines
