"""Which piece of an earlier text became which piece of a later one. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

# pieces that share less than this part of their words are different ones, not a changed one
ALIKE = 0.45
# rows that name another thing in their first cell need more to be the same row
OTHER_NAME = 0.25
# comparing each with each beyond this takes seconds; then nothing is taken for a changed piece
MOST = 250_000
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Unit:
    """A paragraph, row or table. key: equal where nothing changed; kind: only units of one kind can become each other;
    name: what a row speaks of, or what a table is called.
    """

    key: Hashable
    text: str
    kind: str = ""
    name: str = ""

    @cached_property
    def words(self) -> Counter[str]:
        return Counter(WORD.findall(self.text.lower()))


def align(old: Sequence[Unit], new: Sequence[Unit]) -> Iterator[tuple[int | None, int | None]]:
    """(index in old, index in new) in reading order; None where the unit was added or removed. Each index once."""
    matcher = SequenceMatcher(None, [unit.key for unit in old], [unit.key for unit in new], autojunk=False)
    for what, i1, i2, j1, j2 in matcher.get_opcodes():
        if what == "equal":
            yield from zip(range(i1, i2), range(j1, j2), strict=True)
        else:
            for i, j in _gap(old[i1:i2], new[j1:j2]):
                yield None if i is None else i1 + i, None if j is None else j1 + j


def likeness(old: Unit, new: Unit) -> float:
    """From 0, nothing in common, to 1: the part of the words that both have."""
    if old.kind != new.kind:
        return 0.0
    total = old.words.total() + new.words.total()
    if not total:
        return 1.0
    shared = 2 * (old.words & new.words).total() / total
    if old.name and old.name == new.name:
        return 0.6 + 0.4 * shared
    return shared - OTHER_NAME if old.name and new.name else shared


def _gap(old: Sequence[Unit], new: Sequence[Unit]) -> Iterator[tuple[int | None, int | None]]:
    """The pairing in order whose pairs are most alike."""
    if not old or not new or len(old) * len(new) > MOST:
        yield from ((i, None) for i in range(len(old)))
        yield from ((None, j) for j in range(len(new)))
        return
    alike = [[likeness(one, other) - ALIKE for other in new] for one in old]
    # best[i][j]: of what stands from i and from j on
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + alike[i][j])
    i = j = 0
    while i < len(old) and j < len(new):
        if alike[i][j] >= 0 and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            yield i, None
            i += 1
        else:
            yield None, j
            j += 1
    yield from ((k, None) for k in range(i, len(old)))
    yield from ((None, k) for k in range(j, len(new)))
