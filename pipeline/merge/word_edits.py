"""What a person changed in a generated Word file, told one thing at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pipeline.merge.model import Edit
from pipeline.merge.word_align import Alignment, align
from pipeline.merge.word_model import Block, Document, Row, Table, Unit
from pipeline.merge.word_places import cell_place, places, row_places, shown, table_place

ALL = "the whole document"
TRACKED = Edit(ALL, "changed", "", "Changes that were tracked are read as accepted.")
PAGE = Edit(ALL, "changed", "", "The size or direction of the pages, or the number of sections.")


def edits_of(generated: Document, edited: Document) -> tuple[Edit, ...]:
    """In the order of the edited file, what stands in headers and footers last."""
    found = list(_blocks(generated.body, edited.body, ""))
    for name in sorted({*generated.margins, *edited.margins}):
        found += _blocks(generated.margins.get(name, ()), edited.margins.get(name, ()), name)
    found += [PAGE] if edited.page != generated.page else []
    return tuple([*found, TRACKED] if edited.tracked else found)


def _blocks(old: Sequence[Block], new: Sequence[Block], prefix: str) -> Iterator[Edit]:
    was, now = places(old, prefix), places(new, prefix)

    def inside(i: int, j: int) -> Iterator[Edit]:
        a, b = old[i], new[j]
        if isinstance(a, Table) and isinstance(b, Table):
            yield from _table(a, b, table_place(now[j], a))
        elif a.key != b.key:
            yield Edit(now[j], "changed", shown(a, b), shown(b, a))

    yield from _units(old, new, was, now, inside)


def _table(old: Table, new: Table, place: str) -> Iterator[Edit]:
    was, now = row_places(old, place), row_places(new, place)

    def inside(i: int, j: int) -> Iterator[Edit]:
        a, b = old.rows[i], new.rows[j]
        if a.shape != b.shape:
            yield Edit(now[j], "changed", shown(a), shown(b))
            return
        for column, (before, after) in enumerate(zip(a.cells, b.cells, strict=True)):
            yield from _blocks(before.blocks, after.blocks, cell_place(old, column, now[j]))

    yield from _units(old.rows, new.rows, was, now, inside)


def _units(
    old: Sequence[Unit],
    new: Sequence[Unit],
    was: list[str],
    now: list[str],
    inside: Callable[[int, int], Iterator[Edit]],
) -> Iterator[Edit]:
    """Units in the order of the new version; what was removed is told at its place, what was moved together at once."""
    alignment = align(old, new)
    last = 0
    for j, unit in enumerate(new):
        i = alignment.back.get(j)
        if i is None:
            yield Edit(now[j], "added", "", shown(unit))
        else:
            if i not in alignment.moved:
                yield from _removed(old, was, alignment, last, i)
                last = max(last, i + 1)
            elif not alignment.goes_on(i - 1, j - 1):
                yield Edit(
                    now[j], "moved", f"{was[i]}: {shown(old[i])}" if was[i] else shown(old[i]), _together(new, alignment, i, j)
                )
            if old[i].key != unit.key or unit.comments:
                yield from inside(i, j)
        if i is None or not isinstance(unit, Table | Row):
            for comment in unit.comments:
                yield Edit(now[j], "commented", unit.text.strip(), f"{comment.author}: {comment.text}")
    yield from _removed(old, was, alignment, last, len(old))


def _removed(old: Sequence[Unit], was: list[str], alignment: Alignment, start: int, end: int) -> Iterator[Edit]:
    for i in range(start, end):
        if i not in alignment.to:
            yield Edit(was[i], "removed", shown(old[i]), "")


def _together(new: Sequence[Unit], alignment: Alignment, i: int, j: int) -> str:
    texts = []
    while alignment.goes_on(i, j):
        texts.append(shown(new[j]))
        i, j = i + 1, j + 1
    return "\n".join(texts)
