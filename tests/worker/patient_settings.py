"""The demo profile for a worker that waits for mail servers and endpoints as long as it takes."""

from tests.notifications.patient_settings import *
from tests.notifications.patient_settings import WORKER_CLUSTERS

EMAIL_TIMEOUT = 300
MAIL_LEASE_SECONDS = 600
WORKER_CLUSTERS["messages"] |= {"timeout": 600, "frozen_after": 600}
