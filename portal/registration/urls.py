"""The registration pages."""

from django.urls import path

from portal.registration import billing_page, join_page, views

urlpatterns = [
    path("", views.registration, name="registration"),
    path("progress/", views.progress, name="registration_progress"),
    path("resend/", views.resend, name="registration_resend"),
    path("address/", views.address, name="registration_address"),
    path("billing/", billing_page.billing, name="registration_billing"),
    path("code/", views.code, name="registration_code"),
    path("join/<str:token>/", join_page.join, name="join"),
]
