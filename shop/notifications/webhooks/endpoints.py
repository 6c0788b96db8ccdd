"""Endpoints that an application registers for webhooks (contract, "Webhooks")."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from shop.access.models import Application
from shop.access.signing_secrets import new_secret
from shop.compiled_queries import CompiledQuery, Parameter
from shop.notifications.webhooks.models import Delivery, WebhookEndpoint
from shop.row_locks import lock_rows
from shop.worker.networks import host_and_port

LARGEST_NUMBER = 20  # of one application
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
    """Change an endpoint; what still waits goes to the new URL, or nowhere if it is off now."""
    for name, value in fields.items():
        setattr(endpoint, name, value)
    with transaction.atomic():
        endpoint.save(update_fields=[*fields])
        waiting = endpoint.deliveries.filter(state=Delivery.State.WAITING)
        waiting.update(receiver=receiver_of(endpoint.url))
        if not endpoint.enabled:
            switch_off(endpoint)


def switch_off(endpoint: WebhookEndpoint) -> None:
    """Send nothing more to an endpoint, and nothing that waits."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(enabled=False)
    endpoint.deliveries.filter(state=Delivery.State.WAITING).update(state=Delivery.State.GONE)


def receiver_of(url: str) -> str:
    """Return host and port of `url`, in one form however it is written."""
    host, port = host_and_port(urlsplit(url))
    return f"{host}:{port}"
