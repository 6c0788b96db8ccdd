"""A small HTTP client in a process of its own, so that its CPU time is nobody else's.

It speaks lines of JSON over its standard input and output, and keeps connections open.
"""

import json
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

TIMEOUT = 60.0  # seconds for one answer
NUMBER = "000000000000"


@dataclass(frozen=True)
class Call:
    """A request, sent again and again; `status` is what each answer must have."""

    port: int
    target: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    status: int = 200

    def raw(self) -> bytes:
        """The bytes on the wire."""
        body = self.body.encode()
        headers = {"Host": "localhost", **self.headers}
        if self.method == "POST":
            headers["Content-Length"] = str(len(body))
        lines = [f"{self.method} {self.target} HTTP/1.1", *map(": ".join, headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(frozen=True)
class Load:
    """A load: one call, sent by so many connections for some seconds.

    With a `rate`, calls are due at so many a second, and their time counts from when they were due.
    With a `number`, so many calls are sent, and the seconds do not count. Each NUMBER in a body is
    replaced by another one. Unless it `may_fail`, the load ends at an answer that is not as expected.
    """

    call: Call
    connections: int = 1
    seconds: float = 1.0
    rate: float = 0.0
    number: int = 0
    may_fail: bool = False


@dataclass(frozen=True)
class Answered:
    """The seconds that each answer took, and all of them together.

    `placed` has the hashes of orders that were placed, and when the answer was there, in Unix time.
    `failed` is the number of answers that were not as expected.
    """

    took: list[float]
    seconds: float
    placed: dict[str, float]
    failed: int

    @property
    def per_second(self) -> float:
        """The throughput."""
        return len(self.took) / self.seconds


class Client:
    """The process of the client."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.load_client"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def send(self, load: Load) -> Answered:
        """Send the calls and wait for the last answer. RuntimeError if one was not as expected."""
        self.begin(load)
        return self.end()

    def begin(self, load: Load) -> None:
        """Begin to send the calls."""
        assert self.process.stdin
        self.sent = load.call
        self.process.stdin.write(json.dumps(asdict(load)) + "\n")
        self.process.stdin.flush()

    def has_answered(self) -> bool:
        """Tell whether the last answer is there."""
        assert self.process.stdout
        return bool(select.select([self.process.stdout], [], [], 0)[0])

    def end(self) -> Answered:
        """Wait for the last answer. RuntimeError if one was not as expected."""
        assert self.process.stdout
        answer = json.loads(self.process.stdout.readline())
        wrong, may_fail = answer.pop("wrong"), answer.pop("may_fail")
        if wrong and not may_fail:
            raise RuntimeError(f"{self.sent.method} {self.sent.target}: {wrong[0]}")
        return Answered(**answer, failed=len(wrong))


@contextmanager
def client() -> Iterator[Client]:
    """A client for as long as the block runs."""
    made = Client()
    try:
        yield made
    finally:
        made.process.kill()
        made.process.wait()


class Connection:
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, raw: bytes) -> tuple[int, bytes, bytes]:
        """Send a request; return the answer's status, its head and its body."""
        self.socket.sendall(raw)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        _, found, rest = head.lower().partition(b"content-length:")
        status = int(head.split(b" ", 2)[1])
        if not found and status not in {204, 304}:
            raise ConnectionError("an answer without Content-Length")
        length = int(rest.split(b"\r\n", 1)[0]) if found and status not in {204, 304} else 0
        while len(body) < length:
            body += self._more()
        return status, head, body

    def _more(self) -> bytes:
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data


def ask_once(call: Call) -> tuple[int, dict[str, str], bytes]:
    """Send one request; return the status, the headers by their names and the body."""
    connection = Connection(call.port)
    status, head, body = connection.ask(call.raw())
    connection.socket.close()
    lines = head.decode("latin-1").split("\r\n")[1:]
    pairs = [line.split(": ", 1) for line in lines]
    return status, {name.title(): value for name, value in pairs}, body


class Sender:
    """Sends the calls of a load from threads, and gathers what `Client.send` reads."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.raw = load.call.raw()
        self.took: list[float] = []
        self.placed: dict[str, float] = {}
        self.wrong: list[str] = []
        self.lock = threading.Lock()

    def send(self) -> dict[str, Any]:
        """Send them all."""
        port = self.load.call.port
        connections = [Connection(port) for _each in range(self.load.connections)]
        begin = time.perf_counter()
        turns = due_times(begin, self.load)
        threads = [
            threading.Thread(target=self.work, args=(each, turns, begin)) for each in connections
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - begin
        for connection in connections:
            connection.socket.close()
        return {
            "took": self.took,
            "seconds": seconds,
            "placed": self.placed,
            "wrong": self.wrong,
            "may_fail": self.load.may_fail,
        }

    def work(self, connection: Connection, turns: Iterator[float], begin: float) -> None:
        """Send calls by one connection."""
        while self.load.may_fail or not self.wrong:
            with self.lock:
                due = next(turns, None)
            if due is None:
                return
            time.sleep(max(0.0, due - time.perf_counter()))
            start = due if self.load.rate else time.perf_counter()
            try:
                status, head, body = connection.ask(self.numbered())
            except OSError as error:
                self.wrong.append(repr(error))
                return
            self.took.append(time.perf_counter() - start)
            if status == 201:
                location = head.lower().partition(b"location: ")[2].split(b"\r\n", 1)[0]
                self.placed[location.decode().rpartition("/")[2]] = time.time()
            if status != self.load.call.status:
                self.wrong.append(f"{status} {body[:300]!r}")

    def numbered(self) -> bytes:
        """The request, with a number of its own."""
        return self.raw.replace(NUMBER.encode(), b"%012d" % (time.time_ns() // 1000 % 10**12))


def due_times(begin: float, load: Load) -> Iterator[float]:
    """Yield the time at which each call is due, until the load is over."""
    number = 0
    while True:
        due = begin + number / load.rate if load.rate else time.perf_counter()
        over = number >= load.number if load.number else due - begin > load.seconds and number > 0
        if over:
            return
        number += 1
        yield due


def main() -> None:
    """Answer each line."""
    for line in sys.stdin:
        given = json.loads(line)
        load = Load(**{**given, "call": Call(**given["call"])})
        print(json.dumps(Sender(load).send()), flush=True)


if __name__ == "__main__":
    main()
