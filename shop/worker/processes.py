"""Ending processes: our own and those that we started."""

import logging
import os
import signal
import subprocess
import time
from types import FrameType

logger = logging.getLogger(__name__)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that it started in its group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # the latter on macOS, when all have ended
        pass
    process.wait()


def end_groups(processes: list[subprocess.Popen[bytes]], grace: float) -> None:
    """Send SIGTERM to processes, wait for `grace` seconds at most, then kill their groups.

    Only the first process of each group gets it: clusters hang when all their processes do.
    """
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + grace
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            logger.warning("A process did not end within %d seconds and is killed.", grace)
        kill_group(process)


class Stop:
    """Notices SIGTERM and Ctrl-C: `asked` turns true."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.ask)

    def ask(self, _number: int, _frame: FrameType | None) -> None:
        """Handle a signal."""
        self.asked = True

    def sleep(self, seconds: float) -> None:
        """Sleep until asked to stop: Python resumes a plain sleep after a signal."""
        end = time.monotonic() + seconds
        while not self.asked and time.monotonic() < end:
            time.sleep(0.05)
