"""Access to the member's pages, and the clients, projects and applications of a member."""

from functools import wraps
from typing import TypeVar
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import Count, Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from shop.access.models import Application
from shop.tenancy.client_admins import NotClientAdminError
from shop.tenancy.closed_projects import open_projects
from shop.tenancy.models import Client, Membership, Project, User
from shop.view_types import View

A_PAGE = 20
Row = TypeVar("Row", bound=Model)


def member_required(view: View) -> View:
    """Decorate a view for members; others are sent to sign in. Browsers do not store the page.

    Acting for a client that was handed over a moment ago is answered with 404.
    """

    @wraps(view)
    @never_cache
    @login_required
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotClientAdminError as error:
            raise Http404 from error

    return guarded


def recent_login_required(view: View) -> View:
    """Decorate a view for members who have signed in or reauthenticated a moment ago."""
    guarded: View = member_required(reauthentication_required(view))
    return guarded


def recent_login_to_post(view: View) -> View:
    """Decorate what follows in a view once it has checked whose page it is.

    Looking is free; to post they must have signed in or reauthenticated a moment ago. What was
    posted is kept while they show who they are.
    """
    guarded: View = reauthentication_required(view, allow_get=True)
    return guarded


def recent_login_to_see(view: View) -> View:
    """Decorate what follows in a view once it has checked whose page it is.

    Even to look they must have signed in or reauthenticated a moment ago.
    """
    guarded: View = reauthentication_required(view)
    return guarded


def member(request: HttpRequest) -> User:
    """Return the user, in a view that `member_required` guards."""
    assert isinstance(request.user, User)  # noqa: S101 -- `member_required` checked it
    return request.user


def ask_for_code(request: HttpRequest) -> HttpResponse:
    """Sign out a user who has only e-mailed codes, to sign in by one again."""
    back = request.get_full_path()
    logout(request)
    messages.warning(request, _("Please show once more who you are: we mail you a code."))
    return redirect(f"{reverse('account_request_login_code')}?{urlencode({'next': back})}")


def clients_of(user: User) -> QuerySet[Client]:
    """Return the clients that `user` administers, by name."""
    return Client.objects.filter(client_admin=user).order_by("name", "pk")


def projects_run_by(user: User) -> QuerySet[Project]:
    """Return the projects of the clients that `user` administers, with `places_taken`."""
    found = Project.objects.filter(client__client_admin=user).select_related("client", "product")
    return found.annotate(places_taken=Count("memberships"))


def projects_seen_by(user: User) -> QuerySet[Project]:
    """Return the projects of the clients that `user` administers, and those they can enter."""
    joined = Membership.objects.filter(
        user=user, joined_at__isnull=False, project__in=open_projects()
    )
    return Project.objects.filter(Q(client__client_admin=user) | Q(pk__in=joined.values("project")))


def applications_of(user: User) -> QuerySet[Application]:
    """Return the applications that `user` owns, by name; those of the demo in the demo alone."""
    found = Application.objects.filter(oauth_client__owner=user).select_related("oauth_client")
    return found if settings.DEMO else found.filter(demo=False)


def post_data(request: HttpRequest) -> QueryDict | None:
    """Return the data of a posted form, even if it is empty; None for a GET."""
    return request.POST if request.method == "POST" else None


def page_of(request: HttpRequest, rows: QuerySet[Row], name: str = "page") -> Page[Row]:
    """Return the page of `rows` that the query parameter `name` asks for."""
    return Paginator(rows, A_PAGE).get_page(request.GET.get(name))
