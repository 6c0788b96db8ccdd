"""`python -m tests.deployment [SERVICE …]`: restart each service in turn while customers call it.

A service is one of "web 1", "web 2", "worker 1", "worker 2", "nginx", "nginx reload", "redis" and "postgres".
Prints a line for each phase, and ends with 1 if a call failed that should not have, or if an order was lost or
doubled. DEPLOYMENT_SECONDS: how long to watch after each restart.
"""

import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.deployment.stack import Stack, stack  # noqa: E402 -- needs the settings, like what follows
from tests.deployment.traffic import Phase, Traffic  # noqa: E402
from tests.deployment.visitor import Visitor  # noqa: E402
from tests.faults.mail_server import mail_server  # noqa: E402
from tests.waiting import wait_for  # noqa: E402

ORDERS = """
import json
from shop.orders.models import Order
print(json.dumps(list(Order.objects.exclude(reference=None).values_list("reference", "state"))))
"""
# While these restart, a 503 with Retry-After is a clean answer; without nginx there is none at all.
SHARED = {"postgres", "redis"}


def failures(phase: Phase) -> list[str]:
    """The answers that a restart of this kind must not cause."""
    found = []
    for noted in phase.answers:
        is_clean = noted.endswith(" 503") and phase.name in SHARED
        is_good = noted.split()[-1] in {"200", "201", "204", "302", "303"}
        if not (is_good or is_clean or phase.name == "nginx"):
            found.append(f"{phase.name}: {phase.answers[noted]} x {noted}")
    return found


def told(phase: Phase) -> str:
    """One line about a phase."""
    answers = ", ".join(f"{number} x {noted}" for noted, number in sorted(phase.answers.items()))
    times = f"slowest {phase.slowest:.1f} s, longest silence {phase.silence:.1f} s"
    return f"{phase.name + ':':<16}{answers}; {times}"


def orders(deployment: Stack) -> list[tuple[str, str]]:
    """Reference and state of each order."""
    return [tuple(row) for row in json.loads(deployment.manage("shell", "-v0", "-c", ORDERS))]


def judged(deployment: Stack, traffic: Traffic) -> list[str]:
    """Return the faults that are left after all is over."""
    wait_for(lambda: all(state == "packed" for _reference, state in orders(deployment)), 120)
    rows = orders(deployment)
    counted = Counter(reference for reference, _state in rows)
    return [
        *(failure for phase in traffic.phases for failure in failures(phase)),
        *traffic.visitor.complaints,
        *(f"{reference} was never acknowledged" for reference in traffic.given_up),
        *(f"{reference} is lost" for reference in sorted(traffic.acknowledged - counted.keys())),
        *(
            f"{reference} is there {number} times"
            for reference, number in counted.items()
            if number > 1
        ),
        *(f"{reference} is {state}" for reference, state in rows if state != "packed"),
    ]


def main() -> int:
    """Run, and return the exit code."""
    # Whatever ends it, nothing that it started is left.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Terminated."))
    seconds = float(os.environ.get("DEPLOYMENT_SECONDS") or 5)
    with (
        tempfile.TemporaryDirectory(prefix="shop-deployment-") as home,
        mail_server() as mails,
        stack(Path(home), mails.url) as deployment,
    ):
        deployment.start()
        visitor = Visitor(deployment.environment["BASE_URL"], mails)
        traffic = Traffic(deployment, visitor)
        traffic.start()
        time.sleep(seconds)
        for name in sys.argv[1:] or [*deployment.units, "nginx reload", "redis", "postgres"]:
            traffic.begin(name)
            deployment.restart(name)
            time.sleep(seconds)
            print(told(traffic.phases[-1]), flush=True)
        traffic.begin("after")
        time.sleep(seconds)
        traffic.stop()
        wrong = judged(deployment, traffic)
        left = deployment.stop()
    print(
        f"{len(traffic.acknowledged)} orders acknowledged.",
        f"{visitor.journeys} journeys ended.",
        *wrong,
        *left,
        sep="\n",
    )
    return 1 if wrong or left else 0


if __name__ == "__main__":
    sys.exit(main())
