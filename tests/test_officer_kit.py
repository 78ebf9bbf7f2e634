"""The documents of the Security Officer: the comparison counts, and duties, access and weeks are those of this practice."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN
from openpyxl import load_workbook
from openxml_audit import OpenXmlValidator

from pipeline.catalog import Catalog
from pipeline.context import Inputs, names_for
from pipeline.context.officer import officer_names
from pipeline.inputs import to_inputs
from pipeline.load import Loaded, Shared, load_practice, load_subject
from pipeline.officer_names import OfficerKitNames
from pipeline.primitives import primitives
from pipeline.render.excel.fill import render_excel
from pipeline.render.word import render_word
from pipeline.workspace import Workspace

SLUGS = (JUNIPER, LANTERN, "example-harbor-oak")
EACH = pytest.mark.parametrize("slug", SLUGS)
KIT = ("SO-01", "SO-02", "SO-03", "SO-04", "SO-05")


@pytest.fixture(scope="module")
def practices(project: Workspace, catalog: Catalog) -> dict[str, tuple[Loaded, Inputs]]:
    loaded = {slug: load_practice(project, slug, shared=Shared(catalog, ())) for slug in SLUGS}
    return {slug: (one, to_inputs(one)) for slug, one in loaded.items()}


@pytest.fixture(scope="module")
def names(practices: dict[str, tuple[Loaded, Inputs]]) -> Callable[[str], OfficerKitNames]:
    """What the duties of a practice print."""

    def of(slug: str) -> OfficerKitNames:
        loaded, inputs = practices[slug]
        artifact = loaded.plan.get("SO-02")
        assert artifact
        return officer_names(inputs, artifact)

    return of


def rendered(loaded: Loaded, inputs: Inputs, id: str) -> bytes:
    artifact = loaded.plan.get(id)
    assert artifact
    render = render_word if artifact.is_word else render_excel
    return render(loaded.templates[artifact.template], primitives(names_for(inputs, artifact)), loaded.look, loaded.as_of)


# --- the comparison


@pytest.fixture
def compared(
    practices: dict[str, tuple[Loaded, Inputs]], outside: Callable[..., str], tmp_path: Path
) -> Callable[[dict[str, tuple[str | None, list[int]]]], dict[str, tuple[Any, Any]]]:
    """compared({"F": ("Yes", points)}) gives (total, rank) of each column of candidates, as LibreOffice works them out."""

    def run(candidates: dict[str, tuple[str | None, list[int]]]) -> dict[str, tuple[Any, Any]]:
        book = load_workbook(io.BytesIO(rendered(*practices[JUNIPER], "SO-01")))
        sheet = book.worksheets[0]
        lines = {str(sheet.cell(line, 1).value).split("\n")[0].split(" ")[0]: line for line in range(1, sheet.max_row + 1)}
        for column, (belongs, points) in candidates.items():
            sheet[f"{column}{lines['Belongs']}"] = belongs
            for line, value in zip(range(lines["Ease"], lines["Weighted"]), points, strict=False):
                sheet[f"{column}{line}"] = value
        book.save(tmp_path / "comparison.xlsx")
        profile = f"-env:UserInstallation=file://{tmp_path}/lo"
        outside(
            "soffice", "--headless", profile, "--convert-to", "xlsx", "--outdir", tmp_path / "out", tmp_path / "comparison.xlsx"
        )
        done = load_workbook(tmp_path / "out" / "comparison.xlsx", data_only=True).worksheets[0]
        return {c: (done[f"{c}{lines['Weighted']}"].value or "", done[f"{c}{lines['Rank']}"].value or "") for c in "FGHI"}

    return run


def test_the_comparison_weighs_and_ranks(compared: Callable[..., dict[str, tuple[Any, Any]]]) -> None:
    """Total: points by weight; the rank follows the totals. A column that is not complete has neither, and nobody from outside."""
    weights = [3, 3, 3, 2, 2, 2, 1]
    steady, technical = [4, 3, 5, 4, 5, 5, 4], [5, 2, 1, 4, 3, 4, 3]
    found = compared({"F": ("Yes", technical), "G": ("Yes", steady), "H": ("Yes", steady[:-1]), "I": ("No", [5] * 7)})
    totals = {
        column: sum(w * p for w, p in zip(weights, held, strict=True)) for column, held in (("F", technical), ("G", steady))
    }
    assert found["F"] == (totals["F"], 2)
    assert found["G"] == (totals["G"], 1)
    assert found["H"] == ("", "")
    assert found["I"] == ("not possible", "")


def test_an_empty_comparison_shows_nothing(compared: Callable[..., dict[str, tuple[Any, Any]]]) -> None:
    """No zero and no error stands where nobody has been compared yet."""
    assert set(compared({}).values()) == {("", "")}


def test_a_large_practice_is_told_why_the_owner_should_not_hold_the_office(practices: dict[str, tuple[Loaded, Inputs]]) -> None:
    """Thirteen people are more than ten; three are not."""

    def text(slug: str) -> str:
        sheet = load_workbook(io.BytesIO(rendered(*practices[slug], "SO-01"))).worksheets[0]
        return " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)

    assert "the owner should not" in text(JUNIPER)
    assert "the owner should not" not in text(LANTERN)


def test_an_outside_officer_stays_an_error(workspace: Workspace, edit: Callable[..., Path]) -> None:
    """The consultant can advise, not hold the office; a colleague as officer is the control."""

    def errors(person: str) -> list[str]:
        edit(JUNIPER, "profile", "/officers/security/person", person)
        return [problem.what for problem in load_subject(workspace, JUNIPER).problems if not problem.warning]

    (refused,) = errors("consultant")
    assert "must belong to the practice" in refused
    assert errors("tobias") == []


# --- duties, access, weeks


@EACH
def test_the_duties_are_the_tasks_of_the_officer_each_once(
    slug: str, names: Callable[[str], OfficerKitNames], practices: dict[str, tuple[Loaded, Inputs]]
) -> None:
    """None is missing, none stands twice, and none is somebody else's."""
    shown = names(slug)
    titles = [task.title for rhythm in shown.rhythms for task in rhythm.tasks] + [task.title for task in shown.events]
    tasks = practices[slug][0].plan.tasks
    assert Counter(titles) == Counter(task.title for task in tasks if task.who == "security_officer")
    assert set(titles) < {task.title for task in tasks}


@EACH
def test_each_system_with_ephi_is_on_the_list_of_access(
    slug: str, names: Callable[[str], OfficerKitNames], practices: dict[str, tuple[Loaded, Inputs]]
) -> None:
    """And each says who administers it today."""
    profile = practices[slug][0].profile
    listed = {access.name: access.administrator for access in names(slug).systems}
    for system in profile.systems:
        if system.ephi:
            assert listed[system.name] == profile.name_of(system.administrator)


@EACH
def test_the_weeks_follow_each_other_without_a_gap_or_a_weekend(slug: str, names: Callable[[str], OfficerKitNames]) -> None:
    """Each part ends on a Friday and the next begins on the Monday after; thirteen weeks in all."""
    parts = [(datetime.strptime(w.start, "%B %d, %Y"), datetime.strptime(w.end, "%B %d, %Y")) for w in names(slug).weeks]
    for (_, end), (start, _) in pairwise(parts):
        assert end.weekday() == 4
        assert start == end + timedelta(3)
    assert (parts[-1][1] - parts[0][0]).days == 13 * 7 - 3
    assert any(part.tasks for part in names(slug).weeks)


@EACH
@pytest.mark.parametrize("id", KIT)
def test_each_document_is_sound(slug: str, id: str, practices: dict[str, tuple[Loaded, Inputs]], tmp_path: Path) -> None:
    """Microsoft's own rules, ported, find nothing."""
    loaded, inputs = practices[slug]
    artifact = loaded.plan.get(id)
    assert artifact
    file = tmp_path / artifact.path.rsplit("/", 1)[1]
    file.write_bytes(rendered(loaded, inputs, id))
    assert OpenXmlValidator().validate(file).is_valid
