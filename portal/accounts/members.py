"""The members of a project; the client_admin invites and removes them and changes roles."""

from django.contrib import messages
from django.db.models import F, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.member_access import (
    A_PAGE,
    member,
    member_required,
    page_of,
    post_data,
    projects_run_by,
)
from portal.accounts.member_forms import InviteForm
from shop.form_texts import add_errors
from shop.orders.document import InvalidDocumentError
from shop.orders.member_orders import invite, remove_member
from shop.orders.models import Order
from shop.orders.states import UNDER_WAY
from shop.tenancy.client_admins import NotClientAdminError
from shop.tenancy.memberships import change_role
from shop.tenancy.models import Invitation, Membership, Project, User


@member_required
@require_safe
def project(request: HttpRequest, pk: int) -> HttpResponse:
    """List the members, for the client_admin and the project's admins."""
    user = member(request)
    found = Project.objects.select_related("client", "product").filter(pk=pk).first()
    if found is None or not _may_see(user, found):
        raise Http404
    may_decide = found.client.client_admin_id == user.pk
    under_way = Order.objects.filter(project_id=found.pk, state__in=UNDER_WAY)
    page = page_of(request, _members(found))
    context = {
        "project": found,
        "page": page,
        "places": [(each, _order_of(each)) for each in page],
        "may_decide": may_decide,
        "under_way": under_way.order_by("pk")[:A_PAGE] if may_decide else [],
    }
    return render(request, "accounts/project.html", context)


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Order another member; the invitation is sent once the order is packed."""
    user = member(request)
    found = get_object_or_404(projects_run_by(user), pk=pk)
    form = InviteForm(post_data(request), initial={"language": user.language})
    if form.is_valid():
        try:
            order = invite(found, user, form.person())
        except InvalidDocumentError as refusal:
            add_errors(form, refusal.problems)
        except NotClientAdminError as error:
            raise Http404 from error
        else:
            text = _("The invitation to %(email)s is ordered. This page shows where it stands.")
            messages.success(request, text % {"email": order.user_email})
            return redirect("portal_project", found.pk)
    context = {"project": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "accounts/invite.html", context, status=status)


@member_required
@require_POST
def set_role(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    """Make a member project admin, or a project admin member."""
    user = member(request)
    found = _find(user, pk, membership)
    role = request.POST.get("role", "")
    if found is None or role not in Membership.Role.values:
        return _too_late(request, pk)
    try:
        changed = change_role(found, Membership.Role(role), user)
    except NotClientAdminError as error:
        raise Http404 from error
    if not changed:
        return _too_late(request, pk)
    messages.success(request, _("The role is changed."))
    return redirect("portal_project", pk)


@member_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    """Explain the removal of a member; POST does it."""
    user = member(request)
    found = _find(user, pk, membership)
    if found is None:
        return _too_late(request, pk)
    if found.user_id == user.pk:
        messages.warning(request, _("You administer this client: hand over first."))
        return redirect("portal_project", pk)
    if request.method != "POST":
        context = {"membership": found, "order": _order_of(found)}
        return render(request, "accounts/remove.html", context)
    try:
        removed = remove_member(found, user)
    except NotClientAdminError as error:
        raise Http404 from error
    if not removed:
        return _too_late(request, pk)
    messages.success(request, _("The member is removed; the place is free again."))
    return redirect("portal_project", pk)


def _members(project: Project) -> QuerySet[Membership]:
    """Return the members in the order in which they joined, then those who are invited.

    Pages may show only what was typed to invite somebody, not even whether the address is a known
    user's (contract, "Who is who").
    """
    found = Membership.objects.filter(project=project).select_related("user")
    return found.prefetch_related(_invitations()).order_by(
        F("joined_at").asc(nulls_last=True), "pk"
    )


def _invitations() -> Prefetch[str, QuerySet[Invitation], str]:
    return Prefetch("invitations", Invitation.objects.select_related("order").order_by("pk"))


def _order_of(membership: Membership) -> Order | None:
    """Return the latest order that invited the member."""
    orders = [getattr(each, "order", None) for each in membership.invitations.all()]
    return next((order for order in reversed(orders) if order), None)


def _may_see(user: User, project: Project) -> bool:
    if project.client.client_admin_id == user.pk:
        return True
    as_project_admin = Membership.objects.filter(
        user=user, project=project, role=Membership.Role.ADMIN, joined_at__isnull=False
    )
    return as_project_admin.exists()


def _find(user: User, project: int, membership: int) -> Membership | None:
    """Return a member of a project that `user` administers; None if they are gone."""
    get_object_or_404(projects_run_by(user), pk=project)
    found = Membership.objects.select_related("user", "project__client")
    return found.prefetch_related(_invitations()).filter(pk=membership, project=project).first()


def _too_late(request: HttpRequest, project: int) -> HttpResponse:
    messages.warning(request, _("Somebody else was faster: here are the members as they are now."))
    return redirect("portal_project", project)
