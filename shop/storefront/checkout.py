"""The checkout: it stands on the open order, which programs see at `/order`."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shop.access.rate_limits import hit
from shop.catalogue.models import Product
from shop.content.terms_field import without_outdated_tick
from shop.form_texts import add_errors
from shop.orders.basket import document
from shop.orders.consent import NoConsentError, current_terms, put_consent
from shop.orders.document import InvalidDocumentError
from shop.orders.models import HASH, Basket, Order, State
from shop.orders.open_orders import (
    find_open,
    locked_basket,
    orders_of,
    update_open_order,
    visible_to,
)
from shop.orders.owners import PAGES, Owner, page_owner, write_owner_id
from shop.orders.placing import Caller, NotOpenError, PriceChangedError
from shop.orders.submission import quote, submit
from shop.storefront.forms import CheckoutForm
from shop.storefront.putting import put_details, put_tier
from shop.tenancy.models import User


@require_POST
def take_tier(request: HttpRequest) -> HttpResponse:
    """Put a tier into the open order, and go on to its details."""
    tier = _tier(request)
    if tier is None:
        raise Http404
    changed = update_open_order(page_owner(request), lambda basket: put_tier(basket, tier))
    return _with_cookies(redirect("checkout"), changed.owner)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Details, summary and the order button; without an open order, the way to one."""
    owner = page_owner(request)
    order = find_open(owner)
    if request.method == "POST":
        return _answer_form(request, owner, order)
    if order is None or order.product is None:
        return _elsewhere(owner)
    if not order.product.listed:
        messages.warning(request, _("The tier you chose can no longer be ordered."))
        return redirect("tiers")
    terms = current_terms()
    initial = _initial(order, owner.user) | {"terms": order.basket.terms_id == terms.pk}
    form = CheckoutForm(user=owner.user, tier=order.product, to_agree=terms, initial=initial)
    return _page(request, form, order.basket)


def _answer_form(request: HttpRequest, owner: Owner, order: Order | None) -> HttpResponse:
    tier = _tier(request)
    if tier is None:
        messages.warning(request, _("The tier you chose can no longer be ordered."))
        return redirect("tiers")
    applies = "apply" in request.POST
    terms = current_terms()
    data, outdated = without_outdated_tick(request.POST, terms)
    form = CheckoutForm(data, user=owner.user, tier=tier, to_agree=terms, complete=not applies)
    if outdated:
        form.fields["terms"].error_messages["required"] = _(
            "The terms have changed while you were looking. Nothing has been ordered. "
            "Please read them again and tick the box if you agree."
        )
    form.is_valid()
    faults = form.faults()
    sound = {name: value for name, value in form.document().items() if name not in faults}

    def put(basket: Basket) -> None:
        put_details(basket, tier, sound, owner.user)
        put_consent(basket, form.agreed)

    leads_to = _way_out(request)
    if order is None or order.order_hash != request.POST.get("order"):
        return redirect(leads_to) if leads_to else _answer_old_form(request, owner, form, put)
    try:
        with locked_basket(order) as basket:
            put(basket)
    except NotOpenError:
        return _answer_old_form(request, owner, form, put)
    if leads_to:
        return redirect(leads_to)
    add_errors(form, faults)
    if form.errors:
        return _page(request, form, basket, status=409 if outdated else 422)
    if applies:
        to = "" if request.POST["apply"] == "language" else "#summary"
        return redirect(reverse("checkout") + to)
    return _place(request, owner, form, basket)


def _way_out(request: HttpRequest) -> str:
    """Where the button leads that was pressed, if that is to another page."""
    match request.POST.get("apply"):
        case "tiers":
            return reverse("tiers")
        case "sign-in":
            return f"{reverse('account_login')}?next={reverse('checkout')}"
    return ""


def _answer_old_form(
    request: HttpRequest, owner: Owner, form: CheckoutForm, put: Callable[[Basket], None]
) -> HttpResponse:
    """A form whose order is no longer open: sent twice, or from before another tab was used."""
    order_hash = request.POST.get("order", "")
    mine = Order.objects.exclude(state=State.NEW).filter(visible_to(owner))
    placed = mine.filter(order_hash=order_hash).first() if HASH.fullmatch(order_hash) else None
    if placed and _same(placed, form):
        return redirect("registration", placed.order_hash)
    # What was typed is another order's, if that is what they want.
    changed = update_open_order(owner, put)
    context = {"placed": placed, "stale": placed is None}
    response = _page(request, form, changed.basket, status=409, **context)
    return _with_cookies(response, changed.owner)


def _same(placed: Order, form: CheckoutForm) -> bool:
    wanted = form.document()
    if wanted.get("product") != placed.product.code:
        return False
    members = form.fields.keys() - {"product", "terms"}
    return all(getattr(placed, name) == wanted.get(name) for name in members)


def _place(request: HttpRequest, owner: Owner, form: CheckoutForm, basket: Basket) -> HttpResponse:
    taken = None if owner.user else hit(request, "orders")
    if taken and taken.retry_after:
        form.add_error(None, _("There were many orders from here. Please wait a while."))
        return _page(request, form, basket, status=429)
    caller = Caller(user=owner.user, client_admin=owner.user)
    try:
        submit(basket.order, caller, quote_hash=request.POST.get("quote_hash", ""), by_consent=True)
    except NoConsentError:
        # Changed, or taken back in another tab, at this very moment.
        return _answer_form(request, owner, basket.order)
    except PriceChangedError:
        return _page(request, form, basket, status=409, seen=_cents(request.POST.get("seen", "")))
    except InvalidDocumentError as refusal:
        add_errors(form, refusal.errors)
        return _page(request, form, basket, status=422)
    except NotOpenError:
        # Pressed twice: the other press was faster.
        pass
    return redirect("registration", basket.order.order_hash)


def _page(
    request: HttpRequest, form: CheckoutForm, basket: Basket, status: int = 200, **context: Any
) -> HttpResponse:
    quoted = quote(basket)
    if quoted is None:
        return redirect("tiers")
    price, price_hash, promotion = quoted
    context |= {
        "form": form,
        "order": basket.order,
        "product": basket.order.product,
        "price": price,
        "quote_hash": price_hash,
        "promotion": promotion,
    }
    return render(request, "storefront/checkout.html", context, status=status)


def _elsewhere(owner: Owner) -> HttpResponse:
    """Back after ordering leads to the order; without one there is a tier to choose."""
    since = timezone.now() - timedelta(hours=1)
    placed = orders_of(owner).exclude(state=State.NEW).filter(created_at__gte=since)
    if last := placed.order_by("-created_at").first():
        return redirect("registration", last.order_hash)
    return redirect("tiers")


def _initial(order: Order, user: User | None) -> dict[str, Any]:
    known = {}
    if user:
        known = {
            "user_first_name": user.first_name,
            "user_last_name": user.last_name,
            "user_email": user.email,
        }
    return {**known, **document(order.basket)}


def _tier(request: HttpRequest) -> Product | None:
    """The tier that was posted, if it can be ordered."""
    code = request.POST.get("product", "")
    # PostgreSQL takes no text with a NUL.
    return None if "\x00" in code else Product.objects.filter(code=code, listed=True).first()


def _with_cookies(response: HttpResponse, opened_for: Owner | None) -> HttpResponse:
    if opened_for and opened_for.owner_id:
        write_owner_id(response, opened_for.owner_id, PAGES)
    return response


def _cents(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None
