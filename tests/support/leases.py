# SPDX-License-Identifier: MIT
"""A proxy as the collector sees it: totals of each rule, and requests made of them one after the other."""

import dataclasses
import json
import uuid

from support import wire
from support.gateway import Address

PATH = "/limits/v1/sync"


@dataclasses.dataclass
class Totals:
    got: int = 0
    used: int = 0
    back: int = 0

    @property
    def held(self) -> int:
        return self.got - self.used - self.back


class ScriptedProxy:
    """What it is granted it takes, unless told to lose the answer."""

    def __init__(self, address: Address, token: str | None = None, name: str | None = None) -> None:
        self.address, self.token = address, token
        self.name = name or uuid.uuid4().hex
        self.seq = 0
        self.totals: dict[str, Totals] = {}
        self.authority = ""

    def body(self, rules: dict[str, dict], **more: object) -> bytes:
        listed = [{"id": name} | dataclasses.asdict(self.of(name)) | asked for name, asked in rules.items()]
        return json.dumps({"proxy": self.name, "seq": self.seq, "rules": listed} | more).encode()

    def of(self, rule: str) -> Totals:
        return self.totals.setdefault(rule, Totals())

    def post(self, body: bytes) -> wire.Response:
        fields = [("Content-Type", "application/json")]
        if self.token:
            fields.append(("Authorization", f"Bearer {self.token}"))
        return wire.ask(self.address, "POST", PATH, fields, body)

    def sync(self, rules: dict[str, dict], lost: bool = False, **more: object) -> dict[str, dict]:
        """The answer's rules by their ids."""
        self.seq += 1
        response = self.post(self.body(rules, **more))
        assert response.status == 200, response
        answer = response.json()
        assert answer["seq"] == self.seq
        self.authority = answer["authority"]
        answered = {rule["id"]: rule for rule in answer["rules"]}
        assert list(answered) == list(rules)
        if not lost:
            for name, rule in answered.items():
                self.of(name).got += rule["grant"]
        return answered

    def ask(self, rule: str, pending: int = 0, lost: bool = False, **more: object) -> dict:
        """The answer about one rule."""
        return self.sync({rule: {"pending": pending}}, lost, **more)[rule]

    def spend(self, rule: str, units: int) -> None:
        assert units <= self.of(rule).held
        self.of(rule).used += units

    def hand_back(self, rule: str) -> None:
        self.of(rule).back += self.of(rule).held
