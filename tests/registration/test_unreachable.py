"""The page of an order whose address refuses our mails: what it says, to whom, and what helps."""

import re
import uuid
from email import message_from_bytes

import pytest
from django.test import Client as Browser
from django.utils import timezone

from shop.orders.member_orders import invite
from shop.orders.models import Order, State
from shop.orders.open_orders import Owner
from shop.orders.states import transition
from shop.owner_cookie import COOKIE
from tests.factories import make_bare_order, make_order, make_project, make_user, pack_all
from tests.notifications.mail_server import Replies, mail_server
from tests.notifications.sent import send_all
from tests.pages import error_beside, html, part, visitor, words
from tests.registration.states import faulty_name, order_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

LOST = "couldn't deliver e-mail to n…@g….com. Please check the address."
PROMISES = ("We've sent", "spam folder")
RIGHT = "right@example.com"


def refuse_all() -> None:
    with mail_server(Replies(rcpt="550 5.1.1 User unknown")):
        send_all()


def unreachable(situation: str) -> Order:
    """An order in this situation, whose mails a real server refuses."""
    order = order_in(situation)
    refuse_all()
    order.refresh_from_db()
    return order


def buyer_of(order: Order) -> Browser:
    owner_id, browser = str(uuid.uuid4()), visitor()
    browser.cookies[COOKIE] = owner_id
    Order.objects.filter(pk=order.pk).update(owner_digest=Owner(owner_id).digest)
    return browser


def page_of(order: Order, path: str = "") -> str:
    return f"/register/{order.order_hash}/{path}"


def test_refused_link_is_said_and_the_correction_stands_first() -> None:
    """The whole way: ordered, refused, told, corrected, sent."""
    order = order_in("packed")
    browser = buyer_of(order)
    before = browser.get(page_of(order))
    assert all(promise in words(before) for promise in PROMISES)
    refuse_all()
    page = browser.get(page_of(order))
    assert LOST in words(page)
    assert not any(promise in words(page) for promise in PROMISES)
    text = html(page)
    assert text.index('id="headline"') < text.index('name="user_email"') < text.index("Steps</h2>")
    assert f'action="{page_of(order, "address/")}"' in text
    page = browser.post(page_of(order, "address/"), {"user_email": RIGHT}, follow=True)
    assert "All set. We've sent your sign-in link to r…@e….com." in words(page)
    with mail_server(Replies()) as server:
        send_all()
    subjects = [message_from_bytes(mail)["Subject"] for to, mail in server.taken if to == [RIGHT]]
    assert subjects == [
        "Ihr Zugang ist bereit",
        f"Ihre Bestellung {order.order_number} ist eingegangen",
    ]
    assert LOST not in words(browser.get(page_of(order)))


@pytest.mark.parametrize("situation", ["pending", "packing", "need_human", "has_packing_errors"])
def test_refused_receipt_is_said_first_whatever_the_order_waits_for(situation: str) -> None:
    before = words(visitor().get(page_of(order_in(situation))))
    order = unreachable(situation)
    page = buyer_of(order).get(page_of(order))
    assert LOST not in before
    assert LOST in words(page)
    assert f'action="{page_of(order, "address/")}"' in html(page)
    # It still says how the order stands.
    headline = part(visitor().get(page_of(order)), 'data-sign="attention">', "</h1>")
    assert headline == f"We {LOST}"


def test_refused_receipt_is_said_beside_the_form_for_details() -> None:
    order = make_bare_order(user_email="nicecustomer@gmx.com")
    refuse_all()
    page = buyer_of(order).get(page_of(order))
    assert LOST in words(page)
    assert html(page).count('name="user_email"') == 1
    assert 'name="client_name"' in html(page)


def test_holder_of_the_hash_learns_what_to_do_and_gets_no_form() -> None:
    order = unreachable("packed")
    page = visitor().get(page_of(order))
    assert LOST in words(page)
    assert "Only the person who ordered can correct the address" in words(page)
    assert "Did a partner order for you?" in words(page)
    assert 'name="user_email"' not in html(page)
    assert "nicecustomer" not in html(page)


def test_german_page_says_it_in_german() -> None:
    page = visitor(language="de").get(page_of(unreachable("packed")))
    lost = "Fertig. Aber an n…@g….com ließ sich nichts zustellen. Bitte prüfen Sie die Adresse."
    assert lost in words(page)


def test_fragment_follows_live_once_all_is_set_up() -> None:
    order = order_in("packed")
    browser = buyer_of(order)
    found = re.search(r'hx-get="([^"]+)"', html(browser.get(page_of(order))))
    assert found
    assert browser.get(found[1]).status_code == 204
    refuse_all()
    answer = browser.get(found[1])
    assert LOST in words(answer)
    assert 'name="user_email"' in html(answer)
    # The headline takes the focus, which reads it out; nothing is said twice.
    assert part(answer, 'hx-swap-oob="innerHTML">', "</p>") == ""


def test_change_of_state_is_still_followed_while_the_address_fails() -> None:
    order = unreachable("pending")
    found = re.search(r'hx-get="([^"]+)"', html(visitor().get(page_of(order))))
    assert found
    pack_all()
    assert f"All set, but we {LOST}" in words(visitor().get(found[1]))


def test_wish_for_another_mail_is_answered_with_the_truth() -> None:
    order = unreachable("packed")
    page = visitor().post(page_of(order, "resend/"), follow=True)
    assert "We are trying n…@g….com once more." in words(page)
    assert LOST in words(page)
    with mail_server(Replies()):
        send_all()
    assert LOST not in words(visitor().get(page_of(order)))


def test_same_address_is_no_correction() -> None:
    order = unreachable("packed")
    answer = buyer_of(order).post(page_of(order, "address/"), {"user_email": order.user_email})
    assert answer.status_code == 422
    assert "the address that could not be reached" in error_beside(answer, "user_email")


def test_address_typed_while_we_are_packing_is_not_lost() -> None:
    order = unreachable("pending")
    browser = buyer_of(order)
    order.refresh_from_db()
    transition(order, State.PACKING)
    answer = browser.post(page_of(order, "address/"), {"user_email": RIGHT})
    assert answer.status_code == 422
    assert "We are setting things up at this moment." in words(answer)
    assert f'value="{RIGHT}"' in html(answer)


def test_detail_to_be_corrected_is_asked_for_once() -> None:
    with faulty_name():
        order = make_order(project_name="admin")
        pack_all()
    refuse_all()
    page = buyer_of(order).get(page_of(order))
    assert LOST in words(page)
    assert 'name="project_name"' in html(page)
    assert html(page).count('id="id_user_email"') == 1


@pytest.mark.parametrize("over", ["joined", "cancelled"])
def test_address_does_not_matter_any_more_once_it_is_over(over: str) -> None:
    order = unreachable("packed" if over == "joined" else "pending")
    assert LOST in words(visitor().get(page_of(order)))
    if over == "joined":
        assert order.invitation
        order.invitation.used_at = timezone.now()
        order.invitation.save()
    else:
        transition(order, State.CANCELLED)
    assert LOST not in words(visitor().get(page_of(order)))


def test_invitation_that_comes_back_is_said_to_who_invited() -> None:
    project = make_project()
    admin = project.client.client_admin
    order = invite(project, admin, {"user_email": "carla@example.com"})
    pack_all()
    listed = visitor(admin).get(f"/portal/projects/{project.pk}/")
    assert "invited, not joined yet" in words(listed)
    refuse_all()
    listed = visitor(admin).get(f"/portal/projects/{project.pk}/")
    assert "invited, but the e-mail could not be delivered" in words(listed)
    page = visitor(admin).get(page_of(order))
    assert f'action="{page_of(order, "address/")}"' in html(page)
    assert 'name="user_email"' in html(page)
    assert 'name="user_email"' not in html(visitor(make_user()).get(page_of(order)))
