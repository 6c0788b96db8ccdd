"""`python -m tests.faults TRIAL DATABASE`: one trial on a database of its own; prints a report.

TRIAL is storm, provisioning (a storm with a flaky service), endings (contracts change and end, with
that service), backlog, machines (a storm over several workers with files of their own), or restore (of a backup
that was made under load); DATABASE is sqlite or postgres. Without them: all of both, which is what `make faults` runs.

FAULTS_SECONDS: how long a storm lasts. FAULTS_PACE: a fault about every so many seconds.
FAULTS_LONGEST: how long one fault may last, in seconds. FAULTS_SEED: what the storm is drawn from. FAULTS_ORDERS: how many orders wait in the backlog, or how many contracts there are. FAULTS_BILLING: 0 for orders without invoices. FAULTS_WORKERS: how many workers there are; 1, and 3 on machines.
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import django

from tests import redis_server
from tests.faults.mail_server import mail_server
from tests.ports import free_port
from tests.postgres import Server, throw_away_server

TRIALS = ("storm", "provisioning", "endings", "backlog", "machines", "restore")
DATABASES = ("sqlite", "postgres")
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SHIPPED = ("approval", "client", "project", "member", "invitation")
STEPS = [
    *(f"shop.packing.steps.{name}" for name in SHIPPED),
    "acme.provision.create_workspace",
]
CHANGING = "acme.contract_steps.resize_workspace"
ENDING = [
    *(f"shop.packing.ending_steps.{name}" for name in ("no_new_members", "close_project")),
    "shop.packing.ending_steps.export_time",
    "acme.contract_steps.remove_workspace",
    "shop.packing.ending_steps.erase_project",
]
SHORT_WAITS = "tests.faults.settings"
MOST_COMPLAINTS = 20  # that are printed
DISK = "400m"  # with room for the database of a storm
TIMEOUT = 1.0  # of the call to the service, in seconds


def number(name: str, default: float) -> float:
    """A number from the environment."""
    return float(os.environ.get(name) or default)


@contextmanager
def small_disk(directory: Path) -> Iterator[Path | None]:
    """A disk of its own at `directory`, small enough to be filled; None where we may not."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(directory)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        yield None
        return
    try:
        yield directory
    finally:
        subprocess.run(["umount", "--lazy", directory], check=True)


def of_trial(trial: str) -> dict[str, str]:
    """The variables of the steps of a trial."""
    match trial:
        case "provisioning":
            return {"PACKING_STEPS": ",".join(STEPS), "ACME_TIMEOUT": str(TIMEOUT)}
        case "endings":
            return {
                "CHANGING_STEPS": CHANGING,
                "ENDING_STEPS": ",".join(ENDING),
                "EXPORT_DAYS": "0",
                "ACME_TIMEOUT": str(TIMEOUT),
            }
    return {}


def one(trial: str, database: str) -> bool:
    """Run a trial, print its report, and return whether it went well."""
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-faults-"))
        server: Server | None = None
        var = Path(directory) / "var"  # the shop keeps it to itself
        address = f"sqlite:///{var}/shop.sqlite3"
        full_disk = stack.enter_context(small_disk(Path(directory)))
        if database == "postgres":
            server = stack.enter_context(throw_away_server(full_disk))
            address = server.address
        redis = stack.enter_context(redis_server.throw_away_server())
        mail = stack.enter_context(mail_server())
        os.environ |= {
            # A backlog is worked off with the patience of every day.
            "DJANGO_SETTINGS_MODULE": "shop.settings" if trial == "backlog" else SHORT_WAITS,
            "DEMO": "1",
            "VAR_DIR": str(var),
            "DATABASE_URL": address,
            "PORT": str(free_port()),
            "PYTHONPATH": str(EXAMPLES),
        }
        if trial != "backlog":
            os.environ |= {
                "REDIS_URL": redis.url,
                "BROKER": "redis" if server else "database",
                "EMAIL_URL": mail.url,
                "TRUSTED_PROXIES": "1",  # so that limits hold for callers from this machine
            }
        os.environ |= of_trial(trial)
        sys.path.append(str(EXAMPLES))
        django.setup()
        from tests.faults.trials import Surroundings

        left_out = "" if full_disk else "disk full: only root can make a small disk"
        longest = number("FAULTS_LONGEST", 60)
        workers = int(number("FAULTS_WORKERS", 3 if trial == "machines" else 1))
        given = Surroundings(server, redis, mail, full_disk, longest, left_out, workers)
        report: dict[str, Any] = {"trial": trial, "database": database, **run(trial, given)}
        complaints = list(report["complaints"])
        report["complaints"] = complaints[:MOST_COMPLAINTS]
        report["complaints in all"] = len(complaints)
        report["load of the machine"] = round(os.getloadavg()[0], 1)  # times depend on it
        print(json.dumps(report, indent=2), flush=True)
        if complaints:
            log = var / "shop.log"
            print(log.read_text(errors="replace")[-20_000:], file=sys.stderr)
        return not complaints


def run(trial: str, given: Any) -> dict[str, Any]:
    """The report of a trial."""
    # They need the settings, which need the environment.
    from tests.faults import flaky, trials
    from tests.faults.endings import Draw, endings

    if trial == "backlog":
        return trials.backlog(int(number("FAULTS_ORDERS", 5000)))
    seed = int(number("FAULTS_SEED", time.time()))
    seconds, pace = number("FAULTS_SECONDS", 300), number("FAULTS_PACE", 4)
    if trial == "restore":
        from tests.faults.restored_shop import restored_shop

        return restored_shop(min(seconds, 60), given.mail)
    if trial in {"storm", "machines"}:
        return trials.storm(seconds, pace, seed, given)
    with flaky.flaky_service(seed, TIMEOUT) as service:
        os.environ["ACME_URL"] = service.address
        if trial == "endings":
            contracts = int(number("FAULTS_ORDERS", 60))
            return endings(Draw(seconds, pace, seed), contracts, given, service)
        report = trials.storm(seconds, pace, seed, given)
        judged = service.judge()
    return {**report, **judged, "complaints": report["complaints"] + judged["complaints"]}


def every() -> bool:
    """Run each trial in a process of its own; return whether all went well."""
    well = True
    for database, trial in itertools.product(DATABASES, TRIALS):
        if (database, trial) == ("sqlite", "machines"):
            continue  # one file, one machine
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
