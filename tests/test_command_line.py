"""The command line: whatever a command runs into, it ends in a sentence."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class


@pytest.mark.once
@pytest.mark.parametrize("asks_for_more", [False, True])
def test_database_that_is_away_ends_a_command_in_one_sentence(
    asks_for_more: bool, tmp_path: Path
) -> None:
    arguments = ["retention", *(["--traceback"] if asks_for_more else [])]
    done = subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={
            "DEMO": "1",
            "VAR_DIR": str(tmp_path),
            "DATABASE_URL": f"sqlite:///{tmp_path}/missing/shop.sqlite3",
        },
    )
    assert done.returncode == 1
    said = "The database does not work: unable to open database file.\n"
    # Nothing else: warnings of `check` are not for each command.
    assert (done.stderr == said) == (not asks_for_more)
    assert ("Traceback" in done.stderr) == asks_for_more


def test_commands_leave_it_to_check_and_doctor_to_warn() -> None:
    ours = {
        name: load_command_class(app, name)
        for name, app in get_commands().items()
        if app.startswith(("shop.", "portal."))
    }
    assert "archive_orders" in ours
    checked = {name for name, command in ours.items() if command.requires_system_checks}
    # These must not go on with what the checks find.
    assert checked == {"worker", "migrate", "demo_data", "collectstatic"}
