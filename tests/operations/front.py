"""The shop in a thread of this process, and nginx with TLS in front of it."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import WSGIApplication

from tests.notifications.certificates import make_certificate
from tests.ports import free_port
from tests.waiting import wait_for

# What a right configuration says of headers, in order.
HEADERS = {
    "host": "proxy_set_header Host $http_host;",
    "for": "proxy_set_header X-Forwarded-For $remote_addr;",
    "proto": "proxy_set_header X-Forwarded-Proto $scheme;",
}
REDIRECT = "return 301 https://$host:{tls}$request_uri;"


class Server(ThreadingMixIn, WSGIServer):
    """Answers each request in a thread of its own."""

    daemon_threads = True


class Handler(WSGIRequestHandler):
    """Writes no log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
        pass


def listens(port: int) -> bool:
    """Tell if somebody takes connections at the port."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextmanager
def web_server(application: WSGIApplication) -> Iterator[int]:
    """The port at which `application` answers for as long as the block runs."""
    with make_server("127.0.0.1", free_port(), application, Server, Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Front:
    """A configuration of nginx. The default is right; tests spoil it."""

    home: Path
    web: int
    headers: dict[str, str]
    plain: str = REDIRECT
    server: str = ""  # more directives
    certificate_ends_in: timedelta = timedelta(days=90)

    def __post_init__(self) -> None:
        self.tls, self.http = free_port(), free_port()

    @property
    def url(self) -> str:
        """The shop's URL from outside."""
        return f"https://localhost:{self.tls}"

    @contextmanager
    def running(self) -> Iterator[Path]:
        """The certificate that visitors have to trust, while nginx runs."""
        certificate = make_certificate(self.home, "localhost", self.certificate_ends_in)
        configuration = self.home / "nginx.conf"
        configuration.write_text(self._text(certificate))
        nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
        assert nginx, "The tests need nginx: install the package nginx."
        process = subprocess.Popen(
            [nginx, "-e", self.home / "error.log", "-c", configuration], stderr=subprocess.DEVNULL
        )
        try:
            assert wait_for(lambda: listens(self.tls), 20), (self.home / "error.log").read_text()
            yield certificate
        finally:
            process.terminate()
            process.wait(20)

    def _text(self, certificate: Path) -> str:
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        paths = "\n".join(f"{kind}_temp_path {self.home}/{kind};" for kind in kinds)
        user = "user root;" if os.geteuid() == 0 else ""
        headers = "\n".join(self.headers.values())
        return f"""
            {user} daemon off; worker_processes 1; pid {self.home}/pid;
            events {{}}
            http {{
                {paths} access_log off;
                server {{
                    listen 127.0.0.1:{self.http};
                    location / {{ {self.plain.format(tls=self.tls)} }}
                }}
                server {{
                    listen 127.0.0.1:{self.tls} ssl;
                    ssl_certificate {certificate}; ssl_certificate_key {certificate};
                    {self.server}
                    location / {{ proxy_pass http://127.0.0.1:{self.web}; {headers} }}
                }}
            }}
        """
