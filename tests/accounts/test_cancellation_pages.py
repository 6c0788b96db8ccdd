"""Cancelling a contract in the portal, and undoing that."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.test import Client as Browser
from django.utils import timezone
from django.utils.formats import date_format

from shop.billing.contract_cancellation import end_if_cancelled, take_back
from shop.billing.contract_end import end_now
from shop.billing.models import Subscription
from shop.billing.periods import add_months
from shop.notifications.emails.models import Message
from tests.accounts.my_data import signed_in
from tests.contract_factories import make_running_contract, make_tier_change
from tests.factories import PASSWORD, make_staff
from tests.notifications.sent import send_all
from tests.pages import Response, error_beside, fields, posts_to, visitor, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscription() -> Subscription:
    return make_running_contract()


def path_of(subscription: Subscription) -> str:
    return f"/portal/subscriptions/{subscription.pk}/cancel/"


def press(browser: Browser, subscription: Subscription, query: str = "", **typed: str) -> Response:
    """Read the page and press its button; `typed` is in place of what the page has."""
    path = path_of(subscription) + query
    shown = browser.get(path)
    form = fields(shown)
    posted = {"ends_on": form["ends_on"], "wished": form["wished"]}
    return browser.post(posts_to(shown, path), posted | typed, follow=True)


def day(value: object) -> str:
    return date_format(value, "j F Y")  # type: ignore[arg-type]


def test_page_says_the_last_day_and_what_happens_then(subscription: Subscription) -> None:
    ends_on = end_if_cancelled(subscription)
    said = words(visitor(subscription.client.client_admin).get(path_of(subscription)))
    assert f"Last day of the contract {day(ends_on)}" in said
    export = day(ends_on + timedelta(days=30))
    assert f"You can still download its data until {export}; then it is deleted." in said
    assert f"Cancel · ends on {day(ends_on)}" in said
    subscription.refresh_from_db()
    assert subscription.state == "active"


def test_contract_is_cancelled_and_the_client_admin_is_mailed(subscription: Subscription) -> None:
    other = make_running_contract()
    admin = subscription.client.client_admin
    answer = press(signed_in(admin), subscription)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.cancelled_by) == ("cancelled", admin)
    last = f"The contract is cancelled. It ends on {day(subscription.ends_on)}."
    assert f"{last} We'll confirm this by e-mail." in words(answer)
    (mail,) = Message.objects.filter(kind="cancellation")
    assert (mail.recipient, mail.order_id) == (admin.email, subscription.order_id)
    other.refresh_from_db()
    assert other.state == "active"


def test_later_end_is_shown_before_it_counts(subscription: Subscription) -> None:
    wished = timezone.localdate() + timedelta(days=100)
    ends_on = end_if_cancelled(subscription, wished=wished)
    assert ends_on > end_if_cancelled(subscription)
    browser, query = signed_in(subscription.client.client_admin), f"?wished={wished.isoformat()}"
    assert f"Last day of the contract {day(ends_on)}" in words(
        browser.get(path_of(subscription) + query)
    )
    press(browser, subscription, query)
    subscription.refresh_from_db()
    assert subscription.ends_on == ends_on


def test_impossible_day_is_refused_beside_its_field(subscription: Subscription) -> None:
    browser = visitor(subscription.client.client_admin)
    earliest = day(end_if_cancelled(subscription))
    for typed, error in {
        "2020-01-01": f"The earliest day is {earliest}.",
        "soon": "Please enter a date such as 2027-12-31.",
        "2999-01-01": "Please choose a day within the next ten years.",
    }.items():
        answer = browser.get(f"{path_of(subscription)}?wished={typed}")
        assert answer.status_code == 422
        assert error_beside(answer, "wished") == error
        assert f"Last day of the contract {earliest}" in words(answer)


def test_end_that_has_changed_meanwhile_is_shown_anew(subscription: Subscription) -> None:
    answer = press(signed_in(subscription.client.client_admin), subscription, ends_on="2020-01-01")
    assert answer.status_code == 409
    assert "The last day has changed. Please check it again." in words(answer)
    subscription.refresh_from_db()
    assert subscription.cancelled_at is None


def test_planned_change_is_undone_with_the_cancellation(subscription: Subscription) -> None:
    browser = signed_in(subscription.client.client_admin)
    assert "The change to Starter is undone." not in words(browser.get(path_of(subscription)))
    change = make_tier_change(subscription, "Starter")
    assert "The change to Starter is undone." in words(browser.get(path_of(subscription)))
    Message.objects.all().delete()
    press(browser, subscription)
    change.refresh_from_db()
    assert change.state == "undone"
    assert [mail.kind for mail in Message.objects.all()] == ["cancellation"]


def test_cancelling_twice_leads_to_the_contract(subscription: Subscription) -> None:
    browser = signed_in(subscription.client.client_admin)
    press(browser, subscription)
    answer = browser.get(path_of(subscription))
    assert answer.headers["Location"] == f"/portal/subscriptions/{subscription.pk}/"
    assert browser.post(path_of(subscription)).status_code == 302
    assert subscription.events.count() == 1


def test_cancellation_is_undone_until_the_last_day(subscription: Subscription) -> None:
    browser = signed_in(subscription.client.client_admin)
    press(browser, subscription)
    Subscription.objects.update(ends_on=timezone.localdate())
    answer = browser.post(f"{path_of(subscription)}undo/", follow=True)
    assert "The cancellation is undone. The contract goes on." in words(answer)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.ends_on) == ("active", None)
    assert Message.objects.filter(kind="cancellation").count() == 2


def test_cancellation_cannot_be_undone_after_the_last_day(subscription: Subscription) -> None:
    browser = signed_in(subscription.client.client_admin)
    press(browser, subscription)
    Subscription.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    answer = browser.post(f"{path_of(subscription)}undo/", follow=True)
    assert "The cancellation can no longer be undone." in words(answer)
    subscription.refresh_from_db()
    assert subscription.state == "cancelled"


def test_cancelling_asks_for_the_password_once_and_goes_on(subscription: Subscription) -> None:
    browser = visitor(subscription.client.client_admin)
    session = browser.session
    session["account_authentication_methods"][0]["at"] -= 10_000
    session.save()
    wished = end_if_cancelled(subscription).isoformat()
    answer = press(browser, subscription, f"?wished={wished}")
    assert answer.redirect_chain[0][0].startswith("/account/reauthenticate/")
    subscription.refresh_from_db()
    assert subscription.state == "active"
    browser.post(answer.redirect_chain[0][0], {"password": PASSWORD})
    subscription.refresh_from_db()
    assert subscription.state == "cancelled"


def test_free_contract_ends_today(subscription: Subscription) -> None:
    Subscription.objects.update(list_cents=0, next_period_on=None)
    said = words(visitor(subscription.client.client_admin).get(path_of(subscription)))
    assert f"Last day of the contract {day(timezone.localdate())}" in said
    assert "refund" not in said


def test_yearly_contract_ends_with_the_paid_year(subscription: Subscription) -> None:
    Subscription.objects.update(
        interval="year", next_period_on=add_months(subscription.anchor_on, 12)
    )
    said = words(visitor(subscription.client.client_admin).get(path_of(subscription)))
    last = add_months(subscription.anchor_on, 12) - timedelta(days=1)
    assert f"Last day of the contract {day(last)}" in said
    assert "If you have paid beyond it, we'll refund the rest." in said


def test_client_cannot_undo_that_staff_have_ended_it(mailoutbox: list[EmailMessage]) -> None:
    subscription = make_running_contract()
    admin = subscription.client.client_admin
    assert end_now(subscription, make_staff(), "Not paid for months.")
    browser = signed_in(admin)
    path = f"/portal/subscriptions/{subscription.pk}/"
    page = words(browser.get(path))
    assert "This contract is cancelled. It ends on" in page
    assert "Undo cancellation" not in page
    browser.post(f"{path}cancel/undo/")
    subscription.refresh_from_db()
    assert subscription.cancelled_at
    send_all()
    (mail,) = [each for each in mailoutbox if "contract ends on" in each.subject]
    assert "Its last day is" in mail.body
    assert "undo" not in mail.body
    staff = make_staff()
    assert take_back(subscription, staff)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.ended_by) == ("active", None)
