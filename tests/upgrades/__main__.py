"""`python -m tests.upgrades [VERSION [DATABASE]]`: upgrades a running shop to today's code, under load.

Each earlier release, on SQLite and on PostgreSQL, unless one is named. Prints a report for each, and
ends with an error where a caller noticed, or something was lost or done twice. On SQLite callers may
notice if versions are skipped (docs/operators/upgrades.md), but nothing may be lost.

UPGRADES_PACE: orders a second, 4. UPGRADES_SECONDS: how long the old version runs on the new database, 20.
UPGRADES_LOGS: a folder for the logs of all processes.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.postgres import throw_away_server
from tests.releases import ROOT, releases, version
from tests.upgrades.deployment import Deployment, answers, checkout, environment
from tests.upgrades.load import Load

DATABASES = ("sqlite", "postgres")
BEFORE = 10.0  # seconds of load before and after
PACE = float(os.environ.get("UPGRADES_PACE") or 4)
BETWEEN = float(os.environ.get("UPGRADES_SECONDS") or 20)


def prepare(shop: Deployment, old: Path) -> None:
    """Set the old version up with demo data, and start it."""
    shop.manage(old, "migrate", "--verbosity", "0")
    shop.manage(old, "createcachetable")
    shop.manage(old, "collectstatic", "--no-input", "--verbosity", "0")
    shop.manage(old, "demo_data")
    for place in (0, 1):
        shop.start_web(place, old, "old")
    shop.start_worker(old, "old")
    shop.start_proxy()


def upgrade(shop: Deployment, load: Load) -> dict[str, Any]:
    """Do as docs/operators/upgrades.md says: files, database, worker, one web server, the other."""
    moments: dict[str, Any] = {}
    shop.manage(ROOT, "collectstatic", "--no-input", "--verbosity", "0")
    moments["migrate"] = round(shop.manage(ROOT, "migrate", "--verbosity", "0"), 1)
    moments["failures while migrating"] = len(load.failures)
    time.sleep(BETWEEN)
    moments["failures on the new database"] = len(load.failures)
    shop.stop("worker")
    shop.start_worker(ROOT, "new")
    for place in (0, 1):
        shop.stop(f"web {place}")
        shop.start_web(place, ROOT, "new")
    return moments


def judge(load: Load) -> dict[str, Any]:
    """The facts in the rows."""
    given = {"acknowledged": list(load.acknowledged.values()), "incomplete": load.incomplete}
    done = subprocess.run(
        [sys.executable, "-m", "tests.upgrades.verdict"],
        input=json.dumps(given),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def keep_logs(home: Path) -> None:
    """Copy the logs to UPGRADES_LOGS, if it is set."""
    if target := os.environ.get("UPGRADES_LOGS"):
        Path(target).mkdir(parents=True, exist_ok=True)
        for log in home.glob("*.log"):
            shutil.copy(log, target)


def one(name: str, commit: str, database: str) -> bool:
    """Upgrade from one release on one database; print the report; return whether all went well."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-upgrade-")))
        url = stack.enter_context(throw_away_server()).address if database == "postgres" else ""
        os.environ |= environment(home, url)
        shop = Deployment(home)
        stack.callback(keep_logs, home)
        stack.callback(shop.stop_all)
        os.environ["PORT"] = str(shop.port)
        prepare(shop, checkout(commit, home / "old"))
        load = Load(shop.address, PACE)
        load.start()
        stack.callback(load.stop)
        time.sleep(BEFORE)
        report: dict[str, Any] = {"from": name, "database": database, **upgrade(shop, load)}
        time.sleep(BEFORE)
        load.stop()
        report |= judge(load)
        ways = report.pop("links")
        dead = [way for way in ways[:: max(1, len(ways) // 20)] if not answers(shop.address + way)]
        report["complaints"] += [f"a mailed link is dead: {way}" for way in dead]
        report["acknowledged"] = len(load.acknowledged)
        report["answers"] = dict(load.answers)
        report["longest without an acknowledgement"] = round(load.longest_without, 1)
        report["slowest"] = round(load.slowest, 1)
        report["failures"] = load.failures[:20]
        report["old worker"] = shop.complaints("worker-old")[:10]
        report["load of the machine"] = round(os.getloadavg()[0], 1)
        print(json.dumps(report, indent=1, ensure_ascii=False), flush=True)
        goes_on = database == "postgres" or name == earlier()[-1]
        noticed = goes_on and (load.failures or report["old worker"])
        return not (report["complaints"] or noticed)


def earlier() -> list[str]:
    """The releases before the one of the working tree, oldest first."""
    return [each for each in releases() if each != version()]


def main() -> int:
    """Upgrade from all that were asked for."""
    wanted = sys.argv[1:2] or earlier()
    well = True
    for name in wanted:
        for database in sys.argv[2:3] or DATABASES:
            well &= one(name, releases()[name], database)
    return not well


if __name__ == "__main__":
    sys.exit(main())
