"""The workflows of continuous integration, audits and releases call what there is."""

import re
from typing import Any

import pytest
import yaml
from django.conf import settings

from tests.prepare import PACKAGES
from tests.releases import version

pytestmark = pytest.mark.once

WORKFLOWS = settings.BASE_DIR / ".github" / "workflows"
MAKEFILE = (settings.BASE_DIR / "Makefile").read_text(encoding="utf-8")
# Actions of GitHub itself, by a commit: a tag can be moved. Its release stands in a comment.
ACTION = re.compile(r"uses: actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def workflow(name: str) -> dict[Any, Any]:
    """A workflow. YAML 1.1 reads its key `on` as a boolean."""
    found: dict[Any, Any] = yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))
    return found


def all_steps(name: str) -> list[dict[str, Any]]:
    """The steps of a workflow; a job may call another workflow in their place."""
    return [step for job in workflow(name)["jobs"].values() for step in job.get("steps", [])]


def steps(name: str) -> list[str]:
    """The commands of a workflow."""
    return [step["run"] for step in all_steps(name) if "run" in step]


def recipe(target: str) -> str:
    """Return the commands that `make` runs for a target."""
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert found, target
    return found[1]


NAMES = sorted(path.name for path in WORKFLOWS.glob("*.yml"))


def test_each_workflow_is_looked_at() -> None:
    assert NAMES == ["audit.yml", "ci.yml", "links.yml", "release.yml", "upgrades.yml"]


@pytest.mark.parametrize("name", NAMES)
def test_workflow_uses_released_actions_of_github_alone(name: str) -> None:
    used = re.findall(r"uses: [^.].*", (WORKFLOWS / name).read_text(encoding="utf-8"))
    assert len(used) == sum("uses" in step for step in all_steps(name)) > 0
    assert [each for each in used if not ACTION.fullmatch(each)] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_step_finds_the_token_of_the_checkout(name: str) -> None:
    checkouts = [step for step in all_steps(name) if "actions/checkout" in step.get("uses", "")]
    assert checkouts
    assert [step["with"]["persist-credentials"] for step in checkouts] == [False] * len(checkouts)


def test_release_is_published_once_all_tests_have_passed() -> None:
    jobs = workflow("release.yml")["jobs"]
    for job, name in (("test", "ci.yml"), ("upgrades", "upgrades.yml")):
        assert jobs[job] == {"uses": f"./.github/workflows/{name}"}
        assert "workflow_call" in workflow(name)[True]
    assert jobs["publish"]["needs"] == ["test", "upgrades", "build"]


@pytest.mark.parametrize("name", ["ci.yml", "upgrades.yml"])
def test_workflow_that_upgrades_has_all_earlier_releases(name: str) -> None:
    [checkout] = [step for step in all_steps(name) if "actions/checkout" in step.get("uses", "")]
    assert checkout["with"]["fetch-depth"] == 0


def test_release_is_built_by_a_job_that_may_change_nothing() -> None:
    jobs = workflow("release.yml")["jobs"]
    assert "permissions" not in jobs["build"]
    assert jobs["publish"]["permissions"]["contents"] == "write"
    commands = [step["run"] for step in jobs["publish"]["steps"] if "run" in step]
    assert len(commands) == 1
    assert "gh release create" in commands[0]


@pytest.mark.parametrize("name", NAMES)
def test_workflow_may_write_only_where_a_job_says_so(name: str) -> None:
    assert workflow(name)["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("name", NAMES)
def test_workflow_calls_targets_that_exist(name: str) -> None:
    targets = [found for step in steps(name) for found in re.findall(r"^make (\w+)", step)]
    for target in targets:
        assert recipe(target)


def test_continuous_integration_installs_programs_and_runs_its_script() -> None:
    installing, script = steps("ci.yml")
    assert {*PACKAGES.values()} - {"systemd"} <= {*installing.split()}
    assert script == ".ci/run"
    lines = (settings.BASE_DIR / ".ci" / "run").read_text().splitlines()
    assert lines[-2:] == ["make test", "make long"]
    assert "-m 'not long'" in recipe("test")
    assert "-m long" in recipe("long")


def test_audit_runs_each_week_and_whenever_a_lock_file_changes() -> None:
    calls = workflow("audit.yml")[True]
    assert len(calls["schedule"]) == 1
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", calls["schedule"][0]["cron"])
    assert calls["push"]["paths"] == calls["pull_request"]["paths"] == ["requirements*.txt"]
    assert steps("audit.yml") == ["make audit"]
    assert "for lock in requirements*.txt" in recipe("audit")


def test_release_builds_the_clients_by_a_target_that_keeps_them() -> None:
    assert "make clients OUT=dist" in steps("release.yml")
    assert "-m tests.generated_clients $(if $(OUT),--out $(OUT))" in recipe("clients")


def test_release_builds_the_shop_its_locked_packages_and_their_list() -> None:
    assert "make package" in steps("release.yml")
    made = recipe("package")
    assert "hatchling build -d dist" in made
    assert "cyclonedx_py requirements" in made
    extras = re.search(r"^EXTRAS := (.*)$", MAKEFILE, re.MULTILINE)
    assert extras
    there = {path.name for path in settings.BASE_DIR.glob("requirements-*.txt")}
    of_developers = {"requirements-dev.txt", "requirements-postgres.txt"}
    assert {f"requirements-{each}.txt" for each in extras[1].split()} == there - of_developers


def test_release_signs_sums_and_uploads_all_that_was_built() -> None:
    *building, upload = steps("release.yml")
    assert building[-1] == "cd dist && sha256sum -- * > SHA256SUMS"
    signing = [
        step["with"] for step in all_steps("release.yml") if "attest" in step.get("uses", "")
    ]
    assert signing == [{"subject-path": "dist/*"}]
    assert "dist/*" in upload


def test_release_is_for_tags_of_the_shops_version() -> None:
    assert workflow("release.yml")[True] == {"push": {"tags": ["v*"]}}
    assert (
        steps("release.yml")[0] == 'grep -qxF "version = \\"${GITHUB_REF_NAME#v}\\"" pyproject.toml'
    )
    lines = (settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    assert lines.count(f'version = "{version()}"') == 1
