"""The buttons of the checkout, all of one form: so what was typed is kept whichever is pressed.

`apply` tells which it was. Without it the order is placed.
"""

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from shop.legal_links import legal_links
from shop.storefront.checkout_price import asks_for_price

ENTER = "check"  # the button that Enter presses in a field
LANGUAGE = "language"
REMOVE_CODE = "remove-code"
PAGES = ("tiers", "contact", "find_order", "api_docs", "portal", "portal_profile", "staff")


def sent(request: HttpRequest) -> QueryDict:
    """Return what was posted.

    Until their button is pressed, the script leaves the tier and the promotion code as they are
    shown: they change more of the page than the price.
    """
    posted = request.POST.copy()
    if asks_for_price(request):
        posted["product"] = posted.get("shown_product") or posted.get("product") or ""
        posted["promo_code"] = posted.get("shown_code") or ""
    elif posted.get("apply") == REMOVE_CODE:
        posted["promo_code"] = ""
    return posted


def is_enter(posted: QueryDict) -> bool:
    """Tell whether Enter was pressed to go on; in the field of a new code it applies the code."""
    return posted.get("apply") == ENTER and not _is_code_changed(posted)


def exit_of(request: HttpRequest) -> str:
    """Return the URL of the page that the pressed button leads to; "" if it stays here."""
    name = request.POST.get("apply", "")
    if name == "account_login":
        return f"{reverse(name)}?next={reverse('checkout')}"
    legal = (page for page, _words in legal_links())
    return reverse(name) if name in {*PAGES, *legal} else ""


def place_on_page(posted: QueryDict, *, checked: bool) -> str:
    """Return the query and fragment of the place that shows what the pressed button did."""
    if posted.get("apply") == LANGUAGE:
        return ""
    if checked:
        return "?checked#checked"
    return "#promotion" if _is_code_changed(posted) else "#summary"


def _is_code_changed(posted: QueryDict) -> bool:
    is_removed = posted.get("apply") == REMOVE_CODE
    return is_removed or posted.get("promo_code", "") != posted.get("shown_code", "")
