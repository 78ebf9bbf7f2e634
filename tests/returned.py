"""Small helpers of the tests of what comes back: documents as they are issued, filled in, and recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from conftest import ROOT
from workbooks import opened, saved

from pipeline.catalog import load_catalog
from pipeline.context import names_for
from pipeline.inputs import to_inputs
from pipeline.load import Loaded, Shared, load_practice
from pipeline.primitives import primitives
from pipeline.recorded import Line, Record
from pipeline.render.excel.fill import render_excel
from pipeline.render.word import render_word
from pipeline.workspace import Workspace

RECEIVED = date(2027, 1, 8)
Place = tuple[str, str]  # sheet, cell


@cache
def practice(slug: str) -> Loaded:
    """An example; nothing writes into it. The templates are checked elsewhere."""
    workspace = Workspace(ROOT)
    catalog, problems = load_catalog(workspace)
    assert not problems
    return load_practice(workspace, slug, shared=Shared(catalog, ()))


@cache
def issued(slug: str, document: str) -> bytes:
    """A document as it stands in the package of an example."""
    loaded = practice(slug)
    artifact = loaded.plan.get(document)
    assert artifact
    render = render_word if artifact.is_word else render_excel
    names = primitives(names_for(to_inputs(loaded), artifact))
    return render(loaded.templates[artifact.template], names, loaded.look, loaded.as_of)


def returned_documents(slug: str) -> list[str]:
    """Numbers of the workbooks of an example that come back."""
    loaded = practice(slug)
    named = dict.fromkeys(entry.document for entry in loaded.catalog.returned)
    return [id for id in named if (artifact := loaded.plan.get(id)) and artifact.path.endswith(".xlsx")]


def filled(data: bytes, values: Mapping[Place, Any]) -> bytes:
    """The file after a person typed these values; a text that begins with = stays text, as people who write it mean it."""
    book = opened(data)
    for (sheet, place), value in values.items():
        cell = book[sheet][place]
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
        elif isinstance(value, date):
            cell.number_format = "mm/dd/yyyy"
    return saved(book)


def first_line(slug: str, document: str, sheet: str) -> int:
    """The line below the headings of a table."""
    (table,) = opened(issued(slug, document))[sheet].tables.values()
    return int("".join(filter(str.isdigit, table.ref.split(":")[0]))) + 1


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def record_of(document: str, effective: str, *lines: Mapping[str, str], sheet: str = "Log", received: date = RECEIVED) -> Record:
    """A record with these lines, as they would be read."""
    held = tuple(Line(sheet, f"A{number}", values) for number, values in enumerate(lines, 10))
    name = f"records/{effective}-{document}.{'xlsx' if lines else 'pdf'}"
    return Record(document, "2026.1", date.fromisoformat(effective), received, name, "0" * 64, held)


def texts(lines: Sequence[Line]) -> list[dict[str, str]]:
    return [dict(line.values) for line in lines]
