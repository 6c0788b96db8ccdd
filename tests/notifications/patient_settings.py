"""The demo profile with a time-out of webhooks that no slow machine reaches."""

from shop.settings import *

WEBHOOK_TIMEOUT_SECONDS = 300
WEBHOOK_LEASE_SECONDS = 600
