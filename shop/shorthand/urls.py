"""`/order…` and `/orders…`: with and without a slash at the end, never by redirect."""

from django.urls import URLPattern, include, re_path

from shop.shorthand import accounts, products, views

NAME = "[^/]+"


def _product(place: str) -> list[URLPattern]:
    one = rf"^{place}/(?P<product_id>{NAME})"
    where = {"place": place}
    return [
        re_path(rf"{one}/?$", products.product, where),
        re_path(rf"{one}/services/?$", products.services, where),
        re_path(rf"{one}/services/(?P<service_id>{NAME})/?$", products.service, where),
    ]


children = [
    re_path(r"^account/?$", accounts.account),
    re_path(r"^account/contactInfo/?$", accounts.contacts),
    re_path(rf"^account/contactInfo/(?P<kind>{NAME})/?$", accounts.contact),
    re_path(r"^account/user/?$", accounts.user),
    re_path(r"^account/paymentInfo/?$", accounts.payment),
    re_path(r"^account/products/?$", products.products),
    *_product(products.PRODUCTS),
    re_path(r"^attributes/?$", views.attributes),
    re_path(r"^quote/?$", views.quote),
    re_path(r"^action/?$", views.action),
]
anything = re_path(r"", views.nothing)

urlpatterns = [
    re_path(r"^orders/?$", views.opening),
    re_path(rf"^orders/(?P<order_hash>{NAME})/?$", views.explicit_order),
    re_path(rf"^orders/(?P<order_hash>{NAME})/", include([*children, anything])),
    re_path(r"^order/?$", views.order),
    re_path(r"^order/", include([*children, *_product(products.ALIAS), anything])),
]
