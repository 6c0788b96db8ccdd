"""A line of the health page: what was looked at, how it is, and what to do."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class Verdict(TextChoices):
    """Verdicts on the state of something, the best first."""

    FINE = "fine", _("fine")
    LOOK = "look", _("please check")
    ACT = "act", _("act now")


@dataclass(frozen=True)
class HealthLine:
    """One thing that was looked at. `url` leads to the rows that it counts."""

    key: str
    label: StrOrPromise
    verdict: Verdict
    found: StrOrPromise
    advice: StrOrPromise = ""  # what to do, unless it is fine
    url: str = ""


# What rooms above look at; they register in `ready`.
more_system_lines: list[Callable[[], Iterator[HealthLine]]] = []


@dataclass(frozen=True)
class HealthGroup:
    """Lines about one part of the shop."""

    label: StrOrPromise
    lines: Sequence[HealthLine]


def worst(groups: Sequence[HealthGroup]) -> Verdict:
    """Return the worst verdict of all lines."""
    verdicts = [line.verdict for group in groups for line in group.lines]
    return max(verdicts, key=list(Verdict).index, default=Verdict.FINE)


def by_lag(lag: timedelta, look: timedelta, act: timedelta) -> Verdict:
    """Return the verdict about something that is late: from `look` on, and from `act` on."""
    if lag >= act:
        return Verdict.ACT
    return Verdict.LOOK if lag >= look else Verdict.FINE


def if_any(number: int, verdict: Verdict = Verdict.LOOK) -> Verdict:
    """Return `verdict` if there is at least one, else that it is fine."""
    return verdict if number else Verdict.FINE


def moment(at: datetime) -> str:
    """Return `at` in the shop's time zone, as the page's language writes it."""
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")
