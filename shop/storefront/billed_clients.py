"""The clients that a signed-in customer orders for, and who is billed for each."""

from collections.abc import Mapping
from typing import Any

from django import forms

from shop.billing_form import country_name
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Client, User


def clients_of(user: User) -> list[Client]:
    """Return the clients whose client_admin `user` is, with their billing data."""
    return list(Client.objects.filter(client_admin=user).select_related("billing_profile"))


def billed_to(clients: list[Client]) -> dict[int, str]:
    """Return who is billed, in one line, for each of `clients` where it is known, by its number."""
    profiles = {each.pk: getattr(each, "billing_profile", None) for each in clients}
    return {number: _line(profile) for number, profile in profiles.items() if profile}


def billed_lines(clients: list[Client], billed: Mapping[int, str]) -> list[tuple[str, str]]:
    """Return the names of the clients for which it is known who is billed, and who it is."""
    return [(each.name, billed[each.pk]) for each in clients if each.pk in billed]


def _line(profile: BillingProfile) -> str:
    place = f"{profile.postal_code} {profile.city}"
    parts = (
        profile.company or profile.name,
        profile.street,
        profile.street2,
        place,
        country_name(profile.country),
        profile.vat_id,
    )
    return ", ".join(part for part in parts if part)


class BilledSelect(forms.Select):
    """A select of clients that marks those whose billing data are known, for the style sheet."""

    known: Mapping[int, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        """Return what the template shows of an option."""
        option: dict[str, Any] = super().create_option(name, value, *args, **options)
        if value in self.known:
            option["attrs"]["data-billed"] = True
        return option
