"""End processes with their parent, so that a killed supervisor leaves none behind.

On Linux only, by PR_SET_PDEATHSIG. Elsewhere only the signals to process groups end them.
"""

import ctypes
import os
import signal
import sys

# The supervisor's process id in the environment of its clusters.
VARIABLE = "WORKER_SUPERVISOR"
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before any fork


def die_with(parent: int, number: int = signal.SIGKILL) -> None:
    """Have the kernel send this process a signal when its parent ends."""
    if LIBC is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:  # it ended before the call above
        os._exit(1)


def tie_to_supervisor() -> None:
    """Tie this process to the supervisor that started it, and its children to this process.

    PR_SET_PDEATHSIG is cleared on fork, so each child sets it again.
    """
    # Removed from the environment: programs that a task starts must not inherit it.
    supervisor = os.environ.pop(VARIABLE, "")
    if not supervisor or LIBC is None:
        return
    die_with(int(supervisor))
    parent = os.getpid()

    def remember() -> None:
        nonlocal parent
        parent = os.getpid()

    os.register_at_fork(before=remember, after_in_child=lambda: die_with(parent))
