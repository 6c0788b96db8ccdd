"""The contracts that need staff: declarations, changes of tier, stuck runs, requests, wishes."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.billing.declaration_rows import DeclarationCase
from shop.billing.tier_change_rows import TierChange
from shop.packing.models import ContractRun
from shop.tenancy.appointment_requests import open_requests
from shop.tenancy.departure_rows import DeletionWish

State = DeclarationCase.State
# For cause counts as ordinary until staff have decided about the cause.
WAITS_FOR_STAFF = Q(state=State.STAFF) | Q(cause_open=True) & ~Q(state=State.DISMISSED)


@dataclass(frozen=True)
class Waiting:
    """A number of rows that need staff, and the list of exactly those rows."""

    label: StrOrPromise
    number: int
    url: str


def waiting_cases() -> QuerySet[DeclarationCase]:
    """Declarations that staff decide about, in no order."""
    return DeclarationCase.objects.filter(WAITS_FOR_STAFF).order_by()


def waiting_changes() -> QuerySet[TierChange]:
    """Changes of tier that staff approve or refuse, in no order."""
    return TierChange.objects.filter(state=TierChange.State.APPROVAL).order_by()


def stuck_runs() -> QuerySet[ContractRun]:
    """Runs of steps that need a person, in no order."""
    return ContractRun.objects.filter(state=ContractRun.State.NEED_HUMAN).order_by()


def kept_wishes() -> QuerySet[DeletionWish]:
    """Wishes to be deleted that could not be carried out yet, the oldest first."""
    return DeletionWish.objects.order_by("asked_at", "pk")


def waiting_contracts() -> list[Waiting]:
    """Count what needs staff; each number leads to its rows."""
    subscriptions = reverse("staff_subscriptions")
    requests = reverse("staff_requests")
    rows: list[tuple[StrOrPromise, QuerySet[Any], str]] = [
        (_("Declarations to decide"), waiting_cases(), reverse("staff_declarations")),
        (_("Changes of tier to approve"), waiting_changes(), f"{subscriptions}?needs=approval"),
        (_("Failed steps of subscriptions"), stuck_runs(), f"{subscriptions}?needs=stuck"),
        (_("Requests to appoint somebody"), open_requests(), f"{requests}#appoint"),
        (_("Deletion requests that wait"), kept_wishes(), f"{requests}#wishes"),
    ]
    return [Waiting(label, found.count(), url) for label, found, url in rows]
