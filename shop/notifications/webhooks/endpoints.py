"""Endpoints that an application registers for webhooks (contract, "Webhooks")."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from shop.access.models import Application
from shop.access.signing_secrets import OVERLAP, new_secret
from shop.compiled_queries import CompiledQuery, Parameter
from shop.notifications.webhooks.models import Delivery, WebhookEndpoint
from shop.orders.serializers import utc_text
from shop.row_locks import lock_rows
from shop.worker.networks import host_and_port

LARGEST_NUMBER = 20  # of one application
# Of one endpoint: each signs every call, and receivers refuse headers that are too long.
MOST_PREVIOUS_SECRETS = 4
EVENTS = (
    *("order.state_changed", "order.corrected", "order.member_joined", "order.erased"),
    *("invoice.issued", "invoice.paid", "invoice.overdue"),
    *("subscription.started", "subscription.changed"),
    *("subscription.cancelled", "subscription.ended"),
)
WHOLE_KINDS = ("order.*", "invoice.*", "subscription.*")

# Each order that an application places asks for its endpoints.
_enabled: CompiledQuery[WebhookEndpoint] = CompiledQuery(
    lambda: WebhookEndpoint.objects.filter(application=Parameter("application"), enabled=True)
)


class TooManyEndpointsError(Exception):
    """The application has LARGEST_NUMBER endpoints already."""


class EndpointDisabledError(Exception):
    """The endpoint is switched off: nothing is sent to it."""


def endpoints_for(event: str, applications: Collection[int]) -> dict[int, list[WebhookEndpoint]]:
    """Return the endpoints that `event` goes to, by application. One query, or none."""
    found: dict[int, list[WebhookEndpoint]] = {}
    for endpoint in _enabled_of(applications):
        if endpoint.wants(event):
            found.setdefault(endpoint.application_id, []).append(endpoint)
    return found


def _enabled_of(applications: Collection[int]) -> Iterable[WebhookEndpoint]:
    if not applications:
        return []
    if len(applications) == 1:
        return _enabled.all(application=next(iter(applications)))
    return WebhookEndpoint.objects.filter(application__in=applications, enabled=True)


def register(application: Application, fields: Mapping[str, Any]) -> WebhookEndpoint:
    """Register an endpoint with a new signing secret. Raises TooManyEndpointsError."""
    with transaction.atomic():
        lock_rows(Application.objects.filter(pk=application.pk))
        if application.webhook_endpoints.count() >= LARGEST_NUMBER:
            raise TooManyEndpointsError
        return WebhookEndpoint.objects.create(
            application=application, secret=new_secret(), **fields
        )


def change(endpoint: WebhookEndpoint, fields: Mapping[str, Any]) -> None:
    """Change an endpoint; what still waits goes to the new URL, or nowhere if it is off now.

    Raises WebhookEndpoint.DoesNotExist if it has been deleted.
    """
    with transaction.atomic():
        lock_endpoint(endpoint)
        for name, value in fields.items():
            setattr(endpoint, name, value)
        endpoint.save(update_fields=[*fields])
        if "url" in fields:
            # What is being sent just now may have to be sent again.
            open_states = (Delivery.State.WAITING, Delivery.State.SENDING)
            waiting = endpoint.deliveries.filter(state__in=open_states)
            waiting.update(receiver=receiver_of(endpoint.url))
        if not endpoint.enabled:
            switch_off(endpoint)


def delete(endpoint: WebhookEndpoint) -> None:
    """Delete an endpoint and its deliveries: nothing more is sent there, nor what waits."""
    with transaction.atomic():
        # The row goes an hour later (retention): an order that is being placed at this
        # moment may be about to write a delivery to it.
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
            deleted_at=timezone.now(), enabled=False, previous_secrets=None
        )
        endpoint.deliveries.all().delete()


def rotate_secret(endpoint: WebhookEndpoint) -> str:
    """Give an endpoint a new secret and return it; the one before signs too for OVERLAP.

    Raises WebhookEndpoint.DoesNotExist if it has been deleted.
    """
    with transaction.atomic():
        lock_endpoint(endpoint)
        until = utc_text(timezone.now() + OVERLAP)
        previous = [[endpoint.secret, until], *_valid_previous(endpoint)]
        endpoint.previous_secrets = previous[:MOST_PREVIOUS_SECRETS]
        endpoint.secret = new_secret()
        endpoint.save(update_fields=["secret", "previous_secrets"])
    return endpoint.secret


def secrets_of(endpoint: WebhookEndpoint) -> list[str]:
    """Return the valid secrets of an endpoint, newest first; each signs every message."""
    return [endpoint.secret, *(secret for secret, _until in _valid_previous(endpoint))]


def _valid_previous(endpoint: WebhookEndpoint) -> list[list[str]]:
    now = timezone.now()
    return [
        each for each in endpoint.previous_secrets or [] if datetime.fromisoformat(each[1]) > now
    ]


def shown_endpoint(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """Return an endpoint as programs are shown it, without its secret."""
    return {
        "id": endpoint.pk,
        "url": endpoint.url,
        "events": endpoint.events,
        "enabled": endpoint.enabled,
        "created_at": utc_text(endpoint.created_at),
    }


def lock_endpoint(endpoint: WebhookEndpoint) -> None:
    """Lock an endpoint until the transaction ends, and read it anew.

    Raises WebhookEndpoint.DoesNotExist if it has been deleted.
    """
    lock_rows(WebhookEndpoint.objects.filter(pk=endpoint.pk))
    endpoint.refresh_from_db(from_queryset=WebhookEndpoint.objects.all())


def switch_off(endpoint: WebhookEndpoint) -> None:
    """Send nothing more to an endpoint, and nothing that waits."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(enabled=False)
    endpoint.deliveries.filter(state=Delivery.State.WAITING).update(state=Delivery.State.GONE)


def receiver_of(url: str) -> str:
    """Return host and port of `url`, in one form however it is written."""
    host, port = host_and_port(urlsplit(url))
    return f"{host}:{port}"
