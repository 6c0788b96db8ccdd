"""Access to the pages about billing: some staff look, those of the group `billing` handle it."""

from django.views.decorators.http import require_http_methods, require_safe

from portal.backoffice.staff_access import View, permission_required

LOOK = "billing.view_invoice"
HANDLE = "billing.handle_billing"


def looker_required(view: View) -> View:
    """Decorate a page of billing that changes nothing."""
    return permission_required(LOOK)(require_safe(view))


def handler_required(view: View) -> View:
    """Decorate a view that changes something about billing: GET shows its form or asks first."""
    return permission_required(HANDLE)(require_http_methods(["GET", "HEAD", "POST"])(view))
