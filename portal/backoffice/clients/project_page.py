"""A client's project as staff see it: its members, whom they can remove or invite again."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.backoffice.audit_log import Act, record
from portal.backoffice.clients.client_page import projects_of
from portal.backoffice.confirmation import ask_first
from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.order.offered_action import MEND
from portal.backoffice.people.persons import LOOK
from portal.backoffice.row_pages import row_page
from portal.backoffice.staff_access import permission_required, staff_user
from shop.billing.models import Subscription
from shop.notifications.emails.models import Message
from shop.notifications.emails.resend import Resent, send_again
from shop.orders.member_orders import remove_member_for
from shop.orders.models import Order, State
from shop.tenancy.models import Client, Invitation, Membership, Project
from shop.tenancy.project_urls import project_url
from shop.typed_text import isolated

ORDERS = 50
AGAIN = {
    Resent.QUEUED: gettext_lazy("A new link is on its way to %(who)s. Older links no longer work."),
    Resent.QUEUED_FOR_TOMORROW: gettext_lazy(
        "The invitation of %(who)s waits: their address has reached today's limit of e-mails."
    ),
    Resent.BEING_SENT: gettext_lazy("The invitation of %(who)s is being sent at this moment."),
}


@permission_required(LOOK)
@require_safe
def project(request: HttpRequest, client: int, pk: int) -> HttpResponse:
    """Show a project: its members page by page, its orders and contracts."""
    owner = get_object_or_404(Client, pk=client)
    found = get_object_or_404(projects_of(owner), pk=pk)
    page = row_page(
        _members(found),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        newest_first=False,
    )
    # Those that name it name its client, too, of which there is an index.
    theirs = Q(delivered_project=found) | Q(client_id=owner.pk, project_id=found.pk)
    orders = Order.objects.filter(theirs).exclude(state=State.NEW).order_by("-pk")
    context = {
        "client": owner,
        "project": found,
        "url": project_url(found),
        "members": page.rows,
        "newer": f"before={page.before}" if page.before else "",
        "older": f"after={page.after}" if page.after else "",
        "orders": orders[:ORDERS],
        "subscriptions": _subscriptions(found),
    }
    return hide_hashes(request, render(request, "backoffice/clients/project.html", context))


@permission_required(MEND)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, client: int, pk: int, membership: int) -> HttpResponse:
    """Ask before a member is removed from a project; POST removes them."""
    found = _find_member(client, pk, membership)
    staff = staff_user(request)
    if found is None:
        return _too_late(request, client, pk)
    if request.method != "POST":
        return _ask_to_remove(request, found)
    with transaction.atomic():
        done = remove_member_for(found, staff)
        if done:
            record(staff, found.project.client, Act.MEMBER_REMOVED, found.project.name)
            record(staff, found.user, Act.MEMBER_REMOVED, found.project.name)
    if not done:
        return _too_late(request, client, pk)
    messages.success(request, _("The member is removed; the place is free again."))
    return redirect("staff_project", client, pk)


@permission_required(MEND)
@require_http_methods(["GET", "HEAD", "POST"])
def invite_again(request: HttpRequest, client: int, pk: int, membership: int) -> HttpResponse:
    """Mail the invitation of somebody who has not joined again, with a new link, on POST."""
    if request.method != "POST":
        return redirect("staff_project", client, pk)
    found, staff = _find_member(client, pk, membership), staff_user(request)
    mail = _last_invitation(found) if found and not found.joined_at else None
    if found is None or mail is None:
        return _too_late(request, client, pk)
    with transaction.atomic():
        resent = send_again(mail, staff)
        if resent in (Resent.QUEUED, Resent.QUEUED_FOR_TOMORROW):
            record(staff, found.project.client, Act.MEMBER_INVITED_AGAIN, found.project.name)
    if resent not in AGAIN:
        return _too_late(request, client, pk)
    who = isolated(found.user.get_full_name() or found.user.email)
    level = messages.success if resent == Resent.QUEUED else messages.warning
    level(request, AGAIN[resent] % {"who": who})
    return redirect("staff_project", client, pk)


def _members(project: Project) -> QuerySet[Membership]:
    sent = Prefetch("invitations", Invitation.objects.select_related("order").order_by("pk"))
    found = Membership.objects.filter(project=project).select_related("user")
    return found.prefetch_related(sent)


def _subscriptions(project: Project) -> QuerySet[Any]:
    found = Subscription.objects.filter(project=project)
    return found.select_related("product", "order", "project").order_by("-pk")


def _find_member(client: int, project: int, membership: int) -> Membership | None:
    """Return a member of the project; None if they are gone. Raises Http404 without the project."""
    get_object_or_404(Project, pk=project, client=client)
    found = Membership.objects.filter(pk=membership, project=project)
    return found.select_related("user", "project__client").first()


def _last_invitation(membership: Membership) -> Message | None:
    mails = Message.objects.filter(
        kind=Message.Kind.INVITATION, order__invitation__membership=membership
    )
    return mails.select_related("order__invitation").order_by("-pk").first()


def _ask_to_remove(request: HttpRequest, found: Membership) -> HttpResponse:
    project, user = found.project, found.user
    names = {
        "who": isolated(user.get_full_name() or user.email),
        "project": isolated(project.name),
        "client": isolated(project.client.name),
    }
    is_admin = project.client.client_admin_id == user.pk
    access = _("They lose access to %(project)s at once; their account stays.")
    link = _("Their invitation ends: its link stops working.")
    return ask_first(
        request,
        _("Remove %(who)s from %(project)s?") % names,
        [
            (access if found.joined_at else link) % names,
            _("They still administer %(client)s.") % names if is_admin else "",
            _("Their place is free for somebody else. They can be invited again."),
        ],
        button=_("Remove the member"),
        back=reverse("staff_project", args=[project.client_id, project.pk]),
        destroys=True,
    )


def _too_late(request: HttpRequest, client: int, project: int) -> HttpResponse:
    messages.warning(
        request, _("Something has changed in the meantime. This is the list as it is now.")
    )
    return redirect("staff_project", client, project)
