"""The address at which a project's members work: its own, or by the pattern PROJECT_URL."""

from django.conf import settings

from shop.env import is_web_url
from shop.tenancy.models import Project

LONGEST = 500


class ProjectUrlError(ValueError):
    """Not an absolute https URL without user information, or too long."""


def project_url(project: Project) -> str:
    """Return where the project's members work; "" where nothing says so."""
    if project.url or project.erased_at:
        return project.url
    pattern: str = settings.PROJECT_URL
    return pattern.replace("{project_id}", str(project.pk)).replace(
        "{client_id}", str(project.client_id)
    )


def set_project_url(project: Project, url: str) -> None:
    """Give a project its own address, for packing steps; "" takes it away.

    The demo takes http, too. Raises ProjectUrlError.
    """
    if url and (len(url) > LONGEST or not is_web_url(url, http=settings.DEMO)):
        raise ProjectUrlError(f"Not an https URL of at most {LONGEST} characters: {url[:80]}")
    Project.objects.filter(pk=project.pk).update(url=url)
    project.url = url
