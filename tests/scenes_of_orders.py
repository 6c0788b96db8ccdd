"""The page of an order at work, and mentions, for `tests/scenes.py`."""

from collections.abc import Iterator
from datetime import date
from urllib.parse import urlencode

from django.utils import timezone

from portal.backoffice.queue.list_place import place_text
from shop.orders.assignment import add_note, assign
from shop.orders.models import Basket, Order
from shop.tenancy.models import User
from tests.factories import make_invoice, make_order, make_staff, make_subscription
from tests.registration.states import order_in
from tests.scene import Scene, fill, press

# Whichever is there, as a scene may be visited several times.
TAKE_OR_GIVE_BACK = "form:is([action*='/take/'], [action*='/hand-back/']) button"


def order_with_everything(colleague: User) -> Order:
    """An order with a contract, invoices, a promotion, a neighbour, a note and a follow-up."""
    subscription = make_subscription()
    make_invoice(subscription)
    make_invoice(subscription, due_on=date(2020, 1, 2))
    order = subscription.order
    make_order(user_email=order.user_email)
    Order.objects.filter(pk=order.pk).update(
        user_first_name="Wilhelmine",
        user_last_name="von Hohenstein-Langenburg",
        net_cents=3900,
        discount_cents=1000,
        discount_months=3,
        promo_code="SUMMER",
        follow_up_on=timezone.localdate(),
    )
    media = {"phone1": "+49 89 5550124"}
    Basket.objects.create(order=order, contacts={"technical": {"contactMedia": media}})
    add_note(order, colleague, "Rang twice.\nWants to pay by year.")
    return order


def orders_at_work() -> Iterator[Scene]:
    """An order with all that belongs to it, while it is set up, and what colleagues tell."""
    person, colleague = make_staff(), make_staff("agent", first_name="Ada", last_name="Admin")
    order = order_with_everything(colleague)
    path = f"/staff/orders/{order.pk}/"
    yield Scene("staff-order-everything", path, person)
    yield Scene("staff-order-billing", path, make_staff("billing"))
    yield Scene("staff-order-undo", path, person, act=press(TAKE_OR_GIVE_BACK))
    make_staff("agent", first_name="Ada", last_name="Zwei")
    ambiguous = fill("form[action*='/note/'] button", text="@ada")
    yield Scene("staff-order-note-errors", path, person, act=ambiguous)
    nobody = press("form[action*='/assign/'] button")
    yield Scene("staff-order-assign-errors", path, person, act=nobody)
    packing = order_in("packing")
    yield Scene("staff-order-packing", f"/staff/orders/{packing.pk}/", person)
    first, second, _third = (order_in("need_human") for _each in range(3))
    place = urlencode({"from": place_text("show=need_human", (second.updated_at, second.pk))})
    yield Scene("staff-order-of-list", f"/staff/orders/{second.pk}/?{place}", person)
    yield Scene("staff-mentions-none", "/staff/mentions/", person)
    add_note(first, colleague, "@person please call back.", [person])
    assign(first, person, actor=colleague)
    yield Scene("staff-mentions", "/staff/mentions/", person)
