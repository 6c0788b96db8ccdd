"""Calls reach public addresses only, whatever a name server or a certificate says."""

import socket
import ssl
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from shop.worker.http_client import Failure, HttpClient, Response, tls
from shop.worker.networks import Address, Lookup, is_public, look_up
from tests.notifications.certificates import make_certificate, server_context
from tests.notifications.receiver import (
    receiving,
)

pytestmark = pytest.mark.once

NAME = "partner.example"
HEADERS = {"Content-Type": "application/json", "webhook-id": "msg_1"}
BODY = b'{"a": 1}'


class Names:
    """A name server that says at each question what comes next."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[Address]:
        self.asked.append(host)
        return [ip_address(address) for address in self.answers.pop(0)]


def call(uri: str, lookup: Lookup = look_up, *, allow_local: bool = True) -> Response:
    client = HttpClient(15, allow_local=allow_local, lookup=lookup)
    return client.request("POST", uri, HEADERS, BODY)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A certificate for NAME, which this machine trusts."""
    path = make_certificate(tmp_path, NAME)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    tls.cache_clear()
    yield path
    tls.cache_clear()


def test_names_are_looked_up_where_the_system_does() -> None:
    found = look_up("localhost", 80)
    assert found
    assert all(address.is_loopback for address in found)
    assert len(set(found)) == len(found)


def test_name_that_is_not_known_is_said_so() -> None:
    def unknown(host: str, port: int) -> list[Address]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert call(f"https://{NAME}/", unknown) == Response(failure=Failure.NAME)


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"],
        ["192.168.1.1"],
        ["169.254.169.254"],
        ["0.0.0.0"],
        ["224.0.0.1"],
        ["fd00::1"],
        ["fe80::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:a00:1::"],
        ["93.184.216.34", "10.0.0.1"],
        ["2606:4700::1", "::"],
    ],
)
def test_name_that_leads_to_any_address_not_public_is_refused(addresses: list[str]) -> None:
    names = Names(addresses)
    assert call(f"https://{NAME}/", names) == Response(failure=Failure.ADDRESS)
    assert names.asked == [NAME]


@pytest.mark.parametrize("loopback", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "127.8.8.8"])
def test_loopback_must_be_allowed(loopback: str) -> None:
    assert call(f"https://{NAME}/", Names([loopback]), allow_local=False) == Response(
        failure=Failure.ADDRESS
    )


def test_http_must_be_allowed() -> None:
    names = Names(["93.184.216.34"])
    assert call(f"http://{NAME}/", names, allow_local=False) == Response(failure=Failure.ADDRESS)
    assert names.asked == []


def test_address_that_is_mapped_is_judged_by_the_one_inside() -> None:
    assert is_public(ip_address("::ffff:93.184.216.34"))
    assert not is_public(ip_address("::ffff:10.0.0.1"))


@pytest.mark.parametrize(
    ("address", "neighbour"),
    [
        ("fec0::1", "2606:4700::1"),
        ("feff:ffff::1", "2a00::1"),
        ("3fff::1", "2400::1"),
        ("3fff:fff:ffff::1", "2c00::1"),
        ("5f00::1", "2600::1"),
        ("100::1", "2800::1"),
        ("2001:db8::1", "2001:4860:4860::8888"),
        ("2001::1", "2001:200::1"),
        ("192.0.0.8", "192.0.1.8"),
        ("192.0.0.170", "192.1.0.170"),
        ("::ffff:192.0.0.8", "::ffff:93.184.216.34"),
        ("64:ff9b::c000:8", "64:ff9b::5db8:d822"),
    ],
)
def test_reserved_networks_are_not_public_in_any_version_of_python(
    address: str, neighbour: str
) -> None:
    assert not is_public(ip_address(address))
    assert is_public(ip_address(neighbour))


def test_name_is_asked_for_once_so_that_it_cannot_change_its_answer(certificate: Path) -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    with receiving(tls=server_context(certificate)) as receiver:
        uri = receiver.uri.replace("127.0.0.1", NAME)
        assert call(uri, names) == Response(status=204)
    assert names.asked == [NAME]


def test_certificate_and_host_are_checked_by_name_not_by_address(certificate: Path) -> None:
    with receiving(tls=server_context(certificate)) as receiver:
        uri = receiver.uri.replace("127.0.0.1", NAME)
        assert call(uri, Names(["127.0.0.1"])) == Response(status=204)
        assert call(receiver.uri) == Response(failure=Failure.TLS)
    assert receiver.names[0] == NAME
    (came,) = receiver.calls
    assert came.headers["host"] == receiver.address.replace("127.0.0.1", NAME)


def test_certificate_of_another_name_is_refused(certificate: Path, tmp_path: Path) -> None:
    with receiving(tls=server_context(certificate)) as receiver:
        uri = receiver.uri.replace("127.0.0.1", "other.example")
        assert call(uri, Names(["127.0.0.1"])) == Response(failure=Failure.TLS)
    assert receiver.calls == []


def test_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    own = server_context(make_certificate(tmp_path, NAME))
    with receiving(tls=own) as receiver:
        uri = receiver.uri.replace("127.0.0.1", NAME)
        assert call(uri, Names(["127.0.0.1"])) == Response(failure=Failure.TLS)
    assert receiver.calls == []


def test_plain_http_behind_an_https_address_is_refused(certificate: Path) -> None:
    with receiving() as receiver:
        uri = receiver.uri.replace("http://127.0.0.1", f"https://{NAME}")
        assert call(uri, Names(["127.0.0.1"])) == Response(failure=Failure.TLS)
    assert receiver.calls == []


def test_old_tls_is_refused() -> None:
    assert tls().minimum_version >= ssl.TLSVersion.TLSv1_2
    assert tls().check_hostname
    assert tls().verify_mode == ssl.CERT_REQUIRED


def test_next_address_is_tried_where_the_first_takes_no_connection() -> None:
    with receiving() as receiver:
        uri = receiver.uri.replace("127.0.0.1", "localhost")
        assert call(uri, Names(["::1", "127.0.0.1"])) == Response(status=204)
