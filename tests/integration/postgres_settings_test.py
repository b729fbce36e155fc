# SPDX-License-Identifier: MIT
"""How a PostgreSQL store is reached: passwords, TLS, a pool, the environment, and servers that are refused."""

import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator

import pytest

from support import wire
from support.certificates import Authority
from support.gateway import Factory
from support.postgres import PASSWORD, PostgresServer, as_owner, free_port
from support.process import die_with_parent, run, wait_until
from support.senders import Senders, lines, metrics, new_ids, post
from support.store import PostgresStore, Servers, event
from support.store_files import imported, log_of

DAY = 86_400_000


@pytest.fixture
def store(servers: Servers) -> PostgresStore:
    return PostgresStore(servers.postgres)


def refused(url: str, **settings: str) -> str:
    """Of a collector that does not start; what it says."""
    done = run("llm-collector", PORT="127.0.0.1:0", QUERY_LISTEN_ADDR="off", STORE_URL=url, **settings)
    assert done.returncode == 2, done
    assert PASSWORD not in done.stderr and "hush" not in done.stderr
    return done.stderr


def test_password(factory: Factory, store: PostgresStore, tmp_path: pathlib.Path):
    store.server.sql(f"GRANT ALL ON DATABASE {store.database} TO locked", "postgres")
    url = store.server.url(store.database, user="locked")
    assert "the password is wrong" in refused(url)
    wrong = tmp_path / "wrong"
    wrong.write_text("hush")
    assert "the password is wrong" in refused(url, STORE_PASSWORD_FILE=str(wrong))
    assert "cannot be read" in refused(url, STORE_PASSWORD_FILE="/none")
    assert "must have no password" in refused(url.replace("locked@", "locked:hush@"))
    right = tmp_path / "right"
    right.write_text(PASSWORD + "\n")
    collector = factory.collector(STORE_URL=url, STORE_PASSWORD_FILE=str(right))
    assert post(collector.address, lines(new_ids(3))).status == 202
    right.write_text("changed at the server, too")  # read at each connection
    store.server.sql("ALTER ROLE locked PASSWORD 'changed at the server, too'", "postgres")
    store.server.end_sessions(store.database)
    try:
        assert post(collector.address, lines(new_ids(3))).status == 202
    finally:
        store.server.sql(f"ALTER ROLE locked PASSWORD '{PASSWORD}'", "postgres")
    assert store.check() == 6
    assert PASSWORD not in collector.daemon.log() and "at the server" not in collector.daemon.log()


def test_nothing_of_the_environment_counts(factory: Factory, store: PostgresStore, tmp_path: pathlib.Path):
    (tmp_path / ".pgpass").write_text(f"*:*:*:*:{PASSWORD}\n")
    (tmp_path / ".pgpass").chmod(0o600)
    foreign = {"PGHOST": "192.0.2.1", "PGHOSTADDR": "192.0.2.1", "PGPORT": "1", "PGUSER": "nobody", "PGDATABASE": "none",
               "PGSERVICE": "none", "PGSERVICEFILE": "/none", "PGSSLMODE": "require", "PGPASSWORD": PASSWORD,
               "PGOPTIONS": "-c statement_timeout=1", "PGTARGETSESSIONATTRS": "standby", "HOME": str(tmp_path)}
    collector = factory.collector(STORE_URL=store.url, **foreign)
    assert post(collector.address, lines(new_ids(3))).status == 202
    assert store.check() == 3
    locked = store.server.url(store.database, user="locked")
    assert "the password is wrong" in refused(locked, **foreign)


@pytest.mark.parametrize("url, word", [
    ("postgres://postgres@127.0.0.1:{port}/nowhere", "there is no such database"),
    ("postgres://somebody@127.0.0.1:{port}/{database}?sslmode=prefer", "sslmode"),
    ("postgres://127.0.0.1:{port}/{database}", "needs a user"),
])
def test_settings_that_are_refused(store: PostgresStore, url: str, word: str):
    assert word in refused(url.format(port=store.server.port, database=store.database))


def test_tables_that_are_refused(factory: Factory, store: PostgresStore):
    store.rows("CREATE SCHEMA theirs")
    store.rows("CREATE TABLE theirs.event(id int)")
    assert "another program" in refused(store.server.url(store.database, more="?schema=theirs"))
    factory.collector(STORE_URL=store.url).daemon.stop()
    store.rows("INSERT INTO migration(number, name, sha256) VALUES(999, 'later', 'x')")
    assert "a newer llm-collector" in refused(store.url)
    store.rows("DELETE FROM migration WHERE number = 999")
    store.rows("UPDATE migration SET sha256 = 'x'")
    assert "another llm-collector than this one" in refused(store.url)


def test_encoding_that_is_refused(store: PostgresStore):
    name = store.database + "latin"
    store.server.sql(f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0", "postgres")
    assert "encoding is not UTF8" in refused(store.server.url(name))


def test_schema_of_the_url(factory: Factory, store: PostgresStore):
    """Two stores in one database."""
    urls = [store.server.url(store.database, more=f"?schema={name}") for name in ("one", "two")]
    for number, url in enumerate(urls, 1):
        collector = factory.collector(STORE_URL=url)
        assert post(collector.address, lines(new_ids(number))).status == 202
    assert store.rows("SELECT (SELECT count(*) FROM one.event), (SELECT count(*) FROM two.event)") == [(1, 2)]


def test_backup_is_not_for_it(store: PostgresStore, tmp_path: pathlib.Path):
    done = run("llm-collector", "backup", str(tmp_path / "b"), STORE_URL=store.url)
    assert done.returncode == 2 and "pg_dump" in done.stderr


def test_import_beside_a_collector(factory: Factory, store: PostgresStore, tmp_path: pathlib.Path):
    collector = factory.collector(STORE_URL=store.url)
    senders = Senders(collector.address, 2)
    senders.wait_for(5)
    path = tmp_path / "events.ndjson"
    path.write_bytes(log_of([event() for _ in range(3_000)]))
    for word in ("3000 events stored, 0 stored before", "0 events stored, 3000 stored before"):
        done = imported(str(path), store=store)
        assert done.returncode == 0 and word in done.stdout, done
    assert store.check() >= 3_000
    all_ids = senders.end()
    wait_until(lambda: store.count() <= 3_000 + len(all_ids), "what was sent")
    assert store.check() == store.count()


@pytest.fixture
def tls_server(tmp_path: pathlib.Path) -> Iterator[tuple[PostgresServer, Authority]]:
    authority = Authority(tmp_path)
    authority.server_context("DNS:localhost", subject="db")
    server = PostgresServer().initialize()
    server.stop()
    for suffix in ("key", "pem"):
        [made] = tmp_path.glob(f"db*.{suffix}")
        target = server.data / f"server.{suffix}"
        target.write_bytes(made.read_bytes())
        target.chmod(0o640)
        if account := as_owner():
            subprocess.run(["chown", f"{account['user']}:{account['group']}", target], check=True)
            target.chmod(0o600)
    hba = server.data / "pg_hba.conf"
    hba.write_text(hba.read_text().replace("host all all", "hostssl all all"))
    server.settings |= {"ssl": "on", "ssl_cert_file": "server.pem", "ssl_key_file": "server.key"}
    server.start()
    yield server, authority
    server.close()


def test_tls(factory: Factory, tls_server: tuple[PostgresServer, Authority]):
    server, authority = tls_server
    store = PostgresStore(server)
    ca = {"STORE_CA_FILE": str(authority.certificate)}

    def url(mode: str, host: str = "localhost") -> str:
        return f"postgres://postgres@{host}:{server.port}/{store.database}?sslmode={mode}"
    for mode in ("verify-full", "verify-ca", "require"):
        collector = factory.collector(STORE_URL=url(mode), **(ca if mode != "require" else {}))
        assert post(collector.address, lines(new_ids(2))).status == 202, mode
    wrong = factory.collector(STORE_URL=url("verify-full", "127.0.0.1"), **ca)  # the certificate has another name
    assert post(wrong.address, lines(new_ids(2))).status == 503
    unknown = factory.collector(STORE_URL=url("verify-full"))  # signed by nobody that the system knows
    assert post(unknown.address, lines(new_ids(2))).status == 503
    assert "certificate" in unknown.daemon.log()
    assert "the user may not log in" in refused(url("disable"))
    assert store.check() == 6
    [[kinds]] = server.rows("SELECT count(*) FROM pg_stat_ssl WHERE ssl AND version >= 'TLSv1.2'", "postgres")
    assert kinds >= 3


class Pool:
    """PgBouncer that gives each transaction another session."""

    def __init__(self, folder: pathlib.Path, server: PostgresServer) -> None:
        self.port = free_port()
        (folder / "users").write_text('"postgres" ""\n')
        settings = folder / "pgbouncer.ini"
        settings.write_text(f"""[databases]
* = host=127.0.0.1 port={server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 3
server_round_robin = 1
max_client_conn = 100
""")
        for each in (folder, folder / "users", settings):
            each.chmod(0o755)
        self.log = folder / "pgbouncer.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["/usr/sbin/pgbouncer", settings], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, preexec_fn=die_with_parent, **as_owner())
        wait_until(lambda: self.is_ready(server), "PgBouncer to start")

    def is_ready(self, server: PostgresServer) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return subprocess.run(["/usr/lib/postgresql/15/bin/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                              check=False).returncode == 0

    def close(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)


@pytest.fixture
def pool(store: PostgresStore) -> Iterator[Pool]:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="llmgw-pool-"))
    made = Pool(folder, store.server)
    yield made
    made.close()
    shutil.rmtree(folder)


@pytest.mark.long
def test_pool_of_transactions(factory: Factory, store: PostgresStore, pool: Pool):
    url = store.server.url(store.database, port=pool.port)
    collectors = [factory.collector(STORE_URL=url) for _ in range(2)]
    senders = [Senders(each.address, 3) for each in collectors]
    for each in senders:
        each.wait_for(20)
    all_ids = [name for each in senders for name in each.end()]
    for each in senders:
        for ids in each.sent:
            assert post(collectors[0].address, lines(ids)).status == 202
    assert sorted(store.ids()) == sorted(all_ids)
    assert store.check() == len(all_ids)
    with wire.Connection(collectors[1].query) as connection:
        connection.send(wire.request("GET", "/api/v1/store", [("Host", "localhost")], host=False))
        assert connection.read_response().json()["requests"] == len(all_ids)
    for each in collectors:
        for kind in ("conflict", "refused", "lost"):
            assert metrics(each.address)[f'llmgw_store_errors_total{{kind="{kind}"}}'] == 0
    own = store.rows("SELECT count(*) FROM pg_class WHERE relname = 'llmgw_stage_1'")
    assert own[0][0] <= 3  # one a session of the pool


def partitions(store: PostgresStore) -> list[str]:
    return [name for (name,) in store.rows("SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE "
                                           "inhparent = 'event'::regclass ORDER BY 1") if name != "event_other"]


def test_partitions_are_made_ahead_and_dropped(factory: Factory, store: PostgresStore):
    now = time.time_ns() // 1_000_000
    collector = factory.collector(STORE_URL=store.url)
    days = [time.strftime("event_%Y%m%d", time.gmtime(now / 1000 + number * 86_400)) for number in range(-2, 8)]
    assert partitions(store) == days
    old = [event(at=now - 2 * DAY) for _ in range(20)]
    older = [event(at=now - 5 * DAY) for _ in range(10)]
    fresh = [event() for _ in range(7)]
    assert post(collector.address, log_of(old + older + fresh)).status == 202
    assert store.one("SELECT count(*) FROM event_other") == 10
    collector.daemon.stop()
    collector = factory.collector(STORE_URL=store.url, EVENT_RETENTION="1d", USAGE_RETENTION="1d")
    wait_until(lambda: store.count() == 7 and days[0] not in partitions(store), "the old ones to leave")
    assert post(collector.address, log_of(old + older + fresh)).json() == {"accepted": 37}
    assert store.count() == 7 and store.one("SELECT sum(requests) FROM usage_day") == 37
    assert metrics(collector.address)['llmgw_store_events_total{result="too_old"}'] == 30
    wait_until(lambda: store.one("SELECT sum(requests) FROM usage_hour") == 7, "the hours to leave")
    second = factory.collector(STORE_URL=store.url)  # which learns of the floor from the store
    assert post(second.address, log_of(old)).status == 202
    assert store.count() == 7


def test_user_who_may_not_change_tables(factory: Factory, store: PostgresStore):
    store.server.sql("DROP ROLE IF EXISTS plain", "postgres")
    store.server.sql("CREATE ROLE plain LOGIN", "postgres")
    url = store.server.url(store.database, user="plain")
    assert "lacks a right" in refused(url)
    assert run("llm-collector", "migrate", STORE_URL=store.url).returncode == 0
    store.rows("GRANT USAGE ON SCHEMA llmgw TO plain")
    store.rows("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA llmgw TO plain")
    collector = factory.collector(STORE_URL=url, STORE_MIGRATE="check", EVENT_RETENTION="0")
    assert post(collector.address, lines(new_ids(5))).status == 202
    assert store.check() == 5
    assert not re.search("partitions|removed", collector.daemon.log())


def test_old_tables_are_left_alone_where_that_is_wanted(store: PostgresStore):
    assert "is due" in run("llm-collector", "migrate", "--dry-run", STORE_URL=store.url).stdout
    assert store.rows("SELECT count(*) FROM pg_namespace WHERE nspname = 'llmgw'") == [(0,)]


def test_asynchronous_commit_is_said(factory: Factory, store: PostgresStore):
    store.server.sql(f"ALTER DATABASE {store.database} SET synchronous_commit = off", "postgres")
    collector = factory.collector(STORE_URL=store.url)
    collector.daemon.wait_for_log(lambda entry: entry["msg"].startswith("synchronous_commit is off"), "a warning")
