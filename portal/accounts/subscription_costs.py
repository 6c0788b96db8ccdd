"""The cost of a client's subscriptions, as the billing page and theirs show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone

from shop.billing.models import Subscription
from shop.billing.next_invoices import NextInvoice, next_invoice
from shop.billing.price_changes import PriceChange
from shop.catalogue.prices import gross
from shop.catalogue.seller import Seller
from shop.catalogue.vat import Vat
from shop.orders.buyers import vat_of
from shop.tenancy.models import Client

A_DAY = timedelta(days=1)
LOOKED_AT = 20  # subscriptions, for the next invoice of all; some end before theirs


@dataclass(frozen=True)
class Cost:
    """The cost of a subscription: its net price in cents for one interval, and the next invoice."""

    subscription: Subscription
    net_cents: int
    vat: Vat
    next: NextInvoice | None
    due_on: date | None

    @property
    def gross_cents(self) -> int:
        """The sum of the next invoice; 0: there is none."""
        return gross(self.next.net_cents, self.vat.rate) if self.next else 0

    @property
    def raises(self) -> list[PriceChange]:
        """Higher prices that are announced and do not count yet."""
        announced = self.subscription.price_changes.all()
        return [each for each in announced if each.applied_at is None and each.undone_at is None]

    @property
    def discount_last_on(self) -> date | None:
        """The last day on which the discount counts; None: it counts for ever."""
        ends = self.subscription.discount_ends_on
        return ends - A_DAY if ends else None


def costs(client: Client, seller: Seller) -> list[Cost]:
    """Return what each running subscription of `client` costs, the oldest first."""
    today = timezone.localdate()
    vat = vat_of(None, client.pk)  # it has VIES asked where that matters
    running = Subscription.objects.filter(client=client, ended_at=None)
    running = running.filter(Q(ends_on=None) | Q(ends_on__gte=today))
    found = running.select_related("project", "product", "order").order_by("pk")
    found = found.prefetch_related("price_changes", "tier_changes")
    return [cost_of(each, vat, seller) for each in found]


def soonest_cost(clients: Iterable[Client], seller: Seller) -> Cost | None:
    """Return the cost of the subscription whose next invoice comes first; None: none comes."""
    due = Subscription.objects.filter(
        client__in=[client.pk for client in clients], ended_at=None, next_period_on__isnull=False
    )
    found = due.select_related("client", "project", "product", "order")
    found = found.prefetch_related("price_changes", "tier_changes")
    for each in found.order_by("next_period_on", "pk")[:LOOKED_AT]:
        if next_invoice(each):
            return cost_of(each, vat_of(None, each.client_id), seller)
    return None


def cost_of(subscription: Subscription, vat: Vat, seller: Seller) -> Cost:
    """Return the cost of one subscription, at a rate of VAT."""
    start = subscription.next_period_on or subscription.anchor_on
    coming = next_invoice(subscription)
    # What was held back is due from the day on which it is issued.
    issued = max(coming.on, timezone.localdate()) if coming else None
    due_on = issued + timedelta(days=seller.due_days) if issued else None
    return Cost(subscription, subscription.net_cents_on(start), vat, coming, due_on)
