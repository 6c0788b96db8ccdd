"""A client_admin's pages about their client: projects, orders, adding a project, handing over."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.catalogue.models import Product
from shop.orders.models import Order, State
from shop.orders.open_orders import Owner, find_open
from shop.orders.placing import Caller
from shop.tenancy.models import Client, Membership
from tests.factories import (
    make_client,
    make_membership,
    make_order,
    make_project,
    make_user,
    pack_all,
)
from tests.pages import (
    at_checkout,
    checkout_form,
    error_beside,
    fields,
    html,
    summary,
    visitor,
    words,
)

pytestmark = pytest.mark.django_db


def order_for(client: Client, **members: Any) -> Order:
    admin = client.client_admin
    details = {"client_id": client.pk, "client_name": None, **members}
    return make_order(caller=Caller(user=admin), client_admin=admin, **details)


def test_client_shows_its_projects_with_tier_and_places() -> None:
    client = make_client(name="Kranfilm")
    project = make_project("m", client=client, name="Nachtdreh")
    make_membership(project=project)
    make_membership(project=project, joined_at=None)
    make_project(name="Foreign")
    page = words(visitor(client.client_admin).get(f"/portal/clients/{client.pk}/"))
    assert "Kranfilm" in page
    assert f"Nachtdreh M 2 of {project.product.members}" in page
    assert "Foreign" not in page


def test_orders_show_what_was_ordered_for_the_client_the_newest_first() -> None:
    client = make_client()
    order_for(client, project_name="Erster", user_email="a@example.com")
    order_for(client, project_name="Zweiter", user_email="b@example.com")
    make_order(project_name="Fremder")
    response = visitor(client.client_admin).get(f"/portal/clients/{client.pk}/orders/")
    page = words(response)
    assert page.index("Zweiter") < page.index("Erster")
    assert "received Erster a@example.com S €58.31" in page
    assert "Fremder" not in page
    for order in Order.objects.filter(client_id=client.pk):
        assert f'href="/register/{order.order_hash}/"' in html(response)


def test_orders_show_the_one_that_made_the_client() -> None:
    client = make_client()
    order = make_order(project_name="Der erste")
    Order.objects.filter(pk=order.pk).update(delivered_client=client, state=State.PACKED)
    page = words(visitor(client.client_admin).get(f"/portal/clients/{client.pk}/orders/"))
    assert "done Der erste" in page


def test_client_without_orders_says_so() -> None:
    client = make_client()
    page = words(visitor(client.client_admin).get(f"/portal/clients/{client.pk}/orders/"))
    assert "No orders yet." in page


@pytest.mark.parametrize("what", ["", "orders/", "hand-over/"])
def test_lists_take_as_many_queries_for_three_as_for_one(what: str) -> None:
    client = make_client()
    browser, counts = visitor(client.client_admin), []
    for number in (1, 2):
        for _ in range(number):
            make_membership(project=make_project(client=client))
            order_for(client)
            pack_all()
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"/portal/clients/{client.pk}/{what}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= (14 if not what else 7)


def test_order_that_adds_a_member_is_shown_with_its_project_before_it_is_packed() -> None:
    project = make_project(name="Nachtdreh")
    client = project.client
    order_for(client, project_id=project.pk, project_name=None)
    page = words(visitor(client.client_admin).get(f"/portal/clients/{client.pk}/orders/"))
    assert "received Nachtdreh nicecustomer@gmx.com S €0.00" in page


def test_long_lists_come_in_parts() -> None:
    client = make_client()
    for number in range(21):
        make_project(client=client, name=f"Dreh {number:02}")
    browser = visitor(client.client_admin)
    first = browser.get(f"/portal/clients/{client.pk}/?lang=en")
    assert "Dreh 19" in words(first)
    assert "Dreh 20" not in words(first)
    assert "Page 1 of 2 More" in words(first)
    second = words(browser.get(f"/portal/clients/{client.pk}/?page=2"))
    assert "Dreh 20" in second
    assert "Back Page 2 of 2" in second


def test_added_project_comes_to_the_checkout_with_client_and_name() -> None:
    client = make_client()
    browser = visitor(client.client_admin)
    answer = browser.post(
        f"/portal/clients/{client.pk}/add-project/", {"project_name": "Neu", "product": "m"}
    )
    assert answer.headers["Location"] == "/checkout/"
    assert not Order.objects.exclude(state=State.NEW).exists()
    page = browser.get("/checkout/")
    assert "Plan M" in words(page)
    assert fields(page)["client_id"] == str(client.pk)
    form = {**checkout_form(page, "m"), "client_id": str(client.pk), "place": "1"}
    browser.post("/checkout/", form)
    order = Order.objects.get()
    assert (order.state, order.client_id, order.project_name) == (State.PENDING, client.pk, "Neu")
    assert order.token_user == order.placed_by == client.client_admin
    assert order.basket.terms is not None


def test_added_project_takes_the_place_of_what_was_begun() -> None:
    client = make_client()
    browser, _form = at_checkout("s", client.client_admin)
    browser.post(
        f"/portal/clients/{client.pk}/add-project/", {"project_name": "Neu", "product": "l"}
    )
    order = find_open(Owner(user=client.client_admin))
    assert order
    assert order.product.code == "l"
    assert Order.objects.count() == 1


def test_project_without_a_name_is_asked_for_again() -> None:
    client = make_client()
    page = visitor(client.client_admin).post(
        f"/portal/clients/{client.pk}/add-project/", {"project_name": "", "product": "m"}
    )
    assert page.status_code == 422
    assert "Please give your project a name." in summary(page)
    assert '<option value="m" selected>' in html(page)


def test_project_of_a_retired_tier_is_refused() -> None:
    client = make_client()
    Product.objects.filter(code="m").update(listed=False)
    page = visitor(client.client_admin).post(
        f"/portal/clients/{client.pk}/add-project/", {"project_name": "Neu", "product": "m"}
    )
    assert page.status_code == 422
    assert "This plan can no longer be ordered." in error_beside(page, "product")
    assert not Order.objects.exists()


def test_names_do_not_turn_what_handing_over_says() -> None:
    membership = make_membership(
        project=make_project(client=make_client(name="\u202eFilm")),
        user=make_user(first_name="\u202eMia", last_name="Muster"),
    )
    client = membership.project.client
    path = f"/portal/clients/{client.pk}/hand-over/{membership.user_id}/"
    page = words(visitor(client.client_admin).post(path, follow=True))
    assert "Mia Muster administers Film now." in page


def test_handing_over_says_what_it_means_and_then_does_it() -> None:
    membership = make_membership()
    client = membership.project.client
    browser = visitor(client.client_admin)
    chosen = browser.get(f"/portal/clients/{client.pk}/hand-over/")
    address = f"/portal/clients/{client.pk}/hand-over/{membership.user_id}/"
    assert f'href="{address}"' in html(chosen)
    assert "You can’t undo this yourself." in words(browser.get(address))
    page = words(browser.post(address, follow=True))
    assert "Mia Muster administers Beispielfilm GmbH now." in page
    assert "Your company" not in page
    assert browser.get(f"/portal/clients/{client.pk}/").status_code == 404
    assert "Your company: Beispielfilm GmbH" in words(visitor(membership.user).get("/portal/"))


def test_who_was_removed_meanwhile_is_not_handed_over_to() -> None:
    membership = make_membership()
    client = membership.project.client
    browser = visitor(client.client_admin)
    Membership.objects.all().delete()
    address = f"/portal/clients/{client.pk}/hand-over/{membership.user_id}/"
    page = words(browser.post(address, follow=True))
    assert "Something has changed meanwhile" in page
    assert "Nobody else has joined yet." in page
    client.refresh_from_db()
    assert client.client_admin != membership.user


def test_nobody_is_told_who_exists_elsewhere() -> None:
    client, stranger = make_client(), make_user()
    browser = visitor(client.client_admin)
    pages = [f"/portal/clients/{client.pk}/hand-over/{number}/" for number in (stranger.pk, 999999)]
    assert [browser.get(page).status_code for page in pages] == [404, 404]
    assert [browser.post(page).headers["Location"] for page in pages] == [
        f"/portal/clients/{client.pk}/hand-over/"
    ] * 2
    client.refresh_from_db()
    assert client.client_admin != stranger
