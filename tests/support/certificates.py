# SPDX-License-Identifier: MIT
"""A certificate authority for one test run, made by the openssl command line."""

import pathlib
import ssl
import subprocess


def openssl(*arguments: str | pathlib.Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


class Authority:
    def __init__(self, folder: pathlib.Path, name: str = "Test CA") -> None:
        self.folder = folder
        self.certificate = folder / "ca.pem"
        self.key = folder / "ca.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE",
                "-keyout", self.key, "-out", self.certificate)

    def server_context(self, *names: str, days: int = 1, subject: str = "upstream") -> ssl.SSLContext:
        """A server's context with a certificate for these names, such as DNS:localhost or IP:127.0.0.1. Without any,
        it has but the CN of its subject."""
        stem = self.folder / "-".join((subject, *names)).replace(":", "_").replace("*", "any")
        request, key, chain, extensions = (stem.with_name(stem.name + suffix)
                                           for suffix in (".csr", ".key", ".pem", ".ext"))
        alternatives = f"subjectAltName={','.join(names)}\n" if names else ""
        extensions.write_text(f"{alternatives}extendedKeyUsage=serverAuth\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={subject}",
                "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-days", str(days),
                "-extfile", extensions, "-out", chain)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        return context
