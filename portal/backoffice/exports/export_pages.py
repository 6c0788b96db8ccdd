"""Pages of exports: a new one, all of them, and the progress of a large one."""

from datetime import timedelta
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    QueryDict,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.backoffice.billing.billing_access import HANDLE
from portal.backoffice.exports.background_exports import begin_in_background, content_of
from portal.backoffice.exports.export_files import (
    MOST_IN_WORKBOOK,
    TYPES,
    file_name,
    write_export,
)
from portal.backoffice.exports.export_forms import ExportForm
from portal.backoffice.exports.export_sources import ExportSource
from portal.backoffice.exports.export_subjects import SOURCES
from portal.backoffice.exports.export_words import filter_words
from portal.backoffice.models import Export, ExportFile
from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.row_pages import row_page
from portal.backoffice.staff_access import (
    permission_required,
    recent_factor_required,
    staff_user,
)
from shop.languages import page_language
from shop.tenancy.models import User

EXPORT_ORDERS = "orders.export_order"
SEE_ALL = "orders.view_order"
BACK = {
    Export.Subject.ORDERS: "staff",
    Export.Subject.INVOICES: "staff_invoices",
    Export.Subject.ACTIVITY: "staff_activity",
}

may_export = permission_required(EXPORT_ORDERS, HANDLE)
may_list = permission_required(EXPORT_ORDERS, HANDLE, SEE_ALL)


@may_list
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """List the exports, the newest first: one's own, and all for those who see the activity."""
    staff = staff_user(request)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = row_page(_visible_to(staff), after=after, before=before)
    context = {
        "exports": [{"export": each, "words": filter_words(each)} for each in page.rows],
        "may_export": staff.has_perm(EXPORT_ORDERS),
        "newer": f"before={page.before}" if page.before else "",
        "older": f"after={page.after}" if page.after else "",
    }
    return hide_hashes(request, render(request, "backoffice/exports/exports.html", context))


@may_export
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required
def new_export(request: HttpRequest) -> HttpResponseBase:
    """Ask for days, columns and format; POST answers with the file, or has the worker make it."""
    staff = staff_user(request)
    asked = request.method == "POST"
    query = request.POST.get("filter", "") if asked else request.GET.urlencode()
    source = _source(request.POST if asked else request.GET, query, staff)
    form = ExportForm(source, request.POST if asked else None)
    if asked and form.is_valid():
        source = type(source)(form.query(), staff)
        file_format = form.cleaned_data["format"]
        is_small = source.is_small()
        if file_format != Export.Format.XLSX or is_small or source.count() <= MOST_IN_WORKBOOK:
            return _begin(source, form, is_small=is_small)
        form.add_error(
            "format",
            _("An Excel workbook holds at most %(rows)s rows. Choose fewer days, or CSV.")
            % {"rows": MOST_IN_WORKBOOK},
        )
    subject = _subject_of(source)
    draft = Export(subject=subject, filter=source.query)
    context = {
        "form": form,
        "source": source,
        "subject": subject,
        "words": filter_words(draft),
        "back": f"{reverse(BACK[subject])}?{source.query}".removesuffix("?"),
        "days": settings.KEEP_EXPORTS_DAYS,
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/exports/new_export.html", context, status=status)


@may_list
@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the progress of a large export, and its file once it is ready."""
    page = render(request, "backoffice/exports/export.html", _progress_of(request, pk))
    return hide_hashes(request, page)


@may_list
@require_safe
def export_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the live fragment; 204 if the page shows it already (`?seen=`)."""
    context = _progress_of(request, pk)
    if request.GET.get("seen") == context["version"]:
        return HttpResponse(status=204)
    template = "backoffice/exports/export_progress.html"
    return hide_hashes(request, render(request, template, {**context, "announce": True}))


@may_export
@require_safe
@recent_factor_required
def export_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Download a file that the worker has made; only its requester may."""
    staff = staff_user(request)
    ready = ExportFile.objects.filter(state=ExportFile.State.READY, export__user=staff)
    file = get_object_or_404(ready.select_related("export"), pk=pk)
    if not staff.has_perm(SOURCES[file.export.subject].permission):
        raise PermissionDenied
    answer = StreamingHttpResponse(
        content_of(file), content_type=TYPES[Export.Format(file.export.format)]
    )
    answer["Content-Disposition"] = f'attachment; filename="{file_name(file.export)}"'
    answer["Content-Length"] = str(file.size)
    return answer


def _begin(source: ExportSource, form: ExportForm, *, is_small: bool) -> HttpResponseBase:
    file_format = form.cleaned_data["format"]
    is_for_programs = file_format == Export.Format.JSON_LINES
    export = Export.objects.create(
        user=source.user,
        subject=_subject_of(source),
        format=file_format,
        filter=source.query,
        columns="" if is_for_programs else ",".join(form.keys()),
        language=page_language(),
    )
    if not is_small:
        return redirect("staff_export", begin_in_background(export).pk)
    columns = source.chosen(file_format, form.keys())
    file = TemporaryFile()  # noqa: SIM115 -- the response closes it
    number = write_export(file, file_format, source, columns, source.rows(columns))
    Export.objects.filter(pk=export.pk).update(number=number)
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=file_name(export),
        content_type=TYPES[Export.Format(file_format)],
    )


def _source(given: QueryDict, query: str, staff: User) -> ExportSource:
    """Return what is to be exported: of what `staff` may export, the orders unless asked."""
    subject = given.get("subject", "")
    if subject not in SOURCES:
        may = staff.has_perm(EXPORT_ORDERS)
        subject = Export.Subject.ORDERS if may else Export.Subject.INVOICES
    if not staff.has_perm(SOURCES[subject].permission):
        raise PermissionDenied
    return SOURCES[subject](query, staff)


def _subject_of(source: ExportSource) -> Export.Subject:
    (subject,) = [name for name, kind in SOURCES.items() if isinstance(source, kind)]
    return Export.Subject(subject)


def _visible_to(staff: User) -> QuerySet[Export]:
    found = Export.objects.select_related("user", "file")
    return found if staff.has_perm(SEE_ALL) else found.filter(user=staff)


def _progress_of(request: HttpRequest, pk: int) -> dict[str, Any]:
    staff = staff_user(request)
    found = get_object_or_404(_visible_to(staff), pk=pk)
    file: ExportFile | None = getattr(found, "file", None)
    if file is None:
        raise Http404
    ready_at = file.ready_at or timezone.now()
    is_live = file.state == ExportFile.State.MAKING
    return {
        "export": found,
        "file": file,
        "words": filter_words(found),
        "is_live": is_live,
        "is_mine": found.user_id == staff.pk,
        "deleted_on": ready_at + timedelta(days=settings.KEEP_EXPORTS_DAYS),
        "version": f"{file.state}-{file.rows_done}",
    }
