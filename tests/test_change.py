"""A change of the practice: a small workbook out, a dated record in, and the package after it; what was recorded stays."""

from __future__ import annotations

import io
import json
import re
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import JUNIPER, LANTERN, ROOT, copied_workspace
from docx import Document
from jsonschema import Draft202012Validator
from openpyxl import load_workbook
from workbooks import opened, saved, toml

from pipeline.assessment.model import Assessment
from pipeline.cli import main
from pipeline.context import names_for
from pipeline.inputs import to_inputs
from pipeline.load import Loaded, load_changes, load_practice
from pipeline.primitives import primitives
from pipeline.records import structure
from pipeline.render.excel.fill import render_excel
from pipeline.render.word import render_word
from pipeline.schema import validate
from pipeline.workspace import Workspace

OWNER = "Imani Osei-Larkin, PsyD, LP"
PHONE, VENDOR, TELEHEALTH = "new-phone-or-texting", "new-vendor", "start-telehealth"
# what the first change of the scene does: touched, at the side, new here, ended
RAISED, ABSENT, NEWLY_TOUCHED, NEW, ENDED = "SC-041", "SC-099", "SC-009", ("SC-020", "SC-046"), "SC-097"
TOUCHED, BESIDE, NEW_HERE = "What it touches", "Neighboring areas", "New here"
UNKNOWN = "We do not know"
HARM = "Moderate: several people affected, a day lost, or notices must be sent"
CRITERION = "wider-than-listed"

Facts = dict[str, Any]
Cells = Mapping[str, str | date | None]


@dataclass(frozen=True)
class Firm:
    """A workspace and what its people do."""

    workspace: Workspace

    def run(self, *arguments: str | Path) -> Result:
        return CliRunner().invoke(main, ["--workspace", str(self.workspace.root), *map(str, arguments)])

    def ran(self, *arguments: str | Path) -> str:
        """The output of a command that must succeed."""
        done = self.run(*arguments)
        assert done.exit_code == 0, done.output
        return done.output

    def change(self, slug: str, kind: str, day: str) -> Path:
        """A new workbook of a change."""
        shown = re.search(r"Wrote (\S+\.xlsx)", self.ran("change", slug, kind, "--date", day))
        assert shown
        return self.workspace.root / shown.group(1)

    def edit(self, slug: str, change: Callable[[Facts], None]) -> None:
        """Correct the profile."""
        file = self.workspace.practices / slug / "profile.json"
        profile = json.loads(file.read_text("utf-8"))
        change(profile)
        file.write_text(json.dumps(profile), "utf-8")

    def records(self, slug: str = LANTERN) -> dict[str, bytes]:
        """Everything that is recorded of a practice; workbooks are no records."""
        folder = self.workspace.practices / slug
        files = (path for path in folder.rglob("*.json") if path.name != "profile.json")
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def new_firm(root: Path, *slugs: str) -> Firm:
    return Firm(copied_workspace(root, *slugs))


# --- the cells of a workbook


@cache
def cells_of(file: Path) -> dict[str, tuple[str, str, str | None]]:
    """Key of a cell to fill in → sheet, cell, and what stands in it. A workbook that was written is never changed."""
    book = opened(file)
    found = {}
    for row in book["_map"].iter_rows(min_row=2, values_only=True):
        if row[0] == "entry":
            cell = book[str(row[1])].cell(row[2], row[3])
            found[str(row[5])] = (str(row[1]), cell.coordinate, None if cell.value is None else str(cell.value))
    return found


def standing(file: Path) -> dict[str, str]:
    """Key of a cell → what stands in it; empty cells are left out."""
    return {key: value for key, (_, _, value) in cells_of(file).items() if value is not None}


def fill(file: Path, cells: Cells) -> Path:
    """The workbook as it comes back, with these cells filled in; None empties a cell."""
    book, where = opened(file), cells_of(file)
    for key, value in cells.items():
        sheet, cell, _ = where[key]
        book[sheet][cell].value = value
    target = file.with_name(f"{file.stem}-filled.xlsx")
    target.write_bytes(saved(book))
    return target


def asked(file: Path) -> dict[str, list[str]]:
    """Sheet → its stories, in order."""
    found: dict[str, list[str]] = {}
    for key, (sheet, _, _) in cells_of(file).items():
        if re.fullmatch(r"SC-\d{3}/impact", key):
            found.setdefault(sheet, []).append(key[:6])
    return found


def story(id: str, harm: str = HARM) -> Cells:
    """Every question of a story answered with “We do not know”."""
    scenario = next(
        s for theme in toml("catalog")["theme"] for s in toml(f"scenarios/{theme['id']}")["scenario"] if s["id"] == id
    )
    return {**{f"{id}/q/{question['id']}": UNKNOWN for question in scenario["question"]}, f"{id}/impact": harm}


def criteria(true: str | None = None) -> Cells:
    """All criteria answered; this one with Yes."""
    return {f"criterion/{entry['id']}": "Yes" if entry["id"] == true else "No" for entry in toml("changes")["criterion"]}


def step(line: int, scenario: str, title: str) -> Cells:
    return {
        f"action/{line:03}/scenario": f"{scenario} {title}",
        f"action/{line:03}/what": "Look at the settings together.",
        f"action/{line:03}/owner": OWNER,
        f"action/{line:03}/due": date(2026, 12, 1),
        f"action/{line:03}/status": "Open",
    }


def all_right(file: Path) -> Cells:
    """Every fact that is asked is confirmed."""
    return {key: "Right" for key in cells_of(file) if key.startswith("fact/") and not key.endswith("/correction")}


def rest(scenario: str) -> Cells:
    return {
        f"plan/{scenario}/likelihood": "Low: less than once a year",
        f"plan/{scenario}/impact": "Low: few people affected, put right within the day",
    }


# --- the scene: texting begins, files leave the cloud, sticks are used; a day later a vendor is added


@dataclass(frozen=True)
class Scene:
    """first, again: workbooks of the first change, before and after the draft; told: what the commands said."""

    firm: Firm
    first: Path
    again: Path
    filled: Path
    before: bytes
    while_draft: dict[str, bytes]
    told: dict[str, str]

    @property
    def analysis(self) -> dict[str, Any]:
        """The analysis as it was before any change."""
        value: dict[str, Any] = json.loads(self.before)
        return value

    @property
    def record(self) -> dict[str, Any]:
        """The record of the first change."""
        file = self.firm.workspace.practices / LANTERN / "changes" / f"2026-10-06-{PHONE}.json"
        value: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return value


def texting_begins(profile: Facts) -> None:
    phone = next(system for system in profile["systems"] if system["kind"] == "phone")
    profile["systems"] = [system for system in profile["systems"] if system["kind"] != "storage"]
    profile["systems"].append({**phone, "id": "spruce", "name": "Spruce", "vendor": "Spruce Health, Inc.", "kind": "texting"})
    profile["ways_of_working"].update(client_texting=True, removable_media=True)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The first change: asked, half filled in and kept as a draft, asked again, filled in and imported."""
    firm = new_firm(tmp_path_factory.mktemp("change") / "firm", LANTERN, JUNIPER)
    before = (firm.workspace.practices / LANTERN / "assessments" / "2026-10-05.json").read_bytes()
    firm.edit(LANTERN, texting_begins)
    first = firm.change(LANTERN, PHONE, "2026-10-06")
    half = {"about/description": "Texts to patients through Zoom Phone.", **story(NEW[0], "High: people seriously harmed, care stops for days, or all must be told"), **story(NEW[1], "Low: few people affected, put right within the day")}  # fmt: skip
    told = {"draft": firm.ran("import", LANTERN, fill(first, half), "--draft")}
    while_draft = firm.records()
    again = firm.change(LANTERN, PHONE, "2026-10-06")
    there = standing(again)
    lines = sorted(key[:10] for key in there if re.fullmatch(r"action/\d{3}/scenario", key))
    cells: dict[str, str | date | None] = {"participant/001": OWNER, **criteria(CRITERION), **all_right(again)}
    cells |= {"asset/system/spruce/creates": "No", "asset/system/spruce/note": "Texts are filed in the record each evening."}
    cells |= {key: None for key in there if key.startswith((f"{ABSENT}/", f"plan/{ABSENT}/")) and not key.endswith("/number")}
    gone = [line for line in lines if there[f"{line}/scenario"].startswith(ABSENT)]
    cells |= {key: None for key in there if key[:10] in gone}
    cells |= {f"{ABSENT}/absent": "Both numbers are given up.", f"{NEWLY_TOUCHED}/absent": "Nobody has a private number."}
    cells |= {f"{RAISED}/impact": HARM, f"{RAISED}/notes": "Texts arrive there too.", **rest(RAISED)}
    cells |= {f"plan/{RAISED}/{part}": None for part in ("reason", "by", "accepted", "review")}
    cells |= {f"plan/{RAISED}/response": "Mitigate", **rest(NEW[0])}
    title = next(s["title"] for s in toml("scenarios/messages")["scenario"] if s["id"] == RAISED)
    cells |= step(int(lines[-1][7:]) + 1, RAISED, title)
    cells |= {f"plan/{NEW[1]}/accepted": date(2026, 10, 6)}
    filled = fill(again, cells)
    told["import"] = firm.ran("import", LANTERN, filled)
    return Scene(firm, first, again, filled, before, while_draft, told)


@pytest.fixture(scope="module")
def built(scene: Scene) -> tuple[Loaded, dict[str, bytes]]:
    """The practice after the first change, and its documents that speak of it."""
    loaded = load_practice(scene.firm.workspace, LANTERN)
    return loaded, {id: document(loaded, id) for id in ("R-01", "R-02", "R-03", "R-06")}


def document(loaded: Loaded, id: str) -> bytes:
    """One document as the next build makes it."""
    artifact, inputs = loaded.plan.get(id), to_inputs(loaded)
    assert artifact
    render = render_word if artifact.is_word else render_excel
    return render(loaded.templates[artifact.template], primitives(names_for(inputs, artifact)), loaded.look, inputs.as_of)


@pytest.fixture(scope="module")
def second(scene: Scene, built: object) -> tuple[Path, str]:
    """A day later a vendor is added and the files are back in the cloud: the workbook, and what the import said."""
    firm = scene.firm
    profile = json.loads((ROOT / "practices" / LANTERN / "profile.json").read_text("utf-8"))
    storage = [system for system in profile["systems"] if system["kind"] == "storage"]
    firm.edit(LANTERN, lambda facts: facts["systems"].extend(storage))
    file = firm.change(LANTERN, VENDOR, "2026-10-07")
    cells = {
        "about/description": "OneDrive again.",
        "participant/001": OWNER,
        **criteria(),
        **all_right(file),
        **story(ENDED),
        **rest(ENDED),
    }
    cells |= {f"plan/{ENDED}/response": "Avoid", f"plan/{ENDED}/reason": "Nothing is kept there for longer than a day."}
    return file, firm.ran("import", LANTERN, fill(file, cells))


def paragraphs(data: bytes) -> list[str]:
    """Texts of a Word file in the order in which they are read, those of tables row by row."""
    document = Document(io.BytesIO(data))

    def walk(holder: Any) -> Iterator[str]:
        for item in holder.iter_inner_content():
            if hasattr(item, "rows"):
                for row in item.rows:
                    for cell in row.cells:
                        yield from walk(cell)
            else:
                yield item.text

    return list(walk(document))


def after(texts: list[str], heading: str, until: str) -> str:
    """The texts between two headings."""
    start = texts.index(heading)
    return "\n".join(texts[start : texts.index(until, start)])


# --- what the command asks


def test_without_a_kind_all_kinds_are_listed(binder: Callable[..., Result]) -> None:
    """Each kind of change of the catalogue with its title, and nothing is written."""
    done = binder("change", LANTERN)
    assert done.exit_code == 0
    listed = re.findall(r"^(\S+)\n {4}(.+)$", done.output, re.MULTILINE)
    assert listed == [(change["id"], change["title"]) for change in toml("changes")["change"]]


def test_a_kind_that_does_not_exist_is_refused_with_the_list(binder: Callable[..., Result], workspace: Workspace) -> None:
    """The nearest one is named, and all are listed; no file is written."""
    before = sorted(workspace.practices.rglob("*"))
    done = binder("change", LANTERN, "new-vendors", "--date", "2026-10-06")
    assert done.exit_code == 2
    assert 'Did you mean "new-vendor"?' in done.output
    assert "ai-scribe: An AI tool for notes or other work" in done.output
    assert sorted(workspace.practices.rglob("*")) == before


def test_a_change_without_a_day_is_refused(binder: Callable[..., Result]) -> None:
    """A record is dated by a person and not by a clock."""
    done = binder("change", LANTERN, VENDOR)
    assert done.exit_code == 2
    assert "--date" in done.output


def test_a_change_before_the_first_analysis_is_refused(binder: Callable[..., Result], workspace: Workspace) -> None:
    """There is nothing to add to."""
    before = sorted(workspace.practices.rglob("*"))
    done = binder("change", LANTERN, VENDOR, "--date", "2026-10-04")
    assert done.exit_code == 2
    assert "There is no risk analysis on or before the given day." in done.output
    assert sorted(workspace.practices.rglob("*")) == before


def test_the_workbook_asks_the_stories_of_the_change_that_apply(binder: Callable[..., Result], workspace: Workspace) -> None:
    """What cannot happen here is not asked: an office of which a practice without one has hardly a story yet."""
    done = binder("change", LANTERN, "new-office", "--date", "2026-10-06")
    assert done.exit_code == 0, done.output
    profile = json.loads((workspace.practices / LANTERN / "profile.json").read_text("utf-8"))
    expected = stories_of("new-office", profile)
    assert [len(held) for held in expected.values()] == [1, 3]
    assert asked(workspace.practices / LANTERN / "workbooks" / "2026-10-06-new-office.xlsx") == expected
    assert f"{TOUCHED} 1, {BESIDE} 3." in done.output


def stories_of(kind: str, profile: Facts) -> dict[str, list[str]]:
    """Sheet → stories of this kind of change that apply, in the order of the catalogue, found without the program."""
    change = next(change for change in toml("changes")["change"] if change["id"] == kind)
    return {TOUCHED: holding(profile, change["scenarios"]), BESIDE: holding(profile, change["neighbours"])}


def holding(profile: Facts, ids: list[str]) -> list[str]:
    """Those of these stories that apply to the profile, found without the program."""
    stories = {s["id"]: s for theme in toml("catalog")["theme"] for s in toml(f"scenarios/{theme['id']}")["scenario"]}
    return [id for id in ids if Draft202012Validator(stories[id].get("applies_when", True)).is_valid(profile)]


def test_stories_that_apply_newly_are_asked_beside_those_of_the_change(scene: Scene) -> None:
    """The profile was corrected first: what can happen since then and was never asked has a sheet of its own."""
    found = asked(scene.first)
    profile = json.loads((ROOT / "practices" / LANTERN / "profile.json").read_text("utf-8"))
    texting_begins(profile)
    assert list(found) == [TOUCHED, NEW_HERE, BESIDE]
    assert sorted(found.pop(NEW_HERE)) == sorted(NEW)
    assert found == stories_of(PHONE, profile)
    assert NEWLY_TOUCHED in found[TOUCHED]


def test_the_answers_of_the_last_analysis_stand_in_the_workbook(scene: Scene) -> None:
    """Whoever fills it in corrects what the change makes different, and writes nothing twice."""
    there = standing(scene.first)
    findings = {finding["scenario"]: finding for finding in scene.analysis["findings"]}
    for id in (id for held in asked(scene.first).values() for id in held):
        if id not in findings:
            assert not [key for key in there if key.startswith((f"{id}/", f"plan/{id}/"))], id
            continue
        finding = findings[id]
        assert there[f"plan/{id}/number"] == finding["id"]
        assert there.get(f"{id}/observed") == finding.get("observed")
        assert {key.split("/")[2] for key in there if key.startswith(f"{id}/q/")} == finding["answers"].keys()
        steps = [key[:10] for key, value in there.items() if re.fullmatch(r"action/\d{3}/scenario", key) and value.startswith(id)]
        assert [there[f"{line}/what"] for line in steps] == [action["what"] for action in finding["actions"]]


def test_what_is_new_in_the_profile_is_asked_too(scene: Scene) -> None:
    """The facts that are not what was confirmed, and systems that the inventory does not have; what stands there is not asked again."""
    facts = {key[5:] for key in cells_of(scene.first) if key.startswith("fact/") and not key.endswith("/correction")}
    assert facts == {"systems/spruce", "ways_of_working/client_texting", "ways_of_working/removable_media"}
    assert {key.rsplit("/", 1)[0] for key in cells_of(scene.first) if key.startswith("asset/")} == {"asset/system/spruce"}


def test_the_workbook_asks_what_changes_and_every_criterion(scene: Scene) -> None:
    """The question of this kind of change, the people, and each criterion with its reason."""
    book = opened(scene.first)
    texts = [
        str(cell.value) for name in ("The change", "Criteria") for row in book[name] for cell in row if cell.value is not None
    ]
    assert next(change["asks"] for change in toml("changes")["change"] if change["id"] == PHONE) in texts
    for criterion in toml("changes")["criterion"]:
        assert criterion["text"] in texts
        assert criterion["why"] in texts
    assert {key for key in cells_of(scene.first) if key.startswith("criterion/")} == criteria().keys()


def test_a_second_workbook_of_the_day_does_not_overwrite_the_first(scene: Scene) -> None:
    """Somebody may have begun to fill it in."""
    assert (scene.first.name, scene.again.name) == (f"2026-10-06-{PHONE}.xlsx", f"2026-10-06-{PHONE}-2.xlsx")


# --- half done


def test_a_half_filled_change_is_kept_as_a_draft_and_nothing_is_recorded(scene: Scene) -> None:
    """It is said sheet by sheet what is open, and the package stays as it is."""
    assert sorted(scene.while_draft) == ["assessments/2026-10-05.json", f"drafts/2026-10-06-{PHONE}.json"]
    assert "Kept as a draft" in scene.told["draft"]
    open_by_sheet = dict(re.findall(r"^ {4}(.+): (\d+) open$", scene.told["draft"], re.MULTILINE))
    assert open_by_sheet.keys() == {"The change", "Criteria", "Facts", TOUCHED, "Plan"}
    assert open_by_sheet["Criteria"] == str(len(criteria()))


def test_the_next_workbook_goes_on_from_the_draft(scene: Scene) -> None:
    """What was answered stands in it, with proposals that follow from it."""
    there = standing(scene.again)
    assert there["about/description"] == "Texts to patients through Zoom Phone."
    assert there[f"{NEW[0]}/impact"].startswith("High: ")
    assert there[f"plan/{NEW[0]}/response"] == "Mitigate"
    assert there[f"plan/{NEW[1]}/response"] == "Accept"
    assert f"plan/{NEW[1]}/accepted" not in there


def test_a_measure_that_the_analysis_shows_to_be_there_is_not_proposed(scene: Scene) -> None:
    """The register of devices is kept, as an answer outside this workbook shows: the stick's story asks for another measure."""
    there = standing(scene.again)
    steps = [key[:10] for key, value in there.items() if re.fullmatch(r"action/\d{3}/scenario", key) and value.startswith(NEW[0])]
    assert [there[f"{line}/safeguard"][:6] for line in steps] == ["SG-030", "SG-028"]


def test_a_draft_is_kept_aside_once_the_change_is_recorded(scene: Scene) -> None:
    """It has done its work, and stays all the same."""
    records = scene.firm.records()
    assert f"drafts/2026-10-06-{PHONE}.json" not in records
    assert f"superseded/drafts-2026-10-06-{PHONE}.json" in records


def test_a_half_filled_change_is_not_recorded(scene: Scene) -> None:
    """Without --draft everything that is open is named with its cell, and nothing is written."""
    before = scene.firm.records()
    done = scene.firm.run("import", LANTERN, scene.first)
    assert done.exit_code == 2
    assert re.search(r"sheet The change, cell [A-Z]+\d+\n +It is not said what changes\.", done.output)
    assert done.output.count("The criterion is not answered.") == len(criteria())
    assert scene.firm.records() == before


# --- what is recorded


def test_the_record_is_dated_valid_and_private(scene: Scene, project: Workspace) -> None:
    """changes/<day>-<kind>.json under its schema, for its owner alone; it names the analysis that it adds to."""
    file = scene.firm.workspace.practices / LANTERN / "changes" / f"2026-10-06-{PHONE}.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert validate(scene.record, project.schemas / "change.schema.json", "change") == []
    head = {key: scene.record[key] for key in ("practice", "date", "change", "analysis", "participants", "description")}
    assert head == {
        "practice": LANTERN,
        "date": "2026-10-06",
        "change": PHONE,
        "analysis": "2026-10-05",
        "participants": ["imani"],
        "description": "Texts to patients through Zoom Phone.",
    }
    assert {entry["criterion"]: entry["true"] for entry in scene.record["criteria"]} == {
        entry["id"]: entry["id"] == CRITERION for entry in toml("changes")["criterion"]
    }


def test_every_story_that_was_asked_is_recorded_once(scene: Scene) -> None:
    """As a finding or as set aside with its reason; the ended one beside them."""
    stories = sorted(id for held in asked(scene.again).values() for id in held)
    found = [finding["scenario"] for finding in scene.record["findings"]]
    aside = {entry["scenario"]: entry["reason"] for entry in scene.record["not_applicable"]}
    assert sorted([*found, *aside]) == stories
    assert aside == {ABSENT: "Both numbers are given up.", NEWLY_TOUCHED: "Nobody has a private number."}


def test_the_analysis_is_the_same_byte_for_byte(scene: Scene, second: object) -> None:
    """A change adds to it and never touches it."""
    assert scene.firm.records()["assessments/2026-10-05.json"] == scene.before


def test_a_finding_keeps_its_number_and_a_new_one_gets_a_number_that_nothing_had(scene: Scene) -> None:
    """RA-023 is the same risk for ever; no number of the analysis is used again."""
    numbers = {finding["scenario"]: finding["id"] for finding in scene.analysis["findings"]}
    for finding in scene.record["findings"]:
        if finding["scenario"] in numbers:
            assert finding["id"] == numbers[finding["scenario"]]
    fresh = sorted(f["id"] for f in scene.record["findings"] if f["scenario"] not in numbers)
    highest = max(int(number[3:]) for number in numbers.values())
    assert fresh == [f"RA-{highest + 1:03}", f"RA-{highest + 2:03}"]


def test_a_finding_whose_story_can_no_longer_happen_is_ended_with_the_reason(scene: Scene) -> None:
    """The reason is that of the catalogue; nothing is dropped without a word."""
    stories = {s["id"]: s for s in toml("scenarios/continuity")["scenario"]}
    number = next(finding["id"] for finding in scene.analysis["findings"] if finding["scenario"] == ENDED)
    assert scene.record["ended"] == [{"id": number, "scenario": ENDED, "reason": stories[ENDED]["omitted_because"]}]


# --- the package after it


def test_the_change_takes_the_place_of_what_was_found_before(scene: Scene, built: tuple[Loaded, object]) -> None:
    """What was looked at again counts as it is now; every other finding as it was."""
    now = {finding.scenario: finding for finding in built[0].assessment.findings}
    old = {finding.scenario: finding for finding in structure(scene.analysis, Assessment).findings}
    looked_at = {id for held in asked(scene.again).values() for id in held}
    assert now.keys() == (old.keys() | set(NEW)) - {ABSENT, ENDED}
    assert {id for id in old.keys() - looked_at - {ENDED} if now[id] != old[id]} == set()
    assert (old[RAISED].impact, now[RAISED].impact) == ("low", "moderate")
    assert (old[RAISED].response, now[RAISED].response) == ("accept", "mitigate")
    ids = [finding.id for finding in built[0].assessment.findings]
    assert ids == sorted(set(ids))


def test_facts_and_inventory_are_those_after_the_change(scene: Scene, built: tuple[Loaded, dict[str, bytes]]) -> None:
    """The new system stands in the inventory with what was said of it, the one that is gone does not, and the rest is as it was."""
    flows = {"creates": False, "receives": True, "keeps": True, "sends": True}
    new = {"asset": "system/spruce", **flows, "note": "Texts are filed in the record each evening."}
    assert scene.record["inventory"] == [new]
    said = {entry["fact"]: entry["statement"] for entry in scene.record["confirmed"]}
    assert said["ways_of_working/client_texting"] == "People exchange text messages with patients."
    rows = list(load_workbook(io.BytesIO(built[1]["R-06"])).worksheets[0].iter_rows(min_row=6, values_only=True))
    found = {row[1]: row[4:8] for row in rows if row[0]}
    assert found["Spruce"] == ("No", "Yes", "Yes", "Yes")
    assert found["TherapyNotes"] == ("Yes", "Yes", "Yes", "Yes")
    assert "OneDrive" not in found


def test_report_register_and_plan_speak_of_the_practice_after_the_change(built: tuple[Loaded, dict[str, bytes]]) -> None:
    """The raised finding, the new ones and the new step stand there; the ended and the set aside do not."""
    loaded, documents = built
    numbers = {finding.scenario: finding.id for finding in loaded.assessment.findings}
    rows = {str(row[0]): row for row in load_workbook(io.BytesIO(documents["R-02"])).worksheets[0].iter_rows(values_only=True)}
    assert rows[numbers[RAISED]][2:6] == ("Moderate", "Moderate", "Moderate", "Mitigate")
    assert {numbers[id] for id in NEW} <= rows.keys()
    assert {"RA-053", "RA-054"} & rows.keys() == set()
    assert "Look at the settings together." in "\n".join(paragraphs(documents["R-03"]))


def test_the_report_sets_aside_what_ended_with_its_reason(built: tuple[Loaded, dict[str, bytes]]) -> None:
    """In part 6 stand the story that ended and the one that the practice set aside."""
    part = after(
        paragraphs(built[1]["R-01"]), "6. What does not apply here, and why", "7. The Security Rule, standard by standard"
    )
    assert re.search(rf"^{ENDED}\n.+\n.+storage.+", part, re.MULTILINE | re.IGNORECASE)
    assert re.search(rf"^{ABSENT}\n.+\nBoth numbers are given up\.", part, re.MULTILINE)


def test_one_true_criterion_means_that_the_whole_analysis_is_done_again(
    scene: Scene, built: tuple[Loaded, dict[str, bytes]]
) -> None:
    """The import says so and names the criterion, and the report prints it with every answer."""
    text = next(entry["text"] for entry in toml("changes")["criterion"] if entry["id"] == CRITERION)
    assert f"A full risk analysis is needed: {text}" in scene.told["import"]
    part = after(paragraphs(built[1]["R-01"]), "8. Changes since the analysis", "9. Review and approval")
    assert "Conclusion: the whole risk analysis has to be done again." in part
    assert "October 6, 2026: A new telephone, texting or fax system" in part
    assert "Texts to patients through Zoom Phone. Looked at by Imani Osei-Larkin, PsyD, LP." in part
    answers = dict(zip(part.split("\n"), part.split("\n")[1:], strict=False))
    assert {entry["text"]: answers[entry["text"]] for entry in toml("changes")["criterion"]} == {
        entry["text"]: "Yes" if entry["id"] == CRITERION else "No" for entry in toml("changes")["criterion"]
    }
    title = next(story["title"] for story in toml("scenarios/messages")["scenario"] if story["id"] == RAISED)
    assert f"RA-023 {title}: now moderate" in part
    assert "Ended. RA-053." in part


def test_no_true_criterion_means_that_the_small_analysis_is_enough(scene: Scene, second: tuple[Path, str]) -> None:
    """It is said by the import, and printed under the second change alone."""
    assert "No full risk analysis is needed: no criterion is met." in second[1]
    loaded = load_practice(scene.firm.workspace, LANTERN)
    assert [(record.change, record.full_analysis_needed) for record in loaded.changes] == [(PHONE, True), (VENDOR, False)]
    part = after(paragraphs(document(loaded, "R-01")), "8. Changes since the analysis", "9. Review and approval")
    assert [line for line in part.split("\n") if line.startswith("Conclusion: ")] == [
        "Conclusion: the whole risk analysis has to be done again.",
        "Conclusion: this small analysis is enough; a full one follows in October 2027.",
    ]


def test_before_its_day_a_change_does_not_count(scene: Scene, second: object) -> None:
    """A package of the day of the analysis holds neither change; that of the next day the first one alone."""
    folder = scene.firm.workspace.practices / LANTERN
    analysis = structure(scene.analysis, Assessment)
    counted = {
        day: [record.change for _, record in load_changes(scene.firm.workspace, folder, analysis, date(2026, 10, day))[0]]
        for day in (5, 6, 7)
    }
    assert counted == {5: [], 6: [PHONE], 7: [PHONE, VENDOR]}


def test_a_later_full_analysis_stands_on_its_own(scene: Scene, second: object) -> None:
    """Changes that came before it are in it already."""
    later = structure({**scene.analysis, "date": "2026-11-02"}, Assessment)
    folder = scene.firm.workspace.practices / LANTERN
    assert load_changes(scene.firm.workspace, folder, later, None) == ((), [])


# --- the next change


def test_the_next_change_begins_with_what_the_last_one_found(scene: Scene, second: tuple[Path, str]) -> None:
    """Its workbook holds the practice as it is after the first change, and a story that is back keeps its old number."""
    there = standing(second[0])
    assert asked(second[0])[NEW_HERE] == [ENDED]
    assert "SC-082/impact" in there
    record = json.loads(scene.firm.records()[f"changes/2026-10-07-{VENDOR}.json"])
    assert {finding["scenario"]: finding["id"] for finding in record["findings"]}[ENDED] == "RA-053"
    assert record["ended"] == []


def test_a_story_that_was_set_aside_and_cannot_happen_any_more_does_not_stop_the_next_build(
    scene: Scene, binder: Callable[..., Result], workspace: Workspace
) -> None:
    """Sessions by video end: what the practice once set aside is set aside by the facts now, and nothing has to be rewritten."""
    Firm(workspace).edit(LANTERN, lambda profile: profile["ways_of_working"].update(telehealth=False))
    profile = json.loads((workspace.practices / LANTERN / "profile.json").read_text("utf-8"))
    assert "SC-019" in [entry["scenario"] for entry in scene.analysis["not_applicable"]]
    assert holding(profile, ["SC-019"]) == []
    applying = holding(profile, [finding["scenario"] for finding in scene.analysis["findings"]])
    ended = [
        {"id": finding["id"], "scenario": finding["scenario"], "reason": "No sessions are held by video."}
        for finding in scene.analysis["findings"]
        if finding["scenario"] not in applying
    ]
    assert ended
    nothing: Facts = {"confirmed": [], "inventory": [], "findings": [], "not_applicable": [], "ended": ended}
    file = workspace.practices / LANTERN / "changes" / f"2026-10-06-{TELEHEALTH}.json"
    file.parent.mkdir()
    file.write_text(json.dumps({**scene.record, "change": TELEHEALTH, **nothing}), "utf-8")
    done = binder("check", LANTERN)
    assert done.exit_code == 0, done.output


def test_after_the_change_is_recorded_nobody_is_asked_to_record_it(scene: Scene, built: tuple[Loaded, object]) -> None:
    """A warning that says “record it with binder change” is gone once that is done."""
    assert [f"{warning.what} {warning.mend}" for warning in built[0].warnings if "binder change" in warning.mend] == []


# --- nothing is overwritten


def test_importing_the_same_change_again_changes_nothing(scene: Scene, second: tuple[Path, str]) -> None:
    """The workbook may be sent twice."""
    before = scene.firm.records()
    scene.firm.ran("import", LANTERN, second[0].with_name(f"{second[0].stem}-filled.xlsx"))
    assert scene.firm.records() == before


def test_another_version_of_a_recorded_change_is_refused_and_with_replace_the_old_one_is_kept(
    scene: Scene, second: tuple[Path, str], tmp_path: Path
) -> None:
    """Nothing that was recorded is lost by a second thought."""
    shutil.copytree(scene.firm.workspace.root, tmp_path / "firm")
    firm, record = Firm(Workspace(tmp_path / "firm")), f"changes/2026-10-07-{VENDOR}.json"
    first = firm.records()
    other = fill(second[0].with_name(f"{second[0].stem}-filled.xlsx"), {"about/description": "A second thought."})
    refused = firm.run("import", LANTERN, other)
    assert refused.exit_code == 2
    assert "is recorded already" in refused.output
    assert "\n  description\n" in refused.output
    assert "thought" not in refused.output
    assert firm.records() == first
    replaced = firm.ran("import", LANTERN, other, "--replace")
    assert f"superseded/changes-2026-10-07-{VENDOR}.json" in replaced
    records = firm.records()
    assert records.pop(f"superseded/changes-2026-10-07-{VENDOR}.json") == first.pop(record)
    assert json.loads(records.pop(record))["description"] == "A second thought."
    assert records == first


def test_a_story_that_was_found_before_can_be_set_aside(binder: Callable[..., Result], workspace: Workspace) -> None:
    """The number of the finding stands in a locked cell of the plan; it is no answer beside the reason."""
    firm = Firm(workspace)
    file = firm.change(LANTERN, VENDOR, "2026-10-06")
    there = standing(file)
    aside = asked(file)[TOUCHED][0]
    lines = [key[:10] for key, value in there.items() if re.fullmatch(r"action/\d{3}/scenario", key) and value.startswith(aside)]
    answers = (f"{aside}/", f"plan/{aside}/", *(f"{line}/" for line in lines))
    cells: dict[str, str | date | None] = {key: None for key in there if key.startswith(answers) and not key.endswith("/number")}
    cells |= {"about/description": "It goes.", "participant/001": OWNER, f"{aside}/absent": "Nobody works with it."}
    cells |= {**criteria(), **all_right(file)}
    done = binder("import", LANTERN, str(fill(file, cells)))
    assert done.exit_code == 0, done.output
    record = json.loads(firm.records()[f"changes/2026-10-06-{VENDOR}.json"])
    assert {"scenario": aside, "reason": "Nobody works with it."} in record["not_applicable"]


def test_a_change_of_another_practice_is_refused(scene: Scene) -> None:
    """Its answers belong to other people; nothing is recorded for either practice, not even as a draft."""
    before = scene.firm.records(), scene.firm.records(JUNIPER)
    for more in ([], ["--draft"], ["--replace"]):
        done = scene.firm.run("import", JUNIPER, scene.filled, *more)
        assert done.exit_code == 2
        assert "This is a workbook of another practice." in done.output
    assert (scene.firm.records(), scene.firm.records(JUNIPER)) == before
