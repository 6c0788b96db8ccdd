"""A provider of online payment to try the class with.

`PORT=9200 ACME_PAY_SECRET=… NOTIFY_URL=http://localhost:8000/payments/notify/ python -m acme.pay_server`
"""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import urllib3

from acme.online_payment import signature

PAGE = """<!doctype html><html lang="en"><title>Acme Pay</title><h1>Acme Pay</h1>
<p>{purpose}: {amount:.2f} {currency}</p><form method="post"><button>Pay now</button></form></html>"""


class Handler(BaseHTTPRequestHandler):
    """POST /payments creates a payment; /pay/1 is its page, whose button pays."""

    payments: list[dict[str, Any]]
    secret: str
    notify_url: str

    def do_GET(self) -> None:
        """Show the page of a payment."""
        payment = self.payments[int(self.path.rpartition("/")[2]) - 1]
        text = PAGE.format(**{**payment, "amount": payment["amount"] / 100})
        self.answer(200, text.encode(), {"Content-Type": "text/html"})

    def do_POST(self) -> None:
        """Create a payment, or pay one: then tell the shop, and send the customer back."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/payments":
            self.payments.append(json.loads(body))
            page = f"http://{self.headers['Host']}/pay/{len(self.payments)}"
            self.answer(201, json.dumps({"page": page}).encode())
            return
        number = self.path.rpartition("/")[2]
        payment = self.payments[int(number) - 1]
        self.notify({**payment, "payment": f"acme-{number}"})
        self.answer(303, b"", {"Location": payment["return_url"]})

    def notify(self, told: dict[str, Any]) -> None:
        """Tell the shop that a payment was made: twice, as providers may."""
        body = json.dumps(told).encode()
        headers = {"Acme-Signature": signature(body, self.secret)}
        for _time in range(2):
            urllib3.request("POST", self.notify_url, body=body, headers=headers, retries=False)

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
        """Keep quiet."""


def make_pay_server(port: int, secret: str, notify_url: str) -> ThreadingHTTPServer:
    """A provider without payments yet; `serve_forever` runs it."""
    own = {"payments": [], "secret": secret, "notify_url": notify_url}
    return ThreadingHTTPServer(("127.0.0.1", port), type("Own", (Handler,), own))


if __name__ == "__main__":
    make_pay_server(
        int(os.environ.get("PORT", "9200")), os.environ["ACME_PAY_SECRET"], os.environ["NOTIFY_URL"]
    ).serve_forever()
