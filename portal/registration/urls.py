"""The registration pages."""

from django.urls import path

from portal.registration import joining, views

urlpatterns = [
    path("", views.registration, name="registration"),
    path("progress/", views.progress, name="registration_progress"),
    path("resend/", views.resend, name="registration_resend"),
    path("join/<str:token>/", joining.join, name="join"),
]
