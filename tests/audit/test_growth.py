"""A tree that grows by groups is the tree of all leaves, and each new leaf has its path."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govern.audit import TreeBuilder, check_inclusion, grow_tree, hash_leaf, hash_root, inclusion_path
from govern.errors import VerificationError


def leaves(count):
    return [hash_leaf(b"%d" % number) for number in range(count)]


def frontier(size):
    tree = TreeBuilder()
    tree.extend(leaves(size))
    return tree.frontier


@pytest.mark.parametrize("old", range(20))
@pytest.mark.parametrize("more", range(20))
def test_every_new_leaf_is_proved(old, more):
    every = leaves(old + more)
    grown = grow_tree(old, frontier(old), every[old:])
    assert (grown.size, grown.root, grown.frontier) == (old + more, hash_root(every), frontier(old + more))
    assert len(grown.paths) == more
    for index, path in enumerate(grown.paths, old):
        check_inclusion(index, grown.size, every[index], grown.root, path)


@given(st.lists(st.integers(0, 300), max_size=6))
@settings(deadline=None)
def test_groups_one_after_the_other_give_the_tree_of_all(sizes):
    every = leaves(sum(sizes))
    size, edge, nodes = 0, (), {}
    for more in sizes:
        grown = grow_tree(size, edge, every[size : size + more])
        for level, row in enumerate(grown.rows):
            nodes.update({(level, index): node for index, node in enumerate(row, size >> level)})
        for index, path in enumerate(grown.paths, size):
            assert path == inclusion_path(index, grown.size, lambda level, at: nodes[level, at])
        size, edge = grown.size, grown.frontier
    assert size == len(every)
    assert grow_tree(size, edge, []).root == hash_root(every)


def test_without_proofs_no_paths_are_made():
    grown = grow_tree(3, frontier(3), leaves(8)[3:], prove=False)
    assert grown.paths == ()
    assert grown.root == hash_root(leaves(8))


def test_a_frontier_of_another_size_is_refused():
    with pytest.raises(VerificationError, match="complete subtrees"):
        grow_tree(4, frontier(3), leaves(1))
