"""The registration pages."""

from django.urls import path

from portal.registration import billing_page, cancel_page, join_now, join_page, views

urlpatterns = [
    path("", views.registration, name="registration"),
    path("progress/", views.progress, name="registration_progress"),
    path("resend/", views.resend, name="registration_resend"),
    path("address/", views.address, name="registration_address"),
    path("billing/", billing_page.billing, name="registration_billing"),
    path("cancel/", cancel_page.cancel, name="registration_cancel"),
    path("cancel/link/", cancel_page.mail_cancel_link, name="registration_cancel_link"),
    path("cancel/<str:token>/", cancel_page.cancel_by_link, name="registration_cancel_by_link"),
    path("code/", views.code, name="registration_code"),
    path("join/", join_now.join_now, name="registration_join"),
    path("join/<str:token>/", join_page.join, name="join"),
    path("join/<str:token>/passkey/", join_page.passkey_options, name="join_passkey"),
]
