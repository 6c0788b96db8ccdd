"""The navigation of the member's pages."""

from typing import Any

from django import template
from django.template.context import Context

from portal.accounts.member_access import applications_of, clients_of
from shop.tenancy.models import User

register = template.Library()

# The sections, by the beginnings of their paths; the home's is the shortest.
SECTIONS = {
    "/portal/clients/": "company",
    "/portal/applications/": "applications",
    "/portal/profile/": "profile",
    "/portal/tokens/": "profile",
    "/portal/my-data/": "profile",
    "/account/": "security",
    "/portal/": "projects",
}


@register.inclusion_tag("accounts/nav.html", takes_context=True)
def portal_nav(context: Context) -> dict[str, Any]:
    """Show projects, profile and security; companies and applications only to people who have any."""
    request = context["request"]
    user, path = request.user, request.path
    companies: list[int] = []
    applications: list[int] = []
    if isinstance(user, User):
        companies = list(clients_of(user).values_list("pk", flat=True)[:2])
        applications = list(applications_of(user).values_list("pk", flat=True)[:2])
    section = next((name for begin, name in SECTIONS.items() if path.startswith(begin)), "")
    if companies and path.startswith("/portal/subscriptions/"):
        section = "company"
    return {
        "section": section,
        "companies": companies,
        "applications": applications,
        "path": path,
        "user": user,
    }
