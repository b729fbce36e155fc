# SPDX-License-Identifier: MIT
"""The chart: what Helm, Kubernetes' schemas, the restricted profile and an upgrade ask of it."""

import itertools
import json
import re

import pytest

from support.chart import (CHART, NEWEST, OLDEST, POD_KINDS, ROOT, TOOLS, VALUES, by_name, objects, render, run,
                           succeeded)

SCHEMAS = ROOT / "build" / "tools" / "schemas"
COMBINATIONS = list(itertools.product(VALUES, (OLDEST, NEWEST)))
MANIFESTS = sorted((ROOT / "deploy" / "k8s").glob("[0-9]*.yaml"))


@pytest.mark.parametrize(("values", "version"), COMBINATIONS)
def test_lint(values, version):
    files = [argument for file in VALUES[values] for argument in ("--values", file)]
    succeeded(TOOLS / "helm", "lint", "--strict", CHART, "--kube-version", version, *files)


@pytest.mark.parametrize(("values", "version"), COMBINATIONS)
def test_render_is_sound(values, version):
    for (kind, name), each in by_name(render(VALUES[values], version)).items():
        if kind == "Namespace" or name == "mock-upstream":
            continue
        assert each["metadata"]["namespace"] == "llm-system"
        assert each["metadata"]["labels"]["app.kubernetes.io/part-of"] == "llm-gateway"


def test_render_is_the_same_each_time():
    assert render(VALUES["observed-values"]) == render(VALUES["observed-values"])


def validated(text: str, version: str) -> None:
    # Schemas of what custom resource definitions add hold the part of them that the chart uses.
    built_in = SCHEMAS / f"v{version}" / "{{.ResourceKind}}{{.KindSuffix}}.json"
    own = ROOT / "tests" / "k8s" / "schemas" / "{{.ResourceKind}}{{.KindSuffix}}.json"
    output = succeeded(TOOLS / "kubeconform", "-strict", "-summary", "-output", "json", "-kubernetes-version", version,
                       "-schema-location", built_in, "-schema-location", own, "-", stdin=text)
    summary = json.loads(output)["summary"]
    assert summary["valid"] == len(objects(text)) and summary["skipped"] == 0


@pytest.mark.parametrize(("values", "version"), COMBINATIONS)
def test_schema_of_kubernetes(values, version):
    validated(render(VALUES[values], version), version)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_schema_of_kubernetes_for_manifests(path):
    for version in (OLDEST, NEWEST):
        validated(path.read_text(), version)


def test_schema_check_finds_faults():
    broken = render([]).replace("automountServiceAccountToken: false", "automountServiceAccountTokens: false")
    with pytest.raises(AssertionError):
        validated(broken, NEWEST)


def faults_of_pod(pod: dict) -> list[str]:
    """Against the profile `restricted` of the pod security standards, and what we ask for besides."""
    faults = [f"spec.{name}" for name in ("hostNetwork", "hostPID", "hostIPC") if pod.get(name)]
    allowed = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
    faults += [f"volume {each['name']}" for each in pod.get("volumes", []) if not set(each) - {"name"} <= allowed]
    context = pod.get("securityContext", {})
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        faults.append("seccompProfile")
    if not context.get("runAsNonRoot") or not context.get("runAsUser"):
        faults.append("runAsNonRoot")
    if pod.get("automountServiceAccountToken") is not False:
        faults.append("automountServiceAccountToken")
    for container in pod["containers"] + pod.get("initContainers", []):
        own = container.get("securityContext", {})
        if own.get("allowPrivilegeEscalation") is not False or not own.get("readOnlyRootFilesystem"):
            faults.append(f"{container['name']}: escalation or root file system")
        if own.get("capabilities", {}).get("drop") != ["ALL"] or own.get("capabilities", {}).get("add"):
            faults.append(f"{container['name']}: capabilities")
        if own.get("privileged") or any(port.get("hostPort") for port in container.get("ports", [])):
            faults.append(f"{container['name']}: privileged or host port")
        if not container.get("resources", {}).get("requests") or not container["resources"].get("limits", {}).get("memory"):
            faults.append(f"{container['name']}: resources")
    return faults


@pytest.mark.parametrize("values", [*VALUES, "manifests"])
def test_security_of_pods(values):
    found = objects("---\n".join(path.read_text() for path in MANIFESTS) if values == "manifests"
                    else render(VALUES[values]))
    pods = {each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in found if each["kind"] in POD_KINDS}
    pods |= {each["metadata"]["name"]: each["spec"]["jobTemplate"]["spec"]["template"]["spec"] for each in found
             if each["kind"] == "CronJob"}
    assert pods
    # The one mode that needs a namespace of the profile `privileged`; docs/kubernetes.md says so.
    expected = {"llm-gateway-proxy": ["volume spool", "llm-proxy: privileged or host port"]}
    for name, pod in pods.items():
        assert faults_of_pod(pod) == (expected.get(name, []) if values == "node-port-values" else [])


def test_security_no_key_in_a_render_with_an_existing_secret():
    for each in objects(render([])):
        assert each["kind"] != "Secret"


def fixed(text: str) -> dict[str, object]:
    """What an upgrade cannot change in place, by object."""
    frozen = {}
    for (kind, name), each in sorted(by_name(text).items()):
        spec = each.get("spec", {})
        frozen[f"{kind} {name}"] = (spec.get("selector") if kind in POD_KINDS else
                                    spec if kind == "PersistentVolumeClaim" else
                                    spec.get("clusterIP") if kind == "Service" else None)
    return frozen


@pytest.mark.parametrize("values", ["default-values", "node-local-values", "durable-values", "observed-values"])
def test_upgrade_keeps_names_and_selectors_of_the_released_chart(values):
    released = json.loads((ROOT / "tests" / "k8s" / "released.json").read_text())
    assert fixed(render(VALUES[values])) == released[values]


def test_upgrade_with_other_values_keeps_names_and_selectors():
    before, after = (render(VALUES[values]) for values in ("values-ci", "values-test"))
    assert fixed(before) == fixed(after)
    pods = [each["spec"]["template"] for text in (before, after) for each in objects(text) if each["kind"] in POD_KINDS]
    assert len({json.dumps(pod, sort_keys=True) for pod in pods}) == 5, "every pod but the mock's has to roll"


@pytest.mark.parametrize(("setting", "rolls"), [
    ("proxy.settings.LOG_LEVEL=debug", True), ("proxy.shutdown.drainSeconds=30", True),
    ("proxy.shutdown.eventSeconds=30", True),
    ("proxy.upstream.baseUrl=http://other", True), ("proxy.replicas=5", False), ("proxy.service.type=NodePort", False),
    ("metrics.rules.enabled=true", False)])
def test_render_rolls_the_proxies_when_their_configuration_changes(setting, rolls):
    def template(*settings):
        return by_name(render([], NEWEST, *settings))["Deployment", "llm-gateway-proxy"]["spec"]["template"]
    assert (template(setting) != template()) == rolls


def test_unittest():
    report = ROOT / "build" / "reports" / "k8s" / "helm-unittest.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    succeeded(TOOLS / "helm-unittest", "--strict", "--output-type", "JUnit", "--output-file", report, CHART)


def test_unittest_has_a_case_for_every_refusal():
    messages = re.findall(r'fail \(?(?:printf )?"(?:%s)?([^"]+)"', (CHART / "templates" / "_validate.tpl").read_text())
    patterns = re.findall(r"errorPattern: (.+?)\}", (CHART / "tests" / "validation_test.yaml").read_text())
    for message in messages:
        assert any(re.search(pattern.replace("proxy.image", "").replace("collector.image", ""), message)
                   for pattern in patterns), message


def test_documents_readme_is_generated(tmp_path):
    written = succeeded(TOOLS / "helm-docs", "--chart-search-root", CHART, "--dry-run", "--log-level", "error")
    assert written.strip() == (CHART / "README.md").read_text().strip(), "tools/check reformat-chart writes it"


def leaves(values: dict, at: str = "") -> set[str]:
    found = set()
    for name, value in values.items():
        path = f"{at}.{name}" if at else name
        found |= leaves(value, path) if isinstance(value, dict) and value else {path}
    return found


def test_documents_schema_knows_each_value_and_no_other():
    import yaml
    schema = json.loads((CHART / "values.schema.json").read_text())

    def known(node: dict, at: str) -> set[str]:
        node = schema["definitions"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node
        if "properties" not in node or at.endswith((".resources", ".settings")):
            return {at}
        assert node["additionalProperties"] is False, at
        return {path for name, child in node["properties"].items() for path in known(child, f"{at}.{name}" if at else name)}

    given = leaves(yaml.safe_load((CHART / "values.yaml").read_text()))
    given = {re.sub(r"\.(resources|settings)\..*", r".\1", path) for path in given}
    given = {re.sub(r"\.dashboard\.labels\..*", ".dashboard.labels", path) for path in given}
    assert known(schema, "") - {"global"} == given


MANAGED = {"proxy": {"LISTEN_ADDR", "ADMIN_LISTEN_ADDR", "UPSTREAM_OPENAI_BASE_URL", "UPSTREAM_OPENAI_API_KEY",
                     "UPSTREAM_OPENAI_API_KEY_FILE", "UPSTREAM_CA_FILE", "COLLECTOR_URL", "DRAIN_DELAY",
                     "DRAIN_TIMEOUT", "EVENT_SPOOL_DIR", "EVENT_SPOOL_MAX", "EVENT_SPOOL_EPHEMERAL",
                     "EVENT_DRAIN_TIMEOUT", "EVENTS_TOKEN_FILE", "GATEWAY_CONFIG", "GATEWAY_KEYS", "LIMITS_TOKEN_FILE"},
           "collector": {"PORT", "EVENT_LOG_PATH", "STORE_URL", "STORE_PASSWORD_FILE", "STORE_CA_FILE", "EVENTS_TOKEN_FILE",
                         "GATEWAY_CONFIG", "LIMITS_STATE_DIR", "LIMITS_TOKEN_FILE", "RECONCILE_KEY_FILE", "RECONCILE_BASE_URL",
                         "RECONCILE_CA_FILE"}}


@pytest.mark.parametrize("daemon", MANAGED)
def test_documents_settings_are_those_of_the_daemon(daemon):
    page = (ROOT / "docs" / "configuration.md").read_text().split(f"\n## llm-{daemon}\n", 1)[1].split("\n## ", 1)[0]
    variables = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
    schema = json.loads((CHART / "values.schema.json").read_text())
    settings = set(schema["properties"][daemon]["properties"]["settings"]["properties"])
    assert not settings & MANAGED[daemon]
    assert settings | MANAGED[daemon] == variables


def test_documents_sections_of_the_configuration_file_are_those_of_its_schema():
    schema = json.loads((CHART / "values.schema.json").read_text())["properties"]["gatewayConfig"]
    sections = json.loads((ROOT / "docs" / "config.schema.json").read_text())["properties"]
    assert set(schema["propertyNames"]["enum"]) == set(sections)


def test_manifests_are_what_the_chart_renders():
    succeeded("python3", "tools/k8s/manifests.py", TOOLS / "helm", "--check")


def test_manifests_have_a_namespace_of_the_restricted_profile():
    namespace, = objects((ROOT / "deploy" / "k8s" / "00-namespace.yaml").read_text())
    assert namespace["metadata"]["name"] == "llm-system"
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_manifests_fit_together():
    found = by_name("---\n".join(path.read_text() for path in MANIFESTS))
    secret = found["Secret", "openai-api-key"]
    volume, = (each["secret"] for each in found["Deployment", "llm-proxy"]["spec"]["template"]["spec"]["volumes"]
               if "secret" in each)
    assert volume["secretName"] == secret["metadata"]["name"] and volume["items"][0]["key"] in secret["stringData"]
    assert found["ConfigMap", "llm-proxy"]["data"]["COLLECTOR_URL"] == "http://llm-collector:8081"
    assert ("Service", "llm-collector") in found and ("ServiceAccount", "llm") in found


def test_render_refuses_what_the_schema_does_not_know():
    done = run(TOOLS / "helm", "template", "x", CHART, "--set", "proxy.replica=3")
    assert done.returncode != 0 and "replica" in done.stderr
