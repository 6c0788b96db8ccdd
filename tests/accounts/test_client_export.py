"""Downloads of a client's and of a project's data by the client_admin."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client as Browser
from django.utils import timezone

from shop.billing.filing import make_files
from shop.billing.invoice_files import delete_stored
from shop.billing.models import Subscription
from shop.orders.member_orders import invite
from shop.tenancy.closed_projects import close_project
from shop.tenancy.models import Client, Membership, Project
from shop.tenancy.signals import client_exported
from tests.accounts.my_data import signed_in
from tests.contract_factories import make_tier_change
from tests.factories import (
    make_client,
    make_invoice,
    make_membership,
    make_profile,
    make_project,
    make_seller,
    make_subscription,
    make_user,
    pack_all,
)
from tests.pages import html, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


def archive(browser: Browser, url: str) -> tuple[ZipFile, dict[str, Any]]:
    """The downloaded file, and the JSON in it."""
    answer = browser.get(url)
    assert answer.status_code == 200, answer.headers
    file = ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert file.testzip() is None
    return file, json.loads(file.read("data.json"))


def of_project(project: Project) -> str:
    return f"/portal/projects/{project.pk}/export/"


def of_client(client: Client) -> str:
    return f"/portal/clients/{client.pk}/export/"


def ended(project: Project, days: int) -> None:
    """The contract of the project has ended; its data can be exported for so many days."""
    close_project(project, timezone.localdate() + timedelta(days=days))


def test_export_of_a_project_holds_members_contract_orders_and_invoices_with_their_files() -> None:
    make_seller()
    admin = make_user(first_name="Ada", email="ada@example.com")
    client = make_client(name="Kranfilm", client_admin=admin)
    subscription = make_subscription(client)
    project = Project.objects.get(pk=subscription.project_id)
    Membership.objects.filter(project=project).update(role="admin", joined_at=timezone.now())
    invite(project, admin, {"user_email": "nina@example.com", "language": "en"})
    pack_all()
    invoice = make_invoice(subscription)
    make_tier_change(Subscription.objects.get(pk=subscription.pk), "m")
    make_files(lambda: None)
    make_invoice(make_subscription())

    file, data = archive(signed_in(admin), of_project(project))

    assert data["client"]["name"] == "Kranfilm"
    assert data["billing"][0]["company"] == "Isarfilm Produktion GmbH"
    (told,) = data["projects"]
    assert (told["name"], told["number"], told["tier"]) == (project.name, project.pk, "M")
    people = {(each["email"], each["role"], each["joined_at"] is None) for each in told["members"]}
    assert people == {("ada@example.com", "admin", False), ("nina@example.com", "member", True)}
    (contract,) = told["subscriptions"]
    assert (contract["number"], contract["state"]) == (subscription.pk, "active")
    assert [(each["old_tier"], each["tier"]) for each in contract["changes"]] == [("S", "M")]
    assert [each["kind"] for each in contract["history"]] == ["changed"]
    assert {each["user_email"] for each in data["orders"]} == {None, "nina@example.com"}
    numbers = sorted(each["number"] for each in data["invoices"])
    assert invoice.number in numbers
    assert len(numbers) == 2
    names = {f"invoices/Invoice-{number}.{end}" for number in numbers for end in ("pdf", "xml")}
    words = {name.replace("Invoice", "Rechnung") for name in names}
    assert set(file.namelist()) in ({"data.json", *names}, {"data.json", *words})
    assert data["missing_files"] == []


def test_export_of_a_client_holds_all_of_its_projects_and_nobody_elses() -> None:
    admin = make_user()
    client = make_client(client_admin=admin)
    for name in ("Eins", "Zwei"):
        make_project(client=client, name=name)
    make_project(name="Fremd")
    make_profile(make_client(client_admin=make_user()), company="Fremd")
    _file, data = archive(signed_in(admin), f"{of_client(client)}download/")
    assert [each["name"] for each in data["projects"]] == ["Eins", "Zwei"]
    assert "Fremd" not in json.dumps(data)


def test_closed_project_can_be_exported_until_its_day_and_no_longer() -> None:
    admin = make_user()
    client = make_client(client_admin=admin)
    last, over = (make_project(client=client, name=name) for name in ("Heute", "Gestern"))
    ended(last, 0)
    ended(over, -1)
    browser = signed_in(admin)
    page = browser.get(of_client(client))
    assert f'href="{of_project(last)}"' in html(page)
    assert f'href="{of_project(over)}"' not in html(page)
    assert "Gestern: the data could be downloaded until" in words(page)
    assert archive(browser, of_project(last))[1]["projects"][0]["name"] == "Heute"
    answer = browser.get(of_project(over), follow=True)
    assert "The time to download this project’s data is over." in words(answer)
    _file, data = archive(browser, f"{of_client(client)}download/")
    assert [each["name"] for each in data["projects"]] == ["Heute"]


def test_download_asks_who_it_is_first() -> None:
    admin = make_user()
    project = make_project(client=make_client(client_admin=admin))
    archive(visitor(admin), of_project(project))  # signed in a moment ago; read, and so closed
    session_free = visitor().get(of_project(project))
    assert session_free.headers["Location"].startswith("/account/login/")
    old = visitor()
    old.force_login(admin)
    assert "reauthenticate" in old.get(of_project(project)).headers["Location"]


def test_members_and_admins_of_a_project_cannot_export() -> None:
    project = make_project()
    for role in ("member", "admin"):
        member = make_membership(project=project, role=role).user
        assert signed_in(member).get(of_project(project)).status_code == 404
        assert signed_in(member).get(of_client(project.client)).status_code == 404
        # Nor are they asked who they are first, which would tell that there is such a project.
        assert visitor(member).get(of_project(project)).status_code == 404


def test_file_that_cannot_be_made_is_named_and_the_rest_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_seller()
    admin = make_user()
    subscription = make_subscription(make_client(client_admin=admin))
    invoice = make_invoice(subscription)
    make_files(lambda: None)
    for stored in invoice.files.all():
        delete_stored(stored)
    monkeypatch.setattr("django.conf.settings.INVOICE_TEMPLATE", "/nowhere.typ", raising=False)
    file, data = archive(signed_in(admin), of_project(subscription.project))
    assert f"{invoice.number}.pdf" in data["missing_files"]
    assert "data.json" in file.namelist()


@contextmanager
def adding(name: str) -> Iterator[None]:
    """A room of an adopter adds a file of its own."""

    def add(archive: ZipFile, projects: list[Project], **rest: Any) -> None:
        archive.writestr(name, ", ".join(project.name for project in projects))

    client_exported.connect(add)
    try:
        yield
    finally:
        client_exported.disconnect(add)


def test_adopters_add_files_of_their_own() -> None:
    project = make_project(name="Nachtdreh")
    with adding("scenes/list.txt"):
        file, _data = archive(signed_in(project.client.client_admin), of_project(project))
    assert file.read("scenes/list.txt").decode() == "Nachtdreh"


def test_waiving_asks_first_and_open_projects_have_nothing_to_waive() -> None:
    admin = make_user()
    project = make_project(client=make_client(client_admin=admin))
    waive = f"{of_project(project)}waive/"
    browser = signed_in(admin)
    assert browser.post(waive).headers["Location"] == of_client(project.client)
    assert Project.objects.get(pk=project.pk).export_until is None
    ended(project, 5)
    assert "You can still download the data until" in words(browser.get(waive))
    assert Project.objects.get(pk=project.pk).export_until > timezone.localdate()  # type: ignore[operator]
    browser.post(waive)
    assert Project.objects.get(pk=project.pk).export_until < timezone.localdate()  # type: ignore[operator]
