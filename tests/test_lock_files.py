"""The lock files hold what pyproject.toml asks for, by version and hash, from no index in particular."""

import re
import tomllib
from functools import cache
from itertools import combinations

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.once

ROOT = settings.BASE_DIR
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN, GROUPS = PROJECT["project"]["dependencies"], PROJECT["dependency-groups"]
ASKED_FOR = {
    "requirements.txt": RUN,
    "requirements-dev.txt": RUN + GROUPS["dev"],
    **{f"requirements-{name}.txt": GROUPS[name] for name in GROUPS if name != "dev"},
}
# Beside requirements.txt, for what a deployment uses.
DEPLOYED = [f"requirements-{name}.txt" for name in GROUPS if name not in {"dev", "postgres"}]


def text(name: str) -> str:
    """A lock file without its comments."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


@cache
def locked(name: str) -> list[tuple[Requirement, list[str]]]:
    """The packages of a lock file with their hashes."""
    entries = re.split(r"\n(?=\S)", text(name))
    parts = [re.split(r" \\\n\s+--hash=", entry) for entry in entries]
    return [(Requirement(part), hashes) for part, *hashes in parts]


@cache
def versions(name: str) -> dict[str, set[str]]:
    """The versions of each package of a lock file; more than one where Pythons differ."""
    found: dict[str, set[str]] = {}
    for package, _hashes in locked(name):
        found.setdefault(canonicalize_name(package.name), set()).add(str(package.specifier)[2:])
    return found


def test_each_lock_file_belongs_to_a_list_of_dependencies() -> None:
    assert {path.name for path in ROOT.glob("requirements*.txt")} == set(ASKED_FOR)


@pytest.mark.parametrize("name", ASKED_FOR)
def test_lock_file_fits_what_pyproject_asks_for(name: str) -> None:
    found = versions(name)
    for line in ASKED_FOR[name]:
        asked = Requirement(line)
        given = found.get(canonicalize_name(asked.name), set())
        assert given, f"{asked.name} is not locked: make lock"
        assert all(asked.specifier.contains(each) for each in given), line


@pytest.mark.parametrize("name", ASKED_FOR)
def test_each_locked_package_has_one_version_and_hashes(name: str) -> None:
    packages = locked(name)
    assert len(packages) > 1
    for package, hashes in packages:
        assert re.fullmatch(r"==[^*,]+", str(package.specifier)), package
        assert package.url is None
        assert hashes, package
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes), package


@pytest.mark.parametrize("name", ASKED_FOR)
def test_lock_file_names_no_address(name: str) -> None:
    content = (ROOT / name).read_text(encoding="utf-8")
    assert not re.findall(r"^\s*-.*|\w+://\S*", re.sub(r"--hash=", "", content), re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("requirements-postgres.txt", "requirements-dev.txt"),
        *(("requirements.txt", name) for name in ASKED_FOR),
        *combinations(DEPLOYED, 2),
    ],
)
def test_files_that_are_installed_together_lock_the_same_versions(name: str, beside: str) -> None:
    one, other = versions(name), versions(beside)
    assert {each: one[each] for each in one.keys() & other.keys()} == {
        each: other[each] for each in one.keys() & other.keys()
    }
