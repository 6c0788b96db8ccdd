"""Where passkeys work."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.context import Context

from portal.accounts.user_agents import browser_name

register = template.Library()
register.filter("browser_name", browser_name)


@register.simple_tag(takes_context=True)
def localhost_address(context: Context) -> str:
    """The page's address at localhost, where the demo is visited by a number; else nothing.

    Browsers tie passkeys to a name.
    """
    request: HttpRequest = context["request"]
    host = urlsplit(f"//{request.get_host()}")
    try:
        ip_address(host.hostname or "")
    except ValueError:
        return ""
    port = f":{host.port}" if host.port else ""
    return f"http://localhost{port}{request.get_full_path()}" if settings.DEMO else ""
