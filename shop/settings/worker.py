"""The worker: packing, outgoing mail, webhooks and the queue."""

from email.utils import formataddr, parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from shop.env import env, read, required, sender
from shop.settings.base import DEMO, REDIS_URL, VAR_DIR
from shop.settings.security import BASE_URL
from shop.settings.theme import SHOP_NAME

SHIPPED_STEPS = ("approval", "client", "project", "member", "invitation")
# Dotted paths; a deployment adds its own.
PACKING_STEPS = env.list(
    "PACKING_STEPS", default=[f"shop.packing.steps.{name}" for name in SHIPPED_STEPS]
)
# A deployment that forgets the gate must not deliver manual tiers without approval.
if "shop.packing.steps.approval" not in PACKING_STEPS:
    PACKING_STEPS.insert(0, "shop.packing.steps.approval")
# The same for contracts: the steps at their end, and at a change of tier, where there are none.
ENDING_STEPS = env.list(
    "ENDING_STEPS",
    default=[
        f"shop.packing.ending_steps.{name}"
        for name in ("no_new_members", "close_project", "export_time", "erase_project")
    ],
)
CHANGING_STEPS = env.list("CHANGING_STEPS", default=[])
# For so many days after its contract has ended, the data of a project can be exported.
EXPORT_DAYS = read("EXPORT_DAYS", env.int, 30)
# The longest time one step may take; the limits below follow from it.
PACKING_STEP_SECONDS = read("PACKING_STEP_SECONDS", env.int, 3)
PACKING_LEASE_SECONDS = read("PACKING_LEASE_SECONDS", env.int, max(30, 2 * PACKING_STEP_SECONDS))
PACKING_MAX_ATTEMPTS = 5
PACKING_RETRY_SECONDS = 10.0  # before the second attempt; four times as long before each later one
# A run starts no order after 20 seconds, and the last one still does all its steps; then the same
# for contracts.
PACKING_TIMEOUT = 60 + PACKING_STEP_SECONDS * (
    len(PACKING_STEPS) + max(len(ENDING_STEPS), len(CHANGING_STEPS))
)

# Wake-ups are queued in the database, or in Redis, which may lose them.
BROKER = env.str("BROKER", default="database")
if BROKER not in {"database", "redis"}:
    raise SystemExit(f"BROKER must be database or redis, not {BROKER}.")
if BROKER == "redis" and not REDIS_URL:
    raise SystemExit("BROKER=redis needs REDIS_URL.")

# The queue only wakes the worker up; our rows say what there is to do. No task is handed out twice,
# so `retry` is without effect; the library wants it above `timeout`.
Q_CLUSTER = {
    "name": "packing",  # signs the tasks, too
    "orm": "default",
    "broker_class": (
        "shop.worker.redis_broker.RedisBroker"
        if BROKER == "redis"
        else "shop.worker.table_broker.TableBroker"
    ),
    "poll": 0.05,
    "queue_limit": 2,
    "timeout": 900,
    "retry": 3600,
    "guard_cycle": 1,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": -1,
    "catch_up": False,
    "scheduler": False,
    "log_level": "WARNING",
    "cache": "none",  # no such cache: nobody reads the status it would write each second
}
# For each cluster: the functions a wake-up runs; how many processes may work for it at once; the
# seconds after which a run is cut off; and the seconds without a heartbeat after which the cluster
# counts as frozen (above its longest single piece of work).
WORKER_CLUSTERS = {
    "packing": {
        "tasks": ["shop.packing.dispatch.run_due", "shop.packing.contract_runs.run_due"],
        "workers": 2,
        "timeout": PACKING_TIMEOUT,
        "frozen_after": max(5, PACKING_STEP_SECONDS + 2),
    },
    "messages": {
        # Bulk actions and exports of staff run after the mail, for a few seconds at a time.
        "tasks": [
            "shop.orders.search_index.number_orders",
            "shop.orders.order_counts.fold_counts",
            "shop.billing.declaration_matching.match_received",
            "shop.billing.contract_end.end_due",
            "shop.billing.issuing.issue_due",
            "shop.billing.filing.make_files",  # before the mails, which they are attached to
            "shop.content.legal_pdfs.make_missing",  # likewise
            "shop.notifications.emails.send.send_due",
            "shop.tenancy.vies.ask_vies",
            "portal.backoffice.queue.bulk_jobs.run_bulk_jobs",
            "portal.backoffice.exports.background_exports.make_exports",
        ],
        "hourly": [
            "shop.billing.subscriptions.begin_missing",
            "shop.billing.issuing.issue_waiting",
            "shop.billing.contract_end.remind_of_ends",
            "shop.billing.declarations.hand_over_unproven",
            "shop.billing.declarations.delete_kept_long_enough",
            "shop.billing.balances.tell_overdue",
            "shop.billing.reminders.remind_due",
            "shop.billing.invoice_expiry.delete_kept_long_enough",
            "shop.notifications.emails.queue.queue_reminders",
            "shop.notifications.emails.staff_digest.queue_staff_digest",
            "shop.orders.cancellation.expire_incomplete",
            "shop.orders.open_orders.delete_stale_baskets",
            "shop.orders.search_index.reindex_changed",
            "shop.tenancy.name_index.reindex_newest",
            "shop.access.idempotency.delete_expired_responses",
            "shop.notifications.retention.delete_expired",
            "shop.orders.archive_trimming.trim_archived",
            "shop.access.expired_tokens.delete_expired_tokens",
            "portal.backoffice.billing.bank_upload.delete_old_uploads",
            "shop.notifications.webhooks.delivery_applications.fill_new_deliveries",
            "shop.tenancy.sessions.delete_expired_sessions",
            "shop.tenancy.vies.delete_old_checks",
            "shop.tenancy.factor_resets.delete_old_resets",
            "portal.backoffice.clients.client_notes.purge_deleted_notes",
            "shop.access.buckets.delete_full_buckets",
            "shop.access.durable_cache.delete_expired_values",
            "shop.access.call_counts.delete_old_counts",
            "shop.tracing.delete_old_origins",
            "shop.tenancy.email_conflicts.settle_new_rows",
            "shop.tenancy.deletion_wishes.carry_out_wishes",
            "shop.orders.canonical_emails.fill_new_orders",
            "portal.backoffice.exports.background_exports.delete_old_files",
            "portal.accounts.factor_encryption.encrypt_stored",
        ],
        # Two: the mail goes on while one does the hourly work.
        "workers": 2,
        "timeout": 120,
        "frozen_after": 60,
    },
    # Apart from the mail: a slow endpoint must not hold up an invitation.
    "webhooks": {
        "tasks": ["shop.notifications.webhooks.deliver.deliver_due"],
        # It makes several calls at once, and one run may take minutes.
        "workers": 1,
        "timeout": 900,
        "frozen_after": 60,
    },
}

EXPORT_LEASE_SECONDS = 300  # above the time that the largest workbook takes
# Staff get a mail about orders that have waited longer than this, and another after some hours.
ALARM_AFTER_MINUTES = read("ALARM_AFTER_MINUTES", env.int, 60)
ALARM_EVERY_HOURS = read("ALARM_EVERY_HOURS", env.int, 4)
# /readyz is 503 while an order has been due for longer than this.
LATE_AFTER_MINUTES = read("LATE_AFTER_MINUTES", env.int, 15)

if DEMO:
    EMAIL_BACKEND = "shop.notifications.emails.dev_mailbox.EmailBackend"
else:
    required("EMAIL_URL")
if _url := env.str("EMAIL_URL", default=""):
    if _url.lower().startswith("smtps:"):
        # The library would begin in clear, whatever the port.
        raise SystemExit(
            "EMAIL_URL must begin with smtp+ssl:// (TLS from the start, port 465) or smtp+tls:// "
            "(STARTTLS, port 587), not smtps://."
        )
    globals().update(read("EMAIL_URL", env.email_url, ""))  # EMAIL_BACKEND, EMAIL_HOST and so on
EMAIL_TIMEOUT = 10  # seconds; a mail server that hangs must not hold up the other mails
_name, _address = parseaddr(read("MAIL_FROM", sender, f"no-reply@{urlsplit(BASE_URL).hostname}"))
# With a name, by which readers know the sender.
DEFAULT_FROM_EMAIL = SERVER_EMAIL = formataddr((_name or SHOP_NAME, _address))

INVITATION_DAYS = 7
CANCEL_LINK_DAYS = 3  # that a mailed link cancels its order
JOIN_CODE_TRIES = 5  # for one mail
ADDRESS_CORRECTIONS = 3  # of one order
MAIL_LEASE_SECONDS = 120  # above EMAIL_TIMEOUT
# About orders, to an address that has not joined: from orders of strangers; and as many again from
# orders that an application or a signed-in user placed.
MAILS_A_DAY = read("MAILS_A_DAY", env.int, 5)
WEBHOOK_TIMEOUT_SECONDS = 15  # for a whole call, from the DNS query to the end of the response
WEBHOOK_LEASE_SECONDS = 60  # well above it
# Before the second attempt, the third and so on (contract, "redirection_uri").
WEBHOOK_WAITS_SECONDS = [5, 5 * 60, 30 * 60, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24))]

# Where `manage.py backup` writes, and the public keys of age, SSH or GnuPG that it encrypts for.
BACKUP_DIR = Path(env.str("BACKUP_DIR", default="") or VAR_DIR / "backups")
BACKUP_RECIPIENT = [key.strip() for key in env.list("BACKUP_RECIPIENT", default=[]) if key.strip()]
