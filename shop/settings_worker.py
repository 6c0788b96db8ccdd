"""Settings of packing, mails and webhooks; `settings.py` takes them in."""

from shop.env import env, read

# Packing. A deployment adds its own steps by their dotted path.
PACKING_STEPS = env.list(
    "PACKING_STEPS",
    default=[
        "shop.packing.steps.client",
        "shop.packing.steps.project",
        "shop.packing.steps.member",
        "shop.packing.steps.invitation",
    ],
)
# How long one step takes at most; the limits below follow from it.
PACKING_STEP_SECONDS = read("PACKING_STEP_SECONDS", env.int, 3)
PACKING_LEASE_SECONDS = read("PACKING_LEASE_SECONDS", env.int, max(30, 2 * PACKING_STEP_SECONDS))
PACKING_MAX_ATTEMPTS = 5
PACKING_RETRY_SECONDS = 10.0  # before the second attempt; each later one waits four times as long
# The longest drain: it begins no order after 20 seconds, and the last one does all its steps.
PACKING_TIMEOUT = max(60, 30 + len(PACKING_STEPS) * PACKING_STEP_SECONDS)

# Where wake-ups wait: in the database, or in Redis, which may lose them.
BROKER = env.str("BROKER", default="database")
if BROKER not in {"database", "redis"}:
    raise SystemExit(f"BROKER must be database or redis, not {BROKER}.")
if BROKER == "redis" and not env.str("REDIS_URL", default=""):
    raise SystemExit("BROKER=redis needs REDIS_URL.")

# The queue only wakes the worker up; our rows say what there is to do. `retry` is far above
# (queue_limit + 2) x timeout, so that no task is handed out again while it runs.
Q_CLUSTER = {
    "name": "packing",
    "orm": "default",
    "broker_class": "shop.worker.redis_broker.FailFastRedis" if BROKER == "redis" else None,
    "poll": 0.05,
    "workers": 2,
    "queue_limit": 2,
    "bulk": 1,
    "timeout": PACKING_TIMEOUT,
    "retry": 15 * PACKING_TIMEOUT,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": -1,
    "catch_up": False,
    "scheduler": False,
    "log_level": "WARNING",
    "cache": "none",  # no such cache: its status, written twice a second, is nobody's to read
    "ALT_CLUSTERS": {
        "messages": {"timeout": 120, "retry": 1800},
        # Its one worker makes several calls at once, and one drain may go on for minutes.
        "webhooks": {"workers": 1, "queue_limit": 1, "timeout": 900, "retry": 3600},
    },
}
# For each cluster: the functions a wake-up runs, and after how many seconds without a heartbeat
# the cluster counts as frozen (above its longest single piece of work).
WORKER_CLUSTERS = {
    "packing": {
        "drains": ["shop.packing.dispatch.run_due"],
        "frozen_after": max(5, PACKING_STEP_SECONDS + 2),
    },
    "messages": {
        # What staff do to many orders comes after the mail, for a few seconds at a time.
        "drains": [
            "shop.notifications.emails.send.send_due",
            "portal.backoffice.bulk_jobs.run_bulk_jobs",
        ],
        "hourly": [
            "shop.notifications.emails.queue.queue_reminders",
            "shop.notifications.emails.staff_digest.queue_staff_digest",
            "shop.orders.expiry.expire_incomplete",
            "shop.orders.expiry.delete_stale_baskets",
            "shop.api.idempotency.delete_expired_responses",
            "shop.notifications.retention.delete_expired",
            "shop.tenancy.sessions.delete_expired_sessions",
        ],
        "frozen_after": 60,
    },
    # Apart from the mail: a receiver that takes its time must not hold up an invitation.
    "webhooks": {"drains": ["shop.notifications.webhooks.deliver.deliver_due"], "frozen_after": 60},
}

# An order that nobody completes: after how many days we remind, and let it go.
REMIND_AFTER_DAYS = 7
CANCEL_AFTER_DAYS = 60
OPEN_ORDER_DAYS = 30  # an open order that nobody touches is deleted after as many

# For how many days we keep what was sent, once nothing more comes of it.
KEEP_MESSAGES_DAYS = 90  # mails about orders
KEEP_ACCOUNT_MESSAGES_DAYS = 30  # mails about signing in: codes, passwords, notices; alarms
KEEP_DELIVERIES_DAYS = 90  # webhooks; for as long they can be sent again
# Staff are mailed about what has waited for them for longer than that, and again after some hours.
ALARM_AFTER_MINUTES = read("ALARM_AFTER_MINUTES", env.int, 60)
ALARM_EVERY_HOURS = read("ALARM_EVERY_HOURS", env.int, 4)

INVITATION_DAYS = 7
JOIN_CODE_TRIES = 5  # for one mail
ADDRESS_CORRECTIONS = 3  # of one order
MAIL_LEASE_SECONDS = 120  # above the mail server's time-out
MAILS_A_DAY = 5  # to an address that has not joined
WEBHOOK_TIMEOUT_SECONDS = 15  # from asking for the receiver's address to reading its answer
WEBHOOK_LEASE_SECONDS = 60  # well above it
# Before the second try, the third and so on (contract, "redirection_uri").
WEBHOOK_WAITS_SECONDS = [
    *(5, 5 * 60, 30 * 60),
    *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24)),
]
