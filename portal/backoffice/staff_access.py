"""Who may enter the back office, Django's admin included."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from shop.tenancy.mfa import has_second_factor
from shop.tenancy.models import User
from shop.view_types import View


def staff_required(view: View) -> View:
    """Staff only: who is not signed in may do so, for others the page does not exist.

    Outside the demo a password alone is not enough.
    """

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return redirect_to_login(request.get_full_path())
        if not user.is_staff:
            raise Http404
        if not settings.DEMO and not _has_shown_factor(request, user):
            return _ask_for_factor(request, user)
        return view(request, *args, **kwargs)

    return guarded


def permission_required(permission: str) -> Callable[[View], View]:
    """Staff who have `permission` (say "orders.mend_order") only; others of staff are told so."""

    def guard(view: View) -> View:
        @staff_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard


def staff_user(request: HttpRequest) -> User:
    """Who is at it, behind the door."""
    assert isinstance(request.user, User)  # noqa: S101 -- `for_staff` saw to it
    return request.user


def whom_to_ask() -> list[User]:
    """Who can give permissions: a few who may do everything."""
    found = User.objects.filter(is_superuser=True, is_staff=True, is_active=True)
    if not settings.DEMO:
        found = found.filter(demo=False)
    return list(found.order_by("pk")[:3])


def close_admin(site: AdminSite) -> None:
    """Put Django's admin behind the same door, and have sign-in and passwords at one place only.

    Who may look at nothing in it does not see that it is there.
    """
    open_to_staff: Callable[..., View] = site.admin_view

    def admin_view(view: View, cacheable: bool = False) -> View:
        inside = open_to_staff(view, cacheable)

        @staff_required
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not site.get_app_list(request):
                raise PermissionDenied
            return inside(request, *args, **kwargs)

        return guarded

    def to_index(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("admin:index")

    def to_password(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("account_change_password")

    # A site of its own would need each model registered anew; so the ignores.
    site.admin_view = admin_view  # type: ignore[method-assign, assignment]
    site.login = staff_required(to_index)  # type: ignore[method-assign]
    site.password_change = to_password  # type: ignore[method-assign, assignment]


def _has_shown_factor(request: HttpRequest, user: User) -> bool:
    # In this session: another one may have begun by password before there was a factor.
    records = get_authentication_records(request, user)
    return any(record["method"] == "mfa" for record in records) and has_second_factor(user)


def _ask_for_factor(request: HttpRequest, user: User) -> HttpResponse:
    if not has_second_factor(user):
        messages.warning(
            request,
            _("The back office needs more than a password: add a passkey or an app, then go on."),
        )
        return redirect("mfa_index")
    ways = get_adapter(request).get_reauthentication_methods(user)
    way = next(way for way in ways if way["id"] != "reauthenticate")
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("staff")
    return redirect(f"{way['url']}?{urlencode({'next': back})}")
