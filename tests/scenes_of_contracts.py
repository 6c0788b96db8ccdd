"""The pages of the back office about a contract's life, for `tests/scenes.py`."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from shop.billing.contract_cancellation import cancel_contract
from shop.billing.tier_changes import undo_change
from shop.catalogue.models import Product
from shop.packing.models import ContractRun
from shop.tenancy.appointment_requests import ask_to_appoint
from shop.tenancy.departure_rows import DeletionWish
from tests.contract_factories import make_declaration, make_run, make_tier_change
from tests.factories import make_client, make_invoice, make_seller, make_staff, make_subscription
from tests.scene import SEND, Scene, press

LONG_NAME = "Gesellschaft für außergewöhnlich lange Filmproduktionsnamen mbH & Co. KG"


def declaration_cases() -> Iterator[Scene]:
    """The queue of declarations, and what staff decide about one."""
    person, viewer, base = make_staff(), make_staff("viewer"), "/staff/declarations/"
    yield Scene("staff-declarations-none", base, person)
    subscription = make_subscription(make_client(name=LONG_NAME))
    order = subscription.order
    matched = make_declaration(
        order, name=LONG_NAME, for_cause=True, reason="Drei Tage nicht erreichbar.\nMitten im Dreh."
    )
    unmatched = make_declaration(contract=LONG_NAME, kind="withdrawal")
    type(unmatched).objects.filter(pk=unmatched.pk).update(receipt_held_at=timezone.now())
    page, cause = f"{base}{unmatched.pk}/", f"{base}{matched.pk}/"
    yield Scene("staff-declarations", base, person)
    yield Scene("staff-declarations-nothing", f"{base}?q=nothing", person)
    yield Scene("staff-declaration", page, person)
    yield Scene("staff-declaration-search", f"{page}?q={LONG_NAME[:12]}", person)
    yield Scene("staff-declaration-cause", cause, person)
    yield Scene("staff-declaration-viewer", cause, viewer)
    yield Scene("staff-declaration-effect", f"{cause}orders/{order.pk}/effect/", person)
    yield Scene("staff-declaration-accept", f"{cause}accept-cause/", person)
    refused = press(SEND)
    yield Scene("staff-declaration-accept-errors", f"{cause}accept-cause/", person, act=refused)
    yield Scene("staff-declaration-dismiss", f"{page}dismiss/", person)


def requests() -> Iterator[Scene]:
    """Requests of clients."""
    person, client = make_staff(), make_client(name=LONG_NAME)
    yield Scene("staff-requests-none", "/staff/requests/", person)
    note = "Ich verlasse die Firma.\nBitte sprechen Sie mit Frau Huber."
    ask_to_appoint(client, client.client_admin, note)
    DeletionWish.objects.create(user=client.client_admin)
    yield Scene("staff-requests", "/staff/requests/", person)


def staff_contracts() -> Iterator[Scene]:
    """Subscriptions that change and end."""
    make_seller()
    person = make_staff()
    changing = make_subscription(make_client(name=LONG_NAME))
    make_invoice(changing)
    Product.objects.filter(code="m").update(packing=Product.Packing.MANUAL)
    changing.refresh_from_db()
    change = make_tier_change(changing)
    page = f"/staff/subscriptions/{changing.pk}/"
    yield Scene("staff-contract-change", page, person)
    yield Scene("staff-contract-approve", f"{page}changes/{change.pk}/approve/", person)
    yield Scene("staff-contract-refuse", f"{page}changes/{change.pk}/refuse/", person)
    undo_change(change, person)
    yield Scene("staff-contract-choose", f"{page}tier/", person)
    quoted = f"{page}tier/l/month/"
    yield Scene("staff-contract-quote", quoted, person)
    yield Scene("staff-contract-quote-errors", quoted, person, act=press(SEND))
    yield Scene("staff-contract-cancel", f"{page}cancel/", person)
    yield Scene("staff-contract-end-now", f"{page}end-now/", person)
    cancel_contract(changing, by=person, reason="Zieht nach Wien um.")
    yield Scene("staff-contract-cancelled", page, person)
    yield Scene("staff-contract-take-back", f"{page}take-back/", person)
    ended = make_subscription(ended_at=timezone.now(), ends_on=timezone.localdate())
    ended.project.closed_at = timezone.now()
    ended.project.export_until = timezone.localdate() + timedelta(days=30)
    ended.project.save()
    failure = "HTTPError: 503 from vault.example"
    stuck = ContractRun.State.NEED_HUMAN
    run = make_run(ended, state=stuck, last_step="close_project", last_error=failure)
    page = f"/staff/subscriptions/{ended.pk}/"
    yield Scene("staff-contract-stuck", page, person)
    yield Scene("staff-contract-skip", f"{page}runs/{run.pk}/skip/", person)
    yield Scene("staff-contract-waive", f"{page}waive-export/", person)
    yield Scene("staff-contracts-stuck", "/staff/subscriptions/?needs=stuck", person)
