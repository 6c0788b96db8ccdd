"""The demo profile's mailbox."""

from django.urls import path

from shop.notifications import mailbox

urlpatterns = [
    path("", mailbox.mailbox, name="mailbox"),
    path("<int:pk>/", mailbox.mail, name="mailbox_mail"),
]
