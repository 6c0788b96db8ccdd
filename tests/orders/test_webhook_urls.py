"""Where webhooks may go."""

import pytest

from shop.orders.webhook_urls import webhook_url_error

pytestmark = pytest.mark.once

NOT_PUBLIC = "must not be an address that is not public."
NO_HOST = "must name a valid host."


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.com",
        "HTTPS://Example.com:8443/hook?a=b#c",
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
        ("http://example.com", "must be an absolute https URI."),
        ("ftp://example.com", "must be an absolute https URI."),
        ("example.com/hook", "must be an absolute https URI."),
        ("//example.com/hook", "must be an absolute https URI."),
        ("javascript:alert(1)", "must be an absolute https URI."),
        ("https:///hook", "must name a host."),
        ("https://", "must name a host."),
        ("https://example.com:0", "must name a host."),
        ("https://[2606:4700::1%25eth0]/", "must name a host."),
        ("https://192.88.99.1/", NOT_PUBLIC),
        ("https://user@example.com", "must not contain user information."),
        ("https://user:password@example.com", "must not contain user information."),
        ("https://@example.com", "must not contain user information."),
        ("https://example.com:99999", "must be a valid URI."),
        ("https://example.com:port", "must be a valid URI."),
        ("https://[::1", "must be a valid URI."),
        ("https://exa mple.com", "must be a URI of printable ASCII characters."),
        ("https://example.com\\@evil.com", "must be a URI of printable ASCII characters."),
        ("https://müller.de", "must be a URI of printable ASCII characters."),
        ("https://-example.com", NO_HOST),
        ("https://exa..mple.com", NO_HOST),
        ("https://127.1", NO_HOST),
        ("https://0x7f000001", NO_HOST),
        ("https://2130706433", NO_HOST),
        ("https://017700000001", NO_HOST),
        ("https://localhost", "must not be a name of this machine."),
        ("https://shop.localhost", "must not be a name of this machine."),
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
