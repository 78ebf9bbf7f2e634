"""What belongs together stays on one page of the binder: the signature with its text, the names of columns with a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree
from readers import page_texts

from pipeline.load import Loaded
from pipeline.pdf.convert import EmbeddedEngine, Source
from pipeline.pdf.keep import break_before, lonely_end, put_together, take_apart
from pipeline.pdf.keep import page_texts as squashed_pages
from pipeline.render.parts import W, parse, read_parts, serialize, write_parts
from pipeline.render.word import render_word

BODY = "word/document.xml"
LAW = "The law behind it"
ENDING = (LAW, "Related documents", "Revision history", "2026.1", "Approval", "Approved for", "Name Signature Date")
# lines above the end of a document, from those with which it fits on the first page to those with which it does not
LINES = range(24, 48)
LINE = f'<w:p xmlns:w="{W[1:-1]}"><w:pPr><w:spacing w:before="0" w:after="0"/></w:pPr><w:r><w:t>A line of the text.</w:t></w:r></w:p>'
# forms with rows that are filled in by hand
FORMS = ("F-03", "F-04", "F-05", "F-09", "F-13", "F-20", "F-22")
Rendered = Callable[[str], bytes]


@pytest.fixture(scope="module")
def rendered(loaded: Loaded, names_of: Callable[[str], dict[str, Any]]) -> Rendered:
    """rendered("SEC-10") gives the Word file of this document of the first example."""

    def render(id: str) -> bytes:
        artifact = loaded.plan.get(id)
        assert artifact
        return render_word(loaded.templates[artifact.template], names_of(id), loaded.look, loaded.as_of)

    return render


def body_of(document: bytes) -> etree._Element:
    body = parse(read_parts(document)[BODY]).find(f"{W}body")
    assert body is not None
    return body


def text_of(element: etree._Element) -> str:
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def cut(document: bytes, first: str, lines: int, *, table: str | None = None) -> bytes:
    """The document from the paragraph that begins so, with this many lines above it.

    table: of what follows only the first table, with this word in its first row below the names of the columns.
    """
    parts = read_parts(document)
    root = parse(parts[BODY])
    body = root.find(f"{W}body")
    assert body is not None
    (start,) = (p for p in body.findall(f"{W}p") if text_of(p).startswith(first))
    gone = list(start.itersiblings(preceding=True))
    if table is not None:
        kept = next(start.itersiblings(f"{W}tbl"))
        gone += list(kept.itersiblings())[:-1]
        run = etree.SubElement(next(kept.findall(f"{W}tr")[1].iter(f"{W}p")), f"{W}r")
        etree.SubElement(run, f"{W}t").text = table
    for element in gone:
        body.remove(element)
    for _ in range(lines):
        start.addprevious(etree.fromstring(LINE))
    parts[BODY] = serialize(root)
    return write_parts(parts)


def drawn(documents: list[bytes], *, guarded: bool) -> list[bytes]:
    """The pages of each document; what comes from a workbook is drawn without the guard."""
    return EmbeddedEngine().convert([Source("T", "docx" if guarded else "xlsx", data, data) for data in documents])


def pages_of(pdfs: list[bytes]) -> list[list[str]]:
    """Of each document its pages, as one line of words each."""
    return [[" ".join(text.split()) for text in page_texts(pdf)] for pdf in pdfs]


@pytest.fixture(scope="module")
def lengths(rendered: Rendered) -> list[bytes]:
    """The end of a policy, a line lower each time, so that the page ends everywhere amid it."""
    policy = rendered("SEC-10")
    return [cut(policy, LAW, lines) for lines in LINES]


@pytest.fixture(scope="module")
def bare(lengths: list[bytes]) -> list[bytes]:
    """The same, drawn without the guard."""
    return drawn(lengths, guarded=False)


def missing(page: str) -> list[str]:
    """What belongs to the end of a policy and is not on this page."""
    return [words for words in ENDING if words not in page]


def test_the_end_of_a_policy_stays_on_one_page_wherever_the_page_ends(lengths: list[bytes]) -> None:
    """The approval is signed under what it approves: law, related documents and editions stand above the signature."""
    pages = pages_of(drawn(lengths, guarded=True))
    assert {lines: missing(held[-1]) for lines, held in zip(LINES, pages, strict=True) if missing(held[-1])} == {}
    assert {len(held) for held in pages} == {1, 2}


def test_without_the_guard_a_signature_stands_alone(bare: list[bytes]) -> None:
    """The control: at some lengths the last page holds the signature, or the approval, and nothing that it approves."""
    torn = [missing(held[-1]) for held in pages_of(bare) if missing(held[-1])]
    assert len(torn) > 5
    assert [words for words in torn if "Revision history" in words]
    assert [words for words in torn if "Approved for" in words]


def test_a_break_is_asked_for_where_the_end_is_torn_and_nowhere_else(lengths: list[bytes], bare: list[bytes]) -> None:
    """A page is not left half empty for nothing."""
    last = len(body_of(lengths[0]).findall(f"{W}tbl")) - 1
    asked = [lonely_end(take_apart(data), squashed_pages(pdf)) for data, pdf in zip(lengths, bare, strict=True)]
    assert asked == [last if missing(held[-1]) else None for held in pages_of(bare)]


def test_the_break_stands_before_the_first_line_of_the_end(rendered: Rendered) -> None:
    """One break, in the paragraph with which the end begins; the texts are as they were."""
    policy = rendered("SEC-10")
    before = body_of(policy)
    paper = take_apart(policy)
    assert LAW.replace(" ", "").lower() in break_before(paper, len(before.findall(f"{W}tbl")) - 1)
    broken = body_of(put_together(paper))
    assert not list(before.iter(f"{W}pageBreakBefore"))
    (mark,) = broken.iter(f"{W}pageBreakBefore")
    assert text_of(next(mark.iterancestors(f"{W}p"))).startswith(LAW)
    assert text_of(broken) == text_of(before)


@pytest.mark.parametrize(
    ("id", "first", "lines"), [("R-01", "9. Review and approval", range(32, 46)), ("R-03", "Approval", range(35, 49))]
)
def test_the_signature_of_a_report_never_begins_a_page(rendered: Rendered, id: str, first: str, lines: range) -> None:
    """The sentence that is signed stands above the lines for the signature; without the guard it does not always."""
    report = rendered(id)
    documents = [cut(report, first, count) for count in lines]
    assert [held for held in pages_of(drawn(documents, guarded=False)) if "Approved for" not in held[-1]]
    assert [held for held in pages_of(drawn(documents, guarded=True)) if "Approved for" not in held[-1]] == []


# --- rows with the names of the columns


def test_empty_rows_below_the_names_of_the_columns_cause_no_break(rendered: Rendered) -> None:
    """What is to be filled in by hand looks like nothing on the page, and is not taken for a table that has been torn."""
    forms = [rendered(id) for id in FORMS]
    assert pages_of(drawn(forms, guarded=True)) == pages_of(drawn(forms, guarded=False))


def ends_with_the_columns(page: str) -> bool:
    """Whether the names of the columns are the last thing above the footer."""
    return page.split("F-22 Contingency")[0].rstrip().endswith("Gap What is done Who Due Done on")


def test_only_a_filled_row_is_followed_by_its_columns(rendered: Rendered) -> None:
    """The control: with a word in the row below, the same table moves, and no page ends with the names of its columns."""
    form, lines = rendered("F-22"), range(36, 50)
    empty, told = ([cut(form, "Gaps and steps", count, table=word) for count in lines] for word in ("", "No key"))
    assert pages_of(drawn(empty, guarded=True)) == pages_of(drawn(empty, guarded=False))
    assert [held for held in pages_of(drawn(told, guarded=False)) if ends_with_the_columns(held[0])]
    assert [held for held in pages_of(drawn(told, guarded=True)) if ends_with_the_columns(held[0])] == []
