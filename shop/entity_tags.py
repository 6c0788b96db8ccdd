"""Entity tags: tell a program that the response it has is still current.

A tag is made of the response. It is weak, since the compressed response has the same.
"""

from hashlib import blake2b

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

# What a list says beside its body.
TAGGED = ("Total", "Link")


def tagged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return `response` with an ETag, or 304 where `request` has it (RFC 9110, 13.1.2).

    For GET and HEAD with 200 alone. 304 keeps the headers but those of the body.
    """
    told = "\n".join([response.get(name, "") for name in TAGGED])
    digest = blake2b(told.encode(), digest_size=16)
    digest.update(response.content)
    tag = f'W/"{digest.hexdigest()}"'
    response["ETag"] = tag
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if not ("*" in known or tag.removeprefix("W/") in {each.removeprefix("W/") for each in known}):
        return response
    unchanged = HttpResponseNotModified()
    for name, value in response.headers.items():
        if name not in {"Content-Type", "Content-Length"}:
            unchanged[name] = value
    return unchanged
