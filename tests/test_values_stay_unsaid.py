"""Messages carry places and the program's own words, never what a client wrote: a word planted anywhere is in none of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import JUNIPER, LANTERN, copied_workspace
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from returned import first_line, issued
from workbooks import ground_of, opened, recorded, saved, written

from pipeline import checks
from pipeline.assess import import_analysis
from pipeline.assessment.model import Assessment
from pipeline.catalog import load_catalog
from pipeline.check import profile
from pipeline.check.references import exists
from pipeline.cli import main
from pipeline.errors import BinderError, ProblemsFound, VerificationError, without_ids
from pipeline.load import Shared, load_practice
from pipeline.recording import Said, record
from pipeline.records import structure
from pipeline.render.excel.answers import read_workbook
from pipeline.workbook.answers import answers_of
from pipeline.workspace import Workspace

# a name as people write it, one that is written as ids are, one with signs of the template language, one that breaks the line
WORDS = ("Zqx Canary-Vale", "zqxcanary-vale", "{{ Zqxcanary }}", "Zqxcanary\nVale")


def told(action: Callable[[], object]) -> str:
    """Everything that an error says, with what it comes from; empty where there is none."""
    try:
        done = action()
    except (ProblemsFound, VerificationError) as error:
        return "\n".join([str(error), *map(str, error.problems)])
    except BinderError as error:
        return str(error)
    return "\n".join(map(str, getattr(done, "warnings", ())))


def places(value: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a JSON value: leaves, lists and groups."""
    yield steps
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*steps, key))


def planted(value: Any, steps: tuple[Any, ...], word: str, how: str) -> Any:
    """A copy with the word in place of what stands there, beside it in a list or as a key of a group, or around it."""
    result = copy.deepcopy(value)
    *above, last = steps or (None,)
    if last is None:
        return {word: result} if how == "key" else word
    holder = result
    for step in above:
        holder = holder[step]
    if how == "key" and isinstance(holder[last], dict):
        holder[last][word] = 1
    elif how == "key":
        holder[last] = {word: holder[last]}
    elif how == "list":
        holder[last] = [word, holder[last], word]
    else:
        holder[last] = word
    return result


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Shared]:
    """A workspace whose catalogue is looked at once."""
    workspace = copied_workspace(tmp_path_factory.mktemp("unsaid") / "firm", LANTERN)
    catalog, problems = load_catalog(workspace)
    assert not problems
    return workspace, Shared(catalog, ())


FILES = {"profile": "profile.json", "analysis": "assessments/2026-10-05.json"}


@pytest.mark.parametrize("file", FILES)
@settings(deadline=None, max_examples=examples(20), derandomize=True)
@given(data=st.data())
def test_no_message_about_a_file_repeats_what_stands_in_it(
    file: str, firm: tuple[Workspace, Shared], data: st.DataObject
) -> None:
    """Any place of profile or analysis, in any shape: as text, as a key, in a list."""
    workspace, shared = firm
    path = workspace.practices / LANTERN / FILES[file]
    before = path.read_text("utf-8")
    raw = json.loads(before)
    steps = data.draw(st.sampled_from(sorted(places(raw), key=str)))
    word, how = data.draw(st.sampled_from(WORDS)), data.draw(st.sampled_from(("value", "key", "list")))
    try:
        path.write_text(json.dumps(planted(raw, steps, word, how)), "utf-8")
        said = told(lambda: load_practice(workspace, LANTERN, shared=shared))
    finally:
        path.write_text(before, "utf-8")
    assert "zqx" not in said.casefold(), said


# places that lead to messages of their own, each of which once repeated what stood there
KNOWN = {
    "a person who is not there": ("profile", ("approver",)),
    "a supervisor": ("profile", ("workforce", 1, "supervisor")),
    "a place of work": ("profile", ("workforce", 1, "works_from", 0)),
    "an administrator": ("profile", ("systems", 0, "administrator")),
    "an id that others name": ("profile", ("workforce", 0, "id")),
    "an id of a system": ("profile", ("systems", 0, "id")),
    "a participant": ("analysis", ("participants", 0)),
    "a confirmed fact": ("analysis", ("confirmed", 0, "fact")),
    "an asset": ("analysis", ("inventory", 0, "asset")),
    "a scenario": ("analysis", ("findings", 0, "scenario")),
    "an owner of a step": ("analysis", ("findings", 0, "actions", 0, "owner")),
    "a decision": ("analysis", ("decisions", 0, "citation")),
    "another practice": ("analysis", ("practice",)),
}


@pytest.mark.parametrize("word", ["zqxcanary-vale", "Zqx Canary"])
@pytest.mark.parametrize("place", KNOWN)
def test_a_name_that_leads_nowhere_is_pointed_to(place: str, word: str, firm: tuple[Workspace, Shared]) -> None:
    """There is a message, and it says where and not what."""
    workspace, shared = firm
    file, steps = KNOWN[place]
    path = workspace.practices / LANTERN / FILES[file]
    before = path.read_text("utf-8")
    try:
        path.write_text(json.dumps(planted(json.loads(before), steps, word, "value")), "utf-8")
        said = told(lambda: load_practice(workspace, LANTERN, shared=shared))
    finally:
        path.write_text(before, "utf-8")
    assert said
    assert "zqx" not in said.casefold(), said


def test_control_a_check_that_repeats_an_id_is_found(firm: tuple[Workspace, Shared], monkeypatch: pytest.MonkeyPatch) -> None:
    """As the checks of the catalogue do, whose names are nobody's."""
    monkeypatch.setattr(profile, "in_profile", lambda who, lists, where, what: exists(who, {}, where, what))
    with pytest.raises(AssertionError, match="zqxcanary-vale"):
        test_a_name_that_leads_nowhere_is_pointed_to("a person who is not there", "zqxcanary-vale", firm)


def test_a_key_that_is_no_slip_of_the_pen_is_counted(firm: tuple[Workspace, Shared]) -> None:
    """A misspelt key of ours is shown, so that it can be found; the name of a client that became a key is not."""
    workspace, shared = firm
    path = workspace.practices / LANTERN / "profile.json"
    before = path.read_text("utf-8")
    raw = json.loads(before)
    raw["practice"] |= {"websit": "https://lantern.example", "zqxcanary": "a", "Zqx Canary": {"b": "c"}}
    try:
        path.write_text(json.dumps(raw), "utf-8")
        said = told(lambda: load_practice(workspace, LANTERN, shared=shared))
    finally:
        path.write_text(before, "utf-8")
    assert 'The key "websit" is not known here.' in said
    assert said.count("of this group is not known here.") == 2
    assert "zqx" not in said.casefold()


@pytest.mark.parametrize(
    "text",
    [
        '{"Zqx Canary": 1, "Zqx Canary": 2}',
        '{"a": 1e999, "b": "Zqx"}',
        '{"Zqx": }',
        '{"Zqx Canary": {"x": "a\\u0000"}}',
        "Zqxcanary",
    ],
)
def test_a_file_that_cannot_be_read_is_not_quoted(text: str, firm: tuple[Workspace, Shared]) -> None:
    """Broken JSON, keys that stand twice, numbers that are none, strange letters below a strange key."""
    workspace, shared = firm
    path = workspace.practices / LANTERN / "profile.json"
    before = path.read_text("utf-8")
    try:
        path.write_text(text, "utf-8")
        said = told(lambda: load_practice(workspace, LANTERN, shared=shared))
    finally:
        path.write_text(before, "utf-8")
    assert said
    assert "zqx" not in said.casefold()


# --- workbooks


@settings(deadline=None, max_examples=examples(12), derandomize=True)
@given(data=st.data())
def test_no_message_about_a_returned_log_repeats_a_cell(firm: tuple[Workspace, Shared], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:  # fmt: skip
    """A word in any cell below or above the headings, as the name of a sheet, and on a sheet that was added."""
    workspace, _ = firm
    word = data.draw(st.sampled_from(WORDS[:2]))
    book = opened(issued(LANTERN, "L-06"))
    sheet = book["Log"]
    line = first_line(LANTERN, "L-06", "Log")
    for _ in range(data.draw(st.integers(1, 4))):
        cell = sheet.cell(data.draw(st.integers(1, line + 4)), data.draw(st.integers(1, 12)))
        if not hasattr(cell, "column_letter"):
            continue
        cell.value = word
    how = data.draw(st.sampled_from(("", "renamed", "added")))
    if how == "renamed":
        sheet.title = word
    elif how == "added":
        book.create_sheet(word).append([word])
    file = tmp_path_factory.mktemp("log") / "L-06.xlsx"
    file.write_bytes(saved(book))
    said = told(lambda: record(workspace, LANTERN, [file], Said(date(2027, 1, 8))))
    assert said
    assert "zqx" not in said.casefold(), said


@settings(deadline=None, max_examples=examples(6), derandomize=True)
@given(data=st.data())
def test_no_message_about_a_risk_workbook_repeats_a_cell(firm: tuple[Workspace, Shared], data: st.DataObject) -> None:
    """Choices, dates, numbers, texts, sheets: what stands there is never said."""
    workspace, _ = firm
    ground = ground_of(LANTERN)
    book = opened(full_workbook())
    sheets = [one for one in book.sheetnames if not one.startswith("_")]
    for _ in range(data.draw(st.integers(1, 15))):
        sheet = book[data.draw(st.sampled_from(sheets))]
        cells = [cell for cell in sheet._cells.values() if hasattr(cell, "column_letter")]
        data.draw(st.sampled_from(cells)).value = data.draw(st.sampled_from(WORDS[:2]))
    if data.draw(st.booleans()):
        book.create_sheet(WORDS[0]).append([WORDS[0]])

    def bring() -> object:
        returned = read_workbook(saved(book), "returned.xlsx")
        return import_analysis(workspace, ground, returned, "returned.xlsx", draft=False, replace=False)

    said = told(bring)
    assert "zqx" not in said.casefold(), said


@cache
def full_workbook() -> bytes:
    """The workbook of the example, filled in."""
    ground = ground_of(LANTERN)
    return written(ground, answers_of(ground.setting, structure(recorded(LANTERN), Assessment)))


def test_keys_of_cells_lose_the_ids_of_the_practice() -> None:
    """What the program itself calls them stays."""
    assert without_ids("asset/system/therapynotes/keeps") == "asset/system/…/keeps"
    assert without_ids("fact/systems/therapynotes") == "fact/systems/…"
    assert without_ids("plan/SC-012/reason") == "plan/SC-012/reason"
    assert without_ids("decision/164.312(a)(2)(iv)/why") == "decision/164.312(a)(2)(iv)/why"
    assert without_ids("Ms. Secret/x") == "…/x"


def test_a_defect_is_reported_without_what_it_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Kinds of errors and lines of code are enough to find it; the control is the text of the error itself."""
    word = WORDS[0]

    def fail(*_: object) -> None:
        try:
            {}[word]
        except KeyError as error:
            raise ValueError(word) from error

    monkeypatch.setattr(checks, "check_practices", fail)
    workspace = copied_workspace(tmp_path / "firm", JUNIPER)
    done = CliRunner().invoke(main, ["--debug", "--workspace", str(workspace.root), "check"])
    assert done.exit_code == 70
    assert "ValueError" in done.output
    assert "KeyError" in done.output
    assert "in fail" in done.output
    assert word not in done.output
    with pytest.raises(ValueError, match=word):
        fail()
