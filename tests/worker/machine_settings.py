"""The demo profile for one of several workers: slow steps, short leases, marks of hourly work."""

from shop.settings import *
from shop.settings import PACKING_STEPS, WORKER_CLUSTERS

PACKING_STEPS = ["tests.worker.steps.dawdle", *PACKING_STEPS]
PACKING_LEASE_SECONDS = 4
MAIL_LEASE_SECONDS = 4
WORKER_CLUSTERS["messages"] |= {"hourly": ["tests.worker.steps.mark_hour"]}
