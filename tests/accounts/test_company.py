"""The company page: its name, and where address and VAT ID are."""

import pytest
from django.contrib.admin.models import LogEntry

from shop.orders.search import search
from shop.tenancy.client_admins import NotClientAdminError
from shop.tenancy.client_names import rename_client
from shop.tenancy.erasure import erase_user
from shop.tenancy.models import Client
from tests.factories import (
    bystander,
    make_client,
    make_invoice,
    make_packed_order,
    make_profile,
    make_seller,
    make_staff,
    make_subscription,
    make_user,
)
from tests.pages import error_beside, html, visitor, words

pytestmark = pytest.mark.django_db


def url(client: Client) -> str:
    return f"/portal/clients/{client.pk}/company/"


def test_company_shows_name_address_and_vat_id_and_leads_to_their_forms() -> None:
    client = make_client(name="Kranfilm")
    make_profile(client)
    page = visitor(client.client_admin).get(url(client))
    text = words(page)
    assert 'value="Kranfilm"' in html(page)
    assert "Baaderstraße 12" in text
    assert "DE136695976" in text
    assert f'href="/portal/clients/{client.pk}/billing/"' in html(page)
    assert f'href="/portal/clients/{client.pk}/hand-over/"' in html(page)


def test_billing_page_leads_to_the_company_page() -> None:
    client = make_client()
    page = html(visitor(client.client_admin).get(f"/portal/clients/{client.pk}/billing/"))
    assert f'href="{url(client)}"' in page


def test_new_name_is_saved_noted_and_found_and_issued_invoices_keep_the_old() -> None:
    make_seller()
    subscription = make_subscription(make_client(name="Kranfilm"))
    client, invoice = subscription.client, make_invoice(subscription)
    before = invoice.document
    with bystander():
        page = visitor(client.client_admin).post(
            url(client), {"client_name": "Dollyfilm"}, follow=True
        )
    assert "The company’s name is saved." in words(page)
    assert Client.objects.get(pk=client.pk).name == "Dollyfilm"
    invoice.refresh_from_db()
    assert invoice.document == before
    assert set(search("Dollyfilm").pks) == {subscription.order.pk}
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (client.client_admin, str(client.pk))
    assert entry.change_message == "name: Kranfilm → Dollyfilm"


def test_staff_see_the_change_in_the_history_of_the_client() -> None:
    client = make_client(name="Kranfilm")
    assert rename_client(client, "Dollyfilm", client.client_admin)
    page = visitor(make_staff()).get(f"/staff/catalogue/tenancy/client/{client.pk}/history/")
    assert "Kranfilm → Dollyfilm" in words(page)


def test_same_name_changes_and_notes_nothing() -> None:
    client = make_client(name="Kranfilm")
    visitor(client.client_admin).post(url(client), {"client_name": "Kranfilm"})
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "Please enter the name of your company."),
        ("Kran\nfilm", "Please remove line breaks"),
        ("x" * 201, "at most 200"),
    ],
)
def test_refused_name_is_explained_and_not_saved(name: str, error: str) -> None:
    client = make_client(name="Kranfilm")
    page = visitor(client.client_admin).post(url(client), {"client_name": name})
    assert page.status_code == 422
    assert error in error_beside(page, "client_name")
    assert Client.objects.get(pk=client.pk).name == "Kranfilm"


def test_who_has_handed_over_cannot_rename() -> None:
    client = make_client(name="Kranfilm")
    old = client.client_admin
    Client.objects.update(client_admin=make_user())
    with pytest.raises(NotClientAdminError):
        rename_client(client, "Dollyfilm", old)
    assert Client.objects.get(pk=client.pk).name == "Kranfilm"


def test_history_of_the_name_loses_a_person_who_is_erased() -> None:
    admin = make_user(first_name="Mia", last_name="Muster")
    client = make_client(name="Mia Muster", client_admin=admin)
    other = make_packed_order().delivered_client
    assert other
    assert rename_client(client, "Kranfilm", admin)
    assert rename_client(other, "Dollyfilm", other.client_admin)
    assert LogEntry.objects.filter(change_message__contains="Mia Muster").exists()
    erase_user(admin)
    kept = LogEntry.objects.exclude(change_message="")
    assert [entry.change_message for entry in kept] == ["name: Constantin Film → Dollyfilm"]
