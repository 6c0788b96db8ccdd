"""Customers with browsers, and programs that send no key: nobody here repeats a call blindly."""

import itertools
import json
import re
import threading
import time
from collections.abc import Callable
from html import unescape
from random import Random
from urllib.parse import urlencode, urljoin

import urllib3

from tests.faults.answers import Answers

PATIENCE = 120.0  # seconds in which a customer gets to the page of their order
FIELD = re.compile(r"<input\b[^>]*>")
NAME = re.compile(r'\bname="([^"]*)"')
VALUE = re.compile(r'\bvalue="([^"]*)"')
PAGE = re.compile(r"/register/([0-9a-f]{32})/$")
STATES = {"pending", "packing", "packed", "has_packing_errors"}


class Browser:
    """Keeps cookies, follows redirects by GET, and comes from an address of its own."""

    def __init__(self, address: str, number: int, answers: Answers) -> None:
        self.address = address
        self.answers = answers
        self.http = urllib3.PoolManager(retries=False, timeout=30)
        self.cookies: dict[str, str] = {}
        self.source = f"198.51.{number // 250 % 250}.{number % 250 + 1}"

    def call(
        self, method: str, path: str, fields: dict[str, str] | None = None
    ) -> urllib3.BaseHTTPResponse:
        """One call without following redirects. Raises urllib3's HTTPError where it is lost."""
        headers = {
            "X-Forwarded-For": self.source,
            "Accept-Language": "en",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        body = None
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = self.address
            body = urlencode(fields)
        url = urljoin(self.address, path)
        answer = self.http.request(method, url, body=body, headers=headers, redirect=False)
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


class Visitors:
    """One customer after another orders at the checkout; others look, or place without a key."""

    def __init__(self, address: str, token: str, answers: Answers, seed: int, pace: float) -> None:
        self.address = address
        self.token = token
        self.answers = answers
        self.random = Random(seed)
        self.pace = pace  # customers a second
        self.acknowledged: dict[int, str] = {}  # order_hash by a number below zero
        self.numbers = itertools.count(1)
        self.stopped = threading.Event()
        kinds = (self.buy, self.buy, self.look, self.place_without_key)
        self.threads = [threading.Thread(target=self.work, args=(each,)) for each in kinds]

    def start(self) -> None:
        """Begin to visit."""
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Begin nothing new, and wait for what was begun."""
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def work(self, visit: Callable[[int, Browser], None]) -> None:
        """One visit after another."""
        while not self.stopped.is_set():
            number = next(self.numbers)
            visit(number, Browser(self.address, number, self.answers))
            self.stopped.wait(2 / self.pace)

    def buy(self, number: int, browser: Browser) -> None:
        """Order as a customer does, again and again from what the shop shows, until it is placed."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                if order_hash := self.go_on(number, browser):
                    self.acknowledged[-number] = order_hash
                    return
            except urllib3.exceptions.HTTPError:
                self.answers.lost("page checkout")
            time.sleep(0.5)
        self.answers.complain(f"customer {number} could not order")

    def go_on(self, number: int, browser: Browser) -> str | None:
        """Go one step on from what the checkout shows; the order's hash once it is placed."""
        page = browser.call("GET", "/checkout/")
        if not self.answers.note("page checkout", page, 200, 302):
            return None
        if page.status == 302:
            target = page.headers["Location"]
            if placed := PAGE.search(target):
                return placed[1]
            tier = browser.call("GET", "/tiers/s/")
            if self.answers.note("page tier", tier, 200):
                fields = {**inputs(tier), "product": "s"}
                self.answers.note(
                    "page take tier", browser.call("POST", "/checkout/tier/", fields), 302
                )
            return None
        fields = inputs(page) | {
            "product": "s",
            "user_email": f"customer{number}@example.net",
            "client_name": f"Customer {number}",
            "project_name": f"Page {number}",
            "billing_street": "Feilitzschstraße 6",
            "billing_postal_code": "80802",
            "billing_city": "München",
            "billing_country": "DE",
            "business": "on",
            "terms": "on",
            "place": "1",
        }
        answer = browser.call("POST", "/checkout/", fields)
        if self.answers.note("page order", answer, 302, 409, 422) and answer.status == 302:
            placed = PAGE.search(answer.headers["Location"])
            return placed[1] if placed else None
        return None

    def look(self, number: int, browser: Browser) -> None:
        """Look at pages and orders: each answer is true, or says that it cannot be given now."""
        hashes = list(self.acknowledged.values())
        paths = {"page start": "/", "api guide": "/api/docs", "ready": "/readyz"}
        if hashes:
            order_hash = self.random.choice(hashes)
            paths["page order"] = f"/register/{order_hash}/"
            paths["page progress"] = f"/register/{order_hash}/progress/"
        for what, path in paths.items():
            try:
                answer = browser.call("GET", path)
            except urllib3.exceptions.HTTPError:
                self.answers.lost(what)
                continue
            if what == "ready" and answer.status == 503:
                self.answers.count["ready 503"] += 1
                continue
            self.answers.note(what, answer, 200, 204)
            if what == "page order" and answer.status == 200 and b"<h1" not in answer.data:
                self.answers.complain("the page of an order says nothing")
        self.read_api(browser)

    def read_api(self, browser: Browser) -> None:
        """Walk the list of orders by its links: each order is in a state that it may be in."""
        headers = {"Authorization": f"Bearer {self.token}", "X-Forwarded-For": browser.source}
        try:
            answer = browser.http.request(
                "GET", f"{self.address}/api/orders?per_page=50", headers=headers
            )
        except urllib3.exceptions.HTTPError:
            self.answers.lost("api list")
            return
        if self.answers.note("api list", answer, 200):
            states = {order["state"] for order in answer.json()["data"]["array"]}
            if states - STATES:
                self.answers.complain(f"orders are listed as {states - STATES}")

    def place_without_key(self, number: int, browser: Browser) -> None:
        """Place an order by a single call that is never repeated."""
        order = {
            "product": "s",
            "client_name": f"Without key {number}",
            "project_name": f"Without key {number}",
            "user_email": f"nokey{number}@example.net",
        }
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "X-Forwarded-For": browser.source,
        }
        try:
            answer = browser.http.request(
                "POST",
                f"{self.address}/api/orders",
                body=json.dumps({"order": order}).encode(),
                headers=headers,
            )
        except urllib3.exceptions.HTTPError:
            self.answers.lost("api without key")
            return
        if self.answers.note("api without key", answer, 201):
            self.acknowledged[-number] = answer.json()["data"]["order"]["order_hash"]


def inputs(page: urllib3.BaseHTTPResponse) -> dict[str, str]:
    """The fields of the forms of a page, with the values they hold."""
    found = {}
    for tag in FIELD.findall(page.data.decode()):
        if (name := NAME.search(tag)) and 'type="checkbox"' not in tag:
            value = VALUE.search(tag)
            found[unescape(name[1])] = unescape(value[1]) if value else ""
    return found
