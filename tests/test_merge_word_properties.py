"""Whatever is done on either side, nothing that was done by hand is lost, nothing stands twice, and the rest stays."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from docx import Document
from docx.document import Document as Word
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from examples import examples
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from word_files import comments, edited, rendered, set_text

from pipeline.load import Loaded
from pipeline.merge.model import Merged
from pipeline.merge.word import merge_word, word_edits
from pipeline.render.parts import UnsafeFile, read_parts, write_parts

DAY = date(2027, 9, 20)
QUICK = settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = [
    "river",
    "lamp",
    "stone",
    "paper",
    "window",
    "garden",
    "table",
    "morning",
    "letter",
    "cloud",
    "road",
    "number",
    "bread",
    "winter",
    "silver",
]


@dataclass(frozen=True)
class Act:
    """One thing done to a document. what: see `perform`; place: 0 to 1, how far down; words: of a new text."""

    what: str
    place: float
    words: tuple[str, ...]


class File(bytes):
    """Bytes that a failing example does not print."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"


ACTS = st.builds(
    Act,
    st.sampled_from(
        ["change", "change", "delete", "insert", "swap", "move", "cell", "row in", "row out", "rows swapped", "bold"]
    ),
    st.floats(0, 1, exclude_max=True),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(tuple),
)


def perform(document: Word, acts: list[Act], whose: str) -> None:
    """Do these one after the other. Each new text begins with a word that no other text has."""
    for number, act in enumerate(acts):
        text = f"{whose}{number} {' '.join(act.words)}"
        body = document.element.body.findall(qn("w:p"))
        rows = [row for table in document.tables for row in table.rows]
        here = body[int(act.place * len(body))] if body else None
        row = rows[int(act.place * len(rows))] if rows else None
        if row is not None and act.what in ("cell", "row in", "row out", "rows swapped"):
            after = row._tr.getnext()
            if act.what == "cell":
                cell = row.cells[len(act.words) % len(row.cells)]
                set_text(cell.paragraphs[0], text)
            elif act.what == "row in":
                added = deepcopy(row._tr)
                row._tr.addnext(added)
                for place, each in enumerate(added.iter(qn("w:p"))):
                    set_text(Paragraph(each, document), f"{text} {place}")
            elif act.what == "row out" and len(row._tr.getparent().tr_lst) > 1:
                row._tr.getparent().remove(row._tr)
            elif act.what == "rows swapped" and after is not None:
                row._tr.addprevious(after)
        elif here is not None and act.what == "change":
            set_text(Paragraph(here, document), text)
        elif here is not None and act.what == "insert":
            Paragraph(here, document).insert_paragraph_before(text, "Normal")
        elif here is not None and act.what == "delete" and len(body) > 1:
            here.getparent().remove(here)
        elif here is not None and act.what == "swap" and here.getnext().tag == qn("w:p"):
            here.addprevious(here.getnext())
        elif here is not None and act.what == "move":
            body[len(act.words) * 5 % len(body)].addprevious(here)
        elif here is not None and act.what == "bold":
            for run in Paragraph(here, document).runs:
                run.bold = True


def lines(data: bytes) -> Counter[str]:
    """How often each paragraph stands in the body, those in tables too."""
    document = Document(io.BytesIO(data))
    return Counter(Paragraph(element, document).text.strip() for element in document.element.body.iter(qn("w:p")))


def firsts(counted: Counter[str], whose: str) -> Counter[str]:
    return Counter({text: number for text, number in counted.items() if text.startswith(whose)})


@pytest.fixture(scope="module")
def then(loaded: Loaded, names_of: Callable[[str], dict[str, Any]]) -> bytes:
    """A policy as it was generated."""
    return File(rendered(loaded, names_of("SEC-10")))


@QUICK
@given(by_hand=st.lists(ACTS, min_size=1, max_size=6), generated=st.lists(ACTS, min_size=1, max_size=6))
# a row is taken out by hand; the program writes it one row higher now and a new one in its place
@example(by_hand=[Act("row out", 0.424, ())], generated=[Act("row in", 0.398, ("lamp",)), Act("rows swapped", 0.33, ())])
def test_every_edit_of_the_consultant_stands_once_and_every_new_text_stands_or_is_reported(
    then: bytes, by_hand: list[Act], generated: list[Act]
) -> None:
    hand = edited(then, lambda document: perform(document, by_hand, "hand"))
    now = edited(then, lambda document: perform(document, generated, "new"))
    merged = merge_word(then, hand, now, DAY)
    assert not merged.kept
    result, edit, current, old = (lines(data) for data in (merged.data, hand, now, then))
    # what was written by hand stands, each as often as it was written
    assert firsts(result, "hand") == firsts(edit, "hand")
    reported = "\n".join(conflict.now for conflict in merged.conflicts)
    said = "\n".join(text for _, text in comments(merged.data))
    for text, number in firsts(current, "new").items():
        assert result[text] <= number
        assert result[text] == number or (text in reported and text in said)
    # what neither touched stands as often as before; what somebody took away does not come back twice
    for text, number in old.items():
        if edit[text] == current[text] == number:
            assert result[text] == number, text
        assert result[text] <= max(number, edit[text], current[text])
        if edit[text] < number and current[text] == number == 1:
            assert result[text] == edit[text], text


@QUICK
@given(generated=st.lists(ACTS, max_size=6))
def test_without_edits_by_hand_the_generated_file_comes_out_byte_for_byte(then: bytes, generated: list[Act]) -> None:
    now = edited(then, lambda document: perform(document, generated, "new"))
    assert merge_word(then, then, now, DAY) == Merged(now if now != then else then)
    assert merge_word(then, edited(then), now, DAY).data == now


@QUICK
@given(by_hand=st.lists(ACTS, max_size=6))
def test_where_the_generated_file_is_the_same_the_edited_one_comes_out_byte_for_byte(then: bytes, by_hand: list[Act]) -> None:
    hand = edited(then, lambda document: perform(document, by_hand, "hand"))
    merged = merge_word(then, hand, then, DAY)
    assert merged.data == hand
    assert bool(merged.taken) == (lines(hand) != lines(then) or word_edits(then, hand) != ())


@QUICK
@given(by_hand=st.lists(ACTS, min_size=1, max_size=6))
def test_merged_into_the_same_text_of_another_edition_the_edits_are_the_same_again(then: bytes, by_hand: list[Act]) -> None:
    """Only the properties of the file differ, so that the result must read as the edited file does."""
    hand = edited(then, lambda document: perform(document, by_hand, "hand"))
    parts = read_parts(then)
    parts["docProps/core.xml"] = parts["docProps/core.xml"].replace(b"2026-", b"2027-")
    now = write_parts(parts)
    assert now != then
    merged = merge_word(then, hand, now, DAY)
    assert not merged.conflicts
    assert word_edits(hand, merged.data) == ()
    assert word_edits(then, merged.data) == merged.taken


@QUICK
@given(st.data())
def test_a_file_broken_anywhere_is_refused_or_read(then: bytes, data: st.DataObject) -> None:
    """Bytes changed in a part: no error but the one that says so."""
    parts = read_parts(then)
    name = data.draw(st.sampled_from([name for name in sorted(parts) if name.endswith((".xml", ".rels"))]))
    place = data.draw(st.integers(0, len(parts[name]) - 1))
    put = data.draw(st.sampled_from([b"", b"<", b"9" * 5_000, b"<w:tbl/>", b"<w:tr/>", b"\x00", b' w:val="x"', b"</w:p>", b"-1"]))
    cut = data.draw(st.integers(0, 40))
    parts[name] = parts[name][:place] + put + parts[name][place + cut :]
    hand = write_parts(parts)
    now = edited(then, lambda document: perform(document, [Act("change", 0.5, ("river",))], "new"))
    try:
        merged = merge_word(then, hand, now, DAY)
    except UnsafeFile:
        return
    assert merged.data
