"""`/api/openapi.json`, for programs."""

import json
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt

from shop.api.responses import method_not_allowed
from shop.base_url import base_url
from shop.entity_tags import tagged
from shop.guide.schema import ALL_TIERS, describe
from shop.kept_pages import KeptPages, is_same_for_all
from shop.theme import shop_name
from shop.view_types import View

_descriptions = KeptPages()


def get_required(view: View) -> View:
    """Refuse other methods as the API does."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return method_not_allowed(["GET"])
        return view(request, *args, **kwargs)

    return guarded


def open_to_browsers(view: View) -> View:
    """Have the answer read by pages of any origin: tools that read descriptions are such pages."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag"
        return response

    return csrf_exempt(answered)


@open_to_browsers
@get_required
def openapi(request: HttpRequest) -> HttpResponse:
    """The APIs' description. It is the same for everybody."""
    rows = ALL_TIERS.raw()

    def described(asked: HttpRequest, _token: str) -> str:
        return json.dumps(describe(base_url(asked), ALL_TIERS.read(rows)))

    if is_same_for_all(request):
        response = _descriptions.answer(request, (rows, settings.DEMO, shop_name()), described)
    else:
        response = HttpResponse(described(request, ""))
    response["Content-Type"] = "application/json"
    patch_cache_control(response, public=True, max_age=300)
    return tagged(request, response)
