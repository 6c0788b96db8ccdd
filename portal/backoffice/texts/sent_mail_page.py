"""A mail of a customer or colleague, rendered again from its row: as it reads, without secrets."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.backoffice.staff_access import permission_required, staff_user
from shop.notifications.emails.mail_frame import framed_mail
from shop.notifications.emails.models import Message
from shop.notifications.emails.rendered_again import render_again
from shop.tenancy.models import User

Kind = Message.Kind
# Who may read them, besides those who may see orders: of colleagues, and of money.
PERMISSIONS = dict.fromkeys((Kind.COLLEAGUE, Kind.ALARM, Kind.IBAN), "tenancy.manage_staff")
PERMISSIONS |= dict.fromkeys((Kind.INVOICE, Kind.INVOICE_REMINDER), "billing.view_invoice")
RELATED = ("order__product", "order__invitation", "order__delivered_project__client", "user")


@permission_required("orders.view_order")
@require_safe
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # its type knows no arguments
def sent_mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show subject, text and HTML of a mail as it would be written now."""
    message = _find(staff_user(request), pk)
    context = {"message": message, "mail": render_again(message)}
    return render(request, "backoffice/texts/sent_mail.html", context)


@permission_required("orders.view_order")
@require_safe
def sent_mail_html(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return the HTML part as a document of its own, without scripts, forms or external content."""
    mail = render_again(_find(staff_user(request), pk))
    if mail is None:
        raise Http404
    return framed_mail(request, mail.html)


def _find(staff: User, pk: int) -> Message:
    """Return a mail that `staff` may read. Raises Http404 and PermissionDenied."""
    message = get_object_or_404(Message.objects.select_related(*RELATED), pk=pk)
    needed = PERMISSIONS.get(Kind(message.kind))
    if needed and not staff.has_perm(needed):
        raise PermissionDenied
    return message
