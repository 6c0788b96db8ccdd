"""The billing page: who is billed, what it costs, and what is wrong with what was typed."""

from datetime import date, timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from shop.billing.models import Subscription
from shop.billing.periods import add_months
from shop.billing.price_changes import raise_price, undo_price_change
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Client
from shop.tenancy.vat_id_check import VatIdCheck
from tests.accounts.my_data import signed_in
from tests.factories import (
    BILLING,
    PASSWORD,
    make_client,
    make_membership,
    make_profile,
    make_project,
    make_seller,
    make_staff,
    make_subscription,
)
from tests.pages import Response, error_beside, fields, html, sign_in, summary, visitor, words

pytestmark = pytest.mark.django_db

TYPED = {f"billing_{name}": value for name, value in BILLING.items() if name != "customer_type"}


@pytest.fixture(autouse=True)
def seller() -> None:
    make_seller()


def page_of(client: Client, language: str = "en") -> Response:
    return visitor(client.client_admin, language).get(f"/portal/clients/{client.pk}/billing/")


def save(client: Client, **typed: str) -> Response:
    return save_in(signed_in(client.client_admin), client, **typed)


def save_in(browser: Browser, client: Client, **typed: str) -> Response:
    path = f"/portal/clients/{client.pk}/billing/"
    return browser.post(path, {**TYPED, **typed}, follow=True)


def test_billing_details_are_saved_and_shown() -> None:
    client, bystander = make_client(), make_client()
    make_profile(bystander, company="Bystander AG")
    page = words(page_of(client))
    assert "We do not know yet whom to bill." in page
    page = words(save(client))
    assert "Saved. These details apply from your next invoice on." in page
    address = "Katharina Huber Baaderstraße 12 Rückgebäude 80469 München Germany"
    assert f"{BILLING['company']} {address}" in page
    saved = BillingProfile.objects.values(*BILLING).get(client=client)
    assert saved == BILLING
    assert BillingProfile.objects.get(client=bystander).company == "Bystander AG"


def test_form_is_filled_with_what_is_known() -> None:
    client = make_client(name="Kranfilm")
    assert fields(page_of(client))["billing_company"] == "Kranfilm"
    assert '<option value="DE" selected>Germany</option>' in html(page_of(client))
    make_profile(client, country="AT", city="Wien")
    page = page_of(client, "de")
    assert fields(page)["billing_city"] == "Wien"
    assert '<option value="AT" selected>Österreich</option>' in html(page)


def test_fields_say_to_browsers_what_they_ask_for() -> None:
    page = html(page_of(make_client()))
    for token in (
        "organization", "address-line1", "postal-code", "address-level2", "country", "email",
    ):  # fmt: skip
        assert f'autocomplete="{token}"' in page


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost() -> None:
    client = make_client()
    typed = {"billing_street": "", "billing_vat_id": "DE111111111", "billing_email": "nobody"}
    page = save(client, **typed)
    assert page.status_code == 422
    assert error_beside(page, "billing_street") == "Please enter the street and house number."
    assert "VAT ID" in error_beside(page, "billing_vat_id")
    assert "name@example.com" in error_beside(page, "billing_email")
    assert "Please enter the street and house number." in summary(page)
    kept = fields(page)
    assert kept["billing_company"] == BILLING["company"]
    assert (kept["billing_vat_id"], kept["billing_email"]) == ("DE111111111", "nobody")
    assert not BillingProfile.objects.exists()


def test_saving_asks_for_the_password_once_more_and_keeps_what_was_typed() -> None:
    client, browser = make_client(), visitor()
    sign_in(browser, client.client_admin, seconds_ago=3600)
    assert browser.get(f"/portal/clients/{client.pk}/billing/").status_code == 200
    page = save_in(browser, client)
    assert page.redirect_chain[0][0].startswith("/account/reauthenticate/")
    assert not BillingProfile.objects.exists()
    path = page.redirect_chain[0][0]
    browser.post(path, {"password": PASSWORD})
    assert BillingProfile.objects.get(client=client).city == "München"


def test_members_and_other_admins_see_none_of_it() -> None:
    project = make_project()
    path = f"/portal/clients/{project.client.pk}/"
    member = make_membership(project=project, role="admin").user
    for page in ("billing/", "invoices/"):
        assert visitor(project.client.client_admin).get(path + page).status_code == 200
        for user in (member, make_client().client_admin):
            assert visitor(user).get(path + page).status_code == 404


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("confirmed", "confirmed by the EU’s register (VIES) on 20 November 2026."),
        ("waiting", "being checked with the EU’s register (VIES)."),
        ("unknown", "not known to the EU’s register (VIES), so VAT is charged."),
        (None, "not checked, as it makes no difference to your VAT."),
    ],
)
def test_state_of_the_vat_id_is_said_in_words(state: str | None, said: str) -> None:
    client = make_client()
    vat_id = "ATU12345675" if state else "DE136695976"
    make_profile(client, country=vat_id[:2], vat_id=vat_id)
    VatIdCheck.objects.create(vat_id="ATU99999999", state="waiting")
    if state:
        answered = None if state == "waiting" else date(2026, 11, 20)
        VatIdCheck.objects.create(vat_id="ATU12345675", state=state, answered_on=answered)
    assert f"VAT ID {vat_id}: {said}" in words(page_of(client))


def test_costs_say_price_next_invoice_and_when_it_is_due() -> None:
    day = timezone.localdate() + timedelta(days=10)
    client = make_client()
    subscription = make_subscription(client, list_cents=4900, next_period_on=day)
    make_subscription(list_cents=99900)
    page = words(page_of(client, "de"))
    assert "49,00 € im Monat, netto" in page
    assert "58,31 €" in page
    assert "999,00" not in page
    subscription.ends_on = day
    subscription.save()
    assert "Ends" in words(page_of(client))


def test_confirmed_company_abroad_pays_no_vat() -> None:
    client = make_client()
    make_subscription(client, billing={**BILLING, "country": "AT", "vat_id": "ATU12345675"})
    assert "€58.80" in words(page_of(client))
    VatIdCheck.objects.create(
        vat_id="ATU12345675", state="confirmed", answered_on=timezone.localdate()
    )
    page = words(page_of(client))
    assert "€58.80" not in page
    assert "0% · reverse charge" in page


def test_discount_ends_when_it_was_agreed_to_end() -> None:
    client = make_client()
    day = timezone.localdate() + timedelta(days=10)
    first, later = add_months(day, -3), add_months(day, 1)
    make_subscription(
        client, list_cents=4900, discount_cents=900, anchor_on=first, next_period_on=day
    )
    Subscription.objects.update(discount_ends_on=day)
    assert "€58.31" in words(page_of(client))
    Subscription.objects.update(discount_ends_on=later)
    page = words(page_of(client))
    assert "€47.60" in page
    with override("en"):
        last = date_format(later - timedelta(days=1), "DATE_FORMAT")
    assert f"€9.00 off until {last}, then €49.00" in page


def test_higher_price_that_was_announced_is_shown() -> None:
    client = make_client()
    subscription = make_subscription(client)
    change = raise_price(subscription, 5900, make_staff())
    with override("en"):
        shown = f"Price from {date_format(change.from_on, 'DATE_FORMAT')} €59.00"
    assert shown in words(page_of(client))
    assert undo_price_change(change, make_staff())
    assert "€59.00" not in words(page_of(client))
