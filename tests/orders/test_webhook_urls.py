"""URLs that webhooks may go to."""

import pytest

from shop.orders.webhook_urls import webhook_url_error

pytestmark = pytest.mark.once

NOT_PUBLIC = "not_public"
NO_HOST = "invalid_host"


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.com",
        "HTTPS://Example.com:8443/hook?a=b",
        "https://xn--mller-kva.de/hook",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
        "https://[64:ff9b::5db8:d822]/",
        "https://hooks.example.com./",
    ],
)
def test_public_https_is_taken(uri: str) -> None:
    assert webhook_url_error(uri, demo=False) is None


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        ("http://example.com", "not_https"),
        ("ftp://example.com", "not_https"),
        ("example.com/hook", "not_https"),
        ("//example.com/hook", "not_https"),
        ("javascript:alert(1)", "not_https"),
        ("https:///hook", "no_host"),
        ("https://", "no_host"),
        ("https://example.com:0", "no_host"),
        ("https://[2606:4700::1%25eth0]/", "no_host"),
        ("https://192.88.99.1/", NOT_PUBLIC),
        ("https://user@example.com", "user_information"),
        ("https://user:password@example.com", "user_information"),
        ("https://@example.com", "user_information"),
        ("https://example.com:99999", "not_a_uri"),
        ("https://example.com:port", "not_a_uri"),
        ("https://[::1", "not_a_uri"),
        ("https://exa mple.com", "not_ascii"),
        ("https://example.com\\@evil.com", "not_ascii"),
        ("https://müller.de", "not_ascii"),
        ("https://-example.com", NO_HOST),
        ("https://exa..mple.com", NO_HOST),
        ("https://127.1", NO_HOST),
        ("https://0x7f000001", NO_HOST),
        ("https://2130706433", NO_HOST),
        ("https://017700000001", NO_HOST),
        ("https://localhost", "local_name"),
        ("https://shop.localhost", "local_name"),
        ("https://127.0.0.1", NOT_PUBLIC),
        ("https://10.1.2.3", NOT_PUBLIC),
        ("https://169.254.169.254", NOT_PUBLIC),
        ("https://100.64.0.1", NOT_PUBLIC),
        ("https://0.0.0.0", NOT_PUBLIC),
        ("https://224.0.0.1", NOT_PUBLIC),
        ("https://240.0.0.1", NOT_PUBLIC),
        ("https://255.255.255.255", NOT_PUBLIC),
        ("https://[::1]", NOT_PUBLIC),
        ("https://[::]", NOT_PUBLIC),
        ("https://[fe80::1]", NOT_PUBLIC),
        ("https://[fc00::1]", NOT_PUBLIC),
        ("https://[ff02::1]", NOT_PUBLIC),
        ("https://[::ffff:10.0.0.1]", NOT_PUBLIC),
        ("https://[::ffff:127.0.0.1]", NOT_PUBLIC),
        ("https://[64:ff9b::a00:1]", NOT_PUBLIC),
        ("https://[64:ff9b:1::1]", NOT_PUBLIC),
        ("https://[2002:a00:1::]", NOT_PUBLIC),
    ],
)
def test_anything_else_is_refused(uri: str, fault: str) -> None:
    assert webhook_url_error(uri, demo=False) == fault


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost:9000/hook",
        "http://127.0.0.1:9000",
        "https://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://example.com",
    ],
)
def test_demo_takes_http_and_loopback(uri: str) -> None:
    assert webhook_url_error(uri, demo=True) is None


def test_demo_refuses_private_networks_too() -> None:
    assert webhook_url_error("http://192.168.0.1", demo=True) == NOT_PUBLIC
