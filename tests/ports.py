"""Ports for programs that are told which one to listen at."""

import socket
from random import SystemRandom

# Below those that systems hand out by themselves: no connection and no other test takes one of
# these between the moment when it is found free and that when a program listens.
PORTS = range(20_000, 30_000)


def free_port() -> int:
    """A port of this machine at which nobody listens."""
    while True:
        # Not the numbers of `random`: those are the same in all processes of pytest-randomly.
        port = SystemRandom().choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
