"""The page of a client: who it is, its projects, members, orders and invoices, what happened."""

from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.backoffice.clients.client_forms import ClientNoteForm, RenameForm
from portal.backoffice.clients.client_history import client_history, orders_of
from portal.backoffice.clients.client_notes import notes_of
from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.people.persons import LOOK
from portal.backoffice.staff_access import permission_required, staff_user
from shop.billing.balances import with_balance
from shop.billing.models import Invoice, Subscription
from shop.billing.open_invoices import open_invoices
from shop.billing.reminder_rows import OverdueCase
from shop.catalogue.vat_ids import canonical_vat_id
from shop.tenancy.appointment_requests import open_requests
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Client, Membership, Project
from shop.tenancy.project_urls import project_url
from shop.tenancy.vies import newest_check_of

PROJECTS, MEMBERS, ROWS = 50, 25, 12
MAY_SEE_INVOICES = "billing.view_invoice"


@permission_required(LOOK)
@require_safe
def client(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a client."""
    return show_client(request, find_client(pk))


def find_client(pk: int) -> Client:
    """Return the client. Raises Http404."""
    return get_object_or_404(Client.objects.select_related("client_admin"), pk=pk)


def show_client(request: HttpRequest, client: Client, **refused: Any) -> HttpResponse:
    """Render the client's page; with 422 and a form that was `refused`, by its name."""
    projects = list(projects_of(client)[: PROJECTS + 1])
    members = list(members_of(Q(project__client=client))[: MEMBERS + 1])
    orders = list(orders_of(client).select_related("delivered_project")[: ROWS + 1])
    context = {
        "client": client,
        "projects": [(each, project_url(each)) for each in projects[:PROJECTS]],
        "has_more_projects": len(projects) > PROJECTS,
        "members": members[:MEMBERS],
        "has_more_members": len(members) > MEMBERS,
        "orders": orders[:ROWS],
        "has_more_orders": len(orders) > ROWS,
        "notes": notes_of(client),
        "note_form": refused.get("note_form") or ClientNoteForm(),
        "rename_form": refused.get("rename_form")
        or RenameForm(initial={"client_name": client.name, "before": client.name}),
        "refused": next(iter(refused.values()), None),
        "request_to_appoint": open_requests().filter(client=client).first(),
        "history": client_history(client),
        **(_billing_of(client) if staff_user(request).has_perm(MAY_SEE_INVOICES) else {}),
    }
    page = "backoffice/clients/client.html"
    return hide_hashes(request, render(request, page, context, status=422 if refused else 200))


def projects_of(client: Client) -> QuerySet[Any]:
    """Return the client's projects, with `joined`, `invited` and the newest `contract`."""
    seats = Membership.objects.filter(project=OuterRef("pk")).order_by().values("project")
    contract = Subscription.objects.filter(project=OuterRef("pk")).order_by("-pk")

    def number(**which: Any) -> Subquery:
        counted = seats.filter(**which).annotate(number=Count("pk")).values("number")
        return Subquery(counted, output_field=IntegerField())

    found = Project.objects.filter(client=client).select_related("product", "client")
    return found.annotate(
        joined=number(joined_at__isnull=False),
        invited=number(joined_at=None),
        contract=Subquery(contract.values("pk")[:1]),
    ).order_by(F("closed_at").asc(nulls_first=True), "name", "pk")


def members_of(which: Q) -> QuerySet[Membership]:
    """Return the members of one or several projects: those who are invited, then who joined last."""
    found = Membership.objects.filter(which).select_related("user", "project")
    return found.order_by(F("joined_at").desc(nulls_first=True), "-pk")


def _billing_of(client: Client) -> dict[str, Any]:
    profile = BillingProfile.objects.filter(client=client).first()
    issued = with_balance(Invoice.objects.filter(client=client)).select_related("corrects")
    invoices = list(issued.order_by("-issued_on", "-pk")[: ROWS + 1])
    subscriptions = Subscription.objects.filter(client=client).select_related(
        "project", "product", "order"
    )
    return {
        "profile": profile,
        "vat_id": canonical_vat_id(profile.vat_id) if profile and profile.vat_id else "",
        "check": newest_check_of(profile),
        "invoices": invoices[:ROWS],
        "has_more_invoices": len(invoices) > ROWS,
        "open": open_invoices([client])[client.pk],
        "subscriptions": subscriptions.order_by(F("ended_at").asc(nulls_first=True), "-pk")[:ROWS],
        "case": OverdueCase.objects.filter(client=client, resolved_at=None).first(),
    }
