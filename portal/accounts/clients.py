"""A client as its client_admin sees it: projects, orders, adding a project, handing over."""

from django.contrib import messages
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import member_access as access
from portal.accounts.client_subscriptions import contract_of
from portal.accounts.member_forms import ProjectForm
from portal.accounts.subscription_costs import soonest_cost
from shop.billing.open_invoices import open_invoices
from shop.catalogue.seller import current_seller
from shop.form_texts import add_errors
from shop.languages import page_language
from shop.orders.basket import put_tier, update_document
from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.models import Basket, Order, State
from shop.orders.open_orders import update_open_order
from shop.owner_cookie import page_owner, write_owner_id
from shop.tenancy.client_admins import hand_over, successors
from shop.tenancy.models import Client, Project
from shop.typed_text import isolated


@access.member_required
@require_safe
def companies(request: HttpRequest) -> HttpResponse:
    """List the clients that the member administers; the only one shows itself."""
    page = access.page_of(request, access.clients_of(access.member(request)))
    if page.paginator.count == 1:
        return redirect("portal_client", page[0].pk)
    owed = open_invoices(page)
    rows = [(each, owed[each.pk]) for each in page]
    return render(request, "accounts/companies.html", {"page": page, "rows": rows})


@access.member_required
@require_safe
def client(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the client's projects with their tiers, what is open and the next invoice."""
    user = access.member(request)
    found = get_object_or_404(access.clients_of(user), pk=pk)
    projects = access.projects_run_by(user).filter(client=found).order_by("name", "pk")
    projects = projects.annotate(contract=contract_of("pk"))
    context = {
        "client": found,
        "projects": access.page_of(request, projects),
        "open": open_invoices([found])[found.pk],
        "next_cost": soonest_cost([found], current_seller()),
    }
    return render(request, "accounts/client.html", context)


@access.member_required
@require_safe
def orders(request: HttpRequest, pk: int) -> HttpResponse:
    """List the client's orders with their states, newest first."""
    found = get_object_or_404(access.clients_of(access.member(request)), pk=pk)
    for_client = Q(client_id=found.pk) | Q(delivered_client=found)
    named = Project.objects.filter(pk=OuterRef("project_id")).values("name")
    placed = (
        Order.objects.filter(for_client)
        .exclude(state=State.NEW)
        .select_related("delivered_project")
        .annotate(added_to=Subquery(named))
        .order_by("-created_at", "-pk")
    )
    context = {"client": found, "orders": access.page_of(request, placed)}
    return render(request, "accounts/orders.html", context)


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_project(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for name and tier of a new project, then continue at the checkout.

    Only the checkout shows the price and the terms and places orders.
    """
    user = access.member(request)
    found = get_object_or_404(access.clients_of(user), pk=pk)
    form = ProjectForm(access.post_data(request))
    if form.is_valid():
        tier = form.cleaned_data["product"]
        document = {**form.cleaned_data, "client_id": found.pk, "product": tier.code}
        try:
            check_document(document, client_admin=user)
        except InvalidDocumentError as refusal:
            add_errors(form, refusal.problems)
        else:
            return _to_checkout(request, found, form)
    context = {"client": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "accounts/add_project.html", context, status=status)


@access.member_required
@require_safe
def choose_successor(request: HttpRequest, pk: int) -> HttpResponse:
    """List the members the client can be handed over to."""
    found = get_object_or_404(access.clients_of(access.member(request)), pk=pk)
    people = access.page_of(request, successors(found).order_by("email"))
    return render(request, "accounts/successors.html", {"client": found, "people": people})


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_successor(request: HttpRequest, pk: int, user: int) -> HttpResponse:
    """Explain handing over; POST does it."""
    admin = access.member(request)
    found = get_object_or_404(access.clients_of(admin), pk=pk)
    if request.method != "POST":
        context = {"client": found, "person": get_object_or_404(successors(found), pk=user)}
        return render(request, "accounts/hand_over.html", context)
    person = successors(found).filter(pk=user).first()
    if person and hand_over(found, admin, person):
        text = _("%(person)s administers %(client)s now.")
        who = person.get_full_name() or person.email
        names = {"person": isolated(who), "client": isolated(found.name)}
        messages.success(request, text % names)
        return redirect("portal")
    text = _("Something has changed meanwhile: here is to whom you can hand over now.")
    messages.warning(request, text)
    return redirect("portal_hand_over", found.pk)


def _to_checkout(request: HttpRequest, client: Client, form: ProjectForm) -> HttpResponse:
    user, tier = access.member(request), form.cleaned_data["product"]
    names = ("email", "first_name", "last_name")
    person = {f"user_{name}": getattr(user, name) or None for name in names}
    project = {
        "client_id": client.pk,
        "client_name": None,
        "project_id": None,
        "project_name": form.cleaned_data["project_name"],
        "promo_code": None,
        "language": page_language(),
    }

    def put(basket: Basket) -> None:
        # It replaces what was begun before, but keeps the person it was for.
        put_tier(basket, tier)
        begun = basket.document.keys() & person.keys()
        update_document(basket, project if begun else project | person)
        basket.currency, basket.language_tag = tier.currency, page_language()

    _basket, owner = update_open_order(page_owner(request), put)
    response = redirect("checkout")
    write_owner_id(response, owner)
    return response
