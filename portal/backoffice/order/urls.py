"""URLs of one order, below /staff/orders/<pk>/."""

from django.urls import path

from portal.backoffice.order import archived_orders, customer_preview, order_live, order_page
from portal.backoffice.order.order_actions import ACTIONS

urlpatterns = [
    path("", order_page.order, name="staff_order"),
    *(
        path(
            f"{each.name.replace('_', '-')}/",
            order_page.action_view(each),
            name=f"staff_{each.name}",
        )
        for each in ACTIONS
    ),
    path("bring-back/", archived_orders.bring_back_page, name="staff_bring_back"),
    path("live/", order_live.live, name="staff_order_live"),
    path("as-customer/", customer_preview.as_customer, name="staff_order_as_customer"),
    path("as-customer/page/", customer_preview.customer_page, name="staff_order_as_customer_page"),
    path("mails/<int:mail>/", order_page.mail_again, name="staff_mail_again"),
    path("webhooks/", order_page.webhooks_again, name="staff_webhooks_again"),
    path("webhooks/<int:delivery>/", order_page.webhooks_again, name="staff_webhook_again"),
]
