"""Ask VIES, the EU's register, for VAT ids; the worker does, never a web request."""

from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from shop.catalogue.vat_ids import vies_knows
from shop.tenancy.vat_id_check import VatIdCheck
from shop.worker.wake_up import wake

State = VatIdCheck.State


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


def _fresh() -> Q:
    return ~Q(state=State.WAITING) & Q(answered_on__gte=_oldest_day())


def _oldest_day() -> date:
    return timezone.localdate() - timedelta(days=settings.VIES_VALID_DAYS)
