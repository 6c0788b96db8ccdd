"""The HTML part of a mail as a document of its own, to be shown in a frame on pages of ours."""

import base64
import hashlib
import re

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_sameorigin

STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def framed_mail(request: HttpRequest, html: str) -> HttpResponseBase:
    """Return `html` as a document without scripts, forms or external content.

    Its links open in a tab of their own: our pages refuse to be shown in a frame.
    """
    styles = [f"'sha256-{_digest(style)}'" for style in STYLE.findall(html)]
    nothing = ("script-src", "img-src", "connect-src", "form-action")
    policy = {name: [NONE] for name in nothing} | {
        "style-src": styles or [NONE],
        "frame-ancestors": [SELF],
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    }
    html = html.replace("<head>", '<head><base target="_blank">', 1)

    @xframe_options_sameorigin
    @csp_replace(policy)
    def document(_request: HttpRequest) -> HttpResponseBase:
        return HttpResponse(html)

    return document(request)


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
