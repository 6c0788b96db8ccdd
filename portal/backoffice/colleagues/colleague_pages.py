"""Colleagues: who they are, inviting them, their roles, the end of their access."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.backoffice.audit_log import Act, history_of, record
from portal.backoffice.colleagues.colleague_forms import ColleagueForm, RolesForm, role_label
from portal.backoffice.confirmation import ask_first
from portal.backoffice.staff_access import (
    permission_required,
    recent_factor_required,
    staff_user,
)
from shop.languages import page_language
from shop.notifications.emails.models import Message
from shop.notifications.emails.queue import queue_staff_invitation
from shop.orders.assignment import unassign_all
from shop.orders.models import Order
from shop.orders.states import FINISHED
from shop.tenancy.colleagues import end_access, may_manage, set_groups
from shop.tenancy.factor_resets import open_resets
from shop.tenancy.mfa import APP, PASSKEY
from shop.tenancy.models import StaffInvitation, User
from shop.tenancy.staff_invitations import (
    AlreadyStaffError,
    invite_colleague,
    is_backed,
    renew,
    withdraw,
)
from shop.typed_text import isolated

MANAGE = "tenancy.manage_staff"


@permission_required(MANAGE)
@require_safe
def colleague_list(request: HttpRequest) -> HttpResponse:
    """List all colleagues, and those who were invited."""
    context = {"colleagues": _colleagues(), "resets": open_resets().count()}
    return render(request, "backoffice/colleagues.html", context)


@permission_required(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a colleague by a mailed link."""
    staff = staff_user(request)
    data = request.POST if request.method == "POST" else None
    form = ColleagueForm(staff, data, initial={"language": page_language()})
    if form.is_valid():
        given = form.cleaned_data
        try:
            with transaction.atomic():
                invitation = invite_colleague(
                    given["email"], given["roles"], staff, given["language"]
                )
                queue_staff_invitation(invitation)
                record(staff, invitation.user, Act.INVITED, _names(given["roles"]))
        except AlreadyStaffError:
            form.add_error("email", _("This person is a colleague already."))
        else:
            text = _("The invitation to %(email)s is on its way.")
            messages.success(request, text % {"email": invitation.user.email})
            return redirect("staff_colleagues")
    status = 422 if form.errors else 200
    return render(request, "backoffice/colleague_form.html", {"form": form}, status=status)


@permission_required(MANAGE)
@require_safe
def colleague(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one colleague, or somebody who was invited, with what can be done."""
    return _show(request, get_object_or_404(_colleagues(), pk=pk))


@permission_required(MANAGE)
@require_POST
@recent_factor_required
def change_roles(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a colleague other roles."""
    staff, found = staff_user(request), _manageable(request, pk)
    form = RolesForm(staff, request.POST)
    if not form.is_valid():
        return _show(request, found, form)
    roles = form.cleaned_data["roles"]
    with transaction.atomic():
        # Roles that this member of staff may not grant stay as they are.
        grantable = form.fields["roles"].queryset  # type: ignore[attr-defined]
        kept = found.groups.exclude(pk__in=grantable.values("pk"))
        changed = set_groups(found, [*kept, *roles])
        if changed:
            record(staff, found, Act.ROLES_CHANGED, _names([*kept, *roles]))
    return _done(request, pk, _("The roles are changed.") if changed else "")


@permission_required(MANAGE)
@require_POST
@recent_factor_required
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """End the link that was sent and mail a new one."""
    invitation = _invitation(pk)
    with transaction.atomic():
        sent = renew(invitation, staff_user(request))
        if sent:
            queue_staff_invitation(invitation)
            record(staff_user(request), invitation.user, Act.INVITED_AGAIN)
    return _done(request, pk, _("A new link is on its way.") if sent else "")


@permission_required(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required
def withdraw_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before an invitation is withdrawn; POST does it."""
    invitation = _invitation(pk)
    if request.method != "POST":
        return ask_first(
            request,
            _("Withdraw the invitation to %(email)s?") % {"email": invitation.user.email},
            [_("The link in the e-mail stops working."), _("You can invite them again.")],
            button=_("Withdraw the invitation"),
            destroys=True,
            back=reverse("staff_colleague", args=[pk]),
        )
    with transaction.atomic():
        record(staff_user(request), invitation.user, Act.WITHDRAWN)
        withdrawn = withdraw(invitation)
        transaction.set_rollback(not withdrawn)
    if not withdrawn:
        return _done(request, pk, "")
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("staff_colleagues")


@permission_required(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before a colleague's access ends; POST ends it."""
    found = _manageable(request, pk)
    if request.method != "POST":
        return _ask_to_end(request, found)
    staff = staff_user(request)
    with transaction.atomic():
        ended = end_access(found)
        if ended:
            unassign_all(found, staff)
            record(staff, found, Act.ACCESS_ENDED)
    if not ended:
        return _done(request, pk, "")
    text = _("%(who)s can no longer enter the back office.")
    messages.success(request, text % {"who": isolated(found.get_full_name() or found.email)})
    return redirect("staff_colleagues")


def _ask_to_end(request: HttpRequest, found: User) -> HttpResponse:
    taken = Order.objects.filter(taken_by=found).exclude(state__in=FINISHED).count()
    orders = ngettext(
        "%(number)s order is assigned to them: it will have no assignee.",
        "%(number)s orders are assigned to them: those will have no assignee.",
        taken,
    )
    return ask_first(
        request,
        _("End the access of %(who)s?") % {"who": isolated(found.get_full_name() or found.email)},
        [
            _("They are signed out everywhere, and their tokens are revoked."),
            orders % {"number": taken} if taken else "",
            _("What they did stays in the history, under their name."),
            _("Their account stays, with the projects they are a member of."),
        ],
        button=_("End the access"),
        destroys=True,
        back=reverse("staff_colleague", args=[found.pk]),
    )


def _colleagues() -> QuerySet[User]:
    """Return colleagues and people who were invited, with when they were last seen."""
    # Their numbers first: databases read all users where another table is one of two conditions.
    invited = list(StaffInvitation.objects.filter(used_at=None).values_list("user", flat=True))
    sessions = UserSession.objects.filter(user=OuterRef("pk")).order_by().values("user")
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=(APP, PASSKEY))
    invitations = Message.objects.filter(kind=Message.Kind.COLLEAGUE, user=OuterRef("pk"))
    found = User.objects.filter(Q(is_staff=True) | Q(pk__in=invited)).annotate(
        mail_state=Subquery(invitations.order_by("-pk").values("state")[:1]),
        seen_at=Subquery(sessions.annotate(at=Max("last_seen_at")).values("at")),
        has_factor=Exists(factors),
    )
    found = found if settings.DEMO else found.filter(demo=False)
    related = found.select_related("staff_invitation").prefetch_related("groups")
    return related.order_by("email")


def _manageable(request: HttpRequest, pk: int) -> User:
    found = get_object_or_404(_colleagues(), pk=pk, is_staff=True)
    if not may_manage(staff_user(request), found):
        raise PermissionDenied
    return found


def _invitation(pk: int) -> StaffInvitation:
    found = StaffInvitation.objects.select_related("user", "invited_by")
    return get_object_or_404(found, user=pk, used_at=None)


def _show(request: HttpRequest, found: User, refused: RolesForm | None = None) -> HttpResponse:
    staff = staff_user(request)
    can_manage = found.is_staff and may_manage(staff, found)
    invitation = StaffInvitation.objects.filter(user=found).select_related("invited_by").first()
    is_open = invitation is not None and invitation.used_at is None
    given = invitation.groups if invitation and is_open and not found.is_staff else found.groups
    context = {
        "colleague": found,
        "roles": [role_label(group) for group in given.all()],
        "invitation": invitation,
        "is_open": is_open,
        "is_backed": invitation is not None and is_backed(invitation),
        "undelivered": _undelivered(found) if is_open else None,
        "can_manage": can_manage,
        "form": refused or RolesForm(staff, initial={"roles": found.groups.all()}),
        "history": history_of(found),
    }
    status = 422 if refused else 200
    return render(request, "backoffice/colleague.html", context, status=status)


def _undelivered(invited: User) -> Message | None:
    """Return the mail with the link, if it could not be delivered."""
    last = Message.objects.filter(kind=Message.Kind.COLLEAGUE, user=invited).last()
    lost = {Message.State.REFUSED, Message.State.FAILED}
    return last if last and last.state in lost else None


def _done(request: HttpRequest, pk: int, sentence: str) -> HttpResponse:
    if sentence:
        messages.success(request, sentence)
    else:
        messages.warning(request, _("Somebody else was faster. This is the current state."))
    still_there = _colleagues().filter(pk=pk).exists()
    return redirect("staff_colleague", pk) if still_there else redirect("staff_colleagues")


def _names(groups: object) -> str:
    return ", ".join(sorted(group.name for group in groups))  # type: ignore[attr-defined]
