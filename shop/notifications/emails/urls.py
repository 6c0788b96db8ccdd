"""URLs of the demo profile's mailbox."""

from django.urls import path

from shop.notifications.emails import dev_mailbox

urlpatterns = [
    path("", dev_mailbox.mailbox, name="mailbox"),
    path("<int:pk>/", dev_mailbox.mail, name="mailbox_mail"),
    path("<int:pk>/html/", dev_mailbox.mail_html, name="mailbox_html"),
    path("<int:pk>/attached/<int:position>/", dev_mailbox.attached, name="mailbox_attached"),
]
