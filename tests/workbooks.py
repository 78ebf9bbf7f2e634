"""Small helpers of the tests of the risk workbook: practices with fewer stories, cells by their keys, what people do to sheets."""

from __future__ import annotations

import io
import json
import tomllib
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from conftest import JUNIPER, LANTERN, ROOT
from jsonschema import Draft202012Validator
from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.assess import Ground
from pipeline.assessment.model import Assessment
from pipeline.catalog import load_catalog
from pipeline.load import load_subject
from pipeline.records import structure
from pipeline.render.excel.workbook import write_workbook
from pipeline.workbook.answers import answers_of
from pipeline.workbook.make import Answers, analysis_workbook
from pipeline.workbook.setting import Setting
from pipeline.workbook.sheets import Entry, Formula, Value, Workbook
from pipeline.workspace import Workspace

HARBOR = "example-harbor-oak"
DAYS = {LANTERN: date(2026, 10, 5), JUNIPER: date(2026, 9, 14), HARBOR: date(2026, 10, 19)}
UNKNOWN = "We do not know"
HIDDEN = ("_map", "_lists")
# of example-lantern: mitigated, accepted, said not to apply, mitigated; two of each of two sheets
FEW = ("SC-001", "SC-002", "SC-008", "SC-015")

Place = tuple[str, str]  # sheet, cell


@cache
def ground_of(slug: str) -> Ground:
    """An example on the day of its analysis; nothing writes into it."""
    workspace = Workspace(ROOT)
    catalog, problems = load_catalog(workspace)
    subject = load_subject(workspace, slug)
    assert catalog
    assert subject.profile
    assert subject.look
    assert not [*problems, *subject.problems]
    setting = Setting(catalog, subject.profile, subject.raw, DAYS[slug])
    return Ground(workspace.practice(slug), setting, subject.look)


@cache
def recorded_text(slug: str) -> str:
    return (ROOT / "practices" / slug / "assessments" / f"{DAYS[slug]}.json").read_text("utf-8")


def recorded(slug: str, stories: Iterable[str] | None = None) -> dict[str, Any]:
    """The recorded analysis of an example as JSON, of all stories or only of these."""
    raw: dict[str, Any] = json.loads(recorded_text(slug))
    if stories is not None:
        for part in ("findings", "not_applicable"):
            raw[part] = [entry for entry in raw[part] if entry["scenario"] in stories]
    return raw


def with_stories(setting: Setting, stories: Iterable[str]) -> Setting:
    """The same practice, had the catalogue only these stories."""
    held = set(stories)
    catalog = replace(setting.catalog, scenarios=tuple(s for s in setting.catalog.scenarios if s.id in held))
    return replace(setting, catalog=catalog)


def answers_in(setting: Setting, raw: Mapping[str, Any]) -> dict[str, Value]:
    """What stands in the cells of a workbook that holds this analysis."""
    return answers_of(setting, structure(raw, Assessment))


def written(ground: Ground, known: Answers, proposed: Answers | None = None) -> bytes:
    """The file of a workbook with these values in it."""
    workbook = analysis_workbook(ground.setting, known, proposed or {})
    return write_workbook(workbook, ground.look, ground.setting.catalog.words["level"])


def places_of(workbook: Workbook) -> dict[str, Place]:
    """Key of an entry or a calculation → where it stands: rows from the top, columns from B on."""
    places = {}
    for sheet in workbook.sheets:
        for line, row in enumerate(sheet.rows, 1):
            column = 2
            for cell in row.cells:
                if isinstance(cell, (Entry, Formula)):
                    places[cell.key] = (sheet.name, f"{get_column_letter(column)}{line}")
                column += getattr(cell, "span", 1)
    return places


def opened(data: bytes | Path, *, calculated: bool = False) -> Book:
    """The file as another reader sees it; calculated: results in place of formulas."""
    data = data if isinstance(data, bytes) else data.read_bytes()
    with warnings.catch_warnings():
        # what LibreOffice adds beside the cells is not read here
        warnings.filterwarnings("ignore", ".*extension is not supported")
        return load_workbook(io.BytesIO(data), data_only=calculated)


def saved(book: Book) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def typed(data: bytes, values: Mapping[Place, Value | None]) -> bytes:
    """The file after a person filled in these cells; a text that begins with = is typed as text."""
    book = opened(data)
    for (sheet, place), value in values.items():
        cell = book[sheet][place]
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
    return saved(book)


def rearranged(sheet: Worksheet, order: Callable[[list[int]], list[int]]) -> None:
    """Put the lines of a sheet into another order, as Excel does: joined cells go with them; 0 is a new, empty line."""
    lines = list(range(1, sheet.max_row + 1))
    joined: dict[int, list[tuple[int, int]]] = {}
    for area in list(sheet.merged_cells.ranges):
        joined.setdefault(area.min_row, []).append((area.min_col, area.max_col))
        sheet.unmerge_cells(area.coord)
    held = {
        line: [(cell.column, cell.value, cell.data_type, cell._style) for cell in sheet[line] if cell.value is not None]
        for line in lines
    }
    sheet.delete_rows(1, sheet.max_row)
    for line, old in enumerate(order(lines), 1):
        for column, value, kind, style in held.get(old, []):
            cell = sheet.cell(line, column)
            cell.value, cell.data_type, cell._style = value, kind, style
        for left, right in joined.get(old, []):
            sheet.merge_cells(start_row=line, end_row=line, start_column=left, end_column=right)


def catalogue_stories(slug: str) -> dict[str, list[dict[str, Any]]]:
    """Title of a theme → its stories that apply to the practice, as the files of the catalogue have them, read without the program."""
    profile = json.loads((ROOT / "practices" / slug / "profile.json").read_text("utf-8"))
    found = {}
    for theme in toml("catalog")["theme"]:
        scenarios = toml(f"scenarios/{theme['id']}")["scenario"]
        held = [s for s in scenarios if Draft202012Validator(s.get("applies_when", True)).is_valid(profile)]
        if held:
            found[theme["title"]] = held
    return found


def toml(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "catalog" / f"{name}.toml").read_text("utf-8"))


def saved_by_libreoffice(outside: Callable[..., str], folder: Path, *files: Path) -> list[Path]:
    """The files, opened, worked out and saved by LibreOffice."""
    outside(
        "soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
        "--convert-to", "xlsx", "--outdir", folder / "saved", *files,
    )  # fmt: skip
    found = [folder / "saved" / file.name for file in files]
    assert all(file.exists() for file in found)
    return found
