"""The checkout of a client_admin: for a client and a project that are there already."""

import pytest

from shop.orders.models import Basket, Order, State
from shop.tenancy.models import Client, Membership, Project
from tests.factories import make_client, make_project, make_user, pack_all
from tests.pages import at_checkout, error_beside, fields, html, words
from tests.storefront.checkout import selected_client

pytestmark = pytest.mark.django_db


def placed() -> Order:
    return Order.objects.exclude(state=State.NEW).get()


def test_client_admin_orders_a_project_for_an_existing_client() -> None:
    client = make_client(name="Beispielfilm GmbH")
    admin = client.client_admin
    browser, form = at_checkout(user=admin)
    chosen = {**form, "client_id": str(client.pk), "project_name": "Der zweite Dreh"}
    assert browser.post("/checkout/", chosen).status_code == 302
    order = placed()
    assert (order.client_id, order.client_name, order.token_user) == (client.pk, None, admin)
    assert (order.token, order.token_last4) == (None, "")
    pack_all()
    order.refresh_from_db()
    assert order.state == "packed"
    assert (Client.objects.count(), order.delivered_client) == (1, client)
    assert Project.objects.get(name="Der zweite Dreh").client == client


def test_client_admin_adds_a_member_to_a_project_free_of_charge() -> None:
    project = make_project("s")
    admin = project.client.client_admin
    browser, form = at_checkout(user=admin)
    chosen = {
        **form,
        "client_id": str(project.client.pk),
        "project_id": str(project.pk),
        "user_email": "new@example.com",
    }
    # The price shown was that of a new project.
    page = browser.post("/checkout/", chosen)
    assert page.status_code == 409
    assert "Place order · free of charge" in words(page)
    agreed = {**chosen, "quote_hash": fields(page)["quote_hash"]}
    assert browser.post("/checkout/", agreed).status_code == 302
    pack_all()
    order = placed()
    assert (order.state, order.net_cents, order.delivered_project) == ("packed", 0, project)
    assert Membership.objects.get(project=project, user__email="new@example.com")


def test_only_own_clients_and_projects_of_the_tier_are_offered() -> None:
    project = make_project("s", name="Mine")
    make_project("m", name="Of another tier", client=project.client)
    make_project("s", name="Of somebody else")
    browser, _form = at_checkout(user=project.client.client_admin)
    page = html(browser.get("/checkout/"))
    assert "Mine" in page
    assert "Of another tier" not in page
    assert "Of somebody else" not in page


def test_who_administers_nothing_is_offered_nothing() -> None:
    browser, form = at_checkout(user=make_user())
    assert "client_id" not in html(browser.get("/checkout/"))
    client = make_client()
    answer = browser.post("/checkout/", {**form, "client_id": str(client.pk)})
    assert answer.status_code == 422


def test_client_of_somebody_else_is_refused() -> None:
    admin = make_client().client_admin
    other = make_client()
    browser, form = at_checkout(user=admin)
    page = browser.post("/checkout/", {**form, "client_id": str(other.pk), "project_name": "Dreh"})
    assert page.status_code == 422
    assert error_beside(page, "client_id")


def test_client_chosen_and_named_is_told_kindly() -> None:
    client = make_client()
    browser, form = at_checkout(user=client.client_admin)
    both = {**form, "client_id": str(client.pk), "client_name": "New", "project_name": "Dreh"}
    page = browser.post("/checkout/", both)
    assert page.status_code == 422
    assert error_beside(page, "client_name") == "Choose a company or name a new one, not both."


def test_neither_client_nor_name_is_told() -> None:
    client = make_client()
    browser, form = at_checkout(user=client.client_admin)
    page = browser.post("/checkout/", {**form, "project_name": "Dreh"})
    assert page.status_code == 422
    assert error_beside(page, "client_name") == "Please enter the name of your company."


def test_client_handed_over_before_packing_is_not_added_to() -> None:
    client = make_client()
    browser, form = at_checkout(user=client.client_admin)
    browser.post("/checkout/", {**form, "client_id": str(client.pk), "project_name": "Dreh"})
    Client.objects.filter(pk=client.pk).update(client_admin=make_user())
    pack_all()
    assert (placed().state, placed().fault) == ("has_packing_errors", "not_client_admin")


def test_own_client_is_chosen_until_another_is_named() -> None:
    client = make_client()
    browser, form = at_checkout(user=client.client_admin)
    assert selected_client(browser.get("/checkout/")) == str(client.pk)
    assert Basket.objects.get().document == {"product": "s"}  # looking changes nothing
    named = {**form, "client_id": "", "client_name": "Zweitfilm", "apply": "1"}
    named.pop("place", None)
    browser.post("/checkout/", named)
    page = browser.get("/checkout/")
    assert (selected_client(page), fields(page)["client_name"]) == ("", "Zweitfilm")


def test_none_of_several_clients_is_chosen() -> None:
    admin = make_client().client_admin
    make_client(client_admin=admin)
    browser, _form = at_checkout(user=admin)
    assert selected_client(browser.get("/checkout/")) == ""
