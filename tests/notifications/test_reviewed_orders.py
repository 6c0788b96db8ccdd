"""Orders that staff review: the receipt says so where it can, and then there is one mail, not two."""

import pytest
from django.core.mail import EmailMessage

from shop.notifications.emails.kinds import render
from shop.notifications.emails.models import Message
from shop.orders.models import Order, State
from shop.orders.states import transition
from tests.factories import make_bare_order, make_order, pack_all
from tests.notifications.sent import send_all

pytestmark = pytest.mark.django_db

REVIEWED = "We are reviewing your order and will get back to you by the next working day."


def kinds(order: Order) -> list[str]:
    """The kinds of the mails about `order`, the oldest first."""
    return list(order.messages.order_by("pk").values_list("kind", flat=True))


def test_receipt_of_a_tier_that_staff_approve_says_so_and_stays_alone(
    mailoutbox: list[EmailMessage],
) -> None:
    order, bystander = make_order("xl", language="en"), make_order("s", language="en")
    send_all()  # at once, before the worker packs
    pack_all()
    send_all()
    assert Order.objects.get(pk=order.pk).state == "need_human"
    assert kinds(order) == ["received"]
    texts = {mail.subject: str(mail.body) for mail in mailoutbox}
    assert REVIEWED in texts[f"We have received your order {order.order_number}"]
    assert REVIEWED not in texts[f"We have received your order {bystander.order_number}"]


def test_receipt_that_is_still_unsent_tells_of_the_review(mailoutbox: list[EmailMessage]) -> None:
    order = make_order("s", language="en")
    transition(order, State.PACKING)
    transition(order, State.NEED_HUMAN, fault="no_place")
    send_all()
    assert kinds(order) == ["received"]
    (mail,) = mailoutbox
    assert REVIEWED in str(mail.body)


def test_receipt_that_was_sent_before_takes_a_second_mail(mailoutbox: list[EmailMessage]) -> None:
    order = make_order("s", language="en")
    send_all()
    transition(order, State.PACKING)
    transition(order, State.NEED_HUMAN, fault="no_place")
    send_all()
    assert kinds(order) == ["received", "attention"]
    first, second = mailoutbox
    assert REVIEWED not in str(first.body)
    assert second.subject == "We are reviewing your order"


@pytest.mark.parametrize("state", ["refused", "failed"])
def test_receipt_that_never_arrived_tells_nothing(state: str) -> None:
    order = make_order("xl", language="en")
    order.messages.update(state=state)
    pack_all()
    assert kinds(order) == ["received", "attention"]


def test_receipt_after_the_review_says_that_all_is_being_set_up() -> None:
    order = make_order("xl", language="en")
    message = Message.objects.select_related("order").get()
    assert REVIEWED in render(message).text
    Order.objects.filter(pk=order.pk).update(approved_at=order.created_at)
    text = render(Message.objects.get()).text
    assert REVIEWED not in text
    assert "We are setting everything up now." in text


def test_order_that_misses_details_asks_for_them_first() -> None:
    make_bare_order("xl", user_email="a@gmx.com", language="en")
    text = render(Message.objects.get()).text
    assert REVIEWED not in text
    assert "We still need a few details from you." in text
