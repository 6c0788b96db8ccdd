"""No page of the back office scans all orders, however many there are."""

from itertools import product

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from portal.backoffice.exports import export_sources
from portal.backoffice.queue.filters import AGES, CHANNELS, FAILING, GROUPS, SORTS, TAKEN, parse
from portal.backoffice.queue.keyset_paging import A_PAGE, page_of, positions
from shop.notifications.emails.staff_digest import queue_staff_digest
from shop.orders.cursors import write_cursor
from shop.orders.models import Order, State
from tests.backoffice.plans import full_scans, statements
from tests.benchmarks.forged_orders import forge
from tests.factories import make_user
from tests.million_orders import believe_a_million
from tests.pages import visitor

pytestmark = pytest.mark.django_db

MANY = 4000


def lists() -> list[str]:
    """Every filter, sort and form of search, alone and with each other."""
    order = Order.objects.filter(state=State.PACKED, user_login__isnull=False)[MANY // 10]
    narrow = [
        *(f"tier={tier}" for tier in ("s", "xl")),
        *(f"taken={taken}" for taken in TAKEN),
        *(f"age={age}" for age in AGES),
        "due=1",
        *(f"channel={channel}" for channel in CHANNELS),
        *(f"failing={failing}" for failing in FAILING),
        *(f"taken={order.taken_by_id or 1}", "fault=no_place", "step=client", "invoice=overdue"),
        *("application=1", f"client={order.delivered_client_id}", "from=2026-01-02&to=2026-01-03"),
    ]
    texts = (
        order.order_hash,
        f"http://localhost/register/{order.order_hash}/",
        order.user_email,
        order.user_login,
        (order.project_name or "")[:12],
        order.delivered_project and order.delivered_project.name,
        str(order.pk),
        "nothing like that",
    )
    searches = [f"q={text}" for text in texts]
    sorts = [f"sort={sort}" for sort in SORTS]
    groups = [f"show={show}" for show in GROUPS]
    pairs = product([*groups, *searches], [*sorts, *narrow])
    return ["", *groups, *searches, *(f"{one}&{other}" for one, other in pairs)]


@pytest.mark.long
def test_nothing_walks_through_all_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of so few orders, five hundred by their numbers are best found by reading all.
    monkeypatch.setattr(export_sources, "AT_ONCE", 50)
    person = make_user(is_staff=True, is_superuser=True)
    for _done in forge(MANY):
        pass
    if connection.vendor == "postgresql":
        # Of a few thousand, some hundred by their numbers are at times best found by reading all.
        believe_a_million()
    browser = visitor(person)
    with statements() as asked:
        for query in lists():
            wanted = parse(QueryDict(query), person)
            [first, *_others] = positions(wanted, None, A_PAGE) or [(timezone.now(), 1)]
            for backwards in (False, True):
                positions(wanted, first, A_PAGE, backwards=backwards)
            for after, before in product(["", write_cursor(first)], repeat=2):
                page_of(wanted, after=after, before=before)
        for page in ("", "counts/", "overview/", "?show=packed&after=1700000000000000-5"):
            assert browser.get(f"/staff/{page}").status_code == 200
        for query in ("", "show=all", "show=packed&tier=s", "q=hafenfilm gmbh"):
            form = {"filter": query, "format": "csv", "set": "all"}
            file = browser.post("/staff/exports/new/", form)
            assert file.getvalue()
        queue_staff_digest(lambda: None)
    once = dict(asked)
    assert len(once) > 100
    scans = full_scans(list(once.items()))
    assert scans == [], "\n".join(scans)


def test_walk_through_all_orders_would_be_noticed() -> None:
    with statements() as asked:
        # No index leads there, not even one that the planner would read from end to end.
        list(Order.objects.filter(tier_name="x").order_by())
    assert len(full_scans(asked)) == 1
