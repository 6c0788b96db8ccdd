"""The page that says how to reach a person, with a form (contract, "Pages")."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.access.rate_limits import hit
from shop.languages import page_language
from shop.notifications.emails.contact_emails import queue_contact_request
from shop.orders.order_numbers import read_order_number
from shop.storefront.contact_form import ContactForm
from shop.tenancy.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Show how to reach us; POST mails a message to support.

    Nothing here tells whether there is an order or an account: neither is looked up.
    """
    if not settings.SUPPORT_EMAIL:
        return render(request, "storefront/contact.html", {})
    if request.method == "POST" and "apply" not in request.POST:
        form = ContactForm(request.POST)
        if form.is_valid():
            return _send(request, form)
    else:
        form = ContactForm(initial=_known(request))
    return _page(request, form, 422 if form.errors else 200)


def _page(request: HttpRequest, form: ContactForm, status: int) -> HttpResponse:
    context = {"form": form, "was_sent": "sent" in request.GET}
    return render(request, "storefront/contact.html", context, status=status)


def _send(request: HttpRequest, form: ContactForm) -> HttpResponse:
    taken = hit(request, "contact")
    if taken and taken.retry_after:
        text = _(
            "Too many messages came from your connection. What you typed is still here: please "
            "send it again in a few minutes, or write an e-mail."
        )
        form.add_error(None, text)
        response = _page(request, form, 429)
        taken.write_headers(response)
        return response
    queue_contact_request(**form.cleaned_data, language=page_language())
    return redirect(f"{reverse('contact')}?sent=1")


def _known(request: HttpRequest) -> dict[str, Any]:
    """Return how the form begins: as typed before the language was changed, or by who is known."""
    if request.method == "POST":
        return request.POST.dict()
    number = read_order_number(request.GET.get("order_number", ""))
    known: dict[str, Any] = {"order_number": number or ""}
    if isinstance(request.user, User):
        known |= {"name": request.user.get_full_name(), "email": request.user.email}
    return known
