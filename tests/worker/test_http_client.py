"""One call: what arrives, what counts as success, and that it ends in time."""

import socket
import threading
import time
from collections.abc import Callable

import pytest

from shop.worker.http_client import Failure, HttpClient, Response
from shop.worker.networks import Address, Lookup, look_up
from tests.notifications.receiver import (
    Behaviour,
    dripping,
    in_turn,
    receiving,
    silent,
    status,
    unused_uri,
)

pytestmark = pytest.mark.once

NAME = "partner.example"
HEADERS = {"Content-Type": "application/json", "webhook-id": "msg_1"}
BODY = b'{"a": 1}'
KEPT = 1024
LONGEST = 15  # seconds, for slow machines; whoever keeps a caller waiting here does so for 20


def call(uri: str, lookup: Lookup = look_up, *, seconds: float = 15) -> Response:
    client = HttpClient(seconds, allow_local=True, max_bytes=KEPT, lookup=lookup)
    return client.request("POST", uri, HEADERS, BODY)


def test_call_brings_body_and_headers_to_the_very_address() -> None:
    with receiving(status(200, b"thanks")) as receiver:
        assert call(receiver.uri) == Response(status=200, body=b"thanks")
    (came,) = receiver.calls
    assert (came.path, came.body) == ("/hooks?a=b", BODY)
    assert came.headers["host"] == receiver.address
    assert came.headers["content-type"] == "application/json"
    assert came.headers["webhook-id"] == "msg_1"
    assert came.headers["content-length"] == str(len(BODY))


def test_address_without_a_path_is_the_root() -> None:
    with receiving() as receiver:
        call(f"http://{receiver.address}?a=b")
        call(f"http://{receiver.address}#part")
    assert [came.path for came in receiver.calls] == ["/?a=b", "/"]


def test_ipv6_is_reached_where_a_machine_has_it() -> None:
    with receiving(host="::1") as receiver:
        assert call(receiver.uri) == Response(status=204)
    assert receiver.calls[0].headers["host"] == receiver.address


@pytest.mark.parametrize("number", [200, 201, 202, 204, 299])
def test_success_is_any_status_of_the_two_hundreds(number: int) -> None:
    with receiving(status(number)) as receiver:
        assert call(receiver.uri) == Response(status=number)


@pytest.mark.parametrize(
    ("number", "failure"),
    [
        (400, Failure.STATUS),
        (404, Failure.STATUS),
        (410, Failure.STATUS),
        (429, Failure.STATUS),
        (500, Failure.STATUS),
        (503, Failure.STATUS),
        (304, Failure.REDIRECT),
    ],
)
def test_any_other_status_is_a_failure(number: int, failure: Failure) -> None:
    with receiving(status(number)) as receiver:
        assert call(receiver.uri) == Response(failure=failure, status=number)


def test_other_methods_need_no_body() -> None:
    with receiving(status(200, b"page")) as receiver:
        client = HttpClient(15, allow_local=True)
        assert client.request("GET", receiver.uri, {}) == Response(status=200, body=b"page")
    (came,) = receiver.calls
    assert (came.path, came.body) == ("/hooks?a=b", b"")
    assert "content-length" not in came.headers


@pytest.mark.parametrize("number", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(number: int) -> None:
    with receiving() as other, receiving(status(number, Location=other.uri)) as receiver:
        assert call(receiver.uri) == Response(failure=Failure.REDIRECT, status=number)
    assert other.calls == []


def test_body_is_read_up_to_its_limit_and_not_drained() -> None:
    endless = dripping(b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * (KEPT + 1))
    with receiving(endless) as receiver:
        assert call(receiver.uri) == Response(status=200, body=b"a" * 1024)


def test_receiver_that_is_down_is_no_connection() -> None:
    assert call(unused_uri()) == Response(failure=Failure.CONNECTION)


@pytest.mark.parametrize(
    "beginning", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 2", b"HTTP/1.1 x y\r\n\r\n"]
)
def test_receiver_that_does_not_speak_http_is_no_connection(beginning: bytes) -> None:
    def hang_up(handler: object) -> None:
        handler.wfile.write(beginning)  # type: ignore[attr-defined]
        handler.close_connection = True  # type: ignore[attr-defined]

    with receiving(hang_up) as receiver:
        assert call(receiver.uri) == Response(failure=Failure.CONNECTION)


@pytest.mark.parametrize(
    ("behaviour", "seen"),
    [
        (silent, None),
        (dripping(b""), None),
        (dripping(b"HTTP/1.1 200 OK\r\nA: "), 200),
        (dripping(b"HTTP/1.1 200 OK\r\n\r\n"), 200),
        (dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"), 200),
        (dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1"), 200),
    ],
)
def test_whole_call_is_over_in_time_however_the_answer_drips(
    behaviour: Behaviour, seen: int | None
) -> None:
    with receiving(behaviour) as receiver:
        began = time.monotonic()
        answer = call(receiver.uri, seconds=2)
        assert 1.9 < time.monotonic() - began < LONGEST
        assert (answer.failure, answer.status) == ("timeout", seen)


def test_handshake_that_never_ends_is_over_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        answer = call(f"https://127.0.0.1:{mute.getsockname()[1]}/", seconds=1)
        assert 0.9 < time.monotonic() - began < LONGEST
    assert answer == Response(failure=Failure.TIMEOUT)


def test_name_that_nobody_answers_for_is_over_in_time() -> None:
    over = threading.Event()

    def slow(host: str, port: int) -> list[Address]:
        over.wait(20)
        return []

    began = time.monotonic()
    answer = call(f"https://{NAME}/", slow, seconds=1)
    assert 0.9 < time.monotonic() - began < LONGEST
    over.set()
    assert answer == Response(failure=Failure.TIMEOUT)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, unused_uri())
    with receiving() as receiver:
        assert call(receiver.uri) == Response(status=204)


def test_receiver_that_recovers_is_reached() -> None:
    with receiving(in_turn(status(500), status(502), status(200))) as receiver:
        assert [call(receiver.uri).status for _ in range(4)] == [500, 502, 200, 200]


def test_no_thread_outlives_its_call() -> None:
    with receiving() as receiver:
        before = threading.active_count()
        call(receiver.uri)
        assert eventually(lambda: threading.active_count() <= before)


def eventually(what: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while not what() and time.monotonic() < end:
        time.sleep(0.01)
    return what()
