"""`python -m tests.desk_jobs [number]`: what the everyday jobs of the back office take.

Each job is done in a browser, from the queue, over so many forged orders (100,000 unless another number
is given). Printed are the interactions, the pages that were loaded, and the seconds that a person takes
by the model of `tests/keystrokes.py`.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.bench_shop import DEMO, django_with, web_server


@contextmanager
def shop_with(number: int) -> Iterator[int]:
    """Run the demo with `number` forged orders, in this process and a web server; yield its port."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop of its own
    with django_with(DEMO | {"DJANGO_ALLOW_ASYNC_UNSAFE": "1"}) as environment:
        from shop.worker.management.commands.run import prepare
        from tests.benchmarks.forged_orders import forge

        prepare()
        for _done in forge(number):
            pass
        with web_server(environment) as (_process, port):
            yield port


def main() -> int:
    """Do all jobs, or those named; return the number of those that failed."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    names = sys.argv[2:]
    failed = 0
    with shop_with(number) as port:
        from django.test import Client
        from playwright.sync_api import Error, sync_playwright

        from tests.desk_jobs.desk import Desk
        from tests.desk_jobs.jobs import JOBS
        from tests.desk_jobs.rows import make_rows
        from tests.journey.conftest import ARGUMENTS
        from tests.prepare import chromium

        rows = make_rows()
        visitor = Client()
        visitor.force_login(rows.lead)
        session = visitor.cookies["sessionid"].value
        address = f"http://localhost:{port}"
        print(f"{'job':60} clicks  loads  seconds  machine")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            for title, job in JOBS.items():
                if names and job.__name__ not in names:
                    continue
                context = browser.new_context(
                    base_url=address, locale="en-GB", viewport={"width": 1440, "height": 900}
                )
                context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
                page = context.new_page()
                page.goto("/staff/")
                desk = Desk(page)
                began = time.monotonic()
                try:
                    job(desk, rows)
                    took = time.monotonic() - began
                    print(
                        f"{title:60} {desk.interactions:6} {desk.loads:6} {desk.seconds:8.1f} {took:7.1f} s"
                    )
                except (Error, AssertionError) as error:
                    failed += 1
                    print(f"{title:60} failed after {desk.interactions}: {str(error)[:400]}")
                    page.screenshot(path=f"{os.environ['VAR_DIR']}/failed.png")
                context.close()
    return failed


if __name__ == "__main__":
    sys.exit(main())
