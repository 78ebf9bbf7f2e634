"""An analysis that is written into a workbook and read back is the same analysis: by chance, by LibreOffice, and by the examples."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from conftest import LANTERN, ROOT
from examples import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from workbooks import (
    DAYS,
    answers_in,
    ground_of,
    places_of,
    recorded,
    saved_by_libreoffice,
    typed,
    with_stories,
    written,
)

from pipeline.assess import finding_numbers
from pipeline.assessment.model import FLOWS, Assessment
from pipeline.assessment.questions import UNKNOWN, proved
from pipeline.assessment.scoring import LEVELS, at_least, risk_level
from pipeline.check.assessment import check_assessment, check_coverage
from pipeline.loading import CONTROL, TEMPLATE_SYNTAX, refuse_strange_text
from pipeline.pdf.drawable import undrawable
from pipeline.pdf.fonts import house_characters
from pipeline.records import structure
from pipeline.render.excel.answers import read_workbook
from pipeline.schema import validate
from pipeline.workbook.interpret import Read, interpret
from pipeline.workbook.make import ANALYSIS, analysis_workbook
from pipeline.workbook.propose import proposals
from pipeline.workbook.returned import Found, Returned
from pipeline.workbook.setting import Setting
from pipeline.workbook.sheets import Value
from pipeline.workspace import Workspace

DAY = DAYS[LANTERN]
SCHEMA = ROOT / "schemas" / "assessment.schema.json"
PAIRS = tuple(product(LEVELS, LEVELS))
AWKWARD = (
    "=1+1", "+1", "-", "@home", "'quoted", '"', "two  spaces", "no\u00a0break", "TRUE", "No", "Right", "1e5", "007",
    "3.0", "9/14/2026", "2026-09-14", "12:30", "<b>&amp;</b>", "]]>", "#REF!", "#N/A", "{ {x} }", "{x}", "%d %s", "\\n", "_x0041_",
    "_x000D_", "a_x0020_b", "_x005F_", "file x005F_2", "Ångström & Łódź", "SG-001", "RA-001", "We do not know", "…", "„so“ – ‚so‘", "null", "None", "a" * 200,
)  # fmt: skip
# LibreOffice 7.4 saves other escapes than those of letters as they are
THROUGH_OFFICE = [text for text in AWKWARD if text not in ("_x000D_", "a_x0020_b")]
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def full() -> Setting:
    return ground_of(LANTERN).setting


# --- any valid analysis


@cache
def alphabet() -> str:
    """Every character that a record can hold."""
    return "".join(char for char in map(chr, sorted(house_characters())) if not CONTROL.search(char))


def texts(longest: int = 40) -> st.SearchStrategy[str]:
    """Texts that the schema and the house font allow, strange ones among them."""
    free = st.text(alphabet(), min_size=1, max_size=longest).map(lambda text: unicodedata.normalize("NFC", text).strip())
    return (st.sampled_from(AWKWARD) | free).filter(allowed)


def allowed(text: str) -> bool:
    return bool(text) and not TEMPLATE_SYNTAX.search(text) and all(ord(char) in house_characters() for char in text)


def sometimes(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def past() -> st.SearchStrategy[str]:
    return st.dates(date(2000, 1, 2), DAY).map(date.isoformat)


def future() -> st.SearchStrategy[str]:
    return st.dates(DAY + timedelta(days=1), date(2099, 12, 31)).map(date.isoformat)


def present(record: dict[str, Any]) -> dict[str, Any]:
    """Without what is not said."""
    return {key: value for key, value in record.items() if value is not None}


@st.composite
def actions(draw: st.DrawFn) -> dict[str, Any]:
    people, safeguards = people_of(full()), [safeguard.id for safeguard in full().catalog.safeguards]
    status = draw(st.sampled_from(["open", "in_progress", "done"]))
    return present(
        {
            "what": draw(texts()),
            "safeguard": draw(sometimes(st.sampled_from(safeguards))),
            "owner": draw(people),
            "due": draw(past() | future() if status == "done" else future()),
            "status": status,
            "done_on": draw(past() if status == "done" else sometimes(past())),
            "evidence": draw(sometimes(texts())),
            "effort": draw(sometimes(st.sampled_from(["low", "medium", "high"]))),
            "cost": draw(sometimes(st.sampled_from(["none", "low", "medium", "high"]))),
            "why": draw(sometimes(texts())),
        }
    )


def people_of(setting: Setting) -> st.SearchStrategy[str]:
    return st.sampled_from([person.id for person in setting.profile.workforce])


@st.composite
def findings(draw: st.DrawFn, setting: Setting, story: str, number: int) -> dict[str, Any]:
    """A finding with all that its response needs, and sometimes more."""
    scenario, people = setting.scenarios[story], people_of(setting)
    answers = {q.id: draw(st.sampled_from([UNKNOWN, *(choice.id for choice in q.choice)])) for q in scenario.question}
    also = draw(st.lists(st.sampled_from([safeguard.id for safeguard in setting.catalog.safeguards]), max_size=3))
    likelihood, impact = draw(st.sampled_from(PAIRS))
    level = risk_level(likelihood, impact)
    left = draw(st.sampled_from([pair for pair in PAIRS if at_least(level, risk_level(*pair))]))
    response = draw(st.sampled_from(["mitigate", "accept", "transfer", "avoid"]))
    accepted = response == "accept"
    return present(
        {
            "id": f"RA-{number:03}",
            "scenario": story,
            "answers": answers,
            "observed": draw(sometimes(texts())),
            "existing": sorted({*proved(scenario, answers), *also}),
            "likelihood": likelihood,
            "impact": impact,
            "response": response,
            "reason": draw(sometimes(texts()) if response == "mitigate" else texts()),
            "accepted_by": draw(people if accepted else sometimes(people)),
            "accepted_on": draw(past() if accepted else sometimes(past())),
            "review_on": draw(future() if accepted else sometimes(future())),
            "actions": draw(st.lists(actions(), min_size=response == "mitigate", max_size=3)),
            "residual": {"likelihood": left[0], "impact": left[1]},
            "notes": draw(sometimes(texts())),
        }
    )


@st.composite
def decisions(draw: st.DrawFn, setting: Setting, citation: str) -> dict[str, Any]:
    decision = draw(st.sampled_from(["implemented", "alternative", "not_reasonable"]))
    return present(
        {
            "citation": citation,
            "decision": decision,
            "how": draw(sometimes(texts(12)) if decision == "not_reasonable" else texts(12)),
            "why": draw(texts(12)),
            "decided_by": draw(people_of(setting)),
            "decided_on": draw(past()),
        }
    )


@st.composite
def analyses(draw: st.DrawFn) -> tuple[Setting, dict[str, Any]]:
    """A few stories of the online practice, and a valid analysis of them in the canonical order."""
    stories = draw(st.lists(st.sampled_from(list(full().scenarios)), min_size=1, max_size=4, unique=True))
    setting = with_stories(full(), stories)
    assessed = stories[: draw(st.integers(1, len(stories)))]
    numbers = draw(st.lists(st.integers(0, 999), min_size=len(assessed), max_size=len(assessed), unique=True))
    held = [draw(findings(setting, story, number)) for story, number in zip(assessed, numbers, strict=True)]
    absent = [{"scenario": story, "reason": draw(texts())} for story in stories if story not in assessed]
    people = [person.id for person in setting.profile.workforce]
    raw = {
        "schema": "assessment/1",
        "practice": LANTERN,
        "date": DAY.isoformat(),
        "scope": draw(texts()),
        "participants": draw(st.lists(st.sampled_from(people), min_size=1, unique=True)),
        "sources": draw(st.lists(texts(), min_size=1, max_size=12)),
        "confirmed": [{"fact": statement.key, "statement": statement.text} for statement in setting.statements],
        "inventory": [
            present({"asset": row.asset, **{flow: draw(st.booleans()) for flow in FLOWS}, "note": draw(sometimes(texts(12)))})
            for row in setting.assets
        ],
        "findings": sorted(held, key=lambda finding: str(finding["id"])),
        "not_applicable": sorted(absent, key=lambda entry: str(entry["scenario"])),
        "decisions": [draw(decisions(setting, provision.citation)) for provision in setting.addressable],
        "note": draw(sometimes(texts())),
    }
    return setting, present(raw)


def is_valid(setting: Setting, raw: dict[str, Any]) -> bool:
    """By the rules for every record: without a problem."""
    assessment = structure(raw, Assessment)
    sources = [("record", assessment.findings, assessment.not_applicable)]
    found = [*validate(raw, SCHEMA, "record"), *undrawable(raw, "record"), *refuse_strange_text(raw, "record")]
    found += check_assessment(assessment, setting.profile, setting.catalog, DAY.isoformat(), "record")
    found += check_coverage(sources, setting.raw, setting.catalog, "record")
    return not found


def said(read: Read) -> tuple[dict[str, Any], list[str]]:
    """What was read, and everything that is open or wrong."""
    return read.raw, [str(problem) for problem in (*read.problems, *read.open)]


@settings(max_examples=examples(25), deadline=None, suppress_health_check=SLOW)
@given(analyses())
def test_what_stands_in_the_cells_of_an_analysis_is_read_as_the_same_analysis(drawn: tuple[Setting, dict[str, Any]]) -> None:
    """Without a file between: every part of every valid analysis has its cell, and comes back in the canonical order."""
    setting, raw = drawn
    assert is_valid(setting, raw)
    found = {key: Found(value, key) for key, value in answers_in(setting, raw).items()}
    assert said(interpret(setting, Returned(ANALYSIS, LANTERN, DAY, found, {}, ()), {})) == (raw, [])


# a file is made for each example: a failing one is shown as it was found, and not made smaller over hundreds of files
@settings(
    max_examples=examples(8), deadline=None, suppress_health_check=SLOW, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
@given(analyses())
def test_an_analysis_in_a_workbook_file_is_read_as_the_same_analysis(drawn: tuple[Setting, dict[str, Any]]) -> None:
    """Written as a file and read with suspicion, every text comes back letter by letter, every date and choice as it was."""
    setting, raw = drawn
    data = written(replace(ground_of(LANTERN), setting=setting), answers_in(setting, raw))
    returned = read_workbook(data, "workbook.xlsx")
    assert (returned.kind, returned.practice, returned.day, returned.problems) == (ANALYSIS, LANTERN, DAY, ())
    assert said(interpret(setting, returned, {})) == (raw, [])


# --- another program between


@pytest.fixture(scope="module")
def by_libreoffice(tmp_path_factory: pytest.TempPathFactory, outside: Callable[..., str]) -> tuple[Path, Path]:
    """The recorded analysis of the online practice, filled in; and a small workbook with strange texts; both saved by LibreOffice.

    As people do it: a first workbook for the stories, a second with proposals, of which part is kept and part typed over.
    """
    folder, ground = tmp_path_factory.mktemp("saved"), ground_of(LANTERN)
    answers = answers_in(full(), recorded(LANTERN))
    answers = {key: value for key, value in answers.items() if not re.fullmatch("plan/.*/number", key)}
    known = {key: value for key, value in answers.items() if not key.startswith(("plan/", "action/"))}
    proposed = proposals(full(), known)
    where = places_of(analysis_workbook(full(), known, proposed))
    assert sum(answers.get(key) != value for key, value in proposed.items()) > 10
    one, two = folder / "filled.xlsx", folder / "strange.xlsx"
    changed = {where[key]: answers.get(key) for key in {*answers, *proposed} - set(known)}
    one.write_bytes(typed(written(ground, known, proposed), changed))
    small = replace(ground, setting=with_stories(full(), ["SC-001"]))
    two.write_bytes(written(small, {f"source/{number:03}": text for number, text in enumerate(THROUGH_OFFICE, 1)}))
    first, second = saved_by_libreoffice(outside, folder, one, two)
    return first, second


def test_an_analysis_that_was_saved_by_libreoffice_is_read_as_the_same_analysis(by_libreoffice: tuple[Path, Path]) -> None:
    """Nobody types the numbers of findings: they are known from the record."""
    returned = read_workbook(by_libreoffice[0].read_bytes(), "workbook.xlsx")
    assert returned.problems == ()
    assert said(interpret(full(), returned, finding_numbers(Workspace(ROOT), ground_of(LANTERN).folder))) == (
        recorded(LANTERN),
        [],
    )


def test_without_earlier_numbers_the_findings_are_numbered_from_one(by_libreoffice: tuple[Path, Path]) -> None:
    """In the order of the workbook: a first analysis."""
    returned = read_workbook(by_libreoffice[0].read_bytes(), "workbook.xlsx")
    raw = interpret(full(), returned, {}).raw
    absent = {entry["scenario"] for entry in recorded(LANTERN)["not_applicable"]}
    stories = [story for story in full().scenarios if story not in absent]
    assert [(f["id"], f["scenario"]) for f in raw["findings"]] == [(f"RA-{n:03}", s) for n, s in enumerate(stories, 1)]


@pytest.fixture(scope="module")
def strange(by_libreoffice: tuple[Path, Path]) -> dict[str, Value]:
    return read_workbook(by_libreoffice[1].read_bytes(), "workbook.xlsx").values


@pytest.mark.parametrize("text", THROUGH_OFFICE)
def test_a_strange_text_is_the_same_after_libreoffice_saved_it(text: str, strange: dict[str, Value]) -> None:
    """What looks like a formula, a date, an escape or a tag is shown, saved and read back letter by letter."""
    assert strange[f"source/{THROUGH_OFFICE.index(text) + 1:03}"] == text


# --- the examples


def filled_workbooks() -> list[str]:
    found = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("practices/example-*/workbooks/*-risk-analysis-filled.xlsx")]
    assert len(found) >= 2
    return sorted(found)


@pytest.mark.parametrize("file", filled_workbooks())
def test_the_filled_workbook_of_an_example_holds_exactly_its_recorded_analysis(file: str) -> None:
    """Whoever imports the example gets the record that lies beside it."""
    returned = read_workbook((ROOT / file).read_bytes(), file)
    slug, day = Path(file).parts[1], re.match(r"\d{4}-\d\d-\d\d", Path(file).name)
    assert day
    assert (returned.practice, returned.day.isoformat(), returned.problems) == (slug, day.group(), ())
    record = json.loads((ROOT / "practices" / slug / "assessments" / f"{day.group()}.json").read_text("utf-8"))
    ground = ground_of(slug)
    setting = replace(ground.setting, day=returned.day)
    assert said(interpret(setting, returned, finding_numbers(Workspace(ROOT), ground.folder))) == (record, [])


def test_an_import_of_what_is_recorded_already_changes_nothing(workspace: Workspace, binder: Callable[..., Result]) -> None:
    """The same workbook again is no change, needs no --replace, and leaves the record as it is."""
    folder = workspace.practices / LANTERN
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = binder("import", LANTERN, str(next((folder / "workbooks").glob("*-filled.xlsx"))))
    assert (done.exit_code, done.stderr) == (0, "")
    assert "word for word" in done.stdout
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
