"""The member's home: their projects, what is to do, what is new, and the companies they run."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portal.accounts import member_access as access
from portal.accounts.first_steps import first_steps
from portal.accounts.home_news import news_for
from portal.accounts.home_tasks import tasks_of
from portal.accounts.project_cards import cards_of, seats_of
from portal.accounts.subscription_costs import soonest_cost
from shop.billing.open_invoices import open_invoices
from shop.catalogue.seller import current_seller
from shop.orders.models import State
from shop.tenancy.joining import open_invitations
from shop.tenancy.mfa import has_second_factor
from shop.tenancy.models import Invitation, Membership, Project, User
from shop.tenancy.project_urls import project_url

COMPANIES = 3  # on the home page; more are on a page of their own


@access.member_required
@require_safe
def portal(request: HttpRequest) -> HttpResponse:
    """Show the member's projects, and whatever of their companies is theirs to see."""
    user = access.member(request)
    memberships = access.page_of(request, seats_of(user))
    cards = cards_of(user, memberships)
    companies = list(access.clients_of(user)[: COMPANIES + 1])
    owed = open_invoices(companies)
    context = {
        "memberships": memberships,
        "cards": cards,
        "steps": first_steps(user, cards),
        "companies": companies[:COMPANIES],
        "has_more_companies": len(companies) > COMPANIES,
        "tasks": tasks_of(companies, owed) if companies else [],
        "next_cost": soonest_cost(companies, current_seller()) if companies else None,
        "news": news_for(user, runs_companies=bool(companies)),
        "invitations": access.page_of(request, acceptable(user), "invitations"),
        "signs_in_by_code_alone": not (user.has_usable_password() or has_second_factor(user)),
    }
    return render(request, "accounts/home.html", context)


@access.member_required
@require_safe
def open_project(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to where the members of a project work, and note when a member first went there."""
    user = access.member(request)
    seen = access.projects_seen_by(user).select_related("client")
    found = get_object_or_404(seen, pk=pk)
    if not (address := _address_for(user, found)):
        return redirect("portal_project", found.pk)
    seat = Membership.objects.filter(user=user, project=found, joined_at__isnull=False)
    seat.filter(opened_at=None).update(opened_at=timezone.now())
    return redirect(address)


@access.member_required
@require_POST
def hide_first_steps(request: HttpRequest) -> HttpResponse:
    """Have the home page show no first steps any more."""
    User.objects.filter(pk=access.member(request).pk).update(first_steps_hidden_at=timezone.now())
    return redirect("portal")


def acceptable(user: User) -> QuerySet[Invitation]:
    """Return the invitations that the member can accept on their home page, oldest first."""
    packed = open_invitations(user).filter(order__state=State.PACKED)
    return packed.select_related("membership__project__client", "membership__project__product")


def _address_for(user: User, project: Project) -> str:
    may_enter = project.is_open or (
        project.closed_at is None and project.client.client_admin_id == user.pk
    )
    return project_url(project) if may_enter else ""
