"""The manifests for Kubernetes keep to its schemas, are hardened, and run what the shop runs."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from tests.operations.proxies import DEPLOY

pytestmark = pytest.mark.once

FOLDER = DEPLOY / "kubernetes"
MANIFESTS = [path for path in sorted(FOLDER.glob("*.yaml")) if path.stem != "kustomization"]
GUIDE = Path(settings.BASE_DIR) / "docs" / "operators" / "deployment.md"
SIZE = "nginx.ingress.kubernetes.io/proxy-body-size"


def objects(kind: str) -> dict[str, Any]:
    """All objects of a kind, by name."""
    documents = [
        document
        for path in MANIFESTS
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    ]
    return {each["metadata"]["name"]: each for each in documents if each["kind"] == kind}


def pods() -> dict[str, Any]:
    """The templates of pods, by the names of what makes the pods."""
    made = {**objects("Deployment"), **objects("Job")}
    nightly = {name: each["spec"]["jobTemplate"] for name, each in objects("CronJob").items()}
    return {name: each["spec"]["template"] for name, each in (made | nightly).items()}


def container(name: str) -> dict[str, Any]:
    """The one container of a pod."""
    (found,) = pods()[name]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def kustomization() -> dict[str, Any]:
    """The base of an overlay."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text("utf-8"))
    return found


def test_manifests_keep_to_the_schemas() -> None:
    program = Path(sys.executable).parent / "kubernetes-validate"
    judged = subprocess.run(
        [program, "--strict", *MANIFESTS], capture_output=True, text=True, check=True
    )
    assert (judged.stdout + judged.stderr).count(" passed ") >= len(MANIFESTS)


def test_kustomization_names_files_that_exist() -> None:
    apart = {"secrets.example.yaml", "setup-job.yaml"}
    assert {*kustomization()["resources"]} | apart == {path.name for path in MANIFESTS}


def test_overlay_of_the_guide_changes_what_there_is() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    overlay = yaml.safe_load(blocks[0])
    (given,), (image,) = overlay["images"], kustomization()["images"]
    assert given["name"] == image["newName"]
    ingress, data = (yaml.safe_load(each["patch"]) for each in overlay["patches"])
    assert [each["path"] for each in ingress] == ["/spec/rules/0/host", "/spec/tls/0/hosts/0"]
    shipped = objects("ConfigMap")[data["metadata"]["name"]]["data"]
    assert data["data"].keys() <= shipped.keys()


def test_pods_run_the_commands_of_the_shop() -> None:
    commands = {name: container(name).get("command", [])[2:] for name in pods()}
    assert commands == {
        "web": [],
        "worker": ["worker"],
        "setup": ["setup"],
        "backup": ["backup", "--keep", "14"],
    }


@pytest.mark.parametrize("name", ["web", "worker", "setup", "backup"])
def test_container_has_a_read_only_root_and_no_capabilities(name: str) -> None:
    found = container(name)
    assert found["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "memory" in found["resources"]["limits"]
    pod = pods()[name]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False


def test_backups_outlive_the_pod_that_makes_them() -> None:
    mounts = {each["mountPath"]: each["name"] for each in container("backup")["volumeMounts"]}
    volumes = {each["name"]: each for each in pods()["backup"]["spec"]["volumes"]}
    # The folder of BACKUP_DIR, unless it is set.
    claim = volumes[mounts["/var/lib/slate/backups"]]["persistentVolumeClaim"]["claimName"]
    assert claim in objects("PersistentVolumeClaim")
    assert "emptyDir" in volumes[mounts["/var/lib/slate"]]


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Tell if a policy is for pods with these labels."""
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    return wanted and all(
        labels.get(each["key"]) in each["values"] for each in selector.get("matchExpressions", [])
    )


def test_ingress_controller_and_prometheus_alone_reach_pods() -> None:
    allowed = {}
    for name, pod in pods().items():
        (policy,) = (
            each["spec"]
            for each in objects("NetworkPolicy").values()
            if selects(each["spec"]["podSelector"], pod["metadata"]["labels"])
        )
        assert policy["policyTypes"] == ["Ingress"]
        allowed[name] = policy.get("ingress", [])
    (rule,) = allowed.pop("web")
    assert rule["ports"] == [{"protocol": "TCP", "port": container("web")["ports"][0]["name"]}]
    assert [each["namespaceSelector"]["matchLabels"] for each in rule["from"]] == [
        {"kubernetes.io/metadata.name": name} for name in ("ingress-nginx", "monitoring")
    ]
    assert allowed == {"worker": [], "setup": [], "backup": []}


def test_ingress_knows_the_limits_of_the_shop() -> None:
    sizes = {
        each["spec"]["rules"][0]["http"]["paths"][0]["path"]: each["metadata"]["annotations"]
        for each in objects("Ingress").values()
    }
    assert sizes["/"][SIZE] == "1m"
    assert sizes["/staff/payments/import/"][SIZE] == "6m"
    assert {each["nginx.ingress.kubernetes.io/enable-access-log"] for each in sizes.values()} == {
        "false"
    }
    closed = "nginx.ingress.kubernetes.io/whitelist-source-range"
    assert [path for path, each in sizes.items() if each.get(closed) == "127.0.0.1/32"] == [
        "/metrics"
    ]
