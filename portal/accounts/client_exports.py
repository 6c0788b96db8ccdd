"""Downloads of a client's and of a project's data by the client_admin."""

from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import member_access as access
from shop.client_export import exportable_projects, write_archive
from shop.tenancy.client_admins import administering
from shop.tenancy.closed_projects import waive_export
from shop.tenancy.models import Client, Project
from shop.theme import download_name


@access.member_required
@require_safe
def client_export(request: HttpRequest, pk: int) -> HttpResponse:
    """List what can be downloaded of a client, and until when."""
    found = get_object_or_404(access.clients_of(access.member(request)), pk=pk)
    projects = list(exportable_projects(found))
    there = [project.pk for project in projects]
    over = Project.objects.filter(client=found).exclude(pk__in=there).order_by("name", "pk")
    context = {"client": found, "projects": projects, "over": over}
    return render(request, "accounts/client_export.html", context)


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain what it means to need a project's data no more; POST has them deleted at once."""
    mine = access.projects_run_by(access.member(request))
    return _waive(request, get_object_or_404(mine, pk=pk))


@access.recent_login_to_post
def _waive(request: HttpRequest, project: Project) -> HttpResponse:
    still = exportable_projects(project.client).filter(pk=project.pk, closed_at__isnull=False)
    if not still.exists():
        return redirect("portal_client_export", project.client_id)
    if request.method != "POST":
        return render(request, "accounts/waive_export.html", {"project": project})
    with administering(project.client, access.member(request)):
        waive_export(project)
    messages.success(request, _("The data are being deleted."))
    return redirect("portal_client_export", project.client_id)


@access.member_required
@require_safe
def download_client(request: HttpRequest, pk: int) -> HttpResponse:
    """Download the data of all projects of a client that are still there."""
    found = get_object_or_404(access.clients_of(access.member(request)), pk=pk)
    return _archive(
        request, found, list(exportable_projects(found)), download_name(f"company-{found.pk}")
    )


@access.member_required
@require_safe
def download_project(request: HttpRequest, pk: int) -> HttpResponse:
    """Download the data of one project."""
    mine = access.projects_run_by(access.member(request))
    project = get_object_or_404(mine, pk=pk)
    if not exportable_projects(project.client).filter(pk=pk).exists():
        messages.warning(request, _("The time to download this project’s data is over."))
        return redirect("portal_client_export", project.client_id)
    return _archive(request, project.client, [project], download_name(f"project-{pk}"))


@access.recent_login_to_see
def _archive(
    request: HttpRequest, client: Client, projects: Sequence[Project], stem: str
) -> HttpResponse:
    # A temporary file: it may be larger than the memory.
    file = TemporaryFile()  # noqa: SIM115 -- the response closes it
    write_archive(file, client, projects)
    file.seek(0)
    name = f"{stem}-{timezone.localdate():%Y-%m-%d}.zip"
    answer = FileResponse(file, as_attachment=True, filename=name)
    return cast(HttpResponse, answer)  # as views are typed
