# SPDX-License-Identifier: MIT
"""A PostgreSQL server of the tests' own: Debian's, on a free port, in a temporary folder, as an unprivileged user."""

import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid

from support.process import PATIENCE, die_with_parent, wait_until

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
OWNER = "postgres"
PASSWORD = "pass word-0123456789"
FIELD, RECORD = "\x1f", "\x1e"
NUMBER = re.compile(r"-?\d+")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def as_owner() -> dict[str, object]:
    """PostgreSQL does not run as root: the account that Debian's package has made does it then."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(OWNER)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def value_of(text: str) -> object:
    return int(text) if NUMBER.fullmatch(text) else text


class PostgresServer:
    """Anybody on this machine may connect without a password, but for the user `locked`."""

    def __init__(self, **settings: str) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="llmgw-postgres-"))
        if account := as_owner():
            os.chown(self.folder, account["user"], account["group"])
        self.folder.chmod(0o755)
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.settings = settings
        self.process: subprocess.Popen | None = None
        self.port = free_port()

    def initialize(self) -> "PostgresServer":
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                  "--no-sync")
        hba = self.data / "pg_hba.conf"
        hba.write_text("local all all trust\nhost all locked 127.0.0.1/32 scram-sha-256\n"
                       "host all all 127.0.0.1/32 trust\nlocal replication all trust\n"
                       "host replication all 127.0.0.1/32 trust\n")
        self.start()
        self.sql(f"CREATE ROLE locked LOGIN PASSWORD '{PASSWORD}'", "postgres")
        return self

    def copy_as_standby(self) -> "PostgresServer":
        """Another server that follows this one, not started."""
        standby = PostgresServer(**self.settings)
        self._run("pg_basebackup", "-D", str(standby.data), "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres",
                  "-R", "--checkpoint=fast", "--no-sync")
        return standby

    def promote(self) -> None:
        self._run("pg_ctl", "promote", "-D", str(self.data), "-w")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run([BIN / program, *arguments], capture_output=True, text=True, cwd=self.folder, **as_owner())
        assert done.returncode == 0, done.stderr + done.stdout

    def start(self) -> None:
        chosen = {"listen_addresses": "127.0.0.1", "port": str(self.port), "fsync": "off", "max_connections": "60",
                  "unix_socket_directories": str(self.folder), "shared_buffers": "32MB", "log_line_prefix": "%m [%p] ",
                  "deadlock_timeout": "200ms"} | self.settings
        options = [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # of one that was killed, and is gone
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [BIN / "postgres", "-D", self.data, *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=die_with_parent, cwd=self.folder, **as_owner())
        wait_until(self.is_ready, "PostgreSQL to start", PATIENCE * 2)

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return subprocess.run([BIN / "pg_isready", "-q", "-h", str(self.folder), "-p", str(self.port)],
                              check=False).returncode == 0

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: fast; SIGQUIT: `pg_ctl stop -m immediate`; SIGKILL: all of its processes at once."""
        if self.process is None:
            return
        if number == signal.SIGKILL:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        self.process.wait(PATIENCE * 2)
        wait_until(lambda: not self._has_processes(), "its processes to end")
        self.process = None

    def _has_processes(self) -> bool:
        try:
            os.killpg(self.process.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def close(self) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder)

    def rows(self, sql: str, database: str) -> list[tuple]:
        """What a statement gives, integers as such."""
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-F", FIELD, "-R", RECORD, "-P", "null=NULL", "-v",
                               "ON_ERROR_STOP=1", "-h", str(self.folder), "-p", str(self.port), "-U", "postgres", "-d",
                               database, "-c", sql],
                              env=os.environ | {"PGOPTIONS": "-c search_path=llmgw"}, capture_output=True, text=True)
        assert done.returncode == 0, f"{sql}: {done.stderr}"
        text = done.stdout.removesuffix("\n")
        return [tuple(map(value_of, line.split(FIELD))) for line in text.split(RECORD)] if text else []

    def sql(self, statement: str, database: str) -> None:
        self.rows(statement, database)

    def url(self, database: str, user: str = "postgres", more: str = "", port: int | None = None) -> str:
        return f"postgres://{user}@127.0.0.1:{port or self.port}/{database}{more}"

    def new_database(self) -> str:
        name = f"t{uuid.uuid4().hex[:12]}"
        self.sql(f"CREATE DATABASE {name} STRATEGY = file_copy", "postgres")
        return name

    def drop(self, database: str) -> None:
        self.sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", "postgres")

    def end_sessions(self, database: str) -> int:
        """Ends whatever is connected to it; how many that were."""
        [[count]] = self.rows("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> "
                              f"pg_backend_pid() AND datname = '{database}' AND application_name = 'llm-collector'",
                              "postgres")
        return count

    def deadlocks(self) -> int:
        [[count]] = self.rows("SELECT sum(deadlocks) FROM pg_stat_database", "postgres")
        return count
