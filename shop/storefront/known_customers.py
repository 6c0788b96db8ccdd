"""The companies and projects of a signed-in customer, for the checkout to offer."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.widgets import ChoiceWidget
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shop.billing_form import country_name
from shop.catalogue.models import Product
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Client, Project, User

# Of more than these one is chosen from a list that folds up.
MOST_RADIOS = 6


def clients_of(user: User) -> list[Client]:
    """Return the clients whose client_admin `user` is, with their billing data, by name."""
    clients = Client.objects.filter(client_admin=user).select_related("billing_profile")
    return sorted(clients, key=lambda each: (each.name.casefold(), each.pk))


class _MarksBilled(ChoiceWidget):
    """Marks the clients of whom it is known who is billed, for the style sheet."""

    billed: frozenset[int] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        """Return what the template shows of an option."""
        option: dict[str, Any] = super().create_option(name, value, *args, **options)
        if value in self.billed:
            option["attrs"]["data-billed"] = True
        return option


class BilledRadios(_MarksBilled, forms.RadioSelect):
    """Radio buttons of clients."""


class BilledSelect(_MarksBilled, forms.Select):
    """A select of clients."""


class KnownCustomerForm(forms.Form):
    """Lets a client_admin choose one of their clients and projects instead of naming new ones.

    What is chosen counts: the field for a new one is hidden then, and what it holds is dropped.
    """

    client_id = forms.TypedChoiceField(
        label=pgettext_lazy("billing", "Company"), coerce=int, empty_value=None, required=False
    )
    project_id = forms.TypedChoiceField(
        label=_("Project"), coerce=int, empty_value=None, required=False
    )

    clients: list[Client]
    projects: list[Project]

    @property
    def billed(self) -> frozenset[int]:
        """The numbers of the clients of whom it is known who is billed."""
        return frozenset(each.pk for each in self.clients if _profile_of(each))

    @property
    def has_many_clients(self) -> bool:
        """Tell whether the clients are too many for radio buttons, which say who is billed."""
        return len(self.clients) > MOST_RADIOS

    def offer_clients(self, user: User | None, tier: Product) -> None:
        """Offer the clients of `user`, and their projects of `tier`; no fields if there are none."""
        self.clients = clients_of(user) if user else []
        projects = Project.objects.filter(client__in=self.clients, product=tier).order_by("name")
        self.projects = list(projects) if self.clients else []
        self._offer_clients()
        self._offer_projects()

    def keep_what_was_chosen(self) -> None:
        """Drop the names of what is not new; a chosen project decides about the client, too."""
        given = self.cleaned_data
        chosen = next((each for each in self.projects if each.pk == given.get("project_id")), None)
        if chosen:
            given["client_id"] = chosen.client_id
        for kind in ("client", "project"):
            if given.get(f"{kind}_id"):
                self.errors.pop(f"{kind}_name", None)
                given[f"{kind}_name"] = ""

    def _offer_clients(self) -> None:
        if not self.clients:
            del self.fields["client_id"]
            return
        widget = BilledSelect() if self.has_many_clients else BilledRadios()
        widget.billed = self.billed
        labels = [
            (each.pk, each.name if self.has_many_clients else _client_label(each))
            for each in self.clients
        ]
        offer(self, "client_id", [*labels, ("", _("Another company"))], widget)
        if self.has_many_clients and self.billed:
            self.fields["client_id"].help_text = _("Invoices go to the address we have on file.")
        self.fields["client_name"].label = _("Name of the company")

    def _offer_projects(self) -> None:
        if not self.projects:
            del self.fields["project_id"]
            return
        many = len(self.projects) > MOST_RADIOS
        names = {each.pk: each.name for each in self.clients} if len(self.clients) > 1 else {}
        labels = [
            (each.pk, _project_label(each, names.get(each.client_id, ""), plain=many))
            for each in self.projects
        ]
        widget = forms.Select() if many else forms.RadioSelect()
        offer(self, "project_id", [("", _("A new project")), *labels], widget)
        self.fields["project_name"].label = _("Name of the project")


def offer(
    form: forms.Form,
    name: str,
    choices: Iterable[tuple[Any, Any]],
    widget: forms.Widget | None = None,
) -> None:
    """Let the field `name` of `form` offer `choices`, by another `widget` if one is given."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- tells mypy what it is
    if widget:
        widget.is_required = field.required
        field.widget = widget
    field.choices = list(choices)


def _client_label(client: Client) -> str:
    if profile := _profile_of(client):
        billed = _("Invoices go to: %(address)s") % {"address": _line(profile)}
        return format_html("<span><bdi>{}</bdi> <small>{}</small></span>", client.name, billed)
    return format_html("<span><bdi>{}</bdi></span>", client.name)


def _project_label(project: Project, client: str, *, plain: bool) -> str:
    adds = str(_("one more member, free of charge"))
    if client:
        adds = f"{client} · {adds}"
    if plain:
        return f"{project.name} ({adds})"
    return format_html("<span><bdi>{}</bdi> <small>{}</small></span>", project.name, adds)


def _profile_of(client: Client) -> BillingProfile | None:
    return getattr(client, "billing_profile", None)


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
