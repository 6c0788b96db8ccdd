"""Joining from the page of an order, for people signed in under its e-mail address.

The mailed link proves that somebody reads the mail of the order's address. An account that has
verified this very address has proven it before; so its owner, signed in, needs no mail. To everybody
else the page is the same as ever, so that it tells nobody whether an address has an account.
"""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.registration.order_access import find_order
from portal.registration.order_situation import OrderSituation
from portal.registration.welcome import welcome
from shop.email_spellings import same_mailbox
from shop.orders.models import State
from shop.orders.order_lookup import address_of
from shop.secret_pages import private
from shop.tenancy.joining import join_as_known
from shop.tenancy.models import User


@private
@require_POST
def join_now(request: HttpRequest, order_hash: str) -> HttpResponse:
    """Join the project of an order without its link; others are sent back to the order's page."""
    order = find_order(order_hash)
    invitation = order.invitation
    may_join = may_join_now(request, OrderSituation(order))
    if invitation and may_join and join_as_known(invitation):
        welcome(request, order, invitation)
        return redirect("portal")
    # The same answer whatever the reason, so that it reveals nothing.
    messages.warning(request, _("Please join with the link in our e-mail."))
    return redirect("registration", order_hash)


def may_join_now(request: HttpRequest, showing: OrderSituation) -> bool:
    """Tell whether the visitor is the invited member, by a verified address of their account."""
    order = showing.order
    if order.state != State.PACKED or order.invitation is None or showing.is_joined:
        return False
    # Who waits for the worker with many others is not looked up.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    user = request.user
    if not isinstance(user, User) or not user.may_sign_in:
        return False
    if order.invitation.membership.user_id != user.pk:
        return False
    verified = EmailAddress.objects.filter(user=user, verified=True)
    addresses = verified.values_list("email", flat=True)
    return any(same_mailbox(each, address_of(order)) for each in addresses)
