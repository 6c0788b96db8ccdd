"""With a million orders, what is asked all the time reads an index, and sorts a page at most."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.idp.oidc.models import Token
from django.db import connection
from django.db.models import CharField
from django.db.models.functions import Cast
from django.test import Client
from django.utils import timezone

from shop.access.models import Application
from shop.notifications.emails.send import send_due
from shop.orders.models import Order, State
from shop.orders.order_counts import fold_counts
from shop.orders.order_lookup import orders_of_address
from shop.packing.dispatch import due, reclaim_expired
from shop.packing.models import AttemptRecord
from shop.tenancy.models import User
from tests.backoffice.plans import Statement, statements
from tests.benchmarks.forged_orders import forge
from tests.factories import make_application, make_client, make_project, make_token, make_user
from tests.million_orders import believe_a_million, slow_parts, sorts
from tests.pages import visitor

pytestmark = [pytest.mark.long, pytest.mark.django_db]

FORGED = 2000


@pytest.fixture
def application() -> Application:
    """One that placed four of five orders, of which some are a user's; another placed the rest."""
    for _done in forge(FORGED):
        pass
    application, bystander = make_application(), make_application("Bystander")
    Order.objects.exclude(state=State.NEW).update(application=application)
    pks = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    Order.objects.filter(pk__in=pks[::5]).update(application=bystander, placed_by=make_user())
    members = User.objects.bulk_create(User(email=f"m{n}@example.com") for n in range(500))
    packed = list(Order.objects.filter(state=State.PACKED)[: len(members)])
    for order, member in zip(packed, members, strict=True):
        order.member = member
    Order.objects.bulk_update(packed, ["member"])
    Token.objects.bulk_create(Token(type="at", hash=f"{n}", scopes="") for n in range(500))
    fold_counts(lambda: None)
    return application


def ask_lists(token: str) -> list[Statement]:
    """The queries of first pages, last pages and pages after a cursor, filtered and not."""
    headers = {"Authorization": f"Bearer {token}"}
    middle = int((datetime.now(UTC) - timedelta(days=150)).timestamp() * 1e6)
    narrow = ("", "state=packed", "state=need_human", "product=s", "product=m&state=packed")
    with statements() as asked:
        for query in narrow:
            first = Client().get(f"/api/orders?per_page=1&{query}", headers=headers)
            last = re.search(r'<([^>]+)>; rel="last"', first["Link"])
            assert last
            for address in (last[1], f"/api/orders?cursor={middle}-1&{query}"):
                assert Client().get(address, headers=headers).json()["data"]["array"]
    return [each for each in asked if '"orders_order' in each[0]]


def test_lists_walk_along_an_index(application: Application) -> None:
    token, person = make_token(application), Order.objects.exclude(placed_by=None)[0].placed_by
    assert person
    asked = ask_lists(token)
    assert len(asked) == 2 * 3 * 5
    if connection.vendor == "sqlite":
        # It has no statistics until somebody runs ANALYZE.
        assert slow_parts(asked) + sorts(asked) == []
    believe_a_million()
    assert slow_parts(asked) + sorts(asked) == []
    of_person = ask_lists(make_token(person))
    assert slow_parts(of_person) == []
    lately = (datetime.now(UTC) - timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with statements() as by_time:
        for name in ("created_after", "updated_after"):
            headers = {"Authorization": f"Bearer {token}"}
            assert Client().get(f"/api/orders?{name}={lately}", headers=headers).headers["Total"]
    assert len([each for each in by_time if "COUNT(*)" in each[0]]) == 2
    assert slow_parts(by_time) == []


def test_filtered_lists_and_changes_walk_along_an_index(application: Application) -> None:
    Order.objects.update(reference=Cast("pk", CharField()))
    packed = Order.objects.filter(application=application, state=State.PACKED)[0]
    Order.objects.filter(pk=packed.pk).update(delivered_client=make_client())
    packed.refresh_from_db()
    middle = f"u{int((datetime.now(UTC) - timedelta(days=150)).timestamp() * 1e6)}-1"
    narrow = (
        f"reference={packed.pk}", f"user_email={packed.user_email}",
        f"client_id={packed.delivered_client_id}", f"order_hash={packed.order_hash}",
        f"reference={packed.pk}&state=packed,cancelled",
    )  # fmt: skip
    wide = ("state=packed,need_human", "state=packed,need_human&product=s")
    changes = ("", f"cursor={middle}", "state=packed,need_human", "product=s")
    person = Order.objects.exclude(placed_by=None)[0].placed_by
    assert person

    def ask(holder: Application | User, *queries: str) -> list[Statement]:
        headers = {"Authorization": f"Bearer {make_token(holder)}"}
        with statements() as asked:
            for query in queries:
                answer = Client().get(f"/api/orders?per_page=2&{query}", headers=headers)
                assert answer.json()["data"]["array"], query
        return [each for each in asked if '"orders_order' in each[0]]

    of_changes = [f"sort=updated&{query}" for query in changes]
    for believed in (False, True):
        if believed:
            believe_a_million()
        elif connection.vendor == "postgresql":
            continue  # it has no statistics that it would go by
        assert slow_parts(ask(application, *narrow, *wide, *of_changes)) == []
        assert sorts(ask(application, *wide, *of_changes[:2])) == []
        assert slow_parts(ask(person, "sort=updated", f"sort=updated&cursor={middle}")) == []


def pages_of_desk(packed: Order, waiting: Order) -> list[str]:
    """Pages about more than one order, with attempts to show, and a client of an order.

    Not those that count all stuck orders by step: of a million forged ones, thousands are stuck.
    """
    AttemptRecord.objects.bulk_create(
        AttemptRecord(order=waiting, number=n, step="client", fault="no_place", alone=True)
        for n in range(FORGED)
    )
    project = make_project()
    theirs = {"delivered_client": project.client, "delivered_project": project}
    Order.objects.filter(pk=packed.pk).update(**theirs)
    client, partner = f"clients/{project.client_id}/", f"applications/{packed.application_id}/"
    return [
        "?fault=no_place&step=client", f"?application={packed.application_id}",
        f"?client={project.client_id}", "?from=2026-01-02&to=2026-01-03",
        "activity/", "activity/?kind=orders", f"activity/?order={packed.order_number}",
        "failures/group/?fault=no_place&step=client", "mentions/",
        "clients/", "clients/?q=hafenfilm", client, f"{client}projects/{project.pk}/",
        "people/?q=m1@example.com", f"people/orders/{packed.pk}/", "colleagues/",
        f"{partner}deliveries/", f"{partner}deliveries/?order={packed.order_number}",
    ]  # fmt: skip


def test_what_is_asked_all_the_time_reads_an_index(application: Application) -> None:
    packed, waiting = (
        Order.objects.filter(state=state, application=application)[0]
        for state in (State.PACKED, State.NEED_HUMAN)
    )
    assert packed.user_email
    more = pages_of_desk(packed, waiting)
    believe_a_million()
    staff = visitor(make_user(is_staff=True, is_superuser=True))
    token = make_token(application)
    pages = [
        f"/register/{waiting.order_hash}/",
        f"/register/{waiting.order_hash}/progress/?seen=x",
    ]
    desk = [
        "", "counts/", "?show=packed", f"orders/{packed.pk}/", f"?q={packed.order_hash}",
        f"?q={packed.user_email}", "?q=hafenfilm", f"?q={packed.order_number}",
        "search/?q=hafenfilm", "search/found/?q=hafenfilm+der", f"search/found/?q={packed.user_email}",
        *more,
    ]  # fmt: skip
    with statements() as asked:
        headers = {"Authorization": f"Bearer {token}"}
        answer = Client().get(f"/api/orders/{packed.order_hash}", headers=headers)
        assert answer.status_code == 200
        for page in pages:
            assert Client().get(page).status_code == 200
        for page in desk:
            assert staff.get(f"/staff/{page}").status_code == 200, page
        assert orders_of_address(packed.user_email)
        assert due()
        reclaim_expired()
        send_due(lambda: None)
        fold_counts(lambda: None)
    assert len(dict(asked)) > 30
    assert slow_parts(list(dict(asked).items())) == []


def test_slow_parts_are_noticed(application: Application) -> None:
    believe_a_million()
    with statements() as asked:
        list(Order.objects.filter(tier_name="x"))
        list(Order.objects.filter(application=application).order_by("tier_name", "pk")[:5])
        list(Order.objects.filter(created_at__gt=timezone.now()).order_by("tier_name"))
    assert len(slow_parts(asked[:1])) == 1
    assert len(sorts(asked[1:2])) >= 1
