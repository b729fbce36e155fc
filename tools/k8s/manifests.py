#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The plain manifests of deploy/k8s, rendered from the chart with deploy/k8s/values.yaml.

    tools/k8s/manifests.py HELM          writes them
    tools/k8s/manifests.py HELM --check  tells whether they are as they would be written

00-namespace.yaml and 10-openai-secret.yaml are written by hand: a chart makes neither namespaces nor real keys.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "k8s"
# What only a package manager's object carries.
HELM_ONLY = ("helm.sh/chart:", "app.kubernetes.io/managed-by: Helm")
HEADS = {
    "20-collector.yaml": """# llm-collector, which stores the metering events; here it writes them to its log.
#
# The network policy is all that says who may write events. To ask for a token as well, make the secret `events-token` and
# patch both deployments as docs/kubernetes.md shows; the chart has it as `events.token.existingSecret`.""",
    "30-proxy.yaml": """# llm-proxy, the gateway: kubectl -n llm-system get service llm-proxy
#
# To keep traffic on its node, add to the Service's spec `trafficDistribution: PreferSameNode` (Kubernetes 1.35 and
# later): other nodes are used where this one has no ready proxy. `internalTrafficPolicy: Local` drops the traffic of
# such a node instead, so it wants a DaemonSet; the chart has both (proxy.mode, proxy.service.nodeLocal).""",
}
WRITTEN = "# Written by tools/k8s/manifests.py from charts/llm-gateway; change it there.\n"


def documents(helm: str) -> list[str]:
    rendered = subprocess.run(
        [helm, "template", "llm-gateway", ROOT / "charts" / "llm-gateway", "--namespace", "llm-system",
         "--values", FOLDER / "values.yaml", "--kube-version", "1.36.0"],
        check=True, capture_output=True, text=True).stdout
    parts = re.split(r"^---\n", rendered, flags=re.MULTILINE)
    return [clean(part) for part in parts if re.search(r"^kind:", part, re.MULTILINE)]


def clean(document: str) -> str:
    lines = [line.rstrip() for line in document.splitlines() if not line.startswith("# Source:")]
    return "\n".join(line for line in lines if line and not line.strip().startswith(HELM_ONLY)) + "\n"


def file_of(document: str) -> str:
    component = re.search(r"app.kubernetes.io/component: (\S+)", document)
    return "20-collector.yaml" if component and component[1] == "collector" else "30-proxy.yaml"


def order(document: str) -> int:
    """A pod's needs come before it."""
    kinds = ("ServiceAccount", "ConfigMap", "NetworkPolicy", "PodDisruptionBudget", "Deployment", "Service")
    return kinds.index(re.search(r"^kind: (\S+)", document, re.MULTILINE)[1])


def manifests(helm: str) -> dict[str, str]:
    files: dict[str, list[str]] = {name: [] for name in HEADS}
    for document in sorted(documents(helm), key=order):
        # The account is shared; it stands where the first pod needs it.
        name = "20-collector.yaml" if "kind: ServiceAccount" in document else file_of(document)
        files[name].append(document)
    return {name: f"{HEADS[name]}\n{WRITTEN}" + "---\n".join(parts)
            for name, parts in files.items()}


def main() -> int:
    stale = []
    for name, text in manifests(sys.argv[1]).items():
        path = FOLDER / name
        if sys.argv[2:] != ["--check"]:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(name)
    for name in stale:
        print(f"deploy/k8s/{name} is not what the chart renders; tools/check reformat-chart writes it", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
