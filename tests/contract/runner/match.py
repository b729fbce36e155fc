# SPDX-License-Identifier: MIT
"""Holds what was observed against a pattern of the cases; README.md of the folder above has the rules."""

import re
from collections.abc import Iterator

ABSENT = object()


def shown(value: object) -> str:
    text = "nothing" if value is ABSENT else repr(value)
    return text if len(text) <= 300 else f"{text[:300]}..."


def operator_holds(name: str, wanted: object, found: object, variables: dict) -> bool:
    if isinstance(wanted, str) and wanted in variables:
        wanted = variables[wanted]
    if name == "$absent":
        return (found is ABSENT) == wanted
    if name == "$present":
        return (found is not ABSENT) == wanted
    if found is ABSENT:
        return False
    if name == "$matches":
        return isinstance(found, str) and re.fullmatch(wanted, found, re.DOTALL) is not None
    if name == "$count":
        return isinstance(found, list) and len(found) == wanted
    if name == "$at_least":
        return isinstance(found, (int, float)) and found >= wanted
    if name == "$at_most":
        return isinstance(found, (int, float)) and found <= wanted
    raise ValueError(f"unknown operator {name}")


def differences(pattern: object, found: object, variables: dict, where: str = "") -> Iterator[str]:
    """One line for each place that is not as the pattern wants it."""
    if isinstance(pattern, dict) and any(name.startswith("$") for name in pattern):
        for name, wanted in pattern.items():
            if not operator_holds(name, wanted, found, variables):
                yield f"{where}: wanted {name} {wanted!r}, found {shown(found)}"
    elif isinstance(pattern, dict):
        if not isinstance(found, dict):
            yield f"{where}: wanted an object, found {shown(found)}"
            return
        for name, wanted in pattern.items():
            yield from differences(wanted, found.get(name, ABSENT), variables, f"{where}.{name}")
    elif isinstance(pattern, list):
        if not isinstance(found, list) or len(found) != len(pattern):
            yield f"{where}: wanted {len(pattern)} items, found {shown(found)}"
            return
        for index, (wanted, item) in enumerate(zip(pattern, found)):
            yield from differences(wanted, item, variables, f"{where}[{index}]")
    else:
        wanted = variables.get(pattern, pattern) if isinstance(pattern, str) else pattern
        # True is 1 to Python, but not to JSON.
        if found is ABSENT or wanted != found or isinstance(wanted, bool) != isinstance(found, bool):
            yield f"{where}: wanted {wanted!r}, found {shown(found)}"
