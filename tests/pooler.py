"""A relay in front of PostgreSQL that numbers its connections by itself, as PgBouncer does."""

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

# The message in which the server tells the number of its process, and a secret.
KEY_DATA = b"K\x00\x00\x00\x0c"


@contextmanager
def pooler(server: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Relay one connection to `server`; yield the settings that lead to the relay."""
    port = server.get("port", 5432)
    with socket.create_server(("127.0.0.1", 0)) as listening, _connected(server, port) as to_server:
        relay = Thread(target=_relay, args=(listening, to_server))
        relay.start()
        plain = {"sslmode": "disable", "gssencmode": "disable"}
        yield {"HOST": "127.0.0.1", "PORT": listening.getsockname()[1], "OPTIONS": plain}
        relay.join()


def _connected(server: dict[str, Any], port: int) -> socket.socket:
    if not str(server["host"]).startswith("/"):
        return socket.create_connection((server["host"], port))
    to_server = socket.socket(socket.AF_UNIX)
    to_server.connect(str(Path(server["host"]) / f".s.PGSQL.{port}"))
    return to_server


def _relay(listening: socket.socket, to_server: socket.socket) -> None:
    to_client, _address = listening.accept()
    with to_client:
        other = {to_client: to_server, to_server: to_client}
        while True:
            for readable in select.select(list(other), [], [])[0]:
                data = readable.recv(65536)
                if not data:
                    return
                other[readable].sendall(_renumbered(data) if readable is to_server else data)


def _renumbered(data: bytes) -> bytes:
    begin, key_data, rest = data.partition(KEY_DATA)
    return begin + key_data + (b"\x00\x00\x00\x01" + rest[4:] if key_data else b"")
