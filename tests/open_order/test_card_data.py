"""Card data is refused before it reaches a log, a trace or a row (contract, "The open order")."""

import base64
import binascii
import io
import itertools
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from shop.logs import DiscreetFormatter
from tests.factories import make_application, make_token, make_user
from tests.open_order.calls import (
    ACCOUNT,
    CONTACT,
    OWNER,
    PRODUCT,
    Program,
    add_product,
    by_cookie,
    by_password,
    by_token,
    fill,
    submit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

CARD = "4111111111111111"
WRITTEN = [CARD, "4111 1111 1111 1111", "4111-1111-1111-1111", "Visa 4111 1111 1111 1111, 12/29"]
FULL = {
    "paymentInfoType": "credit_card",
    "accountNumber": CARD,
    "cardHolderName": "Nina Nagel",
    "creditCardType": "visa",
    "expirationDate": "2029-12",
    "verificationNumber": "123",
}
HOOK = f"https://example.com/{CARD}"
PAYMENT = "/order/account/paymentInfo"
REGULAR = "/order/account/contactInfo/regular"
PRODUCTS = "/order/account/products"


def contact(part: str, member: str, value: str) -> dict[str, Any]:
    address = {"street1": "A", "city": "B", "postalCode": "1", "countryCode": "DE"}
    whole: dict[str, Any] = {**CONTACT, "address": address}
    return {**whole, part: {**whole[part], member: value}}


def sent(card: str) -> list[tuple[str, str, Any]]:
    """Calls that are refused, each with `card` in another place."""
    return [*to_payment(card), *to_resources(card), *to_other_addresses(card)]


def to_payment(card: str) -> list[tuple[str, str, Any]]:
    """Payment with a card, and all that could pass for one."""
    return [
        ("PUT", PAYMENT, {**FULL, "accountNumber": card}),
        ("PUT", PAYMENT, {"paymentInfoType": card}),
        ("PUT", PAYMENT, {"paymentInfoType": "offline", "accountNumber": card}),
        ("PUT", PAYMENT, {"paymentInfoType": "offline", card: 1}),
        ("PUT", PAYMENT, {"paymentInfoType": "offline", "a": {"b": [card, {card: card}]}}),
        ("PUT", PAYMENT, {"paymentInfoType": "offline", "accountNumber": int(CARD)}),
        ("PUT", PAYMENT, card),
        ("PUT", PAYMENT, [card]),
        ("PUT", PAYMENT, int(CARD)),
    ]


def to_resources(card: str) -> list[tuple[str, str, Any]]:
    """The other resources, each with the card in one field."""
    return [
        ("PUT", "/order/account", {**ACCOUNT, "name": card}),
        ("PUT", "/order/account", {**ACCOUNT, "currency": card}),
        ("PUT", "/order/account", {**ACCOUNT, "language": card}),
        ("PUT", "/order/account", {**ACCOUNT, "language": "de-x-41111111-11111111"}),
        ("PUT", "/order/account", {**ACCOUNT, "accountNumber": card}),
        ("PUT", "/order/account", {**ACCOUNT, "accountNumber": int(CARD)}),
        ("PUT", "/order/account", {**ACCOUNT, card: card}),
        *(("PUT", REGULAR, contact("name", name, card)) for name in ("firstName", "lastName", "company", card)),
        *(("PUT", REGULAR, contact("address", name, card)) for name in (
            "street1", "street2", "city", "postalCode", "stateOrProvince", "countryCode", card)),
        *(("PUT", REGULAR, contact("contactMedia", name, card)) for name in ("phone1", "phone2", "fax", "email1", card)),
        *(("PUT", REGULAR, contact("contactMedia", name, f"{CARD}@gmx.com")) for name in ("email1", "email2")),
        ("PUT", "/order/account/user", {"userName": card}),
        ("PUT", "/order/account/user", {"userName": CARD}),
        ("PUT", "/order/account/user", {"userName": "custy1", "password": card}),
        ("POST", PRODUCTS, {**PRODUCT, "offering": card}),
        ("POST", PRODUCTS, {**PRODUCT, "displayName": card}),
        ("POST", PRODUCTS, {**PRODUCT, "promoCode": card}),
        ("POST", PRODUCTS, {**PRODUCT, "projectId": int(CARD)}),
        ("POST", PRODUCTS, {**PRODUCT, "existingProductUrl": HOOK}),
        ("PUT", "/order/attributes", [{"name": "AffiliateId", "value": card}]),
        ("PUT", "/order/attributes", [{"name": card, "value": card}]),
        ("PUT", "/order/attributes", [{"name": "AffiliateId", "value": "x", card: card}]),
        ("PUT", "/order/attributes", [{"name": "redirection_uri", "value": HOOK}]),
    ]  # fmt: skip


def to_other_addresses(card: str) -> list[tuple[str, str, Any]]:
    """Actions, bodies that are no JSON, and addresses that hold the card."""
    return [
        ("POST", "/orders", {"clientIp": card}),
        ("POST", "/orders", {card: card}),
        ("POST", "/order/action", {"action": card}),
        ("POST", "/order/action", {"action": "submit", card: card}),
        ("POST", "/order/action", {"action": "submit", "quoteHash": card}),
        ("PUT", PAYMENT, f'{{"accountNumber": "{card}'.encode()),
        ("PUT", PAYMENT, f"{card} is no JSON".encode()),
        ("PUT", PAYMENT, f'{{"{card}": 1, "{card}": 2}}'.encode()),
        ("PUT", PAYMENT, f'{{"accountNumber": "{card}{" " * 70_000}"}}'.encode()),
        ("PATCH", PAYMENT, {"accountNumber": card}),
        ("PUT", f"/order/{card}", {"accountNumber": card}),
        ("GET", f"/order/account/contactInfo/{card}", None),
        ("PUT", f"/order/account/contactInfo/{card}", {"accountNumber": card}),
        ("GET", f"/order/account/products/{card}", None),
        ("DELETE", f"/order/product/{card}", None),
        ("GET", f"/order/product/{card}/services/{card}", None),
        ("POST", f"/order/product/{card}/services", None),
        ("GET", f"/orders/{card}", None),
        ("PUT", f"/orders/{card}/account/paymentInfo", FULL),
        ("GET", f"/orders/{card}/{card}", None),
        ("GET", f"/order/account/discounts?card={card}", None),
    ]


def programs() -> dict[str, Program]:
    """Callers of each kind."""
    user = make_user()
    return {
        "nobody": Program(),
        "cookie": by_cookie(),
        "password": by_password(user.email, owner_id=OWNER),
        "application": by_token(make_token(make_application()), OWNER),
    }


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """All that is logged at any level: each record as our logs hold it, and as it was made."""
    written = io.StringIO()

    class Both(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.write(f"{DiscreetFormatter().format(record)}\n{record.getMessage()}\n")

    handler, loggers = Both(), [logging.getLogger(), logging.getLogger("django")]
    levels = [logger.level for logger in loggers]
    loggers[0].addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield written
    loggers[0].removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def holds(text: str) -> bool:
    """Return whether `text` contains the card number, however it is grouped."""
    return CARD in re.sub(r"[\s.%_-]|%20", "", text)


def rows() -> Iterator[str]:
    """Every row of every table, what is packed in it unpacked."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    yield f"{table} {value}"
                    for part in re.findall(r"[A-Za-z0-9+/_-]{16,}", str(value)):
                        try:
                            yield base64.urlsafe_b64decode(part + "==").decode("latin-1")
                        except binascii.Error:
                            continue


def stored() -> list[str]:
    return [row for row in rows() if holds(row)]


def test_rows_are_searched() -> None:
    user = make_user(first_name=WRITTEN[1])
    found = sorted(row for row in stored() if user.email not in row)
    *word, name = found
    assert name == "tenancy_user 4111 1111 1111 1111"
    assert {row.partition(" ")[0] for row in word} == {"tenancy_nameword"}


@pytest.mark.parametrize("kind", ["nobody", "cookie", "password", "application"])
def test_card_number_is_refused_wherever_it_stands(kind: str, logs: io.StringIO) -> None:
    program = programs()[kind]
    for card in WRITTEN if kind == "cookie" else WRITTEN[1:2]:
        for method, path, body in sent(card):
            answer = program.call(method, path, body)
            assert answer.status_code in {400, 401, 403, 404, 405, 413}, (method, path, body)
            assert not holds(answer.content.decode()), (method, path, body)
            assert not holds(str(answer.headers))
    assert stored() == []
    assert not holds(logs.getvalue())
    assert "Bad Request: /order/account/paymentInfo" in logs.getvalue()


def test_card_number_of_another_content_type_is_refused(logs: io.StringIO) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):  # fmt: skip
        for path in (PAYMENT, "/order/account", REGULAR):
            headers = {"Content-Type": kind}
            answer = by_cookie().put(path, f"accountNumber={CARD}".encode(), **headers)
            assert answer.status_code == 415
    assert stored() == []
    assert not holds(logs.getvalue())


@pytest.mark.parametrize("name", ["Cookie", "Authorization", "User-Agent", "Referer", "Origin", "X-Card", "Accept-Language", "Sec-Fetch-Site", "Idempotency-Key"])  # fmt: skip
def test_card_number_in_a_header_is_not_kept(name: str, logs: io.StringIO) -> None:
    login = base64.b64encode(f"{CARD}:{CARD}".encode()).decode()
    values = {
        "Cookie": [f"OwnerId={CARD}", f"card={CARD}; OwnerId={OWNER}", f"sessionid={CARD}"],
        "Authorization": [f"Basic {login}", f"Bearer {CARD}", CARD, f"Basic {CARD}"],
    }
    for value in values.get(name, [CARD]):
        by_cookie().put("/order/account", ACCOUNT, **{name: value})
        by_cookie().get(PAYMENT, **{name: value})
    assert stored() == []
    assert not holds(logs.getvalue())


def test_card_number_in_what_is_never_read_is_not_kept(logs: io.StringIO) -> None:
    fill(by_cookie())
    for action in ("validate", "submit"):
        data = {"card": CARD, CARD: [{CARD: CARD}]}
        answer = by_cookie().post("/order/action", {"action": action, "actionData": data})
        assert answer.status_code in {202, 204}
    assert stored() == []
    assert not holds(logs.getvalue())


def test_hash_that_is_a_card_number_places_nothing(logs: io.StringIO) -> None:
    fill(by_cookie())
    assert submit(by_cookie(), quoteHash=CARD).status_code == 409
    assert stored() == []
    assert not holds(logs.getvalue())


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_card_number_is_in_no_trace(logs: io.StringIO) -> None:
    add_product(by_cookie())
    client = Client(raise_request_exception=False, headers={"Cookie": f"OwnerId={OWNER}"})
    broken = 0
    for method, path, body in sent(CARD):
        if holds(path) or isinstance(body, bytes):
            continue
        data = json.dumps(body) if body else ""
        for query in range(4):
            queries = itertools.count()

            def away(execute: Any, *call: Any, seen: Any = queries, last: int = query) -> Any:
                # Without savepoints the test's own transaction would break, too.
                if next(seen) >= last and "SAVEPOINT" not in call[0]:
                    raise OperationalError("server closed the connection unexpectedly")
                return execute(*call)

            with connection.execute_wrapper(away):
                answer = client.generic(method, path, data, content_type="application/json")
            broken += answer.status_code == 503
            assert not holds(answer.content.decode())
    assert broken > 50
    assert "Traceback" in logs.getvalue()
    assert not holds(logs.getvalue())
    assert stored() == []


PHONE = "+49 89 1234 5678"


def test_phone_numbers_are_taken() -> None:
    for phone in (PHONE, "0170/1234567", "+4915112345678", "089 12345678 / 0170 1234567"):
        answer = by_cookie().put(REGULAR, contact("contactMedia", "phone1", phone))
        assert answer.json()["contactMedia"]["phone1"] == phone


def test_refusal_says_why() -> None:
    answer = by_cookie().put("/order/account", {**ACCOUNT, "name": WRITTEN[3]})
    details = {"name": "must not hold a card number: payment is by invoice."}
    assert answer.json()["badRequest"]["details"] == details
