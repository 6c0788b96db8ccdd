"""All URLs (contract, "Pages")."""

from functools import partial

from django.apps import apps
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, re_path, register_converter
from django.urls.converters import StringConverter
from django.views.generic import TemplateView

from portal.accounts.demo_project import demo_project
from portal.accounts.oauth_metadata import authorization_server
from portal.accounts.online_payment import notify
from portal.backoffice.colleagues.staff_join_page import join_back_office
from portal.backoffice.reports.version_page import to_version_page
from portal.backoffice.staff_access import close_admin
from portal.registration.views import find, lower_case
from shop import errors, health
from shop.guide.chapter_sitemap import Chapters
from shop.metrics import metrics
from shop.operations.doctor.probe import probe
from shop.orders.models import HASH
from shop.security_txt import security_txt
from shop.storefront.sitemap import Pages


class HashConverter(StringConverter):
    """Matches the hash of an order: 32 hex digits. Any other path is not found."""

    regex = HASH.pattern


# Staff edit these in Django's admin. Tokens, tasks and allauth's e-mail addresses are not typed.
EDITABLE = {
    *(
        "shop.catalogue.features",
        "shop.catalogue.models",
        "shop.catalogue.seller",
        "shop.content.models",
    ),
    "shop.tenancy.models",
}
for model in apps.get_models():
    if model.__module__ not in EDITABLE and admin.site.is_registered(model):
        admin.site.unregister(model)
SITEMAPS = {"sitemaps": {"pages": Pages, "chapters": Chapters}}
register_converter(HashConverter, "order_hash")
close_admin(admin.site)

urlpatterns = [
    # First what is called most: Django tries one after the other.
    path("api/", include("shop.api.urls")),
    path("register/<order_hash:order_hash>/", include("portal.registration.urls")),
    path("", include("shop.storefront.urls")),
    path("", include("shop.content.urls")),
    path("api/", include("shop.guide.urls")),
    path("", include("shop.open_order.urls")),
    path("register/", find, name="find_order"),
    re_path(
        r"^register/(?=[0-9a-f]*[A-F])(?P<order_hash>[0-9A-Fa-f]{32})/(?P<rest>.*)$", lower_case
    ),
    path("account/back-office/<str:token>/", join_back_office, name="staff_join"),
    path("account/", include("portal.accounts.urls")),
    path("oauth/", include("portal.accounts.oauth_urls")),
    path(".well-known/oauth-authorization-server", authorization_server, name="oauth_metadata"),
    path("portal/", include("portal.accounts.member_urls")),
    path("payments/notify/", notify, name="payment_notification"),
    path("staff/catalogue/", admin.site.urls),
    path("staff/", include("portal.backoffice.urls")),
    path("dev/mailbox/", include("shop.notifications.emails.urls")),
    path("dev/project/<int:pk>/", demo_project, name="demo_project"),
    path("version", to_version_page, name="version"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("probe/<str:token>", probe, name="probe"),
    path("sitemap.xml", sitemap, SITEMAPS, name="sitemap"),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("favicon.ico", health.favicon, name="favicon"),
]

handler400 = partial(errors.error, status=400)
handler403 = partial(errors.error, status=403)
handler404 = partial(errors.error, status=404)
handler500 = errors.server_error
