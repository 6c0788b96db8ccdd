"""URLs of partners' applications, below /staff/applications/."""

from django.urls import include, path

from portal.backoffice.partners import (
    application_edit,
    application_page,
    applications,
    delivery_list,
)

application_urls = [
    path("", application_page.application, name="staff_application"),
    path("edit/", application_edit.edit_application, name="staff_edit_application"),
    path("deliveries/", delivery_list.deliveries, name="staff_application_deliveries"),
    path("deliveries/replay/", delivery_list.replay_deliveries, name="staff_replay_deliveries"),
    path("tokens/", applications.issue_token, name="staff_issue_token"),
    path("tokens/<int:token>/revoke/", applications.revoke_token, name="staff_revoke_token"),
    path("signing-secret/", applications.renew_signing_secret, name="staff_signing_secret"),
    path("off/", applications.switch_application, {"on": False}, name="staff_switch_off"),
    path("on/", applications.switch_application, {"on": True}, name="staff_switch_on"),
]
urlpatterns = [
    path("", applications.applications, name="staff_applications"),
    path("new/", applications.new_application, name="staff_new_application"),
    path("<int:pk>/", include(application_urls)),
]
