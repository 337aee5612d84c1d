"""Where a Web Push endpoint may point: anybody may register one, so it must not reach into the network around us."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

# Push services of the browsers people use; "." means any host below it.
KNOWN_HOSTS = (
    "fcm.googleapis.com",
    "android.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
# What RFC 3986 lets stand in an address; no space, no control character, no backslash.
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


def push_host(endpoint: str, configured: Sequence[str]) -> str | None:
    """The host (with a port when one is given) of an acceptable endpoint, or None.

    Known hosts are spoken to over HTTPS on its own port only; configured ones as the operator wrote them
    (``push.example.vn``, ``127.0.0.1:9000``), over HTTP too when they are loopback.
    """
    if not _PLAIN.fullmatch(endpoint):  # what one parser strips and another reads
        return None
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname
    if not host or "@" in parts.netloc or "#" in endpoint:
        return None
    named = f"{host}:{port}" if port else host
    if named in configured:
        loopback = host in {"127.0.0.1", "localhost", "::1"}
        return named if parts.scheme == "https" or (loopback and parts.scheme == "http") else None
    if parts.scheme != "https" or port not in {None, 443}:
        return None
    known = any(
        (host.endswith(name) and host != name) if name.startswith(".") else host == name
        for name in KNOWN_HOSTS
    )
    return host if known else None
