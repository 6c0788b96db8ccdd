"""The demo's stand-in for the product: where "Open project" leads in the demo profile."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def demo_project(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the product would open here; 404 outside the demo profile."""
    if not settings.DEMO:
        raise Http404
    return render(request, "accounts/demo_project.html")
