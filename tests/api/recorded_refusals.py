"""The calls that the open order refuses, whose answers are examples of its description."""

from collections.abc import Callable
from typing import Any

from pytest_django import Settings

from shop.access.tokens import READ
from shop.catalogue.models import Product
from shop.orders.models import Order
from tests.api.recorded_calls import (
    ACCOUNT,
    DOLLARS,
    FAULTS_OF_OURS,
    HASH,
    NO_CALLS,
    PRODUCT,
    TOO_LARGE,
    Examples,
    Recording,
    call,
    elsewhere,
    failing,
)
from tests.factories import make_application, make_client, make_token, make_user
from tests.open_order.calls import (
    OTHER,
    OWNER,
    Program,
    by_cookie,
    by_password,
    by_token,
    fill,
    submit,
)
from tests.pages import Response

HOOK = [{"name": "redirection_uri", "value": "https://partner.example/hook"}]


def record_refusals(settings: Settings) -> Examples:
    """The examples of refusals by the open order."""
    recording = Recording()
    recording.ids["(?<=placed order )[0-9a-f]{32}"] = HASH
    for operation, name, refused in REFUSALS:
        elsewhere(settings)
        recording.keep(operation, name, refused())
        Order.objects.all().delete()
    cookie = {"Cookie": f"OwnerId={OWNER}"}
    for name, error in FAULTS_OF_OURS.items():
        fill(by_cookie())
        with failing(error):
            answer = call("POST", "/order/action", {"action": "submit"}, **cookie)
        recording.keep("any", name, answer)
        Order.objects.all().delete()
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"orders": (0.001, 0)}
    fill(by_cookie())
    recording.keep("any", "orders", submit(by_cookie()))
    settings.RATE_LIMITS = NO_CALLS
    recording.keep("any", "calls", by_cookie().get("/order"))
    return recording.found


def opened(program: Program) -> Program:
    """The program, with an order open."""
    assert program.post("/order").status_code == 201
    return program


def filled(program: Program) -> Program:
    """The program, with an order that could be submitted."""
    fill(program)
    return program


def wrong_passwords() -> Response:
    """The answer after too many of them."""
    email = make_user().email
    for _ in range(5):
        by_password(email, "wrong").get("/order")
    return by_password(email, "wrong").get("/order")


def changed_after_submit() -> Response:
    """The answer to a change that comes too late."""
    program, address = submitted()
    return program.put(f"{address}/account", ACCOUNT)


def submitted() -> tuple[Program, str]:
    """A program whose order is placed, and the order's address."""
    program = filled(by_cookie())
    answer = submit(program)
    return program, answer.headers["Location"].removeprefix("https://shop.example")


def incomplete() -> Response:
    """The answer to a submit that lacks a contact and the project's name."""
    program = by_cookie()
    program.put("/order/account", ACCOUNT)
    program.post("/order/account/products", {"offering": "s"})
    return submit(program)


def under_a_used_key() -> Response:
    """The answer to another submit under the key of the first."""
    program = filled(by_cookie())
    program.headers["Idempotency-Key"] = "order-4711"
    submit(program)
    return submit(filled(program), quoteHash="0" * 40)


def in_dollars() -> Response:
    """The answer to a product in another currency than the account."""
    program = by_cookie()
    program.put("/order/account", DOLLARS)
    return program.post("/order/account/products", PRODUCT)


def into_dollars(path: str, body: Any) -> Response:
    """The answer to a change that would mix currencies."""
    return filled(by_cookie()).put(f"/order/{path}", body)


def product_in_dollars() -> Response:
    """The answer to another tier, whose currency is not the account's."""
    program = by_cookie()
    product_id = program.post("/order/account/products", PRODUCT).json()["productId"]
    Product.objects.filter(code="m").update(currency="USD")
    program.put("/order/account", ACCOUNT)
    return program.put(f"/order/account/products/{product_id}", {"offering": "m"})


def for_a_client() -> Response:
    """The answer to an order for a client by a user who is no client_admin."""
    account = {"currency": "EUR", "language": "en", "accountNumber": make_client().pk}
    return by_cookie().put("/order/account", account)


# Operation, name of the example, and the call that is refused.
REFUSALS: list[tuple[str, str, Callable[[], Response]]] = [
    ("any", "unreadable", lambda: by_cookie().put("/order/account", b"{")),
    (
        *("any", "faults"),
        lambda: by_cookie().put(
            "/order/account", {"currency": "XYZ", "language": "en", "password": "secret"}
        ),
    ),
    ("any", "nobody", lambda: Program().get("/order")),
    ("any", "token", lambda: by_token("nobody's").get("/order")),
    ("any", "password", lambda: by_password(make_user().email, "wrong").get("/order")),
    ("any", "scope", lambda: by_token(make_token(make_application(), READ)).post("/order")),
    (
        *("any", "second_factor"),
        lambda: by_password(make_user(is_staff=True).email).get("/order"),
    ),
    ("any", "client", for_a_client),
    ("any", "webhook", lambda: by_cookie().put("/order/attributes", HOOK)),
    (
        *("any", "other_site"),
        lambda: by_cookie().post("/order", Origin="https://elsewhere.example"),
    ),
    ("any", "none", lambda: by_cookie(OTHER).get("/order")),
    ("any", "not_set", lambda: opened(by_cookie()).get("/order/account")),
    ("any", "method", lambda: by_cookie().get("/orders")),
    ("any", "placed", changed_after_submit),
    ("any", "open", lambda: opened(by_cookie()).post("/orders")),
    ("any", "too_large", lambda: by_cookie().put("/order/account", TOO_LARGE)),
    (
        *("any", "type"),
        lambda: by_cookie().put("/order/account", {}, **{"Content-Type": "text/plain"}),
    ),
    ("any", "sign_ins", wrong_passwords),
    ("putAccount", "currencies", lambda: into_dollars("account", DOLLARS)),
    ("putProduct", "currencies", product_in_dollars),
    (
        *("addProduct", "second"),
        lambda: filled(by_cookie()).post("/order/account/products", PRODUCT),
    ),
    ("addProduct", "currencies", in_dollars),
    ("act", "incomplete", incomplete),
    ("act", "unreadable", lambda: filled(by_cookie()).post("/order/action", b"{")),
    ("act", "price", lambda: submit(filled(by_cookie()), quoteHash="0" * 40)),
    ("act", "key", under_a_used_key),
    ("act", "placed", lambda: submit(*submitted())),
]
