"""Word files: what a person changed in a generated one, and the same changes in the one that is generated now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from lxml import etree

from pipeline.merge.model import Conflict, Edit, Merged
from pipeline.merge.word_comments import write_remarks
from pipeline.merge.word_edits import ALL, edits_of
from pipeline.merge.word_merge import Ledger, merge_blocks
from pipeline.merge.word_model import Block, Document, Paragraph, Unmergeable, paragraphs
from pipeline.merge.word_package import Package, open_word
from pipeline.merge.word_read import margin_parts, package_styles, read_document
from pipeline.merge.word_write import Target
from pipeline.render.parts import W, serialize, write_parts


def word_edits(generated: bytes, edited: bytes) -> tuple[Edit, ...]:
    """What a person changed in a generated .docx; nothing where a program only saved it again.

    UnsafeFile where the edited file is no Word file, is damaged, or carries what must not be opened.
    """
    return edits_of(read_document(open_word(generated)), read_document(open_word(edited)))


def merge_word(generated: bytes, edited: bytes, now: bytes, day: date) -> Merged:
    """The file that is generated now with everything that a person changed in the one that was generated then.

    Where both changed the same paragraph, the person's stands with a comment dated `day` that shows the new text. Without
    edits the result is `now`, where nothing is generated otherwise it is `edited`, byte for byte. UnsafeFile as word_edits.
    """
    theirs = open_word(edited)
    g, e = read_document(open_word(generated)), read_document(theirs)
    edits = edits_of(g, e)
    if generated == now:
        return Merged(edited, edits)
    if all(edit.where == ALL and edit.kind == "changed" for edit in edits) and e.page == g.page:
        return Merged(now, edits)
    if e.page != g.page:
        return Merged(
            edited, edits, (), "The size or direction of its pages, or the number of its sections, was changed by hand."
        )
    current = open_word(now)
    n = read_document(current)
    try:
        data, conflicts = _merge(theirs, current, (g, e, n), day)
    except Unmergeable as reason:
        return Merged(edited, edits, (), f"It is kept as it was edited, because {reason}.")
    return Merged(data, edits, conflicts)


def _merge(
    theirs: Package, current: Package, documents: tuple[Document, Document, Document], day: date
) -> tuple[bytes, tuple[Conflict, ...]]:
    g, e, n = documents
    parts = dict(current.parts)
    links = {span.link: span.target for document in (g, n) for each in _all(document) for span in each.spans if span.link}
    target = Target(parts, current.main, current.main, package_styles(current), package_styles(theirs), links)
    ledger = Ledger(target)
    body = current.root.find(f"{W}body")
    assert body is not None
    _put(body, n.body, merge_blocks(ledger, g.body, e.body, n.body, ""))
    for name, part in _edited_margins(current, documents).items():
        inner = replace(target, part=part, remarks=[])
        beside = Ledger(inner, margin=True)
        root = _root(n.margins[name])
        _put(root, n.margins[name], merge_blocks(beside, g.margins.get(name, ()), e.margins[name], n.margins[name], name))
        parts[part] = serialize(root)
        ledger.conflicts += beside.conflicts
        # a header cannot carry a comment
        said = [remark for _, remark in inner.remarks] + beside.loose
        ledger.loose += [f"{remark} ({name})" for remark in said if isinstance(remark, str)]
    first = next(body.iter(f"{W}p"), None)
    if first is not None:
        target.remarks += [(first, remark) for remark in ledger.loose]
    write_remarks(parts, current.main, target.remarks, day)
    parts[current.main] = serialize(current.root)
    return write_parts(parts), tuple(ledger.conflicts)


def _edited_margins(current: Package, documents: tuple[Document, Document, Document]) -> dict[str, str]:
    """The headers and footers that were changed by hand → their parts in the file that is generated now."""
    g, e, _ = documents
    there = margin_parts(current)
    found: dict[str, str] = {}
    for name in sorted({*g.margins, *e.margins}):
        edited = [block.key for block in e.margins.get(name, ())]
        if edited == [block.key for block in g.margins.get(name, ())]:
            continue
        if name not in there or name not in e.margins:
            raise Unmergeable(f"a {name.partition(',')[0]} was added or taken away by hand")
        if there[name] in found.values():
            raise Unmergeable(f"a {name.partition(',')[0]} that several sections share was changed by hand")
        found[name] = there[name]
    return found


def _put(holder: etree._Element, old: Sequence[Block], new: Sequence[etree._Element]) -> None:
    """The new elements in the place of the old ones; what else stands there stays (the page setup at the end of the body)."""
    places = [holder.index(block.element) for block in old if block.element is not None]
    start = min(places, default=0)
    for place in sorted(places, reverse=True):
        del holder[place]
    holder[start:start] = list(new)


def _root(blocks: Sequence[Block]) -> etree._Element:
    element = blocks[0].element
    assert element is not None
    return element.getroottree().getroot()


def _all(document: Document) -> list[Paragraph]:
    return list(paragraphs([*document.body, *(block for blocks in document.margins.values() for block in blocks)]))
