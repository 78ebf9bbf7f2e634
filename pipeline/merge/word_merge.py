"""Three versions of the same paragraphs, tables and rows, joined into one; what stands is written into the generated file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from pipeline.merge.model import Conflict
from pipeline.merge.word_align import Alignment, align
from pipeline.merge.word_comments import NEW_TEXT, NO_LONGER
from pipeline.merge.word_model import Paragraph, Remark, Row, Table, Unit, Unmergeable
from pipeline.merge.word_places import cell_place, places, row_places, shown, table_place
from pipeline.merge.word_tables import fill_cell, first_paragraph, last_paragraph, write_block, write_row
from pipeline.merge.word_weave import weave
from pipeline.merge.word_write import Target, write_paragraph

# the same text put in on both sides counts once wherever it stands, if it is longer than this
TWICE = 20


@dataclass
class Ledger:
    """What comes of a merge besides the text. loose: remarks whose place is gone, for what stands nearest; margin: of a
    header or footer.
    """

    target: Target
    conflicts: list[Conflict] = field(default_factory=list)
    loose: list[Remark] = field(default_factory=list)
    margin: bool = False


@dataclass(frozen=True)
class Sides:
    """One body, cell or table three times, and where each unit of `g` and `e` stands, in words.

    g: as it was generated then; e: as somebody edited it; n: as it is generated now; table: of which the units are rows.
    """

    g: Sequence[Unit]
    e: Sequence[Unit]
    n: Sequence[Unit]
    g_places: Sequence[str]
    e_places: Sequence[str]
    table: Table | None = None


@dataclass(frozen=True)
class Step:
    """What stands next. e, n: the units it comes of; neither: a remark without a text of its own."""

    e: int | None = None
    n: int | None = None
    remark: Remark | None = None


@dataclass(frozen=True)
class Joining:
    """Three versions and which unit of each is which. twins: put in by hand and generated now as well, `e` → `n`."""

    sides: Sides
    ours: Alignment
    theirs: Alignment
    twins: dict[int, int]


def merge_blocks(ledger: Ledger, g: Sequence[Unit], e: Sequence[Unit], n: Sequence[Unit], prefix: str) -> list[etree._Element]:
    """The elements of a body, a header or a cell, in order. Raises Unmergeable."""
    return _merge(ledger, Sides(g, e, n, places(g, prefix), places(e, prefix)))


def _merge(ledger: Ledger, sides: Sides) -> list[etree._Element]:
    ours, theirs = align(sides.g, sides.e), align(sides.g, sides.n)
    joining = Joining(sides, ours, theirs, _twins(sides, ours, theirs))
    elements: list[etree._Element] = []
    # (how many elements stand before it, remark)
    pending: list[tuple[int, Remark]] = []
    for step in _steps(ledger, joining):
        element = None if step.e is None and step.n is None else _stand(ledger, joining, step)
        if element is not None:
            elements.append(element)
        pending += [(len(elements), remark) for remark in (*ledger.loose, *([step.remark] if step.remark else []))]
        ledger.loose.clear()
    for count, remark in pending:
        near = (p for element in elements[count - 1 :: -1] if count and (p := last_paragraph(element)) is not None)
        paragraph = next(near, None)
        if paragraph is None:
            paragraph = next((p for element in elements if (p := first_paragraph(element)) is not None), None)
        if paragraph is None:
            ledger.loose.append(remark)
        else:
            ledger.target.remarks.append((paragraph, remark))
    return elements


def _steps(ledger: Ledger, joining: Joining) -> Iterator[Step]:
    """What is generated now in its order, and behind each unit what was put, moved or kept there by hand."""
    sides, ours, theirs = joining.sides, joining.ours, joining.theirs
    behind, placed = _behind(ledger, joining)
    twins = {k: j for j, k in joining.twins.items()}
    yield from behind.get(-1, ())
    for k, unit in enumerate(sides.n):
        i = theirs.back.get(k)
        if k in placed:
            pass
        elif i is None:
            yield Step(e=twins.get(k), n=k)
        elif i in ours.to:
            yield Step(e=ours.to[i], n=k)
        elif unit.text.strip() not in ("", sides.g[i].text.strip()):
            text = shown(unit)
            ledger.conflicts.append(Conflict(sides.g_places[i], shown(sides.g[i]), "", text))
            yield Step(remark=f"{NEW_TEXT} {text}")
        yield from behind.get(k, ())


def _behind(ledger: Ledger, joining: Joining) -> tuple[dict[int, list[Step]], set[int]]:
    """(index in `n` → what stands behind it and is not generated there, indexes of `n` that stand elsewhere now)."""
    sides, ours, theirs = joining.sides, joining.ours, joining.theirs
    behind: dict[int, list[Step]] = {}
    placed: set[int] = set()
    last = -1
    for j, unit in enumerate(sides.e):
        i = ours.back.get(j)
        k = joining.twins.get(j) if i is None else theirs.to.get(i)
        here = behind.setdefault(last, [])
        if i is None and k is None:
            here.append(Step(e=j))
        elif i is None or (k is not None and i not in ours.moved):
            assert k is not None
            last = last if k in placed else k
        elif k is not None:
            along = list(_along(sides, ours, theirs, i, k))
            placed |= {k, *along}
            here += [Step(e=j, n=k), *(Step(n=each) for each in along)]
        elif unit.key != sides.g[i].key or (i in ours.moved and not _with_others(ours, i, j)):
            ledger.conflicts.append(Conflict(sides.e_places[j], shown(sides.g[i]), shown(unit, sides.g[i]), ""))
            here.append(Step(e=j, remark=NO_LONGER))
        else:
            here += [Step(remark=comment) for comment in unit.comments]
    return behind, placed


def _with_others(ours: Alignment, i: int, j: int) -> bool:
    """Whether it was moved as part of something longer, so that nobody meant it in particular."""
    return ours.goes_on(i - 1, j - 1) or ours.goes_on(i + 1, j + 1)


def _along(sides: Sides, ours: Alignment, theirs: Alignment, i: int, k: int) -> list[int]:
    """What is new behind a unit that was moved goes with it, where it stands inside of what was moved."""
    new: list[int] = []
    for after in range(k + 1, len(sides.n)):
        follower = theirs.back.get(after)
        if follower is not None:
            return new if follower == i + 1 and follower in ours.moved else []
        new.append(after)
    return []


def _twins(sides: Sides, ours: Alignment, theirs: Alignment) -> dict[int, int]:
    new: dict[str, list[int]] = {}
    for k, unit in enumerate(sides.n):
        if k not in theirs.back:
            new.setdefault(unit.key, []).append(k)
    found: dict[int, int] = {}
    for j, unit in enumerate(sides.e):
        for k in new.get(unit.key, ()) if j not in ours.back else ():
            if len(unit.text.strip()) > TWICE or _before(ours.back, j) == _before(theirs.back, k):
                found[j] = k
                new[unit.key].remove(k)
                break
    return found


def _before(back: dict[int, int], place: int) -> int:
    """Index of what was generated then nearest above, -1 for none."""
    return next((back[each] for each in range(place - 1, -1, -1) if each in back), -1)


def _stand(ledger: Ledger, joining: Joining, step: Step) -> etree._Element | None:
    """The element of what stands; None where nothing is left of it."""
    sides = joining.sides
    n = None if step.n is None else sides.n[step.n]
    if step.e is None:
        return None if n is None else n.element
    e, place = sides.e[step.e], sides.e_places[step.e]
    if n is None:
        return write_row(ledger.target, e, _like(joining, step.e, e)) if isinstance(e, Row) else write_block(ledger.target, e)
    i = joining.ours.back.get(step.e)
    g = e if i is None else sides.g[i]
    if e.key in (g.key, n.key) and not (e.comments and isinstance(e, Table | Row)):
        ledger.loose += e.comments
        return n.element
    if isinstance(g, Table) and isinstance(e, Table) and isinstance(n, Table):
        return _join_tables(ledger, g, e, n, table_place(place, g))
    if isinstance(g, Row) and isinstance(e, Row) and isinstance(n, Row):
        return _join_rows(ledger, sides.table, g, e, n, place)
    assert isinstance(g, Paragraph)
    assert isinstance(e, Paragraph)
    assert isinstance(n, Paragraph)
    now = n.text.strip()
    if ledger.margin and (woven := weave(g, e, n)):
        return write_paragraph(ledger.target, woven, over=n, was=g)
    element = write_paragraph(ledger.target, e, over=n, was=g)
    if now not in (g.text.strip(), e.text.strip()):
        ledger.conflicts.append(Conflict(place, shown(g), shown(e, g), shown(n)))
        ledger.target.remarks.append((element, f"{NEW_TEXT} {now}" if now else NO_LONGER))
    return element


def _join_tables(ledger: Ledger, g: Table, e: Table, n: Table, place: str) -> etree._Element | None:
    """Row by row, where all three have the same columns."""
    element = n.element
    assert element is not None
    if _alike(g, e, n):
        rows = _merge(ledger, Sides(g.rows, e.rows, n.rows, row_places(g, place), row_places(e, place), g))
        for row in n.rows:
            assert row.element is not None
            element.remove(row.element)
        element.extend(rows)
        return element if rows else None
    if e.key in (g.key, n.key):
        ledger.loose += e.comments
        return element
    if g.key == n.key:
        return write_block(ledger.target, e)
    raise Unmergeable("the columns or joined cells of a table were changed by hand, and the table is generated otherwise now")


def _alike(*tables: Table) -> bool:
    """Whether rows of one may stand in another: nothing is joined downwards, and no row has a shape that the last has not."""
    shapes = [{row.shape for row in table.rows} for table in tables]
    free = not any(joined for each in shapes for shape in each for _, joined in shape)
    wide = {sum(span for span, _ in shape) for each in shapes for shape in each}
    return free and len(wide) == 1 and all(each <= shapes[-1] for each in shapes)


def _join_rows(ledger: Ledger, table: Table | None, g: Row, e: Row, n: Row, place: str) -> etree._Element | None:
    """Cell by cell."""
    assert n.element is not None
    if not g.shape == e.shape == n.shape:
        if g.key == n.key:
            return write_row(ledger.target, e, None)
        raise Unmergeable("cells of a table were joined or parted by hand, and the row is generated otherwise now")
    for column, (was, edited, now) in enumerate(zip(g.cells, e.cells, n.cells, strict=True)):
        where = cell_place(table, column, place) if table else place
        assert now.element is not None
        fill_cell(now.element, merge_blocks(ledger, was.blocks, edited.blocks, now.blocks, where))
    return n.element


def _like(joining: Joining, j: int, row: Row) -> Row | None:
    """The row generated now that a new one should look like: the nearest above of the same shape, else any."""
    above = [joining.ours.back[each] for each in range(j, -1, -1) if each in joining.ours.back]
    near = [joining.sides.n[joining.theirs.to[i]] for i in above if i in joining.theirs.to]
    rows = [each for each in (*near, *joining.sides.n) if isinstance(each, Row) and each.shape == row.shape]
    return next((each for each in rows if each.heading == row.heading), next(iter(rows), None))
