"""The end of a staff session: some hours after sign-in, or some minutes after the last activity."""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from shop.tenancy.models import User

# Everybody gets the same answer, every second: it is not worth a look at the session.
PUBLIC = {"registration_progress"}
# Pages request these by themselves, whoever sits in front of them; also all pages with RELOAD,
# which browsers without JavaScript load again and again.
POLLED = {
    *("checkout_price", "staff_counts", "staff_found", "staff_bulk_progress", "staff_order_live"),
    *("staff_export_progress", "staff_filters", "staff_health"),
    *("api_docs_search", "portal_delivery_progress"),
    *PUBLIC,
}
RELOAD = "reload"
BEGAN, SEEN = "staff_began", "staff_seen"
SEEN_EVERY = 15.0  # seconds between two notes of activity: each writes the session


class StaffSessionMiddleware:
    """Signs staff out after STAFF_SESSION_HOURS, or STAFF_IDLE_MINUTES without activity.

    The view then answers as to anybody who is signed out. Sessions of members are left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`; sessions that began with it get their end as well."""
        response = self.get_response(request)
        # Reading the session would make every response vary by cookie.
        user = _staff_of(request) if request.session.accessed else None
        # allauth gives the cookie of every new session the lifetime of members' sessions.
        if user and (BEGAN not in request.session or request.session.get_expiry_age() > _longest()):
            begin(request, user)
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Sign out where the session has ended; otherwise note the activity."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or _is_named(request, PUBLIC):
            return None
        if not (user := _staff_of(request)):
            return None
        now = time.time()
        idle_since = request.session.get(SEEN, now)
        if now >= _began(request, user) + _longest():
            _end(request, _("Staff sessions end after some hours: please sign in again."))
        elif now >= idle_since + settings.STAFF_IDLE_MINUTES * 60:
            _end(request, _("You were inactive for a while: please sign in again."))
        elif not _is_polled(request) and now >= idle_since + SEEN_EVERY:
            request.session[SEEN] = now
        return None


def _staff_of(request: HttpRequest) -> User | None:
    user = request.user if SESSION_KEY in request.session else None
    return user if isinstance(user, User) and user.is_staff else None


def _is_polled(request: HttpRequest) -> bool:
    return _is_named(request, POLLED) or RELOAD in request.GET


def _is_named(request: HttpRequest, names: set[str]) -> bool:
    match = request.resolver_match
    return bool(match and match.url_name in names)


def _began(request: HttpRequest, user: User) -> float:
    """Return when the user signed in, in seconds since the epoch.

    Proofs are older than the note of this module where the user became staff since.
    """
    records: list[dict[str, Any]] = get_authentication_records(request, user)
    noted = request.session.get(BEGAN, time.time())
    return float(min([noted, *(record["at"] for record in records)]))


def begin(request: HttpRequest, user: User) -> None:
    """Note when the session of `user` began, and let its cookie end with it."""
    began, now = _began(request, user), time.time()
    request.session[BEGAN] = began
    request.session.setdefault(SEEN, now)
    request.session.set_expiry(max(1, int(began + _longest() - now)))


def _longest() -> int:
    return int(settings.STAFF_SESSION_HOURS * 3600)


def _end(request: HttpRequest, sentence: str) -> None:
    logout(request)
    messages.warning(request, sentence)
