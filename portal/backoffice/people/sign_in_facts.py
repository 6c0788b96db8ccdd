"""The ways in which a person signs in, and the browsers where they are signed in."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from shop.browser_names import browser_name, network_of
from shop.tenancy.mfa import APP, PASSKEY
from shop.tenancy.models import User

SHOWN = 50  # sessions


@dataclass(frozen=True)
class Factor:
    """A passkey or an authenticator app."""

    is_passkey: bool
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class SignedIn:
    """A browser in which the person is signed in."""

    pk: int
    browser: str
    network: str
    since: datetime
    seen_at: datetime


@dataclass(frozen=True)
class SignInFacts:
    """The ways in of a user, and their sessions, the last used first."""

    email_verified: bool
    has_password: bool
    factors: list[Factor]
    has_recovery_codes: bool
    sessions: list[SignedIn]


def sign_in_facts(user: User) -> SignInFacts:
    """Return how `user` signs in, in three queries."""
    verified = EmailAddress.objects.filter(user=user, email=user.email, verified=True)
    stored = list(Authenticator.objects.filter(user=user).order_by("pk"))
    sessions = UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk")[:SHOWN]
    return SignInFacts(
        email_verified=verified.exists(),
        has_password=user.has_usable_password(),
        factors=[
            Factor(
                each.type == PASSKEY,
                str(each.data.get("name") or ""),
                each.created_at,
                each.last_used_at,
            )
            for each in stored
            if each.type in (APP, PASSKEY)
        ],
        has_recovery_codes=any(each.type not in (APP, PASSKEY) for each in stored),
        sessions=[
            SignedIn(
                each.pk,
                browser_name(each.user_agent),
                network_of(each.ip),
                each.created_at,
                each.last_seen_at,
            )
            for each in sessions
        ],
    )
