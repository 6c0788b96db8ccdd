"""Changing the plan in the portal: choose, read the quote, confirm, undo."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django import Settings

from shop.billing.contract_cancellation import cancel_contract
from shop.billing.models import Invoice, Subscription
from shop.billing.tier_change_rows import TierChange
from shop.catalogue.models import Product
from shop.notifications.emails.models import Message
from shop.tenancy.billing_profile import BillingProfile
from tests.accounts.my_data import signed_in
from tests.contract_factories import make_running_contract, make_tier_change
from tests.factories import PASSWORD, make_membership, make_subscription
from tests.pages import (
    Response,
    error_beside,
    fields,
    html,
    part,
    posts_to,
    summary,
    visitor,
    words,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscription() -> Subscription:
    return make_running_contract()


def page(subscription: Subscription, path: str = "", language: str = "en") -> Response:
    browser = visitor(subscription.client.client_admin, language)
    return browser.get(f"/portal/subscriptions/{subscription.pk}/plan/{path}")


def quoted(subscription: Subscription, product: str = "m", interval: str = "month") -> Response:
    return page(subscription, f"confirm/?product={product}&interval={interval}")


def confirm(
    subscription: Subscription, product: str = "m", interval: str = "month", **typed: str
) -> Response:
    """Read the quote and press the button; `typed` is in place of what the page has."""
    browser = signed_in(subscription.client.client_admin)
    return press(browser, subscription, product, interval, **typed)


def press(
    browser: Browser, subscription: Subscription, product: str, interval: str, **typed: str
) -> Response:
    path = f"/portal/subscriptions/{subscription.pk}/plan/confirm/"
    path += f"?product={product}&interval={interval}"
    shown = browser.get(path)
    form = fields(shown)
    posted = {name: form[name] for name in ("product", "interval", "quote_hash")}
    return browser.post(posts_to(shown, path), posted | typed, follow=True)


def day(value: date | None) -> str:
    assert value
    return date_format(value, "j F Y")


def free_contract(**fields: Any) -> Subscription:
    """A contract in the free plan."""
    subscription = make_running_contract(list_cents=0, **fields)
    free = Product.objects.get(code="Yamdu FREE")
    Subscription.objects.filter(pk=subscription.pk).update(product=free, next_period_on=None)
    return Subscription.objects.get(pk=subscription.pk)


def card(answer: Response, slug: str) -> str:
    """The words of a plan's card, from its price on."""
    return part(answer, f'<div id="plan-{slug}">', "</div>")


def as_it_is(subscription: Subscription) -> tuple[str, str, int]:
    subscription.refresh_from_db()
    return subscription.product.code, subscription.interval, subscription.list_cents


def test_plans_say_price_and_from_when_they_count(subscription: Subscription) -> None:
    following = day(subscription.next_period_on)
    answer = page(subscription)
    assert card(answer, "m").startswith("€99.00 a month, net €117.81 with VAT")
    assert card(answer, "m").endswith("From today.")
    assert card(answer, "starter").endswith(f"From {following}.")
    assert card(answer, "xl").endswith("Once we have checked it.")
    assert "S Your plan" in words(answer)
    assert 'value="s"' in html(answer)


def test_plan_that_is_too_small_leads_to_the_members(subscription: Subscription) -> None:
    assert card(page(subscription), "yamdu-free").endswith(".")
    for _ in range(4):
        make_membership(project=subscription.project)
    answer = page(subscription)
    assert card(answer, "yamdu-free").endswith("The project has 5 members; this plan allows 3.")
    to_members = f'href="/portal/projects/{subscription.project_id}/">See the members'
    assert html(answer).count(to_members) == 1


def test_plans_are_shown_by_the_month_or_by_the_year(subscription: Subscription) -> None:
    assert "by the year" not in words(page(subscription))
    Product.objects.filter(code="m").update(yearly_net_cents=99_000)
    answer = page(subscription, "?interval=year")
    assert card(answer, "m").startswith("€990.00 a year, net")
    assert "plan-l" not in html(answer)
    assert "plan-yamdu-free" in html(answer)
    assert fields(answer)["interval"] == "year"


def test_choosing_nothing_is_told_beside_the_plans(subscription: Subscription) -> None:
    browser = visitor(subscription.client.client_admin)
    answer = browser.post(f"/portal/subscriptions/{subscription.pk}/plan/", {"interval": "month"})
    assert answer.status_code == 422
    assert summary(answer) == "There is a problem Please choose a plan."
    assert error_beside(answer, "product") == "Please choose a plan."


def test_chosen_plan_is_quoted_next(subscription: Subscription) -> None:
    browser = visitor(subscription.client.client_admin)
    path = f"/portal/subscriptions/{subscription.pk}/plan/"
    answer = browser.post(path, {"interval": "month", "product": "m"})
    assert answer.headers["Location"] == f"{path}confirm/?product=m&interval=month"


def test_quote_upwards_has_both_sums_by_days_and_the_button_says_what_is_paid(
    subscription: Subscription,
) -> None:
    answer = quoted(subscription)
    end = subscription.next_period_on
    assert end
    of = (end - subscription.anchor_on).days
    left = (end - timezone.localdate()).days
    new, old = round(9900 * left / of), round(4900 * left / of)
    gross = new - old + round((new - old) * 0.19)
    said = part(answer, '<h2 id="now">', "</section>")
    last = date_format(end - timedelta(days=1), "j F Y")
    assert f"M, {left} of {of} days, until {last} €{new / 100:.2f}" in said
    assert f"Credited: S, {left} of {of} days −€{old / 100:.2f}" in said
    assert said.endswith(f"To pay €{gross / 100:.2f}")
    assert f"Change and pay · €{gross / 100:.2f}" in words(answer)
    assert f"Next regular invoice {date_format(end, 'j F Y')}: €117.81" in words(answer)
    assert "You pay it within 14 days." in words(answer)


def test_change_upwards_counts_at_once_with_an_invoice_by_days(subscription: Subscription) -> None:
    other = make_running_contract()
    answer = confirm(subscription)
    assert "Your plan is now M." in words(answer)
    assert as_it_is(subscription) == ("m", "month", 9900)
    assert as_it_is(other) == ("s", "month", 4900)
    invoice = subscription.invoices.get(whole_period=False)
    assert invoice.number in html(answer)


def test_change_downwards_is_planned_and_can_be_undone(subscription: Subscription) -> None:
    following = day(subscription.next_period_on)
    assert f"Change on {following}" in words(quoted(subscription, "Starter"))
    answer = confirm(subscription, "Starter")
    assert f"Your plan changes to Starter on {following}." in words(answer)
    assert as_it_is(subscription) == ("s", "month", 4900)
    browser = visitor(subscription.client.client_admin)
    path = f"/portal/subscriptions/{subscription.pk}/plan/undo/"
    said = words(browser.post(path, follow=True))
    assert "The change is undone: your plan stays as it is." in said
    assert TierChange.objects.get().state == "undone"
    assert "can no longer be undone" in words(browser.post(path, follow=True))


def test_change_to_a_year_says_the_yearly_price_on_its_button(subscription: Subscription) -> None:
    Product.objects.filter(code="s").update(yearly_net_cents=49_000)
    said = words(quoted(subscription, "s", "year"))
    assert "Current plan S by the month New plan S by the year" in said
    assert "Change and pay · €583.10 a year" in said
    assert "it then ends with the year you have paid for" in said


def test_plan_that_a_person_approves_is_asked_for(subscription: Subscription) -> None:
    said = words(quoted(subscription, "xl"))
    assert "Effective from the day we approve it" in said
    assert "Change and pay · €534.31 a month" in said
    answer = confirm(subscription, "xl")
    assert "We'll check your change to XL and get back to you by the next working day." in words(
        answer
    )
    assert TierChange.objects.get().state == "approval"
    assert as_it_is(subscription)[0] == "s"


def test_free_contract_pays_a_whole_period_from_today() -> None:
    said = words(quoted(free_contract()))
    assert "M, one month €99.00" in said
    assert "Change and pay · €117.81" in said
    assert "Credited" not in said


def test_private_person_sees_the_sum_above_a_button_that_says_nothing_else(
    subscription: Subscription, settings: Settings
) -> None:
    assert "Change with obligation to pay" not in words(quoted(subscription))
    profile = BillingProfile.objects.filter(client=subscription.client)
    profile.update(customer_type="private", company="", vat_id="")
    said = words(quoted(subscription))
    assert ", with VAT Change with obligation to pay Do not change" in said
    profile.update(customer_type="company", company="Isarfilm")
    settings.CUSTOMERS = "everyone"
    assert "Change with obligation to pay" in words(quoted(subscription))


def test_quote_that_is_no_longer_true_is_shown_anew_and_nothing_is_done(
    subscription: Subscription,
) -> None:
    answer = confirm(subscription, quote_hash="0" * 40)
    assert answer.status_code == 409
    assert "has changed while you were looking. Nothing was done." in words(answer)
    assert as_it_is(subscription) == ("s", "month", 4900)
    assert not TierChange.objects.exists()
    again = fields(answer)
    answer = confirm(subscription, quote_hash=again["quote_hash"])
    assert as_it_is(subscription) == ("m", "month", 9900)


def test_price_that_rises_while_one_reads_is_not_charged(subscription: Subscription) -> None:
    browser = signed_in(subscription.client.client_admin)
    path = f"/portal/subscriptions/{subscription.pk}/plan/confirm/"
    form = fields(browser.get(path, {"product": "m", "interval": "month"}))
    Product.objects.filter(code="m").update(net_cents=19_900)
    answer = browser.post(path, form)
    assert answer.status_code == 409
    assert "€199.00" in words(answer)
    assert not TierChange.objects.exists()


def test_second_of_two_windows_reads_that_it_is_done_already(subscription: Subscription) -> None:
    browser = signed_in(subscription.client.client_admin)
    path = f"/portal/subscriptions/{subscription.pk}/plan/confirm/"
    form = fields(browser.get(path, {"product": "m", "interval": "month"}))
    assert browser.post(path, form).status_code == 302
    answer = browser.post(path, form)
    assert answer.status_code == 422
    assert "Nothing would change." in words(answer)
    assert TierChange.objects.count() == 1
    assert Invoice.objects.filter(whole_period=False).count() == 1


def test_refusal_leads_to_the_page_that_mends_it() -> None:
    subscription = free_contract(billing=None)
    answer = quoted(subscription)
    assert answer.status_code == 422
    assert "The billing details are missing. Add them first." in words(answer)
    assert f'href="/portal/clients/{subscription.client_id}/billing/"' in html(answer)


def test_quote_of_nothing_known_leads_back_to_the_plans(subscription: Subscription) -> None:
    for query in ("", "?product=nothing&interval=month", "?product=m&interval=x"):
        answer = page(subscription, f"confirm/{query}")
        assert answer.headers["Location"] == f"/portal/subscriptions/{subscription.pk}/plan/"


def test_cancelled_contract_says_what_to_do_first(subscription: Subscription) -> None:
    cancel_contract(subscription, by=subscription.client.client_admin)
    browser = visitor(subscription.client.client_admin)
    answer = browser.get(f"/portal/subscriptions/{subscription.pk}/plan/", follow=True)
    assert "The contract is cancelled. Undo the cancellation first." in words(answer)
    assert "Undo cancellation" in words(answer)


def test_changing_asks_for_the_password_once_and_goes_on(subscription: Subscription) -> None:
    browser = visitor(subscription.client.client_admin)
    session = browser.session
    session["account_authentication_methods"][0]["at"] -= 10_000
    session.save()
    answer = press(browser, subscription, "m", "month")
    assert answer.redirect_chain[0][0].startswith("/account/reauthenticate/")
    assert as_it_is(subscription)[0] == "s"
    browser.post(answer.redirect_chain[0][0], {"password": PASSWORD})
    assert as_it_is(subscription)[0] == "m"


def test_each_step_of_a_change_is_mailed_to_the_client_admin(subscription: Subscription) -> None:
    Message.objects.all().delete()
    make_tier_change(make_subscription(), "Yamdu FREE")
    bystander = Message.objects.get(kind="tier_change")
    make_tier_change(subscription, "xl")
    (mail,) = Message.objects.filter(kind="tier_change").exclude(pk=bystander.pk)
    assert mail.recipient == subscription.client.client_admin.email
    assert mail.details == {"event": subscription.events.get().pk}
