"""Work on one order leaves every other order alone.

Most tests have one order and would not notice a missing filter. These have a second one.
"""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone
from pytest_django import Settings

from shop.catalogue.models import Promotion
from shop.notifications.emails.queue import queue_attention
from shop.notifications.emails.send import send_due
from shop.notifications.webhooks.events import queue_events
from shop.orders.cancellation import expire_incomplete
from shop.orders.corrections import readdress
from shop.orders.email_change import is_taken
from shop.orders.member_orders import invite
from shop.orders.models import Order, OrderEvent, State
from shop.orders.placing import Caller
from shop.orders.states import state_changed, transition
from shop.packing.outcomes import NeedsHuman
from shop.packing.recovery import mark_packed, rerunnable_steps, retry, retry_from
from shop.tenancy.erasure import erase_user
from shop.tenancy.models import Membership, User
from shop.worker.row_failures import RowsFailedError
from tests.factories import (
    bystander,
    make_application,
    make_bare_order,
    make_order,
    make_packed_order,
    make_project,
    make_staff,
    make_token,
    make_user,
    pack_all,
)
from tests.open_order.calls import PRODUCT, by_cookie, fill, submit
from tests.packing.steps import says

pytestmark = pytest.mark.django_db

OLD, NEW = "wrong@example.com", "right@example.com"
HOOK = "https://partner.example/hook"


def told_order(**members: Any) -> Order:
    """An order whose application has webhooks."""
    caller = Caller(application=make_application())
    return make_packed_order(caller=caller, redirection_uri=HOOK, **members)


def payloads(order: Order) -> list[str | None]:
    events = [json.loads(delivery.payload) for delivery in order.deliveries.all()]
    return [event["data"]["order"]["user_first_name"] for event in events]


def test_deleted_account_takes_its_name_out_of_its_own_webhooks_and_notes_alone() -> None:
    with bystander(user_first_name="Nina"):
        order = told_order(user_email="nina@example.com", user_first_name="Nina")
        order.events.create(kind=OrderEvent.Kind.NOTE, note="Nina rang.")
        assert set(payloads(order)) == {"Nina"}
        user = order.member
        assert user
        order.delivered_client.client_admin = make_user()  # type: ignore[union-attr]
        order.delivered_client.save()  # type: ignore[union-attr]
        User.objects.filter(pk=user.pk).update(is_active=True)
        erase_user(User.objects.get(pk=user.pk))
        assert set(payloads(order)) == {None}
        assert order.events.get(kind="note").note == "… rang."


def test_corrected_address_moves_its_own_order_alone() -> None:
    with bystander():
        order = make_packed_order(user_email=OLD)
        assert readdress(order, NEW, actor=None)
        assert order.member
        assert order.member.email == NEW


def test_corrected_address_frees_the_seat_though_another_person_has_an_order_there() -> None:
    project = make_project("l")
    admin = project.client.client_admin
    for email in (OLD, "other@example.com"):
        invite(project, admin, {"user_email": email, "language": "en"})
    pack_all()
    order = Order.objects.get(user_email=OLD)
    assert readdress(order, NEW, actor=None)
    seats = Membership.objects.filter(project=project).values_list("user__email", flat=True)
    assert sorted(seats) == ["other@example.com", NEW]
    assert not User.objects.filter(email=OLD).exists()


def test_address_corrected_before_anybody_is_a_member_makes_nobody_one(settings: Settings) -> None:
    settings.PACKING_STEPS = ["shop.packing.steps.client", "tests.packing.steps.say"]
    says[:] = [NeedsHuman("contract")]
    owner = make_user()
    order = make_order(user_email=OLD, admin_user_access_token=make_token(owner))
    pack_all()
    says.clear()
    order.refresh_from_db()
    assert (order.state, order.member) == (State.NEED_HUMAN, None)
    assert readdress(order, NEW, actor=None)
    order.refresh_from_db()
    assert order.delivered_client
    assert order.delivered_client.client_admin == owner
    assert not User.objects.filter(email__in=[OLD, NEW]).exists()


def test_order_whose_link_was_used_is_taken_though_the_client_was_there_before() -> None:
    project = make_project("l")
    order = invite(project, project.client.client_admin, {"user_email": OLD, "language": "en"})
    pack_all()
    order = Order.objects.get(pk=order.pk)
    assert order.client_id
    assert not is_taken(order)
    order.invitation.used_at = timezone.now()  # type: ignore[union-attr]
    assert is_taken(order)
    assert not readdress(order, NEW, actor=None)


def test_order_that_cannot_be_cancelled_at_its_expiry_is_left_as_it_was() -> None:
    order = make_bare_order(user_email=OLD)
    Order.objects.update(created_at=timezone.now() - timedelta(days=365))
    before = Order.objects.values().get()

    def refuse(**kwargs: object) -> None:
        raise RuntimeError("refused")

    state_changed.connect(refuse)
    try:
        with pytest.raises(RowsFailedError):
            expire_incomplete(lambda: None)
    finally:
        state_changed.disconnect(refuse)
    assert Order.objects.values().get() == before
    expire_incomplete(lambda: None)
    order.refresh_from_db()
    assert (order.state, order.user_email) == ("cancelled", None)


def test_steps_are_rerun_of_the_order_that_did_them(settings: Settings) -> None:
    steps = ["shop.packing.steps.client", "tests.packing.steps.call_out", "tests.packing.steps.say"]
    staff = make_staff("agent")
    settings.PACKING_STEPS = steps
    says[:] = [NeedsHuman("contract")]
    did = make_order()
    pack_all()
    settings.PACKING_STEPS = [steps[0], steps[2], steps[1]]
    did_not = make_order()
    pack_all()
    says.clear()
    for order in (did, did_not):
        order.refresh_from_db()
        assert order.state == State.NEED_HUMAN
    assert (rerunnable_steps(did), rerunnable_steps(did_not)) == (["call_out"], [])
    assert not retry_from(did_not, "call_out", staff)
    assert retry_from(did, "call_out", staff)
    assert Order.objects.get(pk=did.pk).state == State.PENDING


def test_order_done_by_hand_has_each_step_recorded_by_its_name() -> None:
    with bystander():
        order = make_order("xl")
        pack_all()
        order.refresh_from_db()
        assert mark_packed(order, make_project("xl"), make_staff("agent"), note="On the phone")
        steps = order.steps.values_list("name", flat=True)
        assert sorted(steps) == ["client", "invitation", "member", "project"]


def test_webhook_belongs_to_a_change_of_its_own_order() -> None:
    order = told_order()
    order.deliveries.last().delete()  # type: ignore[union-attr]
    with bystander():
        queue_events([order], State.PACKING)
    assert set(order.deliveries.values_list("event__order", flat=True)) == {order.pk}


def test_same_fault_after_its_mail_was_sent_is_no_second_mail() -> None:
    order = make_order("s")
    send_due(lambda: None)  # the receipt, before anybody knew
    assert transition(order, State.PACKING)
    assert transition(order, State.NEED_HUMAN, fault="no_place")
    send_due(lambda: None)
    (mail,) = order.messages.filter(kind="attention")
    assert mail.state == "sent"
    assert retry(order, make_staff("agent"))
    assert transition(order, State.PACKING)
    assert transition(order, State.NEED_HUMAN, fault=order.fault)
    queue_attention(order)
    assert [mail.state for mail in order.messages.filter(kind="attention")] == ["sent"]


def test_sender_of_many_mails_beats_before_each() -> None:
    for _ in range(3):
        make_order()
    beats: list[int] = []
    send_due(lambda: beats.append(1))
    assert len(beats) == 3


def test_mail_under_way_is_not_sent_by_another(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.notifications.backends.Twice"
    order = make_order()
    send_due(lambda: None)
    (mail,) = order.messages.all()
    assert (mail.state, mail.attempts) == ("sent", 1)


def test_who_did_not_order_in_a_browser_is_told_how_to_stop_it(
    mailoutbox: list[EmailMessage],
) -> None:
    make_order(language="en")
    send_due(lambda: None)
    text = "Didn't place this order? Please tell us, and we will stop it."
    assert text in str(mailoutbox[0].body)


def test_quote_of_a_placed_order_names_its_own_promotion() -> None:
    for code, name in (("OTHER", "Another"), ("SPRING", "Spring of film"), ("LAST", "A last")):
        Promotion.objects.create(code=code, name=name, percent=10)
    fill(by_cookie())
    (product,) = by_cookie().get("/order/account/products").json()["list"]
    path = f"/order/product/{product['productId']}"
    assert by_cookie().put(path, {**PRODUCT, "promoCode": "SPRING"}).status_code == 200
    quoted = by_cookie().get("/order/quote").json()["quote"]
    assert submit(by_cookie(), quoteHash=quoted["Hash"]).status_code == 202
    placed = Order.objects.get()
    shown = by_cookie().get(f"/orders/{placed.order_hash}/quote").json()["quote"]
    assert shown["Products"][0]["PromotionName"] == "Spring of film"
