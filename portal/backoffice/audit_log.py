"""Audit log: what staff did with applications, people, colleagues, the seller and contracts."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, TextChoices
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.tenancy.models import User

LONGEST = 200


class Act(TextChoices):
    """An entry's kind, and how pages name it."""

    MADE = "made", _("created")
    TOKEN_ISSUED = "token_issued", _("token issued")
    TOKEN_REVOKED = "token_revoked", _("token revoked")
    SECRET_RENEWED = "secret_renewed", _("signing secret renewed")
    CLIENT_SECRET_RENEWED = "client_secret_renewed", _("client secret renewed")
    SWITCHED_OFF = "switched_off", _("switched off")
    SWITCHED_ON = "switched_on", _("switched on")
    WEBHOOKS_REPLAYED = "webhooks_replayed", _("webhooks sent again")
    INVITED = "invited", _("invited to the back office")
    INVITED_AGAIN = "invited_again", _("invitation sent again")
    WITHDRAWN = "withdrawn", _("invitation withdrawn")
    JOINED = "joined", _("joined the back office")
    ROLES_CHANGED = "roles_changed", _("roles changed")
    ACCESS_ENDED = "access_ended", _("access to the back office ended")
    CHANGED = "changed", _("changed")
    RATE_ADDED = "rate_added", _("VAT rate added")
    RATE_REMOVED = "rate_removed", _("VAT rate removed")
    GIVEN_OUT = "given_out", _("data given out")
    ERASED = "erased", _("person erased")
    SIGNED_OUT = "signed_out", _("signed out")
    RESET_REQUESTED = "reset_requested", _("reset of the second step requested")
    RESET_REFUSED = "reset_refused", _("reset of the second step refused")
    RESET_WITHDRAWN = "reset_withdrawn", _("request to reset the second step withdrawn")
    FACTORS_RESET = "factors_reset", _("second step reset")
    RENAMED = "renamed", _("renamed")
    APPOINTED = "appointed", _("client handed over")
    MEMBER_REMOVED = "member_removed", _("member removed")
    MEMBER_INVITED_AGAIN = "member_invited_again", _("member invited again")
    NOTE_ADDED = "note_added", _("note added")
    NOTE_DELETED = "note_deleted", _("note deleted")
    NOTE_RESTORED = "note_restored", _("note restored")
    DECLARATION_MATCHED = "declaration_matched", _("matched, link to prove it mailed")
    DECLARATION_EFFECTIVE = "declaration_effective", _("let it take effect")
    DECLARATION_DISMISSED = "declaration_dismissed", _("dismissed")
    CAUSE_ACCEPTED = "cause_accepted", _("cause accepted")
    CAUSE_DECLINED = "cause_declined", _("cause declined: counts as ordinary")
    REQUEST_DONE = "request_done", _("request marked as done")
    TIER_CHANGED = "tier_changed", _("tier changed")
    CHANGE_APPROVED = "change_approved", _("change of tier approved")
    CHANGE_REFUSED = "change_refused", _("change of tier refused")
    CHANGE_UNDONE = "change_undone", _("change of tier undone")
    CANCELLED = "cancelled", _("subscription cancelled")
    TAKEN_BACK = "taken_back", _("cancellation taken back")
    CONTRACT_WITHDRAWN = "contract_withdrawn", _("withdrawal carried out")
    CONTRACT_ENDED = "contract_ended", _("subscription ended at once")
    RUN_RETRIED = "run_retried", _("steps tried again")
    STEP_SKIPPED = "step_skipped", _("step skipped")
    INCIDENT_NOTED = "incident_noted", _("incident note written")
    INCIDENT_CLOSED = "incident_closed", _("incident note closed")
    INCIDENT_REOPENED = "incident_reopened", _("incident note opened again")
    EXPORT_WAIVED = "export_waived", _("time to download data waived")
    RETIRED = "retired", _("retired")
    BROUGHT_BACK = "brought_back", _("brought back")
    UNARCHIVED = "unarchived", _("brought back from the archive")
    DELETED = "deleted", _("deleted")
    PUBLISHED = "published", _("published")
    SCHEDULED = "scheduled", _("scheduled")
    SCHEDULE_DROPPED = "schedule_dropped", _("scheduled version taken back")


# The label of a field, its old value and its new one; None where there was, or is, no value.
Change = tuple[StrOrPromise, object, object]


def record(
    staff: User, about: Model, what: Act, note: str = "", *, changes: Iterable[Change] = ()
) -> None:
    """Log that `staff` did `what`, in the transaction that did it.

    Of `changes`, those whose values differ are kept. `note` and `changes` hold no personal data.
    """
    said: dict[str, Any] = {"what": what, "note": note}
    # In English, the language of the catalogues' keys: each reader sees their own.
    with override("en"):
        kept = [
            (str(label), _kept(old), _kept(new))
            for label, old, new in changes
            if _kept(old) != _kept(new)
        ]
    LogEntry.objects.create(
        user=staff,
        content_type=ContentType.objects.get_for_model(about),
        object_id=str(about.pk),
        # A person's entries outlive the person's data.
        object_repr="" if isinstance(about, User) else str(about)[:200],
        action_flag=ADDITION if what == Act.MADE else CHANGE,
        change_message=json.dumps([said | ({"changes": kept} if kept else {})]),
    )


def history_of(about: Model) -> list[dict[str, Any]]:
    """Return the LONGEST newest entries about `about`, newest first."""
    kind = ContentType.objects.get_for_model(about)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(about.pk))
    newest = entries.select_related("user").order_by("-pk")[:LONGEST]
    return [{"at": each.action_time, "actor": each.user, **said_of(each)} for each in newest]


def said_of(entry: LogEntry) -> dict[str, Any]:
    """Return `act`, `what`, `note` and `changes` of an entry of ours; of any other, its sentence.

    Each of `changes` has the label in the reader's language and both values as pages show them.
    """
    if entry.change_message and not entry.change_message.startswith("["):
        return {"act": "", "what": entry.change_message, "note": "", "changes": []}
    # Erasure empties what was logged about a person.
    (said, *_rest) = json.loads(entry.change_message or "[{}]") or [{}]
    if "what" not in said:
        sentence = entry.get_change_message() or str(_("changed"))
        return {"act": "", "what": sentence, "note": "", "changes": []}
    changes = [
        (gettext(label) if label else "", _shown(old), _shown(new))
        for label, old, new in said.get("changes", ())
    ]
    act = said["what"]
    return {"act": act, "what": Act(act).label, "note": said["note"], "changes": changes}


def _kept(value: object) -> str | bool | None:
    if value is None or isinstance(value, bool):
        return value
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _shown(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return "–" if value is None or value == "" else value
