# SPDX-License-Identifier: MIT
"""The protocol of tests/sdk/clients/README.md for programs in Python."""

import json
import platform
import sys
from collections.abc import Callable

Call = Callable[[dict], dict]


class Unsupported(Exception):
    """The client has no such feature."""


def serve(sdks: dict[str, str], calls: dict[str, dict[str, Call]]) -> None:
    """Answers lines until EOF. `sdks`: version by client; `calls`: what answers a whole request, by client and case."""
    for line in sys.stdin:
        request = json.loads(line)
        client, case = request["client"], request["case"]
        try:
            if case == "version":
                result = {"sdk": sdks[client], "language": f"Python {platform.python_version()}"}
            elif case not in calls[client]:
                raise Unsupported(f"{client} has no {case}")
            else:
                result = calls[client][case](request)
            answer = {"ok": True, "result": result}
        except Unsupported as reason:
            answer = {"ok": False, "unsupported": True, "error": str(reason)}
        except Exception as fault:  # whatever it is, the runner wants to read it
            answer = {"ok": False, "error": f"{type(fault).__name__}: {fault}"}
        print(json.dumps(answer), flush=True)
