"""The shop's addresses, and some at which something breaks."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from shop import urls
from shop.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def broken(request: HttpRequest) -> HttpResponse:
    """A fault of our own."""
    return HttpResponse(str(1 / 0))


def forbidden(request: HttpRequest) -> HttpResponse:
    """Something that is not allowed."""
    raise PermissionDenied


def suspicious(request: HttpRequest) -> HttpResponse:
    """Something that no browser sends."""
    raise SuspiciousOperation


def often(request: HttpRequest) -> HttpResponse:
    """Where somebody tries too often."""
    return render(request, "429.html", status=429)


def away(request: HttpRequest) -> HttpResponse:
    """What the database's driver says when nobody answers."""
    raise OperationalError("connection refused")


urlpatterns = [
    path("often", often),
    path("away", away),
    path("api/away", away),
    path("order/away", away),
    path("broken", broken),
    path("api/broken", broken),
    path("forbidden", forbidden),
    path("api/forbidden", forbidden),
    path("suspicious", suspicious),
    path("api/suspicious", suspicious),
    *urls.urlpatterns,
]
