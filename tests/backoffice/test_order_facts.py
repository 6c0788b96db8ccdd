"""The page of one order: contact, client, price, contract, and the customer's other orders."""

from datetime import date
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from portal.backoffice.order.customer_contact import contact_of
from portal.backoffice.order.related_orders import SHOWN, related_orders
from portal.backoffice.queue.list_place import place_text
from shop.orders.assignment import add_note, assign
from shop.orders.models import Basket, Order
from shop.orders.order_fields import FIELDS
from shop.orders.placing import Caller
from shop.tenancy.models import User
from tests.backoffice.test_order_page import page_of
from tests.factories import (
    make_application,
    make_invoice,
    make_order,
    make_packed_order,
    make_staff,
    make_subscription,
    make_user,
)
from tests.pages import html, part, visitor, words
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db


def strip_of(order: Order, *groups: str) -> str:
    page = visitor(make_staff(*groups)).get(f"/staff/orders/{order.pk}/")
    return part(page, 'id="order-brief"', 'class="case"')


def test_price_is_explained_from_list_price_to_what_is_paid() -> None:
    order = make_order()
    Order.objects.filter(pk=order.pk).update(
        net_cents=3900,
        discount_cents=1000,
        discount_months=3,
        vat_rate=19,
        vat_rule="domestic",
        promo_code="SUMMER",
    )
    strip = strip_of(order, "viewer")
    assert "€46.41 a month, with VAT" in strip
    assert "€39.00 net + €7.41 VAT (19 %), seller's country" in strip
    assert "List price €49.00 net, less €10.00" in strip
    assert "Promotion code SUMMER, for 3 months" in strip


def test_price_of_a_year_and_of_nothing_are_named() -> None:
    order = make_order()
    Order.objects.filter(pk=order.pk).update(interval="year")
    assert "a year, with VAT" in strip_of(order, "viewer")
    Order.objects.filter(pk=order.pk).update(net_cents=0, discount_cents=0)
    strip = strip_of(order, "viewer")
    assert "Free of charge" in strip
    assert "with VAT" not in strip


def test_customer_can_be_written_to_from_the_page() -> None:
    order = make_order(
        user_email="nina@example.com", user_first_name="Nina", user_last_name="Vogl", language="en"
    )
    page = visitor(make_staff("viewer")).get(f"/staff/orders/{order.pk}/")
    assert 'href="mailto:nina@example.com"' in html(page)
    assert "Contact Nina Vogl nina@example.com English" in strip_of(order, "viewer")


def test_contact_names_who_ordered_if_that_is_somebody_else() -> None:
    orderer = make_user(first_name="Olga", last_name="Ott")
    order = make_order("s", Caller(user=orderer), user_email="nina@example.com")
    assert contact_of(order).orderer == orderer
    assert "Ordered by Olga Ott" in strip_of(order, "viewer")
    own = make_packed_order(user_email=orderer.email, caller=Caller(user=orderer))
    assert contact_of(own).orderer is None


def test_contact_has_the_telephone_numbers_that_a_program_sent() -> None:
    order = make_order()
    numbers = {"phone1": "+49 89 123", "email1": "a@b.de"}
    contacts = {"technical": {"contactMedia": numbers}, "billing": {"contactMedia": numbers}}
    Basket.objects.create(order=order, contacts=contacts)
    assert contact_of(Order.objects.get(pk=order.pk)).phones == ["+49 89 123"]
    assert "+49 89 123" in strip_of(order, "viewer")


@pytest.mark.parametrize(("zone", "shown"), [("Asia/Tokyo", True), ("Europe/Berlin", False)])
def test_time_where_the_customer_is_stands_there_if_it_differs(zone: str, shown: bool) -> None:
    order = make_packed_order()
    User.objects.filter(email=contact_of(order).email).update(time_zone=zone)
    assert ("local time (Asia/Tokyo)" in strip_of(order, "viewer")) == shown


def test_billing_details_are_those_of_the_client_once_there_is_one() -> None:
    subscription = make_subscription()
    assert "Isarfilm" in strip_of(subscription.order, "viewer")
    assert "No billing details yet." in strip_of(make_order(), "viewer")


def test_subscription_and_invoices_are_there_for_who_may_see_them() -> None:
    subscription = make_subscription()
    invoice = make_invoice(subscription)
    make_invoice(subscription, due_on=date(2020, 1, 2))
    strip = strip_of(subscription.order, "billing")
    assert f"Subscription {subscription.pk} active" in strip
    assert f"{invoice.number} €58.31 open" in strip
    assert "overdue" in strip
    other = make_packed_order(user_email="other@example.com")  # a bystander
    assert "No invoice yet." in strip_of(other, "billing")
    assert "Begins once the order is done." in strip_of(make_order(), "billing")


def test_other_orders_of_the_customer_are_listed_with_what_is_common() -> None:
    orderer = make_user()
    order = make_packed_order(user_email="nina@example.com", caller=Caller(user=orderer))
    same_address = make_order(user_email="NINA@example.com")
    same_person = make_order("s", Caller(user=orderer), user_email="other@example.com")
    same_client = make_packed_order(user_email="third@example.com")
    client = order.delivered_client
    Order.objects.filter(pk=same_client.pk).update(delivered_client=client)
    waiting = make_order(user_email="fourth@example.com")
    Order.objects.filter(pk=waiting.pk).update(client_id=client and client.pk)
    make_order(user_email="bystander@example.com")
    found = [(other.pk, str(common)) for other, common in related_orders(order)]
    assert found == [
        (waiting.pk, "same client"),
        (same_client.pk, "same client"),
        (same_person.pk, "ordered by the same person"),
        (same_address.pk, "same e-mail address"),
    ]
    text = page_of(order)
    assert f"{same_address.order_number} done S" in text
    assert f"/staff/?show=all&amp;client={client and client.pk}" in html(
        visitor(make_staff("viewer")).get(f"/staff/orders/{order.pk}/")
    )


def test_order_alone_names_no_others_and_of_many_the_newest() -> None:
    order = make_order(user_email="alone@example.com")
    assert "Other orders" not in page_of(order)
    others = [make_order(user_email="alone@example.com") for _each in range(SHOWN + 2)]
    found = [other for other, _common in related_orders(order)]
    assert found == others[::-1][:SHOWN]


def test_page_of_everything_takes_a_fixed_number_of_queries() -> None:
    orderer, chief, counts = make_user(), make_staff(), []
    caller = Caller(user=orderer, application=make_application())
    subscription = make_subscription()
    order = subscription.order
    Order.objects.filter(pk=order.pk).update(placed_by=orderer)
    browser, path = visitor(chief), f"/staff/orders/{order.pk}/"
    for more in (1, 5):
        for number in range(more):
            make_invoice(subscription)
            make_order("s", caller, user_email=order.user_email)
            colleague = make_staff("agent", first_name=f"Ada{more}{number}")
            add_note(order, colleague, "@chief", [make_staff("agent")])
            assign(Order.objects.get(pk=order.pk), colleague, actor=colleague)
        browser.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 28


def test_notes_keep_their_lines() -> None:
    order, staff = make_order(), make_staff("agent")
    add_note(order, staff, "Line one\nline two")
    page = visitor(staff).get(f"/staff/orders/{order.pk}/")
    assert "Line one<br>line two" in html(page)


def test_number_of_the_order_can_be_copied() -> None:
    order = make_order()
    page = html(visitor(make_staff("viewer")).get(f"/staff/orders/{order.pk}/"))
    assert f'<span id="order-number">{order.order_number}</span>' in page
    assert 'data-copy="order-number"' in page


def test_page_leads_to_neighbours_and_back_and_an_action_keeps_the_way() -> None:
    first, second, third = (order_in("need_human") for _each in range(3))
    browser, own = visitor(make_staff("agent")), f"/staff/orders/{second.pk}/"
    place = place_text("show=need_human", (second.updated_at, second.pk))
    way = "?" + urlencode({"from": place})
    page = html(browser.get(own + way))
    for key, before in (("k", first), ("j", third)):
        link = page.partition(f'data-key="{key}"')[0].rpartition("<a ")[2]
        assert f'href="/staff/orders/{before.pk}/?from=' in link
    assert f"#order-{second.pk}" in page.partition('data-key="u"')[0].rpartition("<a ")[2]
    assert f'action="{own}take/{way}"' in page
    answer = browser.post(f"{own}take/{way}", {"taken_by": ""})
    assert answer["Location"] == own + way
    assert "Back to the list" in words(browser.get(own + way))
    assert "Back to the list" not in words(browser.get(own))


def test_partners_reference_and_metadata_are_shown_as_sent() -> None:
    # In the order in which PostgreSQL keeps the members of an object.
    metadata = {"note": "one\ntwo", "empty": "", "items": "<b>"}
    order = make_order(reference="PO-4711 <i>", metadata=metadata)
    with override("de"):
        assert str(FIELDS["reference"].label) == "Referenz des Partners"
    page = visitor(make_staff("viewer")).get(f"/staff/orders/{order.pk}/")
    assert "Partner’s reference PO-4711 <i>" in words(page)
    assert part(page, "<summary>", "</dl>").endswith("note one two empty – items <b>")
    assert "<bdi>&lt;b&gt;</bdi>" in html(page)
    assert "Partner’s" not in page_of(make_order())
