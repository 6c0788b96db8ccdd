"""Access to the back office, including Django's admin: staff with a second factor."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.internal.httpkit import serialize_request
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import decorators
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import resolve
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView
from django_htmx.http import HttpResponseClientRefresh

from shop.tenancy.colleagues import colleagues
from shop.tenancy.mfa import has_second_factor
from shop.tenancy.models import User

View = Callable[..., HttpResponseBase]  # an export streams

# Django's names of the admin's pages that give powers: those of users, who may enter and do what,
# of clients, who administers them, and of the seller, where money goes.
PAGES_OF_POWERS = ("tenancy_user_", "tenancy_client_", "catalogue_seller_")


def staff_required(view: View) -> View:
    """Decorate a view for staff: anonymous users are sent to sign in, others get 404.

    Outside the demo, staff must have used a second factor in this session.
    """

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            return _ask_to_sign_in(request)
        if not user.is_staff:
            raise Http404
        if not settings.DEMO and not _factor_records(request, user):
            return _ask_for_factor(request, user)
        return view(request, *args, **kwargs)

    return guarded


def permission_required(*permissions: str) -> Callable[[View], View]:
    """Decorate a view for staff with any of `permissions` ("orders.mend_order"); others get 403.

    The navigation reads them from the view.
    """

    def is_permitted(user: Any) -> bool:
        if any(user.has_perm(each) for each in permissions):
            return True
        raise PermissionDenied

    permitted = decorators.user_passes_test(is_permitted)

    def decorate(view: View) -> View:
        guarded = staff_required(permitted(view))
        guarded.permissions = permissions  # type: ignore[attr-defined]
        return guarded

    return decorate


def recent_factor_required(view: View) -> View:
    """Decorate a view of staff who must have used their second factor within five minutes.

    For what cannot be undone, or outlives the session: secrets, tokens, powers, exports. It stands
    below `permission_required`. A form that was posted is carried out after the factor was used.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        return ask_for_factor_again(request) or view(request, *args, **kwargs)

    return guarded


def ask_for_factor_again(request: HttpRequest) -> HttpResponse | None:
    """Return the way to the second factor unless it was used within five minutes; None if it was.

    As elsewhere in the back office, the demo asks for no factor.
    """
    user = staff_user(request)
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    if settings.DEMO or any(each["at"] > since for each in _factor_records(request, user)):
        return None
    return _ask_for_factor(request, user)


def staff_user(request: HttpRequest) -> User:
    """Return the user, in a view that `staff_required` guards."""
    assert isinstance(request.user, User)  # noqa: S101 -- `staff_required` checked it
    return request.user


def forbidden_page(
    request: HttpRequest, status: int, error: BaseException | None
) -> HttpResponse | None:
    """Tell staff without a permission which superusers (up to three) can grant it."""
    if not isinstance(error, PermissionDenied) or not getattr(request.user, "is_staff", False):
        return None
    superusers = colleagues().filter(is_superuser=True).order_by("pk")
    context = {"whom_to_ask": superusers[:3]}
    return render(request, "backoffice/forbidden.html", context, status=403)


def close_admin(site: AdminSite) -> None:
    """Guard Django's admin like the back office, and redirect its sign-in and password pages.

    Staff who may see nothing in it get 403.
    """
    unguarded: Callable[..., View] = site.admin_view

    def admin_view(view: View, cacheable: bool = False) -> View:
        inside = unguarded(view, cacheable)

        @staff_required
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if not site.get_app_list(request):
                raise PermissionDenied
            if request.method == "POST" and (_gives_powers(request) or _deletes(request)):
                return recent_factor_required(inside)(request, *args, **kwargs)
            return inside(request, *args, **kwargs)

        return guarded

    # A custom AdminSite would have to re-register every model; hence the ignores.
    site.admin_view = admin_view  # type: ignore[method-assign, assignment]
    to_index = RedirectView.as_view(pattern_name="admin:index")
    site.login = staff_required(to_index)  # type: ignore[method-assign, assignment]
    to_password = RedirectView.as_view(pattern_name="account_change_password")
    site.password_change = to_password  # type: ignore[method-assign, assignment]


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page and back: after a form that was posted, to the page that had it."""
    if request.headers.get("HX-Request"):
        # A part of the page asked: the whole page has to lead there.
        return HttpResponseClientRefresh()
    back = request.get_full_path()
    form = urlsplit(request.headers.get("Referer", ""))
    if request.method == "POST" and form.netloc == request.get_host():
        back = form.path
    return redirect_to_login(back)


def _gives_powers(request: HttpRequest) -> bool:
    # Not `request.resolver_match`: that of a form carried out later is the second factor's page.
    return (resolve(request.path_info).url_name or "").startswith(PAGES_OF_POWERS)


def _deletes(request: HttpRequest) -> bool:
    is_page = (resolve(request.path_info).url_name or "").endswith("_delete")
    return is_page or request.POST.get("action") == "delete_selected"


def _factor_records(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    """Return when `user` used a second factor in this session; none if they have no factor now.

    Another session may have started before they had one.
    """
    if not has_second_factor(user):
        return []
    records: list[dict[str, Any]] = get_authentication_records(request, user)
    return [record for record in records if record["method"] == "mfa"]


def _ask_for_factor(request: HttpRequest, user: User) -> HttpResponse:
    if not has_second_factor(user):
        messages.warning(
            request,
            _(
                "The back office requires more than a password: add a passkey or an authenticator "
                "app to continue."
            ),
        )
        return redirect("mfa_index")
    ways = get_adapter(request).get_reauthentication_methods(user)
    way = next(way for way in ways if way["id"] != "reauthenticate")
    back = request.get_full_path()
    # allauth carries out the form kept here once the factor was used, if `next` is its path. One
    # of another attempt must not be: that was given up.
    request.session.pop(STATE_SESSION_KEY, None)
    if request.method == "POST":
        request.session[STATE_SESSION_KEY] = {"request": serialize_request(request)}
        back = request.path
    return redirect(f"{way['url']}?{urlencode({'next': back})}")
