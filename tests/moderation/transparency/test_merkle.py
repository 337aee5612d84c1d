"""The tree against the definitions of RFC 9162, section 2.1, and the vectors that every log is tested with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.transparency import merkle
from moderation.transparency.merkle import Frontier, Place, Span

# The eight leaves, roots and proofs of the Certificate Transparency reference tests.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


class Tree:
    """A tree that stores complete subtrees, as the database does."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.frontier = Frontier()
        self.stored: dict[Place, bytes] = {}
        self.roots = [self.frontier.root()]
        for position, data in enumerate(leaves):
            leaf = merkle.leaf_hash(data)
            self.stored[Place(0, position)] = leaf
            self.stored.update(self.frontier.append(leaf))
            self.roots.append(self.frontier.root())

    def proof(self, spans: Sequence[Span]) -> list[bytes]:
        return [merkle.fold([self.stored[p] for p in merkle.places(span)]) for span in spans]


def split(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def mth(leaves: Sequence[bytes]) -> bytes:
    """2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: Sequence[bytes], *, known: bool) -> list[bytes]:
    """2.1.4.1, word for word."""
    if m == len(leaves):
        return [] if known else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], known=known), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], known=False), mth(leaves[:k])]


def test_the_known_roots() -> None:
    assert [root.hex() for root in Tree(LEAVES).roots] == ROOTS


@pytest.mark.parametrize(("position", "size", "proof"), INCLUSION)
def test_the_known_inclusion_proofs(position: int, size: int, proof: list[str]) -> None:
    made = Tree(LEAVES[:size]).proof(merkle.inclusion_path(position, size))
    assert [each.hex() for each in made] == proof


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENCY)
def test_the_known_consistency_proofs(old: int, new: int, proof: list[str]) -> None:
    made = Tree(LEAVES[:new]).proof(merkle.consistency_path(old, new))
    assert [each.hex() for each in made] == proof


sizes = st.integers(1, 150)


@given(st.data(), sizes)
def test_every_root_and_proof_is_as_the_rfc_defines_it(data: st.DataObject, size: int) -> None:
    leaves = [number.to_bytes(2) for number in range(size)]
    tree = Tree(leaves)
    position = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    assert tree.roots[size] == mth(leaves)
    inclusion = tree.proof(merkle.inclusion_path(position, size))
    assert inclusion == path(position, leaves)
    consistency = tree.proof(merkle.consistency_path(old, size))
    assert consistency == subproof(old, leaves, known=True)
    leaf = merkle.leaf_hash(leaves[position])
    assert merkle.includes(leaf, position, size, inclusion, tree.roots[size])
    assert merkle.goes_on(old, tree.roots[old], size, tree.roots[size], consistency)


@given(st.data(), st.integers(2, 150))
def test_no_changed_proof_is_believed(data: st.DataObject, size: int) -> None:
    tree = Tree([number.to_bytes(2) for number in range(size)])
    position = data.draw(st.integers(0, size - 1))
    proof = tree.proof(merkle.inclusion_path(position, size))
    leaf, root = tree.stored[Place(0, position)], tree.roots[size]
    place = data.draw(st.integers(0, len(proof) - 1))
    forged = bytes([proof[place][0] ^ 1]) + proof[place][1:]
    other = data.draw(st.integers(0, size - 1).filter(lambda each: each != position))
    assert not merkle.includes(
        leaf, position, size, [*proof[:place], forged, *proof[place + 1 :]], root
    )
    assert not merkle.includes(leaf, position, size, proof[:-1], root)
    assert not merkle.includes(leaf, position, size, [*proof, proof[-1]], root)
    assert not merkle.includes(leaf, other, size, proof, root)
    assert not merkle.includes(tree.stored[Place(0, other)], position, size, proof, root)
    assert not merkle.includes(leaf, position, size, proof, tree.roots[size - 1])


@given(st.data(), st.integers(2, 150))
def test_a_tree_that_rewrote_its_past_proves_no_consistency(data: st.DataObject, size: int) -> None:
    old = data.draw(st.integers(1, size - 1))
    honest = Tree([number.to_bytes(2) for number in range(size)])
    changed = data.draw(st.integers(0, old - 1))
    other = Tree([(7, number)[number != changed].to_bytes(3) for number in range(size)])
    forged = other.proof(merkle.consistency_path(old, size))
    assert not merkle.goes_on(old, honest.roots[old], size, other.roots[size], forged)
    proof = honest.proof(merkle.consistency_path(old, size))
    good = (old, honest.roots[old], size, honest.roots[size])
    assert not merkle.goes_on(*good, proof[:-1])
    assert not merkle.goes_on(*good, [*proof, proof[-1]])
    assert not merkle.goes_on(size, honest.roots[size], old, honest.roots[old], proof)


@pytest.mark.parametrize(("position", "size"), [(-1, 1), (1, 1), (0, 0), (5, 3)])
def test_a_leaf_outside_the_tree_is_in_no_tree(position: int, size: int) -> None:
    assert not merkle.includes(b"", position, size, [], merkle.EMPTY)


def test_nothing_is_consistent_with_an_empty_log() -> None:
    tree = Tree(LEAVES)
    assert not merkle.goes_on(0, tree.roots[0], 8, tree.roots[8], [])
    assert not merkle.goes_on(6, tree.roots[6], 8, tree.roots[8], [])


@given(sizes, st.integers(1, 60))
def test_a_log_goes_on_from_what_is_stored(size: int, more: int) -> None:
    whole = Tree([number.to_bytes(2) for number in range(size + more)])
    peaks = [whole.stored[place] for place in merkle.places(Span(0, size))]
    later = Frontier(size, peaks)
    assert later.root() == whole.roots[size]
    made: dict[Place, bytes] = {}
    for number in range(size, size + more):
        made.update(later.append(merkle.leaf_hash(number.to_bytes(2))))
    assert later.root() == whole.roots[size + more]
    assert made.items() <= whole.stored.items()


def test_what_is_looked_up_grows_with_the_logarithm() -> None:
    size = 5_000_001
    spans = [*merkle.inclusion_path(1_234_567, size), *merkle.consistency_path(3_999_999, size)]
    assert len(merkle.places(Span(0, size))) <= 23
    assert sum(len(merkle.places(span)) for span in spans) <= 4 * 23
