"""The child process: reads one order as JSON on standard input, answers in JSON lines on standard output.

``{"progress": "listen"}`` lines, then one line ``{"made": {…}}`` or ``{"failed": "<reason>"}``. ``process.py``
starts it as ``python -m backend.broadcasts.audio.child`` and bounds it before it sends the order.
"""

from __future__ import annotations

import ctypes
import json
import signal
import sys
from typing import Any

from backend.broadcasts.audio.reasons import AudioError, Reason
from backend.broadcasts.audio.work import carry_out

_PR_SET_PDEATHSIG = 1  # prctl(2)


def say(message: dict[str, Any]) -> None:
    """One line to the worker."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Do the one order; 0 when it was answered."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # nobody would want the result
    order = json.loads(sys.stdin.read())
    try:
        say({"made": carry_out(order, lambda step: say({"progress": step}))})
    except AudioError as error:
        say({"failed": error.reason.value})
    except MemoryError:
        say({"failed": Reason.TOO_MUCH_MEMORY.value})
    return 0


if __name__ == "__main__":
    sys.exit(main())
