"""The registration pages."""

from django.urls import path

from portal.registration import billing_page, cancel_page, join_now, join_page, views
from portal.registration.archived_page import or_archived, page_or_archived

urlpatterns = [
    path("", page_or_archived(views.registration), name="registration"),
    path("progress/", or_archived(views.progress), name="registration_progress"),
    path("resend/", or_archived(views.resend), name="registration_resend"),
    path("address/", or_archived(views.address), name="registration_address"),
    path("billing/", or_archived(billing_page.billing), name="registration_billing"),
    path("cancel/", or_archived(cancel_page.cancel), name="registration_cancel"),
    path(
        "cancel/link/", or_archived(cancel_page.mail_cancel_link), name="registration_cancel_link"
    ),
    path(
        "cancel/<str:token>/",
        or_archived(cancel_page.cancel_by_link),
        name="registration_cancel_by_link",
    ),
    path("code/", or_archived(views.code), name="registration_code"),
    path("join/", or_archived(join_now.join_now), name="registration_join"),
    path("join/<str:token>/", or_archived(join_page.join), name="join"),
    path("join/<str:token>/passkey/", or_archived(join_page.passkey_options), name="join_passkey"),
]
