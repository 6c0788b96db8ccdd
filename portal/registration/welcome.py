"""The greeting of somebody who has just joined a project."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from shop.orders.models import Order
from shop.orders.reachability import mark_reached
from shop.tenancy.models import Invitation
from shop.typed_text import isolated


def welcome(request: HttpRequest, order: Order, invitation: Invitation) -> None:
    """Greet the member; their address takes our mails, which the order's page then shows."""
    mark_reached(order)
    text = _("Welcome to %(project)s.")
    messages.success(request, text % {"project": isolated(invitation.membership.project.name)})
