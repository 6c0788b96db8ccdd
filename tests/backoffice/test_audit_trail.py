"""The acts of staff stay in the history when their account is erased."""

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from portal.backoffice.audit_log import Act, history_of, record
from portal.backoffice.models import BulkJob, Export
from portal.backoffice.queue.bulk_jobs import begin
from shop.access.applications import create_application
from shop.orders.assignment import add_note
from shop.orders.models import Order
from shop.tenancy.colleagues import end_access
from shop.tenancy.erasure import erase_user
from shop.tenancy.models import User
from tests.factories import make_application, make_order, make_staff, make_user
from tests.pages import visitor, words

pytestmark = pytest.mark.django_db

# Rows that are a person's own and go with the person; all others must outlive them.
OWN = {
    "tenancy.Membership.user": "their seat in a project",
    "tenancy.StaffInvitation.user": "what they were invited to",
    "tenancy.User_groups.user": "their roles",
    "tenancy.User_user_permissions.user": "their permissions",
    "tenancy.DeletionWish.user": "their wish to be deleted",
    "tenancy.AppointmentRequest.asked_by": "their request to appoint somebody else",
    "tenancy.NameWord.user": "a word by which they are found",
    "backoffice.SavedView.owner": "a view of the queue that they saved",
    "tenancy.FactorReset.user": "what was written to have their second step reset",
    "emails.Message.user": "a mail to them",
    "orders.Mention.user": "what they have seen of notes that mention them",
    "access.IdempotentResponse.user": "an answer to their program, kept for a day",
    "account.EmailAddress.user": "their address",
    "backoffice.BankUpload.uploaded_by": "a bank file that they have not imported",
    "mfa.Authenticator.user": "their passkey or app",
    "usersessions.UserSession.user": "where they are signed in",
    "allauth_idp_oidc.Token.user": "their token",
    # Theirs, and protected by a receiver.
    "admin.LogEntry.user": "what they did",
    "allauth_idp_oidc.Client.owner": "the application that they stand behind",
}


def test_no_row_but_their_own_goes_with_a_user() -> None:
    cascades = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and field.related_model is User
        and field.remote_field.on_delete is models.CASCADE
    }
    assert cascades == set(OWN)


@pytest.mark.parametrize("trace", ["log", "application", "note", "bulk", "export"])
def test_user_who_has_acted_is_not_deleted(trace: str) -> None:
    staff, order = make_staff(), make_order()
    match trace:
        case "log":
            record(staff, make_application(), Act.MADE)
        case "application":
            create_application("Dispo", owner=staff)
        case "note":
            add_note(order, staff, "Rang.")
        case "bulk":
            begin(BulkJob.Action.CANCEL, Order.objects.all(), staff, reason="Twice.")
        case "export":
            Export.objects.create(user=staff, format="csv")
    with pytest.raises(ProtectedError), transaction.atomic():
        staff.delete()
    assert User.objects.filter(pk=staff.pk).exists()


def test_user_who_has_not_acted_can_be_deleted() -> None:
    bystander, person = make_staff(), make_user()
    record(bystander, make_application(), Act.MADE)
    person.delete()
    assert LogEntry.objects.get().user == bystander


def test_acts_of_an_erased_colleague_stay_under_a_neutral_label() -> None:
    staff, chief, application = make_staff("agent"), make_staff(), make_application()
    order = make_order()
    add_note(order, staff, "Rang.")
    record(staff, application, Act.SWITCHED_OFF)
    begin(BulkJob.Action.CANCEL, Order.objects.none(), staff, reason="Twice.")
    assert end_access(staff)
    erase_user(User.objects.get(pk=staff.pk))
    label = f"deleted account {staff.pk}"
    browser = visitor(chief)
    for path in (f"orders/{order.pk}/", f"applications/{application.pk}/", "bulk/"):
        page = words(browser.get(f"/staff/{path}"))
        assert label in page, path
        assert staff.email not in page, path
    (entry,) = history_of(application)
    assert entry["what"] == "switched off"


def test_changed_values_are_kept_with_old_and_new_value() -> None:
    staff, application = make_staff(), make_application()
    record(
        staff,
        application,
        Act.CHANGED,
        changes=[
            (_("Name"), "Dispo", "Dispo & Söhne"),
            (_("Owner"), None, "anna@film.example"),
            (_("Currency"), "EUR", "EUR"),
            (_("listed"), True, False),
        ],
    )
    with override("de"):
        (entry,) = history_of(application)
    assert entry["changes"] == [
        ("Name", "Dispo", "Dispo & Söhne"),
        (gettext_in("de", "Owner"), "–", "anna@film.example"),
        (gettext_in("de", "listed"), "ja", "nein"),
    ]
    page = words(visitor(staff).get(f"/staff/applications/{application.pk}/"))
    assert "Name: Dispo → Dispo & Söhne" in page
    assert "Currency" not in page


def gettext_in(language: str, text: str) -> str:
    with override(language):
        return gettext(text)
