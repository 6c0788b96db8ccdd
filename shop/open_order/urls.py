"""`/order…` and `/orders…`: with and without a slash at the end, never by redirect."""

from django.urls import URLPattern, include, re_path

from shop.open_order import accounts, products, views

NAME = "[^/]+"


def _product(place: str) -> list[URLPattern]:
    one = rf"^{place}/(?P<product_id>{NAME})"
    where = {"place": place}
    return [
        re_path(rf"{one}/?\Z", products.product, where),
        re_path(rf"{one}/services/?\Z", products.services, where),
        re_path(rf"{one}/services/(?P<service_id>{NAME})/?\Z", products.service, where),
    ]


children = [
    re_path(r"^account/?\Z", accounts.account),
    re_path(r"^account/contactInfo/?\Z", accounts.contacts),
    re_path(rf"^account/contactInfo/(?P<kind>{NAME})/?\Z", accounts.contact),
    re_path(r"^account/user/?\Z", accounts.user),
    re_path(r"^account/paymentInfo/?\Z", accounts.payment),
    re_path(r"^account/products/?\Z", products.products),
    *_product(products.PRODUCTS),
    re_path(r"^attributes/?\Z", views.attributes),
    re_path(r"^quote/?\Z", views.quote),
    re_path(r"^action/?\Z", views.action),
]
anything = re_path(r"", views.nothing)

urlpatterns = [
    re_path(r"^order/?\Z", views.order),
    re_path(r"^order/", include([*children, *_product(products.ALIAS), anything])),
    re_path(r"^orders/?\Z", views.opening),
    re_path(rf"^orders/(?P<order_hash>{NAME})/?\Z", views.explicit_order),
    re_path(rf"^orders/(?P<order_hash>{NAME})/", include([*children, anything])),
]
