"""`/api/openapi.json`, and the guides at `/api/docs` and `/api/docs/open-order`."""

from django.urls import path

from shop.guide import views

ORDERS = {"page": "api_docs"}
OPEN_ORDER = {"page": "api_docs_open_order"}

urlpatterns = [
    path("openapi.json", views.openapi, name="api_openapi"),
    path("docs", views.guide, ORDERS, name="api_docs"),
    path("docs/", views.guide_with_slash, ORDERS),
    path("docs/open-order", views.guide, OPEN_ORDER, name="api_docs_open_order"),
    path("docs/open-order/", views.guide_with_slash, OPEN_ORDER),
    path("docs/search", views.search, name="api_docs_search"),
    path("docs/<slug:chapter>", views.guide, ORDERS, name="api_docs_chapter"),
    path("docs/<slug:chapter>/", views.guide_with_slash, ORDERS),
    path(
        "docs/open-order/<slug:chapter>",
        views.guide,
        OPEN_ORDER,
        name="api_docs_open_order_chapter",
    ),
    path("docs/open-order/<slug:chapter>/", views.guide_with_slash, OPEN_ORDER),
]
