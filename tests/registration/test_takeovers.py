"""Attempts to come in by an order that is somebody else's."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shop.orders.corrections import readdress
from shop.orders.models import Order
from shop.tenancy.invitations import join_token
from shop.tenancy.models import Invitation, User
from tests.accounts.factors import add_app
from tests.factories import PASSWORD, make_packed_order, make_user
from tests.notifications.sent import send_all
from tests.pages import html, join_address, visitor, words
from tests.registration.joining import CHOICE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

VICTIM = "nicecustomer@gmx.com"


def is_in(browser: Client) -> bool:
    return browser.get("/portal/").status_code == 200


def newest(order: Order) -> str:
    return join_address(Order.objects.get(pk=order.pk))


@pytest.mark.parametrize("order_hash", ["0" * 32, "f" * 32, "0" * 31, "x" * 32])
def test_guessed_hash_leads_nowhere(order_hash: str) -> None:
    token = join_address(make_packed_order()).split("/")[-2]
    browser = visitor()
    for path in ("", "progress/", "address/", f"join/{token}/"):
        assert browser.get(f"/register/{order_hash}/{path}").status_code == 404
    for path in ("", "resend/", "code/", "address/", f"join/{token}/"):
        assert browser.post(f"/register/{order_hash}/{path}", CHOICE).status_code == 404
    assert not is_in(browser)


def test_hash_without_a_link_lets_nobody_in() -> None:
    order, browser = make_packed_order(), visitor()
    invitation = Invitation.objects.get()
    guesses = ["x", "1", f"{invitation.pk}-1", f"{invitation.pk}-1~x~y", order.order_hash]
    for guess in guesses:
        assert (
            browser.post(f"/register/{order.order_hash}/join/{guess}/", CHOICE).status_code == 404
        )
    assert not is_in(browser)
    assert not User.objects.get(email=VICTIM).is_known


def test_page_of_the_hash_gives_no_link_and_no_code_away() -> None:
    order = make_packed_order()
    assert order.invitation
    token = join_token(order.invitation).partition("~")[0]
    for path in ("", "progress/"):
        page = html(visitor().get(f"/register/{order.order_hash}/{path}"))
        assert "/join/" not in page
        assert token not in page.replace(str(order.order_number), "")


def test_link_is_dead_after_the_address_was_corrected() -> None:
    order, browser = make_packed_order(), visitor()
    old = join_address(order)
    assert readdress(order, "right@example.com", actor=None)
    page = browser.post(old, CHOICE)
    assert page.status_code == 410
    assert "right@" not in html(page)
    assert not is_in(browser)
    assert not User.objects.get(email="right@example.com").is_known


def test_dead_link_can_have_a_new_one_sent_to_the_new_address_only(
    mailoutbox: list[EmailMessage],
) -> None:
    order = make_packed_order()
    assert readdress(order, "right@example.com", actor=None)
    visitor().post(f"/register/{order.order_hash}/resend/")
    send_all()
    invited = [mail.to for mail in mailoutbox if "/join/" in str(mail.body)]
    assert invited == [["right@example.com"]]


def test_link_is_dead_after_the_mail_was_sent_again() -> None:
    order, browser = make_packed_order(), visitor()
    old = join_address(order)
    browser.post(f"/register/{order.order_hash}/resend/")
    assert browser.post(old, CHOICE).status_code == 410
    assert not is_in(browser)
    assert browser.post(newest(order), CHOICE).status_code == 302


def test_link_dies_with_its_order() -> None:
    order, browser = make_packed_order(), visitor()
    address = join_address(order)
    Order.objects.filter(pk=order.pk).update(state="cancelled")
    for page in (browser.get(address), browser.post(address, CHOICE)):
        assert page.status_code == 410
        assert "This invitation was withdrawn." in words(page)
        assert "resend" not in html(page)
    assert not is_in(browser)


def test_who_never_joined_comes_in_by_no_other_door(mailoutbox: list[EmailMessage]) -> None:
    make_packed_order()
    send_all()
    del mailoutbox[:]
    browser = visitor()
    browser.post("/account/password/reset/", {"email": VICTIM})
    browser.post("/account/login/code/", {"email": VICTIM})
    browser.post("/account/login/", {"login": VICTIM, "password": ""})
    send_all()
    assert mailoutbox == []
    assert not is_in(browser)


@pytest.mark.parametrize("active", [True, False])
def test_staff_who_have_not_joined_do_not_come_in_by_an_order(active: bool) -> None:
    staff = make_user(email=VICTIM, is_staff=True, joined_at=None, is_active=active)
    order, browser = make_packed_order(), visitor()
    page = browser.post(join_address(order), CHOICE)
    assert "Sign in and join" in words(page)
    assert not is_in(browser)
    staff.refresh_from_db()
    assert (staff.is_known, staff.is_active) == (False, active)
    assert staff.check_password(PASSWORD)


@pytest.mark.parametrize("kind", ["staff", "second factor"])
def test_link_to_a_known_account_is_no_way_around_its_sign_in(kind: str) -> None:
    user = make_user(email=VICTIM, is_staff=kind == "staff")
    if kind == "second factor":
        add_app(user)
    order, browser = make_packed_order(), visitor()
    address = join_address(order)
    assert "Sign in and join" in words(browser.post(address, CHOICE))
    assert not is_in(browser)
    browser.post("/account/login/", {"login": VICTIM, "password": "wrong", "next": address})
    assert not is_in(browser)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.usefixtures("stopped_clock")  # the pages tell the minute of the order
def test_nobody_learns_from_an_order_s_page_whether_its_address_is_known() -> None:
    make_user(email="nina@example.com")
    seen = set()
    for email in ("nina@example.com", "nora@example.com"):
        order, browser = make_packed_order(user_email=email), visitor()
        for path in ("", "progress/"):
            with CaptureQueriesContext(connection) as queries:
                page = words(browser.get(f"/register/{order.order_hash}/{path}"))
            seen.add((path, len(queries), page.replace(str(order.order_number), "")))
        with CaptureQueriesContext(connection) as queries:
            answer = browser.post(f"/register/{order.order_hash}/resend/")
        seen.add(("resend", len(queries), str(answer.status_code)))
        with CaptureQueriesContext(connection) as queries:
            page = words(browser.post(f"/register/{order.order_hash}/code/", {"code": "2222-2222"}))
        seen.add(("code", len(queries), page.replace(str(order.order_number), "")))
    assert len(seen) == 4


@pytest.mark.django_db(transaction=True)
def test_of_many_who_post_one_link_at_once_exactly_one_comes_in() -> None:
    order = make_packed_order()
    address, together = join_address(order), 4
    barrier = Barrier(together)

    def post(number: int) -> tuple[int, bool]:
        browser = visitor()
        try:
            barrier.wait()
            answer = browser.post(address, {**CHOICE, "password": f"quite a long phrase {number}"})
            return number, answer.status_code == 302 and answer["Location"] == "/portal/"
        finally:
            connection.close()

    with ThreadPoolExecutor(together) as threads:
        won = [number for number, is_won in threads.map(post, range(together)) if is_won]
    assert len(won) == 1
    assert User.objects.get(email=VICTIM).check_password(f"quite a long phrase {won[0]}")


@pytest.mark.django_db(transaction=True)
def test_joining_and_correcting_at_once_have_one_winner() -> None:
    for number in range(5):
        order = make_packed_order(user_email=f"old{number}@example.com")
        address, barrier = join_address(order), Barrier(2)

        def join(address: str = address, barrier: Barrier = barrier) -> bool:
            try:
                barrier.wait()
                answer = visitor().post(address, CHOICE)
                return answer.status_code == 302 and answer["Location"] == "/portal/"
            finally:
                connection.close()

        def correct(order: Order = order, barrier: Barrier = barrier) -> bool:
            try:
                barrier.wait()
                return readdress(order, f"new-{order.user_email}", actor=None)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as threads:
            joining, correcting = threads.submit(join), threads.submit(correct)
            assert joining.result() != correcting.result()
        invitation = Invitation.objects.get(order=order)
        user = invitation.membership.user
        assert user.is_known == joining.result()
        assert (invitation.used_at is not None) == joining.result()
