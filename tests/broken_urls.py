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
    """Raise an unexpected error."""
    return HttpResponse(str(1 / 0))


def forbidden(request: HttpRequest) -> HttpResponse:
    """Refuse permission."""
    raise PermissionDenied


def suspicious(request: HttpRequest) -> HttpResponse:
    """Raise what Django raises for requests no browser sends."""
    raise SuspiciousOperation


def often(request: HttpRequest) -> HttpResponse:
    """Answer 429, as for somebody who tries too often."""
    return render(request, "429.html", status=429)


def away(request: HttpRequest) -> HttpResponse:
    """Raise what the database's driver raises when the server is away."""
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
