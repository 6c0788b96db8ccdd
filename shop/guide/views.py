"""`/api/openapi.json`, for programs, and the guides, for the people who write them."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt

from shop.api.envelope import method_not_allowed
from shop.guide import reference
from shop.guide.pages import GUIDES, OPEN_ORDER, ORDERS, Guide
from shop.guide.schema import describe
from shop.middleware import base_url


@csrf_exempt
def openapi(request: HttpRequest) -> HttpResponse:
    """The APIs' description. It holds nothing that is anybody's own."""
    if request.method not in {"GET", "HEAD"}:
        return method_not_allowed(["GET"])
    response = JsonResponse(describe(base_url(request)))
    patch_cache_control(response, public=True, max_age=300)
    return response


@csrf_exempt
def orders(request: HttpRequest) -> HttpResponse:
    """The guide to `/api/orders`."""
    return _show(request, ORDERS)


@csrf_exempt
def open_order(request: HttpRequest) -> HttpResponse:
    """The guide to the open order."""
    return _show(request, OPEN_ORDER)


@csrf_exempt
def by_habit(request: HttpRequest, page: str) -> HttpResponse:
    """A guide's address with a slash at its end, as people type it."""
    if request.method not in {"GET", "HEAD"}:
        return method_not_allowed(["GET"])
    return redirect(page)


def _show(request: HttpRequest, guide: Guide) -> HttpResponse:
    """A guide: written chapters, and all calls as the description has them."""
    if request.method not in {"GET", "HEAD"}:
        return method_not_allowed(["GET"])
    base = base_url(request).rstrip("/")
    description = describe(base)
    operations = reference.operations(description, guide.tag)
    context = {
        **guide.context,
        **{name: reference.members(each, description) for name, each in guide.members.items()},
        "guide": guide,
        "others": [other for other in GUIDES if other is not guide],
        "base": base,
        "token": "example-token" if settings.DEMO else "YOUR-TOKEN",
        "demo": settings.DEMO,
        "operations": operations,
        "common": reference.common_answers(description, operations),
        "headers": reference.headers(description, guide.tag),
    }
    return render(request, "api/docs.html", context)
