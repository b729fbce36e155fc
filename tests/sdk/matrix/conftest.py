# SPDX-License-Identifier: MIT
"""Client × case: who runs what, and the matrix at the end."""

from collections.abc import Iterator

import pytest

from sdk.matrix import registry
from sdk.matrix.caller import Caller, key_for
from sdk.matrix.program import Program, Unavailable
from sdk.matrix.registry import WHOLE, case_of
from support.gateway import Factory, Gateway, Proxy
from support.keys import entry, write_keys

REPORT = registry.ROOT / "build" / "reports" / "sdk-matrix.md"
CELLS: dict[tuple[str, str], str] = {}
VERSIONS: dict[str, str] = {}  # as the clients themselves say


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "client" in metafunc.fixturenames:
        case = case_of(metafunc.function.__name__)
        clients = [each for each in registry.load() if (WHOLE or each.quick) and case not in each.lacks]
        metafunc.parametrize("client", clients, ids=lambda client: client.id)


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """As shipped: streams are asked for their usage."""
    factory = Factory(tmp_path_factory.mktemp("matrix"))
    yield factory.gateway(METERING_STREAM_USAGE=None)
    factory.close()


@pytest.fixture(scope="session")
def fenced(gateway: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Asks for keys, of which each client has some of its own: for another model, one request, one a second, and next to
    no tokens."""
    keys = []
    for number, client in enumerate(registry.load()):
        kinds = {"model": {"models": ["another-model"]},
                 "rate": {"limits": [{"id": "rate", "unit": "requests", "limit": 60, "per": "1m", "burst": 1}]},
                 "once": {"limits": [{"id": "once", "unit": "requests", "limit": 1, "per": "24h"}]},
                 "size": {"limits": [{"id": "size", "unit": "tokens", "limit": 1, "per": "1m"}]}}
        keys += [entry(f"{kind}{number}", f"{kind}{number}", key_for(client, kind), **more) for kind, more in kinds.items()]
    folder = tmp_path_factory.mktemp("fenced")
    factory = Factory(folder)
    yield factory.proxy(gateway.mock.url, None, GATEWAY_CONFIG=str(write_keys(folder / "keys.yaml", *keys)),
                        GATEWAY_KEYS="required")
    factory.close()


@pytest.fixture
def sdk(gateway: Gateway, programs: dict[str, Program], client: registry.Client) -> Caller:
    """The client of this test; where it cannot run, its tests are skipped, or fail if the matrix is to be whole."""
    caller = Caller(gateway, programs.setdefault(client.folder, Program(client.folder)), client)
    why_not = None
    try:
        VERSIONS[client.id] = caller.version()["sdk"]
    except Unavailable as reason:
        why_not = f"{client.id} cannot run: {reason}"
    if why_not and WHOLE:
        pytest.fail(why_not, pytrace=False)
    if why_not:
        pytest.skip(why_not)
    return caller


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    client = getattr(item, "callspec", None) and item.callspec.params.get("client")
    if client and (report.when == "call" or not report.passed):
        key = client.id, case_of(item.name)
        word = {"passed": "pass", "failed": "FAIL", "skipped": "skip"}[report.outcome]
        CELLS[key] = "FAIL" if CELLS.get(key) == "FAIL" else word
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    clients = [each for each in registry.load() if any(client == each.id for client, _ in CELLS)]
    if not clients:
        return
    matrix = registry.table(clients, CELLS, "not run", VERSIONS)
    if WHOLE:
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(matrix)
    terminalreporter.section("SDK matrix")
    terminalreporter.write(matrix)
