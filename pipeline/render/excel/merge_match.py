"""What belongs together in two states of a workbook: sheets, headings, rows of a table, lines around it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from openpyxl.worksheet.worksheet import Worksheet

from pipeline.render.excel.merge_read import Row, said

ALIKE = 0.5
MAX_PAIRS = 250_000  # rows that are compared each with each
Texts = Sequence[Sequence[str]]


def pair_sheets(old: Sequence[Worksheet], new: Sequence[Worksheet]) -> dict[str, Worksheet]:
    """Title of an old sheet → the new one: by its name, and a renamed one by what stands on it."""
    named = {sheet.title: sheet for sheet in new}
    found = {sheet.title: named[sheet.title] for sheet in old if sheet.title in named}
    taken = {sheet.title for sheet in found.values()}
    for sheet in old:
        if sheet.title not in found:
            free = [other for other in new if other.title not in taken]
            best = max(free, key=lambda other: _likeness(sheet, other), default=None)
            if best is not None and _likeness(sheet, best) >= ALIKE:
                found[sheet.title] = best
                taken.add(best.title)
    return found


@dataclass(frozen=True)
class Key:
    """The columns by which rows are known. short: of rows in which all of them are written; long: of the others."""

    short: tuple[int, ...]
    long: tuple[int, ...]

    def of(self, row: Sequence[str]) -> tuple[str, ...]:
        """What a row is known by: not by capitals, and not where nothing is written."""
        found = tuple(row[column].casefold() for column in self.short)
        if not all(found):
            found = ("", *(row[column].casefold() for column in self.long))
        return found if any(found) else ()

    def shown(self, row: Sequence[str]) -> list[str]:
        columns = self.short if all(row[column] for column in self.short) else self.long
        return [row[column] for column in columns if row[column]]


def key_of(old: Texts, new: Texts) -> Key:
    """The columns that tell the rows of a table apart in both states.

    Of the shortest telling sets of neighbouring columns from the left, the one that brings most equal cells together: a
    number that is counted anew in each state tells rows apart too, but brings other rows together.
    """
    width = max((len(row) for row in (*old, *new)), default=0)
    written = [column for column in range(width) if any(row[column] for row in (*old, *new))]
    best, most = Key(tuple(written), tuple(written)), -1
    for start in range(min(len(written), 4)):
        sets = [tuple(written[start:end]) for end in range(start + 1, len(written) + 1)]
        long = next((columns for columns in sets if _tells(old, columns) and _tells(new, columns)), tuple(written))
        short = next((columns for columns in sets if _tells_most(old, columns) and _tells_most(new, columns)), long)
        key = Key(short, long)
        here, there = _by_key(old, key), _by_key(new, key)
        pairs = [(old[here[entry]], new[there[entry]]) for entry in here.keys() & there.keys()]
        equal = sum(a == b != "" for one, other in pairs for a, b in zip(one, other, strict=True))
        if equal > most:
            best, most = key, equal
    return best


def pair_rows(old: Texts, new: Texts, key: Key) -> dict[int, int]:
    """Position of an old row → of the new one: equal rows first, in their order; then by key, where one has it on each side."""
    found = _pair_equal(old, new)
    _pair_by_key(old, new, key, found)
    return found


def pair_edited(old: Sequence[Row], new: Sequence[Row], key: Key) -> dict[int, int]:
    """The same for rows of a generated table and of an edited one, in which cells were filled, changed and emptied."""
    before, after = [row.texts for row in old], [row.texts for row in new]
    found = _pair_filled(before, after)
    _pair_by_key(before, after, key, found)
    left = [index for index in range(len(old)) if index not in found]
    free = [index for index in range(len(new)) if index not in set(found.values())]
    if len(left) * len(free) > MAX_PAIRS:
        return found
    rated = []
    for one in left:
        held = sum(bool(text) for text in before[one])
        for other in free:
            equal = sum(a == b != "" for a, b in zip(before[one], after[other], strict=True))
            if equal >= ALIKE * held:
                rated.append((-equal, abs(old[one].line - new[other].line), one, other))
    taken: set[int] = set()
    for _, _, one, other in sorted(rated):
        if one not in found and other not in taken:
            found[one] = other
            taken.add(other)
    return found


def pair_headings(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Position of an old heading → of the new one: the same words, or nearly the same."""
    found = {index: new.index(heading) for index, heading in enumerate(old) if heading in new}
    for index, heading in enumerate(old):
        free = [other for other in range(len(new)) if other not in found.values()]
        if index not in found and free:
            near = max(free, key=lambda other: SequenceMatcher(None, heading, new[other]).ratio())
            if SequenceMatcher(None, heading, new[near]).ratio() >= 0.75:
                found[index] = near
    return found


def pair_labels(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Position of an old line → of the new one: by label and order; as many others between the same neighbours are the same."""
    found: dict[int, int] = {}
    for kind, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal" or (kind == "replace" and end - start == last - first):
            found |= dict(zip(range(start, end), range(first, last), strict=True))
    return found


def _likeness(one: Worksheet, other: Worksheet) -> float:
    here, there = _words(one), _words(other)
    return len(here & there) / max(len(here), 1)


def _words(sheet: Worksheet) -> set[str]:
    return {text for cell in sheet._cells.values() if len(text := said(cell)) > 2}


def _tells(rows: Texts, columns: tuple[int, ...]) -> bool:
    """Whether the columns tell nearly all rows apart; a table may name a thing twice."""
    keys = {tuple(row[column] for column in columns) for row in rows}
    return len(keys) >= 0.9 * len(rows) and all(any(key) for key in keys)


def _tells_most(rows: Texts, columns: tuple[int, ...]) -> bool:
    """Whether they tell those apart in which all are written, and these are many."""
    whole = [row for row in rows if all(row[column] for column in columns)]
    return len(whole) * 3 >= len(rows) and _tells(whole, columns)


def _by_key(rows: Texts, key: Key, among: Iterable[int] | None = None) -> dict[tuple[str, ...], int]:
    """Key → position of the only row that has it."""
    places = range(len(rows)) if among is None else list(among)
    counted = Counter(key.of(rows[index]) for index in places)
    return {entry: index for index in places if (entry := key.of(rows[index])) and counted[entry] == 1}


def _pair_by_key(old: Texts, new: Texts, key: Key, found: dict[int, int]) -> None:
    taken = set(found.values())
    here = _by_key(old, key, (index for index in range(len(old)) if index not in found))
    there = _by_key(new, key, (index for index in range(len(new)) if index not in taken))
    found |= {here[entry]: there[entry] for entry in here.keys() & there.keys()}


def _pair_equal(old: Texts, new: Texts) -> dict[int, int]:
    free: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index in reversed(range(len(new))):
        free[tuple(new[index])].append(index)
    return {index: free[tuple(row)].pop() for index, row in enumerate(old) if free[tuple(row)]}


def _pair_filled(old: Texts, new: Texts) -> dict[int, int]:
    """Old row → new row that says all the same, and perhaps more."""
    masks: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for index, row in enumerate(old):
        masks[tuple(column for column, text in enumerate(row) if text)].append(index)
    found = _pair_equal(old, new)
    taken = set(found.values())
    for mask in sorted(masks, key=lambda mask: (-len(mask), mask)):
        free: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for index in reversed(range(len(new))):
            if index not in taken:
                free[tuple(new[index][column] for column in mask)].append(index)
        for index in masks[mask]:
            same = free[tuple(old[index][column] for column in mask)]
            if index not in found and same:
                found[index] = same.pop()
                taken.add(found[index])
    return found
