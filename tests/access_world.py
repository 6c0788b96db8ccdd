"""The rows that the matrix of access asks for: a client, and an application with an endpoint."""

from dataclasses import dataclass

from allauth.idp.oidc.models import Token

from portal.backoffice.models import BulkJob
from shop.access.models import Application
from shop.billing.declaration_rows import Declaration
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import Order
from shop.packing.models import ContractRun
from shop.tenancy.departure_rows import AppointmentRequest
from shop.tenancy.models import Client, Membership, Project, User
from tests.backoffice.test_permissions import filled
from tests.pages import join_address

SECRET = "Verschwiegene Filmproduktion"  # the name of the client that is nobody else's business


@dataclass
class World:
    """A client with everything that can hang on it, and a bystander of each kind."""

    application: Application
    order: Order
    other: Order
    client: Client
    project: Project
    admin: User
    project_admin: User
    member: User
    people: dict[str, object]
    delivery: Delivery

    def path(self, address: str) -> str:
        """The path of `address`, where something of this client is."""
        if address.startswith("staff/"):
            token = Token.objects.filter(client=self.application.oauth_client).first()
            numbers: dict[str, object] = {
                "orders": self.order.pk,
                "applications": self.application.pk,
                "bulk": BulkJob.objects.get().pk,
                "colleagues": BulkJob.objects.get().actor_id,
                "token": token and token.pk,
                "invoice": self.client.invoices.get().number,
                "subscriptions": self.client.invoices.get().subscription_id,
                "declarations": Declaration.objects.get().pk,
                "requests": AppointmentRequest.objects.get().pk,
                "run": ContractRun.objects.get().pk,
                "mail": self.order.messages.get(kind="received").pk,
                **self.people,
            }
            return filled(address.removeprefix("staff/"), numbers)
        token = Token.objects.get(user=self.admin, client=None)
        joined = Membership.objects.get(user=self.member)
        pk: dict[str, object] = {"clients": self.client.pk, "projects": self.project.pk}
        pk |= {"tokens": token.pk, "programs": self.application.pk}
        pk |= {"applications": self.application.pk}
        of_program = Token.objects.filter(client=self.application.oauth_client, user=None)[0]
        pk["subscriptions"] = self.client.subscriptions.get(project=self.project).pk
        parts = address.split("/")
        before = parts[parts.index("{pk}") - 1] if "{pk}" in parts else ""
        if address == "register/{order_hash}/join/{token}/":
            return join_address(self.order)
        values = {"pk": pk.get(before, 1), "order_hash": self.order.order_hash, "slug": "s"}
        values |= {"user": self.project_admin.pk, "membership": joined.pk, "kind": "owner"}
        values |= {"product_id": "s", "service_id": "x", "uidb36": "1", "key": "a-b", "rest": "x"}
        values |= {
            "token": of_program.pk if address.startswith("portal/") else "x",
            "endpoint": self.delivery.endpoint_id,
            "webhook": self.delivery.webhook_id,
            "position": 0,
            "endpoint_id": 1,
            "number": self.client.invoices.get().number if "invoices" in address else 1,
            "language": "en",
            "chapter": "reference",
        }
        return "/" + address.format(**values)

    def gives_away_hash(self, address: str, text: str) -> bool:
        """Tell whether a page whose address has no hash shows one."""
        hashes = (self.order.order_hash, self.other.order_hash)
        return "{order_hash}" not in address and any(each in text.lower() for each in hashes)

    def gives_away_name(self, address: str, text: str) -> bool:
        """Tell whether a page that needs no hash names the client."""
        return "{order_hash}" not in address and SECRET in text
