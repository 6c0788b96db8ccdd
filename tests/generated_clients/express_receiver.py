"""The guide's receiver of webhooks in Express, told by a running shop of an order."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

from tests.generated_clients.generators import DIRECTORY
from tests.ports import free_port
from tests.waiting import wait_for

SOURCE = Path(__file__).parents[2] / "templates" / "api" / "examples" / "receiver_express.txt"


def told_by_webhook(shop: str) -> list[str]:
    """Register an endpoint, place an order; return what the receiver has printed of it."""
    script, port = DIRECTORY / "receiver.mjs", free_port()
    script.write_text(SOURCE.read_text(encoding="utf-8"), encoding="utf-8")
    hook = {"url": f"http://localhost:{port}/hooks/orders", "events": ["order.state_changed"]}
    endpoint = _post(f"{shop}/api/webhook_endpoints", hook)["webhook_endpoint"]
    said = DIRECTORY / "received.txt"
    environment = {**os.environ, "WEBHOOK_SECRET": endpoint["secret"], "PORT": str(port)}
    with said.open("w") as out:
        process = subprocess.Popen(["node", script], cwd=DIRECTORY, env=environment, stdout=out)
        try:
            # What comes before it listens comes again five seconds later.
            order = {"product": "s", "client_name": "Constantin Film"}
            _post(f"{shop}/api/orders", {"order": order})
            wait_for(lambda: bool(said.read_text()), 60)
        finally:
            process.terminate()
            process.wait()
    return said.read_text().split()


def _post(url: str, body: dict[str, Any]) -> Any:
    headers = {"Authorization": "Bearer example-token", "Content-Type": "application/json"}
    call = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(call, timeout=60) as answer:
        return json.load(answer)["data"]
