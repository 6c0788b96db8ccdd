"""The addresses about people and clients, and a row for each."""

from portal.backoffice.clients.note_rows import ClientNote
from shop.orders.models import Order
from shop.tenancy.factor_reset_rows import FactorReset
from tests.accounts.factors import add_app
from tests.factories import make_membership, make_staff, make_user

Groups = set[str]


def addresses_of_people(
    lookers: Groups, menders: Groups, admins: Groups, privacy: Groups
) -> dict[str, Groups]:
    """Each address below /staff/people/ and /staff/clients/, and the groups that may open it."""
    found = {
        "people/": lookers | privacy,
        "people/resets/": menders,
        "people/resets/{pk}/": menders,
        "people/resets/{pk}/confirm/": menders,
        "people/resets/{pk}/refuse/": menders,
        "clients/": lookers,
        "clients/{pk}/": lookers,
        "clients/{pk}/rename/": admins,
        "clients/{pk}/hand-over/": admins,
        "clients/{pk}/notes/": menders,
        "clients/{pk}/notes/{note}/delete/": menders,
        "clients/{client}/projects/{pk}/": lookers,
        "clients/{client}/projects/{pk}/members/{membership}/remove/": menders,
        "clients/{client}/projects/{pk}/members/{membership}/invite-again/": menders,
    }
    for kind in ("accounts", "orders"):
        found |= {
            f"people/{kind}/{{pk}}/": lookers | privacy,
            f"people/{kind}/{{pk}}/data.json": privacy,
            f"people/{kind}/{{pk}}/erase/": privacy,
            f"people/{kind}/{{pk}}/sign-out/": menders,
            f"people/{kind}/{{pk}}/sign-out/{{session}}/": menders,
            f"people/{kind}/{{pk}}/reset/": menders,
        }
    return found


def rows_of_people(order: Order) -> dict[str, object]:
    """A row for each of their addresses; what is written in them quotes the hash of `order`."""
    member = make_membership()
    client, lost = member.project.client, make_user()
    said = f"See /register/{order.order_hash}/."
    reset = FactorReset.objects.create(
        user=lost, asked_by=make_staff("agent"), reason=said, identity=said
    )
    add_app(lost)
    note = ClientNote.objects.create(client=client, author=make_staff("agent"), text=said)
    return {
        "people": lost.pk,
        "clients": client.pk,
        "client": client.pk,
        "project": member.project.pk,
        "membership": member.pk,
        "note": note.pk,
        "reset": reset.pk,
    }


def values_of_people(address: str, numbers: dict[str, object]) -> dict[str, object]:
    """The parts of an address that `rows_of_people` has rows for."""
    values = {name: numbers.get(name, 1) for name in ("client", "membership", "note", "session")}
    for part, name in (
        ("projects/{pk}", "project"),
        ("resets/{pk}", "reset"),
        ("people/orders/", "orders"),
    ):
        if part in address:
            values["pk"] = numbers.get(name, 1)
    return values
