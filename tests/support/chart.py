# SPDX-License-Identifier: MIT
"""The chart and the tools that look at it."""

import pathlib
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "llm-gateway"
TOOLS = ROOT / "build" / "tools" / "bin"
OLDEST, NEWEST = "1.29.0", "1.37.0"  # Kubernetes versions that the chart is for
VALUES = {path.stem: [path] for path in sorted((CHART / "ci").glob("*-values.yaml"))} | {
    "values-ci": [CHART / "values-ci.yaml"], "values-test": [CHART / "values-ci.yaml", CHART / "values-test.yaml"]}
POD_KINDS = ("Deployment", "DaemonSet")


def run(*command, stdin: str = "") -> subprocess.CompletedProcess:
    return subprocess.run([str(each) for each in command], cwd=ROOT, input=stdin, capture_output=True, text=True)


def succeeded(*command, stdin: str = "") -> str:
    done = run(*command, stdin=stdin)
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
    return done.stdout


def render(files, version: str = NEWEST, *settings: str) -> str:
    arguments = [argument for file in files for argument in ("--values", file)]
    arguments += [argument for setting in settings for argument in ("--set", setting)]
    return succeeded(TOOLS / "helm", "template", "llm-gateway", CHART, "--namespace", "llm-system",
                     "--kube-version", version, *arguments)


def objects(text: str) -> list[dict]:
    return [each for each in yaml.safe_load_all(text) if each]


def by_name(text: str) -> dict[tuple[str, str], dict]:
    found = objects(text)
    named = {(each["kind"], each["metadata"]["name"]): each for each in found}
    assert len(named) == len(found), "two objects of one kind and name"
    return named
