"""Join links and codes, signed over an invitation's id and counter and never stored."""

import hmac
from datetime import date, timedelta
from enum import Enum

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from shop.tenancy.models import Invitation

# No characters that are easily confused.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8
SALT = "shop.tenancy.invitation"


class LinkError(Exception):
    """The join link is not valid; `reason` says why."""

    class Reason(Enum):
        DAMAGED = "damaged"
        EXPIRED = "expired"
        REPLACED = "replaced"
        WITHDRAWN = "withdrawn"
        CLOSED = "closed"  # the contract of the project has ended
        USED = "used"

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def _signer() -> TimestampSigner:
    return TimestampSigner(sep="~", salt=SALT)


def join_token(invitation: Invitation) -> str:
    """Return a token valid for INVITATION_DAYS, unless it is used or replaced before."""
    return _signer().sign(f"{invitation.pk}-{invitation.counter}")


def read_join_token(token: str, invitation: Invitation | None) -> Invitation:
    """Return `invitation` if `token` is valid for it. Raises LinkError."""
    max_age = timedelta(days=settings.INVITATION_DAYS)
    try:
        value, expired = _signer().unsign(token, max_age=max_age), False
    except SignatureExpired:
        value, expired = _signer().unsign(token), True
    except BadSignature as error:
        raise LinkError(LinkError.Reason.DAMAGED) from error
    number, _, counter = value.partition("-")
    if invitation is None:
        raise LinkError(LinkError.Reason.WITHDRAWN)
    if str(invitation.pk) != number:
        raise LinkError(LinkError.Reason.DAMAGED)
    if invitation.used_at:
        raise LinkError(LinkError.Reason.USED)
    if str(invitation.counter) != counter:
        raise LinkError(LinkError.Reason.REPLACED)
    if expired:
        raise LinkError(LinkError.Reason.EXPIRED)
    return invitation


def join_code(invitation: Invitation) -> str:
    """Return the code to type on another device: `ABCD-EFGH`, valid for INVITATION_DAYS."""
    code = _code(invitation, timezone.now().date(), settings.SECRET_KEY)
    return f"{code[:4]}-{code[4:]}"


def redeem_code(typed: str, invitation: Invitation) -> bool:
    """Return whether `typed` is the code of `invitation`; blanks, hyphens and case are ignored.

    Every try counts: after JOIN_CODE_TRIES no code is right until a new mail is sent.
    """
    unused = Invitation.objects.filter(pk=invitation.pk, counter=invitation.counter, used_at=None)
    guessable = unused.filter(code_tries__lt=settings.JOIN_CODE_TRIES)
    if not guessable.update(code_tries=F("code_tries") + 1):
        return False
    given = "".join(char for char in typed.upper() if char in ALPHABET)
    today = timezone.now().date()
    days = [today - timedelta(days=age) for age in range(settings.INVITATION_DAYS + 1)]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    # Compare with all of them, so that the time it takes reveals nothing.
    right = [hmac.compare_digest(given, _code(invitation, day, k)) for day in days for k in keys]
    return any(right)


def replace_link(invitation: Invitation) -> bool:
    """End all links and codes of `invitation` for new ones; return False if it is used."""
    unused = Invitation.objects.filter(pk=invitation.pk, used_at=None)
    changed = unused.update(counter=F("counter") + 1, code_tries=0)
    invitation.refresh_from_db()
    return bool(changed)


def _code(invitation: Invitation, day: date, key: str) -> str:
    # A link's token carries its time; a code has the day signed into it.
    salt, value = f"{SALT}.code", f"{invitation.pk}-{invitation.counter}-{day:%Y%m%d}"
    digest = salted_hmac(salt, value, secret=key, algorithm="sha256").digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:CODE_LENGTH])
