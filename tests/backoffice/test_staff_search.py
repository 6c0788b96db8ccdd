"""The box that searches everything: what it finds, for whom, and where it leads."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.backoffice.search.search_hits import Search
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import OrderEvent
from shop.tenancy.models import Client, User
from tests.factories import (
    make_application,
    make_client,
    make_invoice,
    make_order,
    make_packed_order,
    make_staff,
    make_subscription,
    make_user,
)
from tests.pages import Response, html, join_address, visitor, words

pytestmark = pytest.mark.django_db


def ask(text: str, group: str = "viewer") -> Response:
    return visitor(make_staff(group)).get(f"/staff/search/?q={quote(text)}")


def found(text: str, user: User | None = None, most: int = 20) -> dict[str, list[str]]:
    """Titles of what is found, by group."""
    groups = Search(user or make_staff(), text, most).groups
    return {group.key: [hit.title for hit in group.hits] for group in groups}


def make_delivery(receiver: str = "partner.example:443") -> Delivery:
    order = make_order()
    event = OrderEvent.objects.create(order=order)
    return Delivery.objects.create(order=order, event=event, payload="", receiver=receiver)


def test_everything_with_the_word_is_found_in_groups() -> None:
    subscription = make_subscription(make_client(name="Elbe Film"))
    invoice = make_invoice(subscription)
    order = make_order(client_name="Elbe", project_name="Der Dreh")
    make_user(email="a@example.com", first_name="Elbe", last_name="Müller")
    make_application("Elbe Dispo")
    make_application("Bystander")
    make_order(client_name="Bystander")
    assert found("elbe") == {
        "orders": [order.order_number, *found("elbe")["orders"][1:]],
        "clients": ["Elbe Film"],
        "people": ["Elbe Müller"],
        "invoices": [invoice.number],
        "applications": ["Elbe Dispo"],
    }
    assert found("bystander").keys() == {"orders", "applications"}


def test_reader_finds_only_what_they_may_see() -> None:
    invoice = make_invoice(make_subscription(make_client(name="Elbe")))
    make_application("Elbe")
    assert found("elbe", make_staff("admin"))["applications"] == ["Elbe"]
    assert "applications" not in found("elbe", make_staff("viewer"))
    assert found(invoice.number, make_staff("viewer")) == {"invoices": [invoice.number]}
    plain = make_user(is_staff=True)
    assert "invoices" not in found(invoice.number, plain)


@pytest.mark.parametrize("spelling", ["{number}", "#{pk}", "Bestellung {number}", "{hash}"])
def test_number_of_an_order_leads_straight_to_it(spelling: str) -> None:
    order, _other = make_order(), make_order()
    text = spelling.format(number=order.order_number, pk=order.pk, hash=order.order_hash)
    answer = ask(text)
    assert (answer.status_code, answer["Location"]) == (302, f"/staff/orders/{order.pk}/")


def test_pasted_links_lead_to_the_order_and_to_pages_of_staff() -> None:
    order = make_packed_order()
    make_order()
    page = f"/staff/orders/{order.pk}/"
    for link in (f"http://testserver/register/{order.order_hash}/", join_address(order), page):
        assert ask(link)["Location"] == page, link
    assert ask(f"https://shop.example{page}")["Location"] == page
    assert ask("https://elsewhere.example/staff/nothing/").status_code == 200
    assert ask("//staff/orders/1/").status_code == 200


def test_invoice_number_leads_straight_to_the_invoice() -> None:
    invoice, _other = make_invoice(), make_invoice()
    assert ask(invoice.number.lower())["Location"] == f"/staff/invoices/{invoice.number}/"


def test_only_hit_is_led_to_and_several_are_listed() -> None:
    make_client(name="Elbe")
    user = make_user(last_name="Isar")
    answer = visitor(make_staff()).get("/staff/search/?q=isar")
    assert answer["Location"] == f"/staff/people/accounts/{user.pk}/"
    make_user(last_name="Isar")
    text = words(ask("isar"))
    assert "Results for “isar”" in text.replace("“ isar ”", "“isar”")


def test_people_without_an_account_are_found_by_their_orders() -> None:
    order = make_order(user_email="uta@example.com", user_last_name="Isar")
    make_order(user_email="ida@example.com", client_name="Isar Film")
    known = make_user(email="ida.isar@example.com", last_name="Isar")
    make_order(user_email=known.email, user_last_name="Isar")
    page = html(ask("isar"))
    people = page.partition('id="results-people"')[2].partition("</section>")[0]
    assert re.findall(r'href="([^"]+)"', people) == [
        f"/staff/people/accounts/{known.pk}/",
        f"/staff/people/orders/{order.pk}/",
    ]


def test_webhooks_are_found_by_id_and_by_host() -> None:
    one, two = make_delivery(), make_delivery()
    make_delivery("bystander.example:443")
    here = f"/staff/orders/{one.order_id}/#webhooks"
    assert ask(one.webhook_id)["Location"] == here
    for text in ("partner.example", "https://partner.example/hooks?x=1", "partner.example:443"):
        assert found(text)["webhooks"] == [two.webhook_id, one.webhook_id], text


def test_list_of_all_orders_is_led_to() -> None:
    for _time in range(21):
        make_order(client_name="Elbe")
    page = html(ask("elbe"))
    assert page.count('class="finds__hits"') == 1
    assert 'href="/staff/?q=elbe"' in page
    assert "Show all 21 in the list" in words(ask("elbe"))


def test_list_that_holds_no_more_is_not_led_to() -> None:
    for _time in range(2):
        make_order(client_name="Elbe")
    page = html(ask("elbe"))
    assert page.count('class="hit"') >= 2
    assert 'href="/staff/?q=elbe"' not in page


def test_part_below_the_box_has_five_of_each_kind_and_says_how_many() -> None:
    for _time in range(6):
        make_order(client_name="Elbe")
    browser = visitor(make_staff("viewer"))
    part = html(browser.get("/staff/search/found/?q=elbe"))
    assert part.count("<li>") == 5
    assert "5 results. Press the down arrow to reach them." in part
    assert 'href="/staff/search/?q=elbe"' in part
    assert html(browser.get("/staff/search/found/?q=e")) == ""
    assert "Nothing found." in html(browser.get("/staff/search/found/?q=zzz"))


def test_nothing_found_says_how_to_search() -> None:
    assert "must be the beginning of a word" in words(ask("zzz"))
    assert "Enter a name, a number or a link" in words(ask(""))


def test_box_is_on_each_page_for_who_sees_orders() -> None:
    page = html(visitor(make_staff("billing")).get("/staff/invoices/"))
    assert 'action="/staff/search/"' in page
    assert 'action="/staff/search/"' not in html(
        visitor(make_staff("privacy")).get("/staff/people/")
    )


def fill(number: int) -> None:
    for _time in range(number):
        client = make_client(name="Elbe Film")
        make_invoice(make_subscription(client))
        make_user(last_name="Elbe Film")
        make_application("Elbe Film")


def test_search_takes_as_many_queries_for_many_rows_as_for_one() -> None:
    user, counts = make_staff(), []
    for more in (2, 4):
        fill(more)
        with CaptureQueriesContext(connection) as queries:
            assert len(found("elbe film", User.objects.get(pk=user.pk))) == 5
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_renamed_client_is_found_by_the_new_name(django_assert_num_queries: Any) -> None:
    client = make_client(name="Alt")
    client.name = "Neu"
    with django_assert_num_queries(5):  # with its orders, of which there are none
        Client.save(client, update_fields=["name"])
    assert found("alt") == {}
    assert found("neu") == {"clients": ["Neu"]}


@pytest.mark.parametrize("text", ["https://[2001", "//[", "//a]b.example", "//a℀b.example"])
def test_text_that_is_no_valid_link_finds_nothing(text: str) -> None:
    assert found(text) == {}
    assert (
        visitor(make_staff("viewer")).get(f"/staff/search/found/?q={quote(text)}").status_code
        == 200
    )


def test_who_may_only_look_reads_no_hash_that_somebody_typed_as_a_name() -> None:
    order = make_order()
    for name in ("Elbe", f"Elbe {order.order_hash}"):
        make_order(client_name=name)
    for path in ("/staff/search/?q=elbe", "/staff/search/found/?q=elbe"):
        assert order.order_hash in html(visitor(make_staff("agent")).get(path))
        page = html(visitor(make_staff("viewer")).get(path))
        assert "Elbe …" in page
        assert order.order_hash not in page
