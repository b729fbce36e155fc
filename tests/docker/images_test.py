# SPDX-License-Identifier: MIT
"""What is in the images, and how the programs do in them."""

import datetime
import gzip
import hashlib
import io
import json
import os
import tarfile
import urllib.request

import pytest

from support.images import ROOT, docker, inspect, logs, opened, quickstart, shell, wait_until

LIMITS = {"llm-proxy": 15_000_000, "llm-collector": 15_000_000, "mock-upstream": 15_000_000}
READY_LIMIT = 0.1  # seconds
IDLE_LIMIT = 15 * 1024  # KiB of resident memory


def files(image: str) -> dict[str, tarfile.TarInfo]:
    return {each.name: each for each in opened(image).getmembers()}


@pytest.mark.parametrize("image", LIMITS)
def test_image_is_small(images, image):
    assert inspect(image)["Size"] <= LIMITS[image]


@pytest.mark.parametrize("image", LIMITS)
def test_image_holds_one_program_and_nothing_to_run_beside_it(images, image):
    executables = {name for name, info in files(image).items()
                   if info.isfile() and info.mode & 0o111 and info.size}  # Docker adds empty ones
    assert executables == {f"usr/local/bin/{image}"}


@pytest.mark.parametrize("image", LIMITS)
def test_image_says_what_it_is(images, image):
    config = inspect(image)["Config"]
    assert config["User"] == "65532:65532"
    assert config["Healthcheck"]["Test"][:2] == ["CMD", f"/usr/local/bin/{image}"]
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in config["Labels"].items()}
    assert labels["title"] == image and labels["licenses"] == "MIT"
    assert {"version", "revision", "description", "vendor"} <= labels.keys()


@pytest.mark.parametrize("image", LIMITS)
def test_bill_of_materials_names_what_was_linked(images, image):
    archive = opened(image)
    bill = json.load(archive.extractfile("usr/share/doc/llm-gateway/sbom.spdx.json"))
    packages = {each["name"]: each for each in bill["packages"]}
    program = archive.extractfile(f"usr/local/bin/{image}").read()
    assert packages[image]["checksums"][0]["checksumValue"] == hashlib.sha256(program).hexdigest()
    linked = {each["relatedSpdxElement"] for each in bill["relationships"] if each["relationshipType"] == "STATIC_LINK"}
    for name in ("libc6-dev", "libssl-dev", "libstdc++-12-dev"):
        assert packages[name]["SPDXID"] in linked and packages[name]["versionInfo"]
        assert f"var/lib/dpkg/status.d/{name}" in archive.getnames()
    assert {"ca-certificates", "tzdata"} <= packages.keys()
    page = {"preact", "uplot"}  # what the collector's page is made of
    assert page & packages.keys() == (page if image == "llm-collector" else set())
    assert all(f"usr/share/doc/{each}/LICENSE" in archive.getnames() for each in page & packages.keys())
    ids = [each["SPDXID"] for each in bill["packages"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("image", LIMITS)
def test_licences_of_all_that_was_linked_are_there_once(images, image):
    archive = opened(image)
    packages = {each.name.removeprefix("var/lib/dpkg/status.d/") for each in archive.getmembers()
                if each.name.startswith("var/lib/dpkg/status.d/")}
    texts = {package: archive.extractfile(f"usr/share/doc/{package}/copyright.gz") for package in packages}
    assert len(packages) > 5 and all(gzip.decompress(text.read()) for text in texts.values())
    stored = [archive.extractfile(each).read() for each in archive.getmembers()
              if each.isfile() and each.name.endswith("/copyright.gz")]
    assert len(stored) == len(set(stored)) < len(packages)


@pytest.mark.parametrize("image", LIMITS)
def test_image_knows_the_time_zones(images, image):
    zones = {name.removeprefix("usr/share/zoneinfo/"): info for name, info in files(image).items()
             if name.startswith("usr/share/zoneinfo/") and not info.isdir()}
    assert {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata"} <= zones.keys()
    assert sum(info.size for info in zones.values() if info.isfile()) < 600_000
    assert all(info.mode & 0o444 == 0o444 for info in zones.values())


def ask(stream: bool) -> tuple[str, bytes]:
    body = {"model": "gpt-4o-mini", "stream": stream, "messages": [{"role": "user", "content": "Say hello."}]}
    request = urllib.request.Request("http://127.0.0.1:8080/v1/chat/completions", json.dumps(body).encode(),
                                     {"Content-Type": "application/json", "X-LLM-Tenant": "docker"})
    with urllib.request.urlopen(request, timeout=20) as response:
        return response.headers["X-LLM-Request-ID"], response.read()


def event_of(request_id: str) -> dict:
    def find():
        for line in docker("logs", "llm-collector").splitlines():
            if request_id in line:
                return json.loads(line)
        return None
    return wait_until(find, 10, f"the event of {request_id}")


def test_quickstart_request_is_answered_and_metered(gateway):
    answer = json.loads(shell(quickstart()[2].split("docker logs")[0], 30))
    assert answer["choices"][0]["message"]["content"]
    wait_until(lambda: '"tenant":"team-a"' in shell(quickstart()[2].split("\n\n")[-1], 30), 10, "the event is shown")


@pytest.mark.parametrize("stream", [False, True])
def test_request_is_relayed_and_metered(gateway, stream):
    request_id, answer = ask(stream)
    assert answer.endswith(b"data: [DONE]\n\n") if stream else json.loads(answer)["choices"]
    event = event_of(request_id)
    assert (event["tenant"], event["outcome"], event["stream"]) == ("docker", "completed", stream)


def moment(text: str) -> float:
    whole, fraction = text.rstrip("Z").split(".")
    return datetime.datetime.fromisoformat(whole).replace(
        tzinfo=datetime.timezone.utc).timestamp() + float("0." + fraction)


HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--network", "none")


def started(image: str, *settings: str) -> str:
    return docker("run", "--detach", *HARDENED, *(f"--env={each}" for each in settings), image)


PROXY = ("UPSTREAM_OPENAI_API_KEY=sk-test",)


def test_proxy_is_ready_at_once(images):
    def once() -> float:
        container = started("llm-proxy", *PROXY)
        try:
            lines = wait_until(lambda: [json.loads(line) for line in logs(container).splitlines()
                                        if '"admin"' in line], 10, "it listens")
            took = moment(lines[0]["ts"]) - moment(inspect(container)["State"]["StartedAt"])
            print(f"ready after {took * 1000:.0f} ms")
            return took
        finally:
            docker("rm", "--force", container)

    # Other work on the machine can only make it later: one start in time is proof.
    assert any(once() <= READY_LIMIT for _ in range(20))


@pytest.mark.parametrize(("image", "settings"), [("llm-proxy", PROXY), ("llm-collector", ())])
def test_idle_memory(images, image, settings):
    container = started(image, *settings)
    try:
        wait_until(lambda: '"listening"' in logs(container), 10, "it listens")
        status = open(f"/proc/{inspect(container)['State']['Pid']}/status").read()
        resident = int(status.split("VmRSS:")[1].split()[0])
        print(f"{image}: {resident} KiB resident")
        assert resident <= IDLE_LIMIT
    finally:
        docker("rm", "--force", container)


@pytest.mark.parametrize(("image", "settings"), [("llm-proxy", PROXY), ("llm-collector", ())])
def test_stops_by_itself_on_sigterm(images, image, settings):
    container = started(image, *settings)
    try:
        wait_until(lambda: '"listening"' in logs(container), 10, "it listens")
        docker("stop", "--time", "20", container)
        assert inspect(container)["State"]["ExitCode"] == 0
    finally:
        docker("rm", "--force", container)


def test_unhealthy_when_it_does_not_answer(images):
    assert docker("run", "--rm", *HARDENED, "--entrypoint", "/usr/local/bin/llm-proxy", "--env", PROXY[0], "llm-proxy",
                  "--help").startswith("llm-proxy ")
    container = docker("create", *HARDENED, "--env", PROXY[0], "llm-proxy", "--healthcheck")
    try:
        docker("start", container)
        assert docker("wait", container) == "1"
    finally:
        docker("rm", "--force", container)


@pytest.mark.skipif(os.environ.get("REBUILD") != "1", reason="REBUILD=1 builds everything a second time")
@pytest.mark.timeout(3600)
def test_second_build_is_identical(images):
    def digest(image: str) -> str:
        return hashlib.sha256(opened(image).extractfile("usr/local/bin/llm-proxy").read()).hexdigest()
    first = digest("llm-proxy")
    shell("docker build --no-cache -f Dockerfile.proxy -t llm-proxy:again .", 3000)
    try:
        assert digest("llm-proxy:again") == first
        assert set(files("llm-proxy:again")) == set(files("llm-proxy"))
    finally:
        docker("rmi", "llm-proxy:again")


@pytest.mark.parametrize("file", ["Dockerfile.collector", "Dockerfile.mock"])
def test_images_share_one_build(file):
    def shared(name: str) -> str:
        text = (ROOT / name).read_text()
        return text[text.index("FROM "):text.index("# end of what is alike")]
    assert shared(file) == shared("Dockerfile.proxy")
