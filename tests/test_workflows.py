"""The workflows of continuous integration and of releases call what there is."""

import re
from typing import Any

import pytest
import yaml
from django.conf import settings

from tests.generated_clients.client_packages import version

pytestmark = pytest.mark.once

WORKFLOWS = settings.BASE_DIR / ".github" / "workflows"
MAKEFILE = (settings.BASE_DIR / "Makefile").read_text(encoding="utf-8")


def steps(name: str) -> list[str]:
    """The commands of a workflow."""
    workflow: dict[str, Any] = yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))
    jobs = workflow["jobs"].values()
    return [step["run"] for job in jobs for step in job["steps"] if "run" in step]


def test_continuous_integration_runs_its_script() -> None:
    assert steps("ci.yml") == [".ci/run"]
    assert (settings.BASE_DIR / ".ci" / "run").exists()


def test_release_builds_the_clients_by_a_target_that_keeps_them() -> None:
    _version, build, upload = steps("release.yml")
    found = re.fullmatch(r"make (\w+) OUT=(\w+)", build)
    assert found
    recipe = re.search(rf"^{found[1]}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert recipe
    assert "-m tests.generated_clients $(if $(OUT),--out $(OUT))" in recipe[1]
    assert f"{found[2]}/*" in upload


def test_release_is_for_tags_of_the_shops_version() -> None:
    workflow = yaml.safe_load((WORKFLOWS / "release.yml").read_text(encoding="utf-8"))
    # YAML 1.1 reads the key as a boolean.
    assert workflow[True] == {"push": {"tags": ["v*"]}}
    assert (
        steps("release.yml")[0] == 'grep -qx "version = \\"${GITHUB_REF_NAME#v}\\"" pyproject.toml'
    )
    lines = (settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    assert lines.count(f'version = "{version()}"') == 1
