"""The demo profile with short waits, for a shop in a storm of faults."""

from shop.settings import *
from shop.settings import CHANGING_STEPS, ENDING_STEPS, PACKING_STEPS, WORKER_CLUSTERS

PACKING_LEASE_SECONDS = 3
PACKING_RETRY_SECONDS = 0.5
PACKING_MAX_ATTEMPTS = 50  # a storm may kill one order's worker again and again
SHOW = "tests.faults.steps.show"
PACKING_STEPS = [SHOW, *PACKING_STEPS]
ENDING_STEPS = [SHOW, *ENDING_STEPS]
CHANGING_STEPS = [SHOW, *CHANGING_STEPS] if CHANGING_STEPS else []
EMAIL_TIMEOUT = 2
MAIL_LEASE_SECONDS = 5  # above it
INVOICE_FILES_LEASE_SECONDS = 60
WEBHOOK_TIMEOUT_SECONDS = 1
WEBHOOK_LEASE_SECONDS = 3
WEBHOOK_WAITS_SECONDS = [1] * 50
WORKER_CLUSTERS["messages"]["frozen_after"] = 5
WORKER_CLUSTERS["webhooks"]["frozen_after"] = 5
