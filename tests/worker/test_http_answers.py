"""Answers of receivers, byte by byte, in all forms of the HTTP standard (RFC 9110, RFC 9112)."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shop.worker.http_client import Failure, HttpClient, Response

pytestmark = pytest.mark.once

INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
NO = b"HTTP/1.1 500 Internal Server Error\r\n"
MANY = b"X-Many: a\r\n" * 200 + b"\r\n"
LONGEST = 30  # seconds, for slow machines; a connection is kept open for 60
LONG = b"X-Long: " + b"a" * 70_000 + b"\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@contextmanager
def answering(*pieces: bytes, keeps_open: bool = False) -> Iterator[str]:
    """A receiver that answers one call with `pieces`; its URI."""
    over = threading.Event()

    def serve() -> None:
        connected, _address = server.accept()
        with connected:
            while b"\r\n\r\nbody" not in connected.recv(65536, socket.MSG_PEEK):
                time.sleep(0.001)
            connected.recv(65536)
            try:
                for piece in pieces:
                    connected.sendall(piece)
                    over.wait(0.02)  # the pieces come one by one
            except OSError:
                return  # the caller has hung up
            if keeps_open:
                over.wait(60)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/hooks"
        finally:
            over.set()
            thread.join()


def call(uri: str, *, seconds: float = 60) -> Response:
    client = HttpClient(seconds, allow_local=True)
    return client.request("POST", uri, {"Connection": "close"}, b"body")


@pytest.mark.parametrize(
    ("pieces", "body"),
    [
        # Interim answers.
        ([INTERIM, OK, b"Content-Length: 2\r\n\r\nok"], b"ok"),
        ([HINTS, OK, b"Content-Length: 2\r\n\r\nok"], b"ok"),
        ([b"HTTP/1.1 102 Processing\r\n\r\n", HINTS, HINTS, INTERIM + OK + b"\r\n"], b""),
        ([b"HTTP/1.1 199 \r\nA: b\r\n\r\n" + HINTS + CHUNKED + b"2\r\nok\r\n0\r\n\r\n"], b"ok"),
        ([b"HTTP/1.1 103\r\nContent-Length: 9\r\n\r\n", OK, b"\r\nok"], b"ok"),
        # Bodies in chunks.
        ([CHUNKED, b"2\r\nok\r\n", b"0\r\nX-Trailer: a\r\nX-More: b\r\n\r\n"], b"ok"),
        ([CHUNKED, b'1;name="a;b"\r\no\r\n', b"001 ; x\r\nk\r\n0;last\r\n\r\n"], b"ok"),
        (
            [OK + b"transfer-encoding: Chunked\r\n\r\n", b"A\r\n0123456789\r\n0\r\n\r\n"],
            b"0123456789",
        ),
        # Bodies that are cut: the status has said that the webhook was taken.
        ([OK + b"Content-Length: 9\r\n\r\nok"], b"ok"),
        ([CHUNKED, b"9\r\nok"], b""),
        ([CHUNKED, b"2\r\nok\r\n"], b"ok"),
        ([CHUNKED, b"x\r\nok\r\n"], b""),
        # Status lines and headers.
        ([b"HTTP/1.1 200\r\n\r\nok"], b"ok"),
        ([b"HTTP/1.1 200 \r\n\r\nok"], b"ok"),
        ([b"HTTP/1.0 200 OK\r\n\r\n", b"o", b"k"], b"ok"),
        ([OK + b"Connection: close\r\n\r\n", b"o", b"k"], b"ok"),
        ([OK + b"content-length:2\r\nX-EMPTY:\r\n\r\nok"], b"ok"),
        ([OK + b"CONTENT-LENGTH: \t2 \r\n\r\nok"], b"ok"),
        ([OK + b"X-Long: a\r\n b\r\n\tc\r\nContent-Length: 2\r\n\r\nok"], b"ok"),
        ([OK + b"X-Name: \xc3\xbc\xff\r\nContent-Length: 2\r\n\r\nok"], b"ok"),
        ([b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"], b"ok"),
        # More headers than are read: HTTP sets no limit.
        ([OK + MANY], b""),
        ([OK + LONG], b""),
        ([HINTS + OK + LONG], b""),
    ],
)
def test_answer_of_any_form_is_read_to_its_status(pieces: list[bytes], body: bytes) -> None:
    with answering(*pieces) as uri:
        assert call(uri) == Response(status=200, body=body)


@pytest.mark.parametrize("length", [1, 5_000_000])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (OK + b"Content-Length: 2\r\n\r\nok", Response(status=200, body=b"ok")),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", Response(Failure.STATUS, 410)),
        (b"", Response(Failure.CONNECTION)),
    ],
)
def test_answer_to_a_call_that_was_not_read_counts(
    answer: bytes, expected: Response, length: int
) -> None:
    def serve() -> None:
        connected, _address = server.accept()
        with connected:
            connected.sendall(answer)  # closing with unread data breaks the connection

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        client = HttpClient(10, allow_local=True)
        uri = f"http://127.0.0.1:{server.getsockname()[1]}/hooks"
        found = client.request("POST", uri, {"Connection": "close"}, b"x" * length)
        thread.join()
    assert found == expected


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
        HINTS + b"HTTP/1.1 204 No Content\r\n\r\n",
        OK + b"Content-Length: 0\r\n\r\n",
        OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok",
        OK + b"Content-Length: 2, 2\r\n\r\nok",
        CHUNKED + b"0\r\n\r\n",
    ],
)
def test_answer_that_is_complete_is_not_waited_for(answer: bytes) -> None:
    with answering(answer, keeps_open=True) as uri:
        began = time.monotonic()
        found = call(uri)
        assert time.monotonic() - began < LONGEST
    assert found.failure is None
    assert found.status in {200, 204}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", Response(Failure.REDIRECT, 304)),
        (HINTS + b"HTTP/1.1 500 \r\n\r\nno", Response(Failure.STATUS, 500, b"no")),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", Response(Failure.STATUS, 101)),
        (b"HTTP/1.1 500 \r\nTransfer-Encoding: chunked\r\n\r\nx", Response(Failure.STATUS, 500)),
        (HINTS, Response(Failure.CONNECTION)),
        (HINTS * 30, Response(Failure.CONNECTION)),
        (HINTS + b"220 mail.example ESMTP\r\n", Response(Failure.CONNECTION)),
        (b"HTTP/1.1 " + b"2" * 70_000, Response(Failure.CONNECTION)),
        (b"HTTP/2 200 OK\r\n\r\n", Response(Failure.CONNECTION)),
        (NO + MANY, Response(Failure.HEADERS, 500)),
        (HINTS + NO + LONG, Response(Failure.HEADERS, 500)),
        (b"HTTP/1.1 103 Early Hints\r\n" + MANY + OK + b"\r\n", Response(Failure.HEADERS, 103)),
    ],
)
def test_answer_that_is_no_success_says_why(answer: bytes, expected: Response) -> None:
    with answering(answer) as uri:
        assert call(uri) == expected


@pytest.mark.parametrize(
    "pieces",
    [
        [HINTS] * 100,
        [INTERIM[:-2], *[b"A: b\r\n"] * 90],
        [CHUNKED, *[b"1\r\na\r\n"] * 300],
        [CHUNKED + b"0\r\n", *[b"A: b\r\n"] * 300],
        [OK + b"Content-Length: 5, 6\r\n\r\n"],
    ],
)
def test_whole_call_is_over_in_time_whatever_is_answered(pieces: list[bytes]) -> None:
    with answering(*pieces, keeps_open=True) as uri:
        began = time.monotonic()
        assert call(uri, seconds=1).failure in {Failure.TIMEOUT, Failure.CONNECTION}
        assert time.monotonic() - began < LONGEST
