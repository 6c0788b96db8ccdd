"""Who may enter the member's pages, and what is theirs there."""

from functools import wraps
from typing import TypeVar

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from shop.requests import View
from shop.tenancy.models import Client, Project, User

A_PAGE = 20
Row = TypeVar("Row", bound=Model)


def for_members(view: View) -> View:
    """Members only: who is not signed in may do so. Nothing is kept by browsers."""

    @wraps(view)
    @never_cache
    @login_required
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return view(request, *args, **kwargs)

    return guarded


def shown_again(view: View) -> View:
    """For what must not be done at a browser left open: members who have just shown who they are."""
    again: View = reauthentication_required(view)
    return for_members(again)


def member(request: HttpRequest) -> User:
    """Who asks, behind `for_members`."""
    assert isinstance(request.user, User)  # noqa: S101 -- for_members saw to it
    return request.user


def clients_of(user: User) -> QuerySet[Client]:
    """The clients that `user` administers, by name."""
    return Client.objects.filter(client_admin=user).order_by("name", "pk")


def projects_run_by(user: User) -> QuerySet[Project]:
    """The projects of the clients that `user` administers, with how many places are taken."""
    found = Project.objects.filter(client__client_admin=user).select_related("client", "product")
    return found.annotate(places_taken=Count("memberships"))


def page_of(request: HttpRequest, rows: QuerySet[Row], name: str = "page") -> Page[Row]:
    """The part of `rows` that the address asks for by `name`."""
    return Paginator(rows, A_PAGE).get_page(request.GET.get(name))
