"""URLs of the back office, below /staff/."""

from django.urls import include, path

from portal.backoffice import (
    applications,
    bulk_views,
    colleague_pages,
    order_export,
    order_page,
    order_queue,
    overview,
    people,
    previews,
)
from portal.backoffice.order_actions import ACTIONS

order_urls = [
    path("", order_page.order, name="staff_order"),
    *(
        path(
            f"{each.name.replace('_', '-')}/",
            order_page.action_view(each),
            name=f"staff_{each.name}",
        )
        for each in ACTIONS
    ),
    path("mails/<int:mail>/", order_page.mail_again, name="staff_mail_again"),
    path("webhooks/", order_page.webhooks_again, name="staff_webhooks_again"),
    path("webhooks/<int:delivery>/", order_page.webhooks_again, name="staff_webhook_again"),
]
bulk_job_urls = [
    path("", bulk_views.job, name="staff_bulk"),
    path("progress/", bulk_views.progress, name="staff_bulk_progress"),
    path("stop/", bulk_views.stop_job, name="staff_bulk_stop"),
]
application_urls = [
    path("", applications.application, name="staff_application"),
    path("tokens/", applications.issue_token, name="staff_issue_token"),
    path("tokens/<int:token>/revoke/", applications.revoke_token, name="staff_revoke_token"),
    path("signing-secret/", applications.renew_signing_secret, name="staff_signing_secret"),
    path("off/", applications.switch_application, {"on": False}, name="staff_switch_off"),
    path("on/", applications.switch_application, {"on": True}, name="staff_switch_on"),
]
colleague_urls = [
    path("", colleague_pages.colleague, name="staff_colleague"),
    path("roles/", colleague_pages.change_roles, name="staff_colleague_roles"),
    path("send-again/", colleague_pages.send_again, name="staff_colleague_again"),
    path("withdraw/", colleague_pages.withdraw_invitation, name="staff_colleague_withdraw"),
    path("end/", colleague_pages.end, name="staff_colleague_end"),
]
person_urls = [
    path("", people.person, name="staff_person"),
    path("data.json", people.data, name="staff_person_data"),
    path("erase/", people.erase, name="staff_person_erase"),
]
urlpatterns = [
    path("", order_queue.queue, name="staff"),
    path("counts/", order_queue.live_counts, name="staff_counts"),
    path("overview/", overview.overview, name="staff_overview"),
    path("export.csv", order_export.export, {"kind": "csv"}, name="staff_export_csv"),
    path("export.jsonl", order_export.export, {"kind": "jsonl"}, name="staff_export_jsonl"),
    path("orders/<int:pk>/", include(order_urls)),
    path("bulk/", bulk_views.jobs, name="staff_bulk_jobs"),
    path("bulk/new/", bulk_views.new_job, name="staff_bulk_new"),
    path("bulk/<int:pk>/", include(bulk_job_urls)),
    path("pages/preview/", previews.page_preview, name="staff_page_preview"),
    path("pages/<slug:slug>/<int:number>/", previews.page_version, name="staff_page_version"),
    path("mails/", previews.mails, name="staff_mails"),
    path("mails/<slug:kind>/", previews.mail, name="staff_mail"),
    path("mails/<slug:kind>/html/", previews.mail_html, name="staff_mail_html"),
    path("applications/", applications.applications, name="staff_applications"),
    path("applications/new/", applications.new_application, name="staff_new_application"),
    path("applications/<int:pk>/", include(application_urls)),
    path("colleagues/", colleague_pages.colleague_list, name="staff_colleagues"),
    path("colleagues/new/", colleague_pages.invite, name="staff_new_colleague"),
    path("colleagues/<int:pk>/", include(colleague_urls)),
    path("people/", people.find, name="staff_people"),
    path("people/accounts/<int:pk>/", include(person_urls), {"kind": "accounts"}),
    path("people/orders/<int:pk>/", include(person_urls), {"kind": "orders"}),
]
