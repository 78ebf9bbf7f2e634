"""The records of a practice as they lie in its folder: read, checked against their files, written all or none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import Problem
from pipeline.loading import load_json
from pipeline.recorded import Line, Record
from pipeline.records import structure
from pipeline.schema import validate
from pipeline.whole import digest
from pipeline.workspace import Workspace

FOLDER = "records"
FORMAT = "record/1"


def load_records(workspace: Workspace, folder: Path) -> tuple[tuple[Record, ...], list[Problem]]:
    """The records of the practice in `folder`, and a problem for each that is damaged, or whose file is missing or changed."""
    held = folder / FOLDER
    records: list[Record] = []
    problems: list[Problem] = []
    named: set[str] = set()
    for path in sorted(held.glob("[0-9]*.json")):
        shown = workspace.shown(path)
        value, found = load_json(path, shown)
        found += validate(value, workspace.schemas / "record.schema.json", shown) if value is not None and not found else []
        problems += found
        if found:
            continue
        if value["practice"] != folder.name:
            problems.append(Problem(shown, "The record belongs to another practice.", "Move it, and its file, to that practice."))
            continue
        named.add(value["file"])
        file = held / value["file"]
        if not file.is_file():
            problems.append(Problem(workspace.shown(file), "The file of a record is missing.", "Restore it from a copy."))
        elif digest(file) != value["sha256"]:
            what = "The file was changed since it was recorded."
            problems.append(
                Problem(workspace.shown(file), what, "Restore it from a copy; record a changed one as a file of its own.")
            )
        else:
            records.append(structure({**value, "file": f"{FOLDER}/{value['file']}"}, Record))
    for path in sorted(held.glob("[0-9]*")):
        if path.suffix != ".json" and path.name not in named and not path.with_suffix(".json").exists():
            mend = "Move it away, and record it with binder record."
            problems.append(Problem(workspace.shown(path), "No record says what this file is.", mend, warning=True))
    return tuple(sorted(records, key=lambda record: (record.received, record.effective, record.file))), problems


def as_json(practice: str, record: Record) -> dict[str, Any]:
    """The record as it is written beside its file; schemas/record.schema.json says what each key means."""
    value: dict[str, Any] = {
        "schema": FORMAT,
        "practice": practice,
        "document": record.document,
        "edition": record.edition,
        "effective": record.effective.isoformat(),
        "received": record.received.isoformat(),
        "file": Path(record.file).name,
        "sha256": record.sha256,
        "lines": [_line(line) for line in record.lines],
    }
    return value | ({"person": record.person} if record.person else {})


def record_paths(folder: Path, record: Record) -> tuple[Path, Path]:
    """Where the file of a record lies, and the record itself."""
    file = folder / record.file
    return file, file.with_suffix(".json")


def _line(line: Line) -> Mapping[str, Any]:
    return {"sheet": line.sheet, "cell": line.cell, "values": dict(line.values)}
