"""nginx and Caddy, as deploy/ sets them up, in front of real web processes and over TLS."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.urls import get_resolver
from django.urls.converters import IntConverter

from tests.operations.proxies import HOST, Proxy, listens, proxy
from tests.waiting import wait_for

pytestmark = pytest.mark.once

MIB = 1024 * 1024
HASH = "0123456789abcdef0123456789abcdef"
# Of parameters in URLs that let people in.
SECRETS = {"order_hash": HASH, "token": "a-t0ken", "key": "a-k3y"}


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def started(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    with proxy(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture
def front(started: Proxy) -> Proxy:
    """The proxy, whatever a test before has done to the processes behind it."""
    started.revive()
    return started


def call_web(port: int, headers: dict[str, str]) -> str:
    """The answer of a web process that is asked without the proxy; one that died may be coming back."""
    assert wait_for(lambda: listens(port), 30)
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/", headers=headers)
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def test_web_process_gets_one_address_one_scheme_and_the_host(front: Proxy) -> None:
    status, told = front.call("GET", "/")
    assert status == 200
    assert told["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"
    assert told["HTTP_X_FORWARDED_PROTO"] == "https"
    assert told["HTTP_HOST"].partition(":")[0] == HOST


def test_address_and_scheme_that_the_client_sends_are_not_believed(front: Proxy) -> None:
    forged = {
        "X-Forwarded-For": "203.0.113.9",
        "X_Forwarded_For": "203.0.113.8",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=203.0.113.7",
    }
    # The web process itself takes either spelling.
    assert "203.0.113.8" in call_web(front.web[0], {"X_Forwarded_For": "203.0.113.8"})
    assert "evil.example" in call_web(front.web[0], {"X-Forwarded-Host": "evil.example"})
    status, told = front.call("GET", "/", headers=forged)
    assert status == 200
    assert told["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"
    assert told["HTTP_X_FORWARDED_PROTO"] == "https"
    assert "203.0.113" not in str(told)
    assert "evil.example" not in str(told)


def test_other_headers_reach_the_web_process(front: Proxy) -> None:
    _status, told = front.call(
        "GET", "/", headers={"Idempotency-Key": "k1", "Authorization": "Bearer t"}
    )
    assert told["HTTP_IDEMPOTENCY_KEY"] == "k1"
    assert told["HTTP_AUTHORIZATION"] == "Bearer t"


def test_body_above_one_mebibyte_is_refused(front: Proxy) -> None:
    assert front.call("POST", "/checkout/", b"x" * MIB)[1]["bytes"] == MIB
    connection = front.connect()
    with suppress(OSError):  # it is refused before all of it was sent
        connection.request("POST", "/large/", b"x" * 2 * MIB)
    assert connection.getresponse().status == 413
    connection.close()
    # Caddy may begin to pass on what it refuses; the shop refuses it by its length, too.
    assert front.name == "caddy" or "POST /large/" not in front.arrivals()


def test_bank_file_above_one_mebibyte_arrives(front: Proxy) -> None:
    status, told = front.call("POST", "/staff/payments/import/", b"x" * 5 * MIB)
    assert (status, told["bytes"]) == (200, 5 * MIB)


def slow_post(address: tuple[str, int], context: ssl.SSLContext | None) -> socket.socket:
    """A connection on which a POST has begun: half of its body is sent."""
    connection = socket.create_connection(address, timeout=60)
    if context:
        connection = context.wrap_socket(connection, server_hostname=HOST)
    path = "/slow-through-proxy" if context else "/slow-direct"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 10\r\nConnection: close\r\n\r\n"
    )
    connection.sendall(head.encode() + b"01234")
    return connection


def test_request_is_passed_on_once_it_is_complete(front: Proxy) -> None:
    trust = ssl.create_default_context(cafile=str(front.certificate))
    through_proxy = slow_post(("127.0.0.1", front.tls), trust)
    with slow_post(("127.0.0.1", front.web[0]), None) as direct:
        # The web process begins with what is not complete.
        assert wait_for(lambda: "POST /slow-direct" in front.arrivals(), 10)
        direct.sendall(b"56789")
        assert b" 200 " in direct.recv(4096)
    assert "POST /slow-through-proxy" not in front.arrivals()
    with through_proxy:
        through_proxy.sendall(b"56789")
        assert b" 200 " in through_proxy.recv(4096)
    assert "POST /slow-through-proxy" in front.arrivals()


def test_http_is_redirected_to_https(front: Proxy) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", front.plain)
    connection.request("GET", "/tiers/s/?a=b", headers={"Host": HOST})
    answer = connection.getresponse()
    assert answer.status in {301, 308}
    assert answer.headers["Location"].startswith(f"https://{HOST}")
    assert answer.headers["Location"].endswith("/tiers/s/?a=b")
    connection.close()


def test_http_leads_to_no_host_that_the_visitor_names(front: Proxy) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", front.plain)
    connection.request("GET", "/", headers={"Host": "evil.example"})
    answer = connection.getresponse()
    assert answer.status == 301
    assert answer.headers["Location"] == f"https://{HOST}:{front.tls}/"
    assert answer.headers["Server"].lower() == front.name  # without its version
    connection.close()


def test_metrics_are_not_public(front: Proxy) -> None:
    assert front.call("GET", "/metrics")[0] == 404
    assert "GET /metrics" not in front.arrivals()


def secret_paths() -> list[str]:
    """A path for each URL of the shop that holds what lets somebody in."""
    resolver = get_resolver()
    found: dict[str, None] = {}
    for _name, matches in resolver.reverse_dict.lists():
        for possibilities, _pattern, _defaults, converters in matches:
            numbers = {name for name, kind in converters.items() if isinstance(kind, IntConverter)}
            for template, names in possibilities:
                if SECRETS.keys() & set(names) - numbers:
                    values = {name: SECRETS.get(name, "x") for name in names}
                    found["/" + template % values] = None
    return list(found)


def test_access_log_has_neither_hashes_nor_links_nor_query_strings(front: Proxy) -> None:
    paths = secret_paths()
    assert f"/register/{HASH}/join/a-t0ken/" in paths
    assert "/account/password/reset/key/x-a-k3y/" in paths
    assert f"/api/orders/{HASH}" in paths
    assert len(paths) > 20
    connection = front.connect()
    for path in [*paths, f"/new/{HASH}/page/"]:
        referer = {"Referer": f"https://{HOST}/register/{HASH}/"}
        connection.request("GET", f"{path}?code=a-c0de", headers=referer)
        assert connection.getresponse().read()
    connection.close()
    front.call("GET", "/tiers/studio/")
    assert wait_for(lambda: "/tiers/studio/" in front.logs(), 10)
    logged = front.logs()
    assert "/register/*" in logged
    assert "/api/orders/*" in logged
    for secret in (*SECRETS.values(), "a-c0de", "127.0.0.1:5", '"127.0.0.1"'):
        assert secret not in logged
    assert "127.0.0.0" in logged


def test_log_masks_whatever_way_a_path_is_written(front: Proxy) -> None:
    """Servers take more spellings of a path than the shop's own."""
    spelled = (
        f"/%72egister/{HASH}/",
        f"//register/{HASH}/",
        f"/x/../register/{HASH}/",
        f"/Register/{HASH}/",
        f"/static/../register/{HASH}/",
        f"/register%2f{HASH}/",
        f"/{'a.' * 20}/{HASH}",
        f"https://{HOST}/register/{HASH}/",
        "/Declarations/prove/a-t0ken/",
        "//account/back-office/a-t0ken/",
    )
    before = front.logs().count('"method":"GET"')
    for path in spelled:
        front.call("GET", path)
    front.call("GET", "/tiers/last/")
    assert wait_for(lambda: "/tiers/last/" in front.logs(), 10)
    logged = front.logs()
    assert logged.count('"method":"GET"') == before + len(spelled) + 1
    assert HASH not in logged
    assert "a-t0ken" not in logged


def test_requests_for_another_host_and_broken_answers_are_logged_no_worse(front: Proxy) -> None:
    path = f"/register/{HASH}/"
    foreign = {"Host": "other.example", "Referer": f"https://{HOST}{path}"}
    front.call("GET", path, headers=foreign)
    connection = http.client.HTTPConnection("127.0.0.1", front.plain)
    connection.request("GET", path, headers={"Host": "other.example"})
    assert connection.getresponse().read() is not None
    connection.close()
    try:
        status = front.call("GET", path, headers={"X-Break": "1"})[0]
    except http.client.IncompleteRead:  # nothing of it, or its beginning
        status = 503
    assert status == 503
    front.call("GET", "/tiers/after/")
    assert wait_for(lambda: "/tiers/after/" in front.logs(), 10)
    logged = front.logs()
    for secret in (HASH, '"127.0.0.1"', "127.0.0.1:5"):
        assert secret not in logged


def test_process_that_dies_is_passed_over_for_a_get(front: Proxy) -> None:
    (front.home / "dies").touch()
    status, _told = front.call("GET", f"/register/{HASH}/", headers={"X-Die": "1"})
    assert not (front.home / "dies").exists()
    assert status == 200
    assert HASH not in front.logs()


def test_post_is_never_sent_twice(front: Proxy) -> None:
    (front.home / "dies").touch()
    status, text = front.call("POST", f"/orders/{HASH}/", b"x", headers={"X-Die": "1"})
    assert not (front.home / "dies").exists()
    assert status == 503
    assert "try again" in text
    assert '<meta name="viewport"' in text  # readable on a phone
    assert front.arrivals().count(f"POST /orders/{HASH}/") == 1
    assert HASH not in front.logs()


def test_stopped_process_is_passed_over(front: Proxy) -> None:
    stopped = front.processes[front.web[0]]
    stopped.terminate()
    stopped.wait(60)
    try:
        answers = [front.call(method, "/", b"x") for method in ("GET", "POST") * 4]
        assert {status for status, _told in answers} == {200}
        assert {told["port"] for _status, told in answers} == {str(front.web[1])}
    finally:
        front.start_web(front.web[0])


def test_static_file_of_one_version_is_found_whichever_process_is_asked_first(front: Proxy) -> None:
    asked = [f"GET /static/of-{port}.css" for port in front.web]
    before = sum(map(front.arrivals().count, asked))
    for port in front.web:
        answers = [front.call("GET", f"/static/of-{port}.css") for _each in range(4)]
        assert {(status, told["port"]) for status, told in answers} == {(200, str(port))}
    assert sum(map(front.arrivals().count, asked)) - before > 8  # some asked twice


def test_static_file_that_no_process_knows_is_not_found(front: Proxy) -> None:
    assert front.call("GET", "/static/of-0.css")[0] == 404
    assert front.arrivals().count("GET /static/of-0.css") <= 4
