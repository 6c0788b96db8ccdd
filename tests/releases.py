"""`python -m tests.releases`: tags each release that has no tag yet (`make tags`).

The commit that adds a version's heading to CHANGELOG.md is its release, unless its tag is on another.
"""

import os
import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADING = re.compile(r"^\+## (\d+\.\d+\.\d+) ", re.MULTILINE)
# The first migrations of 1.0.0, and those of billing in 1.3.0, still changed after the heading was
# written: no database of those commits can be upgraded. These are the last ones of these versions.
MOVED = {
    "cb6e85a42147ee380a8e9b04aafb6e5c28572b2d": "ee57ab856ab1b29eba8d7861a7db74cb41bcaa06",
    "1862c2a8721bf41e8f3c8b32d16be3246d38a7be": "9db184e67037653cefe34863371a238542768c25",
}


def git(*arguments: str, root: Path = ROOT) -> str:
    """The output of git. Raises CalledProcessError."""
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def version(root: Path = ROOT) -> str:
    """The version of the working tree."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def releases(root: Path = ROOT) -> dict[str, str]:
    """The commit of each release, oldest first: that of its tag, else the one that adds its heading.

    A heading that came back later counts once.
    """
    found: dict[str, str] = {}
    log = git(
        *("log", "--reverse", "--format=%x00%H", "--patch", "--no-merges", "-G", "^## "),
        *("--", "CHANGELOG.md"),
        root=root,
    )
    for entry in log.split("\0")[1:]:
        commit, _newline, patch = entry.partition("\n")
        for each in HEADING.findall(patch):
            found.setdefault(each, MOVED.get(commit, commit))
    return found | {each: commit for each, commit in tags(root).items() if each in found}


def tags(root: Path = ROOT) -> dict[str, str]:
    """The commit of each version's tag."""
    listed = git(
        "tag", "--list", "v*", "--format=%(refname:short) %(objectname) %(*objectname)", root=root
    )
    named = (line.split() for line in listed.splitlines())
    # An annotated tag is an object of its own, which names the commit behind its own name.
    return {name[1:]: objects[-1] for name, *objects in named}


def tag(root: Path = ROOT) -> list[str]:
    """Tag each release that has no tag yet, annotated and dated as its commit; return the tags."""
    there = tags(root)
    missing = {f"v{each}": commit for each, commit in releases(root).items() if each not in there}
    for name, commit in missing.items():
        date = git("show", "--no-patch", "--format=%cI", commit, root=root).strip()
        subprocess.run(
            [
                "git",
                "-C",
                str(root),
                "tag",
                "--annotate",
                name,
                commit,
                "-m",
                f"Release {name[1:]}",
            ],
            env={**os.environ, "GIT_COMMITTER_DATE": date},
            check=True,
        )
    return list(missing)


if __name__ == "__main__":
    for name in tag():
        print(name)
