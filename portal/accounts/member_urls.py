"""URLs of the member's pages, below /portal/."""

from django.urls import include, path

from portal.accounts import (
    account_deletion,
    cancellation_pages,
    client_billing,
    client_exports,
    client_invoices,
    client_subscriptions,
    clients,
    company_page,
    home_page,
    members,
    online_payment,
    plan_change_pages,
    profile_page,
    tokens,
    views,
)
from shop import invoice_number  # noqa: F401 -- registers its converter

urlpatterns = [
    path("", home_page.portal, name="portal"),
    path("first-steps/hide/", home_page.hide_first_steps, name="portal_hide_first_steps"),
    path("clients/", clients.companies, name="portal_clients"),
    path("clients/<int:pk>/", clients.client, name="portal_client"),
    path("clients/<int:pk>/orders/", clients.orders, name="portal_orders"),
    path("clients/<int:pk>/billing/", client_billing.billing, name="portal_billing"),
    path("clients/<int:pk>/invoices/", client_invoices.invoices, name="portal_invoices"),
    path(
        "clients/<int:pk>/invoices/<invoice_number:number>/pdf",
        client_invoices.download,
        {"file_format": "pdf"},
        name="portal_invoice_pdf",
    ),
    path(
        "clients/<int:pk>/invoices/<invoice_number:number>/xml",
        client_invoices.download,
        {"file_format": "xml"},
        name="portal_invoice_xml",
    ),
    path("clients/<int:pk>/add-project/", clients.add_project, name="portal_add_project"),
    path("clients/<int:pk>/hand-over/", clients.choose_successor, name="portal_hand_over"),
    path(
        "clients/<int:pk>/hand-over/<int:user>/",
        clients.confirm_successor,
        name="portal_hand_over_to",
    ),
    path("clients/<int:pk>/company/", company_page.company, name="portal_company"),
    path(
        "clients/<int:pk>/ask-for-successor/",
        account_deletion.ask_for_successor,
        name="portal_ask_for_successor",
    ),
    path("clients/<int:pk>/export/", client_exports.client_export, name="portal_client_export"),
    path(
        "clients/<int:pk>/export/download/",
        client_exports.download_client,
        name="portal_download_client",
    ),
    path("invoices/<invoice_number:number>/pay/", online_payment.pay, name="pay_invoice"),
    path("subscriptions/<int:pk>/", client_subscriptions.subscription, name="portal_subscription"),
    path("subscriptions/<int:pk>/plan/", plan_change_pages.choose_plan, name="portal_change_tier"),
    path(
        "subscriptions/<int:pk>/plan/confirm/",
        plan_change_pages.confirm_change,
        name="portal_confirm_change",
    ),
    path("subscriptions/<int:pk>/plan/undo/", plan_change_pages.undo, name="portal_undo_change"),
    path("subscriptions/<int:pk>/cancel/", cancellation_pages.cancel, name="portal_cancel"),
    path(
        "subscriptions/<int:pk>/cancel/undo/",
        cancellation_pages.undo_cancellation,
        name="portal_take_back",
    ),
    path("projects/<int:pk>/", members.project, name="portal_project"),
    path("projects/<int:pk>/open/", home_page.open_project, name="portal_open_project"),
    path(
        "projects/<int:pk>/export/", client_exports.download_project, name="portal_project_export"
    ),
    path("projects/<int:pk>/export/waive/", client_exports.waive, name="portal_waive_export"),
    path("projects/<int:pk>/leave/", members.leave, name="portal_leave"),
    path("projects/<int:pk>/invite/", members.invite_member, name="portal_invite"),
    path("projects/<int:pk>/members/<int:membership>/role/", members.set_role, name="portal_role"),
    path(
        "projects/<int:pk>/members/<int:membership>/remove/", members.remove, name="portal_remove"
    ),
    path(
        "projects/<int:pk>/members/<int:membership>/resend/", members.resend, name="portal_resend"
    ),
    path("invitations/<int:pk>/accept/", views.accept_invitation, name="portal_accept"),
    path("tokens/", tokens.tokens, name="portal_tokens"),
    path("tokens/new/", tokens.new_token, name="portal_new_token"),
    path("tokens/<int:pk>/revoke/", tokens.revoke_token, name="portal_revoke_token"),
    path("tokens/programs/<int:pk>/revoke/", tokens.revoke_program, name="portal_revoke_program"),
    path("applications/", include("portal.accounts.applications.urls")),
    path("my-data/", views.my_data, name="portal_my_data"),
    path("my-data/export/", views.export_data, name="portal_export"),
    path("my-data/delete/", account_deletion.delete_account, name="portal_delete_account"),
    path("my-data/delete/undo/", account_deletion.keep_account, name="portal_keep_account"),
    path("profile/", profile_page.profile, name="portal_profile"),
]
