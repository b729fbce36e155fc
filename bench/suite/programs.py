# SPDX-License-Identifier: MIT
"""What is measured: the gateway, nginx and HAProxy, each set up as its makers advise for this work.

One worker each, keep-alive on both sides, nothing held back. nginx has the access log that a gateway which meters
must be compared with, buffered; HAProxy has the option without which it delays streams by 200 ms.
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess

from suite import machine
from suite.generator import Generator

MODELS = {"openai": "gpt-4o-mini", "anthropic": "claude-sonnet-4-6"}  # by provider; the first is what is asked for


class Program:
    """A running proxy. `port` takes requests; `pids` are the processes that its work is counted for."""

    name = ""

    def __init__(self, folder: pathlib.Path, upstream: int, authority: pathlib.Path | None) -> None:
        self.folder, self.upstream, self.authority = folder, upstream, authority
        self.port = 0
        self.process: subprocess.Popen | None = None

    @property
    def pids(self) -> list[int]:
        return [self.process.pid]

    def start(self) -> "Program":
        raise NotImplementedError

    def stop(self) -> None:
        if self.process is not None:
            machine.stop(self.process)
            self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def _spawn(self, command: list, environment: dict[str, str] | None = None, **more: object) -> None:
        self.process = machine.start(command, machine.PROXY_CPU, environment, stdin=subprocess.DEVNULL, **more)

    def _configure(self, suffix: str, text: str) -> pathlib.Path:
        path = self.folder / f"{self.name}-{self.port}.{suffix}"
        path.write_text(text)
        return path


class Gateway(Program):
    """llm-proxy. `settings` go into its environment; `wrapper` is a command that runs it."""

    def __init__(self, folder: pathlib.Path, upstream: int, authority: pathlib.Path | None, name: str = "ours",
                 program: pathlib.Path | None = None, wrapper: list | None = None, **settings: str) -> None:
        super().__init__(folder, upstream, authority)
        self.name = name
        self.program = program or machine.BIN / "llm-proxy"
        self.wrapper = wrapper or []
        self.settings = settings

    def start(self) -> "Gateway":
        scheme = "https" if self.authority else "http"
        environment = {"LISTEN_ADDR": "127.0.0.1:0", "ADMIN_LISTEN_ADDR": "off", "PROXY_THREADS": "1",
                       "UPSTREAM_OPENAI_API_KEY": "sk-upstream-0123456789abcdef",
                       "UPSTREAM_OPENAI_BASE_URL": f"{scheme}://127.0.0.1:{self.upstream}", "EVENT_FLUSH_TIMEOUT": "10s"}
        if self.authority:
            environment["UPSTREAM_CA_FILE"] = str(self.authority)
        if "GATEWAY_CONFIG" in self.settings:
            del environment["UPSTREAM_OPENAI_BASE_URL"]  # the file says it
        self._spawn(self.wrapper + [self.program], environment | self.settings, stderr=subprocess.PIPE, text=True)
        self.port = listening_port(self.process, self.name)
        return self


class RoutedGateway(Gateway):
    """llm-proxy that goes by a file: fifty models of two providers, and the one that is asked for stands behind `provider`."""

    def __init__(self, folder: pathlib.Path, upstream: int, name: str, provider: str, **settings: str) -> None:
        super().__init__(folder, upstream, None, name, **settings)
        self.provider = provider
        self.settings["GATEWAY_CONFIG"] = str(self._file())

    @property
    def words(self) -> dict[str, object]:
        """What its cells say beside what all say."""
        return {"anthropic": 1, "rewritten": 1} if self.provider == "anthropic" else {}

    def _file(self) -> pathlib.Path:
        url = f"http://127.0.0.1:{self.upstream}"
        key = "keys: [{env: UPSTREAM_OPENAI_API_KEY}]"
        models = [f"  model-{i}: {{targets: [{{provider: {'openai' if i % 2 else 'anthropic'}}}]}}" for i in range(49)]
        asked = f"  gpt-4o-mini: {{targets: [{{provider: {self.provider}, model: {MODELS[self.provider]}}}]}}"
        path = self.folder / f"{self.name.replace(' ', '-')}.yaml"
        path.write_text("\n".join([
            "version: 1", "providers:", f"  openai: {{type: openai, base_url: '{url}', {key}}}",
            f"  anthropic: {{type: anthropic, base_url: '{url}', {key}, discover: false}}", "models:", *models, asked, ""]))
        return path


class KeyedGateway(Gateway):
    """llm-proxy that asks for one of ten thousand keys."""

    KEYS = 10_000
    REST = ""  # of its file

    def __init__(self, folder: pathlib.Path, upstream: int, name: str, wrapper: list | None = None, **settings: str) -> None:
        super().__init__(folder, upstream, None, name, wrapper=wrapper, **settings)
        keys = ["app-key-0123456789abcdef", *(f"another-key-{number:012}" for number in range(self.KEYS - 1))]
        path = folder / name.replace(" ", "-")
        path.mkdir()
        entries = [f"  - {{id: k{number}, tenant: {'team-a' if number == 0 else 'team-b'}, hash: 'sha256:{hashlib.sha256(key.encode()).hexdigest()}'}}\n"
                   for number, key in enumerate(keys)]
        for number in range(2):  # a file has at most 1 MB
            rest = self.REST if number == 0 else ""
            (path / f"{number}.yaml").write_text("version: 1\nkeys:\n" + "".join(entries[number::2]) + rest)
        self.settings |= {"GATEWAY_CONFIG": str(path), "GATEWAY_KEYS": "required",
                          "UPSTREAM_OPENAI_BASE_URL": f"http://127.0.0.1:{upstream}"}


class LimitedGateway(KeyedGateway):
    """The same, whose caller is under six rules that never refuse, and is told what is left of them."""

    RULES = ("{id: par, unit: concurrency, limit: 100000}",
             "{id: rpm, unit: requests, limit: 1000000000, per: 1m, burst: 1000000000}",
             "{id: rpd, unit: requests, limit: 1000000000000, per: 24h, burst: 1000000000000}",
             "{id: tpm, unit: tokens, limit: 1000000000000, per: 1m}",
             "{id: in, unit: input_tokens, limit: 1000000000000, per: 1m}",
             "{id: out, unit: output_tokens, limit: 1000000000000, per: 1m}")
    REST = "tenants:\n  \"*\":\n    limits:\n" + "".join(f"      - {each}\n" for each in RULES)


class RefusingGateway(KeyedGateway):
    """The same, whose caller has used up its limit."""

    REST = "tenants:\n  \"*\":\n    limits: [{id: rpd, unit: requests, limit: 1, per: 24h, burst: 1}]\n"
    words = {"status": 429}

    def __init__(self, generator: Generator, *place: object, **settings: str) -> None:
        super().__init__(*place, **settings)
        self.generator = generator

    def start(self) -> "Gateway":
        super().start()
        self.generator.run(kind="closed", port=self.port, connections=1, requests=1)
        return self


class Collector(Program):
    """llm-collector, on the CPU of the load unless it is what is measured."""

    name = "collector"

    def __init__(self, folder: pathlib.Path, measured: bool = False, **settings: str) -> None:
        super().__init__(folder, 0, None)
        self.measured, self.settings = measured, settings

    def start(self) -> "Collector":
        self.process = machine.start([machine.BIN / "llm-collector"],
                                     machine.PROXY_CPU if self.measured else machine.LOAD_CPU,
                                     {"PORT": "127.0.0.1:0", "EVENT_LOG_PATH": "/dev/null"} | self.settings,
                                     stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.port = listening_port(self.process, self.name)
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Nginx(Program):
    name = "nginx"

    def start(self) -> "Nginx":
        self.port = machine.free_port()
        scheme, tls = "http", ""
        if self.authority:
            scheme = "https"
            tls = (f"proxy_ssl_verify on; proxy_ssl_trusted_certificate {self.authority}; proxy_ssl_name localhost; "
                   "proxy_ssl_server_name on; proxy_ssl_session_reuse on; proxy_ssl_protocols TLSv1.2 TLSv1.3;")
        config = self._configure("conf", f"""
daemon off; worker_processes 1; pid {self.folder}/nginx-{self.port}.pid; error_log stderr error;
worker_rlimit_nofile 20000;
events {{ worker_connections 16384; }}
http {{
  access_log {self.folder}/nginx-{self.port}.log combined buffer=64k flush=1s;
  keepalive_requests 1000000000; keepalive_timeout 75s; tcp_nodelay on; client_max_body_size 64m;
  client_body_temp_path {self.folder}/nginx-body; proxy_temp_path {self.folder}/nginx-proxy;
  fastcgi_temp_path {self.folder}/nginx-f; uwsgi_temp_path {self.folder}/nginx-u; scgi_temp_path {self.folder}/nginx-s;
  upstream provider {{ server 127.0.0.1:{self.upstream}; keepalive 1024; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{self.port} backlog=4096;
    location / {{
      proxy_pass {scheme}://provider; proxy_http_version 1.1; proxy_set_header Connection ""; {tls}
      proxy_set_header Authorization "Bearer sk-upstream-0123456789abcdef";
      proxy_buffering off; proxy_request_buffering off;
    }}
  }}
}}
""")
        # As root nginx would otherwise become another user, who may not write to the folder.
        user = ["-g", "user root;"] if os.geteuid() == 0 else []
        self._spawn([tool("nginx"), "-c", config, *user], stderr=subprocess.DEVNULL)
        machine.wait_for_port(self.port, self.process, self.name)
        return self

    @property
    def pids(self) -> list[int]:
        return machine.children(self.process.pid)


class Haproxy(Program):
    name = "haproxy"

    def start(self) -> "Haproxy":
        self.port = machine.free_port()
        tls = f" ssl verify required ca-file {self.authority} sni str(localhost)" if self.authority else ""
        config = self._configure("cfg", f"""
global
  nbthread 1
  maxconn 9000
defaults
  mode http
  option http-no-delay
  option http-keep-alive
  http-reuse always
  timeout connect 5s
  timeout client 120s
  timeout server 120s
frontend f
  bind 127.0.0.1:{self.port} backlog 4096
  default_backend b
backend b
  http-request set-header Authorization "Bearer sk-upstream-0123456789abcdef"
  server s 127.0.0.1:{self.upstream}{tls}
""")
        self._spawn([tool("haproxy"), "-db", "-q", "-f", config], stderr=subprocess.DEVNULL)
        machine.wait_for_port(self.port, self.process, self.name)
        return self


def tool(name: str) -> str:
    """Debian keeps servers where a user's PATH does not look."""
    found = shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        raise RuntimeError(f"{name} is not installed: tools/install_deps bench")
    return found


def listening_port(process: subprocess.Popen, name: str) -> int:
    """From the daemon's log, which it goes on writing into the pipe; it says little enough never to fill it."""
    seen = []
    for line in process.stderr:
        seen.append(line)
        if line.startswith("{") and json.loads(line).get("msg") == "listening":
            return int(json.loads(line)["address"].rsplit(":", 1)[1])
    raise RuntimeError(f"{name} did not start: {''.join(seen)}")
