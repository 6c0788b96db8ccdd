"""Send again what was said about an order: mails, and webhooks."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.backoffice.order_page import acted, action
from portal.backoffice.staff_access import staff_user
from shop.notifications.emails.models import Message
from shop.notifications.emails.resend import send_again
from shop.notifications.webhooks.replay import replay_for
from shop.orders.models import Order


@action()
def mail_again(request: HttpRequest, order: Order, mail: int) -> HttpResponse:
    """Send one mail again."""
    found = Message.objects.select_related("order__invitation").filter(order=order, pk=mail)
    message = found.first()
    if message is None:
        raise Http404
    won = send_again(message, staff_user(request))
    return acted(request, order, won, _("The e-mail is on its way again."))


@action()
def webhooks_again(request: HttpRequest, order: Order, delivery: int | None = None) -> HttpResponse:
    """Send one webhook again, or all of the order's."""
    number = replay_for(order, staff_user(request), only=delivery)
    sentence = ngettext(
        "The webhook is on its way again.", "%(number)s webhooks are on their way again.", number
    )
    return acted(request, order, number, sentence % {"number": number})
