"""Forms whose CSRF token is outdated, and what the answer shows of them."""

from django.test import Client

from tests.pages import Response, fields, words

OURS = {"sec-fetch-site": "same-origin"}
AGAIN = (
    "Your session has changed in the meantime, so nothing was sent. What you typed is still here:"
)


def checking(browser: Client) -> Client:
    """The browser, whose forms are checked from now on."""
    browser.handler.enforce_csrf_checks = True
    return browser


def send_stale(browser: Client, path: str, sent: dict[str, str], **headers: str) -> Response:
    """Send a form whose token is outdated."""
    stale = {**sent, "csrfmiddlewaretoken": "x" * 64}
    return checking(browser).post(path, stale, headers={**OURS, **headers})


def assert_again(answer: Response, **typed: str) -> None:
    """The answer is the form with what was `typed`."""
    assert answer.status_code == 403
    assert AGAIN in words(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    found = fields(answer)
    assert {name: found.get(name) for name in typed} == typed
    assert found["csrfmiddlewaretoken"] != "x" * 64
