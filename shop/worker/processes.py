"""Processes: named, ended by signals, and on Linux tied to the end of their parent (prctl)."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

logger = logging.getLogger(__name__)

WORKER_NAME = "shop-worker"  # of the processes that run tasks; at most 15 letters
# The supervisor's process id in the environment of its clusters.
SUPERVISOR = "WORKER_SUPERVISOR"
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before any fork


def name_worker(**_kwargs: object) -> None:
    """Name this process, so that the supervisor knows the workers of a cluster. Linux only."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_NAME, WORKER_NAME.encode())


def die_with(parent: int, number: int = signal.SIGKILL) -> None:
    """Have the kernel send this process a signal when its parent ends. Linux only."""
    if LIBC is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:  # it ended before the call above
        os._exit(1)


def tie_to_supervisor() -> None:
    """Tie this process to the supervisor that started it, and its children to this process."""
    # Removed from the environment: programs that a task starts must not inherit it.
    supervisor = os.environ.pop(SUPERVISOR, "")
    if not supervisor or LIBC is None:
        return
    die_with(int(supervisor))
    parent = os.getpid()

    def remember() -> None:
        nonlocal parent
        parent = os.getpid()

    # The kernel forgets the wish on fork, so each child states it again.
    os.register_at_fork(before=remember, after_in_child=lambda: die_with(parent))


def cpu_seconds(group: int, name: str = "") -> float:
    """CPU time used so far by the processes of a process group, or by those called `name`.

    0.0 where the system has no /proc to tell it.
    """
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:  # it has ended
            continue
        # The name stands in parentheses and may hold anything.
        called, _, rest = text.partition("(")[2].rpartition(")")
        fields = rest.split()
        if int(fields[2]) == group and name in {"", called}:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that it started in its group."""
    # PermissionError is macOS' answer when all have ended.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
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
