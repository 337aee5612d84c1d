"""Starting the child that looks into a file, and ending it when it takes too long."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import orjson

from backend.uploads.cleaning.verdict import Form, Verdict
from backend.uploads.models import Purpose, RejectReason

TIMEOUT_S = 90
_HOUSE = Path(__file__).resolve().parents[3]
# What ends a child that used up its memory or time; anything else is our own fault and worth another try.
_USED_UP = {-signal.SIGKILL, -signal.SIGXCPU, -signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS}


class ChildError(RuntimeError):
    """The child ended without a verdict, and not because of the file."""


def look(purpose: Purpose, source: Path, folder: Path, timeout_s: float = TIMEOUT_S) -> Verdict:
    """Have a child process look into ``source``; a photo's forms are in ``folder`` afterwards.

    Raises:
        ChildError: no verdict was reached; the file may be tried again.
    """
    command = [sys.executable, "-m", "backend.uploads.cleaning.child"]
    child = subprocess.Popen(  # noqa: S603 - our own module; paths are ours, nothing of the sender is in them
        [*command, purpose.value, str(source), str(folder)],
        cwd=_HOUSE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # None of our settings or secrets: the child needs none.
        env={"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"},
        start_new_session=True,
    )
    try:
        said, complaint = child.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        return Verdict(reason=RejectReason.TOO_COSTLY.value)
    if child.returncode in _USED_UP:
        return Verdict(reason=RejectReason.TOO_COSTLY.value)
    if child.returncode != 0:
        raise ChildError(complaint.decode(errors="replace")[-500:])
    found = orjson.loads(said)
    return Verdict(
        reason=found["reason"],
        content_type=found["content_type"],
        forms=[Form(**form) for form in found["forms"]],
    )
