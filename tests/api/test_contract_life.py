"""A contract's end, as programs see it: of its order, and by events."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from shop.billing.contract_cancellation import cancel_contract, take_back
from shop.billing.contract_end import end_due
from shop.billing.models import Subscription
from shop.notifications.webhooks.endpoints import register
from tests.api.calls import get
from tests.factories import make_application, make_staff, make_subscription, make_token

pytestmark = pytest.mark.django_db


def test_order_and_events_tell_of_cancelling_taking_back_and_ending() -> None:
    application = make_application()
    hook = {"url": "https://partner.example/hooks", "events": ["subscription.*"]}
    endpoint = register(application, hook)
    subscription = make_subscription(application=application)
    endpoint.deliveries.all().delete()
    staff, token = make_staff(), make_token(application)

    def shown() -> dict[str, object]:
        answer = get(token, subscription.order.order_hash)
        found: dict[str, object] = answer.json()["data"]["order"]["subscription"]
        return found

    assert cancel_contract(subscription, by=staff)
    ends_on = Subscription.objects.get(pk=subscription.pk).ends_on
    assert ends_on
    assert (shown()["state"], shown()["ends_on"]) == ("cancelled", ends_on.isoformat())
    assert take_back(Subscription.objects.get(pk=subscription.pk), staff)
    assert (shown()["state"], shown()["ends_on"]) == ("active", None)
    assert cancel_contract(Subscription.objects.get(pk=subscription.pk), by=staff)
    yesterday = timezone.localdate() - timedelta(days=1)
    Subscription.objects.filter(pk=subscription.pk).update(ends_on=yesterday)
    end_due(lambda: None)
    assert (shown()["state"], shown()["ends_on"]) == ("ended", yesterday.isoformat())
    told = [json.loads(each.payload) for each in endpoint.deliveries.order_by("pk")]
    assert [(each["type"], each["data"]["subscription"]["state"]) for each in told] == [
        ("subscription.cancelled", "cancelled"),
        ("subscription.changed", "active"),
        ("subscription.cancelled", "cancelled"),
        ("subscription.ended", "ended"),
    ]
