"""The time limit of a task, as django-q2 sets it: an alarm, and a timer by which it kills.

Both run from the task's beginning. Work in many pieces begins them anew with each: a limit for all of
it would feed on itself, as what was cut off has more to do the next time.
"""

import signal
from multiprocessing import current_process

from django.conf import settings
from django_q.conf import Conf

LATER = 3  # seconds after the alarm at which the library kills a process that has not heeded it


def seconds_of(cluster: str) -> int:
    """The seconds after which a run of the cluster is cut off."""
    seconds: int = settings.WORKER_CLUSTERS[cluster].get("timeout", Conf.TIMEOUT)
    return seconds


class TimeLimit:
    """The limit of the task that this process runs; without effect outside of tasks."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self.is_set = signal.getitimer(signal.ITIMER_REAL)[0] > 0

    def begin_anew(self) -> None:
        """Let the task go on for `seconds` from now."""
        if not self.is_set:
            return
        signal.alarm(self.seconds)
        timer = vars(current_process()).get("timer")
        if timer is not None:
            with timer.get_lock():
                timer.value = self.seconds + LATER
