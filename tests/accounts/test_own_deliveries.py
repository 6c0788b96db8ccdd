"""The events that were sent to an owner's endpoint: listed, filtered, shown, and sent again."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from shop.notifications.webhooks.models import Attempt, Delivery, WebhookEndpoint
from tests.accounts.own_programs import make_endpoint, owned, page_of, place
from tests.factories import pack_all
from tests.notifications.receiver import deliver_all, receiving, status, unused_uri
from tests.pages import Response, html, visitor, words

pytestmark = pytest.mark.django_db


def path_of(endpoint: WebhookEndpoint, rest: str = "") -> str:
    return page_of(endpoint.application, f"webhooks/{endpoint.pk}/{rest}")


def delivery_path(delivery: Delivery, rest: str = "") -> str:
    assert delivery.endpoint
    return path_of(delivery.endpoint, f"events/{delivery.webhook_id}/{rest}")


def listed(page: Response) -> str:
    return words(page).partition("Events that were sent")[2]


def test_test_event_is_sent_and_its_page_shows_the_answer(settings: Settings) -> None:
    settings.DEMO = True  # the receiver is on this machine
    application, owner = owned()
    browser = visitor(owner)
    with receiving(status(202, b"Thank you")) as receiver:
        endpoint = make_endpoint(application, "invoice.paid", url=receiver.uri)
        page = browser.post(path_of(endpoint, "test/"), follow=True)
        sent = Delivery.objects.get()
        assert page.redirect_chain == [(delivery_path(sent), 302)]
        assert "This page shows the answer as soon as it is there." in words(page)
        seen = f"{delivery_path(sent, 'progress/')}?seen=waiting-0"
        assert f'hx-get="{seen}"' in html(page)
        assert browser.get(seen).status_code == 204
        deliver_all()
        assert [call.headers["webhook-id"] for call in receiver.calls] == [sent.webhook_id]
    fragment = browser.get(seen)
    assert "Your endpoint works: it answered with 202 after" in words(fragment)
    assert "Thank you" in words(fragment)
    assert "hx-get" not in html(fragment)


def test_test_event_waits_for_an_endpoint_that_is_switched_on() -> None:
    application, owner = owned()
    endpoint = make_endpoint(application)
    browser = visitor(owner)
    browser.post(path_of(endpoint, "off/"))
    assert "Send a test event" not in words(browser.get(path_of(endpoint)))
    page = browser.post(path_of(endpoint, "test/"), follow=True)
    assert "Please switch the endpoint on first." in words(page)
    assert not Delivery.objects.exists()


def test_get_sends_nothing() -> None:
    application, owner = owned()
    endpoint = make_endpoint(application)
    browser = visitor(owner)
    assert browser.get(path_of(endpoint, "test/")).status_code == 405
    assert not Delivery.objects.exists()


def test_refused_event_shows_status_words_and_next_attempt(settings: Settings) -> None:
    settings.DEMO = True
    application, owner = owned()
    with receiving(status(503, b"Try <later>")) as receiver:
        endpoint = make_endpoint(application, url=receiver.uri)
        order = place(application)
        deliver_all()
    browser = visitor(owner)
    line = listed(browser.get(path_of(endpoint)))
    assert f"order.state_changed {order.order_number} waiting 503 not accepted" in line
    page = browser.get(delivery_path(Delivery.objects.get()))
    assert "503 not accepted" in words(page)
    assert "Try &lt;later&gt;" in html(page)
    assert "order_number" in html(page)


def test_unreachable_endpoint_is_told_in_words(settings: Settings) -> None:
    settings.DEMO = True
    application, owner = owned()
    endpoint = make_endpoint(application, url=unused_uri())
    place(application)
    deliver_all()
    assert "no connection" in listed(visitor(owner).get(path_of(endpoint)))


def test_unknown_name_and_private_address_look_alike() -> None:
    application, owner = owned()
    endpoint = make_endpoint(application)
    place(application)
    delivery = Delivery.objects.get()
    pages = []
    for failure in (Attempt.Failure.NAME, Attempt.Failure.ADDRESS):
        Attempt.objects.all().delete()
        attempt = Attempt(pk=1, delivery=delivery, at=delivery.created_at, failure=failure)
        attempt.save()
        pages.append(listed(visitor(owner).get(path_of(endpoint))))
    assert "name not found, or address not public" in pages[0]
    assert pages[0] == pages[1]


def test_page_of_an_event_counts_attempts_from_before_it_was_sent_again(settings: Settings) -> None:
    settings.DEMO = True
    application, owner = owned()
    make_endpoint(application, url=unused_uri())
    place(application)
    deliver_all()
    sent, browser = Delivery.objects.get(), visitor(owner)
    browser.post(delivery_path(sent, "replay/"))
    deliver_all()
    assert "Attempts 2" in words(browser.get(delivery_path(sent)))


def test_page_of_an_event_shows_its_body_as_sent() -> None:
    application, owner = owned()
    make_endpoint(application)
    order = place(application, client_name="Dollyfilm <Süd>")
    sent = Delivery.objects.get()
    page = visitor(owner).get(delivery_path(sent))
    assert "Dollyfilm &lt;Süd&gt;" in html(page)
    assert json.loads(sent.payload)["data"]["order"]["order_hash"] == order.order_hash
    assert order.order_hash in html(page)


def test_events_are_filtered_by_state_and_event() -> None:
    application, owner = owned()
    endpoint = make_endpoint(application, "order.*", "subscription.*")
    place(application)
    pack_all()
    failed = Delivery.objects.filter(type="order.state_changed").order_by("pk")[0]
    Delivery.objects.filter(pk=failed.pk).update(state="failed")
    browser = visitor(owner)

    def numbers(query: str) -> tuple[int, int]:
        text = html(browser.get(path_of(endpoint) + query))
        return text.count("<code>order.state_changed"), text.count("<code>subscription.started")

    assert numbers("") == (3, 1)
    assert numbers("?state=failed") == (1, 0)
    assert numbers("?event=subscription.started") == (0, 1)
    assert numbers("?state=failed&event=order.state_changed") == (1, 0)
    assert numbers("?state=nonsense&event=nonsense") == (3, 1)
    empty = browser.get(f"{path_of(endpoint)}?event=invoice.paid")
    assert "No event matches. Show all events" in words(empty)


def test_list_goes_on_where_the_page_ends_with_the_filter() -> None:
    application, owner = owned()
    endpoint = make_endpoint(application)
    for _number in range(21):
        place(application)
    browser = visitor(owner)
    first = browser.get(f"{path_of(endpoint)}?state=waiting")
    assert html(first).count("<code>order.state_changed") == 20
    query = html(first).partition('rel="next" href="')[2].partition('"')[0]
    assert "state=waiting" in query
    second = browser.get(path_of(endpoint) + query.replace("&amp;", "&"))
    assert html(second).count("<code>order.state_changed") == 1
    assert "Newest" in words(second)


def test_list_takes_as_many_queries_for_three_as_for_one() -> None:
    application, owner = owned()
    endpoint = make_endpoint(application)
    browser, counts = visitor(owner), []
    for number in (1, 2):
        for _each in range(number):
            place(application)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path_of(endpoint)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def end_all(**changes: Any) -> None:
    Delivery.objects.update(state="failed", attempts=10, **changes)


def test_one_event_is_sent_again() -> None:
    application, owner = owned()
    make_endpoint(application)
    place(application)
    place(application)
    end_all()
    one, other = Delivery.objects.order_by("pk")
    browser = visitor(owner)
    page = browser.post(delivery_path(one, "replay/"), follow=True)
    assert "The event is being sent again." in words(page)
    states = Delivery.objects.order_by("pk").values_list("pk", "state", "attempts")
    assert list(states) == [(one.pk, "waiting", 0), (other.pk, "failed", 10)]
    Delivery.objects.filter(pk=one.pk).update(state="sending")
    page = browser.post(delivery_path(one, "replay/"), follow=True)
    assert "The event is already on its way." in words(page)


def test_events_since_a_moment_are_counted_and_then_sent_again() -> None:
    application, owner = owned()
    endpoint = make_endpoint(application)
    for _number in range(3):
        place(application)
    end_all()
    old = Delivery.objects.order_by("pk")[0]
    Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=3))
    browser = visitor(owner)
    path = path_of(endpoint, "replay/")
    since = f"{timezone.now().astimezone(owner.zone) - timedelta(days=1):%Y-%m-%dT%H:%M}"
    asked = browser.get(path, {"since": since})
    assert "2 events since" in words(asked)
    assert Delivery.objects.filter(state="failed").count() == 3
    page = browser.post(path, {"since": since}, follow=True)
    assert "2 events are being sent again." in words(page)
    assert list(Delivery.objects.filter(state="failed")) == [old]


@pytest.mark.parametrize("since", ["", "yesterday", "2026-02-30T10:00", "0001-01-01T00:00"])
def test_moment_that_is_none_is_refused(since: str) -> None:
    application, owner = owned()
    endpoint = make_endpoint(application)
    place(application)
    end_all()
    browser = visitor(owner)
    for method in (browser.get, browser.post):
        page = method(path_of(endpoint, "replay/"), {"since": since})
        assert page.status_code == 422
        assert "Events since" in words(page)
    assert Delivery.objects.get().state == "failed"


def test_moment_is_read_in_the_readers_time_zone() -> None:
    application, owner = owned()
    endpoint = make_endpoint(application)
    place(application)
    end_all(created_at="2026-06-01T12:00:00Z")
    browser = visitor(owner)
    assert str(owner.zone) == "Europe/Berlin"
    counted = words(browser.get(path_of(endpoint, "replay/"), {"since": "2026-06-01T14:00"}))
    assert "1 event since" in counted
    counted = words(browser.get(path_of(endpoint, "replay/"), {"since": "2026-06-01T14:01"}))
    assert "There is no event since" in counted


def test_event_of_another_endpoint_is_unknown() -> None:
    application, owner = owned()
    mine, other = make_endpoint(application), make_endpoint(application)
    place(application)
    browser = visitor(owner)
    (of_other,) = Delivery.objects.filter(endpoint=other)
    assert browser.get(delivery_path(of_other)).status_code == 200
    for rest in ("", "progress/"):
        path = path_of(mine, f"events/{of_other.webhook_id}/{rest}")
        assert browser.get(path).status_code == 404
    path = path_of(mine, f"events/{of_other.webhook_id}/replay/")
    assert browser.post(path).status_code == 404
