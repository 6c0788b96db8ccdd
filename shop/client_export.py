"""Export of a client's data for its client_admin: a ZIP of one JSON file and all invoices' files.

It is for as long as a project is there, and after the end of its contract until `export_until`
(contract, "Ending").
"""

import json
import logging
from collections.abc import Sequence
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from shop.billing.balances import with_balance
from shop.billing.invoice_files import invoice_file
from shop.billing.models import Invoice, InvoiceFile, Subscription
from shop.billing.rendering import RenderingError
from shop.data_export import BILLING, INVOICE, ORDER
from shop.orders.archived_order import archived_with, project_key
from shop.orders.models import Order, State
from shop.row_facts import Facts, facts_of, facts_of_all
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Client, Invitation, Membership, Project
from shop.tenancy.signals import client_exported

logger = logging.getLogger(__name__)

PROJECT = ("name", "url", "created_at", "closed_at", "export_until")
SUBSCRIPTION = (
    *("state", "interval", "list_cents", "discount_cents", "discount_ends_on", "currency"),
    *("promo_code", "started_on", "cancelled_at", "ends_on", "ended_at", "withdrawn_at"),
)
CHANGE = (
    *("state", "old_interval", "interval", "old_list_cents", "list_cents", "from_on", "asked_at"),
    *("decided_at", "decision_note", "applied_at"),
)


def exportable_projects(client: Client) -> QuerySet[Project]:
    """Return the projects of `client` whose data can still be exported, by name."""
    in_time = Q(export_until=None) | Q(export_until__gte=timezone.localdate())
    found = Project.objects.filter(in_time, client=client, erased_at=None)
    return found.select_related("product").order_by("name", "pk")


def write_archive(file: IO[bytes], client: Client, projects: Sequence[Project]) -> None:
    """Write the ZIP with all about `projects` of `client`, and what other rooms add to it.

    A file of an invoice that cannot be made now is left out; the JSON says so. Call it with no
    transaction open: a file that was lost is made again.
    """
    invoices = Invoice.objects.filter(subscription__project__in=projects)
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        missing = _write_files(archive, invoices)
        held = {
            "made_at": timezone.now().isoformat(),
            "client": facts_of(client, "name", "created_at", number="pk"),
            "billing": facts_of_all(BillingProfile.objects.filter(client=client), *BILLING),
            "projects": [_project(project) for project in projects],
            "orders": _orders(client, projects),
            "invoices": facts_of_all(with_balance(invoices), *INVOICE),
            "missing_files": missing,
        }
        archive.writestr("data.json", json.dumps(held, indent=2, ensure_ascii=False))
        client_exported.send(sender=Client, client=client, projects=projects, archive=archive)


def _write_files(archive: ZipFile, invoices: QuerySet[Invoice]) -> list[str]:
    """Write the PDF and the XML of each invoice; return the names of those that are not there."""
    missing = []
    for invoice in invoices.order_by("pk").iterator(chunk_size=50):
        for file_format in InvoiceFile.Format.values:
            try:
                name, content = invoice_file(invoice, file_format)
            except RenderingError:
                logger.exception("The %s of %s is missing in an export.", file_format, invoice)
                missing.append(f"{invoice.number}.{file_format}")
            else:
                archive.writestr(f"invoices/{name}", content)
    return missing


def _project(project: Project) -> Facts:
    subscriptions = Subscription.objects.filter(project=project)
    subscriptions = subscriptions.select_related("product", "order").order_by("pk")
    return {
        **facts_of(project, *PROJECT, number="pk", tier="product.name"),
        "members": _members(project),
        "subscriptions": [_subscription(each) for each in subscriptions],
    }


def _members(project: Project) -> list[Facts]:
    """Return the members; of those who have not joined only what was typed to invite them."""
    sent = Prefetch("invitations", Invitation.objects.select_related("order").order_by("pk"))
    rows = Membership.objects.filter(project=project).select_related("user")
    found = []
    for each in rows.prefetch_related(sent).order_by("pk"):
        orders = [getattr(invitation, "order", None) for invitation in each.invitations.all()]
        order = next((order for order in reversed(orders) if order), None)
        person = (
            facts_of(each.user, "email", "first_name", "last_name")
            if each.joined_at
            else {"email": order.user_email if order else None}
        )
        found.append({**person, **facts_of(each, "role", "joined_at", invited_at="created_at")})
    return found


def _subscription(subscription: Subscription) -> Facts:
    changes = subscription.tier_changes.select_related("old_product", "product")
    names = {"old_tier": "old_product.name", "tier": "product.name"}
    return {
        **facts_of(subscription, *SUBSCRIPTION, number="pk", tier="tier_name"),
        "changes": facts_of_all(changes, *CHANGE, **names),
        "history": facts_of_all(subscription.events.all(), "at", "kind"),
    }


def _orders(client: Client, projects: Sequence[Project]) -> list[Facts]:
    pks = {project.pk for project in projects}
    delivered = Q(delivered_project__in=pks)
    adding = Q(client_id=client.pk, project_id__in=pks)
    placed = Order.objects.filter(delivered | adding).exclude(state=State.NEW)
    names = ("client_name", "project_name", "user_email", "tier_name", "interval")
    named = (each.order for each in archived_with(map(project_key, pks)).order_by("pk"))
    archived = [
        order
        for order in named
        if order.delivered_project_id in pks
        or (order.client_id == client.pk and order.project_id in pks)
    ]
    rows = [*archived, *placed.select_related("product").order_by("pk")]
    return [facts_of(order, *ORDER, *names) for order in rows]
