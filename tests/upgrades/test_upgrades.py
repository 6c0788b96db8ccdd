"""A shop that is upgraded from the release before, under load, loses nothing and repeats nothing.

`make upgrades` does the same from each earlier release, on both databases.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.releases import git
from tests.upgrades.__main__ import earlier

pytestmark = [pytest.mark.long, pytest.mark.once]


def has_history() -> bool:
    """Tell if this is a repository with all commits, and no copy of its files or of the last ones."""
    try:
        is_whole = git("rev-parse", "--is-shallow-repository").strip() == "false"
        return is_whole and bool(earlier())
    except (OSError, subprocess.CalledProcessError):
        return False


@pytest.mark.skipif(not has_history(), reason="The code of earlier releases is not here.")
def test_upgrade_from_the_release_before_loses_nothing_and_does_nothing_twice() -> None:
    before = earlier()[-1]
    # A light load, as other tests run beside it: what callers notice is judged by `make upgrades`.
    quick = os.environ | {"UPGRADES_PACE": "1", "UPGRADES_SECONDS": "5"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.upgrades", before, "sqlite"],
        env=quick,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.stdout, "The shop did not start: see what it printed."
    report = json.loads(done.stdout)
    assert report["from"] == before
    assert report["acknowledged"] > 5
    assert report["complaints"] == []
