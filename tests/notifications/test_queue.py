"""Queue of mails: recipient and language of each, and each once."""

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.utils import timezone

from shop.notifications.emails.models import Message
from shop.notifications.emails.queue import (
    queue_email_change,
    queue_invitation,
    queue_password_reset,
    queue_received,
)
from shop.orders.missing_details import fill_in
from shop.orders.models import Order
from shop.packing.recovery import approve
from shop.tenancy.models import User
from tests.factories import (
    DETAILS,
    bystander,
    make_bare_order,
    make_order,
    make_packed_order,
    make_project,
    make_token,
    make_user,
    pack_all,
)
from tests.notifications.sent import send_all

pytestmark = pytest.mark.django_db


def queued(order: Order) -> list[tuple[str, str]]:
    return list(order.messages.values_list("kind", "dedupe_key"))


def test_order_with_an_address_is_confirmed_by_mail_at_once() -> None:
    order = make_order()
    assert queued(order) == [("received", "")]
    message = Message.objects.get()
    assert (message.recipient, message.state) == ("nicecustomer@gmx.com", "waiting")
    assert message.next_attempt_at <= timezone.now()


def test_order_without_an_address_brings_no_mail() -> None:
    assert queued(make_bare_order("Yamdu FREE")) == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_mail_is_in_the_language_of_the_order(language: str) -> None:
    order = make_packed_order(language=language)
    assert set(order.messages.values_list("language", flat=True)) == {language}


def test_packed_order_brings_the_invitation_once() -> None:
    order = make_packed_order()
    assert queued(order) == [("received", ""), ("invitation", "invitation:1")]
    queue_received(order)
    queue_invitation(order)
    pack_all()
    assert queued(order) == [("received", ""), ("invitation", "invitation:1")]


def test_each_order_has_mails_of_its_own() -> None:
    first, second = make_packed_order(), make_packed_order()
    assert queued(first) == queued(second) == [("received", ""), ("invitation", "invitation:1")]


def test_order_that_goes_back_to_pending_is_not_confirmed_again() -> None:
    order = make_order("xl")
    pack_all()
    order.refresh_from_db()
    assert approve(order, make_user(is_staff=True))
    assert [kind for kind, _key in queued(order)] == ["received"]


def test_address_that_is_filled_in_later_is_not_told_by_the_verb_itself() -> None:
    order = make_bare_order("s")
    fill_in(order, DETAILS)
    assert queued(order) == []
    queue_received(order)
    queue_received(order)
    assert queued(order) == [("received", "")]


def test_recipient_is_in_lower_case() -> None:
    order = make_packed_order(user_email="NiceCustomer@GMX.com")
    assert set(order.messages.values_list("recipient", flat=True)) == {"nicecustomer@gmx.com"}


def test_orderer_by_token_is_invited_at_their_own_address() -> None:
    project = make_project()
    admin = project.client.client_admin
    order = make_bare_order(
        client_id=project.client.pk,
        project_name="Another",
        admin_user_access_token=make_token(admin),
    )
    assert queued(order) == []
    pack_all()
    message = Message.objects.get()
    assert (message.kind, message.recipient) == ("invitation", admin.email)


def test_previous_address_is_told_only_of_another_one() -> None:
    order = make_order(user_email="Nina@example.com")
    queue_email_change(order, "nina@EXAMPLE.com")
    assert queued(order) == [("received", ""), ("received", "email_change:0")]
    queue_email_change(order, "Old@example.com")
    told = order.messages.get(kind="address")
    assert (told.recipient, told.dedupe_key) == ("old@example.com", "email_change:0")


def test_mail_that_waits_for_the_previous_address_is_obsolete_and_no_other() -> None:
    with bystander(user_email="old@example.com"):
        order = make_order(user_email="old@example.com")
        sent = order.messages.create(kind="reminder", recipient="old@example.com", state="sent")
        queue_email_change(order, "Old@example.com")
        assert order.messages.get(kind="received", dedupe_key="").state == "obsolete"
        sent.refresh_from_db()
        assert sent.state == "sent"


def test_row_holds_neither_link_nor_token_nor_text() -> None:
    order = make_packed_order()
    assert order.invitation
    row = str(Message.objects.filter(kind="invitation").values().get())
    assert order.order_hash not in row
    assert "Constantin" not in row


def test_new_password_goes_to_no_address_that_was_given_up_meanwhile(
    mailoutbox: list[EmailMessage],
) -> None:
    user = make_user()
    queue_password_reset(user.email, "en")
    EmailAddress.objects.filter(user=user).update(email="new@example.com")
    User.objects.filter(pk=user.pk).update(email="new@example.com")
    send_all()
    assert mailoutbox == []
    queue_password_reset("new@example.com", "en")
    send_all()
    assert [mail.to for mail in mailoutbox] == [["new@example.com"]]
