"""Request rates. Vietnamese telephones share addresses by the thousand (carrier NAT), so the address alone decides little:
a device says its own token, and only then the network as a whole has a bound of its own. Who says none is the network.

A request is counted before anything of it is read: as its route says by ``rate_limit``, else as a change, or as a read
by somebody whose rights are looked up. Public answers that lie ready in memory are not counted; making one is.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import structlog
from flask import current_app, request
from limits import RateLimitItem, parse
from limits.storage import RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from backend.core import auth, config, crypto
from backend.core.errors import Problem, TooManyRequests

log = structlog.get_logger()

_SHORTEST_TOKEN, _LONGEST_TOKEN = 16, 100
_IPV4 = 4
# How many callers may use the same address at once, where a route says nothing else.
CALLERS_BEHIND_ONE_ADDRESS = 10
_ANSWERS_WITHIN_S = 1
# A Redis that failed is left in peace for so long: if it is silent, every request would wait for it.
ALONE_S = 5.0

Bounds = tuple[RateLimitItem, RateLimitItem]  # of one caller, of everybody behind one address
View = TypeVar("View", bound=Callable[..., Any])
N = TypeVar("N", int, float)


class Memory(Storage):
    """The counts of this process, one per caller and route; the least recently seen leave when it is full.

    The library's own keeps every name it ever saw and walks through all of them a hundred times a second: whoever
    makes names up would fill our memory and our processor.
    """

    STORAGE_SCHEME: list[str] | None = None  # no address leads here

    def __init__(self, room: int = 20_000) -> None:
        super().__init__()
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()  # (its end, hits)
        self._room = room
        self._lock = threading.Lock()

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """Nothing here can fail."""
        return ()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count ``amount`` hits; the first one opens a window of ``expiry`` seconds."""
        now = time.time()
        with self._lock:
            end, hits = self._windows.pop(key, (0.0, 0))
            if end <= now:
                end, hits = now + expiry, 0
            self._windows[key] = (end, hits + amount)
            if len(self._windows) > self._room:
                self._windows.popitem(last=False)
        return hits + amount

    def get(self, key: str) -> int:
        """The hits of the window that is open."""
        end, hits = self._windows.get(key, (0.0, 0))
        return hits if end > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends."""
        return self._windows.get(key, (time.time(), 0))[0]

    def check(self) -> bool:
        """It is always there."""
        return True

    def reset(self) -> int:
        """Forget everybody."""
        with self._lock:
            forgotten = len(self._windows)
            self._windows.clear()
        return forgotten

    def clear(self, key: str) -> None:
        """Forget one caller."""
        with self._lock:
            self._windows.pop(key, None)


class Shared(RedisStorage):
    """The counts of all processes, in Redis; while it fails, this process counts alone and asks it now and then."""

    def __init__(self, url: str) -> None:
        super().__init__(
            url, socket_timeout=_ANSWERS_WITHIN_S, socket_connect_timeout=_ANSWERS_WITHIN_S
        )
        self._alone = Memory()
        self._alone_until = 0.0  # 0: it answered when it was asked last

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count ``amount`` hits; the first one opens a window of ``expiry`` seconds."""
        return self._asked(super().incr, self._alone.incr, key, expiry, amount)

    def get(self, key: str) -> int:
        """The hits of the window that is open."""
        return self._asked(super().get, self._alone.get, key)

    def get_expiry(self, key: str) -> float:
        """When the window ends."""
        return self._asked(super().get_expiry, self._alone.get_expiry, key)

    def _asked(self, together: Callable[..., N], alone: Callable[..., N], *asked: Any) -> N:
        now, alone_until = time.monotonic(), self._alone_until
        if now < alone_until:
            return alone(*asked)
        if alone_until:
            self._alone_until = now + ALONE_S  # the others do not wait while this one tries
        try:
            answer = together(*asked)
        except self.base_exceptions as error:
            log.warning("rates_are_counted_alone", error=type(error).__name__)
            self._alone_until = time.monotonic() + ALONE_S
            return alone(*asked)
        self._alone_until = 0.0
        return answer


@lru_cache(maxsize=2)
def _limiter(queue_url: str) -> FixedWindowRateLimiter:
    # Without Redis each process counts for itself; what must hold across processes is kept in rows by its room.
    return FixedWindowRateLimiter(Shared(queue_url) if queue_url else Memory())


def network() -> str:
    """The caller's network: IPv4 address, or the /64 of an IPv6 address."""
    address = request.remote_addr or "0.0.0.0"  # noqa: S104 - a name for "unknown", nothing listens there
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == _IPV4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def caller_key() -> str:
    """Who is counted: the principal, else the device's own token, else the network."""
    who = _caller()
    if who.id is not None:
        return f"{who.kind}:{who.id}"
    token = request.headers.get("X-Device-Token", "")
    return (
        f"device:{crypto.hash_token(token)}"
        if _SHORTEST_TOKEN <= len(token) <= _LONGEST_TOKEN
        else _network_key()
    )


def _network_key() -> str:
    return f"network:{network()}"


def _caller() -> auth.Principal:
    try:
        return auth.principal()
    except Problem:
        return auth.ANONYMOUS  # a token that ran out is for the route to judge, not for the counter


def _bounds(per_caller: str, per_network: str | None = None) -> Bounds:
    item = parse(per_caller)
    if per_network:
        return item, parse(per_network)
    # A caller names its own device: without a bound for the network a flood would only change its name.
    many = item.amount * CALLERS_BEHIND_ONE_ADDRESS
    return item, type(item)(many, item.multiples, namespace="network")


# More than anybody clicks, and more than a program of an office needs.
CHANGES = _bounds("300/minute")
READS = _bounds("1200/minute")
# Public answers that were not in memory: as many as there are addresses, and those can be made up.
MAKING = _bounds("600/minute")


def rate_limit(per_caller: str, *, per_network: str | None = None) -> Callable[[View], View]:
    """Declare what a route allows: ``per_caller`` ("10/minute") and ``per_network`` for everybody behind one address."""
    bounds = _bounds(per_caller, per_network)

    def decorator(view: View) -> View:
        view.__bounds__ = bounds  # type: ignore[attr-defined] # read by ``bounds_of``
        return view

    return decorator


def bounds_of(view: Callable[..., Any], method: str) -> Bounds | None:
    """What ``view`` is bounded by; None for public reads that declare nothing."""
    declared: Bounds | None = getattr(view, "__bounds__", None)
    if declared is not None:
        return declared
    if method not in {"GET", "HEAD", "OPTIONS"}:
        return CHANGES
    return None if getattr(view, "__access__", "public") == "public" else READS


def hold_back_floods() -> None:
    """Count this request before anything of it is read; for ``before_request``."""
    endpoint = str(request.endpoint)
    bounds = bounds_of(current_app.view_functions[endpoint], request.method)
    if bounds is not None:
        count(bounds, endpoint)


def count(bounds: Bounds, deed: str) -> None:
    """Count ``deed`` for its caller and its network.

    A portal speaks for many people from one machine: it has the bound of a network to itself, whatever its address.
    Browsers that follow a link, feed readers and embedded pages name no device: they are their network, no one caller.

    Raises:
        TooManyRequests: with the seconds to wait.
    """
    if not config.current().rate_limits:
        return
    of_caller, of_network = bounds
    who, everybody = caller_key(), _network_key()
    if _caller().kind == "portal":
        _hit(of_network, deed, who)
        return
    if who != everybody:
        _hit(of_caller, deed, who)
    _hit(of_network, deed, everybody)


def _hit(item: RateLimitItem, deed: str, key: str) -> None:
    limiter = _limiter(config.current().queue_url)
    if not limiter.hit(item, deed, key):
        reset_time = limiter.get_window_stats(item, deed, key).reset_time
        raise TooManyRequests(retry_after=max(1, int(reset_time - time.time()) + 1))
