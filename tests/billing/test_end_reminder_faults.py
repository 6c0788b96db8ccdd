"""A reminder that fails keeps no other from being told."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shop.billing.contract_end import remind_of_ends
from shop.billing.models import Subscription
from shop.billing.signals import contract_ends_soon
from shop.notifications.emails.models import Message
from tests.billing.runs import beat
from tests.factories import make_subscription

pytestmark = pytest.mark.django_db


def test_reminder_that_fails_keeps_no_other_from_being_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ending: dict[str, Any] = {
        "cancelled_at": timezone.now() - timedelta(days=60),
        "ends_on": timezone.localdate() + timedelta(days=1),
    }
    bad, good = make_subscription(**ending), make_subscription(**ending)

    def fail(subscription: Subscription, **rest: Any) -> None:
        if subscription == bad:
            raise ValueError("This one is broken.")

    contract_ends_soon.connect(fail)
    try:
        remind_of_ends(beat)
    finally:
        contract_ends_soon.disconnect(fail)
    assert f"subscription {bad.pk}" in caplog.text
    told = Message.objects.filter(kind=Message.Kind.ENDS_SOON)
    assert set(told.values_list("order", flat=True)) == {good.order_id}
    remind_of_ends(beat)
    assert set(told.values_list("order", flat=True)) == {good.order_id, bad.order_id}
