"""`python -m tests.benchmarks`: time pages and calls with few orders and with many.

Runs on SQLite, or on the server of DATABASE_URL in a temporary database. Times are multiples of
the time of one trivial page, so that machines can be compared.
"""

import os
import tempfile
from collections.abc import Callable
from io import StringIO
from statistics import median
from time import perf_counter

import django

FEW = 1_000
MANY = int(os.environ.get("BENCH_ORDERS", "100000"))
ROUNDS = 15

Measured = dict[str, float]


def main() -> None:
    """Measure with few orders, then with many, and print the table."""
    with tempfile.TemporaryDirectory(prefix="shop-bench-") as directory:
        os.environ.update(DEMO="1", VAR_DIR=directory, DJANGO_SETTINGS_MODULE="shop.settings")
        from shop.settings import ALLOWED_HOSTS, DATABASES, LOGGING, STATIC_ROOT, STORAGES

        ALLOWED_HOSTS.append("testserver")
        DATABASES["default"]["TEST"] = {"NAME": _name(directory)}
        STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
        LOGGING.update(root={"level": "ERROR"}, handlers={}, loggers={})
        STATIC_ROOT.mkdir()
        django.setup()

        from django.db import connection

        connection.creation.create_test_db(verbosity=0)
        try:
            _compare(connection.vendor)
        finally:
            connection.creation.destroy_test_db("", verbosity=0)


def _name(directory: str) -> str:
    at_server = os.environ.get("DATABASE_URL", "").startswith("postgres")
    return f"bench_{os.getpid()}" if at_server else f"{directory}/bench.sqlite3"


def _compare(vendor: str) -> None:
    from django.core.management import call_command
    from django.db import connection

    from tests.benchmarks.forged_orders import forge

    call_command("demo_data", stdout=StringIO())
    columns = []
    for number, more in ((FEW, FEW), (MANY, MANY - FEW)):
        for _done in forge(more, seed=number):
            pass
        if vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        columns.append(_measure())
    few, many = columns
    base = few.pop("base")
    many.pop("base")
    print(f"{vendor}; 1.0 is a page without a query, {base * 1000:.2f} ms; median of {ROUNDS}")
    print(f"{'':34}{FEW:>12,}{MANY:>12,}  orders{'growth':>10}")
    for name in few:
        print(
            f"{name:34}{few[name] / base:>12.1f}{many[name] / base:>12.1f}"
            f"{many[name] / few[name]:>18.2f}"
        )


def _measure() -> Measured:
    from django.test import Client

    from portal.accounts.management.commands.demo_data import PARTNER_TOKEN, STAFF
    from shop.orders.document import check_document
    from shop.orders.models import Order
    from shop.orders.placing import place_order
    from shop.tenancy.models import User

    browser = Client(headers={"accept-language": "en"})
    browser.force_login(User.objects.get(email=STAFF[0]))
    document = {
        "product": "s",
        "client_name": "Constantin Film",
        "project_name": "OSD Yamdu Free",
        "user_email": "nicecustomer@gmx.com",
    }
    waiting = place_order(check_document(document))
    packed = Order.objects.filter(state="packed").order_by("-pk")[FEW // 2]

    def page(address: str) -> Callable[[], object]:
        def get() -> None:
            assert browser.get(address).status_code == 200, address

        return get

    def call() -> None:
        answer = browser.post(
            "/api/orders",
            {"order": document},
            "application/json",
            headers={"authorization": f"Bearer {PARTNER_TOKEN}"},
        )
        assert answer.status_code == 201, answer.content

    things = {
        "base": page("/livez"),
        "placing an order by the API": call,
        "registration page": page(f"/register/{waiting.order_hash}/"),
        "registration, live part": page(f"/register/{waiting.order_hash}/progress/"),
        "queue": page("/staff/"),
        "queue, all orders": page("/staff/?show=all"),
        "queue, a tier's, by date": page("/staff/?show=packed&tier=s&sort=oldest"),
        "queue, numbers alone": page("/staff/counts/"),
        "search by hash": page(f"/staff/?q={packed.order_hash}"),
        "search by e-mail": page(f"/staff/?q={packed.user_email}"),
        "overview": page("/staff/overview/"),
    }
    return {name: _median(thing) for name, thing in things.items()}


def _median(thing: Callable[[], object]) -> float:
    thing()
    times = []
    for _round in range(ROUNDS):
        start = perf_counter()
        thing()
        times.append(perf_counter() - start)
    return median(times)


if __name__ == "__main__":
    main()
