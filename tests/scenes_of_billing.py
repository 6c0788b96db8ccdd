"""The pages about a client's billing in every state; see `scenes.py`."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from shop.billing.credit_notes import credit
from shop.billing.payments import enter_payment
from tests.factories import (
    PASSWORD,
    make_client,
    make_invoice,
    make_staff,
    make_subscription,
    make_user,
)
from tests.scene import SEND, Scene, fill, in_turn, press


def client_billing() -> Iterator[Scene]:
    """A client's billing data, costs and invoices."""
    admin = make_user()
    client, new = make_client(client_admin=admin), make_client(client_admin=admin)
    subscription = make_subscription(client, discount_cents=900)
    overdue = make_invoice(subscription, due_on=timezone.localdate() - timedelta(days=3))
    make_invoice(subscription)
    paid = make_invoice(subscription)
    enter_payment(
        paid, make_staff(), amount_cents=paid.gross_cents, currency="EUR",
        paid_on=timezone.localdate(),
    )  # fmt: skip
    credit(overdue, make_staff(), reason="Doppelt bestellt.")
    yield Scene("home-invoices", f"/portal/clients/{client.pk}/invoices/", admin)
    yield Scene("home-invoices-none", f"/portal/clients/{new.pk}/invoices/", admin)
    yield Scene("home-billing", f"/portal/clients/{client.pk}/billing/", admin)
    page = f"/portal/clients/{new.pk}/billing/"
    yield Scene("home-billing-new", page, admin)
    refused = in_turn(press(SEND), fill(password=PASSWORD))
    yield Scene("home-billing-errors", page, admin, act=refused)
