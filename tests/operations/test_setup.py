"""`manage.py setup`: what it does, that it can run again, and what it says is left to do."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from shop.catalogue.seller import Seller
from shop.tenancy.models import User
from tests.notifications.mail_server import Replies, mail_server
from tests.operations.test_first_superuser import ADA, JOIN, link_in
from tests.operations.test_seller_file import SELLER, write
from tests.pages import visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def collected(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Static files in a folder of their own, collected by the first of these tests."""
    settings.STATIC_ROOT = tmp_path_factory.getbasetemp() / "setup-static"


def setup(*arguments: str) -> dict[str, str]:
    """Return the line of each step, and below "left" what is left to do."""
    told = StringIO()
    call_command("setup", "--no-input", *arguments, stdout=told, stderr=told)
    steps, _, left = told.getvalue().partition("\nLeft to do:\n")
    lines = (line.partition(":") for line in steps.splitlines())
    return {**{step: said.strip() for step, _colon, said in lines}, "left": left}


def test_each_step_is_done_once(mailoutbox: list[EmailMessage], tmp_path: Path) -> None:
    Seller.objects.all().delete()
    said = setup("--superuser", ADA)
    assert re.match(rf"A link to join was mailed to {ADA}; it is valid until ", said["Superuser"])
    assert said["Seller"].startswith("Not filled in. Still missing: legal_name, street,")
    assert f"- {ADA} opens the link, and sets up a second step for signing in.\n" in said["left"]
    assert visitor().post(link_in(str(mailoutbox[0].body)), JOIN)["Location"] == "/staff/"
    write(path := tmp_path / "seller.toml", SELLER)
    again = setup("--superuser", ADA, "--seller", str(path))
    assert again["Static files"] == again["Migrations"] == "Nothing to do."
    assert again["Superuser"] == f"{ADA} is one already. Nothing to do."
    assert again["Seller"] == "Filled in."
    assert ADA not in again["left"]
    third = setup("--seller", str(path))
    assert third["Superuser"] == f"{ADA}."
    assert third["Seller"] == "It is complete. Nothing to do."
    assert User.objects.filter(is_superuser=True).count() == len(mailoutbox) == 1


def test_mail_that_is_refused_stops_it_and_the_next_run_mails_again() -> None:
    with (
        mail_server(Replies(rcpt="550 No such user here")),
        pytest.raises(CommandError, match=rf"could not be mailed to {ADA}: .*No such user here"),
    ):
        setup("--superuser", ADA)
    with mail_server(Replies()) as server:
        assert "was mailed" in setup("--superuser", ADA)["Superuser"]
        assert len(server.taken) == 1


def test_database_of_a_newer_version_is_refused() -> None:
    MigrationRecorder.Migration.objects.create(app="orders", name="9999_later")
    with pytest.raises(CommandError, match=r"A newer version .* orders\.9999_later is unknown"):
        setup()


def test_answer_that_is_not_given_is_an_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def end_of_file(_question: str) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", end_of_file)
    Seller.objects.all().delete()
    told = StringIO()
    call_command("setup", stdout=told, stderr=told)
    assert "Superuser:    There is none." in told.getvalue()
    assert "Seller:       Not filled in." in told.getvalue()
