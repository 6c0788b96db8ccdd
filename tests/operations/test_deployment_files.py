"""The files of a deployment are well-formed, hardened, and run what the shop runs."""

import os
import re
import subprocess
import sys
import venv
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import crossplane
import pytest
import yaml
from django.conf import settings
from django.core.management import load_command_class

from shop.worker import supervisor
from shop.worker.management.commands import run
from tests.notifications.certificates import make_certificate
from tests.operations.front import web_server
from tests.operations.proxies import CADDY, DEPLOY, NGINX, nginx_configuration
from tests.operations.units import unit_command
from tests.ports import free_port

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
SCRIPTS = Path(sys.executable).parent
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
EXPOSURE = 4.0  # of ten: the most that `systemd-analyze security` may find


def succeeds(*command: str | Path) -> str:
    """The output of the command; AssertionError if it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def installed_units(directory: Path) -> list[Path]:
    """Copies of the units whose instance is 8000."""
    copies = []
    for unit in UNITS:
        copy = directory / unit.name.replace("@.", "@8000.")
        copy.write_text(unit.read_text(encoding="utf-8"))
        copies.append(copy)
    return copies


def test_containerfile_passes_its_linter() -> None:
    assert succeeds(SCRIPTS / "hadolint", "Containerfile") == ""


def test_image_holds_nothing_that_lies_in_the_directory_by_chance() -> None:
    # compose.yaml has secrets/ beside the Containerfile. Docker reads no .containerignore.
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert {"shop", "portal", "templates"} <= {*copied}
    assert [name for name in copied if name == "." or name.startswith("./")] == []
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[1] == "*"
    assert not (ROOT / ".containerignore").exists()


def test_compose_file_keeps_to_its_schema() -> None:
    schema = ("--builtin-schema", "vendor.compose-spec")
    succeeds(SCRIPTS / "check-jsonschema", *schema, "compose.yaml")


def test_units_are_well_formed(tmp_path: Path) -> None:
    assert succeeds("systemd-analyze", "verify", *installed_units(tmp_path)) == ""


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_unit_is_hardened(unit: Path) -> None:
    judged = succeeds("systemd-analyze", "security", "--offline=true", "--no-pager", unit)
    found = re.search(r"Overall exposure level for .*: ([\d.]+)", judged)
    assert found
    assert float(found[1]) < EXPOSURE


def test_configuration_of_nginx_is_parsed_by_other_readers() -> None:
    parsed = crossplane.parse(str(DEPLOY / "nginx" / "slate.conf"), check_ctx=False)
    assert parsed["errors"] == []
    assert parsed["config"][0]["parsed"]


def test_configuration_of_nginx_is_taken_by_nginx(tmp_path: Path) -> None:
    assert NGINX, "The tests need nginx: install the package nginx."
    certificate = make_certificate(tmp_path, "localhost")
    main = nginx_configuration(tmp_path, certificate, 8080, 8443, (8000, 8001))
    assert "test is successful" in succeeds(NGINX, "-t", "-c", main)


def test_configuration_of_caddy_is_valid_and_formatted() -> None:
    file = DEPLOY / "caddy" / "Caddyfile"
    assert "Valid configuration" in succeeds(CADDY, "validate", "--config", file)
    assert succeeds(CADDY, "fmt", file) == file.read_text(encoding="utf-8")


def image_command() -> list[str]:
    """The words of the image's CMD."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    line = next(line for line in text.splitlines() if line.startswith("CMD "))
    return list(yaml.safe_load(line.removeprefix("CMD ")))


def test_every_deployment_starts_web_processes_as_the_demo_does() -> None:
    def changed(host: str, port: str) -> list[str]:
        # One process each: to restart one of several is what lets the others answer.
        words = " ".join(run.web_server(host, int(port))[1:])
        return words.replace("--workers 2", "--workers 1").split()

    unit = unit_command("slate-web@.service")
    assert unit[0] == ".venv/bin/python"
    assert ["8000" if word == "%i" else word for word in unit[1:]] == changed("127.0.0.1", "8000")
    assert image_command()[1:] == changed("0.0.0.0", "8000")


def test_every_deployment_lets_running_requests_end_before_it_kills_a_web_process() -> None:
    words = image_command()
    longest = int(words[words.index("--workers-kill-timeout") + 1])
    unit = (DEPLOY / "systemd" / "slate-web@.service").read_text(encoding="utf-8")
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    pods = yaml.safe_load_all((DEPLOY / "kubernetes" / "web.yaml").read_text(encoding="utf-8"))
    pod = next(pods)["spec"]["template"]["spec"]
    asleep = pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
    assert asleep[0] == "sleep"
    allowed = {
        "systemd": int(re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[0]),
        "compose": int(compose["services"]["web-1"]["stop_grace_period"].removesuffix("s")),
        "Kubernetes": pod["terminationGracePeriodSeconds"] - int(asleep[1]),
    }
    # A request may wait for a lock for many seconds; then granian itself needs a moment.
    assert longest == 15 <= supervisor.GRACE
    assert [name for name, seconds in allowed.items() if seconds < longest + 5] == []


def alive(environment: WSGIEnvironment, start: StartResponse) -> list[bytes]:
    """Answer at /livez alone."""
    start("200 OK" if environment["PATH_INFO"] == "/livez" else "404 Not Found", [])
    return []


def asked_until_it_answers(port: int, main_process: int) -> int:
    """The exit code of the unit's line that waits for the web process."""
    words = unit_command("slate-web@.service", "ExecStartPost", MAINPID=str(main_process))
    command = [word.replace("%i", str(port)) for word in words]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode


def test_web_process_has_started_once_it_answers() -> None:
    with web_server(alive) as port:
        assert asked_until_it_answers(port, os.getpid()) == 0
    text = (DEPLOY / "systemd" / "slate-web@.service").read_text(encoding="utf-8")
    assert "TimeoutStartSec=300\n" in text  # one that never answers is not waited for for ever
    guide = (ROOT / "docs" / "operators" / "deployment.md").read_text(encoding="utf-8")
    assert "apt-get install -y certbot curl " in guide


def test_web_process_that_ends_before_it_answers_is_not_waited_for() -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    assert asked_until_it_answers(free_port(), ended.pid) == 1


def test_every_deployment_starts_the_worker_by_one_command() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    command = ["python", "manage.py", "worker"]
    assert unit_command("slate-worker@.service")[1:] == command[1:]
    assert [compose["services"][f"worker-{number}"]["command"] for number in (1, 2)] == [
        command
    ] * 2


def test_containers_of_compose_have_a_read_only_root_and_no_capabilities() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    for service in compose["services"].values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]


def test_containers_of_compose_do_not_fill_the_disk_with_their_logs() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    kept = {service["logging"]["driver"] for service in compose["services"].values()}
    assert kept == {"local"}  # the driver that deletes old files


def test_proxy_shares_no_network_with_what_holds_data() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    networks = {name: {*each["networks"]} for name, each in compose["services"].items()}
    for holder in ("database", "redis"):
        assert networks[holder] == {"inside"}
        assert networks["proxy"].isdisjoint(networks[holder])
        assert networks["worker-1"] & networks["web-1"] & networks[holder]
    assert compose["networks"]["inside"] == {"internal": True}
    assert networks["proxy"] & networks["web-1"] & networks["web-2"] == {"front", "outside"}


def test_proxies_know_the_limits_of_the_shop() -> None:
    nginx = (DEPLOY / "nginx" / "slate.conf").read_text(encoding="utf-8")
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text(encoding="utf-8")
    for text in (nginx, caddy):
        assert "/staff/payments/import/" in text
    assert settings.STAFF_FORM_BYTES <= 1024 * 1024
    assert "client_max_body_size 1m;" in nginx
    assert "max_size 1MiB" in caddy
    assert settings.BANK_FILE_FORM_BYTES <= 6 * 1024 * 1024
    assert "client_max_body_size 6m;" in nginx
    assert "max_size 6MiB" in caddy


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_process_keeps_to_its_own_version_when_the_link_moves(unit: Path, tmp_path: Path) -> None:
    version, link = tmp_path / "slate-1.8.0", tmp_path / "slate"
    venv.create(version / ".venv", with_pip=False)
    link.symlink_to(version)
    assert "WorkingDirectory=/srv/slate\n" in unit.read_text(encoding="utf-8")
    done = subprocess.run(
        ["/usr/bin/env", unit_command(unit.name)[0], "-c", "import sys; print(sys.prefix)"],
        cwd=link,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(version / ".venv")


def test_nightly_backup_depends_on_no_system_check() -> None:
    assert load_command_class("shop.worker", "worker").requires_system_checks == "__all__"
    assert load_command_class("shop.operations", "backup").requires_system_checks == ()
