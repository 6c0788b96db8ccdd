"""The navigation of the back office, and the box that searches it."""

from typing import Any

from django import template
from django.template.context import Context

from portal.backoffice.navigation import (
    may_open,
    open_to,
    page_at,
    page_links,
    section_links,
)
from shop.tenancy.models import User

register = template.Library()
register.simple_tag(section_links)
register.simple_tag(page_links)


@register.simple_tag(takes_context=True)
def desk(context: Context) -> dict[str, Any]:
    """Return where the page is in the back office, and what its user may open, as words."""
    request = context["request"]
    user = request.user
    if not (isinstance(user, User) and user.is_staff):
        return {"here": "", "allowed": "", "searches": ""}
    return {
        "here": page_at(request.path),
        "allowed": " ".join(open_to(user)),
        "searches": "1" if may_open(user, "staff_search") else "",
    }
