# SPDX-License-Identifier: MIT
"""An issuer of signed tokens, its keys made by the openssl command line."""

import base64
import json
import pathlib
import subprocess
import time

ISSUER = "https://issuer.example"
AUDIENCE = "llm-gateway"


def encoded(content: bytes | dict) -> str:
    if isinstance(content, dict):
        content = json.dumps(content).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def service_account(namespace: str = "team-a", name: str = "web", **more: object) -> dict:
    """Claims as Kubernetes makes them for a projected token; None leaves one out."""
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": [AUDIENCE], "iat": now, "nbf": now, "exp": now + 3600,
             "sub": f"system:serviceaccount:{namespace}:{name}",
             "kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": name}}}
    return {name: value for name, value in (usual | more).items() if value is not None}


class Issuer:
    """Signs with one RSA key; `kid` is its name."""

    def __init__(self, folder: pathlib.Path, kid: str) -> None:
        self.kid = kid
        self.key = folder / f"{kid}.pem"
        self._openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self.key)

    def _openssl(self, *arguments: str | pathlib.Path, content: bytes = b"") -> bytes:
        return subprocess.run(["openssl", *map(str, arguments)], input=content, check=True, capture_output=True,
                              timeout=60).stdout

    def jwk(self) -> dict:
        [_, modulus] = self._openssl("rsa", "-in", self.key, "-noout", "-modulus").decode().strip().split("=")
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": encoded(bytes.fromhex(modulus)),
                "e": "AQAB"}

    def token(self, claims: dict | None = None, **header: object) -> str:
        head = {"alg": "RS256", "kid": self.kid} | header
        signed = f"{encoded(head)}.{encoded(service_account() if claims is None else claims)}"
        return f"{signed}.{encoded(self._openssl('dgst', '-sha256', '-sign', self.key, content=signed.encode()))}"


def key_set(*issuers: Issuer) -> bytes:
    return json.dumps({"keys": [each.jwk() for each in issuers]}).encode()
