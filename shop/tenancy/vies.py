"""Ask VIES, the EU's register, about VAT ids; the worker does, never a web request."""

import logging
from collections.abc import Callable
from datetime import date, timedelta
from time import monotonic

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from shop.catalogue.seller import current_seller
from shop.catalogue.vat_ids import canonical_vat_id, vies_knows
from shop.compiled_queries import CompiledQuery, Parameter
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.signals import vat_id_answered
from shop.tenancy.vat_id_check import VatIdCheck
from shop.tenancy.vies_call import Answer, ask
from shop.worker.leases import LeaseLostError, backoff, claim, release
from shop.worker.shutdown import is_shutting_down
from shop.worker.wake_up import wake

logger = logging.getLogger(__name__)

State = VatIdCheck.State

AT_MOST = 20  # seconds; mails wait meanwhile, and the next wake-up goes on
BATCH = 20
QUOTED_AN_HOUR = 500  # questions for which visitors are the reason
LEASE_SECONDS = 60  # above two calls
WAITS = [60.0, 300.0, 900.0, 3600.0]  # seconds; after the last one, each hour

# Asked each second, mostly in vain.
_DUE: CompiledQuery[tuple[int]] = CompiledQuery(
    lambda: (
        VatIdCheck.objects.filter(
            Q(lease_until=None) | Q(lease_until__lt=Parameter("now")),
            state=State.WAITING,
            next_attempt_at__lte=Parameter("now"),
        )
        .order_by("next_attempt_at", "pk")
        .values_list("pk")[:BATCH]
    )
)


def request_check(vat_id: str) -> None:
    """Have the worker ask VIES for a VAT id (canonical form), unless it does or did lately.

    Ids of other countries than member states are not asked for.
    """
    if not vies_knows(vat_id):
        return
    if VatIdCheck.objects.filter(Q(state=State.WAITING) | _fresh(), vat_id=vat_id).exists():
        return
    # Two at once: the constraint lets one of the rows in.
    VatIdCheck.objects.bulk_create([VatIdCheck(vat_id=vat_id)], ignore_conflicts=True)
    wake("messages")


def request_quoted_check(vat_id: str) -> None:
    """Have the worker ask VIES for a VAT id that somebody wants a price for, as `request_check`.

    Anybody can type VAT ids. Where VIES was asked QUOTED_AN_HOUR times within the last hour, the
    price is that of an unconfirmed one; an invoice has it asked all the same.
    """
    created = VatIdCheck.objects.order_by("-pk").values_list("created_at", flat=True)
    oldest = created[QUOTED_AN_HOUR - 1 : QUOTED_AN_HOUR].first()
    if oldest is None or oldest < timezone.now() - timedelta(hours=1):
        request_check(vat_id)


def newest_check(vat_id: str) -> VatIdCheck | None:
    """The last question about a VAT id (canonical form), which may wait for its answer."""
    return VatIdCheck.objects.filter(vat_id=vat_id).first()


def newest_answer(vat_id: str) -> VatIdCheck | None:
    """The last answer about a VAT id (canonical form) that is not too old to be relied on."""
    return VatIdCheck.objects.filter(_fresh(), vat_id=vat_id).first()


def is_confirmed(vat_id: str) -> bool:
    """Tell if VIES has lately said that it knows a VAT id (canonical form)."""
    answer = newest_answer(vat_id)
    return answer is not None and answer.state == State.CONFIRMED


def ask_vies(beat: Callable[[], None]) -> None:
    """Ask VIES about the VAT ids that are due, oldest first; calls `beat` before each.

    Where VIES is away, the rest waits for the next run.
    """
    until = monotonic() + AT_MOST
    for (pk,) in _DUE.all(now=timezone.now()):
        beat()
        answer = _ask(pk)
        if monotonic() > until or is_shutting_down() or (answer and answer.is_away):
            return


def _ask(pk: int) -> Answer | None:
    """Ask about one VAT id, if it is still due; what came of it is in its row afterwards."""
    check = claim(_due(), [pk], seconds=LEASE_SECONDS).first()
    if check is None:
        return None
    seller = canonical_vat_id(current_seller().vat_id)
    # No transaction is open here: a slow register must not hold the database.
    answer = ask(check.vat_id, seller if vies_knows(seller) else "")
    try:
        with transaction.atomic():
            _record(check, answer)
    except LeaseLostError:
        logger.warning("Lost the lease of %s: somebody else asks.", check)
    return answer


def _record(check: VatIdCheck, answer: Answer) -> None:
    if answer.known is None:
        wait = backoff(min(check.attempts, len(WAITS)), WAITS) or timedelta()
        release(check, next_attempt_at=timezone.now() + wait, last_error=answer.error)
        return
    check.state = State.CONFIRMED if answer.known else State.UNKNOWN
    check.answered_on = timezone.localdate()
    check.consultation_number, check.last_error = answer.consultation_number, ""
    names = ("state", "answered_on", "consultation_number", "last_error")
    release(check, **{name: getattr(check, name) for name in names})
    vat_id_answered.send(sender=VatIdCheck, check=check)


def _due() -> QuerySet[VatIdCheck]:
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return VatIdCheck.objects.filter(free, state=State.WAITING, next_attempt_at__lte=now)


def newest_check_of(profile: BillingProfile | None) -> VatIdCheck | None:
    """Return the newest question to VIES about the VAT ID of `profile`, if it has one."""
    if profile is None or not profile.vat_id:
        return None
    return newest_check(canonical_vat_id(profile.vat_id))


def delete_old_checks(beat: Callable[[], None]) -> None:
    """Delete questions and answers of KEEP_VAT_ID_CHECKS_DAYS ago, but for those of clients.

    VAT ids of people who trade by themselves are personal data. Invoices keep day and number.
    """
    named = BillingProfile.objects.filter(vat_id=OuterRef("vat_id"))
    before = timezone.now() - timedelta(days=settings.KEEP_VAT_ID_CHECKS_DAYS)
    VatIdCheck.objects.filter(~Exists(named), created_at__lt=before).delete()


def _fresh() -> Q:
    return ~Q(state=State.WAITING) & Q(answered_on__gte=_oldest_day())


def _oldest_day() -> date:
    return timezone.localdate() - timedelta(days=settings.VIES_VALID_DAYS)
