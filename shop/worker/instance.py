"""The identity of a worker among those of the same database: its token, and its start.

Made when the supervisor loads this module: the processes that it forks share both, and the next
start draws another token.
"""

import uuid

from django.utils import timezone

TOKEN = uuid.uuid4()
STARTED_AT = timezone.now()
