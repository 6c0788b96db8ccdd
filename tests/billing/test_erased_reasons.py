"""Reasons that staff wrote about a contract name nobody who was erased."""

import pytest

from shop.billing.contract_cancellation import cancel_contract
from shop.billing.declarations import dismiss
from shop.billing.models import Subscription
from shop.billing.tier_change_rows import SubscriptionEvent, TierChange
from shop.orders.models import Order
from shop.orders.project_erasure import erase_orders_of
from shop.tenancy.client_admins import appoint
from shop.tenancy.erasure import erase_user
from shop.tenancy.models import User
from tests.contract_factories import make_change_row, make_declaration
from tests.factories import bystander, make_staff, make_subscription, make_user

pytestmark = pytest.mark.django_db

NINA = "nina.nagel@example.com"
WRITTEN = f"{NINA} rief an"


def written_about() -> Subscription:
    """A contract about which staff have written down who called, wherever they can."""
    staff = make_staff()
    subscription = make_subscription()
    User.objects.filter(pk=subscription.client.client_admin_id).update(email=NINA)
    Order.objects.filter(pk=subscription.order.pk).update(user_email=NINA)
    change = make_change_row(subscription)
    TierChange.objects.filter(pk=change.pk).update(reason=WRITTEN, decision_note=WRITTEN)
    assert dismiss(make_declaration(subscription.order), staff, WRITTEN)
    assert cancel_contract(subscription, by=staff, reason=WRITTEN)
    return subscription


def written(subscription: Subscription) -> set[str]:
    change = subscription.tier_changes.get()
    event = subscription.events.get(kind=SubscriptionEvent.Kind.CANCELLED)
    (case,) = subscription.order.declarations.all()
    return {change.reason, change.decision_note, event.details["reason"], case.note}


def test_erased_user_is_taken_out_of_what_staff_wrote() -> None:
    subscription, other = written_about(), written_about_another()
    nina = User.objects.get(email=NINA)
    assert written(subscription) == {WRITTEN}
    assert appoint(subscription.client, make_user())
    with bystander():
        erase_user(nina)
    assert written(subscription) == {"… rief an"}
    event = subscription.events.get(kind=SubscriptionEvent.Kind.CANCELLED)
    assert event.details["ends_on"]
    assert TierChange.objects.get(subscription=other).reason == WRITTEN


def test_people_of_an_erased_project_are_taken_out_of_what_staff_wrote() -> None:
    subscription = written_about()
    erase_orders_of(subscription.project)
    assert written(subscription) == {"… rief an"}


def written_about_another() -> Subscription:
    subscription = make_subscription()
    change = make_change_row(subscription)
    TierChange.objects.filter(pk=change.pk).update(reason=WRITTEN)
    return subscription
