"""Request rates. Vietnamese telephones share addresses by the thousand (carrier NAT), so the address alone decides little:
a device says its own token, and only then the network as a whole has a bound of its own.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

from flask import request
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from backend.core import auth, clock, config, crypto
from backend.core.errors import Problem, TooManyRequests

_SHORTEST_TOKEN, _LONGEST_TOKEN = 16, 100
_IPV4 = 4
# How many callers may use the same address at once, where a route says nothing else.
CALLERS_BEHIND_ONE_ADDRESS = 10

View = TypeVar("View", bound=Callable[..., Any])


@lru_cache(maxsize=2)
def _limiter(queue_url: str) -> MovingWindowRateLimiter:
    # Without Redis each process counts for itself; what must hold across processes is kept in rows by its room.
    return MovingWindowRateLimiter(storage_from_string(queue_url or "memory://"))


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
        else f"network:{network()}"
    )


def _caller() -> auth.Principal:
    try:
        return auth.principal()
    except Problem:
        return auth.ANONYMOUS  # a token that ran out is for the route to judge, not for the counter


def rate_limit(
    per_caller: str, *, per_network: str | None = None, cost: int = 1
) -> Callable[[View], View]:
    """Allow ``per_caller`` ("10/minute") for each caller and ``per_network`` for everybody behind one address.

    A portal speaks for many people from one machine: it has the bound of a network to itself, whatever its address.

    Raises (when called):
        TooManyRequests: with the seconds to wait.
    """
    caller_item = parse(per_caller)
    # A caller names its own device: without a bound for the network a flood would only change its name.
    network_item = parse(per_network) if per_network else _many_times(caller_item)

    def decorator(view: View) -> View:
        @wraps(view)
        def limited(*args: Any, **kwargs: Any) -> Any:
            if config.current().rate_limits:
                endpoint = request.endpoint or ""
                if _caller().kind == "portal":
                    _hit(network_item, endpoint, caller_key(), cost)
                else:
                    _hit(caller_item, endpoint, caller_key(), cost)
                    _hit(network_item, endpoint, f"all:{network()}", cost)
            return view(*args, **kwargs)

        limited.__bounds__ = (caller_item, network_item)  # type: ignore[attr-defined] # a test reads them off
        return limited  # type: ignore[return-value] # same signature, by functools.wraps

    return decorator


def _many_times(item: RateLimitItem) -> RateLimitItem:
    return type(item)(item.amount * CALLERS_BEHIND_ONE_ADDRESS, item.multiples, namespace="network")


def _hit(item: RateLimitItem, endpoint: str, key: str, cost: int) -> None:
    limiter = _limiter(config.current().queue_url)
    if limiter.hit(item, endpoint, key, cost=cost):
        return
    reset_at = limiter.get_window_stats(item, endpoint, key).reset_time
    raise TooManyRequests(retry_after=max(1, int(reset_at - clock.now().timestamp()) + 1))
