"""The text of a clause in one of its positions: a fallback's paragraphs stand where the preferred ones stood."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from govern.contracts.model import AuthoredBlock, AuthoredGroup, AuthoredParagraph, AuthoredTable, Clause


def text_of(clause: Clause, position: str | None) -> Iterator[AuthoredBlock]:
    """The blocks of a clause in one position.

    A paragraph of the position replaces the one with its id where that stands, each with what hangs under it; what
    the position adds stays where its group is.
    """
    groups = [each for each in clause.blocks if isinstance(each, AuthoredGroup)]
    base: list[AuthoredBlock] = [each for each in clause.blocks if not isinstance(each, AuthoredGroup)]
    base += [inner for group in groups if group.position is None for inner in group.blocks]
    labels = {each.id for each in base if isinstance(each, AuthoredParagraph) and each.id}
    units: dict[str, list[AuthoredBlock]] = {}
    rests: dict[int, tuple[AuthoredBlock, ...]] = {}
    for group in groups:
        if group.position is not None and group.position == position:
            rests[id(group)] = _split(group.blocks, labels, units)
    for block in _replaced(clause.blocks, units):
        if not isinstance(block, AuthoredGroup):
            yield block
        elif block.position is None:
            yield replace(block, blocks=tuple(_replaced(block.blocks, units)))
        elif id(block) in rests:
            yield replace(block, blocks=rests[id(block)])


def _hangs(block: AuthoredBlock, level: int) -> bool:
    """Whether a block belongs to the paragraph of that level before it: its list, its further text, its table."""
    if isinstance(block, AuthoredParagraph):
        return block.level > level or (level == 0 and block.level < 0)
    return level == 0 and isinstance(block, AuthoredTable)


def _split(
    blocks: Iterable[AuthoredBlock], labels: Collection[str], units: dict[str, list[AuthoredBlock]]
) -> tuple[AuthoredBlock, ...]:
    """Put the paragraphs that are among `labels` into `units`, each with what hangs under it; return the rest."""
    rest: list[AuthoredBlock] = []
    target, level = rest, 2
    for block in blocks:
        if not _hangs(block, level):
            target, level = rest, 2
            if isinstance(block, AuthoredParagraph) and block.id is not None and block.id in labels:
                target, level = units.setdefault(block.id, []), block.level
        target.append(block)
    return tuple(rest)


def _replaced(blocks: Iterable[AuthoredBlock], units: Mapping[str, list[AuthoredBlock]]) -> Iterator[AuthoredBlock]:
    level = 2  # nothing hangs under the lowest level
    for block in blocks:
        if _hangs(block, level):
            continue
        level = 2
        if isinstance(block, AuthoredParagraph) and block.id is not None and block.id in units:
            level = block.level
            yield from units[block.id]
        else:
            yield block
