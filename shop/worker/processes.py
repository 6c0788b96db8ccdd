"""Processes: forked, named, ended by signals, and on Linux tied to their parent's end (prctl)."""

import ctypes
import gc
import logging
import multiprocessing
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import FrameType

from django.db import connections

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before any fork
FORK = multiprocessing.get_context("fork")


class Stop:
    """SIGTERM and Ctrl-C as an event: it is set once one of them has come."""

    def __init__(self) -> None:
        self.asked = False
        self.listen()

    def listen(self) -> None:
        """Have this process handle the signals so; needed again where somebody else set them."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.ask)

    def ask(self, _number: int, _frame: FrameType | None) -> None:
        """Handle a signal."""
        self.asked = True

    def is_set(self) -> bool:
        """Tell if this process was asked to end."""
        return self.asked

    def wait(self, seconds: float) -> bool:
        """Sleep until asked to end, `seconds` at most: Python resumes a plain sleep after signals."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(0.1, left))
        return self.asked


def name_process(name: str) -> None:
    """Name this process (at most 15 letters): in the log; on Linux also for `cpu_seconds`."""
    multiprocessing.current_process().name = name
    if LIBC is not None:
        LIBC.prctl(PR_SET_NAME, name.encode())


def die_with(parent: int, number: int = signal.SIGKILL) -> None:
    """Have the kernel send this process a signal when its parent ends. Linux only."""
    if LIBC is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:  # it ended before the call above
        os._exit(1)


def tie_children() -> None:
    """Have the children of this process, and theirs, end with their parents; they heed SIGTERM."""
    parent = os.getpid()

    def remember() -> None:
        nonlocal parent
        parent = os.getpid()

    def tie() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # The kernel forgets the wish on fork, so each child states it again.
        die_with(parent)

    os.register_at_fork(before=remember, after_in_child=tie)


def share_memory() -> None:
    """Share what is in memory with processes forked later: no collection will look at it again."""
    gc.collect()
    gc.freeze()


def fork(target: Callable[..., object], *arguments: object, dies_by: int) -> ForkProcess:
    """Run `target` in a child with a process group of its own, out of reach of Ctrl-C.

    It shares the memory of what is loaded here. The kernel sends it `dies_by` if this process is
    killed. Call it where no thread runs; it closes the connections to the database.
    """
    connections.close_all()
    share_memory()
    process = FORK.Process(target=_run, args=(os.getpid(), dies_by, target, arguments))
    process.start()
    with suppress(
        ProcessLookupError, PermissionError
    ):  # here as well: who is first does not matter
        os.setpgid(group_of(process), 0)
    return process


def _run(
    parent: int, dies_by: int, target: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    os.setpgid(0, 0)
    # Until the target handles it: the parent's handler would swallow it here.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with(parent, dies_by)
    target(*arguments)


def cpu_seconds(group: int) -> dict[str, float]:
    """CPU time used so far by the processes of a process group, by the name of the process.

    Empty where the system has no /proc to tell it.
    """
    seconds: defaultdict[str, float] = defaultdict(float)
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # Any process of this machine, whatever its name: the kernel may have cut a letter in two.
            text = path.read_text(errors="replace")
        except OSError:  # it has ended
            continue
        # The name stands in parentheses and may hold anything.
        name, _, rest = text.partition("(")[2].rpartition(")")
        fields = rest.split()
        if int(fields[2]) == group:
            ticks = int(fields[11]) + int(fields[12])
            seconds[name] += ticks / os.sysconf("SC_CLK_TCK")
    return dict(seconds)


def kill_group(group: int) -> None:
    """Kill all processes of a process group."""
    # PermissionError is macOS' answer when all have ended.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def end_groups(processes: Sequence[ForkProcess], grace: float) -> None:
    """Send SIGTERM to processes, wait for `grace` seconds at most, then kill their groups.

    Only the first process of each group gets it: a pool hangs when all its processes do.
    """
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + grace
    for process in processes:
        # A join with a time-out would wait for its children as well.
        while process.is_alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        if process.is_alive():
            logger.warning("A process did not end within %d seconds and is killed.", grace)
        kill_group(group_of(process))
        process.join()


def group_of(process: ForkProcess) -> int:
    """The process group that `fork` gave a process."""
    assert process.pid is not None  # noqa: S101 -- it was started
    return process.pid
