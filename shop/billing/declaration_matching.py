"""Match declarations to the contract that they name: the worker's job.

Nothing is looked up while somebody declares: neither the answer nor the time it takes can tell whether
there is such a contract (contract, "Cancelling").
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from shop.billing.contract_cancellation import end_if_cancelled
from shop.billing.contract_withdrawal import can_withdraw
from shop.billing.declaration_rows import Declaration, DeclarationCase
from shop.billing.models import Invoice, Subscription
from shop.billing.signals import proof_wanted
from shop.compiled_queries import CompiledQuery
from shop.email_spellings import same_mailbox
from shop.orders.cancellation import is_cancellable
from shop.orders.models import Order
from shop.orders.models import State as OrderState
from shop.orders.order_lookup import address_of, order_of_number
from shop.orders.order_numbers import find_order_number
from shop.orders.parties import customer_of
from shop.tenancy.models import Client

logger = logging.getLogger(__name__)

State = DeclarationCase.State
INVOICE_NUMBER = re.compile(r"(?<![\w-])(\d{4})[-\u2010-\u2015\u2212](\d{6})(?![\w-])")

# Cases in one run; the next run, a second later, goes on.
AT_ONCE = 100

_received: CompiledQuery[tuple[int]] = CompiledQuery(
    lambda: (
        DeclarationCase.objects.filter(state=State.RECEIVED)
        .order_by("pk")
        .values_list("pk")[:AT_ONCE]
    )
)


@dataclass(frozen=True)
class OnFile:
    """The person who can prove a declaration: an address, and the language they are written to in."""

    email: str
    language: str


def match_received(beat: Callable[[], None]) -> None:
    """Match what was received; each second. Calls `beat` between two."""
    for (pk,) in _received.all():
        beat()
        try:
            match(pk)
        except (OperationalError, InterfaceError):  # the database is away
            raise
        except Exception:  # staff look at it
            logger.exception("Declaration %s could not be matched.", pk)
            DeclarationCase.objects.filter(pk=pk, state=State.RECEIVED).update(state=State.STAFF)


def match(pk: int) -> None:
    """Have a declaration proven by the contract's own person, or hand it to staff."""
    with transaction.atomic():
        if not DeclarationCase.objects.filter(pk=pk, state=State.RECEIVED).update(
            state=State.STAFF
        ):
            return
        case = DeclarationCase.objects.select_related("declaration").get(pk=pk)
        case.order = order_named_by(case.declaration)
        case.save(update_fields=["order"])
        if case.order and can_take_effect(case.declaration, case.order):
            ask_for_proof(case)


def ask_for_proof(case: DeclarationCase) -> bool:
    """Have the link mailed that proves a matched case; False if there is no address for it."""
    if case.order is None or on_file(case.order) is None:
        return False
    case.state, case.proof_asked_at = State.PROOF, timezone.now()
    case.save(update_fields=["state", "proof_asked_at"])
    proof_wanted.send(sender=DeclarationCase, case=case)
    return True


def order_named_by(declaration: Declaration) -> Order | None:
    """The order that a declaration names by its number, or by that of an invoice; or None.

    A withdrawal needs the order's number and one of its e-mail addresses.
    """
    number = find_order_number(declaration.contract)
    order = order_of_number(number) if number else None
    if declaration.kind == Declaration.Kind.WITHDRAWAL:
        known = order and any(same_mailbox(declaration.email, each) for each in _addresses(order))
        return order if known else None
    return order or order_of_invoice(declaration.contract)


def order_of_invoice(text: str) -> Order | None:
    """The order whose contract the one invoice number in a text belongs to, or None."""
    numbers = {"-".join(found.groups()) for found in INVOICE_NUMBER.finditer(text)}
    if len(numbers) != 1:
        return None
    invoices = Invoice.objects.filter(number=numbers.pop()).select_related("subscription__order")
    invoice = invoices.first()
    return invoice.subscription.order if invoice else None


def contract_of(order: Order) -> Subscription | None:
    """The contract of an order; of one that adds a member to a project, that of the project."""
    own = Subscription.objects.filter(order=order).first()
    if own or order.delivered_project_id is None:
        return own
    return Subscription.objects.filter(project=order.delivered_project_id).first()


def can_take_effect(declaration: Declaration, order: Order) -> bool:
    """Tell if a declaration, once proven, would end the contract of an order, or cancel the order."""
    contract = contract_of(order)
    if declaration.kind == Declaration.Kind.WITHDRAWAL:
        ended = contract is not None and contract.ended_at is not None
        return can_withdraw(order, declaration.received_at) and not ended
    if contract is None:
        return is_cancellable(order) or order.state == OrderState.PACKING  # soon there is one
    return contract.ended_at is None and not ends_by_then(declaration, contract)


def ends_by_then(declaration: Declaration, contract: Subscription) -> bool:
    """Tell if a contract has an end already, no later than a cancellation would end it."""
    if contract.ends_on is None:
        return False
    declared_on = timezone.localdate(declaration.received_at)
    end = end_if_cancelled(contract, wished=declaration.wished_end, declared_on=declared_on)
    return contract.ends_on <= end


def on_file(order: Order) -> OnFile | None:
    """The client_admin of the order's client, joined or not; before it is packed, who ordered."""
    client = order.delivered_client_id or order.client_id or 0
    found = Client.objects.filter(pk=client).select_related("client_admin").first()
    person = found.client_admin if found else customer_of(order)
    if person and not person.is_erased:
        return OnFile(person.email, person.language if person.joined_at else order.language)
    email = address_of(order)
    return OnFile(email, order.language) if email and found is None else None


def _addresses(order: Order) -> list[str]:
    """The addresses that an order is known by: its own, and that of who decides about it."""
    person = on_file(order)
    return [each for each in (address_of(order), person.email if person else "") if each]
