"""A new SECRET_KEY: with the old one in SECRET_KEY_FALLBACKS nothing is lost."""

from collections.abc import Callable

import pytest
from django.conf import settings as current
from django.core.mail import EmailMessage
from django.test import Client
from django_q.models import OrmQ
from pytest_django import Settings

from shop.notifications.emails.queue import queue_password_reset
from shop.orders.models import Order
from shop.packing.attempts import claim
from shop.packing.runner import run_steps
from shop.packing.step_names import step_key
from shop.tenancy.models import Membership
from shop.worker.tasks import run_cluster
from tests.accounts.oauth import Program
from tests.factories import PASSWORD, make_order, make_packed_order, make_token, make_user
from tests.notifications.sent import send_all
from tests.pages import AGREED, fields, join_address, visitor, words
from tests.waiting import wait_for
from tests.worker.real import running_worker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache"), pytest.mark.once]

NEW_KEY = "the-key-after-the-rotation-which-is-long-enough-by-itself"
JOIN = {
    **AGREED,
    "password": "quite a long phrase",
    "user_first_name": "Nina",
    "user_last_name": "N.",
}
Rotate = Callable[..., None]


@pytest.fixture
def rotate(settings: Settings) -> Rotate:
    """Give the shop a new key; the old one stays as a fallback unless it is to be forgotten."""

    def to_new_key(*, forget: bool = False) -> None:
        settings.SECRET_KEY_FALLBACKS = [] if forget else [settings.SECRET_KEY]
        settings.SECRET_KEY = NEW_KEY

    return to_new_key


def is_in(browser: Client) -> bool:
    return browser.get("/portal/").status_code == 200


def reset_link(mailoutbox: list[EmailMessage]) -> str:
    """The address in the mail for a new password."""
    send_all()
    words_of_mail = str(mailoutbox[-1].body).split()
    link = next(word for word in words_of_mail if "/account/password/reset/key/" in word)
    return link.removeprefix(current.BASE_URL)


def test_sessions_stay_signed_in(rotate: Rotate) -> None:
    browser = visitor(make_user())
    assert is_in(browser)
    rotate()
    assert is_in(browser)
    # And are carried over: once seen, they do without the old key.
    rotate(forget=True)
    assert is_in(browser)


def test_mailed_join_link_lets_in(rotate: Rotate) -> None:
    order, browser = make_packed_order(), visitor()
    address = join_address(order)
    rotate()
    answer = browser.post(address, JOIN)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")
    assert Membership.objects.get().joined_at


def test_mailed_link_to_a_new_password_works(
    rotate: Rotate, mailoutbox: list[EmailMessage]
) -> None:
    user, browser = make_user(), visitor()
    queue_password_reset(user.email, "en")
    link = reset_link(mailoutbox)
    rotate()
    page = browser.get(link, follow=True)
    new = "another quiet phrase"
    browser.post(page.request["PATH_INFO"], {"password1": new})
    user.refresh_from_db()
    assert user.check_password(new)


def test_form_that_is_open_can_be_sent(rotate: Rotate) -> None:
    user = make_user()
    browser = Client(enforce_csrf_checks=True)
    token = fields(browser.get("/account/login/"))["csrfmiddlewaretoken"]
    rotate()
    browser.post(
        "/account/login/",
        {"login": user.email, "password": PASSWORD, "csrfmiddlewaretoken": token},
    )
    assert is_in(browser)


def test_tokens_of_programs_stay_good(rotate: Rotate) -> None:
    program = Program()
    issued = make_token(program.application)
    granted = program.token().json()["access_token"]
    rotate(forget=True)
    for token in (issued, granted):
        headers = {"authorization": f"Bearer {token}"}
        assert Client().get("/api/orders", headers=headers).status_code == 200
    assert program.token().status_code == 200


def test_invitation_that_was_not_sent_yet_goes_out_with_a_link_that_works(
    rotate: Rotate, mailoutbox: list[EmailMessage]
) -> None:
    make_packed_order(language="en")
    rotate(forget=True)
    send_all()
    text = str(mailoutbox[-1].body)
    link = next(word for word in text.split() if "/join/" in word)
    answer = visitor().post(link.removeprefix(current.BASE_URL), JOIN)
    assert answer.headers["Location"] == "/portal/"


def test_order_in_packing_goes_on_with_the_same_keys(rotate: Rotate) -> None:
    order = make_order()
    (record,) = claim([order.pk])
    before = step_key(order, "hosting")
    rotate(forget=True)
    run_steps(record)
    assert Order.objects.get().state == "packed"
    assert step_key(order, "hosting") == before


def test_wake_up_signed_with_the_old_key_is_not_needed(rotate: Rotate) -> None:
    make_order()
    rotate(forget=True)
    OrmQ.objects.all().delete()  # what the queue does with it
    run_cluster("packing")
    assert Order.objects.get().state == "packed"


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_worker_with_the_new_key_packs_orders_of_a_web_server_with_the_old_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET_KEY", NEW_KEY)
    with running_worker():
        order = make_order()
        assert wait_for(lambda: Order.objects.filter(pk=order.pk, state="packed").exists(), 30)
        again = make_order()
        assert wait_for(lambda: Order.objects.filter(pk=again.pk, state="packed").exists(), 10)


def test_without_the_old_key_sessions_are_asked_to_sign_in(rotate: Rotate) -> None:
    browser = visitor(make_user())
    rotate(forget=True)
    answer = browser.get("/portal/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/portal/")


def test_without_the_old_key_a_join_link_ends_kindly_and_a_new_one_is_to_be_had(
    rotate: Rotate, mailoutbox: list[EmailMessage]
) -> None:
    order, browser = make_packed_order(language="en"), visitor()
    send_all()
    address = join_address(order)
    rotate(forget=True)
    page = browser.get(address)
    assert page.status_code == 404
    assert "This link is incomplete." in words(page)
    assert "Back to your order" in words(page)
    browser.post(f"/register/{order.order_hash}/resend/")
    send_all()
    link = next(word for word in str(mailoutbox[-1].body).split() if "/join/" in word)
    assert browser.post(link.removeprefix(current.BASE_URL), JOIN)["Location"] == "/portal/"


def test_without_the_old_key_a_link_to_a_new_password_ends_kindly(
    rotate: Rotate, mailoutbox: list[EmailMessage]
) -> None:
    queue_password_reset(make_user().email, "en")
    link = reset_link(mailoutbox)
    rotate(forget=True)
    page = visitor().get(link, follow=True)
    assert "This link no longer works" in words(page)
    assert "Request a new link" in words(page)
