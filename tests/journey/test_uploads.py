"""Bodies that no form asks for, at a real server: refused at once, and neither read nor kept."""

import socket
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from tests.pages import visitor, words

HUGE = 200 * 1024 * 1024
CHUNK = b"x" * 65536
PATHS = ["/account/login/", "/oauth/token", "/staff/orders/1/note/", "/register/", "/checkout/"]
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\n"
)


def send(address: str, path: str, *, chunked: bool) -> tuple[int, int]:
    """Send a form with a file of 200 MiB; return the status and how much was sent before it."""
    url = urlsplit(address)
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {HUGE}"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {url.netloc}\r\nCookie: csrftoken={'a' * 32}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\n{length}\r\n\r\n"
    )
    with socket.create_connection((url.hostname or "", url.port or 80), timeout=60) as connection:
        connection.sendall(head.encode())
        sent = 0
        connection.settimeout(0.01)
        for data in (FORM, *[CHUNK] * (HUGE // len(CHUNK))):
            try:
                answer = connection.recv(4096)
                break
            except TimeoutError:
                pass
            framed = b"%x\r\n%s\r\n" % (len(data), data) if chunked else data
            try:
                connection.settimeout(60)
                connection.sendall(framed)
                sent += len(data)
                connection.settimeout(0.01)
            except OSError:
                answer = connection.recv(4096)
                break
        else:
            raise AssertionError("The server took all of it.")
    return int(answer.split()[1]), sent


@pytest.mark.once
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("path", PATHS)
def test_body_of_200_mib_is_refused_before_it_is_read(shop: str, path: str, chunked: bool) -> None:
    before = set(Path(tempfile.gettempdir()).glob("*.upload*"))
    began = time.monotonic()
    status, sent = send(shop, path, chunked=chunked)
    # A body without a length is not read: its form is empty.
    assert status in ({403, 400} if chunked else {413})
    assert sent < HUGE / 10
    assert time.monotonic() - began < 60
    assert set(Path(tempfile.gettempdir()).glob("*.upload*")) == before


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/account/login/", "/checkout/", "/register/"])
def test_form_above_the_limit_is_told_so(path: str, settings: Settings) -> None:
    size = settings.FORM_BYTES
    form = {"login": "x" * (size - 2000)}
    assert visitor().post(path, form).status_code != 413
    answer = visitor().post(path, {"login": "x" * (size + 1)})
    assert answer.status_code == 413
    assert "Nothing was saved." in words(answer)


@pytest.mark.django_db
def test_limit_is_told_to_programs_in_their_shape(settings: Settings) -> None:
    answer = Client().post("/oauth/token", {"code": "x" * (settings.FORM_BYTES + 1)})
    assert answer.status_code == 413
    assert answer.json()["error"] == "invalid_request"
    answer = visitor().post("/staff/", {"x": "x" * (settings.FORM_BYTES + 1)})
    assert answer.status_code == 302  # staff may send more
    answer = visitor().post("/staff/", {"x": "x" * (settings.STAFF_FORM_BYTES + 1)})
    assert answer.status_code == 413


@pytest.mark.django_db
def test_file_in_a_small_form_is_not_kept(tmp_path: Path, settings: Settings) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    file = tmp_path / "sent.txt"
    file.write_text("x" * 1000)
    with file.open("rb") as sent:
        answer = visitor().post("/account/login/", {"login": "a@b.example", "file": sent})
    assert answer.status_code == 200
    assert [path.name for path in tmp_path.iterdir()] == ["sent.txt"]
    assert not answer.wsgi_request.FILES


@pytest.mark.django_db
def test_trace_is_refused() -> None:
    for path in ("/livez", "/", "/account/login/", "/api/orders"):
        assert visitor().generic("TRACE", path).status_code == 405
