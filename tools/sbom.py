#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a statically linked program is made of, from its link map and its compiler's dependency log:
    tools/sbom.py document BUILD_FOLDER PROGRAM_FILE   prints an SPDX 2.3 document (JSON) of the file that is shipped
    tools/sbom.py packages BUILD_FOLDER PROGRAM_FILE   prints the Debian packages, one a line, and behind those that
                                                       were built from source the version if it is another

Scanners find no package in a static program. This names each Debian package of which an archive was linked
(STATIC_LINK) or a header compiled in (DEPENDS_ON), with its version. SOURCE_DATE_EPOCH dates the document, so that the
same build gives the same bytes.
"""

import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

# Archives built here from the source of a Debian package that has only a shared library.
FROM_SOURCE = {"libprometheus-cpp-core.a": "prometheus-cpp-dev", "libpq.a": "libpq-dev",
               "libpgcommon_shlib.a": "libpq-dev", "libpgport_shlib.a": "libpq-dev"}
# Packages of which files are put beside the program.
SHIPPED = {"ca-certificates", "tzdata"}
# What the page of the collector is made of; its versions are those of the lock file.
PAGE = {"preact", "uplot"}
LOCK = pathlib.Path(__file__).resolve().parents[1] / "collector" / "ui" / "package-lock.json"


def linked(link_map: str) -> tuple[set[str], set[str]]:
    """The archives with a member in the program, and the names of all members."""
    archives, members = set(), set()
    for line in link_map.splitlines():
        found = re.match(r"(\S+\.a)\((\S+)\)$", line)
        if found:
            archives.add(found[1])
            members.add(found[2])
        elif line.startswith("LOAD ") and line.endswith(".o"):
            archives.add(line[5:])
            members.add(os.path.basename(line))
    return archives, members


def headers(log: str, members: set[str]) -> set[str]:
    """The system's headers that were read for any of these objects."""
    found: set[str] = set()
    wanted = False
    for line in log.splitlines():
        if line and not line.startswith(" "):
            wanted = os.path.basename(line.split(":", 1)[0]) in members
        elif wanted and line.strip().startswith("/usr/"):
            found.add(os.path.normpath(line.strip()))
    return found


def owners(paths: set[str]) -> set[str]:
    """The Debian packages that these files belong to."""
    if not paths:
        return set()
    listed = subprocess.run(["dpkg-query", "--search", *sorted(paths)], capture_output=True, text=True).stdout
    return {line.split(": ", 1)[0].split(",")[0].split(":")[0]
            for line in listed.splitlines() if not line.startswith("diversion ")}


def source_versions(archives: set[str]) -> dict[str, str]:
    """Packages whose archives lie in a folder of tools/debian_source, and the version that this has fetched."""
    found: dict[str, str] = {}
    for path in map(pathlib.Path, archives):
        for folder in path.parents:
            if path.name in FROM_SOURCE and (folder / "debian-version").is_file():
                found[FROM_SOURCE[path.name]] = (folder / "debian-version").read_text().strip()
    return found


def describe(package: str, fetched: str | None = None) -> dict:
    fields = "${Version}\t${source:Package}\t${source:Version}\t${Architecture}\t${Maintainer}\n"
    shown = subprocess.run(["dpkg-query", "--show", "--showformat", fields, package],
                           capture_output=True, text=True, check=True).stdout.splitlines()[0]
    version, source, source_version, architecture, maintainer = shown.split("\t")
    if fetched:
        version = source_version = fetched
    name = re.sub(r"\s*<.*", "", maintainer)
    return {
        "SPDXID": "SPDXRef-Package-" + re.sub(r"[^A-Za-z0-9.]", "-", package),
        "name": package, "versionInfo": version, "supplier": f"Organization: {name}",
        "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION",
        "sourceInfo": f"built from the Debian source package {source} {source_version}",
        "externalRefs": [{
            "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
            "referenceLocator": f"pkg:deb/debian/{package}@{version.replace('+', '%2B')}"
                                f"?arch={architecture}&distro=debian-12&upstream={source}"}]}


def describe_npm(package: str) -> dict:
    version = json.loads(LOCK.read_text())["packages"][f"node_modules/{package}"]["version"]
    return {
        "SPDXID": f"SPDXRef-Package-npm-{package}", "name": package, "versionInfo": version,
        "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
        "licenseConcluded": "MIT", "licenseDeclared": "MIT", "copyrightText": "NOASSERTION",
        "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                          "referenceLocator": f"pkg:npm/{package}@{version}"}]}


def collect(build: pathlib.Path, program: str) -> tuple[set[str], set[str], dict[str, str]]:
    """Packages linked, packages of which only headers were compiled in, and versions that are not the installed ones."""
    archives, members = linked((build / f"{program}.map").read_text(errors="replace"))
    system = {os.path.normpath(path) for path in archives if path.startswith("/")}
    static = owners(system) | {FROM_SOURCE[os.path.basename(path)] for path in archives
                               if os.path.basename(path) in FROM_SOURCE}
    log = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=True).stdout
    return static, owners(headers(log, members)) - static, source_versions(archives)


def document(build: pathlib.Path, file: pathlib.Path) -> dict:
    program = file.name
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    version = subprocess.run([file, "--version"], capture_output=True, text=True).stdout.split()
    moment = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH") or 0), datetime.timezone.utc)
    main = {
        "SPDXID": "SPDXRef-Package-" + program, "name": program, "versionInfo": version[-1] if version else "0",
        "supplier": "Organization: LLM-Gateway contributors", "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
        "licenseConcluded": "MIT", "licenseDeclared": "MIT", "copyrightText": "LLM-Gateway contributors",
        "primaryPackagePurpose": "APPLICATION", "checksums": [{"algorithm": "SHA256", "checksumValue": digest}]}
    static, compiled, fetched = collect(build, program)
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", main["SPDXID"])]
    packages = [main]
    for group, relation in ((static, "STATIC_LINK"), (compiled, "DEPENDS_ON"), (SHIPPED, "CONTAINS")):
        for package in sorted(group):
            packages.append(describe(package, fetched.get(package)))
            relations.append((main["SPDXID"], relation, packages[-1]["SPDXID"]))
    for package in sorted(PAGE) if program == "llm-collector" else ():
        packages.append(describe_npm(package))
        relations.append((main["SPDXID"], "CONTAINS", packages[-1]["SPDXID"]))
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": program,
        "documentNamespace": f"urn:llm-gateway:sbom:{program}:{digest}",
        "creationInfo": {"created": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: sbom.py"]},
        "packages": packages,
        "relationships": [{"spdxElementId": one, "relationshipType": relation, "relatedSpdxElement": other}
                          for one, relation, other in relations]}


def main() -> int:
    what, build, file = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    if what == "packages":
        static, compiled, fetched = collect(build, file.name)
        print(*(f"{package} {fetched.get(package, '')}".strip() for package in sorted(static | compiled | SHIPPED)), sep="\n")
    else:
        json.dump(document(build, file), sys.stdout, indent=1)
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
