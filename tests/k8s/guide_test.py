# SPDX-License-Identifier: MIT
"""The commands of docs/kubernetes.md and of both READMEs, run as they are written as far as that goes without a
cluster: helm and kubectl make objects without sending them, everything else has to name what is there."""

import functools
import re
import shlex

import pytest
import yaml

from support.chart import CHART, ROOT, TOOLS, by_name, objects, render, succeeded

GUIDE = ROOT / "docs" / "kubernetes.md"


def commands(page) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [" ".join(line.split()) for line in lines if line.startswith(("helm ", "kubectl "))]


ALL = list(dict.fromkeys(commands(GUIDE) + commands(ROOT / "README.md") + commands(CHART / "README.md")))
NAMESPACE = yaml.safe_load((ROOT / "deploy" / "k8s" / "00-namespace.yaml").read_text())


@functools.cache
def flags(command: str) -> set[str]:
    return set(re.findall(r"--[a-z][a-z-]+", succeeded(TOOLS / "helm", *command.split(), "--help")))


@pytest.mark.parametrize("command", [each for each in ALL if each.startswith("helm upgrade ")])
def test_documents_helm_command_installs(command):
    words = shlex.split(command)
    assert {word.split("=")[0] for word in words if word.startswith("--")} <= flags("upgrade")
    given = [word for word in words[2:] if word not in ("--install", "--reset-then-reuse-values")]
    done = succeeded(TOOLS / "helm", "install", *given, "--dry-run=client")
    assert "kind: Deployment" in done and "NOTES:" in done


@pytest.mark.parametrize("command", [each for each in ALL if re.match(r"helm (?!upgrade )", each)])
def test_documents_helm_command_is_known(command):
    words = shlex.split(command)
    assert words[2] == "llm-gateway"
    assert {word.split("=")[0] for word in words if word.startswith("--")} <= flags(words[1])


@pytest.mark.parametrize("command", [each for each in ALL if re.match(r"kubectl (-n \S+ )?create ", each)])
def test_documents_kubectl_command_creates(command):
    words = shlex.split(command.split(" | ")[0])
    dry = [] if "--dry-run=client" in words else ["--dry-run=client", "--output=yaml"]
    made, = objects(succeeded(TOOLS / "kubectl", *words[1:], *dry))
    if made["kind"] == "Secret":
        objects_of = by_name(render([CHART / "ci" / "store-values.yaml"]))
        pods = [objects_of["Deployment", "llm-gateway-proxy"]["spec"]["template"]["spec"],
                objects_of["CronJob", "llm-gateway-reconcile-openai"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]]
        known = {each["secret"]["secretName"]: each["secret"] for pod in pods for each in pod["volumes"] if "secret" in each}
        wanted = known[made["metadata"]["name"]]
        assert made["metadata"] == {"name": wanted["secretName"], "namespace": NAMESPACE["metadata"]["name"]}
        assert list(made["data"]) == [each["key"] for each in wanted["items"]]
    else:
        assert (made["kind"], made["metadata"]["name"]) == ("Namespace", NAMESPACE["metadata"]["name"])


@pytest.mark.parametrize("command", [each for each in ALL if re.match(r"kubectl (-n \S+ )?(?!create )\w", each)])
def test_documents_kubectl_command_names_what_is_there(command):
    words = shlex.split(command)
    if "apply" in words:
        files = [file for flag, file in zip(words, words[1:]) if flag == "-f"]
        assert files == [str(path.relative_to(ROOT)) for path in sorted((ROOT / "deploy" / "k8s").glob("[0-9]*.yaml"))]
    elif "label" in words:
        key, value = words[-1].split("=")
        assert NAMESPACE["metadata"]["labels"][key] == value
    else:
        assert named(command)


def named(text: str) -> set[tuple[str, str]]:
    return {(kind, name) for kind, name in re.findall(r"\b(deployment|service)/([a-z][a-z-]+)", text)}


@pytest.mark.parametrize("page", [GUIDE, ROOT / "README.md"], ids=lambda page: page.name)
def test_documents_name_objects_of_the_render(page):
    rendered = {(kind.lower(), name) for kind, name in by_name(render([]))}
    assert named(page.read_text()) <= rendered
    for service in re.findall(r"http://([a-z-]+)\.llm-system\.svc", page.read_text()):
        assert ("service", service) in rendered


def test_documents_guide_names_values_of_the_chart():
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    names = set(re.findall(r"[`\s]((?:proxy|collector|networkPolicy|metrics|image)(?:\.\w+)+)", GUIDE.read_text()))
    assert len(names) > 10
    for name in names:
        node = values
        for part in name.split("."):
            assert isinstance(node, dict) and part in node, name
            node = node[part]
