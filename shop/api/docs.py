"""`/api/openapi.json`, for programs, and `/api/docs`, for the people who write them."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt

from shop.api.envelope import method_not_allowed
from shop.api.openapi import describe
from shop.requests import base_url


@csrf_exempt
def openapi(request: HttpRequest) -> HttpResponse:
    """The API's description. It holds nothing that is anybody's own."""
    if request.method not in {"GET", "HEAD"}:
        return method_not_allowed(["GET"])
    response = JsonResponse(describe(base_url(request)))
    patch_cache_control(response, public=True, max_age=300)
    return response
