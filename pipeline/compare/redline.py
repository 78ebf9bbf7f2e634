"""A Word document with tracked changes that lead from one edition to the next. Pure.

Our own, on lxml: docx-trackdiff compares paragraphs without regard to tables, so that a removed row leaves its texts in
another row's cells, and turns recording on with an element that Word's schema does not know. Its reading of accepted and rejected
changes is the second check of a redline.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher

from lxml import etree

from pipeline.compare.align import ALIKE, Unit, align, likeness
from pipeline.compare.lines import paragraph_text, style_of
from pipeline.compare.plain import CannotRedline, plain_parts, relinked
from pipeline.compare.surroundings import add_links, add_styles, set_day, stop_recording
from pipeline.compare.tokens import Token, steadied, tokens_of
from pipeline.compare.tracked import TEXT_PART, differences, link_targets, pieces, properties
from pipeline.render.parts import R, W, parse, serialize, write_parts

__all__ = ["CannotRedline", "redline", "relinked", "verify_redline"]

SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def redline(old: bytes, new: bytes, author: str, day: date) -> bytes:
    """The new document with every change from the old one tracked: accepting all gives the new, rejecting all the old text.

    author, day: whom and when the changes name. Words within paragraphs, paragraphs, rows, tables, and the properties of
    paragraphs, rows and cells are tracked; header, footer, fonts and styles are those of the new document. Equal inputs give
    equal bytes. Raises UnsafeFile for what cannot be opened, CannotRedline for what has no redline, and why.
    """
    before, after = plain_parts(old), plain_parts(new)
    root, then = parse(after[TEXT_PART]), parse(before[TEXT_PART])
    work = _Work(author, f"{day.isoformat()}T00:00:00Z", link_targets(before), link_targets(after))
    body = root[0]
    end = [child for child in body if child.tag == f"{W}sectPr"]
    body[:] = [*work.blocks(list(_blocks(then[0])), list(_blocks(body))), *end]
    for number, mark in enumerate(work.marks_in(root), 1):
        mark.set(f"{W}id", str(number))
    after[TEXT_PART] = serialize(root)
    add_links(after, work.added)
    add_styles(after, before, root)
    stop_recording(after)
    set_day(after, day)
    return write_parts(after)


def verify_redline(redline: bytes, old: bytes, new: bytes) -> list[str]:
    """What is wrong with a redline, in sentences; empty where accepting all gives new, and rejecting all gives old.

    old and new are read as the redline reads them: without comments, bookmarks and proofing marks.
    """
    return differences(redline, write_parts(plain_parts(old)), write_parts(plain_parts(new)))


def _blocks(holder: etree._Element) -> Iterator[etree._Element]:
    return (child for child in holder if child.tag in (f"{W}p", f"{W}tbl"))


@dataclass
class _Work:
    """links: relationship id → target; added: targets that the new document did not have → their new id."""

    author: str
    stamp: str
    old_links: dict[str, str]
    new_links: dict[str, str]
    added: dict[str, str] = field(default_factory=dict)

    # -- marks

    def mark(self, kind: str) -> etree._Element:
        return etree.Element(f"{W}{kind}", {f"{W}id": "0", f"{W}author": self.author, f"{W}date": self.stamp})

    def marks_in(self, root: etree._Element) -> Iterator[etree._Element]:
        return (element for element in root.iter() if element.get(f"{W}author") is not None)

    # -- blocks

    def blocks(self, old: Sequence[etree._Element], new: Sequence[etree._Element], *, cell: bool = False) -> list[etree._Element]:
        """Paragraphs and tables with their changes; cell: the last one cannot be removed, because a cell ends with it."""
        units = [self.unit(b, self.old_links) for b in old], [self.unit(b, self.new_links) for b in new]
        pairs = list(align(*units))
        if cell:
            pairs = _last_together(pairs, old, new)
        made: list[etree._Element] = []
        for i, j in pairs:
            if j is None and i is not None:
                found = self.whole(old[i], "del")
            elif i is None and j is not None:
                found = self.whole(new[j], "ins")
            else:
                assert i is not None
                assert j is not None
                found = copy.deepcopy(new[j]) if units[0][i].key == units[1][j].key else self.changed(old[i], new[j])
            # tables that touch are one table to Word
            if made and made[-1].tag == found.tag == f"{W}tbl":
                made.append(self.divider())
            made.append(found)
        return made

    def unit(self, block: etree._Element, links: dict[str, str]) -> Unit:
        if block.tag == f"{W}p":
            held = tuple(map(tuple, pieces(block, links)))
            return Unit((properties(block.find(f"{W}pPr")), held), paragraph_text(block), f"p {style_of(block)}")
        texts = [paragraph_text(p) for p in block.iter(f"{W}p")]
        caption = block.find(f"{W}tblPr/{W}tblCaption")
        grid = " ".join(str(column.get(f"{W}w")) for column in block.iterfind(f"{W}tblGrid/{W}gridCol"))
        name = "" if caption is None else str(caption.get(f"{W}val"))
        rows = tuple(self.row_unit(row, links).key for row in block.iterfind(f"{W}tr"))
        return Unit((properties(block.find(f"{W}tblPr")), grid, rows), " ".join(texts), f"table {grid} {name}", name)

    def row_unit(self, row: etree._Element, links: dict[str, str]) -> Unit:
        cells = list(row.iterfind(f"{W}tc"))
        texts = [" ".join(paragraph_text(p) for p in cell.iter(f"{W}p")) for cell in cells]
        held = tuple((properties(cell.find(f"{W}tcPr")), tuple(self.unit(b, links).key for b in _blocks(cell))) for cell in cells)
        name = next((text for text in texts if text and not text.isdecimal()), "")
        return Unit((properties(row.find(f"{W}trPr")), held), " ".join(texts), f"row {_shape(row)}", name)

    def changed(self, old: etree._Element, new: etree._Element) -> etree._Element:
        return self.paragraph(old, new) if new.tag == f"{W}p" else self.table(old, new)

    def divider(self) -> etree._Element:
        """A paragraph that is inserted and deleted: neither document has it."""
        paragraph = etree.Element(f"{W}p")
        look = etree.SubElement(etree.SubElement(paragraph, f"{W}pPr"), f"{W}rPr")
        look.extend([self.mark("ins"), self.mark("del")])
        return paragraph

    def whole(self, block: etree._Element, kind: str) -> etree._Element:
        """A paragraph or table that only one side has."""
        if block.tag == f"{W}tbl":
            table = copy.deepcopy(block)
            for row in table.iterfind(f"{W}tr"):
                self.whole_row(row, kind)
            return table
        return self.whole_paragraph(block, kind)

    def whole_paragraph(self, block: etree._Element, kind: str) -> etree._Element:
        links = self.old_links if kind == "del" else self.new_links
        made = etree.Element(f"{W}p")
        held = block.find(f"{W}pPr")
        made.append(copy.deepcopy(held) if held is not None else etree.Element(f"{W}pPr"))
        for section in made.findall(f"{W}pPr/{W}sectPr"):
            made[0].remove(section)
        _end_of(made[0]).insert(0, self.mark(kind))
        made.extend(self.runs([(kind, token) for token in tokens_of(block, links)]))
        return made

    def whole_row(self, row: etree._Element, kind: str) -> etree._Element:
        held = row.find(f"{W}trPr")
        if held is None:
            held = etree.Element(f"{W}trPr")
            row.insert(len(row.findall(f"{W}tblPrEx")), held)
        held.append(self.mark(kind))
        for cell in row.iterfind(f"{W}tc"):
            for block in list(_blocks(cell)):
                cell.replace(block, self.whole(block, kind))
        return row

    # -- tables

    def table(self, old: etree._Element, new: etree._Element) -> etree._Element:
        made = copy.deepcopy(new)
        rows = list(old.iterfind(f"{W}tr")), list(new.iterfind(f"{W}tr"))
        for row in made.findall(f"{W}tr"):
            made.remove(row)
        self.properties(made, old, "tblPr")
        units = [self.row_unit(row, self.old_links) for row in rows[0]], [self.row_unit(row, self.new_links) for row in rows[1]]
        for i, j in align(*units):
            if j is None and i is not None:
                made.append(self.whole_row(copy.deepcopy(rows[0][i]), "del"))
            elif i is None and j is not None:
                made.append(self.whole_row(copy.deepcopy(rows[1][j]), "ins"))
            else:
                assert i is not None
                assert j is not None
                same = units[0][i].key == units[1][j].key
                made.append(copy.deepcopy(rows[1][j]) if same else self.row(rows[0][i], rows[1][j]))
        return made

    def row(self, old: etree._Element, new: etree._Element) -> etree._Element:
        made = copy.deepcopy(new)
        self.properties(made, old, "trPr")
        for before, after in zip(old.iterfind(f"{W}tc"), made.iterfind(f"{W}tc"), strict=True):
            blocks = self.blocks(list(_blocks(before)), list(_blocks(after)), cell=True)
            for block in list(_blocks(after)):
                after.remove(block)
            after.extend(blocks)
            self.properties(after, before, "tcPr")
        return made

    def properties(self, made: etree._Element, old: etree._Element, kind: str) -> None:
        """Note what the properties of a block were, where they are others now."""
        then, now = old.find(f"{W}{kind}"), made.find(f"{W}{kind}")
        if properties(then) == properties(now):
            return
        if now is None:
            now = etree.Element(f"{W}{kind}")
            made.insert(len(made.findall(f"{W}tblPrEx")), now)
        change = self.mark(f"{kind}Change")
        kept = copy.deepcopy(then) if then is not None else etree.Element(f"{W}{kind}")
        for inner in [child for child in kept if kind == "pPr" and child.tag in (f"{W}rPr", f"{W}sectPr")]:
            kept.remove(inner)
        change.append(kept)
        now.append(change)

    # -- paragraphs

    def paragraph(self, old: etree._Element, new: etree._Element) -> etree._Element:
        made = etree.Element(f"{W}p")
        held = new.find(f"{W}pPr")
        if held is not None:
            made.append(copy.deepcopy(held))
        self.properties(made, old, "pPr")
        before, after = tokens_of(old, self.old_links), tokens_of(new, self.new_links)
        tokens: list[tuple[str, Token]] = []
        opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if likeness(self.unit(old, self.old_links), self.unit(new, self.new_links)) < ALIKE:
            # two that had to become one, at the end of a cell: single words that both have by chance say nothing
            opcodes = [("replace", 0, len(before), 0, len(after))]
        for what, i1, i2, j1, j2 in opcodes:
            if what == "equal":
                tokens += [("", token) for token in after[j1:j2]]
            else:
                tokens += [("del", token) for token in before[i1:i2]]
                tokens += [("ins", token) for token in after[j1:j2]]
        made.extend(self.runs(steadied(tokens)))
        return made

    def runs(self, tokens: Sequence[tuple[str, Token]]) -> Iterator[etree._Element]:
        """Runs of what has one look, in their marks and links."""
        holder: etree._Element | None = None
        last: tuple[str, str, str] | None = None
        run = etree.Element(f"{W}r")
        for kind, token in tokens:
            if last is None or (kind, token.look, token.link) != last:
                if holder is not None and (last is None or not token.link or last[2] != token.link):
                    yield holder
                    holder = None
                run = etree.Element(f"{W}r")
                held = token.run.find(f"{W}rPr")
                if held is not None:
                    run.append(copy.deepcopy(held))
                inner = run
                if kind:
                    inner = self.mark(kind)
                    inner.append(run)
                if token.link:
                    if holder is None:
                        holder = etree.Element(f"{W}hyperlink", {f"{R}id": self.link(token.link)})
                        holder.set(f"{W}history", "1")
                    holder.append(inner)
                else:
                    holder = inner
                last = (kind, token.look, token.link)
            _put(run, token, removed=kind == "del")
        if holder is not None:
            yield holder

    def link(self, target: str) -> str:
        for id, held in self.new_links.items():
            if held == target:
                return id
        return self.added.setdefault(target, f"rIdOld{len(self.added) + 1}")


def _last_together(
    pairs: list[tuple[int | None, int | None]], old: Sequence[etree._Element], new: Sequence[etree._Element]
) -> list[tuple[int | None, int | None]]:
    """The pairing with the last paragraphs of both sides as one: a cell ends with a paragraph that cannot go."""
    last = (len(old) - 1, len(new) - 1)
    if not old or not new or old[-1].tag != new[-1].tag or last in pairs:
        return pairs
    kept: list[tuple[int | None, int | None]] = []
    for i, j in pairs:
        one, other = (None if i == last[0] else i), (None if j == last[1] else j)
        if one is not None or other is not None:
            kept.append((one, other))
    return [*kept, last]


def _shape(row: etree._Element) -> str:
    """How a row is divided: only rows of one shape can become each other."""
    spans = []
    for cell in row.iterfind(f"{W}tc"):
        over, down = cell.find(f"{W}tcPr/{W}gridSpan"), cell.find(f"{W}tcPr/{W}vMerge")
        spans.append(f"{'' if over is None else over.get(f'{W}val')}{'' if down is None else 'v'}")
    return "-".join(spans) + f" {len(spans)}"


def _end_of(held: etree._Element) -> etree._Element:
    """The properties of the end of a paragraph, in their place."""
    look = held.find(f"{W}rPr")
    if look is None:
        look = etree.Element(f"{W}rPr")
        later = [child for child in held if child.tag in (f"{W}sectPr", f"{W}pPrChange")]
        held.insert(held.index(later[0]) if later else len(held), look)
    return look


def _put(run: etree._Element, token: Token, *, removed: bool) -> None:
    if token.element is not None:
        run.append(copy.deepcopy(token.element))
        if removed and run[-1].tag == f"{W}instrText":
            run[-1].tag = f"{W}delInstrText"
        return
    kind = f"{W}delText" if removed else f"{W}t"
    if not len(run) or run[-1].tag != kind:
        etree.SubElement(run, kind).set(SPACE, "preserve")
    run[-1].text = (run[-1].text or "") + token.text
