"""URLs of the back office, below /staff/."""

from django.urls import include, path

from portal.backoffice import undo
from portal.backoffice.activity import activity_page
from portal.backoffice.billing import (
    bank_entries,
    bank_upload,
    billing_overview,
    invoice_detail,
    issued_invoices,
    reminder_pages,
    seller_page,
)
from portal.backoffice.colleagues import colleague_pages
from portal.backoffice.contracts import (
    contract_end_pages,
    contract_run_pages,
    declaration_list,
    declaration_page,
    request_pages,
    subscription_list,
    subscription_page,
    tier_change_pages,
)
from portal.backoffice.order import mention_list
from portal.backoffice.queue import bulk_views
from portal.backoffice.reports import health_page, overview, version_page
from portal.backoffice.search import search_page
from portal.backoffice.texts import previews, sent_mail_page
from shop import invoice_number  # noqa: F401 -- registers its converter

bulk_job_urls = [
    path("", bulk_views.job, name="staff_bulk"),
    path("progress/", bulk_views.progress, name="staff_bulk_progress"),
    path("stop/", bulk_views.stop_job, name="staff_bulk_stop"),
]
colleague_urls = [
    path("", colleague_pages.colleague, name="staff_colleague"),
    path("roles/", colleague_pages.change_roles, name="staff_colleague_roles"),
    path("send-again/", colleague_pages.send_again, name="staff_colleague_again"),
    path("withdraw/", colleague_pages.withdraw_invitation, name="staff_colleague_withdraw"),
    path("end/", colleague_pages.end, name="staff_colleague_end"),
]
invoice_urls = [
    path("", invoice_detail.invoice_page, name="staff_invoice"),
    path("pdf", invoice_detail.invoice_download_view, {"file_format": "pdf"}, "staff_invoice_pdf"),
    path("xml", invoice_detail.invoice_download_view, {"file_format": "xml"}, "staff_invoice_xml"),
    path("pay/", invoice_detail.pay, name="staff_pay_invoice"),
    path("payments/<int:payment>/undo/", invoice_detail.undo_paid, name="staff_undo_payment"),
    path("credit/", invoice_detail.credit_page, name="staff_credit_invoice"),
    path("files/", invoice_detail.files_again, name="staff_files_again"),
    path("mails/<int:mail>/", invoice_detail.invoice_mail_again, name="staff_invoice_mail_again"),
]
subscription_urls = [
    path("", subscription_page.subscription, name="staff_subscription"),
    path("release/", subscription_page.release_subscription, name="staff_release"),
    path("end/", subscription_page.end_subscription, name="staff_end_subscription"),
    path("charge-vat/", subscription_page.charge_vat_anyway, name="staff_charge_vat"),
    path("wait/", subscription_page.wait_for_vies, name="staff_wait_for_vies"),
    path("raise/", subscription_page.raise_subscription, name="staff_raise"),
    path("raise/<int:change>/undo/", subscription_page.undo_raise, name="staff_undo_raise"),
    path("tier/", tier_change_pages.choose_tier, name="staff_choose_tier"),
    path("tier/<slug:slug>/<slug:interval>/", tier_change_pages.quoted, name="staff_change_tier"),
    path("changes/<int:change>/approve/", tier_change_pages.approve, name="staff_approve_change"),
    path("changes/<int:change>/refuse/", tier_change_pages.refuse, name="staff_refuse_change"),
    path("changes/<int:change>/undo/", tier_change_pages.undo, name="staff_undo_change"),
    path("cancel/", contract_end_pages.cancel, name="staff_cancel_contract"),
    path("take-back/", contract_end_pages.take_back_page, name="staff_take_back"),
    path("withdraw/", contract_end_pages.withdraw_page, name="staff_withdraw"),
    path("end-now/", contract_end_pages.end_now_page, name="staff_end_now"),
    path("waive-export/", contract_run_pages.waive, name="staff_waive_export"),
    path("runs/<int:run>/retry/", contract_run_pages.retry, name="staff_retry_run"),
    path("runs/<int:run>/skip/", contract_run_pages.skip, name="staff_skip_step"),
]
declaration_urls = [
    path("", declaration_page.declaration, name="staff_declaration"),
    path("orders/<int:order>/proof/", declaration_page.mail_proof, name="staff_declaration_proof"),
    path(
        "orders/<int:order>/effect/", declaration_page.take_effect, name="staff_declaration_effect"
    ),
    path("dismiss/", declaration_page.dismiss_declaration, name="staff_dismiss_declaration"),
    path("accept-cause/", declaration_page.accept, name="staff_accept_cause"),
    path("decline-cause/", declaration_page.decline, name="staff_decline_cause"),
]
payment_urls = [
    path("", bank_entries.bank, name="staff_bank"),
    path("import/", bank_upload.upload, name="staff_bank_upload"),
    path("import/<int:pk>/", bank_upload.bank_preview, name="staff_bank_preview"),
    path("statements/<int:pk>/undo/", bank_upload.undo_bank_import, name="staff_undo_import"),
    path("entries/<int:pk>/", bank_entries.bank_entry, name="staff_bank_entry"),
    path(
        *("entries/<int:pk>/aside/", bank_entries.move_entry, {"aside": True}),
        name="staff_entry_aside",
    ),
    path(
        *("entries/<int:pk>/back/", bank_entries.move_entry, {"aside": False}),
        name="staff_entry_back",
    ),
    path("refunds/<int:pk>/", bank_entries.refund, name="staff_refund"),
]
reminder_urls = [
    path("", reminder_pages.reminders, name="staff_reminders"),
    path("texts/<int:level>/", reminder_pages.reminder_text, name="staff_reminder_text"),
    path("cases/<int:pk>/wait/", reminder_pages.wait_for_client, name="staff_case_wait"),
    path("cases/<int:pk>/exempt/", reminder_pages.exempt_client, name="staff_case_exempt"),
    path("cases/<int:pk>/close/", reminder_pages.close_client_for_members, name="staff_case_close"),
    path("cases/<int:pk>/reopen/", reminder_pages.reopen_client_again, name="staff_case_reopen"),
]
seller_urls = [
    path("", seller_page.seller, name="staff_seller"),
    path("change/", seller_page.change_seller, name="staff_change_seller"),
    path("rates/", seller_page.add_rate, name="staff_add_rate"),
    path("rates/<int:pk>/remove/", seller_page.remove_rate, name="staff_remove_rate"),
]
urlpatterns = [
    path("", include("portal.backoffice.queue.urls")),
    path("mentions/", mention_list.mentions, name="staff_mentions"),
    path("undo/", undo.undo, name="staff_undo"),
    path("search/", search_page.search_page, name="staff_search"),
    path("search/found/", search_page.found_so_far, name="staff_found"),
    path("overview/", overview.overview, name="staff_overview"),
    path("activity/", activity_page.activity, name="staff_activity"),
    path("exports/", include("portal.backoffice.exports.urls")),
    path("health/", health_page.health, name="staff_health"),
    path("version/", version_page.version_page, name="staff_version"),
    path("orders/<int:pk>/", include("portal.backoffice.order.urls")),
    path("failures/", include("portal.backoffice.failures.urls")),
    path("bulk/", bulk_views.jobs, name="staff_bulk_jobs"),
    path("bulk/new/", bulk_views.new_job, name="staff_bulk_new"),
    path("bulk/<int:pk>/", include(bulk_job_urls)),
    path("", include("portal.backoffice.catalogue.urls")),
    path("pages/preview/", previews.page_preview, name="staff_page_preview"),
    path("pages/<slug:slug>/<int:number>/", previews.page_version, name="staff_page_version"),
    path("mails/", previews.mails, name="staff_mails"),
    path("mails/sent/<int:pk>/", sent_mail_page.sent_mail, name="staff_sent_mail"),
    path("mails/sent/<int:pk>/html/", sent_mail_page.sent_mail_html, name="staff_sent_mail_html"),
    path("mails/<slug:kind>/", previews.mail, name="staff_mail"),
    path("mails/<slug:kind>/html/", previews.mail_html, name="staff_mail_html"),
    path("applications/", include("portal.backoffice.partners.urls")),
    path("colleagues/", colleague_pages.colleague_list, name="staff_colleagues"),
    path("colleagues/new/", colleague_pages.invite, name="staff_new_colleague"),
    path("colleagues/<int:pk>/", include(colleague_urls)),
    path("invoices/", issued_invoices.invoices, name="staff_invoices"),
    path("invoices/<invoice_number:invoice>/", include(invoice_urls)),
    path("billing/", billing_overview.billing_overview, name="staff_billing"),
    path("subscriptions/", subscription_list.subscriptions, name="staff_subscriptions"),
    path("subscriptions/<int:pk>/", include(subscription_urls)),
    path("declarations/", declaration_list.declarations, name="staff_declarations"),
    path("declarations/<int:pk>/", include(declaration_urls)),
    path("requests/", request_pages.requests, name="staff_requests"),
    path("requests/<int:pk>/done/", request_pages.finish_request, name="staff_finish_request"),
    path("payments/", include(payment_urls)),
    path("reminders/", include(reminder_urls)),
    path("seller/", include(seller_urls)),
    path("people/", include("portal.backoffice.people.urls")),
    path("clients/", include("portal.backoffice.clients.urls")),
]
