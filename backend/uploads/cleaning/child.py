"""The child process: ``python -m backend.uploads.cleaning.child <purpose> <file> <folder>`` prints a verdict as JSON.

It has little memory, little time and no business with the database; whatever a file does to it stays in it.
"""

from __future__ import annotations

import resource
import sys
from dataclasses import asdict
from pathlib import Path

import orjson

from backend.uploads.cleaning.pdfs import check_pdf
from backend.uploads.cleaning.photos import draw_anew
from backend.uploads.cleaning.sniff import check_for_second_file, sniff
from backend.uploads.cleaning.verdict import Refused, Verdict
from backend.uploads.models import Purpose, RejectReason

MEMORY_BYTES = 2_500_000_000
CPU_SECONDS = 60
_HEAD = 8192


def look(purpose: Purpose, source: Path, folder: Path) -> Verdict:
    """Decide about one file; photos are drawn anew into ``folder``."""
    try:
        if purpose in {Purpose.AUDIO, Purpose.VOICE}:
            with source.open("rb") as file:
                return Verdict(content_type=sniff(file.read(_HEAD), purpose))
        data = source.read_bytes()
        content_type = sniff(data, purpose)
        check_for_second_file(data, content_type)
        if purpose is Purpose.DOCUMENT:
            check_pdf(data)
            return Verdict(content_type=content_type)
        return Verdict(content_type=content_type, forms=draw_anew(data, folder))
    except Refused as refused:
        return Verdict(reason=refused.reason.value)
    except MemoryError:
        return Verdict(reason=RejectReason.TOO_COSTLY.value)


def _limit_ourselves() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: list[str]) -> None:
    """Look at the file named on the command line."""
    purpose, source, folder = arguments
    _limit_ourselves()
    verdict = look(Purpose(purpose), Path(source), Path(folder))
    sys.stdout.buffer.write(orjson.dumps(asdict(verdict)))


if __name__ == "__main__":
    main(sys.argv[1:])
