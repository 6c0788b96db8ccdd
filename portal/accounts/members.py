"""The members of a project; the client_admin invites and removes them and changes roles.

Each of them can leave.
"""

from typing import Any

from django.contrib import messages
from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import member_access as access
from portal.accounts.member_forms import InviteForm
from shop.email_spellings import shown_email
from shop.form_texts import FORM_TEXTS, add_errors, filled_in
from shop.notifications.emails.resend import Resent, resend_invitation
from shop.orders.document import InvalidDocumentError
from shop.orders.member_orders import invite, leave_project, remove_member
from shop.orders.models import Order
from shop.orders.states import UNDER_WAY
from shop.tenancy.memberships import change_role
from shop.tenancy.models import Invitation, Membership, User
from shop.typed_text import isolated


@access.member_required
@require_safe
def project(request: HttpRequest, pk: int) -> HttpResponse:
    """List the members: with addresses for the client_admin and the project's admins, else by name.

    Who is invited but has not joined is nobody's business but theirs.
    """
    user = access.member(request)
    seen = access.projects_seen_by(user).select_related("client", "product")
    found = get_object_or_404(seen, pk=pk)
    own = Membership.objects.filter(user=user, project=found, joined_at__isnull=False).first()
    may_decide = found.client.client_admin_id == user.pk
    context: dict[str, Any] = {"project": found, "own": own, "may_decide": may_decide}
    if not may_decide and (own is None or own.role != Membership.Role.ADMIN):
        colleagues = _members(pk).filter(joined_at__isnull=False)
        context["page"] = access.page_of(request, colleagues)
        return render(request, "accounts/colleagues.html", context)
    under_way = Order.objects.filter(project_id=found.pk, state__in=UNDER_WAY)
    page = access.page_of(request, _members(pk))
    context |= {
        "page": page,
        "places": [(each, _order_of(each)) for each in page],
        "under_way": under_way.order_by("pk")[: access.A_PAGE] if may_decide else [],
    }
    return render(request, "accounts/project.html", context)


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain what it means to leave a project; POST does it.

    A client_admin can leave, too: they still administer the client, and can invite themselves.
    """
    mine = Membership.objects.filter(user=access.member(request), joined_at__isnull=False)
    found = get_object_or_404(mine.select_related("user", "project__client"), project=pk)
    if request.method != "POST":
        return render(request, "accounts/leave.html", {"membership": found})
    if leave_project(found):
        text = _("You have left %(project)s.")
        messages.success(request, text % {"project": isolated(found.project.name)})
    return redirect("portal")


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite another member; the mail is sent once their place is set up."""
    user = access.member(request)
    found = get_object_or_404(access.projects_run_by(user), pk=pk)
    if found.joins_closed_at:
        messages.warning(request, FORM_TEXTS["project_closed"])
        return redirect("portal_project", found.pk)
    form = InviteForm(access.post_data(request), initial={"language": user.language})
    if form.is_valid():
        try:
            order = invite(found, user, filled_in(form))
        except InvalidDocumentError as refusal:
            add_errors(form, refusal.problems)
        else:
            text = _("The invitation to %(email)s is being sent. This page shows where it stands.")
            messages.success(
                request, text % {"email": isolated(shown_email(order.user_email or ""))}
            )
            return redirect("portal_project", found.pk)
    status = 422 if form.errors else 200
    context = {"project": found, "form": form}
    return render(request, "accounts/invite.html", context, status=status)


@access.member_required
@require_POST
def set_role(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    """Make a member project admin, or a project admin member."""
    user = access.member(request)
    found = _find(user, pk, membership)
    role = request.POST.get("role", "")
    if found is None or role not in Membership.Role.values:
        return _too_late(request, pk)
    if not change_role(found, Membership.Role(role), user):
        return _too_late(request, pk)
    messages.success(request, _("The role is changed."))
    return redirect("portal_project", pk)


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    """Explain the removal of a member; POST does it."""
    user = access.member(request)
    found = _find(user, pk, membership)
    if found is None:
        return _too_late(request, pk)
    if found.user_id == user.pk:
        return redirect("portal_leave", pk)
    if request.method != "POST":
        context = {"membership": found, "order": _order_of(found)}
        return render(request, "accounts/remove.html", context)
    if not remove_member(found, user):
        return _too_late(request, pk)
    messages.success(request, _("The member is removed; the place is free again."))
    return redirect("portal_project", pk)


@access.member_required
@require_POST
def resend(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    """Mail the invitation of somebody who has not joined again, with a new link."""
    found = _find(access.member(request), pk, membership)
    order = _order_of(found) if found and not found.joined_at else None
    if order is None:
        return _too_late(request, pk)
    email = {"email": isolated(shown_email(order.user_email or ""))}
    match resend_invitation(order):
        case Resent.QUEUED:
            text = _("A new link is on its way to %(email)s. Older links no longer work.")
            messages.success(request, text % email)
        case Resent.HAD_ENOUGH_THIS_HOUR | Resent.HAD_ENOUGH_TODAY:
            text = _("%(email)s had several e-mails lately, so we sent no other. Try again later.")
            messages.warning(request, text % email)
        case _:
            return _too_late(request, pk)
    return redirect("portal_project", pk)


def _members(project: int) -> QuerySet[Membership]:
    """Return the members in the order in which they joined, then those who are invited.

    Pages may show only what was typed to invite somebody, not even whether the address is a known
    user's (contract, "Who is who").
    """
    found = Membership.objects.filter(project=project).select_related("user", "project__client")
    sent = Prefetch("invitations", Invitation.objects.select_related("order").order_by("pk"))
    return found.prefetch_related(sent).order_by(F("joined_at").asc(nulls_last=True), "pk")


def _order_of(membership: Membership) -> Order | None:
    """Return the latest order that invited the member."""
    orders = [getattr(each, "order", None) for each in membership.invitations.all()]
    return next((order for order in reversed(orders) if order), None)


def _find(user: User, project: int, membership: int) -> Membership | None:
    """Return a member of a project that `user` administers; None if they are gone."""
    get_object_or_404(access.projects_run_by(user), pk=project)
    return _members(project).filter(pk=membership).first()


def _too_late(request: HttpRequest, project: int) -> HttpResponse:
    messages.warning(
        request, _("Something has changed in the meantime. This is the list as it is now.")
    )
    return redirect("portal_project", project)
