"""`/api/openapi.json`, for programs, and `/api/docs`, for the people who write them."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt

from shop.api import examples, reading
from shop.api.changes import CHANGES
from shop.api.envelope import method_not_allowed
from shop.api.openapi import describe
from shop.requests import base_url

# The guide's sections: the name of each template, and its heading.
SECTIONS = {
    "token": "Getting a token",
    "first_order": "The first order",
    "members": "Members of an order",
    "kinds": "Adding to a client that exists",
    "following": "Following an order",
    "registration": "The registration page",
    "hash": "Who sees what",
    "webhooks": "Webhooks",
    "errors": "Errors",
    "idempotency": "Calling again: Idempotency-Key",
    "limits": "Limits",
    "lists": "Lists and pages",
    "reference": "All calls",
    "changes": "Changes against the older descriptions",
}


@csrf_exempt
def openapi(request: HttpRequest) -> HttpResponse:
    """The API's description. It holds nothing that is anybody's own."""
    if request.method not in {"GET", "HEAD"}:
        return method_not_allowed(["GET"])
    response = JsonResponse(describe(base_url(request)))
    patch_cache_control(response, public=True, max_age=300)
    return response


@csrf_exempt
def docs(request: HttpRequest) -> HttpResponse:
    """The guide: written chapters, and all calls as the description has them."""
    if request.method not in {"GET", "HEAD"}:
        return method_not_allowed(["GET"])
    base = base_url(request).rstrip("/")
    description = describe(base)
    context = {
        "sections": [(name, f"api/guide/{name}.html", SECTIONS[name]) for name in SECTIONS],
        "base": base,
        "token": "example-token" if settings.DEMO else "YOUR-TOKEN",
        "demo": settings.DEMO,
        "operations": reading.operations(description),
        "sent": reading.members(description, "OrderDocument"),
        "answered": reading.members(description, "Order"),
        "refusal": reading.pretty(examples.failure(422, examples.REFUSED)),
        "changes": CHANGES,
        "headers": reading.headers(description),
    }
    return render(request, "api/docs.html", context)


@csrf_exempt
def docs_by_habit(request: HttpRequest) -> HttpResponse:
    """The guide's address with a slash at its end, as people type it."""
    if request.method not in {"GET", "HEAD"}:
        return method_not_allowed(["GET"])
    return redirect("api_docs")
