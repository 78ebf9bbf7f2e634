"""Records are never overwritten, never lost and for their owner alone."""

from __future__ import annotations

import copy
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN, ROOT
from examples import examples
from faults import contents
from hypothesis import given, settings
from hypothesis import strategies as st
from mutation import changed, texts

from pipeline.commit import commit
from pipeline.errors import OutputError, ProblemsFound, UsageError
from pipeline.filing import differences, file_record, free_name, read_record, set_aside
from pipeline.whole import write_new

OLD: dict[str, Any] = {"scope": "All of it", "findings": [{"scenario": "SC-001", "likelihood": "low"}]}
NEW: dict[str, Any] = {"scope": "All of it", "findings": [{"scenario": "SC-001", "likelihood": "high"}]}


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A recorded analysis in the folder of a practice."""
    target = tmp_path / "practice" / "assessments" / "2026-09-14.json"
    assert file_record(target, OLD, replace=False).kept is None
    return target


@pytest.fixture
def open_to_all() -> Iterator[None]:
    """A user whose files would be readable and writable by everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


# --- never overwritten


def test_a_record_that_is_there_is_not_overwritten(record: Path) -> None:
    """It is said what would change and how to go on, and not a byte changes."""
    before = contents(record.parent.parent)
    with pytest.raises(UsageError, match="is recorded already") as refused:
        file_record(record, NEW, replace=False)
    assert "findings: SC-001 changed in likelihood" in str(refused.value)
    assert "--replace" in str(refused.value)
    assert contents(record.parent.parent) == before


def test_recording_the_same_again_changes_nothing(record: Path) -> None:
    """Also with --replace: an equal record is left where it is, and none is kept aside."""
    before = contents(record.parent.parent)
    for replace in (False, True):
        filed = file_record(record, copy.deepcopy(OLD), replace=replace)
        assert (filed.already, filed.changes, filed.kept) == (True, (), None)
    assert contents(record.parent.parent) == before


def test_a_replaced_record_is_kept_word_for_word(record: Path) -> None:
    """The new one stands in its place, the old one under superseded."""
    before = record.read_bytes()
    filed = file_record(record, NEW, replace=True)
    assert read_record(record) == NEW
    assert filed.kept == record.parent.parent / "superseded" / "assessments-2026-09-14.json"
    assert filed.kept.read_bytes() == before
    assert filed.changes == ("findings: SC-001 changed in likelihood",)


def test_every_replaced_record_is_kept(record: Path) -> None:
    """The second and third do not overwrite the first."""
    for number in range(3):
        file_record(record, {"scope": f"Version {number}"}, replace=True)
    kept = sorted((record.parent.parent / "superseded").iterdir())
    assert [file.name for file in kept] == [f"assessments-2026-09-14{end}.json" for end in ("-2", "-3", "")]
    assert {json.dumps(read_record(file)) for file in kept} == {
        json.dumps(value) for value in (OLD, {"scope": "Version 0"}, {"scope": "Version 1"})
    }
    assert read_record(record) == {"scope": "Version 2"}


def test_records_of_two_kinds_and_one_day_are_kept_apart(record: Path) -> None:
    """A draft and an analysis of a day lie under superseded side by side."""
    draft = record.parent.parent / "drafts" / record.name
    file_record(draft, NEW, replace=False)
    assert {set_aside(record).name, set_aside(draft).name} == {"assessments-2026-09-14.json", "drafts-2026-09-14.json"}
    assert len(contents(record.parent.parent)) == 2


def test_a_file_of_somebody_else_is_not_written_over(tmp_path: Path) -> None:
    """A workbook that may be filled in stays, byte for byte."""
    file = tmp_path / "returned.xlsx"
    file.write_bytes(b"filled in")
    with pytest.raises(UsageError, match="is there already"):
        write_new(file, b"new")
    assert contents(tmp_path) == {"returned.xlsx": b"filled in"}


def test_a_record_that_appeared_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    """Two imports at once: the second says so, and leaves neither its words nor a remainder."""
    file = tmp_path / "2026-09-14.json"
    file.write_bytes(b"of the first")
    with pytest.raises(OutputError, match="appeared meanwhile"):
        commit(tmp_path, {file: b"of the second"})
    assert contents(tmp_path) == {"2026-09-14.json": b"of the first"}


def test_a_free_name_is_one_that_no_file_has(tmp_path: Path) -> None:
    """The first round has the plain name, the next ones a number."""
    names = []
    for _ in range(3):
        file = free_name(tmp_path / "workbooks", "2026-09-14-risk-analysis", ".xlsx")
        write_new(file, b"")
        names.append(file.name)
    assert names == [f"2026-09-14-risk-analysis{end}.xlsx" for end in ("", "-2", "-3")]


def test_what_was_recorded_is_read_back(tmp_path: Path) -> None:
    """Every letter of every language, also where the computer uses another encoding."""
    value = {"scope": "Pérez-Muñoz – Łukasz “quoted” \\", "findings": []}
    file = tmp_path / "assessments" / "record.json"
    file_record(file, value, replace=False)
    assert read_record(file) == value
    assert "Pérez-Muñoz" in file.read_bytes().decode("utf-8")


# --- written whole or not at all: see test_faults.py


def test_a_folder_that_cannot_be_made_is_an_error_with_words(tmp_path: Path) -> None:
    """The practice is named, with the reason, and nothing is left over."""
    (tmp_path / "assessments").write_text("a file where a folder should be")
    with pytest.raises(OutputError, match=r"(File exists|Not a directory)\. Nothing was changed"):
        commit(tmp_path, {tmp_path / "assessments" / "2026-09-14.json": b"{}"})
    assert contents(tmp_path).keys() == {"assessments"}


# --- for its owner alone


@pytest.mark.usefixtures("open_to_all")
def test_records_and_workbooks_are_private_to_the_user(tmp_path: Path) -> None:
    """0600 for files and 0700 for the folders of a practice, whatever the user's own setting is."""
    practice = tmp_path / "practice"
    practice.mkdir(mode=0o700)
    record = practice / "assessments" / "2026-09-14.json"
    file_record(record, OLD, replace=False)
    file_record(record, NEW, replace=True)
    write_new(practice / "workbooks" / "2026-09-14-risk-analysis.xlsx", b"workbook")
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in practice.rglob("*")}
    assert modes == {
        ".lock": 0o600,
        "assessments": 0o700,
        "2026-09-14.json": 0o600,
        "superseded": 0o700,
        "assessments-2026-09-14.json": 0o600,
        "workbooks": 0o700,
        "2026-09-14-risk-analysis.xlsx": 0o600,
    }


@pytest.mark.usefixtures("open_to_all")
def test_without_the_mode_everybody_could_read_it(tmp_path: Path) -> None:
    """Positive control: a file written plainly is open to all under this setting."""
    (tmp_path / "plain").write_bytes(b"")
    assert stat.S_IMODE((tmp_path / "plain").stat().st_mode) == 0o666


# --- what changed, without what it says


def analysis(slug: str) -> dict[str, Any]:
    """The recorded analysis of an example."""
    return read_record(next((ROOT / "practices" / slug / "assessments").glob("*.json")))


@pytest.mark.parametrize(
    ("pointer", "value", "said"),
    [
        ("/scope", "Something else entirely", "scope"),
        ("/participants", ["marisol"], "participants"),
        ("/findings/1/likelihood", "very_low", "findings: {scenario} changed in likelihood"),
        ("/findings/1/actions/0/what", "Call the landlord.", "findings: {scenario} changed in actions"),
        ("/findings/1/notes", "Nobody knows yet.", "findings: {scenario} changed in notes"),
        ("/findings/-", {"scenario": "SC-999"}, "findings: SC-999 is new"),
        ("/findings/1", ..., "findings: {scenario} is no longer there"),
        ("/decisions/0/why", "It is too much.", "decisions: 164.308(a)(3)(ii)(A) changed in why"),
        ("/confirmed/0/statement", "It is otherwise.", "confirmed: practice changed in statement"),
        ("/inventory/0/keeps", "no", "inventory: system/… changed in keeps"),
        ("/not_applicable/0/reason", "Nobody does.", "not_applicable: SC-004 changed in reason"),
    ],
)
def test_a_difference_is_named_by_its_place(pointer: str, value: Any, said: str) -> None:
    """Which finding and which part of it; neither the old words nor the new."""
    before = analysis(JUNIPER)
    after = changed(before, remove=[pointer]) if value is ... else changed(before, [(pointer, value)])
    assert differences(before, after) == (said.format(scenario=before["findings"][1]["scenario"]),)


def test_another_order_of_the_same_findings_is_named() -> None:
    """Nothing is passed over, though every finding is as it was."""
    before = analysis(JUNIPER)
    assert differences(before, {**before, "findings": before["findings"][::-1]}) == ("findings: another order",)


def test_a_difference_never_shows_what_a_practice_wrote() -> None:
    """Two analyses that have nothing in common: places and names of fields, and no sentence of either."""
    before, after = analysis(JUNIPER), analysis(LANTERN)
    shown = "\n".join(differences(before, after))
    sentences = {text for value in (before, after) for text in texts(value) if " " in text}
    assert len(sentences) > 500
    assert [text for text in sentences if text in shown] == []


def test_a_refused_draft_shows_no_answer(tmp_path: Path) -> None:
    """Of a draft the keys of the cells are named, not what stands in them."""
    file = tmp_path / "drafts" / "2026-09-14.json"
    file_record(file, {"answers": {"SC-001/observed": "Ms. Secret lost it"}}, replace=False)
    with pytest.raises(UsageError, match="answers: SC-001/observed") as refused:
        file_record(file, {"answers": {"SC-001/observed": "Mr. Hidden found it"}}, replace=False)
    assert "Secret" not in str(refused.value)
    assert "Hidden" not in str(refused.value)


names = st.sampled_from(["SC-001", "SC-002", "SC-003"])
words = st.text("xyz", min_size=3, max_size=6).map(lambda text: f"secret-{text}")
entries = st.lists(
    st.fixed_dictionaries(
        {"scenario": names}, optional={"observed": words, "notes": words, "actions": st.lists(words, max_size=2)}
    ),
    unique_by=lambda entry: entry["scenario"],
)
records = st.fixed_dictionaries(
    {"findings": entries},
    optional={"scope": words, "participants": st.lists(words, max_size=2), "answers": st.dictionaries(names, words)},
)


@given(before=records, after=records)
@settings(deadline=None, max_examples=examples(200))
def test_there_is_a_difference_exactly_where_two_records_differ(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Of any two records: a difference is never passed over, an equal record has none, and no value is ever shown."""
    found = differences(before, after)
    assert bool(found) == (before != after)
    assert "secret" not in "\n".join(found)
    assert differences(before, copy.deepcopy(before)) == ()


@pytest.mark.parametrize("damage", ["{", "[]", "null"])
def test_a_record_that_somebody_damaged_is_named_and_stays(record: Path, damage: str) -> None:
    """What cannot be read cannot be compared; the file is somebody's work all the same."""
    record.write_text(damage, "utf-8")
    with pytest.raises(ProblemsFound) as found:
        file_record(record, {"note": "new"}, replace=True)
    assert all(problem.where.startswith(str(record)) and problem.mend for problem in found.value.problems)
    assert record.read_text("utf-8") == damage
