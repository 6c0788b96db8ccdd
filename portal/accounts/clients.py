"""A client as its client_admin sees it: projects, orders, adding a project, handing over."""

from django.contrib import messages
from django.db.models import OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.member_access import (
    clients_of,
    member,
    member_required,
    page_of,
    post_data,
    projects_run_by,
)
from portal.accounts.member_forms import ProjectForm
from shop.form_texts import add_errors
from shop.languages import page_language
from shop.orders.basket import put_tier, update_document
from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.models import Basket, Order, State
from shop.orders.open_orders import update_open_order
from shop.owner_cookie import page_owner, write_owner_id
from shop.tenancy.client_admins import hand_over, successors
from shop.tenancy.models import Client, Project, User


@member_required
@require_safe
def client(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the client's projects."""
    user = member(request)
    found = _find(user, pk)
    projects = projects_run_by(user).filter(client=found).order_by("name", "pk")
    context = {"client": found, "projects": page_of(request, projects)}
    return render(request, "accounts/client.html", context)


@member_required
@require_safe
def orders(request: HttpRequest, pk: int) -> HttpResponse:
    """List the client's orders with their states, newest first."""
    found = _find(member(request), pk)
    for_client = Q(client_id=found.pk) | Q(delivered_client=found)
    named = Project.objects.filter(pk=OuterRef("project_id")).values("name")
    placed = (
        Order.objects.filter(for_client)
        .exclude(state=State.NEW)
        .select_related("delivered_project")
        .annotate(added_to=Subquery(named))
        .order_by("-created_at", "-pk")
    )
    context = {"client": found, "orders": page_of(request, placed)}
    return render(request, "accounts/orders.html", context)


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_project(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for name and tier of a new project, then continue at the checkout.

    Only the checkout shows the price and the terms and places orders.
    """
    user = member(request)
    found = _find(user, pk)
    form = ProjectForm(post_data(request))
    if form.is_valid():
        document = {**form.cleaned_data, "client_id": found.pk}
        try:
            check_document({**document, "product": form.tier.code}, client_admin=user)
        except InvalidDocumentError as refusal:
            add_errors(form, refusal.problems)
        else:
            return _to_checkout(request, found, form)
    context = {"client": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "accounts/add_project.html", context, status=status)


@member_required
@require_safe
def choose_successor(request: HttpRequest, pk: int) -> HttpResponse:
    """List the members the client can be handed over to."""
    found = _find(member(request), pk)
    people = successors(found).order_by("email")
    context = {"client": found, "people": page_of(request, people)}
    return render(request, "accounts/successors.html", context)


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_successor(request: HttpRequest, pk: int, user: int) -> HttpResponse:
    """Explain handing over; POST does it."""
    admin = member(request)
    found = _find(admin, pk)
    person = successors(found).filter(pk=user).first()
    if request.method == "POST":
        return _hand_over(request, found, admin, person)
    if person is None:
        raise Http404
    context = {"client": found, "person": person}
    return render(request, "accounts/hand_over.html", context)


def _hand_over(
    request: HttpRequest, client: Client, admin: User, person: User | None
) -> HttpResponse:
    if person and hand_over(client, admin, person):
        text = _("%(person)s administers %(client)s now.")
        names = {"person": person.get_full_name() or person.email, "client": client.name}
        messages.success(request, text % names)
        return redirect("portal")
    messages.warning(
        request, _("Something has changed meanwhile: here is to whom you can hand over now.")
    )
    return redirect("portal_hand_over", client.pk)


def _to_checkout(request: HttpRequest, client: Client, form: ProjectForm) -> HttpResponse:
    user, tier = member(request), form.tier
    person = {
        "user_email": user.email,
        "user_first_name": user.first_name or None,
        "user_last_name": user.last_name or None,
    }
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


def _find(user: User, pk: int) -> Client:
    return get_object_or_404(clients_of(user), pk=pk)
