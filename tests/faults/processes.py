"""Faults of processes: killed, frozen, out of file descriptors or memory, without CPU."""

import resource
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import psutil

from tests.faults.shop import Processes, Shop

SLICE = 0.05  # seconds of each second that a starved process may run
Victims = Callable[[Shop], Processes]
End = Callable[[], object]


def idle(shop: Shop) -> Processes:
    """Helpers that have not packed anything for a while; one may hold a queue's lock."""
    busy = shop.busy(within=0.5)
    return [helper for helper in shop.helpers() if helper not in busy]


def callers(shop: Shop) -> Processes:
    """The process that sends webhooks, while it does."""
    return [helper for helper in shop.helpers() if name_of(helper) == "shop-webhooks"]


def name_of(process: psutil.Process) -> str:
    """Its name; none if it has just died."""
    with suppress(psutil.Error):
        name: str = process.name()
        return name
    return ""


def supervisors(shop: Shop) -> Processes:
    """The main process of each worker."""
    return [psutil.Process(shop.services[name].process.pid) for name in shop.workers()]


def web_server(shop: Shop) -> Processes:
    """The main process of the web server."""
    return [psutil.Process(shop.services["web"].process.pid)]


def web(shop: Shop) -> Processes:
    """The processes that answer requests."""
    return shop.services["web"].children()


VICTIMS: dict[str, Victims] = {
    "busy worker": lambda shop: shop.busy(),
    "idle helper": idle,
    "caller": callers,
    "pool": Shop.pool,
    "supervisor": supervisors,
    "web server": web_server,
    "web process": web,
}
FROZEN = ("pool", "supervisor", "web server", "web process")


def kill(victim: psutil.Process) -> End:
    """SIGKILL."""
    victim.kill()
    return lambda: None


def freeze(victim: psutil.Process) -> End:
    """SIGSTOP, then SIGCONT."""
    victim.suspend()
    return lambda: ended(victim.resume)


def exhaust_files(victim: psutil.Process) -> End:
    """Let a process open no further file."""
    before = victim.rlimit(resource.RLIMIT_NOFILE)
    victim.rlimit(resource.RLIMIT_NOFILE, (victim.num_fds(), before[1]))
    return lambda: ended(lambda: victim.rlimit(resource.RLIMIT_NOFILE, before))


def exhaust_memory(victim: psutil.Process) -> End:
    """Give a process next to no further memory."""
    before = victim.rlimit(resource.RLIMIT_AS)
    victim.rlimit(resource.RLIMIT_AS, (victim.memory_info().vms + 2**20, before[1]))
    return lambda: ended(lambda: victim.rlimit(resource.RLIMIT_AS, before))


def starve(shop: Shop, name: str) -> End:
    """Start a worker anew, and let its processes run for a SLICE of each second only."""
    shop.services[name].process.kill()
    over = threading.Event()

    def hold() -> None:
        while not over.is_set():
            held: set[psutil.Process] = set()
            until = time.monotonic() + 1 - SLICE
            while time.monotonic() < until and not over.wait(0.02):
                for process in {*everybody_of(shop, name)} - held:
                    with suppress(psutil.Error):
                        process.suspend()
                        held.add(process)
            for process in held:
                ended(process.resume)
            over.wait(SLICE)

    thread = threading.Thread(target=hold)
    thread.start()

    def end() -> None:
        over.set()
        thread.join()

    return end


def everybody_of(shop: Shop, name: str) -> Processes:
    """The supervisor of a worker and all below it; none while there is no such worker."""
    with suppress(psutil.Error, KeyError):
        supervisor = psutil.Process(shop.services[name].process.pid)
        found: Processes = [supervisor, *supervisor.children(recursive=True)]
        return found
    return []


def restart(victim: psutil.Process) -> End:
    """SIGTERM to a supervisor: it ends by itself, and is started again."""
    victim.terminate()
    return lambda: None


def add(shop: Shop) -> End:
    """Have one more worker for a while, which then ends by itself."""
    name = shop.start_worker()
    return lambda: shop.end_worker(name) if name in shop.services else None


def lose(shop: Shop, name: str) -> End:
    """Have one worker less for a while, as if its machine were lost."""
    service = shop.lose_worker(name)

    def end() -> None:
        service.process.wait()
        service.start()
        shop.services[name] = service

    return end


def ended(undo: Callable[[], object]) -> None:
    """Undo what was done to a process, unless it is gone."""
    with suppress(psutil.Error):
        undo()
