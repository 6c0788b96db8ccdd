"""Requests of clients: to appoint somebody in their place, and wishes to be deleted."""

import pytest
from django.test import Client as Browser
from pytest_django import DjangoAssertNumQueries

from shop.billing.models import Subscription
from shop.orders.assignment import appoint_client_admin
from shop.packing.models import ContractRun
from shop.tenancy.appointment_requests import ask_to_appoint
from shop.tenancy.departure_rows import AppointmentRequest, DeletionWish
from shop.tenancy.models import Client
from tests.backoffice.test_tier_change_pages import waiting_change
from tests.contract_factories import make_declaration, make_run
from tests.factories import make_client, make_packed_order, make_staff, make_subscription, make_user
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db

LIST = "/staff/requests/"


def agent() -> Browser:
    return visitor(make_staff("agent"))


def asked(client: Client, note: str = "Ich verlasse die Firma.") -> AppointmentRequest:
    assert ask_to_appoint(client, client.client_admin, note)
    return AppointmentRequest.objects.get(client=client)


def test_requests_are_listed_the_oldest_first_with_who_asks_and_why() -> None:
    first, second = asked(make_client(name="Isarfilm")), asked(make_client())
    page = visitor(make_staff("viewer")).get(LIST)
    assert [each.pk for each in page.context["requests"]] == [first.pk, second.pk]
    text = words(page)
    assert "Isarfilm" in text
    assert first.asked_by.email in text
    assert "Ich verlasse die Firma." in text
    assert "/done/" not in html(page)


def test_admin_is_led_to_where_somebody_is_appointed() -> None:
    found = asked(make_client())
    link = f"/staff/clients/{found.client_id}/hand-over/"
    assert link in html(visitor(make_staff("admin")).get(LIST))
    assert link not in html(agent().get(LIST))


def test_request_is_marked_as_done_once() -> None:
    found, bystander = asked(make_client()), asked(make_client())
    browser, path = agent(), f"{LIST}{asked(make_client()).pk}/done/"
    assert browser.get(path).status_code == 302
    path = f"{LIST}{found.pk}/done/"
    assert "is marked as done" in words(browser.post(path, follow=True))
    found.refresh_from_db()
    bystander.refresh_from_db()
    assert (found.done_by is not None, bystander.done_at) == (True, None)
    assert "Somebody else was faster" in words(browser.post(path, follow=True))


def test_request_is_done_once_staff_appoint_somebody_at_the_order() -> None:
    order = make_packed_order()
    assert order.delivered_client
    found, bystander = asked(order.delivered_client), asked(make_client())
    staff = make_staff()
    assert appoint_client_admin(order, make_user(), staff)
    found.refresh_from_db()
    bystander.refresh_from_db()
    assert (found.done_by, bystander.done_at) == (staff, None)


def test_request_is_done_once_somebody_is_appointed_in_the_admin() -> None:
    found, bystander = asked(make_client(name="Isarfilm")), asked(make_client())
    path = f"/staff/catalogue/tenancy/client/{found.client_id}/change/"
    browser, person = visitor(make_staff()), make_user()
    browser.post(path, {"name": "Isarfilm KG", "client_admin": found.asked_by_id})
    found.refresh_from_db()
    assert found.done_at is None
    browser.post(path, {"name": "Isarfilm KG", "client_admin": person.pk})
    found.refresh_from_db()
    bystander.refresh_from_db()
    assert (found.client.client_admin, found.done_at is not None) == (person, True)
    assert bystander.done_at is None


def test_wishes_are_listed_with_their_clients_in_a_fixed_number_of_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    def make() -> DeletionWish:
        client = make_client(name="Isarfilm")
        asked(client)
        return DeletionWish.objects.create(user=client.client_admin)

    wish, browser = make(), visitor(make_staff("viewer"))
    text = words(browser.get(LIST))
    assert f"{wish.user.email} since" in text
    with django_assert_num_queries(8):
        browser.get(LIST)
    make(), make()
    with django_assert_num_queries(8):
        assert len(browser.get(LIST).context["wishes"]) == 3


def test_numbers_of_the_overview_lead_to_exactly_their_rows() -> None:
    make_subscription()  # a bystander
    case = make_declaration()
    change = waiting_change()
    run = make_run(state=ContractRun.State.NEED_HUMAN)
    request = asked(make_client())
    wish = DeletionWish.objects.create(user=make_user())
    browser = visitor(make_staff("viewer"))
    page = browser.get("/staff/overview/")
    waiting = {each.url: each.number for each in page.context["contracts"]}
    rows = {url: browser.get(url).context for url in waiting}
    assert list(waiting.values()) == [1, 1, 1, 1, 1]
    assert [
        [each.pk for each in rows[url][name]]
        for url, name in zip(
            waiting,
            ("cases", "subscriptions", "subscriptions", "requests", "wishes"),
            strict=True,
        )
    ] == [[case.pk], [change.subscription_id], [run.subscription_id], [request.pk], [wish.pk]]
    assert Subscription.objects.count() > 2
