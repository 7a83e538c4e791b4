from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from parley.store.audit.merkle import EMPTY_ROOT, Frontier, leaf_hash, node_hash

# Known answers of the certificate-transparency project (test/testdata of its Merkle tree), RFC 6962 hashing.
INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def tree_hash(leaves: list[bytes]) -> bytes:
    """Hash as RFC 6962, section 2.1, defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(tree_hash(leaves[:split]), tree_hash(leaves[split:]))


def test_roots_are_those_of_certificate_transparency() -> None:
    frontier = Frontier()
    assert frontier.root() == EMPTY_ROOT
    for text in INPUTS:
        frontier.append(leaf_hash(bytes.fromhex(text)))
        assert frontier.root().hex() == ROOTS.get(frontier.size, frontier.root().hex())


@given(st.integers(0, 70))
def test_a_growing_tree_has_the_root_of_the_recursive_definition(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    assert frontier.root() == tree_hash(leaves)
    assert Frontier.from_bytes(size, frontier.to_bytes()) == frontier
