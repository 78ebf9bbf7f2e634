"""The risk workbook of the next year: last year's answers beside empty cells, taken over where somebody says so and nowhere else."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from conftest import JUNIPER, LANTERN, ROOT
from openxml_audit import OpenXmlValidator, ValidationSeverity
from workbooks import (
    DAYS,
    FEW,
    HARBOR,
    ground_of,
    opened,
    places_of,
    recorded,
    saved_by_libreoffice,
    typed,
    with_stories,
)

import pipeline.assess
import pipeline.reassess
from pipeline.assess import Ground, Imported, finding_numbers, make_workbook
from pipeline.assessment.model import Assessment, ChangeRecord, after_changes
from pipeline.check.assessment import check_assessment
from pipeline.errors import Problem, ProblemsFound, UsageError
from pipeline.numbered import Former, Withdrawn
from pipeline.practice import Profile
from pipeline.reassess import import_reassessment, last_analysis, make_reassessment
from pipeline.records import structure
from pipeline.render.excel.answers import read_workbook
from pipeline.render.excel.workbook import write_workbook
from pipeline.schema import validate
from pipeline.workbook.again import BEFORE, NEWS, RETIRED, next_workbook
from pipeline.workbook.interpret import Read, interpret
from pipeline.workbook.last import NOTHING, SAME, Last
from pipeline.workbook.make import ANALYSIS
from pipeline.workbook.news import new_facts, new_stories, retired
from pipeline.workbook.returned import Found, Returned
from pipeline.workbook.same import resolve
from pipeline.workbook.setting import Setting
from pipeline.workbook.sheets import Mark, Text, Value, Workbook
from pipeline.workspace import Workspace

DAY = date(2027, 9, 13)
SHOWN = "back.xlsx"
SCHEMA = ROOT / "schemas" / "assessment.schema.json"
NEW_DUE = DAY + timedelta(days=90)
MARKER = "Zebrawood 4711"

Answers = Mapping[str, Value]


# --- last year, and this year's workbook


def last_of(setting: Setting, raw: Mapping[str, Any], changes: tuple[ChangeRecord, ...] = ()) -> Last:
    """Last year of a practice as the program has it, without files."""
    analysis = structure(raw, Assessment)
    return Last(setting, analysis, after_changes(analysis, changes), changes, Mark(analysis.date, "0" * 64))


@cache
def small() -> Last:
    """The online practice with four stories: mitigated, accepted, said not to apply, mitigated."""
    setting = with_stories(replace(ground_of(LANTERN).setting, day=DAY), FEW)
    return last_of(setting, recorded(LANTERN, FEW))


def offered(workbook: Workbook) -> list[str]:
    """Every cell whose list holds "Same as last year"."""
    return [key for key, entry in workbook.entries.items() if SAME in workbook.lists.get(entry.choices, ())]


def came_back(last: Last, answers: Answers) -> Returned:
    """A workbook with these answers and nothing else, as it is read; the places are the keys."""
    entries = next_workbook(last, answers, {}).entries
    found = {key: Found(value, key) for key, value in answers.items()}
    return Returned(ANALYSIS, last.setting.profile.practice.slug, DAY, found, {key: key for key in entries}, (), last.mark)


def read(last: Last, answers: Answers) -> tuple[Read, list[Problem]]:
    """What is read, and everything open or wrong, of resolving and of reading."""
    resolved = resolve(last, came_back(last, answers))
    numbers = {finding.scenario: finding.id for finding in last.whole.findings}
    result = interpret(last.setting, resolved.returned, numbers)
    result.raw["followed_up"] = {"analysis": last.recorded.date.isoformat(), "steps": resolved.steps}
    return result, [*resolved.open, *resolved.problems, *result.open, *result.problems]


def one_click_each(last: Last) -> dict[str, Value]:
    """ "Same as last year" wherever it is offered; new sources and acceptances; each open step goes on."""
    answers: dict[str, Value] = dict.fromkeys(offered(next_workbook(last, {}, {})), SAME)
    answers["source/001"] = "Talks with everybody, September 2027"
    for finding in last.whole.findings:
        if last.has_run_out(finding):
            answers |= {f"plan/{finding.scenario}/accepted": DAY, f"plan/{finding.scenario}/review": NEW_DUE}
    for step in last.steps:
        answers[f"{step.key}/became"] = {"open": "Still open", "in_progress": "Under way"}[step.action.status]
        answers[f"{step.key}/date"] = NEW_DUE
    return answers


def a_year_on(last: Last, raw: Mapping[str, Any]) -> dict[str, Any]:
    """What one click each must give: the same but for days, sources and steps that were done."""
    wanted = copy.deepcopy(dict(raw))
    wanted |= {"date": DAY.isoformat(), "sources": ["Talks with everybody, September 2027"]}
    for finding in wanted["findings"]:
        finding["actions"] = [{**a, "due": NEW_DUE.isoformat()} for a in finding["actions"] if a["status"] != "done"]
        if last.has_run_out(last.findings[finding["scenario"]]):
            finding |= {"accepted_on": DAY.isoformat(), "review_on": NEW_DUE.isoformat()}
    return wanted


def by_finding(raw: dict[str, Any]) -> dict[str, Any]:
    """The steps of a finding stand in the order of the sheet, which is that of their old dates."""
    for finding in raw["findings"]:
        finding["actions"].sort(key=lambda action: str(action["what"]))
    return raw


# --- the whole way: out, filled in, saved by another program, back


@pytest.fixture(scope="module")
def juniper(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ground, Last]:
    """The first example a year later, in a folder of its own with only its first analysis."""
    folder = tmp_path_factory.mktemp("juniper") / JUNIPER
    (folder / "assessments").mkdir(parents=True)
    (folder / "assessments" / f"{DAYS[JUNIPER]}.json").write_text(json.dumps(recorded(JUNIPER)), "utf-8")
    ground = ground_of(JUNIPER)
    ground = replace(ground, folder=folder, setting=replace(ground.setting, day=DAY))
    last = last_analysis(Workspace(ROOT), ground)
    assert last
    return ground, last


@pytest.fixture(scope="module")
def saved_file(
    juniper: tuple[Ground, Last], tmp_path_factory: pytest.TempPathFactory, outside: Callable[..., str]
) -> tuple[Path, Path]:
    """(the workbook as it was written, filled in and saved by LibreOffice)."""
    ground, last = juniper
    folder, workbook = tmp_path_factory.mktemp("reassess"), next_workbook(last, {}, {})
    written, filled = folder / "written.xlsx", folder / "filled.xlsx"
    written.write_bytes(write_workbook(workbook, ground.look, ground.setting.catalog.words["level"]))
    where = places_of(workbook)
    filled.write_bytes(typed(written.read_bytes(), {where[key]: value for key, value in one_click_each(last).items()}))
    return written, saved_by_libreoffice(outside, folder, filled)[0]


def test_one_click_in_each_row_gives_the_analysis_of_last_year(
    juniper: tuple[Ground, Last], saved_file: tuple[Path, Path], project: Workspace
) -> None:
    """Apart from what must differ: days that have passed, sources, and steps that were done."""
    ground, last = juniper
    returned = read_workbook(saved_file[1].read_bytes(), SHOWN)
    assert (returned.problems, returned.last) == ((), last.mark)
    done = import_reassessment(project, ground, returned, SHOWN, draft=False, replace=False)
    assert done.file
    raw = json.loads(done.file.read_text("utf-8"))
    followed = raw.pop("followed_up")
    assert by_finding(raw) == by_finding(a_year_on(last, recorded(JUNIPER)))
    assert followed["analysis"] == DAYS[JUNIPER].isoformat()
    waiting = [a for f in recorded(JUNIPER)["findings"] for a in f["actions"] if a["status"] != "done"]
    assert sorted(step["what"] for step in followed["steps"]) == sorted(action["what"] for action in waiting)
    assert {step["became"] for step in followed["steps"]} == {"open", "in_progress"}


def test_levels_and_progress_know_what_same_as_last_year_means(
    juniper: tuple[Ground, Last], saved_file: tuple[Path, Path]
) -> None:
    """LibreOffice works out each level from the answers taken over, and every sheet is finished."""
    last = juniper[1]
    book, where = opened(saved_file[1], calculated=True), places_of(next_workbook(last, {}, {}))
    words = last.setting.catalog.words["level"]

    def shown(key: str) -> Any:
        sheet, place = where[key]
        return book[sheet][place].value

    for id, finding in last.findings.items():
        assert (shown(f"{id}/level"), shown(f"plan/{id}/left")) == (words[finding.level], words[finding.residual.level])
    assert shown("start/share") == 1
    assert shown("start/of") > 300


def test_the_workbook_is_sound_and_prints_one_page_wide(saved_file: tuple[Path, Path], tmp_path: Path) -> None:
    """Nothing is chosen beforehand in any cell that can say "Same as last year"."""
    few = tmp_path / "few.xlsx"
    few.write_bytes(
        write_workbook(next_workbook(small(), {}, {}), ground_of(LANTERN).look, small().setting.catalog.words["level"])
    )
    found = OpenXmlValidator().validate(str(few))
    assert [error for error in found.errors if error.severity == ValidationSeverity.ERROR] == []
    for sheet in opened(saved_file[0]).worksheets:
        if sheet.sheet_state == "visible":
            assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
            assert SAME not in [cell.value for row in sheet.iter_rows() for cell in row]


def test_an_untouched_workbook_leaves_every_row_open(
    juniper: tuple[Ground, Last], saved_file: tuple[Path, Path], project: Workspace
) -> None:
    """Nothing is taken over by default: each question, line, fact and step that last year answered is named as open."""
    ground, last = juniper
    returned = read_workbook(saved_file[0].read_bytes(), SHOWN)
    with pytest.raises(ProblemsFound) as raised:
        import_reassessment(project, ground, returned, SHOWN, draft=False, replace=False)
    lines = {line_at(problem.where) for problem in raised.value.problems}
    # who took part is one question; how likely an event is follows from the other answers; "not here" is asked by the questions
    silent = re.compile(r"participant/(?!001)|about/note|SC-\d+/(likelihood|absent)")
    asked = [key for key in offered(next_workbook(last, {}, {})) if not silent.match(key)]
    asked += [f"{step.key}/became" for step in last.steps]
    assert len(asked) > 500
    assert [key for key in asked if line_at(returned.places[key]) not in lines] == []


def line_at(place: str) -> str:
    """A cell without its column."""
    return re.sub(r"cell [A-Z]+", "line ", place)


# --- what is typed, and what is taken over


def test_each_cell_counts_for_itself() -> None:
    """What is typed stands; "Same as last year" in whatever case is last year's; "Nothing this year" is nothing."""
    last = small()
    answers = one_click_each(last)
    answers |= {"SC-001/observed": MARKER, "SC-002/observed": NOTHING, "SC-015/observed": "same as LAST year."}
    answers["SC-001/q/lock"] = last.setting.words["SC-001/lock"]["all"]
    result, problems = read(last, answers)
    assert problems == []
    one, two, three = (next(f for f in result.raw["findings"] if f["scenario"] == id) for id in ("SC-001", "SC-002", "SC-015"))
    assert (one["observed"], one["answers"]["lock"]) == (MARKER, "all")
    assert "observed" not in two
    assert three["observed"] == last.findings["SC-015"].observed


def test_words_of_last_year_do_not_vanish_without_a_word() -> None:
    """An empty cell beside last year's observation is open, although a first analysis may leave it empty."""
    answers = one_click_each(small())
    del answers["SC-001/observed"]
    assert [(p.where, NOTHING in p.mend) for p in read(small(), answers)[1]] == [("SC-001/observed", True)]


def test_a_story_that_did_not_apply_can_be_so_again_or_be_answered() -> None:
    """The reason of last year is one click; answers instead make it a finding with a number of its own."""
    last = small()
    answers = one_click_each(last)
    assert answers["SC-008/absent"] == SAME
    assert read(last, answers)[0].raw["not_applicable"] == recorded(LANTERN, FEW)["not_applicable"]
    del answers["SC-008/absent"]
    scenario, words = last.setting.scenarios["SC-008"], last.setting.words
    answers |= {f"SC-008/q/{q.id}": words[f"SC-008/{q.id}"]["unknown"] for q in scenario.question}
    answers |= {"SC-008/impact": words["impact"]["low"], "plan/SC-008/response": words["response"]["avoid"]}
    answers |= {"plan/SC-008/reason": MARKER}
    answers |= {f"plan/SC-008/{part}": words[part]["very_low"] for part in ("likelihood", "impact")}
    result, problems = read(last, answers)
    assert problems == []
    assert result.raw["not_applicable"] == []
    (new,) = [finding for finding in result.raw["findings"] if finding["scenario"] == "SC-008"]
    assert new["id"] not in {finding.id for finding in last.whole.findings}


def test_numbers_of_findings_stay() -> None:
    """Each scenario keeps the number it had."""
    result, _ = read(small(), one_click_each(small()))
    then = {finding.scenario: finding.id for finding in small().whole.findings}
    assert {finding["scenario"]: finding["id"] for finding in result.raw["findings"]} == then


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("source/002", SAME, "no answer of last year"),
        ("decision/164.312(c)(2)/how", MARKER, 'The line says "Same as last year"'),
        ("decision/164.312(c)(2)/same", "Yes", "none of the answers"),
        ("SC-001/q/lock", NOTHING, "none of the answers"),
        ("plan/SC-008/response", SAME, "no answer of last year"),
        ("action/001/what", SAME, "no answer of last year"),
    ],
)
def test_same_as_last_year_is_refused_where_it_would_be_a_guess(key: str, value: str, said: str) -> None:
    """The problem names the cell."""
    _, problems = read(small(), {**one_click_each(small()), key: value})
    assert [said in problem.what for problem in problems if problem.where == key][:1] == [True]


def test_an_acceptance_that_has_run_out_is_not_taken_over() -> None:
    """Who accepts a risk, and until when, is said anew once the day of its review has come."""
    last = small()
    accepted = last.findings["SC-002"]
    assert accepted.review_on
    on_the_day = replace(last, setting=replace(last.setting, day=accepted.review_on))
    assert on_the_day.has_run_out(accepted)
    before = replace(last, setting=replace(last.setting, day=accepted.review_on - timedelta(days=1)))
    assert not before.has_run_out(accepted)
    answers = one_click_each(last)
    del answers["plan/SC-002/accepted"], answers["plan/SC-002/review"]
    _, problems = read(last, answers)
    assert [problem.where for problem in problems] == ["plan/SC-002/accepted", "plan/SC-002/review"]


# --- open steps


def a_step(last: Last) -> str:
    """Key of an open step of the first story."""
    return next(step.key for step in last.steps if step.finding.scenario == "SC-001")


@pytest.mark.parametrize(
    ("answer", "part", "said"),
    [
        ({}, "became", "what became of this step"),
        ({"became": MARKER}, "became", "none of the answers"),
        ({"became": "Done", "text": "L-03"}, "date", "when it was done"),
        ({"became": "Done", "date": DAY}, "text", "where the proof is kept"),
        ({"became": "Done", "date": DAY + timedelta(days=1), "text": "L-03"}, "date", "on a day after the analysis"),
        ({"became": "Still open"}, "date", "no new one is set"),
        ({"became": "Given up"}, "text", "why the step is given up"),
    ],
)
def test_each_open_step_needs_a_whole_answer(answer: dict[str, Value], part: str, said: str) -> None:
    """One problem in the line, at the cell that lacks something."""
    key = a_step(small())
    answers = {k: v for k, v in one_click_each(small()).items() if not k.startswith(f"{key}/")}
    _, problems = read(small(), answers | {f"{key}/{name}": value for name, value in answer.items()})
    # a risk that is mitigated without any step is another problem
    in_line = [(problem.where, said in problem.what) for problem in problems if not problem.where.startswith("plan/")]
    assert in_line == [(f"{key}/{part}", True)]


def test_what_became_of_a_step_is_on_record() -> None:
    """Done: with day and proof, also under its finding. Given up: with the reason, and under no finding."""
    last = small()
    first, second = (step for step in last.steps if step.asked and step.finding.response == "mitigate")
    answers = one_click_each(last)
    answers |= {f"{first.key}/became": "Done", f"{first.key}/date": DAY, f"{first.key}/text": "L-03"}
    result, _ = read(last, answers | {f"{second.key}/became": "Given up", f"{second.key}/text": MARKER})
    steps = {step["what"]: step for step in result.raw["followed_up"]["steps"]}
    done, over = steps[first.action.what], steps[second.action.what]
    assert (done["became"], done["on"], done["evidence"]) == ("done", DAY.isoformat(), "L-03")
    assert (over["became"], over["why"]) == ("given_up", MARKER)
    found = {a["what"]: a for finding in result.raw["findings"] for a in finding["actions"]}
    assert found[first.action.what]["status"] == "done"
    assert found[first.action.what]["done_on"] == DAY.isoformat()
    assert second.action.what not in found


def test_a_step_whose_day_is_still_ahead_keeps_it() -> None:
    """One click is enough then."""
    key = a_step(small())
    step = next(step for step in small().steps if step.key == key)
    early = replace(small(), setting=replace(small().setting, day=step.action.due - timedelta(days=1)))
    resolved = resolve(early, came_back(early, {f"{key}/became": "Still open"}))
    assert [entry["due"] for entry in resolved.steps] == [step.action.due.isoformat()]


def test_a_step_of_somebody_who_left_needs_another_person() -> None:
    """The owner is named by the id, and the cell for somebody else is asked for."""
    raw = recorded(LANTERN, FEW)
    next(action for action in raw["findings"][0]["actions"] if action["status"] != "done")["owner"] = "gone-since"
    last = last_of(small().setting, raw)
    (key,) = [step.key for step in last.steps if step.action.owner == "gone-since"]
    assert "gone-since (no longer with the practice)" in texts(next_workbook(last, {}, {}), BEFORE)
    answers = one_click_each(last)
    assert [problem.where for problem in read(last, answers)[1]] == [f"{key}/who"]
    somebody, name = next(iter(last.setting.people.items()))
    result, problems = read(last, answers | {f"{key}/who": name})
    assert problems == []
    assert somebody in [action["owner"] for action in result.raw["findings"][0]["actions"]]


# --- what is new, what is gone


def texts(workbook: Workbook, name: str) -> list[str]:
    """What is printed on a sheet."""
    (page,) = [sheet for sheet in workbook.sheets if sheet.name == name]
    return [cell.text for row in page.rows for cell in row.cells if isinstance(cell, Text)]


@cache
def altered() -> Last:
    """The first example after its fax service ended, and after it began to use USB sticks."""
    ground = ground_of(JUNIPER)
    raw = copy.deepcopy(dict(ground.setting.raw))
    raw["systems"] = [system for system in raw["systems"] if system["kind"] != "fax"]
    raw["ways_of_working"] = {**raw["ways_of_working"], "removable_media": True}
    setting = Setting(ground.setting.catalog, structure(raw, Profile), raw, DAY)
    return last_of(setting, recorded(JUNIPER))


def test_a_story_that_applies_since_a_fact_changed_is_new_and_says_why() -> None:
    """The fact stands beside it, and no answer is offered to be taken over."""
    (story,) = new_stories(altered())
    why = new_stories(altered())[story]
    assert "Client information is put on USB sticks" in why
    assert [key for key in offered(next_workbook(altered(), {}, {})) if key.startswith((f"{story}/", f"plan/{story}/"))] == []
    assert why in texts(next_workbook(altered(), {}, {}), NEWS)


def test_a_story_that_the_catalogue_did_not_have_is_new() -> None:
    """Where no fact changed, the catalogue did."""
    without = [story for story in FEW if story != "SC-015"]
    last = last_of(small().setting, recorded(LANTERN, without))
    assert new_stories(last) == {"SC-015": "The story came into the catalogue after October 5, 2026."}


def test_a_story_that_is_gone_is_shown_with_its_reason_and_its_steps_are_asked_about() -> None:
    """By the facts it cannot happen: level and words of last year stand on a sheet of their own, with nothing to fill in."""
    last = altered()
    (gone,) = retired(last)
    assert (gone.number, gone.why) == (last.findings[gone.scenario].id, "The practice uses no fax.")
    workbook = next_workbook(last, {}, {})
    assert {gone.number, gone.level, gone.why, gone.found} <= set(texts(workbook, RETIRED))
    asked = [step for step in last.steps if step.finding.scenario == gone.scenario]
    assert asked
    assert workbook.lists["became/over"] == ("Done", "Given up")
    assert {workbook.entries[f"{step.key}/became"].choices for step in asked} == {"became/over"}
    assert [key for key in workbook.entries if key.startswith(f"{gone.scenario}/")] == []


def test_a_step_of_a_story_that_is_gone_can_be_done_or_given_up_and_not_go_on() -> None:
    """It is on record without a finding; a step that goes on needs a story."""
    last = altered()
    (gone,) = retired(last)
    step = next(step for step in last.steps if step.finding.scenario == gone.scenario)
    resolved = resolve(last, came_back(last, {f"{step.key}/became": "Done", f"{step.key}/date": DAY, f"{step.key}/text": "L-03"}))
    assert [entry["finding"] for entry in resolved.steps] == [gone.number]
    assert not [key for key in resolved.returned.found if key.startswith("carried/")]
    resolved = resolve(last, came_back(last, {f"{step.key}/became": "Still open", f"{step.key}/date": NEW_DUE}))
    assert [p.what for p in resolved.problems if p.where == f"{step.key}/became"] == [
        "The story of this step is not asked here any more, so the step cannot go on under it."
    ]


def test_a_withdrawn_story_is_gone_and_what_takes_its_place_is_new() -> None:
    """Under its old title and with the reason of the catalogue; on the eve of the day it is asked still."""
    since = DAY - timedelta(days=30)
    over = Withdrawn(since, "Two stories told the same.", ("SC-015",))
    setting = small().setting
    stories = [
        replace(story, withdrawn=over, formerly=(Former("As it was called", since, "It said too little."),))
        if story.id == "SC-002"
        else story
        for story in setting.catalog.scenarios
    ]
    setting = replace(setting, catalog=replace(setting.catalog, scenarios=tuple(stories)))
    last = last_of(setting, recorded(LANTERN, [story for story in FEW if story != "SC-015"]))
    (gone,) = retired(last)
    assert (gone.scenario, gone.title) == ("SC-002", "As it was called")
    assert "Two stories told the same." in gone.why
    assert "SC-015" in gone.why
    assert new_stories(last) == {"SC-015": "It takes the place of SC-002."}
    eve = replace(last, setting=replace(setting, day=since - timedelta(days=1)))
    assert (retired(eve), [key for key in offered(next_workbook(eve, {}, {})) if key == "SC-002/impact"]) == (
        (),
        ["SC-002/impact"],
    )
    last = last_of(with_stories(small().setting, ["SC-001", "SC-008", "SC-015"]), recorded(LANTERN, FEW))
    assert [entry.why for entry in retired(last)] == ["The story is no longer in the catalogue."]


def test_a_fact_that_changed_is_named_and_cannot_be_the_same() -> None:
    """Then and now stand on the first sheet, and what was said then beside the fact."""
    found = {fact.key: (bool(fact.then), bool(fact.now)) for fact in new_facts(altered())}
    assert found == {"systems/srfax": (True, False), "ways_of_working/removable_media": (True, True)}
    workbook = next_workbook(altered(), {}, {})
    assert "fact/ways_of_working/removable_media" not in offered(workbook)
    assert "fact/ways_of_working/byod" in offered(workbook)
    assert any(text.startswith("Changed. Then: No client information is put on USB") for text in texts(workbook, "Facts"))
    _, problems = read(altered(), {"fact/ways_of_working/removable_media": SAME})
    assert "no answer of last year" in next(p.what for p in problems if p.where == "fact/ways_of_working/removable_media")


def test_the_changes_of_the_year_are_part_of_last_year() -> None:
    """What a change found takes the place of what the analysis said, and the change is named."""
    ground = ground_of(HARBOR)
    path = next((ROOT / "practices" / HARBOR / "changes").glob("*.json"))
    change = structure(json.loads(path.read_text("utf-8")), ChangeRecord)
    setting = replace(ground.setting, day=DAY)
    last = last_of(setting, recorded(HARBOR), (change,))
    finding = change.findings[0]
    assert last.findings[finding.scenario] == finding
    assert change.description in texts(next_workbook(last, {}, {}), NEWS)
    with_files = last_analysis(Workspace(ROOT), replace(ground, setting=replace(setting, day=date(2026, 12, 1))))
    assert with_files
    assert with_files.changes == (change,)


# --- the command, drafts and bad input


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """The online practice with four stories a year later, in a folder of its own; the commands take it for the whole."""
    folder = tmp_path / "practices" / LANTERN
    (folder / "assessments").mkdir(parents=True)
    (folder / "assessments" / f"{DAYS[LANTERN]}.json").write_text(json.dumps(recorded(LANTERN, FEW)), "utf-8")
    made = replace(ground_of(LANTERN), folder=folder, setting=small().setting)
    for module in (pipeline.assess, pipeline.reassess):
        monkeypatch.setattr(module, "ground", lambda workspace, slug, day: replace(made, setting=replace(made.setting, day=day)))
    return made


def test_a_draft_goes_on_with_proposals(project: Workspace, ground: Ground) -> None:
    """Round one: half done. Round two: the answers stand in the cells, and a plan is proposed for what got worse, not else."""
    first = make_reassessment(project, LANTERN, DAY)
    assert (first.began, first.cells, first.proposed, first.last) == (False, 0, 0, DAYS[LANTERN])
    last, words = small(), small().setting.words
    scenario = last.setting.scenarios["SC-002"]
    assert last.findings["SC-002"].response == "accept"
    # one story answered as last year, and one much worse
    answers: dict[str, Value] = {key: SAME for key in offered(next_workbook(last, {}, {})) if key.startswith("SC-001/")}
    answers |= {f"SC-002/q/{q.id}": words[f"SC-002/{q.id}"]["unknown"] for q in scenario.question}
    answers |= {f"SC-002/{part}": words[part]["very_high"] for part in ("likelihood", "impact")}
    where = places_of(next_workbook(last, {}, {}))
    back = typed(first.file.read_bytes(), {where[key]: value for key, value in answers.items()})
    done = import_reassessment(project, ground, read_workbook(back, SHOWN), SHOWN, draft=True, replace=False)
    assert {sheet for sheet, _ in done.open} > {BEFORE, "Facts", "Decisions", "Plan"}
    second = make_reassessment(project, LANTERN, DAY)
    assert (second.began, second.cells, second.lost) == (True, len(answers), 0)
    values = read_workbook(second.file.read_bytes(), SHOWN).values
    assert answers.items() <= values.items()
    assert {key: value for key, value in values.items() if key.endswith("/response")} == {
        "plan/SC-002/response": words["response"]["mitigate"]
    }
    planned = {value for key, value in values.items() if re.fullmatch(r"action/\d+/scenario", key)}
    assert planned == {words["scenario"]["SC-002"]}
    # binder assess would not know what these words mean
    with pytest.raises(UsageError, match="begun with binder reassess"):
        make_workbook(project, LANTERN, DAY)


def test_a_day_that_cannot_be_the_next_is_refused(project: Workspace, ground: Ground) -> None:
    """On or before the last analysis, or without one; each message says what to type."""
    day = DAYS[LANTERN]
    with pytest.raises(UsageError, match=f"recorded already. To correct it: binder assess {LANTERN} --date {day}"):
        make_reassessment(project, LANTERN, day)
    with pytest.raises(UsageError, match=f"is before the newest analysis, that of {day}"):
        make_reassessment(project, LANTERN, day - timedelta(days=1))
    (ground.folder / "assessments" / f"{day}.json").unlink()
    with pytest.raises(UsageError, match=f"Begin with: binder assess {LANTERN} --date {DAY}"):
        make_reassessment(project, LANTERN, DAY)


def test_the_commands_of_the_next_year(workspace: Workspace, binder: Callable[..., Result]) -> None:
    """binder assess names the better one and writes all the same; a draft of another day lying about changes nothing."""
    folder = workspace.practices / LANTERN
    (folder / "drafts").mkdir()
    (folder / "drafts" / "2027-01-01.json").write_text("{}", "utf-8")
    done = binder("assess", LANTERN, "--date", "2027-10-04")
    assert (done.exit_code, "binder reassess shows the answers of October 5, 2026" in done.stdout) == (0, True)
    done = binder("reassess", LANTERN, "--date", "2027-10-04")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "beside them the answers of October 5, 2026" in done.stdout
    assert binder("reassess", LANTERN, "--date", "2026-10-05").exit_code == 2
    done = binder("import", JUNIPER, str(folder / "workbooks" / "2027-10-04-risk-analysis-2.xlsx"))
    assert (done.exit_code, "a workbook of another practice." in done.stderr) == (2, True)


def brought(project: Workspace, ground: Ground, *, draft: bool = False) -> Imported:
    """The workbook made now, one click each, imported at once or later."""
    last = last_analysis(project, ground)
    assert last
    return import_reassessment(project, ground, came_back(last, one_click_each(last)), SHOWN, draft=draft, replace=False)


def test_same_as_last_year_means_the_analysis_that_stood_there(project: Workspace, ground: Ground) -> None:
    """Changed, gone or overtaken since: a problem, never a guess. As a draft everything is kept."""
    file = ground.folder / "assessments" / f"{DAYS[LANTERN]}.json"
    last = last_analysis(project, ground)
    assert last
    returned = came_back(last, one_click_each(last))

    def refused() -> str:
        with pytest.raises(ProblemsFound) as raised:
            import_reassessment(project, ground, returned, SHOWN, draft=False, replace=False)
        (problem,) = raised.value.problems
        return problem.what

    before = file.read_text("utf-8")
    file.write_text(json.dumps(json.loads(before) | {"scope": MARKER}), "utf-8")
    assert "was changed after this workbook was made" in refused()
    done = import_reassessment(project, ground, returned, SHOWN, draft=True, replace=False)
    assert done.file
    assert json.loads(done.file.read_text("utf-8"))["last"]["sha256"] == last.mark.sha256
    file.write_text(before, "utf-8")
    newer = file.with_name("2027-03-01.json")
    newer.write_text(before.replace('"date": "2026-10-05"', '"date": "2027-03-01"'), "utf-8")
    assert "March 1, 2027 was recorded since" in refused()
    newer.unlink()
    file.unlink()
    assert "is not recorded any more" in refused()
    file.write_text(json.dumps(json.loads(before), indent=4), "utf-8")  # the same, laid out otherwise
    import_reassessment(project, ground, returned, SHOWN, draft=False, replace=False)


def test_answers_of_a_draft_that_meant_another_analysis_are_asked_again(project: Workspace, ground: Ground) -> None:
    """Typed answers stay; "Same as last year" and what became of steps go, and are counted."""
    draft = ground.folder / "drafts" / f"{DAY}.json"
    draft.parent.mkdir()
    answers = {"about/scope": MARKER, "SC-001/observed": SAME, f"{a_step(small())}/became": "Done"}
    raw = {"schema": "draft/1", "practice": LANTERN, "date": DAY.isoformat(), "answers": answers}
    draft.write_text(json.dumps(raw | {"last": {"date": "2026-10-05", "sha256": "0" * 64}}), "utf-8")
    made = make_reassessment(project, LANTERN, DAY)
    assert (made.began, made.lost) == (True, 2)
    values = read_workbook(made.file.read_bytes(), SHOWN).values
    assert {key: value for key, value in values.items() if key in answers} == {"about/scope": MARKER}


def test_the_way_out_is_another_workbook_of_the_next_year(project: Workspace, ground: Ground) -> None:
    """A fact that is wrong is mended in the profile, and confirmed in a workbook of binder reassess."""
    last = last_analysis(project, ground)
    assert last
    answers = one_click_each(last)
    wrong = next(key for key in answers if key.startswith("fact/"))
    returned = came_back(last, answers | {wrong: "Wrong"})
    with pytest.raises(ProblemsFound) as raised:
        import_reassessment(project, ground, returned, SHOWN, draft=False, replace=False)
    assert [(problem.where, "with binder reassess" in problem.mend) for problem in raised.value.problems] == [(wrong, True)]


def test_an_older_analysis_is_not_recorded_after_a_newer_one(project: Workspace, ground: Ground) -> None:
    """Answers have gone on from the newer one."""
    newer = ground.folder / "assessments" / "2028-01-10.json"
    newer.write_text(json.dumps(recorded(LANTERN, FEW) | {"date": "2028-01-10"}), "utf-8")
    with pytest.raises(ProblemsFound) as raised:
        brought(project, ground)
    assert "of a later day, 2028-01-10, is recorded already" in raised.value.problems[0].what
    newer.unlink()
    assert brought(project, ground).file


def test_a_correction_keeps_what_became_of_the_steps(project: Workspace, ground: Ground) -> None:
    """A recorded analysis with followed-up steps is valid, and its numbers are those of the scenarios."""
    done = brought(project, ground)
    assert done.file
    raw = json.loads(done.file.read_text("utf-8"))
    assert validate(raw, SCHEMA, SHOWN) == []
    setting = ground.setting
    assert list(check_assessment(structure(raw, Assessment), setting.profile, setting.catalog, DAY.isoformat(), SHOWN)) == []
    raw["followed_up"] |= {"analysis": DAY.isoformat()}
    raw["followed_up"]["steps"][0] |= {"became": "done", "on": "2027-12-31"}
    wrong = check_assessment(structure(raw, Assessment), setting.profile, setting.catalog, DAY.isoformat(), SHOWN)
    assert [problem.where.partition("#")[2] for problem in wrong] == ["/followed_up/analysis", "/followed_up/steps/0/on"]
    assert finding_numbers(project, ground.folder) == {f.scenario: f.id for f in small().whole.findings}
