#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Kubernetes' schemas as kubeconform reads them, each whole in its file: tools/k8s/schemas.py PACKAGE FOLDER VERSION...

The PyPI package kubernetes-validate has the strict schemas, but with references into one common file by an address of
its own. Only the kinds below are written.
"""

import json
import pathlib
import sys

KINDS = ("configmap-v1", "secret-v1", "service-v1", "serviceaccount-v1", "namespace-v1", "persistentvolumeclaim-v1",
         "deployment-apps-v1", "daemonset-apps-v1", "cronjob-batch-v1", "poddisruptionbudget-policy-v1",
         "ingress-networking-v1", "networkpolicy-networking-v1", "horizontalpodautoscaler-autoscaling-v2")
PREFIX = "/api/_definitions.json#/"


def inline(node: object) -> object:
    """References point into the file itself."""
    if isinstance(node, dict):
        return {name: "#/" + value.removeprefix(PREFIX).removeprefix("#/") if name == "$ref" else inline(value)
                for name, value in node.items()}
    return [inline(each) for each in node] if isinstance(node, list) else node


def needed(node: object, definitions: dict, found: dict) -> dict:
    if isinstance(node, dict):
        if "$ref" in node:
            name = node["$ref"].rsplit("/", 1)[1]
            if name not in found:
                found[name] = inline(definitions[name])
                needed(definitions[name], definitions, found)
        for value in node.values():
            needed(value, definitions, found)
    elif isinstance(node, list):
        for value in node:
            needed(value, definitions, found)
    return found


def main() -> None:
    package, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    for version in sys.argv[3:]:
        source = package / "kubernetes-json-schema" / f"v{version}-local-strict"
        definitions = json.loads((source / "_definitions.json").read_text())
        definitions = definitions.get("$defs") or definitions["definitions"]
        target = folder / f"v{version}"
        target.mkdir(parents=True, exist_ok=True)
        for kind in KINDS:
            schema = json.loads((source / f"{kind}.json").read_text())
            whole = {**inline(schema), "$defs": needed(schema, definitions, {})}
            whole.pop("$id", None)  # kubeconform knows it by its path
            (target / f"{kind}.json").write_text(json.dumps(whole))


if __name__ == "__main__":
    main()
