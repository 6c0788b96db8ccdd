"""Forge plausible orders in large numbers, to see how the shop does with them."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from shop.access.models import Application
from shop.catalogue.models import Product
from shop.content.models import Version
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import Basket, Order, OrderEvent, SearchWord, State
from shop.orders.search_index import words_of
from shop.packing.models import Packing
from shop.tenancy.models import Client, Project, User
from shop.tenancy.name_index import index_new

BATCH = 2000
SPAN = timedelta(days=365)  # the period over which orders arrive
LATELY = timedelta(days=31)  # orders of this period get their whole history

# Orders in each state per thousand; `details` are pending with details missing.
SHARES = {
    "packed": 930, "cancelled": 44, "details": 10, "need_human": 7, "has_packing_errors": 6,
    "pending": 2, "packing": 1,
}  # fmt: skip
FAULTS = {
    State.NEED_HUMAN: ("manual_tier", "no_place", "tries_used_up", "tries_used_up"),
    State.HAS_PACKING_ERRORS: ("token_revoked", "client_gone", "not_client_admin"),
}
STEPS = ("client", "project", "member", "invitation")
FIRST = ("Abend", "Berg", "Constantin", "Drei", "Elbe", "Fern", "Gold", "Hafen", "Insel", "Ost")
SECOND = ("film", "licht", "bild", "werk", "ton", "kamera", "schnitt", "blick")
KINDS = ("GmbH", "Filmproduktion", "Pictures", "Studio", "& Söhne")
PEOPLE = ("mia", "nina", "jonas", "lea", "ben", "ida", "paul", "emma", "ole", "zoe")
NOTE = "Forged by make_orders."


def forge(number: int, *, seed: int = 1, application: Application | None = None) -> Iterator[int]:
    """Write `number` orders with their related rows; yields the count after each batch.

    `application` has placed them.
    """
    dice = random.Random(seed)
    products = list(Product.objects.all())
    projects = _projects(max(1, min(2000, number // 50)), dice, products[0])
    terms = Version.objects.filter(page="terms").order_by("-number").first()
    begin, now = timezone.now() - SPAN, timezone.now()
    done = 0
    while done < number:
        size = min(BATCH, number - done)
        placed = [begin + SPAN * ((done + each) / number) for each in range(size)]
        situations = dice.choices(list(SHARES), list(SHARES.values()), k=size)
        if not done:
            situations = [*SHARES, *situations]  # at least one of each
        orders = [
            _order(situation, when, dice=dice, now=now, products=products, projects=projects)
            for situation, when in zip(situations, placed, strict=False)
        ]
        with transaction.atomic(), _times_as_given():
            for order in orders:
                order.application = application
            _write(orders, dice, terms, now)
        done += size
        yield done


@contextmanager
def _times_as_given() -> Iterator[None]:
    """Switch off `auto_now` and `auto_now_add`, so that rows keep the times they are given."""
    stamped = [
        (field, flag)
        for model in (Order, OrderEvent, Message, Delivery)
        for field in model._meta.fields
        for flag in ("auto_now", "auto_now_add")
        if getattr(field, flag, False)
    ]
    for field, flag in stamped:
        setattr(field, flag, False)
    try:
        yield
    finally:
        for field, flag in stamped:
            setattr(field, flag, True)


def _projects(number: int, dice: random.Random, product: Product) -> list[Project]:
    admin = User.objects.filter(is_active=True).order_by("pk").first()
    if admin is None:
        admin = User.objects.create_user("made-up@example.com", joined_at=timezone.now())
    clients = [Client(name=_client(dice), client_admin=admin) for _each in range(number)]
    clients = Client.objects.bulk_create(clients, batch_size=BATCH)
    projects = [Project(client=each, name=_project(dice), product=product) for each in clients]
    projects = Project.objects.bulk_create(projects, batch_size=BATCH)
    for start in range(0, number, BATCH):
        index_new([*clients[start : start + BATCH], *projects[start : start + BATCH]])
    return projects


def _order(
    situation: str,
    placed: datetime,
    *,
    dice: random.Random,
    now: datetime,
    products: list[Product],
    projects: list[Project],
) -> Order:
    product = dice.choice(products)
    state = State.PENDING if situation == "details" else State(situation)
    changed = min(now, placed + timedelta(seconds=dice.expovariate(1 / 90)))
    name = dice.choice(PEOPLE)
    order = Order(
        state=state,
        product=product,
        tier_name=product.name,
        net_cents=product.net_cents,
        currency=product.currency,
        vat_rate=product.vat_rate,
        client_name=_client(dice),
        project_name=_project(dice),
        user_email=f"{name}.{dice.randrange(10**7)}@example.com",
        user_first_name=name.title(),
        user_login=f"{name}{dice.randrange(10**7)}" if dice.random() < 0.3 else None,
        fault=dice.choice(FAULTS.get(state, ("",))),
        created_at=placed,
        updated_at=placed if state == State.PENDING else changed,
    )
    if situation == "details":
        order.project_name = order.user_email = None
    order.complete = not order.missing
    if state == State.PACKED:
        project = dice.choice(projects)
        order.delivered_client_id, order.delivered_project = project.client_id, project
        if dice.random() < 0.01:
            order.unreachable_since = changed
        if dice.random() < 0.2:
            order.client_id, order.client_name = project.client_id, None
    return order


def _write(orders: list[Order], dice: random.Random, terms: Version | None, now: datetime) -> None:
    orders = Order.objects.bulk_create(orders)
    words = [SearchWord(order=order, word=word) for order in orders for word in words_of(order)]
    SearchWord.objects.bulk_create(words)
    staff = list(User.objects.filter(is_staff=True)[:3])
    baskets, packings, events, followed = [], [], [], []
    for order in orders:
        way = dice.random()
        if terms and way < 0.3:
            by_page = {"terms": terms, "agreed_at": order.created_at} if way < 0.2 else {}
            baskets.append(Basket(order=order, **by_page))
        if order.state not in {State.PACKED, State.CANCELLED}:
            packings.append(_packing(order, dice))
            followed += _taken(order, dice, staff, now.date())
        if order.created_at > now - LATELY or order.state != State.PACKED:
            events += _history(order)
    Basket.objects.bulk_create(baskets)
    Packing.objects.bulk_create([each for each in packings if each])
    Order.objects.bulk_update(followed, ["taken_by", "follow_up_on"])
    events = OrderEvent.objects.bulk_create(events)
    lately = [each for each in events if each.at > now - LATELY and dice.random() < 0.002]
    mails = {event.order_id: _mail(event.order, now) for event in lately}
    Message.objects.bulk_create(mails.values())
    Delivery.objects.bulk_create([_webhook(event, now) for event in lately])


def _packing(order: Order, dice: random.Random) -> Packing | None:
    if order.state == State.PENDING:
        return None
    return Packing(
        order=order,
        attempts=5 if order.fault == "tries_used_up" else 1,
        last_step=dice.choice(STEPS),
        last_error="RuntimeError: made up" if order.fault == "tries_used_up" else "",
    )


def _taken(order: Order, dice: random.Random, staff: list[User], today: date) -> list[Order]:
    if not staff or dice.random() < 0.7:
        return []
    order.taken_by = dice.choice(staff)
    if dice.random() < 0.3:
        order.follow_up_on = today + timedelta(days=dice.randrange(-5, 10))
    return [order]


def _history(order: Order) -> list[OrderEvent]:
    began = OrderEvent(order=order, state=State.PENDING, at=order.created_at, note=NOTE)
    if order.state == State.PENDING:
        return [began]
    before = State.PENDING if order.state in {State.PACKING, State.CANCELLED} else State.PACKING
    ended = OrderEvent(
        order=order, previous=before, state=order.state, fault=order.fault, at=order.updated_at
    )
    return [began, ended]


def _mail(order: Order, now: datetime) -> Message:
    return Message(
        order=order,
        kind=Message.Kind.RECEIVED,
        recipient="nobody@example.com",
        language="de",
        state=Message.State.FAILED,
        attempts=10,
        last_error="SMTPRecipientsRefused: made up",
        next_attempt_at=now,
        created_at=order.created_at,
    )


def _webhook(event: OrderEvent, now: datetime) -> Delivery:
    return Delivery(
        order=event.order,
        event=event,
        payload="{}",
        receiver="partner.example:443",
        state=Delivery.State.FAILED,
        attempts=10,
        next_attempt_at=now,
        created_at=event.at,
    )


def _client(dice: random.Random) -> str:
    return f"{dice.choice(FIRST)}{dice.choice(SECOND)} {dice.choice(KINDS)}"


def _project(dice: random.Random) -> str:
    return f"{dice.choice(SECOND).title()} {dice.choice(FIRST)} {dice.randrange(1000)}"
