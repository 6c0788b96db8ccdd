"""Scenes of the activity, of exports, and of bulk actions that have ended."""

from collections.abc import Iterator

from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from playwright.sync_api import Page

from portal.backoffice.audit_log import Act, record
from portal.backoffice.exports.background_exports import begin_in_background, make_exports
from portal.backoffice.models import Export, ExportFile
from portal.backoffice.queue.bulk_jobs import begin, run_bulk_jobs
from shop.catalogue.models import Product
from shop.orders.assignment import add_note
from shop.orders.models import Order
from shop.tenancy.models import User
from tests.factories import make_application, make_order, make_staff, pack_all
from tests.scene import SEND, Scene, press


def without_columns(page: Page) -> None:
    """Ask for an export of columns of one's own, and choose none."""
    page.locator("input[name='set'][value='chosen']").check()
    page.locator("details summary").click()
    for box in page.locator("input[name='column']").all():
        box.set_checked(False)
    press(SEND)(page)


def some_activity(staff: User) -> None:
    """An act of each kind."""
    order = make_order("xl", client_name="Constantin Film Produktion GmbH & Co. KG")
    pack_all()
    add_note(order, staff, "Frau Müller rief an: die Rechnung geht an die Holding.")
    application, tier = make_application("Kranplaner"), Product.objects.get(code="m")
    record(staff, application, Act.TOKEN_ISSUED, "Production")
    record(
        staff,
        tier,
        Act.CHANGED,
        changes=[(_("Net"), "49.00 EUR", "59.00 EUR"), (_("Name"), "M", "Medium")],
    )
    record(staff, make_staff("agent", email="berta@shop.example"), Act.ROLES_CHANGED, "agent")
    begin("approve", Order.objects.filter(pk=order.pk), staff)
    run_bulk_jobs(lambda: None)
    Export.objects.create(user=staff, format="xlsx", filter="show=packed&tier=m", number=420)


def activity() -> Iterator[Scene]:
    """The activity, empty and filled."""
    staff = make_staff(email="anna@shop.example")
    viewer = make_staff("viewer")
    yield Scene("staff-activity-empty", "/staff/activity/?kind=texts", staff)
    some_activity(staff)
    yield Scene("staff-activity", "/staff/activity/", staff)
    yield Scene("staff-activity-viewer", "/staff/activity/?kind=orders", viewer)


def exports() -> Iterator[Scene]:
    """A new export, the list, and the progress of a large one."""
    staff = make_staff("agent")
    staff.groups.add(Group.objects.get(name="export"))
    new = "/staff/exports/new/?show=all"
    yield Scene("staff-export-new", new, staff)
    yield Scene("staff-export-errors", new, staff, act=without_columns)
    make_order()
    export = Export.objects.create(
        user=staff, format="csv", filter="show=all", columns="order_number,client"
    )
    file = begin_in_background(export)
    ExportFile.objects.filter(pk=file.pk).update(rows_done=4_500, rows_expected=12_480)
    path = f"/staff/exports/{export.pk}/"
    yield Scene("staff-export-under-way", path, staff)
    ExportFile.objects.filter(pk=file.pk).update(rows_done=0, rows_expected=None)
    make_exports(lambda: None)
    yield Scene("staff-export-ready", path, staff)
    yield Scene("staff-exports", "/staff/exports/", staff)
