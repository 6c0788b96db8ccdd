"""The shop as visitors reach it: over the network, through its proxies."""

import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPMessage, HTTPSConnection
from urllib.parse import urlsplit

SECONDS = 10  # that anything may take to answer


@dataclass(frozen=True)
class Answer:
    """An answer of the shop, or of what stands before it."""

    status: int
    headers: HTTPMessage
    body: bytes


class Site:
    """The shop at `url`. Certificates are checked, by the system's authorities or SSL_CERT_FILE."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.url = url
        self.host = parts.hostname or ""
        self.port = parts.port
        self.is_https = parts.scheme == "https"

    def ask(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        body: bytes = b"",
    ) -> Answer:
        """Return the answer to one request. Raises OSError or HTTPException."""
        with closing(self._connect()) as connection:
            # Whoever refuses a body may stop reading it, and answers all the same.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body=body or None, headers=dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def ask_without_tls(self, port: int) -> Answer:
        """Return the answer of `port` to a plain http request for the start page."""
        with closing(HTTPConnection(self.host, port, timeout=SECONDS)) as connection:
            connection.request("GET", "/")
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def certificate_ends(self) -> datetime:
        """Return the moment from which the certificate is invalid. Raises OSError."""
        connection = HTTPSConnection(
            self.host, self.port, timeout=SECONDS, context=ssl.create_default_context()
        )
        with closing(connection):
            connection.connect()
            found = connection.sock.getpeercert() or {}
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)

    def _connect(self) -> HTTPConnection:
        if not self.is_https:
            return HTTPConnection(self.host, self.port, timeout=SECONDS)
        context = ssl.create_default_context()
        return HTTPSConnection(self.host, self.port, timeout=SECONDS, context=context)
