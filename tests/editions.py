"""Documents of the first example as two editions would print them, and edits of their texts."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import strategies as st
from lxml import etree

from pipeline.compare.model import File
from pipeline.load import Loaded
from pipeline.render.parts import W, parse, read_parts, serialize, write_parts
from pipeline.render.word import render_word

DAY, LATER = date(2026, 9, 14), date(2027, 9, 20)
TEXT = "word/document.xml"
WORDS = st.text("abcdefgh  .,&<“é", min_size=1, max_size=40).map(str.strip).filter(bool)
# (what, which paragraph, text): the paragraph is counted modulo those there are
EDITS = st.lists(st.tuples(st.sampled_from(["change", "remove", "add"]), st.integers(0, 400), WORDS), min_size=1, max_size=6)


def next_year(names: dict[str, Any]) -> dict[str, Any]:
    """The names a year later, with nothing else changed."""
    later = copy.deepcopy(names)
    later["document"] |= {
        "edition": "2027.1",
        "as_of": "September 20, 2027",
        "analysis": "September 20, 2027",
        "next_review": "September 2028",
        "law_as_of": "January 2, 2027",
    }
    if "revisions" in later:
        later["revisions"].append({"edition": "2027.1", "date": "September 20, 2027", "reason": "Reviewed; nothing changed."})
    return later


def word(loaded: Loaded, template: str, names: dict[str, Any], day: date = DAY) -> bytes:
    return render_word(loaded.templates[template], names, loaded.look, day)


def file(loaded: Loaded, id: str, names: dict[str, Any], *, edited: bool = False) -> File:
    """A policy as a document of an edition."""
    template = loaded.templates[f"{id}.docx"]
    data = word(loaded, f"{id}.docx", names)
    digest = hashlib.sha256(template).hexdigest()
    return File(id, names["document"]["title"], "02-policies", f"02-policies/{id}.docx", data, names, digest, edited)


def with_text(data: bytes, change: Callable[[etree._Element], object]) -> bytes:
    """The Word document with a change of its text."""
    parts = read_parts(data)
    root = parse(parts[TEXT])
    change(root)
    parts[TEXT] = serialize(root)
    return write_parts(parts)


def paragraphs_with_text(root: etree._Element) -> list[etree._Element]:
    return [p for p in root.iter(f"{W}p") if "".join(str(t.text) for t in p.iter(f"{W}t")).strip()]


def edited(data: bytes, edits: list[tuple[str, int, str]]) -> bytes:
    """The document with these paragraphs changed, removed or added; the last of a cell is emptied instead of removed."""

    def change(root: etree._Element) -> None:
        for what, place, text in edits:
            held = paragraphs_with_text(root)
            paragraph = held[place % len(held)]
            if what == "add":
                added = copy.deepcopy(paragraph)
                _say(added, text)
                paragraph.addnext(added)
            elif what == "change" or paragraph.getparent().tag == f"{W}tc":
                _say(paragraph, text if what == "change" else "")
            else:
                paragraph.getparent().remove(paragraph)

    return with_text(data, change)


def _say(paragraph: etree._Element, text: str) -> None:
    first, *rest = paragraph.iter(f"{W}t")
    first.text = text
    for other in rest:
        other.text = ""
