"""Operations that most resources of the open order declare: show, put and delete."""

from typing import Any

from pydantic import BaseModel

from shop.openapi import Operation

CURRENCIES = "The account is in another currency than the tier."


def show(name: str, what: str, answer: type[BaseModel], text: str = "As it is now.") -> Operation:
    """GET of the resource `name`."""
    return Operation(f"show{name}", f"Show {what}", text, {200: answer})


def put(
    name: str, what: str, body: type[BaseModel], answer: type[BaseModel], text: str, **more: Any
) -> Operation:
    """PUT of the resource `name`."""
    return Operation(f"put{name}", f"Set {what}", text, {200: answer}, body, **more)


def delete(name: str, what: str, text: str) -> Operation:
    """DELETE of the resource `name`."""
    return Operation(f"delete{name}", f"Remove {what}", text, {204: None})
