"""The two PDF engines agree on every document of the house."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import JUNIPER
from pypdf import PdfReader
from readers import page_texts

from pipeline.build import Built, Options, build
from pipeline.errors import ConversionError
from pipeline.load import Loaded
from pipeline.pdf.convert import EmbeddedEngine, LibreOfficeEngine, Source, check_fonts
from pipeline.publish import verify
from pipeline.work import HERE, working
from pipeline.workspace import Workspace


@dataclass(frozen=True)
class Office:
    """The nine-clinician package as LibreOffice draws it. drawn: each document that is bound, and its pages."""

    built: Built
    drawn: dict[str, tuple[Source, bytes]]


@pytest.fixture(scope="module")
def office(project: Workspace, loaded: Loaded, once: Callable[..., dict[str, Office]]) -> Office:
    """Every document of the practice goes through LibreOffice once, for all the tests."""
    drawn: dict[str, tuple[Source, bytes]] = {}

    class Watched(LibreOfficeEngine):
        def convert(self, sources: Sequence[Source]) -> list[bytes]:
            made = super().convert(sources)
            drawn.update({source.id: (source, pdf) for source, pdf in zip(sources, made, strict=True)})
            return made

    def make(output: Path) -> Office:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pipeline.draft.engine", lambda *_: Watched())
            built = build(project, JUNIPER, Options(output=output, pdf_engine="libreoffice"), lambda _: None)
        return Office(built, {a.id: drawn[a.id] for a in loaded.plan.artifacts if a.bound})

    return once({"libreoffice": make})["libreoffice"]


@pytest.fixture(scope="module")
def sources(office: Office) -> list[Source]:
    """Every document of the nine-clinician practice."""
    return [source for source, _ in office.drawn.values()]


@pytest.fixture(scope="module")
def policy(sources: list[Source]) -> Source:
    """One document of the ordinary kind."""
    return next(source for source in sources if source.id == "SEC-10")


def squash(texts: list[str]) -> str:
    """Letters and digits only, because the engines break lines and long words at other places."""
    return re.sub(r"[\W_]+", "", "".join(texts)).lower()


@pytest.fixture(scope="module")
def drawn(project: Workspace, sources: list[Source]) -> dict[str, list[str]]:
    """Document → its pages as our engine draws them, or drew them for another test."""
    with working(2, project.cache) as workers:
        made = EmbeddedEngine(workers).convert(sources)
    return {source.id: page_texts(pdf) for source, pdf in zip(sources, made, strict=True)}


def same_words(mine: list[str], yours: list[str]) -> bool:
    """Whether every word of one is in the other, and nothing else is more than a repeated heading."""
    for some, others in ((mine, yours), (yours, mine)):
        whole = squash(others)
        if any(word.lower() not in whole for word in re.findall(r"[^\W_]{4,}", " ".join(some))):
            return False
    letters = [Counter(squash(texts)) for texts in (mine, yours)]
    difference = (letters[0] - letters[1]) + (letters[1] - letters[0])
    # a page that only one of them has carries the letterhead, the footer and a table's heading once more
    more = max(mine, yours, key=len)
    repeated = abs(len(mine) - len(yours)) * min(len(squash([page])) for page in more)
    return difference.total() <= 0.05 * letters[0].total() + 30 + repeated


def test_both_engines_print_the_same_words_on_as_many_pages(office: Office, drawn: dict[str, list[str]]) -> None:
    """Of the same paper: the same words, and page counts within one page a document."""
    theirs = {source.id: pdf for source, pdf in office.drawn.values() if source.suffix == "docx"}
    laid_out = [Source(s.id, "docx", s.paper, s.paper) for s, _ in office.drawn.values() if s.suffix == "xlsx"]
    theirs |= dict(zip((source.id for source in laid_out), LibreOfficeEngine().convert(laid_out), strict=True))
    assert theirs.keys() == drawn.keys()
    pages = [(id, drawn[id], page_texts(pdf)) for id, pdf in theirs.items()]
    assert [(id, len(left), len(right)) for id, left, right in pages if abs(len(left) - len(right)) > 1] == []
    assert [id for id, left, right in pages if not same_words(left, right)] == []


def test_a_workbook_that_libreoffice_prints_by_itself_has_the_words_of_the_paper(
    office: Office, drawn: dict[str, list[str]]
) -> None:
    """Its letters are smaller where the columns are many, so its pages can be fewer, but at most one is more."""
    pages = [(s.id, drawn[s.id], page_texts(pdf)) for s, pdf in office.drawn.values() if s.suffix == "xlsx"]
    assert len(pages) > 20
    assert [id for id, left, right in pages if len(right) > len(left) + 1] == []
    assert [id for id, left, right in pages if not same_words(left, right)] == []


def test_the_embedded_engine_gives_the_same_bytes_twice(sources: list[Source]) -> None:
    """Also in other processes and in another order of work."""
    some = [source for source in sources if source.id in ("R-05", "SEC-10", "L-03")]
    with working(1) as here, working(2) as elsewhere:
        assert EmbeddedEngine(here).convert(some) == EmbeddedEngine(elsewhere).convert(some)


def test_no_documents_are_no_work() -> None:
    """Nothing in, nothing out."""
    assert EmbeddedEngine().convert([]) == []


def test_a_document_that_cannot_be_drawn_is_named(policy: Source) -> None:
    """The message says which document it was; no traceback, no hanging worker."""
    damaged = Source("SEC-99", "docx", policy.data, policy.paper[:2000])
    with pytest.raises((ConversionError, ValueError), match=r"SEC-99|not a Word"):
        EmbeddedEngine().convert([damaged])


def test_what_the_engine_says_of_a_document_is_not_repeated(policy: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may quote the text that it stumbled over."""

    def refuse(*_: object) -> bytes:
        raise RuntimeError("unexpected element near Imani Osei-Larkin")

    monkeypatch.setattr("pipeline.pdf.convert.draw", refuse)
    with pytest.raises(ConversionError, match="SEC-10 could not be drawn") as told:
        EmbeddedEngine(HERE).convert([policy])
    assert "Imani" not in str(told.value)


def test_libreoffice_that_makes_no_file_is_noticed(policy: Source, tmp_path: Path) -> None:
    """It ends with exit code 0 also where it failed; the missing file is what tells."""
    idle = tmp_path / "soffice"
    idle.write_text("#!/bin/sh\nexit 0\n")
    idle.chmod(0o755)
    with pytest.raises(ConversionError, match=policy.id):
        LibreOfficeEngine(str(idle)).convert([policy])


def test_a_character_without_a_glyph_is_an_error(policy: Source) -> None:
    """It would come out blank without a word."""
    from pipeline.render.parts import read_parts, write_parts

    parts = read_parts(policy.paper)
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"Purpose", "Purpose \u2611".encode())
    paper = write_parts(parts)
    with pytest.raises(ConversionError, match=r"U\+2611"):
        check_fonts(Source("SEC-10", "docx", paper, paper))


def test_a_font_that_is_not_in_the_document_is_an_error(policy: Source) -> None:
    """Another font would be taken silently, and pages would move."""
    from pipeline.render.parts import read_parts, write_parts

    parts = read_parts(policy.paper)
    parts["word/styles.xml"] = parts["word/styles.xml"].replace(b'w:ascii="Atkinson Hyperlegible"', b'w:ascii="Comic Neue"')
    paper = write_parts(parts)
    with pytest.raises(ConversionError, match="Comic Neue"):
        check_fonts(Source("SEC-10", "docx", paper, paper))


def test_a_package_can_be_bound_from_libreoffice_too(packages: dict[str, Built], office: Office) -> None:
    """Its absolute file links become page jumps as well; a policy or report is as long within a page, a workbook not longer by two."""
    other = office.built
    assert verify(other.target) == []
    lengths = [
        {
            entry["id"]: entry["pages"]
            for entry in json.loads((built.target / "manifest.json").read_text("utf-8"))["artifacts"][1:]
            if entry["pages"]
        }
        for built in (packages[JUNIPER], other)
    ]
    books = {path.name.split()[0] for path in other.target.rglob("*.xlsx")}
    assert books
    assert {id for id, pages in lengths[1].items() if pages > lengths[0][id] + 1} == set()
    assert {id for id, pages in lengths[0].items() if pages > lengths[1][id] + 1} - books == set()
    annotations = [
        reference.get_object() for page in PdfReader(other.target / "binder.pdf").pages for reference in page.get("/Annots") or ()
    ]
    outside = [str(a["/A"]["/URI"]) for a in annotations if "/URI" in (a.get("/A") or {})]
    assert len(annotations) > 100
    assert [uri for uri in outside if not uri.startswith(("http", "mailto:"))] == []
