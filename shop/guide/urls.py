"""`/api/openapi.json`, the guides at `/api/docs` and `/api/docs/open-order`, and the changelog."""

from django.urls import path

from shop.guide import changelog_pages, chapter_pages, views

ORDERS = {"page": "api_docs"}
OPEN_ORDER = {"page": "api_docs_open_order"}

urlpatterns = [
    path("openapi.json", views.openapi, name="api_openapi"),
    path("docs", chapter_pages.guide, ORDERS, name="api_docs"),
    path("docs/", chapter_pages.guide_with_slash, ORDERS),
    path("docs/open-order", chapter_pages.guide, OPEN_ORDER, name="api_docs_open_order"),
    path("docs/open-order/", chapter_pages.guide_with_slash, OPEN_ORDER),
    path("docs/changelog", changelog_pages.changelog, name="api_changelog"),
    path("docs/changelog.atom", changelog_pages.changelog_feed, name="api_changelog_feed"),
    path("docs/search", chapter_pages.search, name="api_docs_search"),
    path("docs/<slug:chapter>", chapter_pages.guide, ORDERS, name="api_docs_chapter"),
    path("docs/<slug:chapter>/", chapter_pages.guide_with_slash, ORDERS),
    path(
        "docs/open-order/<slug:chapter>",
        chapter_pages.guide,
        OPEN_ORDER,
        name="api_docs_open_order_chapter",
    ),
    path("docs/open-order/<slug:chapter>/", chapter_pages.guide_with_slash, OPEN_ORDER),
]
