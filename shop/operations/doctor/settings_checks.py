"""Checks of settings and texts: Django's and our own system checks, one line for each complaint."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.checks import CheckMessage, run_checks

from portal.backoffice.reports.health_lines import HealthLine, Verdict
from shop.operations.counted_words import counted

# By the ids of our checks: what it is about.
LABELS = {
    "accounts.W001": "FACTOR_KEY",
    "billing.W001": "Seller",
    "content.W001": "Placeholders",
    "content.W002": "Name of the shop",
    "languages.E001": "German texts",
    "support.W001": "Support address",
}


def settings_lines() -> Iterator[HealthLine]:
    """Run all checks, and look at the key and the time zone."""
    found = [
        each
        for each in run_checks(include_deployment_checks=True, databases=["default"])
        if not each.is_silenced()
    ]
    for each in found:
        yield _check_line(each)
    if not found:
        yield HealthLine("checks", "Checks", Verdict.FINE, "manage.py check finds nothing")
    yield _key_line()
    yield _profile_line()
    yield _zone_line()


def _check_line(message: CheckMessage) -> HealthLine:
    return HealthLine(
        message.id or "checks",
        LABELS.get(message.id or "", message.id or "Checks"),
        Verdict.ACT if message.is_serious() else Verdict.LOOK,
        " ".join(str(message.msg).split()),
        message.hint or "",
    )


def _key_line() -> HealthLine:
    is_kept = settings.SECRET_KEY in settings.SECRET_KEY_FALLBACKS
    number = len(settings.SECRET_KEY_FALLBACKS)
    return HealthLine(
        "secret-key",
        "SECRET_KEY",
        Verdict.LOOK if is_kept else Verdict.FINE,
        "it is among SECRET_KEY_FALLBACKS"
        if is_kept
        else f"{counted(number, 'earlier key is', 'earlier keys are')} accepted",
        "SECRET_KEY_FALLBACKS is for keys from before a rotation: remove them after a fortnight.",
    )


def _profile_line() -> HealthLine:
    return HealthLine(
        "profile",
        "Profile",
        Verdict.ACT if settings.DEMO or settings.DEBUG else Verdict.FINE,
        "demo" if settings.DEMO else "production",
        "Unset DEMO and DEBUG: their users, tokens and pages are open to everybody.",
    )


def _zone_line() -> HealthLine:
    winter, summer = (
        datetime(2026, month, 1, tzinfo=ZoneInfo("Europe/Berlin")).utcoffset() for month in (1, 7)
    )
    return HealthLine(
        "zones",
        "Time zones",
        Verdict.FINE if winter != summer else Verdict.ACT,
        f"those of {settings.TIME_ZONE} are known",
        "Install the system's package tzdata.",
    )
