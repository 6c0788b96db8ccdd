"""The staff's queue of stuck orders, and who may see it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import clear_script_prefix, set_script_prefix
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from portal.backoffice.queue.filters import Filter
from portal.backoffice.queue.keyset_paging import page_of
from portal.backoffice.queue.queue_rows import rows_of
from shop.orders.models import Order
from tests.factories import (
    make_client,
    make_order,
    make_packed_order,
    make_staff,
    make_user,
    pack_all,
)
from tests.pages import assert_escaped, html, part, visitor, words
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db

ADDRESSES = [
    "/staff/",
    "/staff/counts/",
    "/staff/overview/",
    "/staff/exports/",
    "/staff/exports/new/",
    "/staff/orders/{pk}/",
    "/staff/orders/{pk}/retry/",
    "/staff/orders/{pk}/approve/",
    "/staff/orders/{pk}/by-hand/",
]
CATALOGUE = [
    "/staff/catalogue/",
    "/staff/catalogue/login/",
    "/staff/catalogue/catalogue/product/",
    "/staff/catalogue/tenancy/user/",
    "/staff/catalogue/nonsense/",
]


def stuck(**members: Any) -> Order:
    order = make_order("xl", **members)
    pack_all()
    return Order.objects.get(pk=order.pk)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_anonymous_visitor_is_led_to_sign_in(address: str, method: str) -> None:
    path = address.format(pk=stuck().pk)
    answer = getattr(visitor(), method)(path)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/account/login/?next={path}"
    assert Order.objects.get().state == "need_human"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_page_does_not_exist_for_customers(address: str, method: str) -> None:
    order = stuck()
    answer = getattr(visitor(make_user()), method)(address.format(pk=order.pk))
    assert answer.status_code == 404
    assert Order.objects.get().state == "need_human"


@pytest.mark.parametrize("address", CATALOGUE)
def test_catalogue_does_not_exist_for_customers(address: str) -> None:
    page = visitor(make_user()).get(address, follow=True)
    assert page.status_code == 404


@pytest.mark.parametrize("address", CATALOGUE)
def test_catalogue_leads_anonymous_visitors_to_sign_in(address: str) -> None:
    page = visitor().get(address, follow=True)
    assert page.request["PATH_INFO"] == "/account/login/"


def test_client_admin_is_no_staff() -> None:
    client = make_client()
    assert visitor(client.client_admin).get("/staff/").status_code == 404


def test_demo_staff_are_no_staff_outside_the_demo(settings: Settings) -> None:
    browser = visitor(make_staff("agent", demo=True))
    assert browser.get("/staff/").status_code == 200
    settings.DEMO = False
    assert browser.get("/staff/").status_code == 302


def test_queue_lists_what_needs_a_person_with_reason_and_attempts() -> None:
    order = stuck(client_name="Kranfilm")
    page = visitor(make_staff("agent")).get("/staff/")
    assert page.status_code == 200
    row = words(page).rpartition("Assigned")[2]
    assert "This tier is set up after a person has approved the order." in row
    assert "Kranfilm" in row
    assert "XL" in row
    assert f'href="/staff/orders/{order.pk}/?from=' in html(page)


def test_queue_shows_how_often_it_was_tried(settings: Settings) -> None:
    settings.PACKING_STEPS = ["tests.packing.steps.fail"]
    settings.PACKING_MAX_ATTEMPTS = 1
    make_order()
    pack_all()
    page = visitor(make_staff("agent")).get("/staff/?columns=reason,attempts")
    assert "Setting up failed several times." in words(page)
    assert part(page, 'class="queue__attempts number">', "</td>") == "1"


def test_queue_is_oldest_first() -> None:
    orders = [stuck(client_name=name) for name in ("Erste", "Zweite", "Dritte")]
    for age, order in zip((1, 3, 2), orders, strict=True):
        Order.objects.filter(pk=order.pk).update(updated_at=timezone.now() - timedelta(days=age))
    text = words(visitor(make_staff("agent")).get("/staff/"))
    assert text.index("Zweite") < text.index("Dritte") < text.index("Erste")


def test_queue_says_how_long_an_order_waits() -> None:
    stuck()
    Order.objects.update(updated_at=timezone.now() - timedelta(days=3))
    text = words(visitor(make_staff("agent")).get("/staff/"))
    assert "3 days" in text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(("language", "day"), [("en", "7 Mar 2026"), ("de", "07.03.2026")])
def test_dates_are_written_as_the_language_does(language: str, day: str) -> None:
    order = stuck()
    moment = datetime(2026, 3, 7, 11, tzinfo=UTC)
    Order.objects.filter(pk=order.pk).update(
        updated_at=moment, created_at=moment, follow_up_on=moment.date()
    )
    browser = visitor(make_staff("agent"), language)
    page = html(browser.get("/staff/?columns=age,placed,follow_up"))
    assert f'title="{day}, 12:00"' in page
    assert f">{day}, 12:00</time>" in page
    assert f'<time datetime="2026-03-07">{day}</time>' in page


@pytest.mark.parametrize(
    ("situation", "listed"),
    [
        ("pending", False),
        ("details", False),
        ("packing", False),
        ("packed", False),
        ("has_packing_errors", True),
        ("need_human", True),
        ("cancelled", False),
    ],
)
def test_only_orders_that_are_stuck_are_listed(situation: str, listed: bool) -> None:
    order = order_in(situation)
    page = visitor(make_staff("agent")).get("/staff/")
    assert (f"/staff/orders/{order.pk}/" in html(page)) == listed


def test_empty_queue_says_so() -> None:
    make_packed_order()
    assert "Nothing to do." in words(visitor(make_staff("agent")).get("/staff/"))


@pytest.mark.parametrize("address", ["/staff/", "/staff/orders/{pk}/"])
def test_pages_take_as_many_queries_for_three_rows_as_for_one(address: str) -> None:
    browser = visitor(make_staff("agent"))
    counts = []
    order = stuck()
    path = address.format(pk=order.pk)
    for more in (0, 2):
        for _ in range(more):
            order = stuck()
            order.events.create(
                kind="details", actor=make_user(), details={"fields": ["user_email"]}
            )
            first = Order.objects.order_by("pk")[0]
            first.events.create(
                kind="details", actor=make_user(), details={"fields": ["user_email"]}
            )
        browser.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 17


@pytest.mark.parametrize(
    ("path", "number"),
    [
        # Session, user, permissions; then as said, and the mentions of the header.
        ("", 3 + 1 + 1 + 1 + 1),  # the views, the orders, the counts
        ("?show=need_human", 3 + 1 + 1 + 1 + 1),
        ("?taken=nobody", 3 + 1 + 5 + 1 + 1 + 1),  # narrowed: five parts of the list, its orders
        ("counts/", 3 + 1),
    ],
)
def test_queue_and_counts_take_these_queries(
    path: str, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stuck()
    browser = visitor(make_staff("agent"))
    assert browser.get(f"/staff/{path}").status_code == 200
    with django_assert_num_queries(number):
        assert browser.get(f"/staff/{path}").status_code == 200


def test_markup_in_names_is_not_run() -> None:
    order = stuck(client_name="<script>x</script>", user_first_name="<script>y</script>")
    browser = visitor(make_staff("agent"))
    assert_escaped(browser.get("/staff/"), "<script>x</script>")
    page = browser.get(f"/staff/orders/{order.pk}/")
    assert_escaped(page, "<script>x</script>", "<script>y</script>")


def test_catalogue_has_forms_for_what_is_sold_served_and_said_alone() -> None:
    registered = {model._meta.label for model in apps.get_models() if site.is_registered(model)}
    assert registered == {
        "catalogue.Feature",
        "catalogue.Product",
        "catalogue.Promotion",
        "catalogue.Seller",
        "catalogue.VatRate",
        "content.Figure",
        "content.Page",
        "content.Question",
        "content.Quote",
        "content.Reference",
        "tenancy.Client",
        "tenancy.Project",
        "tenancy.User",
    }


def test_rows_link_to_their_orders_below_any_prefix() -> None:
    order = make_order()
    set_script_prefix("/v10/")
    try:
        (row,) = rows_of(page_of(Filter(make_user(), show="all")).orders)
        assert row.url.startswith(f"/v10/staff/orders/{order.pk}/?from=at%3D")
    finally:
        clear_script_prefix()


def test_rows_tell_who_may_only_look_no_hash_that_somebody_typed_as_a_name() -> None:
    order = make_order()
    named = make_order(client_name=f"Elbe {order.order_hash}")
    for path in ("/staff/?show=all", f"/staff/counts/?show=all&shown={named.pk}-x&since=0"):
        assert order.order_hash in html(visitor(make_staff("agent")).get(path)), path
        page = html(visitor(make_staff("viewer")).get(path))
        assert "Elbe …" in page, path
        assert order.order_hash not in page, path
