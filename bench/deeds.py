"""What people do, as scripts for the load maker, each with the ratio to hello that it must keep."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bench import loader
from bench.client import API, COMMUNE, Client, sign_in, submission
from bench.stack import Installation, Server

# Filters of the work list that officials use; each has to keep its limit by itself.
LISTS = (
    "view=all",
    "view=mine",
    "view=unassigned",
    "view=overdue",
    "view=due_soon",
    "view=all&state=in_progress",
    "view=all&category=y_te",
    "view=all&urgency=emergency",
    "view=all&category=y_te&urgency=emergency&state=received",
    "view=all&sort=-created",
    "view=all&sort=urgency",
    "view=all&q=loa+phat+thanh",
)


# An odd number: the ratio is the median, and a round that was disturbed drops out.
ROUNDS = 5


@dataclass(frozen=True)
class Deed:
    """A name, who sends what, and the limit."""

    name: str
    make_script: Callable[[int], loader.Script]
    limit: float | None = None


def constant(data: bytes) -> Callable[[int], loader.Script]:
    """Every process sends the same request for ever."""
    return lambda _number: loader.Constant(data)


class Creating:
    """New feedback with every request, each with a key of its own, as the app sends it."""

    def __init__(self, number: int, body: dict[str, Any], run: str) -> None:
        self._body = json.dumps(body).encode()
        self._prefix = f"bench-{run}-{number}"
        self._count = 0

    def request(self, _slot: int) -> bytes | None:
        self._count += 1
        headers = {"Idempotency-Key": f"{self._prefix}-{self._count:08d}"}
        return loader.request_bytes("POST", f"{API}/feedback", headers, self._body)

    def answer(self, slot: int, status: int, head: bytes, body: bytes) -> None:
        """The tracking code is not needed."""


class Moving:
    """A person confirms the legal type of one case after another."""

    def __init__(self, cases: Iterator[dict[str, Any]], headers: dict[str, str]) -> None:
        self._cases = cases
        self._headers = headers

    def request(self, _slot: int) -> bytes | None:
        case = next(self._cases, None)
        if case is None:
            return None
        headers = {**self._headers, "If-Match": f'"{case["version"]}"'}
        path = f"{API}/cases/{case['id']}/moves/confirm_legal"
        return loader.request_bytes("POST", path, headers, b'{"legal_type":"ordinary"}')

    def answer(self, slot: int, status: int, head: bytes, body: bytes) -> None:
        """One move per case."""


def public(server: Server, _made: Installation) -> list[Deed]:
    """What residents do."""
    anybody = Client(server.port)
    articles = f"{API}/communes/{COMMUNE}/articles"
    first = anybody.call("GET", articles)["items"][0]["id"]
    _, head, _ = loader.exchange(server.port, loader.get(articles))
    etag = next(line for line in head.decode().split("\r\n") if line.startswith("etag:"))[
        5:
    ].strip()
    body = submission(anybody)
    code = anybody.call("POST", f"{API}/feedback", body)["tracking_code"]
    runs = iter(range(1_000_000))
    return [
        Deed("hello against itself", constant(loader.get("/_hello")), 1.1),
        Deed("bare commit", constant(loader.request_bytes("POST", "/_commit", {"X-Bench": "1"}))),
        Deed("article list, warm", constant(loader.get(articles)), 1.25),
        Deed("article, warm", constant(loader.get(f"{API}/articles/{first}")), 1.25),
        Deed("article list, 304", constant(loader.get(articles, if_none_match=etag)), 1.05),
        Deed("public outcomes, warm", constant(loader.get(f"{API}/communes/{COMMUNE}/feedback"))),
        Deed("status by code", constant(loader.get(f"{API}/feedback/{code}")), 5),
        Deed("create feedback", lambda number: Creating(number, body, str(next(runs))), 50),
    ]


def first_case(server: Server) -> str:
    """The tracking code of a fresh case to copy."""
    anybody = Client(server.port)
    code: str = anybody.call("POST", f"{API}/feedback", submission(anybody))["tracking_code"]
    return code


def console(server: Server, made: Installation) -> list[Deed]:
    """What officials do, among all the cases."""
    hoa = sign_in(server, made, "hoa.ayun")
    waiting = _received(hoa, 600)  # the newest: real ones, with their history
    one = f"{API}/cases/{waiting[0]['id']}"

    share = len(waiting) // (ROUNDS * loader.PROCESSES)

    def moving(_number: int) -> Moving:
        # Cases of its own for each process and round: nobody moves one twice.
        return Moving(iter([waiting.pop() for _ in range(share)]), hoa.headers)

    lists = [
        Deed(
            f"list 50: {query}",
            constant(loader.get(f"{API}/cases?{query}&limit=50", **hoa.headers)),
            60,
        )
        for query in LISTS
    ]
    return [
        *lists,
        Deed("counts", constant(loader.get(f"{API}/cases/counts?view=all", **hoa.headers))),
        Deed("case detail", constant(loader.get(one, **hoa.headers)), 50),
        Deed("case transition", moving, 60),
    ]


def _received(official: Client, wanted: int) -> list[dict[str, Any]]:
    """Cases that nobody has touched yet, newest first."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while len(found) < wanted:
        query = "view=all&state=received&sort=-created&limit=100" + cursor
        answer = official.call("GET", f"{API}/cases?{query}")
        found += answer["items"]
        if not answer["next_cursor"]:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    return found
