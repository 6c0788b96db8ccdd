"""The shop's real processes: its web server and its workers, started again whenever they die."""

import itertools
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psutil
from django.conf import settings

from shop.worker.management.commands import run
from shop.worker.processes import kill_group

Processes = list[psutil.Process]
SHUTDOWN = 20.0  # seconds that a worker gets to end, as from systemd


class Service:
    """A command that is kept running, as systemd would."""

    def __init__(self, command: list[str], log: IO[bytes], **variables: str) -> None:
        self.command = command
        self.log = log
        self.variables = variables
        self.start()

    def start(self) -> None:
        """Start it, in a group of its own."""
        self.process = subprocess.Popen(
            self.command,
            cwd=settings.BASE_DIR,
            env={**os.environ, **self.variables},
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            process_group=0,
        )

    def look(self) -> None:
        """Start it again where it has died."""
        if self.process.poll() is not None:
            kill_group(self.process.pid)
            self.start()

    def children(self) -> Processes:
        """Its own children; none while it is being replaced."""
        with suppress(psutil.Error):
            found: Processes = psutil.Process(self.process.pid).children()
            return found
        return []


class Shop:
    """The processes of one shop; web server and workers run from when they are started."""

    def __init__(self, port: int, log: IO[bytes]) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.port = port
        self.log = log
        self.services: dict[str, Service] = {}
        self.ending: list[tuple[Service, float]] = []  # and until when they may
        self.numbers = itertools.count(1)

    def start_web(self) -> None:
        """Start the web server."""
        command = run.web_server("127.0.0.1", self.port)
        self.services["web"] = Service(command, self.log)

    def start_worker(self) -> str:
        """Start a worker with files of its own, as on a machine of its own; return its name."""
        number = next(self.numbers)
        var = Path(settings.VAR_DIR)
        variables = {
            "SECRET_KEY": settings.SECRET_KEY,
            "INVOICE_STORAGE_OPTIONS": json.dumps({"location": str(var / "invoices")}),
        }
        if number > 1:
            variables["VAR_DIR"] = str(var / f"machine{number}")
        name = f"worker {number}"
        self.services[name] = Service(run.worker(), self.log, **variables)
        return name

    def workers(self) -> list[str]:
        """The names of the workers."""
        return [name for name in self.services if name.startswith("worker")]

    def end_worker(self, name: str) -> None:
        """Have a worker end by itself, for good, while the others go on."""
        service = self.services.pop(name)
        service.process.send_signal(signal.SIGTERM)
        self.ending.append((service, time.monotonic() + SHUTDOWN))

    def lose_worker(self, name: str) -> Service:
        """Kill a worker, and do not start it again before its service is put back."""
        service = self.services.pop(name)
        kill_group(service.process.pid)
        return service

    def look(self) -> None:
        """Start again what has died, and see to those that end."""
        for service in self.services.values():
            service.look()
        for each in list(self.ending):
            service, until = each
            if service.process.poll() is not None or time.monotonic() > until:
                kill_group(service.process.pid)
                service.process.wait()
                self.ending.remove(each)

    def sleep(self, seconds: float) -> None:
        """Wait, and look after the processes meanwhile."""
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0:
            self.look()
            time.sleep(min(0.1, rest))

    def everybody(self) -> Processes:
        """All processes that run at this moment."""
        found: Processes = []
        for service in (*self.services.values(), *(service for service, _ in self.ending)):
            with suppress(psutil.Error):
                process = psutil.Process(service.process.pid)
                found += [process, *process.children(recursive=True)]
        return found

    def pool(self) -> Processes:
        """The main process of each worker's pool."""
        return [child for name in self.workers() for child in self.services[name].children()]

    def helpers(self) -> Processes:
        """Workers, and who fetches for them and writes down after them."""
        return [child for main in self.pool() for child in children(main)]

    def busy(self, within: float = 0.05) -> Processes:
        """The helpers that were packing an order a moment ago."""
        since = time.time() - within
        marks = [mark for mark in busy_marks().iterdir() if mark.stat().st_mtime > since]
        if not marks:  # asking for all processes takes a while
            return []
        helpers = {helper.pid: helper for helper in self.helpers()}
        return [helpers[int(mark.name)] for mark in marks if int(mark.name) in helpers]

    def stop(self) -> list[str]:
        """End all in order, as systemd would; what was wrong with how they ended."""
        before = self.everybody()
        complaints = []
        for name, service in self.services.items():
            service.process.send_signal(signal.SIGTERM)
            try:
                code = service.process.wait(30)
            except subprocess.TimeoutExpired:
                code = None
            if code != 0:
                complaints.append(f"{name} ended with {code}")
            kill_group(service.process.pid)
            service.process.wait()
        _, left = psutil.wait_procs(before, 5)
        for process in left:
            complaints.append(f"{process.pid} was left behind")
            process.kill()
        return complaints


def children(process: psutil.Process) -> Processes:
    """Its own children; none if it has just died."""
    with suppress(psutil.Error):
        found: Processes = process.children()
        return found
    return []


def busy_marks() -> Path:
    """The directory in which steps mark who is busy, the same for all workers."""
    marks = Path(os.environ["FAULTS_MARKS"])
    marks.mkdir(exist_ok=True)
    return marks


@contextmanager
def shop() -> Iterator[Shop]:
    """A shop with no process yet; none is left after the block."""
    with (Path(settings.VAR_DIR) / "shop.log").open("ab") as log:
        made = Shop(int(os.environ["PORT"]), log)
        os.environ["FAULTS_MARKS"] = str(Path(settings.VAR_DIR) / "busy")
        busy_marks()
        try:
            yield made
        finally:
            for process in made.everybody():
                with suppress(psutil.Error):
                    process.kill()
