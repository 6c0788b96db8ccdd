"""Have all that people and machines write quote the hashes of orders, which pages must not show."""

from django.utils import timezone

from shop.notifications.webhooks.models import Attempt
from shop.orders.models import Order, OrderEvent
from shop.packing.models import AttemptRecord, ContractRun, Packing
from shop.tenancy.appointment_requests import ask_to_appoint
from shop.tenancy.models import Client
from tests.contract_factories import make_declaration, make_run


def quote_hashes(order: Order, other: Order) -> None:
    """Have everything that people and machines write about `order` quote its hash and another's.

    Also within a link that a mail gateway has wrapped, and in capitals.
    """
    wrapped = f"https://gateway.example/?u=%2Fregister%2F{other.order_hash}%2F"
    said = f"see /register/{order.order_hash}/ {order.order_hash.upper()} {wrapped}"
    order.events.create(kind=OrderEvent.Kind.NOTE, note=said)
    order.messages.update(last_error=said)
    Packing.objects.filter(order=order).update(last_error=said)
    outcome = AttemptRecord.Outcome.RETRY
    order.attempt_records.create(
        number=1, step="x", outcome=outcome, error=said, family=said[:100], alone=True
    )
    delivery = order.deliveries.first()
    assert delivery
    Attempt.objects.create(delivery=delivery, at=timezone.now(), status=500, answer=said)


def quote_hashes_in_contracts(client: Client, order: Order) -> None:
    """Have what is typed about contracts, and what their steps say, quote the hash of `order`."""
    said = f"see /register/{order.order_hash}/ {order.order_hash.upper()}"
    make_declaration(contract=said, name=said, for_cause=True, reason=said)
    ask_to_appoint(client, client.client_admin, said)
    stuck = ContractRun.State.NEED_HUMAN
    make_run(client.subscriptions.get(), state=stuck, last_step="x", last_error=said)
