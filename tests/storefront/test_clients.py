"""The checkout of a client_admin: for a client and a project that are there already."""

import pytest

from shop.orders.models import Basket, Order, State
from shop.tenancy.models import Client, Membership, Project
from tests.factories import make_client, make_project, make_user, pack_all
from tests.pages import at_checkout, error_beside, fields, html, sign_in, words
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


def test_name_that_was_typed_is_dropped_where_a_client_is_chosen() -> None:
    client = make_client()
    browser, form = at_checkout(user=client.client_admin)
    both = {**form, "client_id": str(client.pk), "client_name": "New", "project_name": "Dreh"}
    assert browser.post("/checkout/", both).status_code == 302
    assert (placed().client_id, placed().client_name) == (client.pk, None)


def test_project_that_is_chosen_decides_about_the_client() -> None:
    admin = make_client().client_admin
    project = make_project("s", client=make_client(client_admin=admin))
    other = make_client(client_admin=admin)
    browser, form = at_checkout(user=admin)
    chosen = {
        **form,
        "client_id": str(other.pk),
        "client_name": "New",
        "project_id": str(project.pk),
        "project_name": "Dreh",
        "user_email": "new@example.com",
    }
    page = browser.post("/checkout/", chosen)  # the price shown was that of a new project
    agreed = {**chosen, "quote_hash": fields(page)["quote_hash"]}
    assert browser.post("/checkout/", agreed).status_code == 302
    order = placed()
    assert (order.client_id, order.client_name) == (project.client_id, None)
    assert (order.project_id, order.project_name) == (project.pk, None)


def test_neither_client_nor_name_is_told() -> None:
    client = make_client()
    browser, form = at_checkout(user=client.client_admin)
    page = browser.post("/checkout/", {**form, "client_id": "", "project_name": "Dreh"})
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


def test_newest_of_several_clients_is_chosen() -> None:
    admin = make_client(name="Beta Film").client_admin
    newest = make_client(name="Alpha Film", client_admin=admin)
    make_client()  # of somebody else
    browser, _form = at_checkout(user=admin)
    assert selected_client(browser.get("/checkout/")) == str(newest.pk)


def test_client_whose_name_was_typed_before_signing_in_is_chosen() -> None:
    admin = make_client(name="Beta Film").client_admin
    make_client(name="Alpha Film", client_admin=admin)
    browser, form = at_checkout()
    del form["place"]
    typed = {**form, "client_name": "beta film", "apply": "account_login"}
    assert browser.post("/checkout/", typed).headers["Location"].startswith("/account/login/")
    sign_in(browser, admin)
    page = browser.get("/checkout/")
    beta = admin.administered_clients.get(name="Beta Film")
    assert (selected_client(page), fields(page)["client_name"]) == (str(beta.pk), "")


def test_more_clients_than_six_are_offered_in_a_list() -> None:
    admin = make_client().client_admin
    for number in range(5):
        make_client(name=f"Film {number}", client_admin=admin)
    browser, _form = at_checkout(user=admin)
    assert html(browser.get("/checkout/")).count('type="radio" name="client_id"') == 7
    make_client(name="Film 6", client_admin=admin)
    page = html(browser.get("/checkout/"))
    assert 'type="radio" name="client_id"' not in page
    assert '<select name="client_id"' in page
