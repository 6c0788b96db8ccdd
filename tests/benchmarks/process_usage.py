"""CPU time and memory of processes, as the kernel counts them in /proc. Linux only."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Memory:
    """Memory in megabytes: shared pages divided among their processes (PSS), or left out (USS)."""

    pss: float
    uss: float


def family(pid: int) -> list[int]:
    """A process and all below it."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        return [pid, *(each.pid for each in process.children(recursive=True))]
    return []


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time that processes have used so far, also of children that ended; gone ones used none."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            # After the name, which may hold blanks: utime, stime, cutime, cstime.
            values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, values[11:15]))
    return total / TICKS


def thread_times(pids: Iterable[int]) -> dict[int, int]:
    """CPU time of each thread of processes, in nanoseconds: `cpu_seconds` counts hundredths."""
    times = {}
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*"):
            with suppress(OSError):
                times[int(task.name)] = int((task / "schedstat").read_text().split()[0])
    return times


def seconds_between(before: dict[int, int], after: dict[int, int]) -> float:
    """CPU time between two `thread_times`, without that of threads that have ended."""
    return sum(now - before.get(thread, 0) for thread, now in after.items()) / 1e9


def memory(pids: Iterable[int]) -> Memory:
    """Memory of processes together."""
    pss = uss = 0
    for pid in pids:
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
                name, kilobytes = line.split()[:2]
                pss += int(kilobytes) if name == "Pss:" else 0
                uss += int(kilobytes) if name.startswith("Private_") else 0
    return Memory(pss / 1024, uss / 1024)
