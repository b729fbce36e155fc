# SPDX-License-Identifier: MIT
"""Workflows, Dockerfiles and shell scripts."""

import os
import re
import shutil

import pytest
import yaml

from support.chart import CHART, ROOT, TOOLS, succeeded

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_workflows_pass_actionlint():
    succeeded(TOOLS / "actionlint", "-shellcheck", "shellcheck", *WORKFLOWS)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_pin_actions_by_commit(path):
    for line in path.read_text().splitlines():
        if "uses:" in line:
            assert re.search(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def test_workflows_take_the_seven_steps_in_order():
    jobs = yaml.safe_load((ROOT / ".github/workflows/helm-regression.yml").read_text())["jobs"]
    names = [step["name"] for job in ("chart", "cluster") for step in jobs[job]["steps"] if "name" in step]
    steps = [name for name in names if re.match(r"\d\. ", name)]
    assert [step.split(" ", 1)[0] for step in steps] == [f"{number}." for number in range(1, 8)]
    for step, word in zip(steps, ("lint", "render", "kubeconform", "helm-unittest", "upgrade", "smoke", "contract")):
        assert word in step


def steps(workflow: str) -> list[dict]:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / workflow).read_text())["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_run_programs_that_are_there(path):
    scripts = " ".join(step.get("run", "") for step in steps(path.name))
    for program in re.findall(r"(?<![\w./-])(?:tests|tools|\.ci)/[\w/-]+", scripts):
        assert os.access(ROOT / program, os.X_OK), program


def test_workflows_build_and_start_the_images_each_night():
    step, = (step for step in steps("nightly.yml") if step.get("run") == "tests/docker/run")
    assert step["env"] == {"REBUILD": "1"}


def test_workflows_publish_a_chart_that_names_its_images_whole(tmp_path):
    """The line of the release that writes the registry into the values, run on a copy."""
    line, = (line for step in steps("release.yml") for line in step.get("run", "").splitlines()
             if line.startswith("sed ") and "values.yaml" in line)
    shutil.copytree(CHART, tmp_path / "charts" / "llm-gateway")
    succeeded("env", "-C", tmp_path, "REGISTRY=registry.example", "GITHUB_REPOSITORY=team/gateway", "bash", "-ec", line)
    rendered = succeeded(TOOLS / "helm", "template", "x", tmp_path / "charts" / "llm-gateway")
    images = re.findall(r"image: \"(.+?):", rendered)
    assert sorted(images) == [f"registry.example/team/gateway/llm-{name}" for name in ("collector", "proxy")]


@pytest.mark.parametrize("path", sorted(ROOT.glob("Dockerfile.*")), ids=lambda path: path.name)
def test_workflows_build_dockerfiles_without_findings(path):
    succeeded(TOOLS / "hadolint", "--failure-threshold", "info", path)


def scripts():
    for folder in (".ci", ".githooks", "tools", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.open("rb").read(80).split(b"\n")[0].endswith(b"bash"):
                yield path


@pytest.mark.parametrize("path", list(scripts()), ids=lambda path: str(path.relative_to(ROOT)))
def test_workflows_run_scripts_without_findings(path):
    succeeded("shellcheck", "--external-sources", path)


def test_contract_of_the_cluster_step_holds_here(gateway):
    """The runner in the way that step uses it: a base URL, and a command that prints what the collector wrote."""
    succeeded("env", f"CONTRACT_BASE_URL={gateway.proxy.url}", f"CONTRACT_EVENTS_COMMAND=cat {gateway.collector.events_path}",
              "python3", "-E", "tests/contract/run.py")
