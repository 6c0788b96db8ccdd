"""The ways to reach a person, by settings; templates have them as `{% support_contact %}`."""

import re
from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.core import checks
from django.utils.translation import get_language

register = template.Library()
NOT_DIALLED = re.compile("[^+0-9]")


@dataclass(frozen=True)
class Support:
    """The ways to reach a person; what is not set is empty."""

    email: str
    phone: str
    hours: str  # in the reader's language

    @property
    def phone_url(self) -> str:
        """Return the URL by which a telephone dials the number."""
        return f"tel:{NOT_DIALLED.sub('', self.phone)}"


@register.simple_tag
def support_contact() -> Support:
    """Return how to reach a person. Needs neither request nor database."""
    hours = settings.SUPPORT_HOURS_EN if get_language() == "en" else settings.SUPPORT_HOURS_DE
    return Support(settings.SUPPORT_EMAIL, settings.SUPPORT_PHONE, hours)


@checks.register("support")
def check_support(**kwargs: Any) -> list[checks.CheckMessage]:
    """Warn where customers cannot reach anybody."""
    if settings.DEMO or settings.SUPPORT_EMAIL:
        return []
    return [
        checks.Warning(
            "SUPPORT_EMAIL is not set: pages and mails cannot say how to reach a person, and the "
            "page /contact/ has no form.",
            id="support.W001",
        )
    ]
