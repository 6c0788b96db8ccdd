"""URLs of the pages of applications' owners, below /portal/applications/."""

from django.urls import URLPattern, URLResolver, include, path

from portal.accounts.applications import (
    credentials,
    delivery_pages,
    endpoint_pages,
    own_applications,
)

delivery_urls = [
    path("", delivery_pages.delivery, name="portal_delivery"),
    path("progress/", delivery_pages.delivery_progress, name="portal_delivery_progress"),
    path("replay/", delivery_pages.replay_delivery, name="portal_replay_delivery"),
]
endpoint_urls: list[URLPattern | URLResolver] = [
    path("", delivery_pages.endpoint, name="portal_endpoint"),
    path("edit/", endpoint_pages.edit_endpoint, name="portal_edit_endpoint"),
    path("on/", endpoint_pages.switch_endpoint, {"on": True}, name="portal_endpoint_on"),
    path("off/", endpoint_pages.switch_endpoint, {"on": False}, name="portal_endpoint_off"),
    path("delete/", endpoint_pages.delete_endpoint, name="portal_delete_endpoint"),
    path("secret/", endpoint_pages.rotate_endpoint, name="portal_rotate_secret"),
    path("test/", endpoint_pages.test_endpoint, name="portal_test_endpoint"),
    path("replay/", delivery_pages.replay_events, name="portal_replay_events"),
    path("events/<slug:webhook>/", include(delivery_urls)),
]
application_urls: list[URLPattern | URLResolver] = [
    path("", own_applications.application, name="portal_application"),
    path("credentials/", credentials.credentials, name="portal_credentials"),
    path("credentials/client-secret/", credentials.client_secret, name="portal_client_secret"),
    path("credentials/signing-secret/", credentials.signing_secret, name="portal_signing_secret"),
    path(
        "credentials/tokens/new/",
        credentials.new_application_token,
        name="portal_new_application_token",
    ),
    path(
        "credentials/tokens/<int:token>/revoke/",
        credentials.revoke_application_token,
        name="portal_revoke_application_token",
    ),
    path("webhooks/", endpoint_pages.endpoints, name="portal_endpoints"),
    path("webhooks/new/", endpoint_pages.new_endpoint, name="portal_new_endpoint"),
    path("webhooks/<int:endpoint>/", include(endpoint_urls)),
]
urlpatterns = [
    path("", own_applications.applications, name="portal_applications"),
    path("<int:pk>/", include(application_urls)),
]
