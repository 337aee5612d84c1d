"""The tree against the definitions of RFC 9162, section 2.1, and the vectors that every log is tested with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import pytest

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


# All of them, and not a random few: every tree up to this size takes a second, and says the same on any machine.
LARGEST = 40


def leaf_data(number: int) -> bytes:
    return number.to_bytes(2)


@pytest.fixture(scope="module")
def honest() -> Tree:
    """A tree holds all smaller ones: complete subtrees never change."""
    return Tree([leaf_data(number) for number in range(LARGEST)])


def test_every_root_and_proof_is_as_the_rfc_defines_it(honest: Tree) -> None:
    leaves = [leaf_data(number) for number in range(LARGEST)]
    for size in range(1, LARGEST + 1):
        root = honest.roots[size]
        assert root == mth(leaves[:size])
        for position in range(size):
            proof = honest.proof(merkle.inclusion_path(position, size))
            assert proof == path(position, leaves[:size])
            leaf = merkle.leaf_hash(leaves[position])
            assert merkle.includes(leaf, position, size, proof, root)
        for old in range(1, size + 1):
            proof = honest.proof(merkle.consistency_path(old, size))
            assert proof == subproof(old, leaves[:size], known=True)
            assert merkle.goes_on(old, honest.roots[old], size, root, proof)


def test_no_changed_proof_of_a_leaf_is_believed(honest: Tree) -> None:
    for size in range(2, LARGEST + 1):
        root = honest.roots[size]
        for position in range(size):
            leaf = honest.stored[Place(0, position)]
            proof = honest.proof(merkle.inclusion_path(position, size))
            for forged in changed_ways(proof):
                assert not merkle.includes(leaf, position, size, forged, root)
            assert not merkle.includes(leaf, position, size, proof, honest.roots[size - 1])
            for other in range(size):
                if other != position:
                    assert not merkle.includes(leaf, other, size, proof, root)
                    another = honest.stored[Place(0, other)]
                    assert not merkle.includes(another, position, size, proof, root)


def test_no_changed_proof_of_consistency_is_believed(honest: Tree) -> None:
    for size in range(2, LARGEST + 1):
        for old in range(1, size):
            proof = honest.proof(merkle.consistency_path(old, size))
            heads = (old, honest.roots[old], size, honest.roots[size])
            for forged in changed_ways(proof):
                assert not merkle.goes_on(*heads, forged)
            assert not merkle.goes_on(size, honest.roots[size], old, honest.roots[old], proof)


def test_a_tree_that_rewrote_its_past_proves_no_consistency(honest: Tree) -> None:
    """Whichever single leaf it changed, whenever it was asked before, and whatever size it has by now."""
    for changed in range(LARGEST - 1):
        other = Tree(
            [b"rewritten" if number == changed else leaf_data(number) for number in range(LARGEST)]
        )
        for old in range(changed + 1, LARGEST):
            for size in range(old + 1, LARGEST + 1):
                forged = other.proof(merkle.consistency_path(old, size))
                before, now = honest.roots[old], other.roots[size]
                assert merkle.goes_on(old, other.roots[old], size, now, forged)
                assert not merkle.goes_on(old, before, size, now, forged)
            assert not merkle.goes_on(old, honest.roots[old], old, other.roots[old], [])


def changed_ways(proof: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The proof with one bit changed in each place, cut off, drawn out, and the wrong way round."""
    for place, right in enumerate(proof):
        wrong = bytes([right[0] ^ 1]) + right[1:]
        yield [*proof[:place], wrong, *proof[place + 1 :]]
        yield [*proof[:place], *proof[place + 1 :]]
    yield [*proof, proof[-1]]
    yield [*proof, merkle.EMPTY]
    if len(proof) > 1:
        yield list(reversed(proof))


@pytest.mark.parametrize(("position", "size"), [(-1, 1), (1, 1), (0, 0), (5, 3)])
def test_a_leaf_outside_the_tree_is_in_no_tree(position: int, size: int) -> None:
    assert not merkle.includes(b"", position, size, [], merkle.EMPTY)


def test_nothing_is_consistent_with_an_empty_log() -> None:
    tree = Tree(LEAVES)
    assert not merkle.goes_on(0, tree.roots[0], 8, tree.roots[8], [])
    assert not merkle.goes_on(6, tree.roots[6], 8, tree.roots[8], [])


def test_a_log_goes_on_from_what_is_stored(honest: Tree) -> None:
    for size in range(LARGEST + 1):
        later = Frontier(size, [honest.stored[place] for place in merkle.places(Span(0, size))])
        assert later.root() == honest.roots[size]
        for number in range(size, LARGEST):
            made = dict(later.append(merkle.leaf_hash(leaf_data(number))))
            assert made.items() <= honest.stored.items()
            assert later.root() == honest.roots[number + 1]


def test_what_is_looked_up_grows_with_the_logarithm() -> None:
    size = 5_000_001
    spans = [*merkle.inclusion_path(1_234_567, size), *merkle.consistency_path(3_999_999, size)]
    assert len(merkle.places(Span(0, size))) <= 23
    assert sum(len(merkle.places(span)) for span in spans) <= 4 * 23
