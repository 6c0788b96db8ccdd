"""The webhooks of an application: the list, its filters, and sending them again."""

import re
from datetime import datetime, timedelta
from urllib.parse import unquote

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.backoffice import row_pages
from portal.backoffice.partners import delivery_filters
from shop.access.models import Application
from shop.notifications.webhooks import replay
from shop.notifications.webhooks.endpoints import register
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.notifications.webhooks.ping import send_test
from shop.notifications.webhooks.replay import replay_many
from shop.orders.models import OrderEvent
from tests.factories import make_application, make_staff
from tests.notifications.receiver import make_order_for
from tests.pages import Response, html, visitor, words

pytestmark = pytest.mark.django_db

URI = "https://partner.example/hook"
State = Delivery.State


def make_delivery(application: Application, state: str = "failed", hours: float = 1) -> Delivery:
    order = make_order_for(URI, application)
    since = timezone.now() - timedelta(hours=hours)
    attempts = 0 if state == "waiting" else 8
    order.deliveries.update(state=state, attempts=attempts, created_at=since)
    return order.deliveries.get()


def number_of(delivery: Delivery) -> str:
    assert delivery.order
    return delivery.order.order_number or ""


def staff() -> Client:
    return visitor(make_staff("admin"))


def path(application: Application) -> str:
    return f"/staff/applications/{application.pk}/deliveries/"


def listed(page: Response) -> list[int]:
    """The keys of the webhooks on the page, in its order."""
    assert page.status_code == 200
    return [int(key) for key in re.findall(r'name="pk" value="(\d+)"', html(page))]


def states() -> dict[int, str]:
    return dict(Delivery.objects.values_list("pk", "state"))


def test_list_shows_the_webhooks_of_the_application_newest_first() -> None:
    application = make_application()
    old, new = make_delivery(application, hours=2), make_delivery(application, "delivered", 1)
    bystander = make_delivery(make_application("Bystander"))
    page = staff().get(path(application))
    assert listed(page) == [new.pk, old.pk]
    assert str(number_of(old)) in words(page)
    assert str(number_of(bystander)) not in words(page)
    assert f'href="/staff/orders/{old.order_id}/"' in html(page)


def test_test_event_has_no_order_and_is_sent_again_by_staff() -> None:
    application = make_application()
    order = make_delivery(application)
    endpoint = register(application, {"url": URI, "events": ["order.*"]})
    delivery = send_test(endpoint)
    Delivery.objects.update(state=State.FAILED, attempts=8)
    page = staff().get(f"{path(application)}?event=webhook_endpoint.test")
    assert listed(page) == [delivery.pk]
    assert "none: a test" in words(page)
    assert replay_many(Delivery.objects.all(), make_staff("support")) == 2
    told = OrderEvent.objects.filter(kind=OrderEvent.Kind.SENT_AGAIN)
    assert list(told.values_list("order", flat=True)) == [order.order_id]


def test_last_answer_is_shown_of_several() -> None:
    application = make_application()
    delivery = make_delivery(application)
    for status, answer in ((500, "first words"), (503, "last words")):
        Attempt.objects.create(
            delivery=delivery, at=timezone.now(), status=status, answer=answer, failure="status"
        )
    text = words(staff().get(path(application)))
    assert "503 · last words" in text
    assert "first words" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [4, 3, 2, 1, 0]),
        ("state=failed", [1, 0]),
        ("state=waiting", [3, 2]),
        ("state=sent", [4]),
        ("event=order.state_changed", [4, 3, 2, 1, 0]),
        ("event=invoice.paid", []),
        ("state=nonsense&event=nonsense", [4, 3, 2, 1, 0]),
        ("since=2026-03-02T12:00", [4, 3, 2]),
        ("since=2026-03-02T12:01&until=2026-03-02T13:00", [3]),
        ("until=2026-03-01", [0]),
        ("since=2026-02-30", [4, 3, 2, 1, 0]),
        ("since=0001-01-01&until=9999-12-31T23:59", [4, 3, 2, 1, 0]),
    ],
)
def test_filters_choose_by_state_event_and_time(query: str, found: list[int]) -> None:
    application = make_application()
    days = ["03-01T09:00", "03-02T11:59", "03-02T12:00", "03-02T13:00", "03-03T00:00"]
    rows = [
        make_delivery(application, state)
        for state in ("failed", "failed", "waiting", "sending", "delivered")
    ]
    for row, day in zip(rows, days, strict=True):
        moment = timezone.make_aware(datetime.fromisoformat(f"2026-{day}"))
        Delivery.objects.filter(pk=row.pk).update(created_at=moment)
    page = staff().get(f"{path(application)}?{query}")
    assert listed(page) == [rows[place].pk for place in found]


def test_order_number_finds_its_webhooks_alone() -> None:
    application = make_application()
    wanted, _other = make_delivery(application), make_delivery(application)
    number = number_of(wanted).lower()
    assert listed(staff().get(f"{path(application)}?order={number}")) == [wanted.pk]


def test_order_of_another_application_is_not_found() -> None:
    application = make_application()
    make_delivery(application)
    foreign = make_delivery(make_application("Bystander"))
    page = staff().get(f"{path(application)}?order={number_of(foreign)}")
    assert listed(page) == []
    assert "No webhook matches." in words(page)


def test_pages_lead_forwards_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_filters, "A_PAGE", 2)
    application, browser = make_application(), staff()
    kinds = ("failed", "delivered", "failed", "waiting", "delivered")
    rows = [make_delivery(application, kind, 5 - place) for place, kind in enumerate(kinds)]
    keys = [row.pk for row in reversed(rows)]
    first = browser.get(path(application))
    assert listed(first) == keys[:2]
    second = browser.get(path(application) + link(first, "next"))
    assert listed(second) == keys[2:4]
    third = browser.get(path(application) + link(second, "next"))
    assert listed(third) == keys[4:]
    assert 'rel="next"' not in html(third)
    assert listed(browser.get(path(application) + link(third, "prev"))) == keys[2:4]
    assert row_pages.A_PAGE == 50


def link(page: Response, way: str) -> str:
    found = re.search(rf'rel="{way}" href="([^"]*)"', html(page))
    assert found
    return unquote(found[1].replace("&amp;", "&"))


@pytest.mark.parametrize("number", [1, 12])
def test_list_takes_as_many_queries_for_many_rows(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    application, browser = make_application(), staff()
    for _ in range(number):
        delivery = make_delivery(application)
        Attempt.objects.create(delivery=delivery, at=timezone.now(), failure="timeout")
    browser.get(path(application))
    with django_assert_num_queries(13):
        page = browser.get(path(application))
    assert len(listed(page)) == number


def test_ticked_webhooks_are_sent_again_once_confirmed() -> None:
    application, browser = make_application(), staff()
    first, second, third = (make_delivery(application) for _ in range(3))
    target = f"{path(application)}replay/?pk={first.pk}&pk={third.pk}"
    asked = browser.get(target)
    assert "Send 2 webhooks again?" in words(asked)
    assert set(states().values()) == {"failed"}
    done = browser.post(target, follow=True)
    assert "2 webhooks are being sent again." in words(done)
    assert states() == {first.pk: "waiting", second.pk: "failed", third.pk: "waiting"}
    events = OrderEvent.objects.filter(kind=OrderEvent.Kind.SENT_AGAIN).order_by("order_id")
    assert [(each.order_id, each.details) for each in events] == [
        (first.order_id, {"webhooks": 1}),
        (third.order_id, {"webhooks": 1}),
    ]
    assert "webhooks sent again" in words(browser.get(f"/staff/applications/{application.pk}/"))


def test_everything_that_was_given_up_in_a_span_is_sent_again() -> None:
    application, browser = make_application(), staff()
    before, within, arrived = (
        make_delivery(application, state, hours)
        for state, hours in (("failed", 5), ("failed", 2), ("delivered", 2))
    )
    since = timezone.localtime() - timedelta(hours=3)
    target = f"{path(application)}replay/?since={since:%Y-%m-%dT%H:%M}"
    assert "Send 1 webhook again?" in words(browser.get(target))
    browser.post(target)
    assert states() == {before.pk: "failed", within.pk: "waiting", arrived.pk: "delivered"}
    (entry,) = LogEntry.objects.all()
    assert "state=failed" in entry.change_message
    assert f"since={since:%Y-%m-%dT%H}" in entry.change_message


def test_what_arrived_is_sent_again_where_the_list_is_of_that() -> None:
    application = make_application()
    arrived = make_delivery(application, "delivered")
    staff().post(f"{path(application)}replay/?state=sent")
    assert states() == {arrived.pk: "waiting"}


def test_second_replay_sends_nothing_twice() -> None:
    application, browser = make_application(), staff()
    delivery = make_delivery(application)
    target = f"{path(application)}replay/?pk={delivery.pk}"
    browser.post(target)
    again = browser.post(target, follow=True)
    assert "None of them can be sent again" in words(again)
    assert OrderEvent.objects.filter(kind=OrderEvent.Kind.SENT_AGAIN).count() == 1
    assert "There is no such webhook" in words(browser.get(target, follow=True))


def test_webhooks_of_another_application_are_left_alone() -> None:
    application = make_application()
    foreign = make_delivery(make_application("Bystander"))
    make_delivery(application)
    staff().post(f"{path(application)}replay/?pk={foreign.pk}")
    staff().post(f"{path(application)}replay/")
    assert states()[foreign.pk] == "failed"


def test_replay_takes_the_oldest_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(replay, "BATCH", 1)
    application = make_application()
    rows = [make_delivery(application, hours=age) for age in (1, 3, 2)]
    assert replay_many(Delivery.objects.filter(application=application), make_staff()) == 2
    assert [states()[row.pk] for row in rows] == ["failed", "waiting", "waiting"]


def test_viewer_of_applications_cannot_replay() -> None:
    application = make_application()
    delivery = make_delivery(application)
    person = make_staff("agent")
    answer = visitor(person).post(f"{path(application)}replay/?pk={delivery.pk}")
    assert answer.status_code == 403
    assert states() == {delivery.pk: "failed"}
