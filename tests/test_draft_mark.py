"""A draft says on every page that it is one; the same file without the mark is the same file."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook
from pptx import Presentation

from pipeline.build import Built
from pipeline.inputs import to_inputs
from pipeline.load import Loaded
from pipeline.render.draft import MARK, mark_draft, unmark_draft
from pipeline.render.parts import read_parts
from pipeline.rendering import names_of_all, render_all

IDS = ("SEC-10", "L-03", "R-02", "TR-01", "F-04", "PR-03")


@pytest.fixture(scope="module")
def files(loaded: Loaded) -> dict[str, bytes]:
    """Some documents of each kind, path → bytes, without a mark."""
    inputs = to_inputs(loaded)
    chosen = [artifact for artifact in loaded.plan.artifacts if artifact.id in IDS]
    made = render_all(inputs, loaded, names_of_all(inputs, chosen))
    return {artifact.path: made[artifact.id] for artifact in chosen}


def test_each_kind_of_file_is_marked_and_comes_back_as_it_was(files: dict[str, bytes]) -> None:
    """Part by part the same, so that no hand edit is ever seen in a mark."""
    assert {path.rsplit(".", 1)[1] for path in files} == {"docx", "xlsx", "pptx"}
    for path, data in files.items():
        marked = mark_draft(data, path)
        assert any(MARK.encode() in part for part in read_parts(marked).values()), path
        assert not any(MARK.encode() in part for part in read_parts(data).values()), path
        back = unmark_draft(marked, path)
        assert office_parts(back) == office_parts(data), path
        assert unmark_draft(data, path) == data


def office_parts(data: bytes) -> dict[str, bytes]:
    """Parts in one spelling of XML."""
    from lxml import etree

    return {
        name: etree.tostring(etree.fromstring(part), method="c14n2") if name.endswith((".xml", ".rels")) else part
        for name, part in read_parts(data).items()
    }


def test_word_shows_the_mark_in_each_header(files: dict[str, bytes]) -> None:
    """Beside the name of the practice, on every page."""
    for path, data in files.items():
        if path.endswith(".docx"):
            document = Document(io.BytesIO(mark_draft(data, path)))
            assert all(MARK in section.header.paragraphs[-1].text for section in document.sections)


def test_excel_prints_the_mark_on_each_sheet_that_is_seen(files: dict[str, bytes]) -> None:
    """In the middle of the page header, beside what stands there."""
    for path, data in files.items():
        if path.endswith(".xlsx"):
            before, after = (load_workbook(io.BytesIO(one)) for one in (data, mark_draft(data, path)))
            for sheet in after.worksheets:
                assert MARK in str(sheet.oddHeader.center.text)
                assert sheet.oddHeader.right.text == before[sheet.title].oddHeader.right.text


def test_slides_show_the_mark_on_their_master(files: dict[str, bytes]) -> None:
    """So that it stands on each slide without being a part of it."""
    (path,) = (path for path in files if path.endswith(".pptx"))
    deck = Presentation(io.BytesIO(mark_draft(files[path], path)))
    assert [shape.text_frame.text for shape in deck.slide_master.shapes if shape.has_text_frame].count(MARK) == 1


def test_a_marked_file_that_libreoffice_saved_loses_its_mark_too(files: dict[str, bytes], tmp_path: Path, outside) -> None:
    """It writes headers in its own way."""
    held = {path: path.split("/")[1] for path in files if path.endswith((".docx", ".xlsx"))}
    for path, name in held.items():
        (tmp_path / name).write_bytes(mark_draft(files[path], path))
    for suffix in ("docx", "xlsx"):
        outside(
            "soffice",
            "--headless",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--convert-to",
            suffix,
            "--outdir",
            tmp_path / "saved",
            *(tmp_path / name for name in held.values() if name.endswith(suffix)),
        )
    for name in held.values():
        saved = (tmp_path / "saved" / name).read_bytes()
        assert any(MARK.encode() in part for part in read_parts(saved).values()), name
        assert not any(MARK.encode() in part for part in read_parts(unmark_draft(saved, name)).values()), name


def test_every_page_of_a_draft_binder_carries_the_mark(packages: dict[str, Built], outside) -> None:
    """Also cover and dividers, which are no files of their own."""
    for built in packages.values():
        pages = outside("pdftotext", built.target / "binder.pdf", "-").split("\f")[:-1]
        assert len(pages) == built.pages
        assert all(MARK in page for page in pages)
