"""Keyset pages, forwards and backwards, also if many orders changed at the same moment."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from portal.backoffice.queue.filters import Filter, parse
from portal.backoffice.queue.keyset_paging import page_of
from shop.orders.models import Order
from tests.factories import make_order, make_packed_order, make_staff
from tests.pages import html, visitor

pytestmark = pytest.mark.django_db

STATES = ("need_human", "has_packing_errors", "need_human", "packed", "need_human")
MINUTES = (3, 1, 3, 4, 2, 3, 0, 3, 9, 5, 3)


def listing(sort: str, show: str = "person") -> Filter:
    return parse(QueryDict(f"show={show}&sort={sort}"), make_staff("agent"))


@pytest.fixture
def numbers() -> list[int]:
    """Orders of all ages, some of which are equally old."""
    began = timezone.now() - timedelta(days=2)
    found = [make_order().pk for _minute in MINUTES]
    for place, (pk, minutes) in enumerate(zip(found, MINUTES, strict=True)):
        Order.objects.filter(pk=pk).update(
            state=STATES[place % len(STATES)],
            updated_at=began + timedelta(minutes=minutes),
            created_at=began - timedelta(minutes=minutes),
        )
    return found


# Any channel: of a whole group all parts are read at once, of a narrowed one each by itself.
@pytest.mark.parametrize("show", ["person", "all", "all&channel=api"])
@pytest.mark.parametrize(
    ("sort", "order_by"),
    [
        ("waiting", ("updated_at", "pk")),
        ("changed", ("-updated_at", "-pk")),
        ("oldest", ("created_at", "pk")),
        ("newest", ("-created_at", "-pk")),
    ],
)
def test_pages_hold_each_order_once_in_order_both_ways(
    numbers: list[int], sort: str, order_by: tuple[str, str], show: str
) -> None:
    states = {"need_human", "has_packing_errors"} | ({"packed"} if "all" in show else set())
    expected = list(
        Order.objects.filter(state__in=states).order_by(*order_by).values_list("pk", flat=True)
    )
    wanted = listing(sort, show)
    pages = [page_of(wanted, size=3)]
    assert pages[0].before == ""
    while pages[-1].after:
        pages.append(page_of(wanted, after=pages[-1].after, size=3))
    assert [order.pk for page in pages for order in page.orders] == expected
    back = [pages[-1]]
    while back[-1].before:
        back.append(page_of(wanted, before=back[-1].before, size=3))
    pieces = [[order.pk for order in page.orders] for page in reversed(back)]
    # The last pages of both ways meet where the last one of the way there began.
    assert [pk for piece in pieces for pk in piece] == expected


def test_row_of_a_whole_group_is_that_of_a_narrowed_list() -> None:
    order = make_packed_order()
    Order.objects.filter(pk=order.pk).update(
        taken_by=make_staff("agent", first_name="Ada"), follow_up_on=timezone.localdate()
    )
    make_order()
    whole, narrowed = (
        page_of(listing("newest", f"all{more}")).orders for more in ("", "&channel=api")
    )
    assert whole == narrowed
    (_other, packed) = whole
    assert (packed.pk, packed.taken_by__first_name) == (order.pk, "Ada")
    assert packed.delivered_client__name == order.client_name


def test_links_lead_to_the_next_page_and_back() -> None:
    for _ in range(51):
        make_order()
    browser = visitor(make_staff("agent"))
    first = browser.get("/staff/?show=pending")
    assert html(first).count('href="/staff/orders/') == 50
    older = html(first).partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert older.startswith("?show=pending&after=")
    second = browser.get(f"/staff/{older}")
    assert html(second).count('href="/staff/orders/') == 1
    assert 'rel="next"' not in html(second)
    newer = html(second).partition('rel="prev" href="')[2].partition('"')[0].replace("&amp;", "&")
    again = browser.get(f"/staff/{newer}")
    assert html(again).count('href="/staff/orders/') == 50
    assert 'rel="prev"' not in html(again)


@pytest.mark.parametrize(
    "place", ["0", "-1", "x", "1-", "-1-5", "9" * 30 + "-1", "1-" + "9" * 25, "²-²", "\x00"]
)
def test_place_that_is_not_there_shows_a_page_all_the_same(place: str) -> None:
    order = make_order()
    browser = visitor(make_staff("agent"))
    for side in ("after", "before"):
        answer = browser.get("/staff/", {"show": "pending", side: place})
        assert answer.status_code == 200
        assert f"/staff/orders/{order.pk}/" in html(answer)
