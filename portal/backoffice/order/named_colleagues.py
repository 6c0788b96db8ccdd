"""Colleagues whom a note names with @: by first or last name, or by their e-mail address."""

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from shop.tenancy.colleagues import colleagues_with
from shop.tenancy.models import User

LOOK = "orders.view_order"
# Not what stands within an e-mail address.
NAMED = re.compile(r"(?<![\w@.+-])@([\w.+-]*\w(?:@[\w.-]*\w)?)")


@dataclass(frozen=True)
class NamedColleagues:
    """The colleagues whom a text names, and the names for which there is not exactly one."""

    found: list[User] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    ambiguous: dict[str, list[User]] = field(default_factory=dict)


def colleagues_to_name() -> list[User]:
    """Return the colleagues who may open orders."""
    return list(colleagues_with(LOOK))


def handle_of(colleague: User, colleagues: Collection[User]) -> str:
    """Return the shortest name that means nobody else: what precedes the @ of the address, or all."""
    local = _local(colleague)
    alone = sum(_local(each) == local for each in colleagues) == 1
    return local if alone else colleague.email


def find_named(text: str, colleagues: Collection[User]) -> NamedColleagues:
    """Return which `colleagues` the text names. A handle counts before a name."""
    named = NamedColleagues()
    by_handle = {handle_of(each, colleagues).casefold(): each for each in colleagues}
    by_name: defaultdict[str, list[User]] = defaultdict(list)
    for each in colleagues:
        names = {each.email, each.first_name, each.last_name, _local(each)}
        for name in names - {""}:
            by_name["".join(name.casefold().split())].append(each)
    for name in dict.fromkeys(NAMED.findall(text)):
        key = name.casefold()
        meant = [by_handle[key]] if key in by_handle else by_name.get(key, [])
        match meant:
            case []:
                named.unknown.append(name)
            case [one]:
                named.found.append(one)
            case several:
                named.ambiguous[name] = several
    return named


def _local(colleague: User) -> str:
    return colleague.email.rpartition("@")[0]
