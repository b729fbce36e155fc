#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the walls: who may include whom, which files may touch I/O, which calls are forbidden.

Usage: tools/check_layers.py [ROOT]. Prints one line per fault, `file:line: what and why`; exit status 1 if any.
It reads text alone, so it needs no build, and works on a tree that does not compile.
"""

import pathlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

SOURCE_FOLDERS = ("common", "pricing", "quota", "lease", "proxy", "collector", "bench", "tests")

# What both daemons share, each above those in front of it; of one floor each.
SHARED = ("common", "pricing", "quota", "lease")

# Floors from the top down; a file may include its own floor's name and any floor below. Names that share
# a floor do not see each other.
FLOORS = {
    "proxy": [["main"], ["app"], ["metrics"], ["worker"], ["api"], ["upstream", "outbox", "discovery", "jwks", "lease"], ["provider"], ["route", "metering"],
              ["tenant", "estimate"], ["tokens"], ["config"], ["http"]],
    "collector": [["main"], ["app"], ["command"], ["reconcile", "reprice"], ["query", "lease"], ["ui"], ["ingest"], ["pipeline"], ["sinks"], ["sqlite", "postgres", "clickhouse"], ["config"], ["store"]],
    "common": [["http"], ["net"], ["async"], ["settings"], ["event", "log", "metrics", "coding"], ["json", "system"],
               ["text"], ["error", "secret"]],
    **{part: [] for part in SHARED[1:]},
}
# Folders whose floors are folders too: of files directly in them there are only those that FLOORS names.
ROOMS = ("common",)
# What measures and tests may know everything, but for the generator of load: it is one for all servers, ours and others.
ALOOF = ("bench/load/",)

# Where I/O may live: folders, and single files by stem. Everything else is PURE, and so is each file whose
# head comment says so.
IO_PLACES = (
    "common/async/", "common/net/", "common/http/", "common/log/", "common/system/",
    "proxy/main", "proxy/app", "proxy/metrics", "proxy/worker", "proxy/api/", "proxy/upstream/", "proxy/http/",
    "proxy/outbox/", "proxy/discovery/", "proxy/jwks/", "proxy/lease/", "proxy/estimate/estimator", "proxy/estimate/desk",
    "collector/main", "collector/app", "collector/lease/", "collector/ingest", "collector/pipeline/", "collector/sinks/", "collector/sqlite/",
    "collector/postgres/", "collector/clickhouse/",
    "collector/command/", "collector/query/", "collector/reprice/",
    "collector/reconcile/fetch", "collector/reconcile/ours", "collector/reconcile/postgres_book", "collector/reconcile/sqlite_book",
)
IO_HEADER = re.compile(
    r"boost/(asio|beast)|openssl/|spdlog/|(thread|mutex|shared_mutex|condition_variable|future)$"
)
# The headers of system calls. Fewer places than do I/O: an exchange, say, reads and sends through common/net.
SYSTEM_CALLS = re.compile(
    r"sys/(?!types\.h)|linux/|asm/|net/|netinet/|arpa/"
    r"|(unistd|fcntl|poll|netdb|sched|pthread|signal|dlfcn|dirent|termios|ifaddrs|aio|mqueue|semaphore|spawn|syscall)\.h$"
)
SYSTEM_CALL_PLACES = (
    "common/async/", "common/net/", "common/log/", "common/system/", "proxy/main", "proxy/app", "proxy/outbox/",
    "collector/main", "collector/app", "collector/pipeline/", "collector/postgres/", "collector/sinks/", "collector/command/", "bench/",
    "tests/",
)
# What is taken from such a header without doing I/O.
HARMLESS = {
    ("common/system/gather.hpp", "sys/uio.h"),                # the struct iovec
    ("common/settings/listen_address.cpp", "arpa/inet.h"),    # inet_pton, which reads text
    ("collector/sinks/ndjson/huge_pages.hpp", "sys/mman.h"),  # advice about memory that is there already
}
# Headers that few places may include: how the rest comes by what they have.
PLACES = (
    (re.compile(r"sys/(epoll|eventfd|signalfd|timerfd)\.h$"), ("common/async/",),
     "descriptors are waited for through common/async/edge_set.hpp, or by Asio"),
    (re.compile(r"boost/asio"), ("common/async/", "common/net/", "common/http/", "collector/pipeline/job_thread"),
     "a Loop, an Alarm, a stream or a listener has what Asio does; heavy headers stay in few places"),
    (re.compile(r"boost/beast"), ("common/http/",),
     "Beast is the HTTP of the end points; the relay has its own, in proxy/http"),
)


@dataclass(frozen=True)
class Ban:
    pattern: re.Pattern[str]
    reason: str
    folders: tuple[str, ...] = SOURCE_FOLDERS
    except_in: tuple[str, ...] = ()


PRODUCT = (*SHARED, "proxy", "collector")
MAINS = ("proxy/main.cpp", "collector/main.cpp")
BANS = (
    Ban(re.compile(r"\b(secure_)?getenv\s*\("), "the environment is read in common/settings/env.cpp alone",
        PRODUCT, ("common/settings/env.cpp",)),
    Ban(re.compile(r"(?<![({])(?<!operator )\bnew\b(?!\s*\()"), "what is made goes straight into its owner: make_unique, "
        "or unique_ptr(new ...) where the constructor is private"),
    Ban(re.compile(r"\bstd::(cout|cerr|clog)\b"), "stdout belongs to events and stderr to common/log; only main speaks to a terminal",
        PRODUCT, MAINS),
    Ban(re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\s*\(|(?<![\w.>:])(::)?sleep\s*\(\s*\d"),
        "a sleeping thread serves nobody; await a timer, or a condition in a test"),
    Ban(re.compile(r"\bstd::(recursive_|shared_|timed_)?mutex\b"),
        "what a worker touches is its own; other threads post to its loop", ("proxy",)),
    Ban(re.compile(r"\bstatic_cast<errc>\s*\("), "the number of another category would be read as ours; errc_of() looks first",
        PRODUCT, ("common/error.cpp",)),
    Ban(re.compile(r"\busing\s+namespace\s+(?!.*literals)"), "names say where they come from", PRODUCT, MAINS),
)

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
# Literals are emptied and comments dropped, so that only code is searched for forbidden calls.
NOISE = re.compile(
    r'R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Za-z])'(?:\\.|[^'\\\n])+'"
    r"|//[^\n]*|/\*.*?\*/",
    re.DOTALL,
)


@dataclass
class Source:
    path: str
    text: str
    own: list[tuple[int, str]] = field(default_factory=list)     # includes of this repository
    system: list[tuple[int, str]] = field(default_factory=list)  # <includes>

    def __post_init__(self) -> None:
        for number, line in enumerate(self.text.splitlines(), 1):
            if found := INCLUDE.match(line):
                (self.own if found[1] else self.system).append((number, found[1] or found[2]))

    @property
    def part(self) -> str:
        return self.path.split("/", 1)[0]

    @property
    def says_pure(self) -> bool:
        return any(line.startswith("// PURE") for line in self.text.splitlines()[:3])

    def code(self) -> Iterator[tuple[int, str]]:
        plain = NOISE.sub(lambda noise: "\n" * noise[0].count("\n"), self.text)
        for number, line in enumerate(plain.splitlines(), 1):
            if not INCLUDE.match(line):
                yield number, line


def layer_of(path: str) -> str | None:
    """The floor's name a file belongs to: its folder, or for a top file the name it is or begins with."""
    part, *rest = path.split("/")
    names = [name for floor in FLOORS[part] for name in floor]
    if len(rest) > 1:
        return rest[0] if rest[0] in names else None
    stem = rest[0].split(".")[0]
    if part in ROOMS:
        return stem if stem in FLOORS[part][-1] else None
    return next((name for name in names if stem == name or stem.startswith(name + "_")), None)


def may_include(part: str, above: str, below: str) -> bool:
    height = {name: number for number, floor in enumerate(FLOORS[part]) for name in floor}
    return above == below or height[above] < height[below]


def is_below(part: str, source_part: str) -> bool:
    return part in SHARED and (source_part not in SHARED or SHARED.index(part) < SHARED.index(source_part))


def check_arrows(source: Source, known: dict[str, Source]) -> Iterator[str]:
    for number, target in source.own:
        where = f"{source.path}:{number}"
        if target not in known:
            yield f"{where}: \"{target}\" is no file of this tree; include paths start at its root"
            continue
        part = target.split("/", 1)[0]
        if source.path.startswith(ALOOF) and not target.startswith(ALOOF):
            yield f"{where}: the generator of load is the same for every server, so it must not know {target}"
        elif part == "bench" and source.part != "bench":
            yield f"{where}: nothing outside bench/ may include {target}"
        elif source.part not in FLOORS:
            continue
        elif part == "tests":
            yield f"{where}: nothing outside tests/ and bench/ may include {target}"
        elif part != source.part and not is_below(part, source.part):
            yield f"{where}: {source.part} must not know {part} ({target})"
        elif part == source.part:
            above, below = layer_of(source.path), layer_of(target)
            if above and below and not may_include(part, above, below):
                yield f"{where}: {part}'s {above} lies beside or below {below}, so it must not include {target}"


def check_place(source: Source) -> Iterator[str]:
    if FLOORS.get(source.part) and layer_of(source.path) is None:
        yield f"{source.path}:1: belongs to no layer of {source.part}; name it after one, or add the layer to FLOORS"
    lines = source.text.splitlines()
    if lines[:1] != ["// SPDX-License-Identifier: MIT"] or not lines[1:2] or not lines[1].startswith("// "):
        yield f"{source.path}:1: starts with the SPDX line and a sentence on what the file is"


def is_pure(source: Source, known: dict[str, Source]) -> bool:
    header = known.get(re.sub(r"\.cpp$", ".hpp", source.path), source)
    return source.says_pure or header.says_pure or not source.path.startswith(IO_PLACES)


def does_calls(source: Source, header: str) -> bool:
    return SYSTEM_CALLS.match(header) is not None and (source.path, header) not in HARMLESS


def check_io(source: Source, known: dict[str, Source]) -> Iterator[str]:
    """PURE files reach no I/O header, not even through other files; descriptors are waited for in one place."""
    for number, header in source.system:
        for pattern, places, reason in PLACES:
            if pattern.match(header) and not source.path.startswith(places):
                yield f"{source.path}:{number}: <{header}>: {reason}"
        if does_calls(source, header) and not source.path.startswith(SYSTEM_CALL_PLACES):
            yield f"{source.path}:{number}: <{header}>: system calls are made in common/system, async and net, and by " \
                "what owns files; ask there"
    if not is_pure(source, known):
        return
    seen = {source.path}
    todo = [(source.path, 0, source)]
    while todo:
        via, line, current = todo.pop()
        for number, header in current.system:
            told = current is source and not source.path.startswith(SYSTEM_CALL_PLACES)
            if IO_HEADER.match(header) or (does_calls(current, header) and not told):
                through = "" if current is source else f" through {via}"
                yield f"{source.path}:{line or number}: is PURE, but includes <{header}>{through}"
        for number, target in current.own:
            if target in known and target not in seen:
                seen.add(target)
                todo.append((target, line or number, known[target]))


def check_bans(source: Source) -> Iterator[str]:
    bans = [ban for ban in BANS if source.part in ban.folders and source.path not in ban.except_in]
    for number, line in source.code():
        for ban in bans:
            if found := ban.pattern.search(line):
                yield f"{source.path}:{number}: `{found[0].strip(' (')}`: {ban.reason}"


def check_circles(known: dict[str, Source]) -> Iterator[str]:
    done: set[str] = set()

    def walk(path: str, trail: list[str]) -> Iterator[str]:
        if path in trail:
            yield f"{path}:1: includes itself: {' -> '.join([*trail[trail.index(path):], path])}"
        elif path not in done:
            for _, target in known[path].own:
                if target in known:
                    yield from walk(target, [*trail, path])
            done.add(path)

    for path in known:
        yield from walk(path, [])


def read_tree(root: pathlib.Path) -> dict[str, Source]:
    files = (
        path for folder in SOURCE_FOLDERS for path in sorted((root / folder).rglob("*.[ch]pp")) if path.is_file()
    )
    return {
        name: Source(name, path.read_text(encoding="utf-8"))
        for path in files
        for name in [path.relative_to(root).as_posix()]
    }


def check(known: dict[str, Source]) -> list[str]:
    faults: list[str] = []
    for source in known.values():
        faults += check_arrows(source, known)
        faults += check_place(source)
        if source.part in FLOORS:
            faults += check_io(source, known)
        faults += check_bans(source)
    return faults + list(check_circles(known))


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    known = read_tree(root)
    if not known:
        print(f"{root}: no sources found", file=sys.stderr)
        return 2
    faults = check(known)
    for fault in faults:
        print(fault)
    print(f"layers: {len(known)} files, {len(faults)} faults", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
