"""Mails about contracts whose address was wrong, or whose person was erased, reach the client."""

import pytest

from shop.billing.models import Invoice
from shop.notifications.emails.invoice_emails import mails_about
from shop.notifications.emails.models import Message
from shop.orders.corrections import readdress
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.erasure import erase_user
from shop.tenancy.models import Client, User
from tests.factories import make_subscription, make_user
from tests.notifications.test_invoice_emails import filed, make_invoice

pytestmark = pytest.mark.django_db


def invoice_to_orderer() -> tuple[Invoice, Message]:
    """An invoice that goes to the client_admin, whom a partner's order has named."""
    subscription = make_subscription()
    BillingProfile.objects.update(email="")
    invoice = make_invoice(subscription, recipient=subscription.order.user_email)
    return invoice, filed(invoice)


def recipients(invoice: Invoice) -> list[tuple[str, str]]:
    return list(mails_about(invoice).order_by("pk").values_list("recipient", "state"))


@pytest.mark.parametrize("state", ["sent", "refused", "failed"])
def test_invoice_that_went_to_a_wrong_address_goes_to_the_right_one(state: str) -> None:
    invoice, mail = invoice_to_orderer()
    bystander, _mail = invoice_to_orderer()
    Message.objects.filter(pk=mail.pk).update(state=state)
    assert readdress(invoice.subscription.order, "right@example.com", actor=None)
    assert recipients(invoice) == [
        (mail.recipient, state),
        ("right@example.com", "waiting"),
    ]
    assert len(recipients(bystander)) == 1


def test_invoice_that_waits_goes_to_the_right_address() -> None:
    invoice, _mail = invoice_to_orderer()
    assert readdress(invoice.subscription.order, "right@example.com", actor=None)
    assert recipients(invoice) == [("right@example.com", "waiting")]


def test_invoice_for_another_address_stays_where_it_is() -> None:
    invoice = make_invoice(recipient="accounts@example.com")
    filed(invoice)
    assert readdress(invoice.subscription.order, "right@example.com", actor=None)
    assert recipients(invoice) == [("accounts@example.com", "waiting")]


def test_invoice_that_waits_outlives_the_person_who_ordered() -> None:
    invoice, mail = invoice_to_orderer()
    successor = make_user()
    Client.objects.filter(pk=invoice.client_id).update(client_admin=successor)
    erase_user(User.objects.get(email=mail.recipient))
    assert recipients(invoice) == [(successor.email, "waiting")]
    assert not Message.objects.filter(recipient=mail.recipient).exists()
