"""The history of a client: the audit log, and what staff did with its orders."""

from operator import itemgetter
from typing import Any

from django.db.models import Q, QuerySet

from portal.backoffice.audit_log import Act, history_of
from portal.backoffice.order.timeline import event_text
from shop.orders.models import Order, OrderEvent, State
from shop.tenancy.models import Client, User

ORDERS = 100  # the newest, whose events are looked at
SHOWN = 60


def orders_of(client: Client) -> QuerySet[Order]:
    """Return the placed orders for `client`, the newest first."""
    theirs = Q(client_id=client.pk) | Q(delivered_client=client)
    return Order.objects.filter(theirs).exclude(state=State.NEW).order_by("-pk")


def client_history(client: Client) -> list[dict[str, Any]]:
    """Return the SHOWN newest entries, newest first, in a fixed number of queries."""
    newest = list(orders_of(client).values_list("pk", flat=True)[:ORDERS])
    done = OrderEvent.objects.filter(order__in=newest, actor__is_staff=True)
    events = done.select_related("actor", "order").order_by("-pk")[:SHOWN]
    logged = history_of(client)
    entries = [*logged, *(_of_order(event) for event in events)]
    _name_admins(logged)
    return sorted(entries, key=itemgetter("at"), reverse=True)[:SHOWN]


def _of_order(event: OrderEvent) -> dict[str, Any]:
    is_state = event.kind == OrderEvent.Kind.STATE
    return {
        "at": event.at,
        "actor": event.actor,
        "act": "",
        "what": event.get_state_display() if is_state else event.get_kind_display(),
        "note": event_text(event),
        "changes": [],
        "order": event.order,
    }


def _name_admins(entries: list[dict[str, Any]]) -> None:
    """Put names where the log has numbers: it holds no personal data."""
    appointed = [each for each in entries if each["act"] == Act.APPOINTED]
    pairs = {pk for each in appointed for pk in each["note"].split(" → ") if pk.isdecimal()}
    names = {str(user.pk): str(user) for user in User.objects.filter(pk__in=pairs)} if pairs else {}
    for each in appointed:
        old, _arrow, new = each["note"].partition(" → ")
        each["note"] = ""
        each["changes"] = [("", names.get(old, old), names.get(new, new))]
