"""Archived orders answer by hash and number; lists, searches by words and exports leave them out."""

import json
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.mail import EmailMessage
from django.test import Client as Browser

from portal.backoffice.audit_log import history_of
from portal.backoffice.search.search_hits import Search
from shop.client_export import write_archive
from shop.data_export import export, export_of_address
from shop.orders.archived_order import ArchivedOrder
from shop.orders.models import Order
from shop.orders.placing import Caller
from shop.orders.project_erasure import erase_orders_of
from shop.tenancy.erasure import erase_address, erase_user
from shop.tenancy.models import Client
from tests.api.calls import get, list_orders, patch
from tests.factories import make_application, make_staff, make_token
from tests.notifications.sent import send_all
from tests.operations.archived import (
    archive_all,
    make_cancelled_order,
    make_finished_order,
    rows_of,
)
from tests.operations.test_archive import with_an_invoice
from tests.pages import assert_left_out, html, visitor, words

pytestmark = pytest.mark.django_db
NOBODY = "nobody-else@example.com"


def placed_by_partner(**members: Any) -> tuple[Order, str]:
    """A finished order of a partner's application, and its token."""
    application = make_application()
    order = make_finished_order(caller=Caller(application=application), **members)
    return order, make_token(application)


def page(order: Order, rest: str = "", language: str = "en") -> Any:
    return visitor(language=language).get(f"/register/{order.order_hash}/{rest}")


def test_page_of_an_archived_order_is_quiet() -> None:
    order = make_finished_order()
    before = page(order)
    assert "live.js" not in html(before)  # as the member has joined
    assert "Total per month" in words(before)
    archive_all()
    answer = page(order)
    assert answer.status_code == 200
    text = words(answer)
    assert str(order.order_number) in text
    assert order.tier_name in text
    assert "This order is archived" in text
    assert "Total per month" not in text
    assert "hx-get" not in html(answer)
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "Diese Bestellung ist archiviert" in words(page(order, language="de"))


def test_page_of_a_cancelled_order_says_why() -> None:
    order = make_cancelled_order()
    archive_all()
    text = words(page(order))
    assert "The partner through whom you ordered cancelled this order." in text
    assert "Ordered twice" in text


@pytest.mark.parametrize("rest", ["cancel/", "address/", "billing/", "join/a-token/"])
def test_other_pages_of_it_lead_there(rest: str) -> None:
    order = make_finished_order()
    archive_all()
    answer = page(order, rest)
    assert (answer.status_code, answer["Location"]) == (302, f"/register/{order.order_hash}/")


def test_page_that_was_open_is_loaded_anew() -> None:
    order = make_finished_order()
    archive_all()
    path = f"/register/{order.order_hash}/progress/"
    answer = visitor().get(path, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")


def test_hash_of_nothing_is_not_found() -> None:
    make_finished_order()
    archive_all()
    assert visitor().get(f"/register/{'0' * 32}/").status_code == 404


@pytest.mark.parametrize("asked", ["number", "email"])
def test_link_to_it_is_mailed(asked: str, mailoutbox: list[EmailMessage]) -> None:
    order = make_finished_order()
    archive_all()
    typed = order.order_number if asked == "number" else order.user_email
    assert visitor().post("/register/", {"order": typed}).status_code == 302
    send_all()
    [mail] = mailoutbox
    assert mail.to == [order.user_email]
    assert f"/register/{order.order_hash}/" in mail.body


def test_api_shows_it_as_before_and_lists_it_no_more() -> None:
    order, token = placed_by_partner(reference="PO-1", metadata={"a": "1"})
    before = get(token, order.order_hash).json()
    assert before["data"]["order"]["subscription"]["state"] == "ended"
    assert list_orders(token)["Total"] == "1"
    archive_all()
    assert get(token, order.order_hash).json() == before
    listed = list_orders(token)
    assert (listed["Total"], listed.json()["data"]["array"]) == ("0", [])
    stranger = make_token(make_application("Other"))
    assert get(stranger, order.order_hash).status_code == 404


@pytest.mark.parametrize("verb", ["change", "cancel"])
def test_api_says_why_it_cannot_be_changed(verb: str) -> None:
    order, token = placed_by_partner()
    archive_all()
    if verb == "change":
        answer = patch(token, order.order_hash, reference="PO-2")
    else:
        answer = Browser().post(
            f"/api/orders/{order.order_hash}/cancel",
            "{}",
            "application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
    assert answer.status_code == 409
    assert "order_archived" in json.dumps(answer.json())


def test_open_order_resources_can_still_be_read() -> None:
    order, token = placed_by_partner()
    headers = {"Authorization": f"Bearer {token}"}
    paths = [f"/orders/{order.order_hash}{rest}" for rest in ("", "/account", "/quote")]
    before = [Browser().get(path, headers=headers).json() for path in paths]
    archive_all()
    assert [Browser().get(path, headers=headers).json() for path in paths] == before
    answer = Browser().delete(paths[0], headers=headers)
    assert answer.status_code == 405
    assert Browser().get(paths[0]).status_code in {401, 404}


def test_invoices_of_an_archived_order_stay() -> None:
    order = with_an_invoice()
    assert order.application is not None
    headers = {"Authorization": f"Bearer {make_token(order.application)}"}
    before = Browser().get("/api/invoices", headers=headers)
    assert before["Total"] == "1"
    archive_all()
    after = Browser().get("/api/invoices", headers=headers)
    assert (after["Total"], after.json()) == ("1", before.json())


def found(text: str) -> dict[str, list[str]]:
    """Return the titles that staff find, by the name of the group."""
    groups = Search(make_staff(), text, 10).groups
    return {group.key: [hit.title for hit in group.hits] for group in groups}


def test_staff_find_it_by_number_hash_address_and_webhook() -> None:
    order, _token = placed_by_partner(redirection_uri="https://partner.example/hook")
    delivery = order.deliveries.first()
    assert delivery is not None
    assert order.user_email
    assert found(order.user_email)["orders"] == [order.order_number]
    archive_all()
    named = (str(order.order_number), order.order_hash, order.user_email, delivery.webhook_id)
    for text in named:
        assert found(text)["archived"] == [order.order_number]
        assert "orders" not in found(text)
    assert "archived" not in found("Constantin")
    assert "archived" not in found(NOBODY)


def test_staff_see_it_and_bring_it_back() -> None:
    order = with_an_invoice()
    invoice = order.subscription.invoices.get()
    before = rows_of(order)
    archive_all()
    staff = make_staff()
    browser = visitor(staff)
    path = f"/staff/orders/{order.pk}/"
    text = words(browser.get(path))
    for told in (order.order_number, order.tier_name, invoice.number, "Archived on", "received"):
        assert str(told) in text
    assert "It is found in lists" in words(browser.get(f"{path}bring-back/"))
    assert ArchivedOrder.objects.exists()
    answer = browser.post(f"{path}bring-back/", follow=True)
    assert "The order is back from the archive." in words(answer)
    assert rows_of(order) == before
    [entry] = history_of(order)
    assert (entry["act"], entry["actor"]) == ("unarchived", staff)
    answer = browser.post(f"{path}bring-back/", follow=True)
    assert "This order is not archived any more." in words(answer)


def test_who_may_only_look_sees_it_and_cannot_bring_it_back() -> None:
    order = make_finished_order()
    archive_all()
    viewer = visitor(make_staff("Viewer"))
    text = html(viewer.get(f"/staff/orders/{order.pk}/"))
    there = html(visitor(make_staff()).get(f"/staff/orders/{order.pk}/"))
    assert_left_out("bring-back/", there=there, here=text)
    assert viewer.post(f"/staff/orders/{order.pk}/bring-back/").status_code == 403
    assert ArchivedOrder.objects.exists()


@pytest.mark.parametrize("page", ["subscriptions/{}/", "invoices/{}/"])
def test_pages_of_staff_lead_from_contract_and_invoice_to_it(page: str) -> None:
    order = with_an_invoice()
    number = order.subscription.invoices.get().number
    archive_all()
    key = order.subscription.pk if "subscriptions" in page else number
    text = html(visitor(make_staff()).get(f"/staff/{page.format(key)}"))
    assert f'href="/staff/orders/{order.pk}/"' in text
    assert str(order.order_number) in text


def test_contract_of_an_archived_order_is_found_by_its_number() -> None:
    order = make_finished_order()
    archive_all()
    path = f"/staff/subscriptions/?state=all&q={order.order_number}"
    assert f"/staff/subscriptions/{order.subscription.pk}/" in html(visitor(make_staff()).get(path))


def test_erasing_a_person_reaches_archived_orders() -> None:
    order = make_finished_order(user_first_name="Nina")
    member = order.member
    assert member is not None
    archive_all()
    Client.objects.update(client_admin=make_staff())
    erase_user(member)
    order.refresh_from_db()
    assert (order.user_email, order.user_first_name) == (None, None)
    assert not ArchivedOrder.objects.exists()


@pytest.mark.parametrize("email", [NOBODY, "o'neil@example.com", "nina@example.xn--p1ai"])
def test_erasing_an_address_reaches_archived_orders_that_only_name_it(email: str) -> None:
    order = make_cancelled_order(user_email="somebody@example.com")
    event = order.events.get(state="cancelled")
    event.details = {"recipient": email}
    event.save()
    other = make_cancelled_order(user_email=email)
    assert archive_all() == 2
    erase_address(email)
    event.refresh_from_db()
    other.refresh_from_db()
    assert email not in str(event.details)
    assert other.user_email is None


def test_end_of_a_project_erases_its_archived_orders() -> None:
    order = make_finished_order()
    archive_all()
    assert order.delivered_project is not None
    erase_orders_of(order.delivered_project)
    order.refresh_from_db()
    assert order.user_email is None


def test_export_of_a_person_has_archived_orders() -> None:
    order = make_finished_order()
    cancelled = make_cancelled_order(user_email=NOBODY)
    assert order.member is not None
    before, before_of_address = export(order.member), export_of_address(NOBODY)
    assert len(before["orders"]) == len(before_of_address["orders"]) == 1
    assert before["messages"]
    assert archive_all() == 2
    assert export(order.member) == before
    assert export_of_address(NOBODY) == before_of_address
    assert str(cancelled.order_number) in str(before_of_address)


def test_export_of_a_client_has_archived_orders(tmp_path: Any) -> None:
    order = make_finished_order()
    client, project = order.delivered_client, order.delivered_project
    assert client is not None
    assert project is not None

    def exported() -> Any:
        with (tmp_path / "data.zip").open("wb+") as file:
            write_archive(file, client, [project])
            return json.loads(ZipFile(file).read("data.json"))["orders"]

    before = exported()
    assert [each["order_number"] for each in before] == [order.order_number]
    archive_all()
    assert exported() == before
