"""`deploy/install` and `slate-manage`, which it puts in place."""

import subprocess
from pathlib import Path

import pytest

from tests.operations.proxies import DEPLOY
from tests.operations.test_deployment_files import UNITS, succeeds

pytestmark = pytest.mark.once

DRILL = "postgres:///drill?a='b c'&d=$HOME"


@pytest.fixture
def slate_manage(tmp_path: Path) -> Path:
    """The script as it is, but for its places; its Python prints what manage.py would find."""
    settings_file = tmp_path / "settings.env"
    settings_file.write_text(
        "DATABASE_URL='of the shop'\nSHOP_NAME='Two words'\nEMAIL_URL_FILE='/etc/email_url'\n"
    )
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(
        "#!/bin/sh\n"
        'echo "$DATABASE_URL, $DATABASE_URL_FILE, $EMAIL_URL, $EMAIL_URL_FILE, $SHOP_NAME, $HOME, $*"\n'
    )
    python.chmod(0o755)
    text = (DEPLOY / "slate-manage").read_text(encoding="utf-8")
    text = text.replace("/etc/slate/slate.env", str(settings_file))
    text = text.replace("/srv/slate", str(tmp_path)).replace("runuser -u slate -- ", "")
    script = tmp_path / "slate-manage"
    script.write_text(text)
    script.chmod(0o755)
    return script


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ([], "of the shop, , , /etc/email_url"),
        ([f"DATABASE_URL={DRILL}"], f"{DRILL}, , , /etc/email_url"),
        (["EMAIL_URL=dummymail://"], "of the shop, , dummymail://, "),
        (["DATABASE_URL_FILE=/etc/drill"], ", /etc/drill, , /etc/email_url"),
    ],
)
def test_variable_of_the_caller_replaces_the_setting(
    given: list[str], found: str, slate_manage: Path
) -> None:
    told = succeeds("env", "-i", "HOME=/root", *given, slate_manage, "restore", "a file")
    # HOME is that of the shop's user, as for its units.
    assert told == f"{found}, Two words, /var/lib/slate, manage.py restore a file\n"


def test_installation_puts_every_file_in_place_once(tmp_path: Path) -> None:
    def install(host: str) -> str:
        return succeeds("env", f"DESTDIR={tmp_path}", DEPLOY / "install", host)

    assert "/etc/slate/secrets/email_url" in install("shop.test")
    secret = tmp_path / "etc/slate/secrets/secret_key"
    key, site = secret.read_text(), tmp_path / "etc/nginx/conf.d/slate.conf"
    assert len(key.strip()) >= 50
    assert secret.stat().st_mode & 0o777 == 0o400
    assert "server_name shop.test;" in site.read_text()
    assert "BASE_URL='https://shop.test'" in (tmp_path / "etc/slate/slate.env").read_text()
    units = {path.name for path in (tmp_path / "etc/systemd/system").iterdir()}
    assert units == {unit.name for unit in UNITS}

    site.write_text("changed by the operator")
    install("other.test")
    assert secret.read_text() == key
    assert site.read_text() == "changed by the operator"


@pytest.mark.parametrize(
    ("host", "told"),
    [
        (["https://shop.test/"], "https://shop.test/ is no host name"),
        ([], "The host name of the shop is missing"),
    ],
)
def test_installation_without_a_host_name_leaves_nothing_behind(
    host: list[str], told: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        ["env", f"DESTDIR={tmp_path}", DEPLOY / "install", *host],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"{told}: deploy/install shop.example.com\n"
    assert list(tmp_path.iterdir()) == []
