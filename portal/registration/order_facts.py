"""The facts of an order that do not change with its state, for its registration page."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property

from portal.registration.order_access import PageOrder
from shop.orders.order_lookup import address_of
from shop.orders.parties import is_invitation
from shop.orders.pricing import Price, price_as_ordered
from shop.tenancy.email_addresses import mask_email
from shop.tenancy.models import Client, Project


@dataclass
class OrderFacts:
    """The facts of an order, with no personal data but a masked e-mail address."""

    order: PageOrder

    @cached_property
    def is_invitation(self) -> bool:
        """Tell whether the order only invites somebody into a project that there is."""
        return is_invitation(self.order)

    @cached_property
    def price(self) -> Price:
        """Return the price at which the order was placed."""
        return price_as_ordered(self.order)

    @cached_property
    def client(self) -> str:
        """Return the name of the client, or an empty string."""
        number = self.order.delivered_client_id or self.order.client_id
        return self.order.client_name or _name_of(Client, number)

    @cached_property
    def project(self) -> str:
        """Return the name of the project, or an empty string."""
        number = self.order.delivered_project_id or self.order.project_id
        return self.order.project_name or _name_of(Project, number)

    @cached_property
    def masked_email(self) -> str:
        """Return the e-mail address as `n…@g….com`, enough to recognise one's own."""
        return mask_email(address_of(self.order))

    @cached_property
    def received(self) -> str:
        """Return when the order was placed, for people."""
        return date_format(timezone.localtime(self.order.created_at), "DATETIME_FORMAT")

    @cached_property
    def received_iso(self) -> str:
        """Return when the order was placed, for programs."""
        return timezone.localtime(self.order.created_at).isoformat()


def _name_of(model: type[Client | Project], number: int | None) -> str:
    if number is None:
        return ""
    return model.objects.filter(pk=number).values_list("name", flat=True).first() or ""
