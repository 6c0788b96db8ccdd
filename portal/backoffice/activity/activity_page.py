"""The page of the activity: what colleagues did, the newest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.backoffice.activity.activity_filters import (
    KINDS,
    kind_labels,
    parse_activity_filter,
)
from portal.backoffice.activity.activity_rows import page_of_activity
from portal.backoffice.activity.activity_words import lines_of
from portal.backoffice.staff_access import permission_required, staff_user


@permission_required("orders.view_order")
@require_safe
def activity(request: HttpRequest) -> HttpResponse:
    """List what the query string asks for, of the kinds that the reader may see."""
    staff = staff_user(request)
    wanted = parse_activity_filter(request.GET, staff)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = page_of_activity(wanted, after=after, before=before)
    labels = kind_labels()
    context = {
        "wanted": wanted,
        "lines": lines_of(page.rows, staff),
        "colleagues": wanted.colleagues,
        "kinds": [(name, labels[name]) for name in KINDS if wanted.may_see(name)],
        "is_narrowed": bool(wanted.as_query()),
        "filter": wanted.as_query(),
        "newer": wanted.as_query() + f"&before={page.before}" if page.before else "",
        "older": wanted.as_query() + f"&after={page.after}" if page.after else "",
    }
    return render(request, "backoffice/activity/activity.html", context)
