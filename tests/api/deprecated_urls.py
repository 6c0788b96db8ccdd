"""The shop's addresses, and two operations that are deprecated."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import path

from shop import urls
from shop.access.tokens import Bearer
from shop.api.auth import bearer_required
from shop.api.responses import success
from shop.deprecation import Deprecation
from shop.open_order.request import OpenOrderRequest, owner_required
from shop.openapi import Operation
from shop.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

ENDING = Deprecation(date(2027, 1, 31), date(2028, 1, 31), "/api/orders")
NO_END_YET = Deprecation(date(2027, 2, 1))
OLD_LIST = Operation("listOld", "List orders", "As it was.", {204: None}, deprecation=ENDING)
OLD_ORDER = Operation(
    "showOld", "Show the order", "As it was.", {204: None}, deprecation=NO_END_YET
)
NEW = Operation("placeNew", "Place an order", "As it is.", {204: None})


@bearer_required(GET=OLD_LIST, POST=NEW)
def old_list(request: HttpRequest, bearer: Bearer) -> HttpResponse:
    """Answer with a link of its own, as lists do."""
    return success(200, {"array": []}, {"Link": '<http://testserver/1>; rel="first"'})


@owner_required(opens_alone=True, GET=OLD_ORDER)
def old_order(call: OpenOrderRequest) -> HttpResponse:
    """Answer nothing."""
    return HttpResponse(status=204)


old_urls = [path("api/old", old_list), path("order/old", old_order)]
urlpatterns = [*old_urls, *urls.urlpatterns]
