"""People whose orders are all archived: staff find them, give their data out and erase them."""

import json
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection

from portal.backoffice.audit_log import history_of
from shop.client_export import write_archive
from shop.orders import archiving
from shop.orders.archived_order import ArchivedOrder, archived_about
from shop.orders.models import Order
from shop.orders.placing import Caller
from shop.tenancy.erasure import erase_address, erase_user
from shop.tenancy.models import Client
from tests.factories import (
    make_application,
    make_client,
    make_packed_order,
    make_project,
    make_staff,
    make_user,
)
from tests.operations.archived import archive_all, make_cancelled_order, settle_all
from tests.pages import visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

PEOPLE = "/staff/people/"
EMAIL = "uta@example.com"
NAMES = {"user_email": EMAIL, "user_first_name": "Uta", "user_last_name": "Unger"}


def test_orderer_without_an_account_is_found_shown_and_erased() -> None:
    order = make_cancelled_order(**NAMES)
    assert archive_all() == 1
    officer = visitor(make_staff("privacy", "viewer"))
    path = officer.post(PEOPLE, {"email": EMAIL.upper()})["Location"]
    assert path == f"{PEOPLE}orders/{order.pk}/"
    page = words(officer.get(path))
    assert "Uta Unger" in page
    assert f"Archived orders {order.order_number}" in page
    given = json.loads(officer.get(f"{path}data.json").content)
    assert [each["order_number"] for each in given["orders"]] == [order.order_number]
    assert "1 finished order loses names" in words(officer.get(f"{path}erase/"))
    officer.post(f"{path}erase/", {"confirm": "on"})
    order.refresh_from_db()
    assert (order.user_email, order.user_last_name) == (None, None)
    assert not ArchivedOrder.objects.exists()
    assert [line["what"] for line in history_of(order)] == ["person erased", "data given out"]
    assert officer.get(path).status_code == 404


def test_page_of_a_member_lists_archived_orders() -> None:
    order = make_packed_order()
    settle_all()
    assert order.member is not None
    archive_all()
    page = words(visitor(make_staff("viewer")).get(f"{PEOPLE}accounts/{order.member.pk}/"))
    assert f"Archived orders {order.order_number}" in page


def test_orders_that_somebody_has_only_placed_for_others_stay_archived() -> None:
    orderer = make_user()
    order = make_packed_order(caller=Caller(application=make_application(), user=orderer))
    settle_all()
    order.messages.all().delete()  # those to the orderer
    archive_all()
    member = order.member
    assert member is not None
    assert archived_about(member, []).exists()
    erase_user(orderer)
    assert ArchivedOrder.objects.get().pk == order.pk
    Client.objects.update(client_admin=make_staff())
    erase_user(member)
    order.refresh_from_db()
    assert order.user_email is None


def test_export_of_a_client_has_no_archived_order_that_only_names_its_project(
    tmp_path: Path,
) -> None:
    project, stranger = make_project(), make_client()
    named = {"project_id": project.pk}
    theirs = make_cancelled_order(user_email="mine@example.com")
    other = make_cancelled_order(**NAMES)
    Order.objects.filter(pk=theirs.pk).update(client_id=project.client_id, **named)
    Order.objects.filter(pk=other.pk).update(client_id=stranger.pk, **named)
    assert archive_all() == 2
    with (tmp_path / "data.zip").open("wb+") as file:
        write_archive(file, project.client, [project])
        orders = json.loads(ZipFile(file).read("data.json"))["orders"]
    assert [each["order_number"] for each in orders] == [theirs.order_number]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_order_that_is_archived_at_the_moment_of_the_erasure_is_erased(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = make_cancelled_order(**NAMES)
    is_archived, goes_on = Event(), Event()
    delete = archiving._delete

    def delete_late(chosen: Any) -> None:
        delete(chosen)
        is_archived.set()
        assert goes_on.wait(20)

    monkeypatch.setattr(archiving, "_delete", delete_late)
    archives, erases = _thread(archive_all), _thread(lambda: erase_address(EMAIL))
    archives.start()
    assert is_archived.wait(20)
    erases.start()
    while not _waits_for_a_lock():
        assert erases.is_alive()
    goes_on.set()
    for thread in (archives, erases):
        thread.join(20)
    assert Order.objects.get(pk=order.pk).user_email is None
    assert not ArchivedOrder.objects.exists()


def _thread(call: Callable[[], object]) -> Thread:
    def run() -> None:
        try:
            call()
        finally:
            connection.close()

    return Thread(target=run)


def _waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])
