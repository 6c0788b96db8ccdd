"""The answer when even the error page fails: a process out of file descriptors or memory."""

import codecs
import logging
from collections.abc import Iterable
from importlib import import_module
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import override

from shop.errors import FAULTS, RETRY_SECONDS, is_passing, unavailable

logger = logging.getLogger(__name__)


def warm_up() -> None:
    """Load what requests and error responses need, while files can still be opened."""
    import_module(settings.ROOT_URLCONF)
    if settings.REDIS_URL:
        import_module("shop.access.redis_buckets")
    codecs.lookup("unicode_escape")  # Django's log of a response needs it
    for language, _name in settings.LANGUAGES:
        with override(language):
            for status in (500, 503):
                render_to_string(f"errors/{status}.html")


def answering_shortages(shop: WSGIApplication) -> WSGIApplication:
    """Return `shop`, answering 503 where it raises for want of something that may come back.

    The web server would answer 500 without a body, which tells programs not to try again.
    """

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return shop(environ, start_response)
        except Exception as raised:
            if not is_passing(raised):
                raise
            logger.exception("The error page failed as well.")
            response = _unavailable(environ, raised)
            start_response("503 Service Unavailable", list(response.items()))
            return [response.content]

    return application


def _unavailable(environ: WSGIEnvironment, raised: Exception) -> HttpResponse:
    try:
        return unavailable(WSGIRequest(environ), raised)
    except Exception:
        logger.exception("Not even JSON can be made.")
        headers = {"Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"}
        email = settings.SUPPORT_EMAIL
        sentence = FAULTS[503].sentence
        text = f"{sentence} Contact: {email}" if email else sentence
        return HttpResponse(text, "text/plain; charset=utf-8", 503, headers=headers)
