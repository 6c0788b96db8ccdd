"""Hide the links to orders from staff who may only look.

A hash opens the registration page to whoever holds it (contract, "Who is who"). What people typed,
errors, and what receivers of webhooks answer may quote that of any order.
"""

import re

from django.http import HttpRequest, HttpResponse

from portal.backoffice.order.offered_action import MEND
from portal.backoffice.staff_access import staff_user

HIDDEN = "…".encode()
HASHES = re.compile(rb"[0-9A-Fa-f]{32,}")  # also within links that mail gateways have wrapped


def without_hashes(text: str) -> str:
    """Return `text` without any order's hash, whoever reads it."""
    return HASHES.sub(HIDDEN, text.encode()).decode()


def hide_hashes(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return the response, for staff who may not mend orders without any order's hash."""
    if not staff_user(request).has_perm(MEND):
        response.content = HASHES.sub(HIDDEN, response.content)
    return response
