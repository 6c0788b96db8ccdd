"""Pages of saved views and of columns: save, rename, share, arrive at, delete; choose columns."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.backoffice import undo
from portal.backoffice.queue.filters import parse
from portal.backoffice.queue.queue_columns import read_columns
from portal.backoffice.queue.saved_view import SavedView
from portal.backoffice.queue.saved_views import MEND, changeable_views, keep_arrival
from portal.backoffice.staff_access import permission_required, staff_user
from shop.tenancy.models import User

LOOK = "orders.view_order"


class ViewForm(forms.ModelForm[SavedView]):
    """Ask for a view's name, and who sees it."""

    on_arrival = forms.BooleanField(
        label=gettext_lazy("Show it first when I open the orders"), required=False
    )

    class Meta:
        model = SavedView
        fields = ("name", "is_shared")
        labels = {"is_shared": gettext_lazy("All colleagues see it")}

    def __init__(self, staff: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        if not staff.has_perm(MEND):
            del self.fields["is_shared"]


@permission_required(LOOK)
@require_http_methods(["GET", "HEAD", "POST"])
def new_view(request: HttpRequest) -> HttpResponse:
    """Save the list of `query` as a view; a GET asks for its name."""
    staff, given = staff_user(request), request.POST or request.GET
    query = parse(QueryDict(given.get("query", "")), staff).as_query(view="")
    form = ViewForm(staff, request.POST or None)
    if request.method == "POST" and form.is_valid():
        view = form.save(commit=False)
        view.owner, view.query = staff, query
        view.save()
        _keep_first(staff, view, form)
        messages.success(request, _("The view is saved."))
        return redirect(_address(view))
    context = {"form": form, "query": query}
    status = 422 if form.errors else 200
    return render(request, "backoffice/queue/view.html", context, status=status)


@permission_required(LOOK)
@require_http_methods(["GET", "HEAD", "POST"])
def change_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a view's name, who sees it, and whether the colleague arrives at it."""
    staff = staff_user(request)
    view = get_object_or_404(changeable_views(staff), pk=pk)
    first = {"on_arrival": str(pk) == _arrival_of(staff)}
    form = ViewForm(staff, request.POST or None, instance=view, initial=first)
    if request.method == "POST" and form.is_valid():
        form.save()
        _keep_first(staff, view, form)
        messages.success(request, _("The view is changed."))
        return redirect(_address(view))
    context = {"form": form, "view": view, "query": view.query}
    status = 422 if form.errors else 200
    return render(request, "backoffice/queue/view.html", context, status=status)


@permission_required(LOOK)
@require_POST
def update_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a view show the list of `query` from now on."""
    staff = staff_user(request)
    view = get_object_or_404(changeable_views(staff), pk=pk)
    query = parse(QueryDict(request.POST.get("query", "")), staff).as_query(view="")
    old, view.query = view.query, query
    view.save(update_fields=["query"])
    undo.offer(request, _("The view is changed."), "change_view", view=pk, old=old, new=query)
    return redirect(_address(view))


@permission_required(LOOK)
@require_POST
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a view, and offer to undo that."""
    view = get_object_or_404(changeable_views(staff_user(request)), pk=pk)
    kept = {"owner": view.owner_id, "title": view.name, "query": view.query}
    view.delete()
    done = _("The view is deleted.")
    undo.offer(request, done, "delete_view", view=pk, is_shared=view.is_shared, **kept)
    return redirect("staff")


@permission_required(LOOK)
@require_POST
def choose_columns(request: HttpRequest) -> HttpResponse:
    """Keep the columns of the open view, or of the colleague's lists; without any, the standard."""
    staff, query = staff_user(request), request.POST.get("query", "")
    columns = "" if "standard" in request.POST else read_columns(request.POST.getlist("columns"))
    wanted = parse(QueryDict(query), staff)
    view = changeable_views(staff).filter(pk=int(wanted.view or 0)).first()
    if view:
        view.query = parse(QueryDict(view.query), staff).as_query(columns=columns)
        view.save(update_fields=["query"])
    else:
        keep_arrival(staff, columns=columns)
    return redirect(f"{reverse('staff')}?{wanted.as_query(columns='')}".removesuffix("?"))


@undo.undoable("change_view", permission=LOOK)
def set_view_back(staff: User, details: dict[str, Any]) -> bool:
    """Have a view show what it showed before; False if it was changed again."""
    found = changeable_views(staff).filter(pk=details["view"], query=details["new"])
    return bool(found.update(query=details["old"]))


@undo.undoable("delete_view", permission=LOOK)
def restore_view(staff: User, details: dict[str, Any]) -> bool:
    """Make a deleted view again; False if that was done already."""
    again = {
        "owner": User.objects.get(pk=details["owner"]),
        "name": details["title"],
        "query": details["query"],
        "is_shared": details["is_shared"],
    }
    _view, is_new = SavedView.objects.get_or_create(pk=details["view"], defaults=again)
    return is_new


def _address(view: SavedView) -> str:
    return f"{reverse('staff')}?view={view.pk}"


def _arrival_of(staff: User) -> str:
    row = SavedView.objects.filter(owner=staff, name="").first()
    return QueryDict(row.query).get("view", "") if row else ""


def _keep_first(staff: User, view: SavedView, form: ViewForm) -> None:
    is_first = str(view.pk) == _arrival_of(staff)
    if form.cleaned_data["on_arrival"] != is_first:
        keep_arrival(staff, view="" if is_first else str(view.pk))
