"""Pages whose URL is a secret: they are kept out of caches, search engines and referrers."""

from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from shop.view_types import View


def private(view: View) -> View:
    """Keep a page with a secret URL out of caches, search engines and referrers."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded
