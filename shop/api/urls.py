"""The Orders API. Its addresses never redirect: a redirect would drop the request's body."""

from django.urls import path

from shop.api import (
    cancellation_views,
    delivery_views,
    endpoint_views,
    invoice_views,
    product_views,
    views,
)

urlpatterns = [
    path("orders", views.orders, name="api_orders"),
    path("orders/<str:order_hash>", views.order, name="api_order"),
    path("orders/<str:order_hash>/cancel", cancellation_views.cancel, name="api_order_cancel"),
    path("products", product_views.products, name="api_products"),
    path("products/<str:slug>", product_views.product, name="api_product"),
    path("invoices", invoice_views.invoices, name="api_invoices"),
    path("invoices/<str:number>", invoice_views.invoice, name="api_invoice"),
    path("invoices/<str:number>/pdf", invoice_views.invoice_pdf, name="api_invoice_pdf"),
    path("invoices/<str:number>/xml", invoice_views.invoice_xml, name="api_invoice_xml"),
    path("webhook_endpoints", endpoint_views.endpoints, name="api_webhook_endpoints"),
    path(
        "webhook_endpoints/<int:endpoint_id>",
        endpoint_views.endpoint,
        name="api_webhook_endpoint",
    ),
    path("webhook_endpoints/<int:endpoint_id>/test", delivery_views.test, name="api_webhook_test"),
    path(
        "webhook_endpoints/<int:endpoint_id>/rotate_secret",
        delivery_views.secret,
        name="api_webhook_secret",
    ),
    path(
        "webhook_endpoints/<int:endpoint_id>/deliveries",
        delivery_views.deliveries,
        name="api_webhook_deliveries",
    ),
    path(
        "webhook_endpoints/<int:endpoint_id>/replay",
        delivery_views.replay,
        name="api_webhook_replay",
    ),
]
