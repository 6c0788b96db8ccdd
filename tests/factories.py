"""Real rows for tests."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from shop.access.applications import create_application
from shop.access.models import Application
from shop.access.tokens import SCOPES, issue
from shop.billing.holds import Ready, Selling
from shop.billing.issuing import dispatch, new_invoice
from shop.billing.models import Invoice, Subscription
from shop.billing.periods import next_start
from shop.catalogue.models import Product, Promotion
from shop.catalogue.seller import Seller, VatRate, vat_seller
from shop.catalogue.vat import Vat, VatRule
from shop.orders.document import check_document
from shop.orders.models import Basket, Order, OrderEvent
from shop.orders.placing import ANYBODY, Caller, place_order
from shop.packing.attempts import claim
from shop.packing.dispatch import run_due
from shop.packing.models import Packing, StepRecord
from shop.packing.runner import run_steps
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Client, Invitation, Membership, Project, User

PASSWORD = "quiet paper, exact type"
DETAILS = {
    "client_name": "Constantin Film",
    "project_name": "OSD Yamdu Free",
    "user_email": "nicecustomer@gmx.com",
}
BYSTANDER = {
    "client_name": "Bystander Film",
    "project_name": "Somebody else's project",
    "user_email": "bystander@example.com",
    "user_first_name": "Nina",
    "user_last_name": "Nebenan",
}


count = itertools.count(1)


def make_user(**fields: Any) -> User:
    """A known user with a verified address, unless `fields` say otherwise."""
    defaults = {
        "email": f"member{next(count)}@example.com",
        "first_name": "Mia",
        "last_name": "Muster",
        "language": "en",
        "joined_at": timezone.now(),
    }
    user = User.objects.create_user(**{**defaults, "password": PASSWORD, **fields})
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_staff(*groups: str, **fields: Any) -> User:
    """One of staff, in `groups`; without any, somebody who may do everything."""
    user = make_user(is_staff=True, is_superuser=not groups, **fields)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def make_client(**fields: Any) -> Client:
    """A client whose client_admin is a known user."""
    admin = fields.pop("client_admin", None) or make_user()
    return Client.objects.create(**{"name": "Beispielfilm GmbH", "client_admin": admin, **fields})


def make_project(product: str = "s", **fields: Any) -> Project:
    """A project of a client of its own."""
    client = fields.pop("client", None) or make_client()
    tier = Product.objects.get(code=product)
    return Project.objects.create(
        **{"name": "Der erste Dreh", "client": client, "product": tier, **fields}
    )


def make_membership(**fields: Any) -> Membership:
    """A membership that counts."""
    user = fields.pop("user", None) or make_user()
    project = fields.pop("project", None) or make_project()
    return Membership.objects.create(
        **{"user": user, "project": project, "joined_at": timezone.now(), **fields}
    )


def make_application(name: str = "Partner", owner: User | None = None) -> Application:
    """A partner's program; of `owner`, who is responsible for it."""
    return create_application(name, owner=owner)[0]


def make_token(holder: Application | User, *scopes: str) -> str:
    """A live token; without `scopes` it may do everything."""
    return issue("Test", holder=holder, scopes=scopes or SCOPES)


def make_order(
    product: str = "s",
    caller: Caller = ANYBODY,
    client_admin: User | None = None,
    **members: Any,
) -> Order:
    """A placed order, complete unless `members` say otherwise (None leaves one out)."""
    document = {"product": product, **DETAILS, **members}
    return place_order(check_document(document, client_admin=client_admin), caller)


def make_bare_order(product: str = "s", **members: Any) -> Order:
    """A placed order of a product and `members` alone."""
    return place_order(check_document({"product": product, **members}))


def pack_all() -> None:
    """Do what a woken worker does."""
    run_due(lambda: None)


def pack_one(order: Order) -> None:
    """Pack `order` alone, if it is due: what a woken worker does with each order."""
    for record in claim([order.pk]):
        run_steps(record)


def make_packed_order(**members: Any) -> Order:
    """An order that was delivered."""
    order = make_order(**members)
    pack_all()
    order.refresh_from_db()
    return order


@contextmanager
def bystander(**members: Any) -> Iterator[Order]:
    """Another customer's packed order with all that hangs on it.

    Every row of it, and a promotion beside it, must be as before when the block ends.
    """
    caller = Caller(application=make_application("Bystander"))
    hook = "https://bystander.example/hook"
    order = make_packed_order(caller=caller, **{**BYSTANDER, "redirection_uri": hook, **members})
    note = f"{order.user_first_name} asked about {order.user_email}."
    order.events.create(kind=OrderEvent.Kind.NOTE, note=note)
    Promotion.objects.create(code="BYSTANDER", name="Of somebody else", percent=50)
    before = _rows_of(order)
    yield order
    assert _rows_of(order) == before


def _rows_of(order: Order) -> dict[str, list[dict[str, Any]]]:
    project = order.delivered_project
    assert project
    querysets: dict[str, QuerySet[Any]] = {
        "order": Order.objects.filter(pk=order.pk),
        "basket": Basket.objects.filter(order=order),
        "events": order.events.all(),
        "packing": Packing.objects.filter(order=order),
        "steps": StepRecord.objects.filter(order=order),
        "mails": order.messages.all(),
        "webhooks": order.deliveries.all(),
        "client": Client.objects.filter(projects=project),
        "project": Project.objects.filter(pk=project.pk),
        "memberships": Membership.objects.filter(project=project),
        "invitations": Invitation.objects.filter(membership__project=project),
        "users": User.objects.filter(memberships__project=project),
        "promotions": Promotion.objects.filter(code="BYSTANDER"),
    }
    return {name: list(rows.order_by("pk").values()) for name, rows in querysets.items()}


SELLER = {
    "legal_name": "Lichtspiel Software GmbH",
    "street": "Lindwurmstraße 88",
    "postal_code": "80337",
    "city": "München",
    "country": "DE",
    "vat_id": "DE123456788",
    "tax_number": "143/150/60015",
    "register": "Amtsgericht München, HRB 215347",
    "contact": "Renate Vogl",
    "email": "rechnung@lichtspiel.example",
    "phone": "+49 89 5550123",
    "iban": "DE89370400440532013000",
    "bic": "COBADEFFXXX",
}
BILLING: dict[str, Any] = {
    "customer_type": "company",
    "company": "Isarfilm Produktion GmbH",
    "name": "Katharina Huber",
    "street": "Baaderstraße 12",
    "street2": "Rückgebäude",
    "postal_code": "80469",
    "city": "München",
    "country": "DE",
    "vat_id": "DE136695976",
    "email": "buchhaltung@isarfilm.example",
    "reference": "PO-4711",
}


def make_seller(**fields: Any) -> Seller:
    """The seller, a complete firm in Munich unless `fields` say otherwise."""
    return Seller.objects.update_or_create(pk=1, defaults={**SELLER, **fields})[0]


def set_own_rate(percent: str) -> None:
    """Another VAT rate of the seller's country."""
    country = Seller.objects.get(pk=1).country
    VatRate.objects.filter(country=country).update(rate=percent)


def make_profile(client: Client, **fields: Any) -> BillingProfile:
    """The billing data of `client`: a company in Munich unless `fields` say otherwise."""
    return BillingProfile.objects.create(client=client, **{**BILLING, **fields})


def make_subscription(
    client: Client | None = None,
    *,
    billing: dict[str, Any] | None = BILLING,
    application: Application | None = None,
    **fields: Any,
) -> Subscription:
    """The subscription of a partner's packed order, with billing data; `fields` are its columns.

    The seller is left as it is: without `make_seller` no invoice is issued.
    """
    caller = Caller(application=application or make_application())
    if client is None:
        order = make_packed_order(caller=caller)
    else:
        known = {"client_id": client.pk, "client_name": None, "user_email": None}
        order = make_packed_order(caller=caller, client_admin=client.client_admin, **known)
    subscription = Subscription.objects.select_related("order", "client").get(order=order)
    if billing:
        BillingProfile.objects.get_or_create(client=subscription.client, defaults=billing)
    Subscription.objects.filter(pk=subscription.pk).update(**fields)
    return Subscription.objects.select_related("order", "client").get(pk=subscription.pk)


def make_invoice(subscription: Subscription | None = None, **fields: Any) -> Invoice:
    """An issued invoice of the subscription's next period, in turn; `fields` are its columns."""
    subscription = subscription or make_subscription()
    start = subscription.next_period_on or subscription.anchor_on
    following = next_start(subscription.anchor_on, subscription.interval, start)
    seller = Seller(pk=1, **SELLER)
    ready = Ready(
        Selling(seller, vat_seller()),
        subscription.client.billing_profile,
        Vat(VatRule.DOMESTIC, Decimal(19)),
        answer=None,
    )
    with transaction.atomic():
        invoice = new_invoice(subscription, ready, start, timezone.localdate())
        for name, value in fields.items():
            setattr(invoice, name, value)
        dispatch(invoice)
        Subscription.objects.filter(pk=subscription.pk).update(next_period_on=following)
    subscription.next_period_on = following
    return invoice
