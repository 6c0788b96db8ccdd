"""The periods of the retention table: rows that the worker's hourly jobs delete."""

import time
from datetime import UTC, datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from portal.backoffice.clients.note_rows import ClientNote
from portal.backoffice.models import BankUpload, ExportFile
from shop.access.expired_tokens import expired_tokens
from shop.access.models import (
    CachedValue,
    CallCount,
    IdempotentResponse,
    RateLimitBucket,
    TraceOrigin,
)
from shop.billing.declaration_rows import Declaration
from shop.billing.models import Invoice
from shop.notifications.emails.models import ContactRequest, Message
from shop.notifications.retention import ENDED_DELIVERIES, ENDED_MESSAGES
from shop.notifications.webhooks.models import Delivery, Receiver, WebhookEndpoint
from shop.operations.retention_table import Period
from shop.orders.archived_order import ArchivedOrder
from shop.orders.models import Order, State
from shop.orders.states import FINISHED
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.factor_reset_rows import FactorReset
from shop.tenancy.vat_id_check import VatIdCheck
from shop.tracing import KEEP_ORIGINS

MESSAGES = "shop.notifications.retention.delete_expired"
FINISHED_ORDER = Q(order__state__in=FINISHED)


def _ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def _today() -> object:
    # As the triggers of the database count, in UTC.
    return min(timezone.localdate(), datetime.now(UTC).date())


def _checks() -> int:
    named = BillingProfile.objects.filter(vat_id=OuterRef("vat_id"))
    old = VatIdCheck.objects.filter(created_at__lt=_ago(settings.KEEP_VAT_ID_CHECKS_DAYS))
    return old.filter(~Exists(named)).count()


def _messages(which: Q, days: int) -> int:
    old = Message.objects.filter(which, created_at__lt=_ago(days), state__in=ENDED_MESSAGES)
    return old.count()


def _deliveries() -> int:
    old = Delivery.objects.filter(created_at__lt=_ago(settings.KEEP_DELIVERIES_DAYS))
    of_these = Q(order=None) | FINISHED_ORDER
    return old.filter(of_these, state__in=ENDED_DELIVERIES).count()


def _receivers() -> int:
    used = Delivery.objects.filter(receiver=OuterRef("address"))
    return Receiver.objects.filter(~Exists(used)).count()


def _call_counts() -> int:
    oldest = timezone.localdate() - timedelta(days=settings.KEEP_CALL_COUNTS_DAYS)
    return CallCount.objects.filter(day__lt=oldest).count()


PERIODS = (
    Period(
        *("Open orders (baskets)", ("orders.order", "orders.basket"), "OPEN_ORDER_DAYS"),
        counted_from="the last change",
        job="shop.orders.open_orders.delete_stale_baskets",
        reason="Nobody goes on with them, and they may hold personal data.",
        past=lambda: Order.objects.filter(
            state=State.NEW, updated_at__lt=_ago(settings.OPEN_ORDER_DAYS)
        ).count(),
    ),
    Period(
        *("What was told in incomplete orders", ("orders.order",), "CANCEL_AFTER_DAYS"),
        counted_from="the order",
        job="shop.orders.cancellation.expire_incomplete",
        reason="The order is cancelled and emptied: its purpose is gone.",
        past=lambda: Order.objects.filter(
            state=State.PENDING, complete=False, created_at__lt=_ago(settings.CANCEL_AFTER_DAYS)
        ).count(),
    ),
    Period(
        *("Mails about finished orders", ("emails.message",), "KEEP_MESSAGES_DAYS"),
        counted_from="writing the mail",
        job=MESSAGES,
        reason="Staff answer questions by them; then they are personal data without a purpose.",
        past=lambda: _messages(FINISHED_ORDER, settings.KEEP_MESSAGES_DAYS),
    ),
    Period(
        *("Mails about signing in, and alarms", ("emails.message",), "KEEP_ACCOUNT_MESSAGES_DAYS"),
        counted_from="writing the mail",
        job=MESSAGES,
        reason="Staff help with sign-in by them for some weeks.",
        past=lambda: _messages(Q(order=None), settings.KEEP_ACCOUNT_MESSAGES_DAYS),
    ),
    Period(
        "Webhooks of finished orders, and their attempts",
        ("webhooks.delivery", "webhooks.attempt"),
        "KEEP_DELIVERIES_DAYS",
        counted_from="the event",
        job=MESSAGES,
        reason="Partners can replay them for that long.",
        past=_deliveries,
    ),
    Period(
        "Mails and webhooks inside archived orders",
        ("orders.archivedorder", "orders.archivedkey"),
        "",
        counted_from="the same moments",
        job="shop.orders.archive_trimming.trim_archived",
        reason="They expire as if the order were not archived.",
        past=lambda: ArchivedOrder.objects.filter(trim_at__lte=timezone.now()).count(),
        fixed="as long as messages outside the archive",
    ),
    Period(
        *("Messages to support", ("emails.contactrequest",), "KEEP_CONTACT_REQUESTS_DAYS"),
        counted_from="receipt",
        job=MESSAGES,
        reason="Support has them as mails.",
        past=lambda: ContactRequest.objects.filter(
            created_at__lt=_ago(settings.KEEP_CONTACT_REQUESTS_DAYS)
        ).count(),
    ),
    Period(
        *("Webhook endpoints that were deleted", ("webhooks.webhookendpoint",), ""),
        counted_from="deletion",
        job=MESSAGES,
        reason="Transactions that began before may still write webhooks to them.",
        past=lambda: WebhookEndpoint.with_deleted.filter(deleted_at__lt=_ago(1 / 24)).count(),
        fixed="1 hour",
    ),
    Period(
        *("Hosts that receive webhooks", ("webhooks.receiver",), ""),
        counted_from="their last webhook",
        job=MESSAGES,
        reason="The pauses of hosts that fail; without a webhook there is nothing to pause.",
        past=_receivers,
        fixed="not at all",
    ),
    Period(
        "Files of exports",
        ("backoffice.exportfile", "backoffice.exportpart"),
        "KEEP_EXPORTS_DAYS",
        counted_from="when the file was ready",
        job="portal.backoffice.exports.background_exports.delete_old_files",
        reason="Copies of personal data are kept as short as is practical.",
        past=lambda: ExportFile.objects.filter(
            state=ExportFile.State.READY, ready_at__lt=_ago(settings.KEEP_EXPORTS_DAYS)
        ).count(),
    ),
    Period(
        *("Bank files that nobody imported", ("backoffice.bankupload",), ""),
        counted_from="the upload",
        job="portal.backoffice.billing.bank_upload.delete_old_uploads",
        reason="A preview is looked at soon, or not at all.",
        past=lambda: BankUpload.objects.filter(uploaded_at__lt=_ago(2)).count(),
        fixed="2 days",
    ),
    Period(
        *("Deleted notes about clients", ("backoffice.clientnote",), ""),
        counted_from="deletion",
        job="portal.backoffice.clients.client_notes.purge_deleted_notes",
        reason="Deleting can be undone for a day. Other notes stay with their client.",
        past=lambda: ClientNote.objects.filter(deleted_at__lt=_ago(1)).count(),
        fixed="1 day",
    ),
    Period(
        *("Numbers of API calls", ("access.callcount",), "KEEP_CALL_COUNTS_DAYS"),
        counted_from="the day of the calls",
        job="shop.access.call_counts.delete_old_counts",
        reason="Partners and staff look at the last weeks.",
        past=_call_counts,
    ),
    Period(
        *("Responses under an Idempotency-Key", ("access.idempotentresponse",), ""),
        counted_from="the first call",
        job="shop.access.idempotency.delete_expired_responses",
        reason="The API promises 24 hours.",
        past=lambda: IdempotentResponse.objects.filter(created_at__lt=_ago(1)).count(),
        fixed="24 hours",
    ),
    Period(
        *("Rate limits", ("access.ratelimitbucket",), ""),
        counted_from="the last call",
        job="shop.access.buckets.delete_full_buckets",
        reason="A caller who may make all calls again needs no row.",
        past=lambda: RateLimitBucket.objects.filter(full_at__lt=time.time()).count(),
        fixed="until all calls are allowed again",
    ),
    Period(
        *("Traces that orders were placed in", ("access.traceorigin",), ""),
        counted_from="the order",
        job="shop.tracing.delete_old_origins",
        reason="The worker joins the trace for that long. Written only where traces are.",
        past=lambda: TraceOrigin.objects.filter(
            created_at__lt=timezone.now() - KEEP_ORIGINS
        ).count(),
        fixed=f"{KEEP_ORIGINS.days} days",
    ),
    Period(
        *("Cached values", ("access.cachedvalue",), ""),
        counted_from="the moment of writing",
        job="shop.access.durable_cache.delete_expired_values",
        reason="Each is valid for a time of its own, such as a sign-in code.",
        past=lambda: CachedValue.objects.filter(expires_at__lte=time.time()).count(),
        fixed="until they expire",
    ),
    Period(
        "Tokens and grants that have expired",
        ("allauth_idp_oidc.token",),
        "KEEP_EXPIRED_TOKENS_DAYS",
        counted_from="expiry; of a used refresh token at least as long as its successors live",
        job="shop.access.expired_tokens.delete_expired_tokens",
        reason="Only digests are stored. Tokens that people have named stay listed.",
        past=lambda: expired_tokens().count(),
    ),
    Period(
        "Sessions",
        ("sessions.session", "usersessions.usersession"),
        "",
        counted_from="sign-in",
        job="shop.tenancy.sessions.delete_expired_sessions",
        reason="A session that has ended opens nothing. See `STAFF_SESSION_HOURS`.",
        past=lambda: (
            Session.objects.filter(expire_date__lt=timezone.now()).count()
            + UserSession.objects.exclude(
                session_key__in=Session.objects.values("session_key")
            ).count()
        ),
        fixed="14 days; of staff 12 hours",
    ),
    Period(
        *("Requests to reset a second factor", ("tenancy.factorreset",), "KEEP_FACTOR_RESETS_DAYS"),
        counted_from="the request",
        job="shop.tenancy.factor_resets.delete_old_resets",
        reason="They say how somebody's identity was checked.",
        past=lambda: FactorReset.objects.filter(
            asked_at__lt=_ago(settings.KEEP_FACTOR_RESETS_DAYS)
        ).count(),
    ),
    Period(
        *("Answers of VIES", ("tenancy.vatidcheck",), "KEEP_VAT_ID_CHECKS_DAYS"),
        counted_from="the question; those about VAT IDs of clients stay as proof",
        job="shop.tenancy.vies.delete_old_checks",
        reason="VAT IDs of people who trade by themselves are personal data.",
        past=_checks,
    ),
    Period(
        "Invoices, credit notes, their files, payments and refunds",
        (
            *("billing.invoice", "billing.invoicefile", "billing.invoicedispatch"),
            *("billing.payment", "billing.refund", "billing.reminder"),
        ),
        "KEEP_INVOICES_YEARS",
        counted_from="the end of the year of issue",
        job="shop.billing.invoice_expiry.delete_kept_long_enough",
        reason="§ 147 AO and § 14b UStG; triggers of the database keep them unchanged.",
        past=lambda: Invoice.objects.filter(
            keep_until__lt=_today(), credit_notes__isnull=True
        ).count(),
    ),
    Period(
        "Declarations: cancellations and withdrawals",
        ("billing.declaration", "billing.declarationcase"),
        "KEEP_DECLARATIONS_YEARS",
        counted_from="the end of the year of receipt",
        job="shop.billing.declarations.delete_kept_long_enough",
        reason="Claims lapse after three years (§§ 195, 199 BGB).",
        past=lambda: Declaration.objects.filter(keep_until__lt=_today()).count(),
    ),
)
