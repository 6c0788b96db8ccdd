"""Addresses at which the members of a project work."""

from shop.tenancy.models import Project


def project_url(project: Project) -> str:
    """Return the address of `project`; "" where there is none."""
    return project.url
