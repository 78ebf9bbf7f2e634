"""What reads otherwise in a document than in its earlier edition. Pure."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.compare.align import Unit, align
from pipeline.compare.lines import ADMINISTRATIVE, CONTROL, ROW, TEXT, Line, lines_of
from pipeline.compare.model import Passage

# sections that keep the record of editions and of signatures
RECORDS = frozenset({"Revision history", "Approval"})
Pair = tuple[int | None, int | None]
# names of the document itself that are another in each edition
OWN_DAYS = ("as_of", "analysis", "law_as_of", "next_review", "approved")


def passages(
    old: bytes, new: bytes, path: str, then: Mapping[str, Any] | None = None, now: Mapping[str, Any] | None = None
) -> tuple[Passage, ...]:
    """The places that read otherwise, in the order of the new document; () where only administrative lines differ.

    A line is a paragraph, a row of a table (cells joined by a bar), an entry of the table at the head, an event. A changed
    line is one passage. The order of the rows of a table and the numbers before them do not count, nor do header, footer,
    the administrative entries at the head, revision history, approval, and hidden sheets. then, now: the `document` names of
    the two editions (DocumentNames, and `approved` as a printed date); where a sentence prints the edition or one of its days, that difference does not count.
    Raises UnsafeFile where one of the two cannot be opened.
    """
    if old == new:
        return ()
    before, after = ([line for line in lines_of(data, path) if not _administrative(line)] for data in (old, new))
    units = [_unit(line, _own_words(then)) for line in before], [_unit(line, _own_words(now)) for line in after]
    found: list[Passage] = []
    for i, j in _settled(list(align(*units)), *units, before, after):
        if i is None or j is None or units[0][i].key != units[1][j].key:
            found.append(_passage(None if i is None else before[i], None if j is None else after[j]))
    return tuple(found)


def _administrative(line: Line) -> bool:
    return line.where in RECORDS or (line.kind == CONTROL and line.cells[0] in ADMINISTRATIVE)


def _own_words(document: Mapping[str, Any] | None) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """What finds the edition, and the edition and its days, in a text."""
    if not document:
        return None
    edition = re.escape(str(document["edition"]))
    days = sorted({re.escape(str(document[name])) for name in OWN_DAYS if name in document}, key=len, reverse=True)
    return re.compile(rf"\b{edition}\b"), re.compile(rf"\b(?:{'|'.join([edition, *days])})\b")


def _unit(line: Line, own: tuple[re.Pattern[str], re.Pattern[str]] | None) -> Unit:
    # the first cell of a numbered row is its place
    cells = line.cells[1:] if line.kind == ROW and line.cells[0].isdecimal() else line.cells
    if own:
        cells = tuple(_without(own, cell, line.kind) for cell in cells)
    key: Hashable = (line.kind, cells)
    name = cells[0] if line.kind != TEXT and cells else ""
    return Unit(key, " ".join(cells), f"{line.kind} {len(cells) if line.kind == ROW else ''}", name)


def _without(own: tuple[re.Pattern[str], re.Pattern[str]], cell: str, kind: str) -> str:
    edition, all_own = own
    # days in rows are those of steps and entries, but for "edition … of …"
    return (edition if kind == ROW and not edition.search(cell) else all_own).sub("\N{WHITE SQUARE}", cell)


def _settled(
    pairs: list[Pair], old: Sequence[Unit], new: Sequence[Unit], before: Sequence[Line], after: Sequence[Line]
) -> Iterator[Pair]:
    """Rows that only stand elsewhere in their table now are the same rows: first those that say the same, then by name."""
    gone = [i for i, j in pairs if i is not None and j is None and before[i].kind == ROW]
    come = [j for i, j in pairs if j is not None and i is None and after[j].kind == ROW]
    moved: dict[int, int] = {}
    for by_name in (False, True):
        for j in come:
            for i in gone:
                if j in moved or i in moved.values() or before[i].table != after[j].table:
                    continue
                if old[i].name and old[i].name == new[j].name if by_name else old[i].key == new[j].key:
                    moved[j] = i
    for one, other in pairs:
        if one is None and other is not None and other in moved:
            yield moved[other], other
        elif not (other is None and one in moved.values()):
            yield one, other


def _passage(old: Line | None, new: Line | None) -> Passage:
    line = new or old
    assert line is not None
    return Passage(line.where, old.text if old else "", new.text if new else "")
