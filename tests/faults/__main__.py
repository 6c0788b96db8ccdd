"""`python -m tests.faults TRIAL DATABASE`: one trial on a database of its own; prints a report.

TRIAL is storm, provisioning (a storm with a flaky service) or backlog; DATABASE is sqlite or
postgres. Without them: all of both, which is what `make faults` runs.

FAULTS_SECONDS: how long a storm lasts. FAULTS_PACE: a kill about every so many seconds.
FAULTS_SEED: what the storm is drawn from. FAULTS_ORDERS: how many wait in the backlog.
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import django

from tests.journey.shop import free_port
from tests.postgres import Server, throw_away_server

TRIALS = ("storm", "provisioning", "backlog")
DATABASES = ("sqlite", "postgres")
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SHIPPED = ("approval", "client", "project", "member", "invitation")
STEPS = [
    *(f"shop.packing.steps.{name}" for name in SHIPPED),
    "acme.provision.create_workspace",
]
SHORT_WAITS = "tests.faults.settings"
MOST_COMPLAINTS = 20  # that are printed
TIMEOUT = 1.0  # of the call to the service, in seconds


def number(name: str, default: float) -> float:
    """A number from the environment."""
    return float(os.environ.get(name) or default)


def one(trial: str, database: str) -> bool:
    """Run a trial, print its report, and return whether it went well."""
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-faults-"))
        server: Server | None = None
        address = f"sqlite:///{directory}/shop.sqlite3"
        if database == "postgres":
            server = stack.enter_context(throw_away_server())
            address = server.address
        os.environ |= {
            # A backlog is worked off with the patience of every day.
            "DJANGO_SETTINGS_MODULE": "shop.settings" if trial == "backlog" else SHORT_WAITS,
            "DEMO": "1",
            "VAR_DIR": directory,
            "DATABASE_URL": address,
            "PORT": str(free_port()),
            "PYTHONPATH": str(EXAMPLES),
        }
        if trial == "provisioning":
            os.environ |= {"PACKING_STEPS": ",".join(STEPS), "ACME_TIMEOUT": str(TIMEOUT)}
        sys.path.append(str(EXAMPLES))
        django.setup()
        report: dict[str, Any] = {"trial": trial, "database": database, **run(trial, server)}
        complaints = list(report["complaints"])
        report["complaints"] = complaints[:MOST_COMPLAINTS]
        report["complaints in all"] = len(complaints)
        report["load of the machine"] = round(os.getloadavg()[0], 1)  # times depend on it
        print(json.dumps(report, indent=2), flush=True)
        if complaints:
            log = Path(directory) / "shop.log"
            print(log.read_text(errors="replace")[-20_000:], file=sys.stderr)
        return not complaints


def run(trial: str, server: Server | None) -> dict[str, Any]:
    """The report of a trial."""
    # They need the settings, which need the environment.
    from tests.faults import flaky, trials

    if trial == "backlog":
        return trials.backlog(int(number("FAULTS_ORDERS", 5000)))
    seed = int(number("FAULTS_SEED", time.time()))
    seconds, pace = number("FAULTS_SECONDS", 300), number("FAULTS_PACE", 4)
    if trial == "storm":
        return trials.storm(seconds, pace, seed, server)
    with flaky.flaky_service(seed, TIMEOUT) as service:
        os.environ["ACME_URL"] = service.address
        report = trials.storm(seconds, pace, seed, server)
        judged = service.judge()
    return {**report, **judged, "complaints": report["complaints"] + judged["complaints"]}


def every() -> bool:
    """Run each trial in a process of its own; return whether all went well."""
    well = True
    for database, trial in itertools.product(DATABASES, TRIALS):
        command = [sys.executable, "-m", "tests.faults", trial, database]
        well &= subprocess.run(command, check=False).returncode == 0
    return well


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            sys.exit(not every())
        case [trial, database] if trial in TRIALS and database in DATABASES:
            sys.exit(not one(trial, database))
    sys.exit(__doc__)
