"""`manage.py doctor` asks the mail server, and says what it refuses."""

import socket

import pytest
from pytest_django import Settings

from shop.operations.doctor.mail_checks import mail_lines
from tests.notifications.mail_server import Replies, mail_server
from tests.operations.test_doctor import worse

pytestmark = pytest.mark.once

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def test_mail_server_is_asked_without_sending_anything() -> None:
    with mail_server(Replies()) as server:
        assert worse(mail_lines()) == {}
        assert server.taken == []
        assert worse(mail_lines("ada@example.com")) == {}
        assert [to for to, _content in server.taken] == [["ada@example.com"]]


def test_mail_server_that_refuses_us_is_found(settings: Settings) -> None:
    with mail_server(Replies(), EMAIL_HOST_USER="slate", EMAIL_HOST_PASSWORD="wrong"):
        (line,) = mail_lines()
    assert line.verdict == "act"
    assert "wrong" not in str(line.found)
    with mail_server(Replies(rcpt="550 No relaying")):
        (line,) = mail_lines("ada@example.com")
    assert (line.verdict, "No relaying" in str(line.found)) == ("act", True)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
        settings.EMAIL_PORT = nobody.getsockname()[1]
        (line,) = mail_lines()
    assert (line.verdict, "ConnectionRefusedError" in str(line.found)) == ("act", True)
