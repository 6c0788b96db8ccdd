"""Calls of the API: counted in memory at no cost for the call, written down by a thread."""

from datetime import date, timedelta

import pytest
from django.db import Error, OperationalError, transaction
from django.http import Http404
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from shop.access.call_counts import CallCounts, counts, delete_old_counts
from shop.access.models import Application, CallCount
from shop.access.tokens import check_bearer
from tests.factories import make_application, make_token, make_user
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


def call(token: str, path: str = "/api/orders", method: str = "get", **data: object) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    status: int = (
        getattr(Client(), method)(
            path, data or None, content_type="application/json", headers=headers
        )
    ).status_code
    return status


def written() -> list[tuple[int, str, int, int]]:
    counts.write()
    found = CallCount.objects.order_by("application", "operation", "status")
    return list(found.values_list("application", "operation", "status", "number"))


def test_calls_are_counted_by_application_operation_and_status() -> None:
    first, second = make_application("First"), make_application("Second")
    tokens = [make_token(each) for each in (first, second)]
    assert [call(tokens[0]) for _ in range(2)] == [200, 200]
    assert call(tokens[0], "/api/orders", "post", order={}) == 422
    assert call(tokens[0], "/api/orders/" + "0" * 32) == 404
    assert call(tokens[1]) == 200
    assert written() == [
        (first.pk, "GET /api/orders", 200, 2),
        (first.pk, "GET /api/orders/{order_hash}", 404, 1),
        (first.pk, "POST /api/orders", 422, 1),
        (second.pk, "GET /api/orders", 200, 1),
    ]
    assert set(CallCount.objects.values_list("day", flat=True)) == {timezone.localdate()}


def test_refusals_for_the_scope_and_the_rate_are_counted(settings: Settings) -> None:
    application = make_application()
    assert call(make_token(application, "orders:write")) == 403
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "application": (1.0, 0)}
    settings.TRUSTED_PROXIES = []
    headers = {"Authorization": f"Bearer {make_token(application)}"}
    assert Client(REMOTE_ADDR="203.0.113.7").get("/api/orders", headers=headers).status_code == 429
    assert [(status, number) for *_rest, status, number in written()] == [(403, 1), (429, 1)]


def test_calls_of_the_open_order_are_counted() -> None:
    application = make_application()
    token = make_token(application)
    assert call(token, "/order") == 404
    assert call(token, f"/orders/{'0' * 32}/account/products") == 404
    assert written() == [
        (application.pk, "GET /order", 404, 1),
        (application.pk, "GET /orders/{order_hash}/account/products", 404, 1),
    ]


def test_calls_without_an_application_are_not_counted() -> None:
    assert call("wrong") == 401
    assert call(make_token(make_user())) == 200
    assert written() == []


@pytest.mark.parametrize("path", ["/api/orders", "/order"])
@pytest.mark.parametrize(
    ("error", "status"), [(ZeroDivisionError, 500), (OperationalError, 503), (Http404, 404)]
)
def test_call_that_breaks_is_counted_with_its_answer(
    path: str, error: type[Exception], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = make_application()
    token = make_token(application)

    def broken(*_args: object) -> None:
        raise error

    monkeypatch.setattr("shop.api.views.list_orders", broken)
    monkeypatch.setattr("shop.open_order.request.find_open", broken)
    answer = Client(raise_request_exception=False).get(
        path, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == status
    assert written() == [(application.pk, f"GET {path}", status, 1)]


def test_counted_call_makes_no_statement_of_its_own(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    token = make_token(make_application())
    check_bearer(token)  # its first use in an hour is written down
    with django_assert_num_queries(2):  # the token, the orders
        call(token)
    with django_assert_num_queries(1):
        counts.write()
    with django_assert_num_queries(0):
        counts.write()


def test_processes_add_to_one_row() -> None:
    application = make_application()
    for _process in range(3):
        process = CallCounts()
        process.add((application.pk, DAY, "GET /api/orders", 200))
        process.add((application.pk, DAY, "GET /api/orders", 200))
        process.write()
    assert CallCount.objects.get().number == 6


def test_numbers_are_kept_while_they_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    application = make_application()
    process = CallCounts()
    process.add((application.pk, DAY, "GET /api/orders", 200))
    monkeypatch.setattr("shop.access.call_counts.ADD", "INSERT INTO missing_table VALUES (%s)")
    with pytest.raises(Error), transaction.atomic():
        process.write()
    assert not CallCount.objects.exists()
    monkeypatch.undo()
    process.add((application.pk, DAY, "GET /api/orders", 200))
    process.write()
    assert CallCount.objects.get().number == 2


@pytest.mark.django_db(transaction=True)
def test_thread_writes_by_itself(settings: Settings) -> None:
    settings.CALL_COUNTS_EVERY_SECONDS = 0.05
    application = make_application()
    process = CallCounts()
    process.add((application.pk, DAY, "GET /api/orders", 200))
    assert wait_for(lambda: CallCount.objects.filter(application=application).exists(), 5)


def test_counts_of_an_application_that_is_gone_do_no_harm() -> None:
    application = make_application()
    token = make_token(application)
    call(token)
    Application.objects.all().delete()
    counts.write()
    assert CallCount.objects.count() == 1


def test_old_counts_are_deleted(settings: Settings) -> None:
    application, today = make_application(), timezone.localdate()
    for age in (0, settings.KEEP_CALL_COUNTS_DAYS, settings.KEEP_CALL_COUNTS_DAYS + 1):
        CallCount.objects.create(
            application=application,
            day=today - timedelta(days=age),
            operation="GET /api/orders",
            status=200,
            number=1,
        )
    delete_old_counts(lambda: None)
    assert sorted((today - each.day).days for each in CallCount.objects.all()) == [0, 90]
