"""The page of an application: its calls, webhooks and orders, each number with its rows."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from portal.backoffice.partners.delivery_statistics import DeliveryStatistics
from shop.access.call_statistics import CallStatistics, outcome_of
from shop.access.models import Application, CallCount
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import Order
from shop.orders.placing import Caller
from tests.factories import make_application, make_order, make_staff
from tests.notifications.receiver import make_order_for
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db


def staff() -> Client:
    return visitor(make_staff("admin"))


def path(application: Application) -> str:
    return f"/staff/applications/{application.pk}/"


def count(
    application: Application,
    days: int,
    status: int,
    number: int,
    operation: str = "GET /api/orders",
) -> None:
    CallCount.objects.create(
        application=application,
        day=timezone.localdate() - timedelta(days=days),
        operation=operation,
        status=status,
        number=number,
    )


def test_usual_rate_limit_is_shown_in_german_with_its_fraction(settings: Settings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "application": (2.5, 40)}
    page = staff().get(path(make_application()), headers={"accept-language": "de"})
    assert "2,5 je Sekunde, 40 auf einmal" in words(page)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "good"), (201, "good"), (404, "wait"), (422, "wait"), (429, "past"), (500, "fault")],
)
def test_statuses_count_as_outcomes(status: int, outcome: str) -> None:
    assert outcome_of(status) == outcome


def test_calls_are_summed_by_day_and_outcome() -> None:
    application, other = make_application(), make_application("Bystander")
    count(application, 0, 200, 5)
    count(application, 0, 201, 2, "POST /api/orders")
    count(application, 0, 422, 3, "POST /api/orders")
    count(application, 13, 503, 1)
    count(application, 14, 200, 99)
    count(other, 0, 200, 99)
    calls = CallStatistics(application)
    assert [numbers for _day, numbers, total in calls.by_day if total] == [
        [7, 3, 0, 0],
        [0, 0, 0, 1],
    ]
    assert calls.by_day[0][0] == timezone.localdate()
    assert calls.total == 11


def test_most_frequent_refusals_are_those_of_today_and_yesterday() -> None:
    application = make_application()
    count(application, 0, 422, 2, "POST /api/orders")
    count(application, 1, 422, 2, "POST /api/orders")
    count(application, 1, 404, 3)
    count(application, 2, 403, 99)
    count(application, 0, 200, 99)
    assert CallStatistics(application).refusals == [
        ("POST /api/orders", 422, "Unprocessable Entity", 4),
        ("GET /api/orders", 404, "Not Found", 3),
    ]


def test_webhooks_are_summed_by_day_and_state() -> None:
    application = make_application()
    for place, state in enumerate(("failed", "delivered", "waiting", "sending", "gone", "failed")):
        order = make_order_for("https://partner.example/", application)
        created = timezone.now() - timedelta(days=20 if place == 5 else 0)
        order.deliveries.update(state=state, created_at=created)
    make_order_for("https://partner.example/", make_application("Bystander"))
    statistics = DeliveryStatistics(application)
    assert statistics.by_day[0][1:] == ([1, 2, 1, 1], 5)
    assert (statistics.total, statistics.failed) == (5, 1)


def test_numbers_of_webhooks_lead_to_their_rows() -> None:
    application = make_application()
    make_order_for("https://partner.example/", application).deliveries.update(state="failed")
    page = staff().get(path(application))
    assert "1 was given up in the last 14 days" in words(page)
    target = f"{path(application)}deliveries/?state=failed"
    assert f'href="{target}"' in html(page)
    assert words(staff().get(target)).count("given up") >= 2


def test_newest_orders_and_stuck_ones_are_shown_with_their_lists() -> None:
    application, caller = make_application(), Caller(application=make_application("Bystander"))
    orders = [make_order("s", Caller(application=application)) for _ in range(11)]
    foreign = make_order("s", caller)
    Order.objects.filter(pk__in=[orders[0].pk, foreign.pk]).update(
        state="need_human", fault="client_gone"
    )
    page = staff().get(path(application))
    shown = re.findall(r'href="/staff/orders/(\d+)/"', html(page))
    assert shown == [str(order.pk) for order in reversed(orders[1:])]
    assert f'href="/staff/?application={application.pk}&amp;show=need_human"' in html(page)
    assert f'href="/staff/?application={application.pk}&amp;show=all"' in html(page)
    assert "show=has_packing_errors" not in html(page)


def test_quiet_application_says_so() -> None:
    text = words(staff().get(path(make_application())))
    assert text.count("None in the last 14 days.") == 2
    assert "It has not placed an order yet." in text


@pytest.mark.parametrize("number", [1, 8])
def test_page_takes_as_many_queries_for_many_rows(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    application, browser = make_application(), staff()
    for place in range(number):
        make_order_for("https://partner.example/", application)
        count(application, place, 422, 1)
    assert Delivery.objects.count() == number
    browser.get(path(application))
    with django_assert_num_queries(14):
        browser.get(path(application))
