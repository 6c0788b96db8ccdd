"""The mailed link that proves a cancellation or a withdrawal (contract, "Cancelling")."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django import Settings

from shop.billing.contract_cancellation import end_if_cancelled
from shop.billing.declaration_rows import DeclarationCase
from shop.billing.declarations import dismiss, proof_token
from shop.billing.models import Subscription
from tests.contract_factories import make_declaration
from tests.factories import make_order, make_packed_order, make_staff, make_subscription
from tests.notifications.sent import send_all
from tests.pages import Response, html, visitor, words
from tests.storefront.test_withdraw import BILLING

pytestmark = pytest.mark.django_db


def link_of(case: DeclarationCase) -> str:
    return f"/declarations/prove/{proof_token(case)}/"


def prove(case: DeclarationCase) -> Response:
    """Open the link, and press the button; the page that comes."""
    browser = visitor()
    assert "button--primary" in html(browser.get(link_of(case)))
    return browser.post(link_of(case), follow=True)


def end_of(subscription: Subscription) -> str:
    return date_format(end_if_cancelled(subscription), "DATE_FORMAT")


def test_page_shows_what_was_declared_and_the_computed_end() -> None:
    subscription = make_subscription()
    page = visitor().get(link_of(make_declaration(subscription.order)))
    text = words(page)
    for told in ("Confirm the cancellation of your contract", "Nina Nagel"):
        assert told in text
    assert f"Order number {subscription.order.order_number} Plan S" in text
    assert f"The contract ends on {end_of(subscription)}, which is its last day." in text
    assert "Not you?" in text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.headers["Cache-Control"]
    subscription.refresh_from_db()
    assert subscription.cancelled_at is None  # looking changes nothing


def test_link_has_the_cancellation_take_effect_from_when_it_was_declared() -> None:
    subscription, bystander = make_subscription(), make_subscription()
    case = make_declaration(subscription.order)
    ends_on = end_if_cancelled(subscription)
    page = prove(case)
    assert "The cancellation is confirmed." in words(page)
    assert f"The contract ends on {date_format(ends_on, 'DATE_FORMAT')}" in words(page)
    subscription.refresh_from_db()
    assert (subscription.cancelled_at, subscription.ends_on) == (
        case.declaration.received_at,
        ends_on,
    )
    bystander.refresh_from_db()
    assert (bystander.cancelled_at, bystander.ends_on) == (None, None)


def test_page_after_the_link_can_be_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    case = make_declaration(make_subscription().order)
    answer = visitor().post(link_of(case))
    address = answer.headers["Location"]
    assert words(visitor().get(address)) == words(visitor().get(address))
    assert visitor().get(f"{address[:-2]}/").status_code == 404
    later = timezone.now() + timedelta(days=1, minutes=5)
    monkeypatch.setattr("time.time", later.timestamp)
    assert visitor().get(address).status_code == 404


def test_link_works_once_and_says_so_afterwards() -> None:
    case = make_declaration(make_subscription().order)
    prove(case)
    for again in (visitor().get(link_of(case)), visitor().post(link_of(case))):
        assert again.status_code == 410
        assert "This link no longer works." in words(again)
        assert "Nina Nagel" not in words(again)


@pytest.mark.parametrize("token", ["1-1~x", "x", "1-1"])
def test_link_that_nobody_mailed_is_explained(token: str) -> None:
    assert visitor().get(f"/declarations/prove/{token}/").status_code == 410


def test_link_ends_where_staff_have_dismissed_the_declaration() -> None:
    subscription = make_subscription()
    case = make_declaration(subscription.order)
    assert visitor().get(link_of(case)).status_code == 200
    link = link_of(case)
    dismiss(case, make_staff(), "Ein Scherz.")
    assert visitor().post(link).status_code == 410
    subscription.refresh_from_db()
    assert subscription.cancelled_at is None


def test_cancellation_for_cause_says_that_it_counts_as_ordinary_meanwhile() -> None:
    subscription = make_subscription()
    case = make_declaration(subscription.order, for_cause=True, reason="It was away.")
    text = words(visitor().get(link_of(case)))
    assert "It was away." in text
    assert f"The contract ends on {end_of(subscription)}" in text
    assert "We'll look into the cause" in text


def test_link_cancels_an_order_that_is_not_set_up_yet() -> None:
    order = make_order()
    case = make_declaration(order)
    assert "The order is cancelled. It was not set up yet" in words(visitor().get(link_of(case)))
    assert "The cancellation is confirmed." in words(prove(case))
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_link_withdraws_and_the_mail_says_what_is_paid_back(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.CUSTOMERS = "everyone"
    order = make_packed_order(
        billing=BILLING, user_email="camille@example.com", client_name="C", language="en"
    )
    case = make_declaration(order, kind="withdrawal", email="camille@example.com")
    assert "Confirm withdrawal" in words(visitor().get(link_of(case)))
    page = prove(case)
    assert "The withdrawal is confirmed. The contract ends at once." in words(page)
    subscription = Subscription.objects.get(order=order)
    assert (subscription.withdrawn_at, bool(subscription.ended_at)) == (
        case.declaration.received_at,
        True,
    )
    send_all()
    (mail,) = [each for each in mailoutbox if each.subject == "Your withdrawal has taken effect"]
    assert mail.to == ["camille@example.com"]
    assert "You owe nothing for it." in str(mail.body)
