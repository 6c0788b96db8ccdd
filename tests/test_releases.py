"""A release is the commit that adds its heading to the changelog, unless its tag is on a later one."""

import subprocess
from pathlib import Path

import pytest

from tests.releases import git, releases, tag

pytestmark = pytest.mark.once


def commit(root: Path, changelog: str) -> str:
    """Commit a changelog; return the commit."""
    (root / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    git("add", "CHANGELOG.md", root=root)
    git("commit", "--message", "Change", root=root)
    return git("rev-parse", "HEAD", root=root).strip()


@pytest.fixture
def repository(tmp_path: Path) -> dict[str, str]:
    """A repository in tmp_path with two releases, and a change between; their commits by version."""
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    git("config", "user.name", "Ada", root=tmp_path)
    git("config", "user.email", "ada@example.com", root=tmp_path)
    first = commit(tmp_path, "# Changes\n\n## 1.0.0 — 2026-01-01\n\n- One\n")
    commit(tmp_path, "# Changes\n\n## 1.0.0 — 2026-01-01\n\n- One.\n")
    text = "# Changes\n\n## 1.1.0 — 2026-02-01\n\n- Two\n\n## 1.0.0 — 2026-01-01\n\n- One.\n"
    return {"1.0.0": first, "1.1.0": commit(tmp_path, text)}


def test_release_is_the_commit_that_adds_its_heading(
    repository: dict[str, str], tmp_path: Path
) -> None:
    commit(tmp_path, "# Changes\n\n## 1.1.0 — 2026-02-02\n\n## 1.0.0 — 2026-01-01\n\n- One.\n")
    assert releases(tmp_path) == repository
    assert list(releases(tmp_path)) == ["1.0.0", "1.1.0"]


def test_release_with_a_tag_is_the_commit_of_its_tag(
    repository: dict[str, str], tmp_path: Path
) -> None:
    later = commit(tmp_path, "# Changes\n\n## 1.1.0 — 2026-02-02\n\n- Two.\n")
    assert releases(tmp_path) == repository
    git("tag", "--annotate", "v1.1.0", later, "--message", "Release 1.1.0", root=tmp_path)
    git("tag", "v0.9.0", repository["1.0.0"], root=tmp_path)  # the changelog does not know it
    assert releases(tmp_path) == {"1.0.0": repository["1.0.0"], "1.1.0": later}


def test_tags_are_annotated_dated_as_their_commits_and_made_once(
    repository: dict[str, str], tmp_path: Path
) -> None:
    git("tag", "v1.0.0", repository["1.0.0"], root=tmp_path)
    assert tag(tmp_path) == ["v1.1.0"]
    assert git("cat-file", "-t", "v1.1.0", root=tmp_path) == "tag\n"
    assert git("rev-parse", "v1.1.0^{commit}", root=tmp_path).strip() == repository["1.1.0"]
    dates = [
        git("for-each-ref", "--format=%(taggerdate:iso)", "refs/tags/v1.1.0", root=tmp_path),
        git("show", "--no-patch", "--format=%ci", repository["1.1.0"], root=tmp_path),
    ]
    assert dates[0] == dates[1]
    assert tag(tmp_path) == []
