"""The two PDF engines agree on every document of the house."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from conftest import JUNIPER, LANTERN
from pypdf import PdfReader
from readers import page_texts

from pipeline.binder import on_paper
from pipeline.build import Built, Options, build, render_all, to_inputs
from pipeline.errors import ConversionError
from pipeline.load import load_practice
from pipeline.pdf.convert import EmbeddedEngine, LibreOfficeEngine, Source, check_fonts
from pipeline.publish import verify
from pipeline.workspace import Workspace


@pytest.fixture(scope="module")
def sources(project: Workspace) -> list[Source]:
    """Every document of the nine-clinician practice."""
    loaded = load_practice(project, JUNIPER)
    inputs = to_inputs(loaded)
    rendered = render_all(inputs, loaded)
    return [on_paper(inputs, a, rendered[a.id], loaded.templates, loaded.look) for a in loaded.plan.artifacts]


def squash(texts: list[str]) -> str:
    """Letters and digits only, because the engines break lines and long words at other places."""
    return re.sub(r"[\W_]+", "", "".join(texts)).lower()


def test_both_engines_print_the_same_words_on_as_many_pages(sources: list[Source]) -> None:
    """Every word of one is in the other, page counts are within one page a document, and nothing else is more than a repeated heading."""
    ours, theirs = EmbeddedEngine().convert(sources), LibreOfficeEngine().convert(sources)
    for source, one, other in zip(sources, ours, theirs, strict=True):
        left, right = page_texts(one), page_texts(other)
        assert abs(len(left) - len(right)) <= 1, source.id
        for mine, yours in ((left, right), (right, left)):
            whole = squash(yours)
            assert [word for word in re.findall(r"[^\W_]{4,}", " ".join(mine)) if word.lower() not in whole] == [], source.id
        letters = [Counter(squash(texts)) for texts in (left, right)]
        difference = (letters[0] - letters[1]) + (letters[1] - letters[0])
        # a page that only one of them has carries the letterhead, the footer and a table's heading once more
        repeated = min(len(squash([page])) for page in max(left, right, key=len)) if len(left) != len(right) else 0
        assert difference.total() <= 0.05 * letters[0].total() + 30 + repeated, source.id


def test_the_embedded_engine_gives_the_same_bytes_twice(sources: list[Source]) -> None:
    """Also in other processes and in another order of work."""
    some = sources[2:5]
    assert EmbeddedEngine(jobs=1).convert(some) == EmbeddedEngine(jobs=2).convert(some)


def test_no_documents_are_no_work() -> None:
    """Nothing in, nothing out."""
    assert EmbeddedEngine().convert([]) == []


def test_a_document_that_cannot_be_drawn_is_named(sources: list[Source], tmp_path: Path) -> None:
    """The message says which document it was; no traceback, no hanging worker."""
    damaged = Source("SEC-99", "docx", sources[2].data, sources[2].paper[:2000])
    with pytest.raises((ConversionError, ValueError), match=r"SEC-99|not a Word"):
        EmbeddedEngine().convert([damaged])


def test_libreoffice_that_makes_no_file_is_noticed(sources: list[Source], tmp_path: Path) -> None:
    """It ends with exit code 0 also where it failed; the missing file is what tells."""
    idle = tmp_path / "soffice"
    idle.write_text("#!/bin/sh\nexit 0\n")
    idle.chmod(0o755)
    with pytest.raises(ConversionError, match=sources[2].id):
        LibreOfficeEngine(str(idle)).convert([sources[2]])


def test_a_character_without_a_glyph_is_an_error(sources: list[Source]) -> None:
    """It would come out blank without a word."""
    from pipeline.render.parts import read_parts, write_parts

    parts = read_parts(sources[2].paper)
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"Purpose", "Purpose \u2611".encode())
    paper = write_parts(parts)
    with pytest.raises(ConversionError, match=r"U\+2611"):
        check_fonts(Source("SEC-10", "docx", paper, paper))


def test_a_font_that_is_not_in_the_document_is_an_error(sources: list[Source]) -> None:
    """Another font would be taken silently, and pages would move."""
    from pipeline.render.parts import read_parts, write_parts

    parts = read_parts(sources[2].paper)
    parts["word/styles.xml"] = parts["word/styles.xml"].replace(b'w:ascii="Atkinson Hyperlegible"', b'w:ascii="Comic Neue"')
    paper = write_parts(parts)
    with pytest.raises(ConversionError, match="Comic Neue"):
        check_fonts(Source("SEC-10", "docx", paper, paper))


def test_a_package_can_be_bound_from_libreoffice_too(project: Workspace, packages: dict[str, Built], tmp_path: Path) -> None:
    """Its absolute file links become page jumps as well, and each document is as long within a page."""
    other = build(project, LANTERN, Options(output=tmp_path, pdf_engine="libreoffice"), lambda _: None)
    assert verify(other.target) == []
    lengths = [
        {
            entry["id"]: entry["pages"]
            for entry in json.loads((built.target / "manifest.json").read_text("utf-8"))["artifacts"][1:]
        }
        for built in (packages[LANTERN], other)
    ]
    assert {id for id, pages in lengths[0].items() if abs(pages - lengths[1][id]) > 1} == set()
    annotations = [
        reference.get_object() for page in PdfReader(other.target / "binder.pdf").pages for reference in page.get("/Annots") or ()
    ]
    outside = [str(a["/A"]["/URI"]) for a in annotations if "/URI" in (a.get("/A") or {})]
    assert len(annotations) > 100
    assert [uri for uri in outside if not uri.startswith(("http", "mailto:"))] == []
