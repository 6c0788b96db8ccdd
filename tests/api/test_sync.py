"""The script of the chapter "Staying in sync", beside a shop in which much happens at once."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests

from tests.api.guides import code
from tests.journey.shop import running_shop
from tests.waiting import wait_for

pytestmark = [pytest.mark.long, pytest.mark.once]

HEADERS = {"Authorization": "Bearer example-token"}
CALLERS, EACH = 3, 12
PATIENCE = 60  # seconds


@contextmanager
def script(directory: Path) -> Iterator[None]:
    """The script of the guide runs in the block, in `directory`; then it is killed."""
    process = subprocess.Popen([sys.executable, "sync.py"], cwd=directory)
    try:
        yield
        assert process.poll() is None, "The script has ended."
    finally:
        process.kill()
        process.wait()


def orders_of(shop: str) -> dict[str, Any]:
    """All orders as the shop shows them, read by the list, newest first."""
    found: dict[str, Any] = {}
    address = f"{shop}/api/orders?per_page=100"
    while address:
        answer = requests.get(address, headers=HEADERS, timeout=60)
        answer.raise_for_status()
        found |= {each["order_hash"]: each for each in answer.json()["data"]["array"]}
        address = answer.links.get("next", {}).get("url", "")
    return found


def work(shop: str, seed: int) -> None:
    """Place orders, and name or cancel some of them, while the worker packs what it can."""
    dice = Random(seed)
    hashes: list[str] = []
    for number in range(EACH):
        document = {"product": "s", "client_name": f"Film {seed}-{number}", "project_name": "P"}
        if dice.random() < 0.7:
            document["user_email"] = f"m{seed}-{number}@example.com"
        hashes.append(call("POST", f"{shop}/api/orders", {"order": document}, 201))
        one = f"{shop}/api/orders/{dice.choice(hashes)}"
        call("PATCH", one, {"order": {"reference": f"A-{seed}-{number}"}}, 200)
        call("POST", f"{shop}/api/orders/{dice.choice(hashes)}/cancel", {}, 200, 409)


def call(method: str, address: str, body: Any, *statuses: int) -> str:
    """Call the API; return the hash of the order."""
    answer = requests.request(method, address, json=body, headers=HEADERS, timeout=60)
    assert answer.status_code in statuses, answer.text
    return str(answer.json().get("data", {}).get("order", {}).get("order_hash", ""))


def test_copy_of_the_script_is_what_the_shop_has(tmp_path: Path) -> None:
    partner = tmp_path / "partner"
    partner.mkdir()
    kept = partner / "orders.json"
    with running_shop(tmp_path) as shop:
        source = code(requests.get(f"{shop}/api/docs/sync", timeout=60).text, "sync-python")
        assert source.count("time.sleep(10)") == 1
        (partner / "sync.py").write_text(source.replace("time.sleep(10)", "time.sleep(0.1)"))
        with ThreadPoolExecutor(CALLERS) as threads:
            running = [threads.submit(work, shop, seed) for seed in range(CALLERS)]
            # Killed at any moment, and started again, it goes on from where it was.
            with script(partner):
                assert wait_for(lambda: len(read(kept)) > EACH, PATIENCE)
            with script(partner):
                for each in running:
                    each.result()
                assert wait_for(lambda: read(kept) == orders_of(shop), PATIENCE)
                states = {order["state"] for order in read(kept).values()}
                references = {order["reference"] for order in read(kept).values()}
    assert len(read(kept)) >= CALLERS * EACH
    assert {"packed", "cancelled"} <= states
    assert len(references) > 1


def read(kept: Path) -> dict[str, Any]:
    """The copy of the script."""
    found: dict[str, Any] = json.loads(kept.read_text())["orders"] if kept.exists() else {}
    return found
