"""A season of a practice: its logs and trackers are filled in, saved by another program, recorded, and stand in the status."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

from click.testing import Result
from conftest import LANTERN
from openpyxl.utils import get_column_letter
from returned import filled, issued
from workbooks import opened, saved_by_libreoffice

from pipeline.context import names_for
from pipeline.inputs import to_inputs
from pipeline.load import load_practice
from pipeline.primitives import primitives
from pipeline.workspace import Workspace

ON = "2026-12-18"
SIGNED, TRAINED, DONE = date(2026, 11, 2), date(2026, 11, 24), date(2026, 11, 10)
SENT = (date(2026, 10, 6), date(2026, 11, 3), date(2026, 12, 4))


def rows(document: str, sheet: str, needed: str) -> tuple[dict[str, str], list[tuple[int, dict[str, object]]]]:
    """Letter of each heading, and the prefilled rows that say something under `needed`, with their line."""
    page = opened(issued(LANTERN, document))[sheet]
    (table,) = page.tables.values()
    area = page[table.ref]
    letters = {str(cell.value): get_column_letter(cell.column) for cell in area[0]}
    held = [(row[0].row, {str(head.value): cell.value for head, cell in zip(area[0], row, strict=True)}) for row in area[1:]]
    return letters, [(line, values) for line, values in held if values[needed]]


def figures(binder: Callable[..., Result]) -> dict[str, dict[str, int]]:
    done = binder("status", LANTERN, "--on", ON, "--json")
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout)["counts"])


def test_what_is_generated_filled_in_and_recorded_stands_in_the_status(
    outside: Callable[..., str], tmp_path: Path, workspace: Workspace, binder: Callable[..., Result]
) -> None:
    """Two trainings, three papers, one step and three reminders, each counted once, in its own figure and in no other."""
    before = figures(binder)
    courses, trainings = rows("L-13", "Log", "Course")
    columns, papers = rows("PR-03", "By person", "Document")
    plan, steps = rows("R-04", "By date", "Step")
    open_steps = [line for line, values in steps if values["Status"] == "Open"]
    log, months = rows("L-06", "Log", "Month")
    documents = {
        "L-13": {
            ("Log", f"{courses[heading]}{line}"): value
            for line, _ in trainings[:2]
            for heading, value in (("Trained on", TRAINED), ("Test", "Passed"))
        },
        "PR-03": {("By person", f"{columns['Signed on']}{line}"): SIGNED for line, _ in papers[:3]},
        "R-04": {
            ("By date", f"{plan['Status']}{open_steps[0]}"): "Done",
            ("By date", f"{plan['Due or done']}{open_steps[0]}"): DONE,
        },
        "L-06": {("Log", f"{log['Sent on']}{line}"): day for (line, _), day in zip(months, SENT, strict=False)},
    }
    files = []
    for id, entries in documents.items():
        files.append(tmp_path / f"{id}.xlsx")
        files[-1].write_bytes(filled(issued(LANTERN, id), entries))
    saved = saved_by_libreoffice(outside, tmp_path, *files)
    recorded = binder("record", LANTERN, *map(str, saved), "--on", ON, "--date", "2026-12-18")
    assert recorded.exit_code == 0, recorded.output

    after = figures(binder)
    grown = {area: counts["done"] - before[area]["done"] for area, counts in after.items()}
    # three reminders; December's is the one about what is said in public (T-274); and the yearly training (T-055)
    assert grown == {"trainings": 2, "papers": 3, "agreements": 0, "actions": 1, "tasks": 3 + 1 + 1}
    assert {area: counts["total"] for area, counts in after.items()} == {area: counts["total"] for area, counts in before.items()}
    told = binder("status", LANTERN, "--on", ON)
    assert told.exit_code == 0, told.output
    page = (workspace.build / LANTERN / "status.html").read_text("utf-8")
    assert "3 of 12" in page

    loaded = load_practice(workspace, LANTERN, as_of=date(2026, 12, 31), edition="2026.2")
    artifact = loaded.plan.get("PR-05")
    assert artifact is not None
    evidence = json.dumps(primitives(names_for(to_inputs(loaded), artifact)))
    assert "2026-12-04-L-06" in evidence
