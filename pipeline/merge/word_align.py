"""Which paragraph, table or row of one version is which of another: equal ones first, then similar ones, then moved ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from pipeline.merge.word_model import Paragraph, Row, Table, Unit

SIMILAR = 0.5
# a paragraph that was moved and changed has to be known again from afar
FAR = 0.8
FAR_LENGTH, MOVED_LENGTH = 40, 12
BAND = 30
SHORT = 80
FAR_PAIRS = 20_000


@dataclass(frozen=True)
class Alignment:
    """to: index in the old version → index in the new one; back: the other way; moved: old indexes that changed their place."""

    to: dict[int, int]
    back: dict[int, int]
    moved: frozenset[int]

    def goes_on(self, i: int, j: int) -> bool:
        """Whether `i` was moved to `j`: asked of neighbours, to know what was moved together."""
        return i in self.moved and self.to[i] == j


def align(old: Sequence[Unit], new: Sequence[Unit]) -> Alignment:
    """Equal ones in the same order, what is most alike between them, what was moved; last, what was written anew in its place."""
    to: dict[int, int] = {}
    gaps: list[tuple[range, range]] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, [u.key for u in old], [u.key for u in new], autojunk=False).get_opcodes():
        if tag == "equal":
            to |= dict(zip(range(a1, a2), range(b1, b2), strict=True))
        elif tag == "replace":
            pairs = list(_pair(old, new, range(a1, a2), range(b1, b2)))
            to |= dict(pairs)
            bounds = [(a1 - 1, b1 - 1), *pairs, (a2, b2)]
            gaps += [(range(a + 1, x), range(b + 1, y)) for (a, b), (x, y) in pairwise(bounds)]
    moved = dict(_moved(old, new, to))
    to |= moved
    taken = set(to.values())
    for left, right in gaps:
        gone, come = [i for i in left if i not in to], [j for j in right if j not in taken]
        # as many here as there
        if len(gone) == len(come) and all(_same_kind(old[i], new[j]) for i, j in zip(gone, come, strict=True)):
            to |= dict(zip(gone, come, strict=True))
    return Alignment(to, {j: i for i, j in to.items()}, frozenset(moved))


def _pair(old: Sequence[Unit], new: Sequence[Unit], left: range, right: range) -> Iterator[tuple[int, int]]:
    """The pairs in the same order with the most in common (dynamic programming, near the diagonal where both are long)."""
    if len(left) * len(right) > 1_000_000:
        return
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    worth: dict[tuple[int, int], float] = {}
    for x in range(len(left) - 1, -1, -1):
        middle = x * len(right) // len(left)
        for y in range(len(right) - 1, -1, -1):
            best[x][y] = max(best[x + 1][y], best[x][y + 1])
            if abs(y - middle) <= BAND:
                ratio = similarity(old[left[x]], new[right[y]])
                if ratio >= SIMILAR:
                    worth[x, y] = ratio
                    best[x][y] = max(best[x][y], ratio + best[x + 1][y + 1])
    x = y = 0
    while x < len(left) and y < len(right):
        if (x, y) in worth and best[x][y] == worth[x, y] + best[x + 1][y + 1]:
            yield left[x], right[y]
            x, y = x + 1, y + 1
        elif best[x + 1][y] >= best[x][y + 1]:
            x += 1
        else:
            y += 1


def _moved(old: Sequence[Unit], new: Sequence[Unit], to: dict[int, int]) -> Iterator[tuple[int, int]]:
    """What was taken away here and put in there: the same text, its neighbours if they went along, or nearly the same text."""
    gone = {i for i in range(len(old)) if i not in to}
    come = set(range(len(new))) - set(to.values())
    found: dict[int, int] = {}

    def take(i: int, j: int) -> None:
        found[i] = j
        gone.discard(i)
        come.discard(j)

    places: dict[str, list[int]] = {}
    for j in sorted(come):
        places.setdefault(new[j].key, []).append(j)
    for i in sorted(gone):
        if len(old[i].text.strip()) >= MOVED_LENGTH and places.get(old[i].key):
            take(i, places[old[i].key].pop(0))
    for step in (1, -1):
        for i, j in sorted(found.items(), reverse=step < 0):
            while (i := i + step) in gone and (j := j + step) in come and similarity(old[i], new[j]) >= SIMILAR:
                take(i, j)
    long = [[k for k in sorted(left) if len(side[k].text) >= FAR_LENGTH] for side, left in ((old, gone), (new, come))]
    if len(long[0]) * len(long[1]) <= FAR_PAIRS:
        for i in long[0]:
            near = [(similarity(old[i], new[j]), -j) for j in long[1] if j in come]
            if near and max(near)[0] >= FAR:
                take(i, -max(near)[1])
    yield from found.items()


def _same_kind(a: Unit, b: Unit) -> bool:
    if isinstance(a, Paragraph) and isinstance(b, Paragraph):
        return a.is_blank == b.is_blank and (a.style == b.style or similarity(a, b) >= SIMILAR)
    if isinstance(a, Row) and isinstance(b, Row):
        return a.shape == b.shape and a.is_blank == b.is_blank
    return isinstance(a, Table) and isinstance(b, Table) and similarity(a, b) >= SIMILAR


def similarity(a: Unit, b: Unit) -> float:
    """0 to 1: how much of two units is the same; 0 where one cannot have become the other."""
    if isinstance(a, Table) and isinstance(b, Table):
        headed = a.rows[0].text == b.rows[0].text and not a.rows[0].is_blank
        rows = SequenceMatcher(None, [r.text for r in a.rows], [r.text for r in b.rows], autojunk=False).ratio()
        return max(0.7 if headed else 0.0, rows, _ratio(a.text, b.text))
    if isinstance(a, Row) and isinstance(b, Row):
        if len(a.cells) != len(b.cells):
            return SIMILAR if a.text == b.text else 0.0
        if a.text == b.text:
            return 1.0
        first = [row.cells[0].text.strip() for row in (a, b)]
        named = first[0] == first[1] != "" and len(a.cells) > 1
        return max(0.6 if named else 0.0, 0.0 if a.is_blank or b.is_blank else _ratio(a.text, b.text))
    if isinstance(a, Paragraph) and isinstance(b, Paragraph):
        if a.is_blank or b.is_blank:
            return 0.6 if a.is_blank and b.is_blank else 0.0
        return 0.99 if a.text == b.text else _ratio(a.text, b.text)
    return 0.0


def _ratio(a: str, b: str) -> float:
    """By letters where texts are short, by words where they are long."""
    matcher: SequenceMatcher[str]
    if len(a) <= SHORT and len(b) <= SHORT:
        matcher = SequenceMatcher(None, a, b, autojunk=False)
    else:
        matcher = SequenceMatcher(None, a.split(), b.split(), autojunk=False)
    if matcher.real_quick_ratio() < SIMILAR or matcher.quick_ratio() < SIMILAR:
        return 0.0
    return matcher.ratio()
