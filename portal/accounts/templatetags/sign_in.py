"""allauth's forms drawn like ours, and the browsers and addresses of passkeys."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.template.context import Context

from shop.browser_names import browser_name

register = template.Library()
register.filter("browser_name", browser_name)


@register.filter
def plain(form: BaseForm) -> BaseForm:
    """Return `form` without placeholders that repeat a label; phones show digits for codes."""
    for field in form:
        attributes = field.field.widget.attrs
        attributes.pop("placeholder", None)
        if attributes.get("autocomplete") == "one-time-code":
            attributes |= {"inputmode": "numeric", "autocapitalize": "none", "spellcheck": "false"}
    return form


@register.simple_tag(takes_context=True)
def localhost_address(context: Context) -> str:
    """Return the page's address at localhost if the demo is visited by an IP address; else "".

    Browsers tie passkeys to a name.
    """
    request = context["request"]
    host = urlsplit(f"//{request.get_host()}")
    try:
        ip_address(host.hostname or "")
    except ValueError:
        return ""
    port = f":{host.port}" if host.port else ""
    return f"http://localhost{port}{request.get_full_path()}" if settings.DEMO else ""
