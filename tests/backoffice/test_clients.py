"""The list of clients and the page of one: what it has, what staff change, what they note."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from portal.backoffice.audit_log import history_of
from portal.backoffice.clients.note_rows import ClientNote
from shop.billing.reminder_rows import OverdueCase
from shop.orders.assignment import add_note
from shop.orders.models import Order
from shop.tenancy.appointment_requests import ask_to_appoint, open_requests
from shop.tenancy.models import Client
from tests.accounts.factors import by_password_and_app
from tests.backoffice.test_factor_resets import age_factor
from tests.backoffice.test_undo import undo
from tests.factories import (
    make_client,
    make_invoice,
    make_membership,
    make_packed_order,
    make_profile,
    make_project,
    make_staff,
    make_subscription,
    make_user,
)
from tests.pages import error_beside, html, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

LIST = "/staff/clients/"


def path_of(client: Client) -> str:
    return f"{LIST}{client.pk}/"


def delivered(**members: str) -> Client:
    """The client of a packed order."""
    client = make_packed_order(**members).delivered_client
    assert client
    return client


def listed(browser: Browser, query: str = "") -> set[str]:
    """The names in the list."""
    rows = html(browser.get(f"{LIST}{query}")).partition("<tbody")[2].partition("</tbody>")[0]
    names = Client.objects.values_list("name", flat=True)
    return {name for name in names if f"<bdi>{name}</bdi>" in rows}


def test_clients_are_found_by_what_their_orders_are_found_by() -> None:
    delivered(client_name="Bavaria Film", user_email="uta@elbe.example")
    delivered(client_name="Die Filmgesellschaft", project_name="Drei Tage")
    browser = visitor(make_staff("viewer"))
    assert listed(browser) == {"Bavaria Film", "Die Filmgesellschaft"}
    assert listed(browser, "?q=bavaria") == {"Bavaria Film"}
    assert listed(browser, "?q=uta@elbe.example") == {"Bavaria Film"}
    assert listed(browser, "?q=drei+tage") == {"Die Filmgesellschaft"}
    assert "No client matches." in words(browser.get(f"{LIST}?q=nothing"))


def test_client_without_an_order_is_found_by_any_word_of_its_name() -> None:
    make_client(name="Die Elbebild Söhne")
    make_client(name="Spreebild")
    browser = visitor(make_staff("viewer"))
    assert listed(browser, "?q=soehne") == {"Die Elbebild Söhne"}


def test_renamed_client_is_found_by_its_new_name() -> None:
    client = delivered(client_name="Old Film")
    chief = visitor(make_staff())
    chief.post(f"{path_of(client)}rename/", {"client_name": "New Film", "before": "Old Film"})
    assert listed(chief, "?q=new") == {"New Film"}


def test_list_shows_what_needs_a_colleague() -> None:
    owing, asking, quiet = (make_client(name=name) for name in ("Owing", "Asking", "Quiet"))
    OverdueCase.objects.create(client=owing, opened_on=timezone.localdate())
    ask_to_appoint(asking, asking.client_admin, "On leave.")
    browser = visitor(make_staff("viewer"))
    assert listed(browser) == {"Owing", "Asking", quiet.name}
    assert listed(browser, "?needs=overdue") == {"Owing"}
    assert listed(browser, "?needs=appoint") == {"Asking"}


def test_page_shows_all_that_a_caller_asks_about() -> None:
    client = make_client(name="Elbebild")
    project = make_project(client=client, name="Elbe", url="https://elbe.example/")
    make_membership(project=project, user=client.client_admin)
    make_membership(project=project, joined_at=None)
    make_profile(client, vat_id="DE129273398")
    invoice = make_invoice(
        make_subscription(client, project=project),
        due_on=timezone.localdate() - timedelta(days=3),
    )
    other = make_invoice()
    page = visitor(make_staff("agent")).get(path_of(client))
    text = words(page)
    assert "1 of 8 + 1 invited" in text
    assert 'href="https://elbe.example/" rel="noreferrer"' in html(page)
    assert invoice.number in text
    assert other.number not in text
    assert "at least one invoice is overdue" in text
    assert "VAT ID DE129273398" in text
    assert f"Subscription {invoice.subscription_id} Elbe" in text


def test_price_of_a_subscription_is_net_and_its_discount_beside_it() -> None:
    client = make_client()
    make_subscription(client, list_cents=4900, discount_cents=490)
    text = words(visitor(make_staff("agent")).get(path_of(client)))
    assert "€49.00 net a month · Discount €4.90" in text


def test_staff_without_billing_see_no_invoices() -> None:
    client = make_client()
    invoice = make_invoice(make_subscription(client, project=make_project(client=client)))
    agent, viewer = make_staff("agent"), make_staff("viewer")
    for group in viewer.groups.all():
        group.permissions.remove(*group.permissions.filter(codename="view_invoice"))
    assert invoice.number in words(visitor(agent).get(path_of(client)))
    text = words(visitor(viewer).get(path_of(client)))
    assert invoice.number not in text
    assert "Still to be paid" not in text


def test_rename_keeps_old_and_new_name_and_can_be_undone() -> None:
    client, bystander = make_client(name="Old Film"), make_client(name="Old Film")
    admin = make_staff("admin")
    browser = visitor(admin)
    form = {"client_name": "New Film", "before": "Old Film"}
    page = browser.post(f"{path_of(client)}rename/", form, follow=True)
    assert "The client is renamed." in words(page)
    client.refresh_from_db()
    assert client.name == "New Film"
    (entry,) = history_of(client)
    assert (entry["what"], entry["actor"]) == ("renamed", admin)
    assert entry["changes"] == [("Name", "Old Film", "New Film")]
    undo(browser, page)
    client.refresh_from_db()
    assert client.name == "Old Film"
    assert history_of(client)[0]["changes"] == [("Name", "New Film", "Old Film")]
    assert history_of(bystander) == []


def test_rename_by_a_stale_page_changes_nothing() -> None:
    client = make_client(name="Third Film")
    form = {"client_name": "New Film", "before": "Old Film"}
    page = visitor(make_staff("admin")).post(f"{path_of(client)}rename/", form, follow=True)
    assert "Somebody else was faster." in words(page)
    client.refresh_from_db()
    assert (client.name, history_of(client)) == ("Third Film", [])


def test_rename_refuses_what_an_order_could_not_hold() -> None:
    client = make_client(name="Old Film")
    form = {"client_name": "", "before": "Old Film"}
    page = visitor(make_staff("admin")).post(f"{path_of(client)}rename/", form)
    assert page.status_code == 422
    assert error_beside(page, "client_name") == "Please enter the client's name."
    assert not LogEntry.objects.exists()


def test_client_is_handed_over_and_the_request_for_it_is_done() -> None:
    client, new = make_client(name="Elbebild"), make_user(first_name="Nina")
    other = make_client()
    ask_to_appoint(client, client.client_admin, "On leave.")
    old, admin = client.client_admin, make_staff("admin")
    browser = visitor(admin)
    question = browser.get(f"{path_of(client)}hand-over/")
    assert "They stay a member of the projects that they have joined." in words(question)
    form = {"instead_of": old.pk, "user": new.email}
    assert browser.post(f"{path_of(client)}hand-over/", form).status_code == 422
    page = browser.post(f"{path_of(client)}hand-over/", {**form, "confirm": "on"}, follow=True)
    assert f"{new.email} now administers the client." in words(page)
    client.refresh_from_db()
    assert client.client_admin == new
    assert not open_requests().exists()
    assert f"Client handed over by {admin.get_full_name()}" in words(page)
    assert f"{old.email} → {new.email}" in words(page)
    assert new.email not in str(list(LogEntry.objects.values()))
    assert Client.objects.get(pk=other.pk).client_admin == other.client_admin


def test_hand_over_by_a_stale_page_changes_nothing() -> None:
    client, new = make_client(), make_user()
    form = {"instead_of": new.pk, "user": make_user().email, "confirm": "on"}
    page = visitor(make_staff("admin")).post(f"{path_of(client)}hand-over/", form, follow=True)
    assert "Somebody else was faster." in words(page)
    assert Client.objects.get().client_admin == client.client_admin


def test_hand_over_to_a_member_fills_in_their_address() -> None:
    client = make_client()
    member = make_membership(project=make_project(client=client)).user
    stranger = make_membership().user
    browser = visitor(make_staff("admin"))
    assert member.email in html(browser.get(f"{path_of(client)}hand-over/?to={member.pk}"))
    assert stranger.email not in html(browser.get(f"{path_of(client)}hand-over/?to={stranger.pk}"))


def test_hand_over_asks_for_the_factor_again(settings: Settings) -> None:
    client, new = make_client(), make_user()
    browser = by_password_and_app(make_staff("admin"))
    settings.DEMO = False
    age_factor(browser)
    form = {"instead_of": client.client_admin_id, "user": new.email, "confirm": "on"}
    answer = browser.post(f"{path_of(client)}hand-over/", form)
    assert (answer.status_code, "/2fa/reauthenticate/" in answer["Location"]) == (302, True)
    assert Client.objects.get().client_admin == client.client_admin


def test_history_tells_what_staff_did_with_the_orders() -> None:
    order, other = make_packed_order(), make_packed_order(client_name="Other")
    staff = make_staff("agent")
    add_note(order, staff, "Wants it faster.")
    add_note(other, staff, "Is patient.")
    assert order.delivered_client
    text = words(visitor(staff).get(path_of(order.delivered_client)))
    assert f"Note Wants it faster. Order {order.order_number} by {staff.get_full_name()}" in text
    assert "Is patient." not in text


def test_viewer_reads_and_changes_nothing() -> None:
    client = make_client()
    main = html(visitor(make_staff("viewer")).get(path_of(client))).partition("<main")[2]
    assert "<form" not in main.partition("</main>")[0]


@pytest.mark.parametrize("path", ["list", "page"])
def test_pages_take_as_many_queries_for_many_rows_as_for_one(path: str) -> None:
    client, browser = delivered(), visitor(make_staff())
    url = LIST if path == "list" else path_of(client)
    staff, counts = make_staff("agent"), []
    for number in (1, 5):
        for _turn in range(number):
            project = make_project(client=client)
            make_membership(project=project)
            make_invoice(make_subscription(client, project=project))
            ClientNote.objects.create(client=client, author=staff, text="x")
            make_invoice()
            order = make_packed_order()
            Order.objects.filter(pk=order.pk).update(delivered_client=client)
            add_note(order, staff, "x")
        browser.get(url)
        with CaptureQueriesContext(connection) as queries:
            browser.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] < (8 if path == "list" else 22)


@pytest.mark.parametrize("number", ["9" * 5000, "٣", "0" * 40])
def test_hand_over_to_what_is_no_member_asks_for_the_address(number: str) -> None:
    client = make_client()
    page = visitor(make_staff("admin")).get(f"{path_of(client)}hand-over/", {"to": number})
    assert page.status_code == 200
    assert 'name="user"' in html(page)
