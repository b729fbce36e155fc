#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the test cases in all JUnit reports below a folder: prints `PASSED FAILED SKIPPED`."""

import collections
import pathlib
import sys
import xml.etree.ElementTree


def outcome(case: xml.etree.ElementTree.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    if case.find("skipped") is not None or "notrun" in (case.get("status"), case.get("result")):
        return "skipped"
    return "passed"


def count(folder: pathlib.Path) -> collections.Counter[str]:
    outcomes: collections.Counter[str] = collections.Counter()
    for report in sorted(folder.rglob("*.xml")):
        outcomes.update(outcome(case) for case in xml.etree.ElementTree.parse(report).iter("testcase"))
    return outcomes


if __name__ == "__main__":
    found = count(pathlib.Path(sys.argv[1]))
    print(found["passed"], found["failed"], found["skipped"])
