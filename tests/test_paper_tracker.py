"""The paperwork tracker: whoever owes a paper stands in it, by person and by document, and it folds and counts."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator

from pipeline.catalog import Catalog
from pipeline.context import Inputs, names_for
from pipeline.inputs import to_inputs
from pipeline.load import Loaded, Shared, load_practice
from pipeline.papers import papers_due
from pipeline.primitives import primitives
from pipeline.render.excel.fill import render_excel
from pipeline.render.excel.read import read_sheets
from pipeline.workspace import Workspace

EACH = pytest.mark.parametrize("slug", [JUNIPER, LANTERN, "example-harbor-oak"])
HEADINGS = ["Person", "Document", "Kind", "Due on", "Signed on", "Kept at", "Remark"]
PERSON, DOCUMENT, DUE, SIGNED, REMARK = 0, 1, 3, 4, 6


@pytest.fixture(scope="module")
def practices(project: Workspace, catalog: Catalog) -> dict[str, tuple[Loaded, Inputs]]:
    slugs = (JUNIPER, LANTERN, "example-harbor-oak")
    loaded = {slug: load_practice(project, slug, shared=Shared(catalog, ())) for slug in slugs}
    return {slug: (one, to_inputs(one)) for slug, one in loaded.items()}


@pytest.fixture(scope="module")
def trackers(practices: dict[str, tuple[Loaded, Inputs]]) -> dict[str, bytes]:
    """The tracker of each example."""
    made = {}
    for slug, (loaded, inputs) in practices.items():
        artifact = loaded.plan.get("PR-03")
        assert artifact
        template = loaded.templates[artifact.template]
        made[slug] = render_excel(template, primitives(names_for(inputs, artifact)), loaded.look, loaded.as_of)
    return made


def lines(book: Workbook, name: str) -> list[tuple[int, list[Any], int]]:
    """(line, values, level of the outline) of each row of the table of a sheet, empty ones left out."""
    sheet: Worksheet = book[name]
    (table,) = sheet.tables.values()
    left, top, right, bottom = range_boundaries(table.ref)
    found = (
        (line, [sheet.cell(line, column).value for column in range(left, right + 1)], sheet.row_dimensions[line].outlineLevel)
        for line in range(top, bottom + 1)
    )
    return [one for one in found if any(one[1])]


@EACH
def test_each_paper_that_is_owed_has_one_line_with_its_day(
    slug: str, trackers: dict[str, bytes], practices: dict[str, tuple[Loaded, Inputs]]
) -> None:
    """Person, document and day are those of the list that everything else counts with."""
    loaded, inputs = practices[slug]
    documents = {paper.id: paper.document for paper in loaded.catalog.papers}
    owed = {
        (loaded.profile.person(one.person).name, documents[one.paper], one.due)
        for one in papers_due(loaded.catalog, loaded.profile, loaded.as_of, inputs.holds)
        if loaded.plan.get(documents[one.paper])
    }
    (_, headings, _), *rows = lines(load_workbook(io.BytesIO(trackers[slug])), "By person")
    assert headings == HEADINGS
    papers = [values for _, values, level in rows if level]
    assert {(values[PERSON], values[DOCUMENT].split()[0], values[DUE].date()) for values in papers} == owed
    assert len(papers) == len(owed)


@EACH
def test_each_person_and_each_document_has_a_heading_under_which_its_lines_fold(slug: str, trackers: dict[str, bytes]) -> None:
    """A heading stands before its lines and is never folded away; Excel shows the button beside it."""
    book = load_workbook(io.BytesIO(trackers[slug]))
    for name in ("By person", "By kind"):
        _, *rows = lines(book, name)
        assert book[name].sheet_properties.outlinePr.summaryBelow is False
        heading = None
        for _, values, level in rows:
            heading = values[0] if level == 0 else heading
            assert values[0] == heading
        headings = [values[0] for _, values, level in rows if level == 0]
        assert len(headings) == len(set(headings))


def test_what_is_signed_is_counted_and_found_by_document(
    trackers: dict[str, bytes], outside: Callable[..., str], tmp_path: Path
) -> None:
    """Two days are entered; LibreOffice counts them under the person and shows them on the other sheet."""
    book = load_workbook(io.BytesIO(trackers[JUNIPER]))
    rows = lines(book, "By person")
    (_, person, _), first, second = rows[1:4]
    for line, day in ((first[0], datetime(2026, 9, 21)), (second[0], datetime(2026, 9, 22))):
        book["By person"].cell(line, SIGNED + 1).value = day
    (tmp_path / "out").mkdir()
    book.save(tmp_path / "tracker.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path}/lo"
    outside("soffice", "--headless", profile, "--convert-to", "xlsx", "--outdir", tmp_path / "out", tmp_path / "tracker.xlsx")
    worked = load_workbook(tmp_path / "out" / "tracker.xlsx", data_only=True)
    counts = {values[0]: values[REMARK] for _, values, level in lines(worked, "By person")[1:] if not level}
    held = sum(values[PERSON] == person[PERSON] for _, values, level in rows if level)
    assert counts.pop(person[PERSON]) == f"2 of {held} signed"
    assert {count.split()[0] for count in counts.values()} == {"0"}
    shown = {(values[1], values[0]): values[4] for _, values, level in lines(worked, "By kind")[1:] if level}
    days = {key: value for key, value in shown.items() if isinstance(value, datetime)}  # a zero is not shown
    assert days == {
        (person[PERSON], first[1][DOCUMENT]): datetime(2026, 9, 21),
        (person[PERSON], second[1][DOCUMENT]): datetime(2026, 9, 22),
    }
    signed = {values[0]: values[5] for _, values, level in lines(worked, "By kind")[1:] if not level}
    assert signed[first[1][DOCUMENT]] == f"1 of {sum(key[1] == first[1][DOCUMENT] for key in shown)}"


@EACH
def test_paper_shows_days_and_spaces_to_write_in(slug: str, trackers: dict[str, bytes]) -> None:
    """No formula is printed as its text, and a date looks like one."""
    texts = [cell.text for sheet in read_sheets(trackers[slug]) for row in sheet.body for cell in row.cells]
    assert not [text for text in texts if text.startswith("=") or "COUNTIF" in text]
    assert [text for text in texts if text.count("/") == 2]
    assert not [text for text in texts if "00:00" in text]


@EACH
def test_the_tracker_is_a_sound_workbook(slug: str, trackers: dict[str, bytes], tmp_path: Path) -> None:
    """Microsoft's own rules, ported, find nothing."""
    (tmp_path / "tracker.xlsx").write_bytes(trackers[slug])
    assert OpenXmlValidator().validate(tmp_path / "tracker.xlsx").is_valid
