"""Questions, figures, quotes and references: lists in their order, forms, hiding and showing."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, TextField
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.backoffice import undo
from portal.backoffice.audit_log import Act, history_of, record
from portal.backoffice.catalogue.edit_form import EditForm, save_recorded
from portal.backoffice.catalogue.row_order import DOWN, UP, move_row
from portal.backoffice.staff_access import View, permission_required, staff_required, staff_user
from portal.backoffice.texts.text_kinds import KINDS, PROOF, QUESTION, TextKind
from portal.backoffice.undo import undoable
from shop.row_locks import lock_rows
from shop.tenancy.models import User
from shop.text_areas import TextAreaField


def _may(action: str) -> Callable[[View], View]:
    """Decorate a view of a `kind` for staff who may do `action` to it; others get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, kind: TextKind, **kwargs: Any) -> Any:
            if not staff_user(request).has_perm(kind.permission(action)):
                raise PermissionDenied
            return view(request, kind, **kwargs)

        return staff_required(guarded)

    return decorate


class TextForm(EditForm[Any]):
    """A row in both languages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.begin()


@permission_required("content.view_question")
@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """List the questions and their answers."""
    context = {"kinds": [(QUESTION, list(QUESTION.model.objects.all()))], "title": _("Questions")}
    return render(request, "backoffice/texts/rows.html", context)


@permission_required("content.view_figure")
@require_safe
def proof(request: HttpRequest) -> HttpResponse:
    """List figures, quotes and references."""
    kinds = [(kind, list(kind.model.objects.all())) for kind in PROOF]
    context = {"kinds": kinds, "title": _("Figures, quotes and references")}
    return render(request, "backoffice/texts/rows.html", context)


@_may("add")
@require_http_methods(["GET", "HEAD", "POST"])
def new_row(request: HttpRequest, kind: TextKind) -> HttpResponse:
    """Add a row at the end of its kind."""
    return _edit(request, kind, None)


@_may("change")
@require_http_methods(["GET", "HEAD", "POST"])
def row(request: HttpRequest, kind: TextKind, pk: int) -> HttpResponse:
    """Show and change a row."""
    return _edit(request, kind, get_object_or_404(kind.model, pk=pk))


@_may("change")
@require_POST
def list_text(request: HttpRequest, kind: TextKind, pk: int, *, listed: bool) -> HttpResponse:
    """Show a row to customers, or hide it."""
    get_object_or_404(kind.model, pk=pk)
    if _switch(staff_user(request), kind, pk, listed=listed):
        text = _("Customers see it again.") if listed else _("Customers do not see it any more.")
        undo.offer(request, text, f"{kind.name}_listed", pk=pk, listed=listed)
    return redirect(kind.back)


def _switch(staff: User, kind: TextKind, pk: int, *, listed: bool) -> bool:
    with transaction.atomic():
        if not lock_rows(kind.model.objects.filter(pk=pk, listed=not listed)):
            return False
        found = kind.model.objects.get(pk=pk)
        found.listed = listed
        found.save(update_fields=["listed"])  # a signal: processes remember these rows
        record(staff, found, Act.BROUGHT_BACK if listed else Act.RETIRED)
    return True


def _register_undo(kind: TextKind) -> None:
    @undoable(f"{kind.name}_listed", permission=kind.permission("change"))
    def set_back(staff: User, details: dict[str, Any]) -> bool:
        return _switch(staff, kind, details["pk"], listed=not details["listed"])


for _kind in KINDS:
    _register_undo(_kind)


@_may("change")
@require_POST
def move_text(request: HttpRequest, kind: TextKind, pk: int) -> HttpResponse:
    """Move a row up or down."""
    way = request.POST.get("way", "")
    if way in (UP, DOWN):
        with transaction.atomic():
            move_row(kind.model.objects.all(), pk, way, staff_user(request))
    return redirect(kind.back)


def _form_class(kind: TextKind) -> Any:
    texts = [
        each.name
        for each in kind.model._meta.concrete_fields  # noqa: SLF001 -- Django's own API
        if isinstance(each, TextField)
    ]
    areas = dict.fromkeys(texts, TextAreaField)
    return modelform_factory(
        kind.model,
        form=TextForm,
        fields=kind.fields,
        field_classes=areas,
    )


def _edit(request: HttpRequest, kind: TextKind, found: Any) -> HttpResponse:
    form_class = _form_class(kind)
    if request.method != "POST":
        return _show(request, kind, found, form_class(None, instance=found))
    with transaction.atomic():
        if found:
            lock_rows(kind.model.objects.filter(pk=found.pk))
            found = kind.model.objects.get(pk=found.pk)
        form = form_class(request.POST, instance=found)
        if not form.is_valid():
            return _show(request, kind, found, form)
        if found is None:
            last = kind.model.objects.aggregate(last=Max("position"))["last"] or 0
            form.instance.position = last + 1
        if form.edited:
            save_recorded(form, staff_user(request), Act.CHANGED if found else Act.MADE)
    messages.success(request, _("Saved. Customers see it now."))
    return redirect(kind.back)


def _show(request: HttpRequest, kind: TextKind, found: Any, form: Any) -> HttpResponse:
    stored = kind.model.objects.get(pk=found.pk) if found else None
    context = {
        "form": form,
        "kind": kind,
        "row": stored,
        "title": str(stored) if stored else kind.add,
        "back": reverse(kind.back),
        "history": history_of(stored) if stored else [],
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "backoffice/texts/row.html", context, status=status)
