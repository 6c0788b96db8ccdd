"""/.well-known/security.txt: where to report a vulnerability (RFC 9116)."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from shop.base_url import base_url

VALID = timedelta(days=180)  # the file is as true as the settings of today


def security_txt(request: HttpRequest) -> HttpResponse:
    """Answer the file; 404 where nobody has said where to report."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = datetime.combine(timezone.now().astimezone(UTC) + VALID, time(), UTC)
    fields = {
        "Contact": settings.SECURITY_CONTACT,
        "Expires": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Preferred-Languages": ", ".join(code for code, _name in settings.LANGUAGES),
        "Canonical": base_url(request) + reverse("security_txt"),
        "Policy": settings.SECURITY_POLICY_URL,
    }
    lines = [f"{name}: {value}\n" for name, value in fields.items() if value]
    response = HttpResponse("".join(lines), content_type="text/plain; charset=utf-8")
    patch_cache_control(response, public=True, max_age=3600)
    return response
