"""A call of the open order for each code about who calls, by the status it comes with."""

from collections.abc import Callable
from functools import partial
from typing import Any

from pytest_django import Settings

from shop.access.tokens import READ
from tests.api.recorded_calls import NO_CALLS, elsewhere
from tests.api.recorded_refusals import HOOK, for_a_client, wrong_passwords
from tests.factories import make_application, make_token, make_user
from tests.open_order.calls import Program, by_cookie, by_password, by_token, fill, submit
from tests.pages import Response

Call = Callable[[Settings], Response]


def plain(make: Callable[[], Response]) -> Call:
    """A call that needs no settings."""
    return lambda _settings: make()


def tokenless(authorization: str) -> Call:
    return lambda _settings: Program(authorization=authorization).get("/order")


def with_second_factor(_settings: Settings) -> Response:
    return by_password(make_user(is_staff=True).email).get("/order")


def limited(limits: dict[str, Any], make: Callable[[], Response]) -> Call:
    def provoke(settings: Settings) -> Response:
        elsewhere(settings)
        fill(by_cookie())
        settings.RATE_LIMITS = settings.RATE_LIMITS | limits
        return make()

    return provoke


def with_webhook(_settings: Settings) -> Response:
    return by_cookie().put("/order/attributes", HOOK)


CALLERS: list[tuple[str, int, Call]] = [
    ("missing_owner", 401, plain(lambda: Program().get("/order"))),
    ("missing_token", 401, tokenless("Bearer ")),
    ("invalid_token", 401, tokenless("Bearer x")),
    ("unsupported_authorization", 401, tokenless("Digest x")),
    ("unreadable_credentials", 401, tokenless("Basic !")),
    ("wrong_password", 401, plain(lambda: by_password(make_user().email, "x").get("/order"))),
    (
        *("insufficient_scope", 403),
        plain(lambda: by_token(make_token(make_application(), READ)).post("/order")),
    ),
    ("password_not_enough", 403, with_second_factor),
    ("other_site", 403, plain(lambda: by_cookie().post("/order", Origin="https://x.example"))),
    ("not_your_client", 403, plain(for_a_client)),
    ("client_admin_needed", 403, plain(for_a_client)),
    ("webhooks_for_programs", 403, with_webhook),
    ("application_needed", 403, with_webhook),
    ("too_many_calls", 429, limited(NO_CALLS, partial(by_cookie().get, "/order"))),
    ("too_many_orders", 429, limited({"orders": (0.001, 0)}, lambda: submit(by_cookie()))),
    ("too_many_sign_ins", 429, plain(wrong_passwords)),
]
