"""Undo: a bar that offers, right after an action of staff, to set back what it changed.

A subject declares once how its action is set back, and offers that after the action:

    @undoable("follow_up", permission="orders.mend_order")
    def set_follow_up_back(staff: User, details: dict[str, Any]) -> bool:
        ...  # a filtered UPDATE; False if somebody has changed it in the meantime

    undo.offer(request, "Follow-up saved.", "follow_up", order=order.pk, old=None, new="2030-01-02")

The next page of the back office says "Follow-up saved." with a button "Undo". With scripts the bar
goes after ten seconds, unless the pointer or the focus is on it; without, with the next page.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise

from portal.backoffice.staff_access import permission_required, staff_user
from shop.tenancy.models import User

SetBack = Callable[[User, dict[str, Any]], bool]
SALT = "portal.backoffice.undo"
UNDOABLE_FOR = 600  # seconds; a page without scripts is read at leisure


class Undoable(NamedTuple):
    """The way to set an action back, and the permission that it takes."""

    set_back: SetBack
    permission: str


_UNDOABLE: dict[str, Undoable] = {}


def undoable(name: str, *, permission: str) -> Callable[[SetBack], SetBack]:
    """Register the decorated function as what undoes the action `name`.

    It gets the colleague who undoes and the details of the offer. It returns False, and changes
    nothing, if things are no longer as the action left them.
    """

    def register(set_back: SetBack) -> SetBack:
        _UNDOABLE[name] = Undoable(set_back, permission)
        return set_back

    return register


def offer(request: HttpRequest, done: StrOrPromise, name: str, **details: Any) -> None:
    """Say on the next page what was `done`, and offer to undo it: instead of a message.

    `details` are values that JSON can hold. They are signed, and good for this colleague alone.
    """
    assert name in _UNDOABLE, name  # noqa: S101 -- a name that nobody registered is our mistake
    token = signing.dumps([staff_user(request).pk, name, details], salt=SALT)
    messages.success(request, done, extra_tags=token)


@permission_required("orders.view_order")
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest) -> HttpResponse:
    """Undo what was offered, and go back to the page that offered it."""
    back = request.POST.get("next", "")
    if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "staff"
    if request.method != "POST":
        return redirect(back)
    staff = staff_user(request)
    try:
        by, name, details = signing.loads(
            request.POST.get("undo", ""), salt=SALT, max_age=UNDOABLE_FOR
        )
    except signing.BadSignature:
        by, name, details = None, "", {}
    if by != staff.pk or name not in _UNDOABLE:
        messages.warning(request, _("It is too late to undo this. This is the current state."))
        return redirect(back)
    action = _UNDOABLE[name]
    if not staff.has_perm(action.permission):
        raise PermissionDenied
    if action.set_back(staff, details):
        messages.success(request, _("Undone."))
    else:
        messages.warning(
            request,
            _("This was changed in the meantime, so it was not undone. This is the current state."),
        )
    return redirect(back)
