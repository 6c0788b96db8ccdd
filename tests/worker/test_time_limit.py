"""The time limit in a process of django-q2's: the alarm and the timer are the library's own."""

import signal
from multiprocessing import Value, current_process
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections
from django_q.cluster import Sentinel
from django_q.queues import Queue
from django_q.worker import worker

from shop.worker.time_limit import TimeLimit

pytestmark = pytest.mark.once


def extend(seconds: int) -> tuple[bool, float]:
    """Begin a longer limit in this process; tell whether the alarm follows, and the timer."""
    process: Any = current_process()
    TimeLimit(seconds).begin_anew()
    return signal.getitimer(signal.ITIMER_REAL)[0] > seconds / 2, process.timer.value


def test_task_is_given_more_time_by_the_alarm_and_by_the_process_that_kills() -> None:
    connections.close_all()  # the child would close them for both
    tasks, results, timer = Queue(), Queue(), Value("f", -1)
    tasks.put({"id": "1", "name": "1", "func": extend, "args": [1000], "kwargs": {}, "timeout": 50})
    tasks.put("STOP")
    process = Sentinel.spawn_process(SimpleNamespace(pool=[]), worker, tasks, results, timer, 50)
    assert results.get(timeout=60)["result"] == (True, 1003)
    process.join(60)
    assert process.exitcode == 0
