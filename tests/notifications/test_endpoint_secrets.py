"""Rotation of an endpoint's secret: the old one signs too for a day."""

from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from shop.access.signing_secrets import OVERLAP
from shop.notifications.webhooks.endpoints import (
    MOST_PREVIOUS_SECRETS,
    change,
    delete,
    register,
    rotate_secret,
    secrets_of,
)
from shop.notifications.webhooks.models import WebhookEndpoint
from shop.orders.placing import Caller
from tests.clock import clock_at
from tests.factories import make_application, make_order
from tests.notifications.receiver import deliver_all, receiving

pytestmark = pytest.mark.django_db

HOOK = {"url": "https://partner.example/hooks", "events": ["order.*"]}
A_SECOND = timedelta(seconds=1)


def hook() -> WebhookEndpoint:
    return register(make_application(), HOOK)


def test_new_secret_signs_at_once_and_the_old_one_for_a_day() -> None:
    endpoint, bystander = hook(), hook()
    old, others = endpoint.secret, bystander.secret
    new = rotate_secret(endpoint)
    assert new.startswith("whsec_")
    stored = WebhookEndpoint.objects.get(pk=endpoint.pk)
    assert stored.secret == new != old
    assert secrets_of(stored) == [new, old]
    with clock_at(timezone.now() + OVERLAP - A_SECOND):
        assert secrets_of(stored) == [new, old]
    with clock_at(timezone.now() + OVERLAP + A_SECOND):
        assert secrets_of(stored) == [new]
    assert secrets_of(WebhookEndpoint.objects.get(pk=bystander.pk)) == [others]


def test_secret_keeps_its_day_through_another_rotation() -> None:
    endpoint = hook()
    first = endpoint.secret
    start = timezone.now()
    with clock_at(start):
        second = rotate_secret(endpoint)
    with clock_at(start + OVERLAP / 2):
        third = rotate_secret(endpoint)
        assert secrets_of(endpoint) == [third, second, first]
    with clock_at(start + OVERLAP + A_SECOND):
        assert secrets_of(endpoint) == [third, second]
        rotate_secret(endpoint)
        assert [secret for secret, _until in endpoint.previous_secrets or []] == [third, second]


def test_secrets_are_few_however_often_they_are_rotated() -> None:
    endpoint = hook()
    made = [rotate_secret(endpoint) for _ in range(MOST_PREVIOUS_SECRETS + 3)]
    assert secrets_of(endpoint) == made[-1 : -2 - MOST_PREVIOUS_SECRETS : -1]


@pytest.mark.django_db(transaction=True)
def test_call_after_a_rotation_is_signed_with_both_secrets() -> None:
    with receiving() as local:
        application = make_application()
        endpoint = register(application, {**HOOK, "url": local.uri})
        old = endpoint.secret
        new = rotate_secret(endpoint)
        make_order(caller=Caller(application=application))
        deliver_all()
        (call,) = local.calls
        assert len(call.headers["webhook-signature"].split(" ")) == 2
        told = [Webhook(secret).verify(call.body, call.headers) for secret in (old, new)]
        assert told[0] == told[1]


def test_deleted_endpoint_is_neither_rotated_nor_changed() -> None:
    endpoint = hook()
    known = WebhookEndpoint.objects.get(pk=endpoint.pk)
    delete(endpoint)
    with pytest.raises(WebhookEndpoint.DoesNotExist):
        rotate_secret(known)
    with pytest.raises(WebhookEndpoint.DoesNotExist):
        change(known, {"enabled": True})
    left = WebhookEndpoint.with_deleted.get()
    assert (left.enabled, left.previous_secrets, left.secret) == (False, None, known.secret)
