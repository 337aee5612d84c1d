"""A small HTTP/1.1 load maker without dependencies: a few processes, a few kept-alive connections in each.

It spends about 20 µs of processor time on a request, so that on two shared cores the server is what is measured.
"""

from __future__ import annotations

import multiprocessing
import socket
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Protocol

PROCESSES = 2
CONNECTIONS = 2  # in each process


class Script(Protocol):
    """What one process sends; one script object per process."""

    def request(self, slot: int) -> bytes | None:
        """The next request of connection ``slot``; None when there is nothing left to send."""

    def answer(self, slot: int, status: int, head: bytes, body: bytes) -> None:
        """Look at the answer to the last request of ``slot``."""


@dataclass
class Constant:
    """The same request for ever."""

    data: bytes

    def request(self, _slot: int) -> bytes | None:
        return self.data

    def answer(self, slot: int, status: int, head: bytes, body: bytes) -> None:
        """Nothing to remember."""


@dataclass
class Result:
    """What a round measured."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    statements: Counter[str] = field(default_factory=Counter)
    bytes_of_one: int = 0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, percent: int) -> float:
        """Milliseconds within which this share of the answers came."""
        if len(self.latencies) < 2:
            return 0.0
        return statistics.quantiles(self.latencies, n=100)[percent - 1] * 1000

    def add(self, other: Result) -> None:
        """Join the result of another process, or of another round when seconds are summed by the caller."""
        self.latencies += other.latencies
        self.statuses += other.statuses
        self.statements += other.statements
        self.bytes_of_one = self.bytes_of_one or other.bytes_of_one


def get(path: str, **headers: str) -> bytes:
    """A GET request; keyword ``if_none_match`` becomes the header ``If-None-Match``."""
    return request_bytes("GET", path, headers)


def request_bytes(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Any request."""
    headers = {"Accept-Encoding": "br", **headers}
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Wire:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def send(self, data: bytes) -> None:
        """Send a whole request."""
        self.socket.sendall(data)

    def receive(self) -> tuple[int, bytes, bytes]:
        """Status, head (lower case) and body of the next answer."""
        data = self.rest
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head = data[:end].lower()
        status = int(head[9:12])
        length = 0
        place = head.find(b"content-length:")
        if place >= 0 and status != 304:
            stop = head.find(b"\r", place)
            length = int(head[place + 15 : stop if stop > 0 else len(head)])
        data = data[end + 4 :]
        while len(data) < length:
            data += self._more()
        self.rest = data[length:]
        return status, head, data[:length]

    def _more(self) -> bytes:
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError("the server closed the connection")
        return part


def exchange(port: int, data: bytes) -> tuple[int, bytes, bytes]:
    """One request on a connection of its own."""
    wire = Wire(port)
    try:
        wire.send(data)
        return wire.receive()
    finally:
        wire.socket.close()


def load(port: int, make_script: Callable[[int], Script], seconds: float) -> Result:
    """Send for ``seconds`` from all processes at once; ``make_script`` gets the number of the process."""
    context = multiprocessing.get_context("fork")
    pipes: list[Connection] = []
    children = []
    # Made here and not in the children, so that scripts may share what they use up.
    for script in [make_script(number) for number in range(PROCESSES)]:
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=_child, args=(port, script, seconds, theirs), daemon=True)
        child.start()
        theirs.close()
        pipes.append(ours)
        children.append(child)
    total = Result(seconds=seconds)
    spent = []
    for pipe in pipes:
        part: Result = pipe.recv()
        spent.append(part.seconds)
        total.add(part)
    for child in children:
        child.join()
    total.seconds = max(spent)
    return total


def _child(
    port: int,
    script: Script,
    seconds: float,
    pipe: Connection,
) -> None:
    wires = [Wire(port) for _ in range(CONNECTIONS)]
    result = Result()
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        waiting = []
        for slot, wire in enumerate(wires):
            data = script.request(slot)
            if data is not None:
                wire.send(data)
                waiting.append((slot, wire, time.perf_counter()))
        if not waiting:
            break
        for slot, wire, sent in waiting:
            status, head, body = wire.receive()
            result.latencies.append(time.perf_counter() - sent)
            result.statuses[status] += 1
            _note(result, head, body)
            script.answer(slot, status, head, body)
    result.seconds = time.perf_counter() - began
    pipe.send(result)
    pipe.close()


def _note(result: Result, head: bytes, body: bytes) -> None:
    place = head.find(b"x-sql-statements:")
    if place >= 0:
        result.statements[head[place + 17 : head.find(b"\r", place)].strip().decode()] += 1
    result.bytes_of_one = len(body)
