"""Access to the back office, including Django's admin: staff with a second factor."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import decorators
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView

from shop.tenancy.mfa import has_second_factor
from shop.tenancy.models import User

View = Callable[..., HttpResponseBase]  # an export streams


def staff_required(view: View) -> View:
    """Decorate a view for staff: anonymous users are sent to sign in, others get 404.

    Outside the demo, staff must have used a second factor in this session.
    """

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            return redirect_to_login(request.get_full_path())
        if not user.is_staff:
            raise Http404
        if not settings.DEMO and not _used_factor(request, user):
            return _ask_for_factor(request, user)
        return view(request, *args, **kwargs)

    return guarded


def permission_required(permission: str) -> Callable[[View], View]:
    """Decorate a view for staff with `permission` ("orders.mend_order"); other staff get 403."""
    permitted = decorators.permission_required(permission, raise_exception=True)
    return lambda view: staff_required(permitted(view))


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
    superusers = User.objects.filter(is_superuser=True, is_staff=True, is_active=True)
    if not settings.DEMO:
        superusers = superusers.filter(demo=False)
    context = {"whom_to_ask": superusers.order_by("pk")[:3]}
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
            return inside(request, *args, **kwargs)

        return guarded

    # A custom AdminSite would have to re-register every model; hence the ignores.
    site.admin_view = admin_view  # type: ignore[method-assign, assignment]
    to_index = RedirectView.as_view(pattern_name="admin:index")
    site.login = staff_required(to_index)  # type: ignore[method-assign, assignment]
    to_password = RedirectView.as_view(pattern_name="account_change_password")
    site.password_change = to_password  # type: ignore[method-assign, assignment]


def _used_factor(request: HttpRequest, user: User) -> bool:
    # In this session: another one may have started before the user had a second factor.
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
