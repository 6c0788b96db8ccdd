"""The keys by which an archived order is found: who and what its rows name."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shop.orders.archive_contents import Contents
from shop.orders.archived_order import (
    client_key,
    email_key,
    person_key,
    project_key,
    user_key,
)

KEYS = {
    user_key: ("member_id", "owner_id", "placed_by_id", "token_user_id"),
    person_key: ("member_id",),
    client_key: ("client_id", "delivered_client_id"),
    project_key: ("project_id", "delivered_project_id"),
}
ADDRESS = re.compile(r"[^\s\"<>(),:;\[\]\\]+@[^\s\"'<>(),:;\[\]\\]+\.[\w-]+")
# By the label of the model: the column by whose value an archived order is found as well, and the
# column with the user whom a row is about. The rooms of those rows write themselves in here.
NAMED_BY: dict[str, str] = {}
ABOUT: dict[str, str] = {}


def keys_of(contents: Contents) -> set[str]:
    """Return the keys of an archived order."""
    order = order_in(contents)
    keys = {
        key(order[name]) for key, names in KEYS.items() for name in names if order[name] is not None
    }
    keys |= {str(name) for name in _values(contents, NAMED_BY)}
    keys |= {person_key(pk) for pk in _values(contents, ABOUT) if pk is not None}
    return keys | _emails_in(contents)


def order_in(contents: Contents) -> dict[str, Any]:
    """Return the order's own columns, by name."""
    held = contents["orders.order"]
    return dict(zip(held["columns"], held["rows"][0], strict=True))


def _values(contents: Contents, columns: Mapping[str, str]) -> Iterator[Any]:
    for label, column in columns.items():
        if held := contents.get(label):
            place = held["columns"].index(column)
            yield from (row[place] for row in held["rows"])


def _emails_in(value: Any) -> set[str]:
    match value:
        case str() if "@" in value:
            return {email_key(each) for text in ADDRESS.findall(value) for each in _readings(text)}
        case dict():
            return {key for each in value.values() for key in _emails_in(each)}
        case list():
            return {key for each in value for key in _emails_in(each)}
        case _:
            return set()


def _readings(address: str) -> set[str]:
    """Return what `address` may be: an apostrophe is part of it, or a quotation mark before it."""
    return {address, address.lstrip("'"), address.rpartition("'")[2]}
