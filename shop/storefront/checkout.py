"""The checkout: the same open order that programs see at `/order`, as a page."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shop.access.rate_limits import hit
from shop.catalogue.intervals import Interval
from shop.catalogue.listed_tiers import LISTED
from shop.catalogue.models import Product
from shop.catalogue.seller import SELLER, Seller, current_seller
from shop.csrf_failure import unsent_form
from shop.form_texts import add_errors
from shop.kept_pages import KeptPages, Rows, is_same_for_all
from shop.orders.basket import (
    NoConsentError,
    current_terms,
    put_tier,
    update_document,
)
from shop.orders.document import CheckedDocument, InvalidDocumentError
from shop.orders.models import HASH, Basket, Order, State, new_hash
from shop.orders.open_orders import (
    Owner,
    find_open,
    locked_basket,
    orders_of,
    update_open_order,
    visible_to,
)
from shop.orders.placing import Caller, NotOpenError, PriceChangedError, submit_open_order
from shop.owner_cookie import COOKIE, page_owner, write_owner_id
from shop.storefront.checkout_buttons import exit_of, is_enter, place_on_page, sent
from shop.storefront.checkout_page import checkout_page, initial_values
from shop.storefront.checkout_price import asks_for_price, number, price_part
from shop.storefront.forms import MEMBERS, CheckoutForm
from shop.storefront.tier_choice import posted_tier
from shop.storefront.visitors_country import country_abroad

# Stands in a kept page for the hash of the visitor's order, and is as random.
HASH_OF_NOBODY = new_hash()
_pages = KeptPages()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Show details, summary and the order button, or the way to an open order; POST orders."""
    owner = page_owner(request)
    order = find_open(owner)
    if request.method == "POST":
        return _answer_form(request, owner, order)
    if order is None or order.product is None:
        return _form_without_order(request, owner) or _elsewhere(owner)
    if not order.product.listed:
        return _tier_is_gone(request)
    sellers = SELLER.raw()
    seller = next(iter(SELLER.read(sellers)), Seller(pk=1))
    abroad = country_abroad(request, order.basket, seller)
    if _is_as_chosen(order.basket) and not (owner.user or abroad) and _says_no_more(request):
        return _kept_page(request, order, sellers)
    initial = initial_values(order.basket, seller, owner.user)
    form = CheckoutForm(None, owner.user, order.product, LISTED.all(), initial=initial)
    form.initial.setdefault("terms", order.basket.terms_id == form.to_agree.pk)
    _choose_own_client(form, order.basket)
    if abroad and "client_id" not in order.basket.document:
        # For this page alone, so that the price goes by the country that the form begins with.
        update_document(order.basket, {"billing": {"country": abroad}})
        form.initial["billing_country"] = abroad
    checked = "checked" in request.GET
    return checkout_page(request, form, order.basket, seller, checked=checked)


def _choose_own_client(form: CheckoutForm, basket: Basket) -> None:
    """Choose the customer's own client, in the form and its price, where no other was named yet.

    Of several it is the newest, or the one whose name was typed before signing in.
    """
    document, name = basket.document, str(basket.document.get("client_name", "")).casefold()
    named = [each for each in form.clients if each.name.casefold() == name]
    if "client_id" in document or not form.clients:
        return
    if named or not {"client_name", "billing"} & document.keys():
        own = max(named or form.clients, key=lambda client: client.pk)
        update_document(basket, {"client_id": own.pk, "client_name": None})
        form.initial.update(client_id=own.pk, client_name="")


def _is_as_chosen(basket: Basket) -> bool:
    """Tell whether nothing but the tier, and how it is paid, was put into `basket`."""
    if basket.terms_id or basket.company or basket.declared_business_at:
        return False
    names = set(basket.document)
    return "product" in names and names <= {"product", "interval"}


def _says_no_more(request: HttpRequest) -> bool:
    """Tell whether `request` says no more of its visitor than which order is theirs."""
    return is_same_for_all(request, COOKIE) and unsent_form(request) is None


def _kept_page(request: HttpRequest, order: Order, sellers: Rows) -> HttpResponse:
    """Show the page of a tier that was just chosen: the same for all, but for the order's hash."""
    rows, terms = LISTED.raw(), current_terms()
    interval = order.basket.document.get("interval")

    def render_page(nobody: HttpRequest, token: str) -> str:
        tiers = LISTED.read(rows)
        # It may have been retired this very moment. Then nobody is shown what is kept here.
        tier = next((tier for tier in tiers if tier == order.product), order.product)
        basket = _basket_of_nobody(tier, interval)
        basket.order.order_hash = HASH_OF_NOBODY
        seller = next(iter(SELLER.read(sellers)), Seller(pk=1))
        form = CheckoutForm(None, None, tier, tiers, initial=initial_values(basket, seller, None))
        return checkout_page(nobody, form, basket, seller, csrf_token=token).text

    variant = (order.product_id, interval)
    page = _pages.answer(request, (rows, sellers, terms.pk), render_page, variant=variant)
    page.content = page.content.replace(HASH_OF_NOBODY.encode(), order.order_hash.encode())
    return page


def _basket_of_nobody(tier: Product, interval: str | None = None) -> Basket:
    basket = Basket(order=Order(product=tier))
    put_tier(basket, tier)
    update_document(basket, {"interval": interval})
    return basket


def _answer_form(request: HttpRequest, owner: Owner, order: Order | None) -> HttpResponse:
    tiers, posted = LISTED.all(), sent(request)
    tier = posted_tier(posted, tiers)
    if tier is None:
        return _tier_is_gone(request)
    places = "apply" not in posted
    form = CheckoutForm(posted, owner.user, tier, tiers, complete=places or is_enter(posted))
    form.is_valid()
    leads_to = exit_of(request)
    if order is None or order.order_hash != posted.get("order"):
        if asks_for_price(request):
            # Whoever presses a button of the page is told, and keeps what they typed.
            return HttpResponse(status=204)
        return redirect(leads_to) if leads_to else _answer_old_form(request, owner, form)
    status = 409 if form.is_outdated else 422
    try:
        with locked_basket(order) as basket:
            form.fill(basket)
            if form.checked and places:
                status = _place(request, form, basket, form.checked)
    except NotOpenError:
        return _answer_form(request, owner, None)
    except NoConsentError:
        # Other terms were published at this very moment.
        return _answer_form(request, owner, order)
    if status == 302 or leads_to:
        return redirect(leads_to or reverse("registration", args=[order.order_hash]))
    return _answer_page(request, form, basket, status)


def _answer_page(
    request: HttpRequest, form: CheckoutForm, basket: Basket, status: int
) -> HttpResponse:
    """Answer a form by which nothing was ordered."""
    if asks_for_price(request):
        errors = [str(each) for each in form.errors.get("billing_vat_id") or ()]
        return price_part(request, basket, vat_id_errors=errors)
    if "apply" in request.POST and not form.errors:
        return redirect(reverse("checkout") + place_on_page(request.POST, checked=form.complete))
    seen = number(request.POST.get("seen", ""))
    context: dict[str, Any] = {"seen": seen} if form.checked and status == 409 else {}
    return checkout_page(request, form, basket, status=status, **context)


def _place(
    request: HttpRequest, form: CheckoutForm, basket: Basket, checked: CheckedDocument
) -> int:
    """Place the order of the locked `basket`. Returns 302, or the status of the form's page.

    Raises NoConsentError.
    """
    taken = None if form.user else hit(request, "orders")
    if taken and taken.retry_after:
        form.add_error(None, _("There were many orders from here. Please wait a while."))
        return 429
    caller, agreed = Caller(user=form.user), request.POST.get("quote_hash", "")
    try:
        submit_open_order(basket, checked, caller, quote_hash=agreed, needs_consent=True)
    except PriceChangedError:
        return 409
    except InvalidDocumentError as refusal:
        add_errors(form, refusal.problems)
        return 422
    return 302


def _answer_old_form(request: HttpRequest, owner: Owner, form: CheckoutForm) -> HttpResponse:
    """Answer a form whose order is no longer open: sent twice, or outdated by another tab."""
    placed = _placed(request.POST.get("order", ""), owner)
    if placed and _same(placed, form):
        return redirect("registration", placed.order_hash)
    # What was typed belongs to a new order, if the customer confirms it.
    basket, new_owner = update_open_order(owner, form.fill)
    response = checkout_page(request, form, basket, status=409, placed=placed, stale=placed is None)
    write_owner_id(response, new_owner)
    return response


def _same(placed: Order, form: CheckoutForm) -> bool:
    wanted = {"interval": Interval.MONTH} | form.document()
    # Programs may have put in more of who is billed than the form asks for.
    billing, known = wanted.pop("billing", None) or {}, placed.billing or {}
    is_same_tier = wanted["product"] == placed.product.code
    is_same_buyer = bool(billing) == bool(known) and billing.items() <= known.items()
    others = (name for name in MEMBERS if name != "billing")
    return (
        is_same_tier
        and is_same_buyer
        and all(getattr(placed, name) == wanted.get(name) for name in others)
    )


def _form_without_order(request: HttpRequest, owner: Owner) -> HttpResponse | None:
    """Show a form that failed its CSRF check again, though its browser has no open order now.

    Nothing is written. None if there is no such form, or its order was placed meanwhile.
    """
    typed, tiers = unsent_form(request), LISTED.all()
    tier = next((tier for tier in tiers if typed and tier.code == typed.get("product")), None)
    if typed is None or tier is None or _placed(typed.get("order", ""), owner):
        return None
    basket, seller = _basket_of_nobody(tier), current_seller()
    initial = initial_values(basket, seller, None)
    form = CheckoutForm(None, owner.user, tier, tiers, initial=initial)
    return checkout_page(request, form, basket, seller)


def _placed(order_hash: str, owner: Owner) -> Order | None:
    """Find a placed order of `owner` by its hash."""
    mine = Order.objects.exclude(state=State.NEW).filter(visible_to(owner))
    return mine.filter(order_hash=order_hash).first() if HASH.fullmatch(order_hash) else None


def _elsewhere(owner: Owner) -> HttpResponse:
    """Redirect to the order that was placed in the last hour, else to the tiers."""
    since = timezone.now() - timedelta(hours=1)
    placed = orders_of(owner).exclude(state=State.NEW).filter(created_at__gte=since)
    if last := placed.order_by("-created_at").first():
        return redirect("registration", last.order_hash)
    return redirect("tiers")


def _tier_is_gone(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("The plan you chose can no longer be ordered."))
    return redirect("tiers")
