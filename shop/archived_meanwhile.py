"""Requests whose order is archived after they have read it, and before they write about it."""

import logging
from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse

from shop.errors import is_passing
from shop.log_context import current_order
from shop.orders.archived_order import archived_by_number

logger = logging.getLogger(__name__)

# A row cannot refer to the order any more, it cannot be read again, or a view answers so.
GONE = (DatabaseError, ObjectDoesNotExist, Http404)


class ArchivedMeanwhileMiddleware:
    """Calls the view once more if it fails and its order is archived.

    Now it finds the order in the archive, as a request a moment later would. What an earlier
    transaction of the view has committed stays.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the second answer of the view; None where the order is not archived."""
        match, number = request.resolver_match, current_order.get()
        if not number or not match or not isinstance(exception, GONE) or is_passing(exception):
            return None
        if archived_by_number(number) is None:
            return None
        logger.info("Order archived during the request; calling the view again.")
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response
