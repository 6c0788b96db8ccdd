"""The e-mailed link's token: a signature over an invitation's id and its counter.

It is made when the mail is rendered and stored nowhere. Raising the counter ends older links.
"""

from datetime import timedelta
from enum import Enum

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.db.models import F

from shop.tenancy.models import Invitation


class LinkProblem(Exception):
    """A link that lets nobody in; `reason` says why."""

    class Reason(Enum):
        DAMAGED = "damaged"
        EXPIRED = "expired"
        REPLACED = "replaced"
        USED = "used"
        WITHDRAWN = "withdrawn"

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def _signer() -> TimestampSigner:
    return TimestampSigner(sep="~", salt="shop.tenancy.invitation")


def join_token(invitation: Invitation) -> str:
    """A token good for INVITATION_DAYS from now, until it is used or replaced."""
    return _signer().sign(f"{invitation.pk}-{invitation.counter}")


def read_join_token(token: str, invitation: Invitation | None) -> Invitation:
    """`invitation`, where `token` is a live link to it.

    Raises LinkProblem: damaged or somebody else's, expired, replaced by a newer one, used.
    """
    max_age = timedelta(days=settings.INVITATION_DAYS)
    try:
        value, expired = _signer().unsign(token, max_age=max_age), False
    except SignatureExpired:
        value, expired = _signer().unsign(token), True
    except BadSignature as error:
        raise LinkProblem(LinkProblem.Reason.DAMAGED) from error
    number, _, counter = value.partition("-")
    if invitation is None or str(invitation.pk) != number:
        raise LinkProblem(LinkProblem.Reason.DAMAGED)
    if invitation.used_at:
        raise LinkProblem(LinkProblem.Reason.USED)
    if str(invitation.counter) != counter:
        raise LinkProblem(LinkProblem.Reason.REPLACED)
    if expired:
        raise LinkProblem(LinkProblem.Reason.EXPIRED)
    return invitation


def replace_link(invitation: Invitation) -> bool:
    """End all links to `invitation` so that a new mail brings a new one; False once it is used."""
    changed = Invitation.objects.filter(pk=invitation.pk, used_at=None).update(
        counter=F("counter") + 1
    )
    invitation.refresh_from_db()
    return bool(changed)
