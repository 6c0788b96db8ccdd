"""Reasons for which a subscription's invoice is held back, and staff's word about them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from shop.billing.models import Subscription
from shop.catalogue.seller import Seller, current_seller, vat_seller
from shop.catalogue.vat import EU, Vat, VatBuyer, VatSeller, vat_for
from shop.catalogue.vat_ids import canonical_vat_id, vies_knows
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Client, Membership, User
from shop.tenancy.vat_id_check import VatIdCheck
from shop.tenancy.vies import newest_answer, request_check

WaitsFor = Subscription.WaitsFor


@dataclass(frozen=True)
class Selling:
    """The seller with the VAT rates, read once for several invoices."""

    seller: Seller
    vat: VatSeller

    @classmethod
    def now(cls) -> "Selling":
        """The seller as filled in now."""
        return cls(current_seller(), vat_seller())


@dataclass(frozen=True)
class Ready:
    """All that an invoice needs beyond its subscription: nothing holds it back."""

    selling: Selling
    profile: BillingProfile
    vat: Vat
    answer: VatIdCheck | None  # of VIES, where the rule depends on it


def ready_or_hold(subscription: Subscription, selling: Selling, day: date) -> Ready | WaitsFor:
    """All that an invoice issued on `day` needs, or the reason why it waits (contract, "Invoices")."""
    if is_strangers(subscription):
        if not has_joined(subscription):
            return WaitsFor.MEMBER
        release_joined(subscription.project_id)
    profile = profile_of(subscription.client)
    if profile is None:
        return WaitsFor.BILLING
    if selling.seller.missing():
        return WaitsFor.SELLER
    vat_id = _vat_id_to_confirm(profile, selling.vat)
    answer = newest_answer(vat_id) if vat_id else None
    if vat_id and answer is None:
        request_check(vat_id)
        if subscription.vat_anyway_at is None:
            return _waits_for_vies(subscription, day)
    confirmed = answer is not None and answer.state == VatIdCheck.State.CONFIRMED
    buyer = VatBuyer(customer_type(profile), profile.country, vat_id or None, confirmed)
    try:
        vat = vat_for(selling.vat, buyer, day)
    except LookupError:  # staff keep the rates beside the seller
        return WaitsFor.SELLER
    return Ready(selling, profile, vat, answer if confirmed else None)


def is_strangers(subscription: Subscription) -> bool:
    """Tell if the first member has to join before an invoice is issued.

    So it is where neither an application nor a signed-in user placed the order, unless staff have
    released it (contract, "Invoices").
    """
    order = subscription.order
    by_nobody = order.application_id is None and order.placed_by_id is None
    return by_nobody and subscription.released_at is None


def has_joined(subscription: Subscription) -> bool:
    """Tell if a member of the subscription's project has joined."""
    members = Membership.objects.filter(project=subscription.project_id)
    return members.filter(joined_at__isnull=False).exists()


def profile_of(client: Client) -> BillingProfile | None:
    """The client's billing data, if there are any."""
    return getattr(client, "billing_profile", None)


def recipient_of(client: Client) -> str:
    """The address that the client's invoices are mailed to now."""
    profile = BillingProfile.objects.filter(client=client).first()
    return (profile.email if profile else "") or client.client_admin.email


def customer_type(profile: BillingProfile) -> Literal["company", "private"]:
    """The kind of customer, as VAT depends on it."""
    is_company = profile.customer_type == BillingProfile.CustomerType.COMPANY
    return "company" if is_company else "private"


def look_again(which: Q) -> None:
    """Have the worker look again at subscriptions whose invoice waits; it does so in a second."""
    waiting = Subscription.objects.exclude(waits_for="").filter(which)
    waiting.update(waits_for="", waits_since=None)


def release_joined(project: int) -> None:
    """Have the contract of a stranger's order invoiced for good: a member has joined its project.

    It stays so when the member leaves, or the client is handed over.
    """
    held = Subscription.objects.filter(
        project=project,
        released_at=None,
        ended_at=None,
        order__application=None,
        order__placed_by=None,
    )
    held.update(released_at=timezone.now())
    look_again(Q(waits_for=WaitsFor.MEMBER, project=project))


def billing_changed(client: int) -> None:
    """Look again at what waits for a client's billing data, or for VIES to know the old ones.

    What staff decided about the old VAT id counts no longer.
    """
    waits = Q(waits_for__in=(WaitsFor.BILLING, WaitsFor.VIES, WaitsFor.STAFF))
    theirs = Subscription.objects.filter(waits | Q(vat_anyway_at__isnull=False), client=client)
    theirs.update(waits_for="", waits_since=None, vat_anyway_at=None, vat_anyway_by=None)


def charge_vat(subscription: Subscription, by: User) -> bool:
    """Have VAT charged although VIES has not answered; False where nothing waits for it (any more).

    It counts until the client's billing data are changed.
    """
    undecided = _undecided(subscription)
    now = timezone.now()
    return bool(
        undecided.update(vat_anyway_at=now, vat_anyway_by=by, waits_for="", waits_since=None)
    )


def keep_waiting(subscription: Subscription) -> bool:
    """Wait for VIES for another VIES_WAIT_DAYS; False where nothing waits for it (any more)."""
    today = timezone.localdate()
    return bool(_undecided(subscription).update(waits_for=WaitsFor.VIES, waits_since=today))


def _undecided(subscription: Subscription) -> QuerySet[Subscription]:
    return Subscription.objects.filter(
        pk=subscription.pk, waits_for__in=(WaitsFor.VIES, WaitsFor.STAFF)
    )


def _vat_id_to_confirm(profile: BillingProfile, seller: VatSeller) -> str:
    """The VAT id, in canonical form, on whose confirmation the VAT depends; or ""."""
    elsewhere = profile.country in EU and profile.country != seller.country
    if seller.small_business or customer_type(profile) != "company" or not elsewhere:
        return ""
    vat_id = canonical_vat_id(profile.vat_id)
    return vat_id if vies_knows(vat_id) else ""


def _waits_for_vies(subscription: Subscription, day: date) -> WaitsFor:
    if subscription.waits_for == WaitsFor.STAFF:
        return WaitsFor.STAFF
    since = subscription.waits_since if subscription.waits_for == WaitsFor.VIES else None
    last = (since or day) + timedelta(days=settings.VIES_WAIT_DAYS)
    return WaitsFor.STAFF if day >= last else WaitsFor.VIES
