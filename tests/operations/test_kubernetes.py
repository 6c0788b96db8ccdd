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
MANIFESTS = [path for path in sorted(FOLDER.rglob("*.yaml")) if path.stem != "kustomization"]
# Their kinds are not among Kubernetes' own.
OF_THE_GATEWAY = [FOLDER / "gateway.yaml", FOLDER / "envoy-gateway" / "policies.yaml"]
GUIDE = Path(settings.BASE_DIR) / "docs" / "operators" / "deployment.md"


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


def kustomization(folder: str = ".") -> dict[str, Any]:
    """The base of an overlay, or a component."""
    path = FOLDER / folder / "kustomization.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def test_manifests_keep_to_the_schemas() -> None:
    program = Path(sys.executable).parent / "kubernetes-validate"
    ours = [path for path in MANIFESTS if path not in OF_THE_GATEWAY]
    judged = subprocess.run(
        [program, "--strict", *ours], capture_output=True, text=True, check=True
    )
    assert (judged.stdout + judged.stderr).count(" passed ") >= len(ours)


def test_kustomization_names_files_that_exist() -> None:
    apart = {"secrets.example.yaml", "setup-job.yaml", *kustomization("envoy-gateway")["resources"]}
    assert {*kustomization()["resources"]} | apart == {path.name for path in MANIFESTS}


def test_overlay_of_the_guide_changes_what_there_is() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    overlay = yaml.safe_load(next(each for each in blocks if "kind: Kustomization" in each))
    (given,), (image,) = overlay["images"], kustomization()["images"]
    assert given["name"] == image["newName"]
    folders = [*overlay["resources"], *overlay["components"]]
    assert [Path(each).name for each in folders] == ["kubernetes", "envoy-gateway"]
    gateway, data = (yaml.safe_load(each["patch"]) for each in overlay["patches"])
    assert [each["path"] for each in gateway] == [
        "/spec/gatewayClassName", "/spec/listeners/0/hostname", "/spec/listeners/1/hostname",
    ]  # fmt: skip
    assert [each["hostname"] for each in listeners().values()] == ["shop.example.com"] * 2
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


def test_restore_of_the_guide_waits_for_the_pods_that_use_the_database() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    (given,) = re.findall(r"wait --for=delete pod -l 'app in \(([a-z,]+)\)'", guide)
    assert given.split(",") == [
        pods()[name]["metadata"]["labels"]["app"] for name in objects("Deployment")
    ]
    assert all(f"deploy/{name} " in guide for name in objects("Deployment"))
    # Each Job may fail, too: nothing waits an hour for it to succeed.
    ended = re.findall(r"--for=jsonpath=.* --timeout=(?:10m|1h) (job/\S+)", guide)
    complete = re.findall(r"--for=condition=complete --timeout=1m (job/\S+)", guide)
    assert ended == complete
    assert guide.count("--for=condition=complete ") == len(complete) == 4


def test_claim_of_the_backups_holds_one_more_than_are_kept() -> None:
    sizes = {
        name: int(each["spec"]["resources"]["requests"]["storage"].removesuffix("Gi"))
        for name, each in objects("PersistentVolumeClaim").items()
    }
    kept = int(container("backup")["command"][-1])
    # Each has all files of invoices, and the database.
    assert sizes["backups"] > (kept + 1) * sizes["invoices"]


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Tell if a policy is for pods with these labels."""
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    return wanted and all(
        labels.get(each["key"]) in each["values"] for each in selector.get("matchExpressions", [])
    )


def test_gateway_and_prometheus_alone_reach_pods() -> None:
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
        {"kubernetes.io/metadata.name": name} for name in ("envoy-gateway-system", "monitoring")
    ]
    assert allowed == {"worker": [], "setup": [], "backup": []}


def listeners() -> dict[str, Any]:
    """The listeners of the gateway, by name."""
    return {each["name"]: each for each in objects("Gateway")["web"]["spec"]["listeners"]}


def routes(listener: str) -> dict[str, Any]:
    """The rules of the routes at a listener of the gateway, by the path."""
    found = {}
    for route in objects("HTTPRoute").values():
        (parent,), (rule,) = route["spec"]["parentRefs"], route["spec"]["rules"]
        assert parent["name"] in objects("Gateway")
        if parent["sectionName"] == listener:
            found[rule.get("matches", [{}])[0].get("path", {}).get("value")] = rule
    return found


def test_gateway_leads_from_http_to_https() -> None:
    assert {name: each["protocol"] for name, each in listeners().items()} == {
        "http": "HTTP", "https": "HTTPS",
    }  # fmt: skip
    (rule,) = routes("http").values()
    (way,) = rule["filters"]
    assert way["requestRedirect"] == {"scheme": "https", "statusCode": 301}


def test_gateway_passes_requests_on_to_the_web_pods_but_those_for_metrics() -> None:
    passed_on = routes("https")
    metrics = passed_on.pop("/metrics")
    assert metrics["filters"][0]["type"] == "RequestRedirect"
    assert passed_on.keys() == {"/", "/staff/payments/import/", "/static/"}
    for rule in passed_on.values():
        (backend,) = rule["backendRefs"]
        ports = objects("Service")[backend["name"]]["spec"]["ports"]
        assert backend["port"] in [each["port"] for each in ports]
        assert rule["timeouts"] == {"request": "10m"}


@pytest.mark.parametrize("path", ["/", "/staff/payments/import/"])
def test_gateway_removes_what_the_web_server_would_take_for_the_proxys_headers(path: str) -> None:
    (change,) = routes("https")[path]["filters"]
    removed = change["requestHeaderModifier"]["remove"]
    names = [name for name in removed if "_" in name]
    assert {name.replace("_", "-") for name in names} == {"X-Forwarded-For", "X-Forwarded-Proto"}
    assert len(names) == 6
    # The gateway's own.
    assert not {"X-Forwarded-For", "X-Forwarded-Proto"} & {*removed}


def test_envoy_gateway_knows_the_limits_of_the_shop() -> None:
    policies = objects("BackendTrafficPolicy")
    for name, policy in policies.items():
        (target,) = policy["spec"]["targetRefs"]
        assert (target["kind"], target["name"]) == ("HTTPRoute", name)
        assert policy["spec"]["circuitBreaker"] == {"maxRequestsPerConnection": 1}
    passed_on = {name for name, each in objects("HTTPRoute").items() if _has_backend(each)}
    assert policies.keys() == passed_on
    assert {name: each["spec"]["requestBuffer"]["limit"] for name, each in policies.items()} == {
        "web": "1Mi", "bank-files": "6Mi", "static": "1Mi",
    }  # fmt: skip
    retries = {name: each["spec"]["retry"]["retryOn"] for name, each in policies.items()}
    assert retries.pop("static")["httpStatusCodes"] == [404]
    # Nothing by which a POST that was sent would be sent once more.
    assert list(retries.values()) == [{"triggers": ["connect-failure"]}] * 2


def test_envoy_gateway_logs_no_hashes_and_trusts_no_header_of_visitors() -> None:
    (patch,) = kustomization("envoy-gateway")["patches"]
    named = yaml.safe_load(patch["patch"])["spec"]["infrastructure"]["parametersRef"]["name"]
    assert objects("EnvoyProxy")[named]["spec"]["telemetry"]["accessLog"] == {"disable": True}
    policy = objects("ClientTrafficPolicy")["web"]["spec"]
    assert policy["targetRefs"][0]["name"] in objects("Gateway")
    assert policy["headers"] == {
        "requestID": "Preserve",
        "withUnderscoresAction": "DropHeader",
        "earlyRequestHeaders": {"remove": ["X-Forwarded-For"]},
    }


def _has_backend(route: dict[str, Any]) -> bool:
    return any("backendRefs" in rule for rule in route["spec"]["rules"])
