"""The append-only Merkle tree of RFC 9162, section 2.1: hashes, paths, proofs. Pure: values in, values out.

Leaves are numbered from 0. A *place* is a complete subtree: ``2**level`` leaves beginning at ``position << level``.
Complete subtrees never change again, so a tree of any size is made of at most one of them per level, and whoever has
stored them makes every root and every proof from a handful.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

EMPTY = hashlib.sha256(b"").digest()


class Place(NamedTuple):
    """A complete subtree."""

    level: int
    position: int

    @property
    def leaves(self) -> Span:
        """The leaves under it."""
        return Span(self.position << self.level, (self.position + 1) << self.level)


class Span(NamedTuple):
    """Leaves from ``start`` up to and without ``end``."""

    start: int
    end: int


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf (2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees (2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash of neighbouring complete subtrees of falling size, as ``places`` lists them."""
    if not hashes:
        return EMPTY
    *rest, folded = hashes
    for left in reversed(rest):
        folded = node_hash(left, folded)
    return folded


def places(span: Span) -> list[Place]:
    """The complete subtrees that make up a span of a tree or of a proof, largest first."""
    found = []
    start = span.start
    while start < span.end:
        level = (span.end - start).bit_length() - 1
        found.append(Place(level, start >> level))
        start += 1 << level
    return found


def inclusion_path(position: int, size: int) -> list[Span]:
    """The spans whose hashes prove that a leaf is in the tree of that size, from the leaf upwards (2.1.3.1)."""
    start, end = 0, size
    found = []
    while end - start > 1:
        middle = start + _split(end - start)
        if position < middle:
            found.append(Span(middle, end))
            end = middle
        else:
            found.append(Span(start, middle))
            start = middle
    return found[::-1]


def consistency_path(old: int, new: int) -> list[Span]:
    """The spans whose hashes prove that the tree of size ``new`` goes on from the one of size ``old`` (2.1.4.1)."""
    start, end = 0, new
    found = []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            found.append(Span(middle, end))
            end = middle
        else:
            found.append(Span(start, middle))
            start = middle
    if start:  # otherwise it is the old tree itself, whose root the verifier has
        found.append(Span(start, end))
    return found[::-1]


def _split(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1


class Frontier:
    """The right edge of a growing tree: all that appending needs."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """``peaks`` are the hashes of ``places(Span(0, size))``."""
        self.size = size
        self._peaks = list(peaks)

    def append(self, leaf: bytes) -> Iterator[tuple[Place, bytes]]:
        """Add the hash of a leaf; gives the larger subtrees that it completes, with their hashes."""
        place, made = Place(0, self.size), leaf
        completed = []
        while place.position & 1:
            made = node_hash(self._peaks.pop(), made)
            place = Place(place.level + 1, place.position >> 1)
            completed.append((place, made))
        self._peaks.append(made)
        self.size += 1
        return iter(completed)

    def root(self) -> bytes:
        """The root of the tree so far."""
        return fold(self._peaks)


def includes(leaf: bytes, position: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """True when the proof leads from the hash of the leaf to the root (2.1.3.2)."""
    if not 0 <= position < size:
        return False
    index, last, made = position, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if index & 1 or index == last:
            made = node_hash(sibling, made)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            made = node_hash(made, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and made == root


def goes_on(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """True when the proof shows that the newer tree begins with all leaves of the older one (2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    index, last = old - 1, new - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    made_old = made_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            made_old, made_new = node_hash(sibling, made_old), node_hash(sibling, made_new)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            made_new = node_hash(made_new, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and made_old == old_root and made_new == new_root
