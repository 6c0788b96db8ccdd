"""Requests by which staff see a customer's page as its buyer does, without being the buyer."""

from django.http import HttpRequest

from shop.kept_pages import of_nobody

MARK = "is_customer_preview"  # an attribute: nothing that a browser sends can set it


def request_of_buyer(request: HttpRequest, path_info: str) -> HttpRequest:
    """Return a GET request for `path_info` of nobody, for whom the page counts as the buyer's.

    What the page answers must be shown without its forms, and without secrets.
    """
    buyer = of_nobody(request, path_info, "")
    setattr(buyer, MARK, True)
    return buyer


def is_customer_preview(request: HttpRequest) -> bool:
    """Tell whether staff look at the page as its buyer."""
    return getattr(request, MARK, False) is True
