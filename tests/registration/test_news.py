"""A waiting page is told of news exactly when its live part would be another one."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from shop.access.applications import create_application
from shop.orders.assignment import add_note
from shop.orders.corrections import readdress
from shop.orders.models import Order, State
from shop.orders.reachability import mark_unreachable
from shop.orders.states import transition
from shop.packing.models import Packing, StepRecord
from shop.tenancy.models import Invitation, User
from tests.factories import bystander, make_staff
from tests.pages import html, visitor
from tests.registration.states import order_in, wait

pytestmark = pytest.mark.django_db

LIVE = ["pending", "packing", "slow", "packed", "unreachable", "has_packing_errors", "need_human"]


def change(**fields: object) -> Callable[[Order], object]:
    """Change columns of the order alone."""
    return lambda order: Order.objects.filter(pk=order.pk).update(**fields)


def say(text: str = "", mendable: tuple[str, ...] = ()) -> Callable[[Order], object]:
    """Have a step of a deployment tell the customer something."""

    def write(order: Order) -> None:
        said = {"customer_text": text, "mendable": list(mendable)}
        Packing.objects.update_or_create(order=order, defaults=said)

    return write


def correct_address(order: Order) -> None:
    """Correct the address by whichever way there is, or none."""
    readdress(order, "right@example.com", actor=None)


def replace_step(order: Order) -> None:
    """Another step is done, and as many as before."""
    StepRecord.objects.filter(order=order, name="client").delete()
    StepRecord.objects.get_or_create(order=order, name="member")


CHANGES: dict[str, Callable[[Order], object]] = {
    "step": lambda order: StepRecord.objects.get_or_create(order=order, name="client"),
    "other_step": replace_step,
    "packing": change(state=State.PACKING),
    "need_human": change(state=State.NEED_HUMAN, fault="manual_tier"),
    "other_fault": change(fault="no_place"),
    "text_of_a_step": say("Our partner has no room."),
    "field_to_correct": say(mendable=("project_name",)),
    "slow": lambda order: wait(order, seconds=61),
    "very_slow": lambda order: wait(order, minutes=6),
    "unreachable": mark_unreachable,
    "address": correct_address,
    "details_missing": change(complete=False),
    "joined": lambda _order: Invitation.objects.update(used_at=timezone.now()),
    "withdrawn": lambda order: Invitation.objects.filter(order=order).delete(),
    "cancelled": change(state=State.CANCELLED),
}
NOTHING: dict[str, Callable[[Order], object]] = {
    "nothing": lambda _order: None,
    "note": lambda order: add_note(order, make_staff(), "Called, nobody there."),
    "taken": lambda order: Order.objects.filter(pk=order.pk).update(taken_by=make_staff()),
    "follow_up": change(follow_up_on=timezone.now().date()),
    "language_of_mails": change(language="en"),
    "attempts": lambda order: Packing.objects.filter(order=order).update(attempts=7),
    "name_of_a_member": lambda _order: User.objects.update(first_name="Zebra"),
    "another_application": lambda _order: create_application("Another"),
}


def polled(order: Order, language: str = "en") -> str:
    """The URL at which the page looks again."""
    found = re.search(r'hx-get="([^"]+)"', html(visitor(language=language).get(page_of(order))))
    assert found
    return found[1]


def page_of(order: Order) -> str:
    return f"/register/{order.order_hash}/"


def shown(order: Order, language: str = "en") -> tuple[bool, str]:
    """The live part without its version and the visitor's token; whether it needs a whole page."""
    answer = visitor(language=language).get(f"{page_of(order)}progress/")
    part = re.sub(r'csrfmiddlewaretoken" value="[^"]+|seen=[^"]+', "", html(answer))
    return "HX-Refresh" in answer.headers, part


def is_news(order: Order, url: str, language: str = "en") -> bool:
    answer = visitor(language=language).get(url)
    assert answer.status_code in {200, 204}
    return answer.status_code == 200 or "HX-Refresh" in answer.headers


@pytest.mark.parametrize("name", [*CHANGES, *NOTHING])
def test_change_is_news_exactly_where_it_shows(name: str) -> None:
    told = {}
    for situation in LIVE:
        order = order_in(situation)
        url, before = polled(order), shown(order)
        assert not is_news(order, url)
        ({**CHANGES, **NOTHING})[name](order)
        told[situation] = is_news(order, url)
        assert told[situation] == (shown(order) != before), situation
    assert any(told.values()) == (name in CHANGES)


def test_second_refusal_is_news_because_fewer_corrections_are_left() -> None:
    order = order_in("unreachable")
    url = polled(order)
    Order.objects.update(unreachable_since=timezone.now() + timedelta(hours=1))
    assert is_news(order, url)


def test_other_language_is_news() -> None:
    order = order_in("packed")
    german = polled(order, "de")
    assert not is_news(order, german, "de")
    assert is_news(order, german, "en")


def test_news_of_one_order_is_none_for_another() -> None:
    with bystander() as other:
        order = order_in("pending")
        urls = polled(order), polled(other)
        transition(order, State.PACKING)
        assert [is_news(order, urls[0]), is_news(other, urls[1])] == [True, False]


def test_withdrawn_invitation_is_read_out() -> None:
    order = order_in("packed")
    url = polled(order)
    Invitation.objects.filter(order=order).delete()
    answer = html(visitor().get(url))
    # It takes the focus, which reads it out.
    headline = re.search(r'<h1[^>]*id="headline".*?</h1>', answer, re.DOTALL)
    assert headline
    assert "All set, but the invitation has since been withdrawn." in " ".join(
        re.sub(r"<[^>]*>", " ", headline[0]).split()
    )
    assert "data-live" not in answer
