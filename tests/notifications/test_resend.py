"""Mails sent again: invitations with a new link for their readers, any mail for staff."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.notifications.emails.models import Message
from shop.notifications.emails.resend import Resent, resend_invitation, send_again
from shop.orders.models import Order
from shop.tenancy.invitations import LinkError, join_token, read_join_token
from shop.tenancy.models import Invitation
from tests.factories import make_bare_order, make_order, make_packed_order, make_staff
from tests.notifications.sent import send_all

pytestmark = pytest.mark.django_db


def hour_later() -> None:
    """Make all mails so far an hour older."""
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=61))


def test_new_link_ends_the_old_one() -> None:
    order = make_packed_order()
    assert order.invitation
    old = join_token(order.invitation)
    assert resend_invitation(order) == Resent.QUEUED
    invitation = Invitation.objects.get()
    assert invitation.counter == 2
    invitations = order.messages.filter(kind="invitation")
    assert [mail.dedupe_key for mail in invitations] == ["invitation:1", "invitation:2"]
    with pytest.raises(LinkError) as raised:
        read_join_token(old, invitation)
    assert raised.value.reason.value == "replaced"


def test_new_links_are_limited_an_hour(settings: Settings) -> None:
    settings.MAILS_A_DAY = 100
    order = make_packed_order()
    outcomes = [resend_invitation(order) for _ in range(5)]
    assert outcomes == [*[Resent.QUEUED] * 3, *[Resent.HAD_ENOUGH_THIS_HOUR] * 2]
    assert Invitation.objects.get().counter == 4
    assert order.messages.filter(kind="invitation").count() == 4
    hour_later()
    assert resend_invitation(order) == Resent.QUEUED


def test_refused_new_link_leaves_the_old_one_alive() -> None:
    order = make_packed_order()
    for _ in range(3):
        resend_invitation(order)
    assert order.invitation
    last = join_token(order.invitation)
    assert resend_invitation(order) == Resent.HAD_ENOUGH_THIS_HOUR
    assert read_join_token(last, Invitation.objects.get())


def test_new_link_is_refused_where_the_address_has_had_its_mails_today(
    settings: Settings,
) -> None:
    settings.MAILS_A_DAY = 2
    order = make_packed_order()
    send_all()
    assert resend_invitation(order) == Resent.HAD_ENOUGH_TODAY
    assert Invitation.objects.get().counter == 1


def test_new_link_is_not_for_orders_that_are_not_packed() -> None:
    assert resend_invitation(make_order()) == Resent.NO_LINK_YET
    assert resend_invitation(make_bare_order("s")) == Resent.NO_LINK_YET


def test_new_link_is_not_for_links_that_were_used() -> None:
    order = make_packed_order()
    Invitation.objects.update(used_at=timezone.now())
    assert resend_invitation(Order.objects.get(pk=order.pk)) == Resent.NO_LINK_ANY_MORE
    assert resend_invitation(order) == Resent.NO_LINK_ANY_MORE  # read before the link was used
    assert order.messages.filter(kind="invitation").count() == 1


def test_each_mail_is_sent_again_once_and_its_copy_in_turn() -> None:
    order, staff = make_order(), make_staff("agent")
    keys = [""]
    for _ in range(2):
        order.messages.update(state="sent")
        last = order.messages.latest("pk")
        assert send_again(last, staff) == Resent.QUEUED
        assert send_again(last, staff) == Resent.TOO_LATE
        keys.append(f"again:{last.pk}")
    assert [mail.dedupe_key for mail in order.messages.all()] == keys


def test_receipt_that_was_refused_goes_with_the_new_link(settings: Settings) -> None:
    settings.MAILS_A_DAY = 100
    order, other = make_packed_order(), make_packed_order(user_email="other@example.com")
    for each in (order, other):
        each.messages.update(state=Message.State.SENT)
    assert resend_invitation(order) == Resent.QUEUED
    assert order.messages.filter(kind="received").count() == 1
    order.messages.update(state=Message.State.REFUSED)
    assert resend_invitation(order) == Resent.QUEUED
    receipts = order.messages.filter(kind="received").values_list("recipient", "state")
    assert list(receipts) == [(order.user_email, "refused"), (order.user_email, "waiting")]
    assert resend_invitation(order) == Resent.QUEUED
    assert order.messages.filter(kind="received").count() == 2
    assert other.messages.count() == 2
