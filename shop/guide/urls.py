"""`/api/openapi.json`, the guides and the changelog."""

from django.urls import path

from shop.guide import changelog_pages, views

urlpatterns = [
    path("openapi.json", views.openapi, name="api_openapi"),
    path("docs/changelog", changelog_pages.changelog, name="api_changelog"),
    path("docs/changelog.atom", changelog_pages.changelog_feed, name="api_changelog_feed"),
    path("docs", views.guide, {"page": "api_docs"}, name="api_docs"),
    path("docs/", views.guide_with_slash, {"page": "api_docs"}),
    path("docs/open-order", views.guide, {"page": "api_docs_open_order"}, "api_docs_open_order"),
    path("docs/open-order/", views.guide_with_slash, {"page": "api_docs_open_order"}),
]
