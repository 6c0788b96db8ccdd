"""The quiet page of an archived order: its state as it was, which nothing changes any more."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from portal.registration.status_page import OrderStatus
from shop.orders.archived_order import ArchivedOrder, archived_by_hash
from shop.secret_pages import private

Page = Callable[..., HttpResponse]


def or_archived(view: Page) -> Page:
    """Have a page of an order lead to the page of the archived order where there is one."""

    @wraps(view)
    def guarded(request: HttpRequest, order_hash: str, **names: str) -> HttpResponse:
        try:
            return view(request, order_hash=order_hash, **names)
        except Http404:
            if archived_by_hash(order_hash) is None:
                raise
        return private(_to_page)(request, order_hash)

    return guarded


def page_or_archived(view: Page) -> Page:
    """Show the archived order of this hash where `view` finds none."""

    @wraps(view)
    def guarded(request: HttpRequest, order_hash: str) -> HttpResponse:
        try:
            return view(request, order_hash=order_hash)
        except Http404:
            archived = archived_by_hash(order_hash)
            if archived is None:
                raise
        if request.method == "POST":
            return private(_to_page)(request, order_hash)
        return private(_show)(request, archived)

    return guarded


def _to_page(request: HttpRequest, order_hash: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # A page that was open as the order was archived shows the quiet one.
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect("registration", order_hash)


def _show(request: HttpRequest, archived: ArchivedOrder) -> HttpResponse:
    order = archived.order
    order.done_steps = " ".join(step.name for step in order.steps.all())  # type: ignore[attr-defined]  # as `find_order` annotates it
    order.ready_at, order.lacks_billing = None, False  # type: ignore[attr-defined]  # likewise
    context = {"showing": OrderStatus(order), "order": order}  # type: ignore[arg-type]  # likewise
    return render(request, "registration/archived.html", context)
