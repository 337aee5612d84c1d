"""PDF documents: taken as they are when nothing in them runs by itself.

No renderer is started. The names that make a PDF act (ISO 32000-1, 12.6.4) are looked for in the whole file and in the
compressed object streams that may hide them; what cannot be looked into is refused.
"""

from __future__ import annotations

import re
import zlib

from backend.uploads.cleaning.verdict import Refused
from backend.uploads.models import RejectReason

# Long enough that compressed pictures do not contain them by chance.
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|RichMedia|EmbeddedFiles?|GoToE|ImportData)(?![A-Za-z0-9])"
)
_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_OBJECT_STREAM = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
_FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/\w+)")
_DICTIONARY_BYTES = 2_000
_TAIL = 4_096
MAX_INFLATED = 200_000_000


def check_pdf(data: bytes) -> None:
    """Refuse a PDF that is cut off, encrypted, or does something by itself.

    Raises:
        Refused: damaged, encrypted, active content, or too costly to look into.
    """
    if b"%%EOF" not in data[-_TAIL:] or b"startxref" not in data[-_TAIL:]:
        raise Refused(RejectReason.DAMAGED)
    spelt_out = _spell_out(data)
    if _ENCRYPTED.search(spelt_out):
        raise Refused(RejectReason.ENCRYPTED)
    if _ACTIVE.search(spelt_out):
        raise Refused(RejectReason.ACTIVE_CONTENT)
    inflated = 0
    for match in _STREAM.finditer(data):
        before = data[max(0, match.start() - _DICTIONARY_BYTES) : match.start()]
        dictionary = _spell_out(before[before.rfind(b"obj") + 1 :])
        if not _OBJECT_STREAM.search(dictionary):
            continue
        content = _inflate(data, match.end(), dictionary, MAX_INFLATED - inflated)
        inflated += len(content)
        if _ACTIVE.search(_spell_out(content)):
            raise Refused(RejectReason.ACTIVE_CONTENT)


def _spell_out(data: bytes) -> bytes:
    """Names without ``#xx`` escapes: ``/J#61vaScript`` is ``/JavaScript``."""
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), data)


def _inflate(data: bytes, start: int, dictionary: bytes, budget: int) -> bytes:
    """The objects inside an object stream; anything but plain Flate cannot be looked into."""
    filters = _FILTER.search(dictionary)
    if filters is None:
        end = data.find(b"endstream", start)
        return data[start : end if end >= 0 else len(data)]
    if (
        filters[1].strip(b"[] \r\n\t") not in {b"/FlateDecode", b"/Fl"}
        or b"/DecodeParms" in dictionary
    ):
        raise Refused(RejectReason.ACTIVE_CONTENT)
    try:
        machine = zlib.decompressobj()
        content = machine.decompress(data[start:], budget)
    except zlib.error as error:
        raise Refused(RejectReason.DAMAGED) from error
    if machine.unconsumed_tail:
        raise Refused(RejectReason.TOO_COSTLY)
    return content
