"""What the risk workbook and the register work out themselves, recalculated by LibreOffice: levels, suggestions, progress, counts."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import product
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN
from openpyxl import Workbook as Book
from workbooks import ground_of, opened, places_of, recorded, saved_by_libreoffice, written

from pipeline.assessment.questions import UNKNOWN, suggested
from pipeline.assessment.scoring import LEVELS, risk_level
from pipeline.load import Loaded
from pipeline.render.excel.fill import render_excel
from pipeline.workbook.make import analysis_workbook
from pipeline.workbook.setting import Setting
from pipeline.workbook.sheets import Formula, Value

PAIRS = list(product(LEVELS, LEVELS))
Results = Mapping[str, Any]


@dataclass
class Filled:
    """What was filled in, as codes: story → answers, likelihood, impact; stories that were said not to apply."""

    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    likelihood: dict[str, str] = field(default_factory=dict)
    impact: dict[str, str] = field(default_factory=dict)
    left: dict[str, tuple[str, str]] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)


def setting() -> Setting:
    return ground_of(LANTERN).setting


@cache
def filled() -> Filled:
    """The first 25 stories are rated with every pair; the others answered by chance: in full, all but one, or not at all."""
    chance, done = random.Random(2026), Filled()
    stories = list(setting().scenarios)
    for story, (likelihood, impact), left in zip(stories, PAIRS, reversed(PAIRS), strict=False):
        done.likelihood[story], done.impact[story], done.left[story] = likelihood, impact, left
    for story in stories[5:60]:
        questions = setting().scenarios[story].question
        done.answers[story] = {q.id: chance.choice([UNKNOWN, *(choice.id for choice in q.choice)]) for q in questions}
        if chance.random() < 0.25:
            del done.answers[story][questions[-1].id]
        if story not in done.impact and chance.random() < 0.75:
            done.impact[story] = chance.choice(LEVELS)
    done.absent += stories[60:63]
    return done


def values() -> dict[str, Value]:
    """The same as what stands in the cells, and something on each of the other sheets."""
    words, done = setting().words, filled()
    cells: dict[str, Value] = {f"{story}/absent": "It cannot happen here." for story in done.absent}
    for story, answers in done.answers.items():
        cells |= {f"{story}/q/{question}": words[f"{story}/{question}"][choice] for question, choice in answers.items()}
    for part in ("likelihood", "impact"):
        cells |= {f"{story}/{part}": words[part][level] for story, level in getattr(done, part).items()}
    for story, (likelihood, impact) in done.left.items():
        cells |= {f"plan/{story}/likelihood": words["likelihood"][likelihood], f"plan/{story}/impact": words["impact"][impact]}
    cells |= {f"plan/{story}/response": words["response"]["mitigate"] for story in list(done.left)[:7]}
    cells |= {f"fact/{statement.key}": "Right" for statement in setting().statements[:4]}
    cells[f"fact/{setting().statements[5].key}"] = "Wrong"
    cells |= {f"asset/{setting().assets[0].asset}/{flow}": "Yes" for flow in ("creates", "keeps", "sends")}
    cells |= {f"decision/{p.citation}/decision": words["decision"]["implemented"] for p in setting().addressable[:2]}
    return cells | {"about/scope": "Everything.", "source/001": "A walk through the rooms.", "action/001/due": date(2027, 1, 31)}


@pytest.fixture(scope="module")
def books(
    loaded: Loaded,
    names_of: Callable[[str], dict[str, Any]],
    tmp_path_factory: pytest.TempPathFactory,
    outside: Callable[..., str],
) -> tuple[Book, Book]:
    """The workbook and the register after LibreOffice has worked them out, with results in place of formulas."""
    folder = tmp_path_factory.mktemp("calculated")
    risk, register = folder / "risk.xlsx", folder / "register.xlsx"
    risk.write_bytes(written(ground_of(LANTERN), values()))
    register.write_bytes(render_excel(loaded.templates["R-02.xlsx"], names_of("R-02"), loaded.look, loaded.as_of))
    first, second = saved_by_libreoffice(outside, folder, risk, register)
    return opened(first, calculated=True), opened(second, calculated=True)


@pytest.fixture(scope="module")
def results(books: tuple[Book, Book]) -> Results:
    """Key of a calculated cell → its result, None where it shows nothing."""
    workbook = analysis_workbook(setting(), values(), {})
    where = places_of(workbook)
    keys = [cell.key for sheet in workbook.sheets for row in sheet.rows for cell in row.cells if isinstance(cell, Formula)]
    found = {key: books[0][where[key][0]][where[key][1]].value for key in keys}
    assert len(found) > 400
    return {key: None if value == "" else value for key, value in found.items()}


def word(list: str, code: str | None) -> str | None:
    return setting().words[list][code] if code else None


def level_word(likelihood: str | None, impact: str | None) -> str | None:
    return setting().catalog.words["level"][risk_level(likelihood, impact)] if likelihood and impact else None


def suggestion(story: str) -> str | None:
    """By the program, once every question is answered."""
    scenario, answers = setting().scenarios[story], filled().answers.get(story, {})
    return suggested(scenario, answers) if len(answers) == len(scenario.question) else None


def test_every_formula_has_a_result(results: Results) -> None:
    """Another program knows every function and finds every cell: no error is shown anywhere."""
    assert {key: value for key, value in results.items() if str(value).startswith(("#", "Err:"))} == {}


@pytest.mark.parametrize(("likelihood", "impact"), PAIRS)
def test_the_level_of_each_pair_is_that_of_table_i_2(likelihood: str, impact: str, results: Results) -> None:
    """Now and after the steps, in the card and in the plan, the workbook shows the level that the program works out."""
    done, wanted = filled(), level_word(likelihood, impact)
    story = next(s for s in done.left if (done.likelihood[s], done.impact[s]) == (likelihood, impact))
    assert (results[f"{story}/level"], results[f"plan/{story}/level"]) == (wanted, wanted)
    after = next(s for s, left in done.left.items() if left == (likelihood, impact))
    assert results[f"plan/{after}/left"] == wanted


def test_the_suggested_likelihood_is_that_of_the_program(results: Results) -> None:
    """Shown once every question is answered; not to know counts as the most worrying choice."""
    wanted = {story: word("likelihood", suggestion(story)) for story in setting().scenarios}
    shown = {story: results[f"{story}/suggested"] for story in wanted}
    assert shown == {story: f"Your answers suggest: {text}" if text else None for story, text in wanted.items()}
    unknown = [story for story, answers in filled().answers.items() if wanted[story] and UNKNOWN in answers.values()]
    assert len(unknown) > 10
    assert len({wanted[story] for story in unknown}) > 1
    assert any(answers and not wanted[story] for story, answers in filled().answers.items())


def test_a_likelihood_that_was_chosen_stands_above_the_suggested_one(results: Results) -> None:
    """Of a story with both, the level is that of the choice; without one, that of the suggestion."""
    done = filled()
    likelihoods = {story: done.likelihood.get(story) or suggestion(story) for story in done.answers}
    wanted = {story: level_word(likelihoods[story], done.impact.get(story)) for story in done.answers}
    assert {story: results[f"{story}/level"] for story in done.answers} == wanted
    both = [story for story in done.answers if story in done.likelihood and suggestion(story) and story in done.impact]
    assert any(level_word(suggestion(story), done.impact[story]) != wanted[story] for story in both)
    assert any(wanted[story] for story in done.answers if story not in done.likelihood)


def test_a_story_that_is_not_here_says_so(results: Results) -> None:
    """The card and the plan show it."""
    assert {results[f"{story}/done"] for story in filled().absent} == {"Not here"}
    assert {results[f"plan/{story}/level"] for story in filled().absent} == {"Not here"}


def test_a_story_is_done_with_all_its_answers_and_its_impact(results: Results) -> None:
    """Anything less leaves it open."""
    wanted = {story: "Done" if finished(story) else "Open" for story in setting().scenarios if story not in filled().absent}
    assert set(wanted.values()) == {"Done", "Open"}
    assert {story: results[f"{story}/done"] for story in wanted} == wanted


def finished(story: str) -> bool:
    asked = len(setting().scenarios[story].question)
    return len(filled().answers.get(story, {})) == asked and story in filled().impact


def test_start_counts_what_is_done_on_each_sheet(books: tuple[Book, Book]) -> None:
    """Beside the name of each sheet stand how much is done, of how much, and the share; below it the sum."""
    wanted = {
        "About": (2, 3),
        "Facts": (5, len(setting().statements)),
        "Inventory": (3, 4 * len(setting().assets)),
        "Decisions": (2, 22),
        "Plan": (7, len(setting().scenarios) - 3),
    }
    for theme, held in setting().themes:
        wanted[theme.title] = (sum(finished(s.id) or s.id in filled().absent for s in held), len(held))
    wanted["All sheets"] = (sum(done for done, _ in wanted.values()), sum(of for _, of in wanted.values()))
    rows = [[cell.value for cell in row] for row in books[0]["Start"].iter_rows(min_col=2, max_col=6)]
    shown = {row[0]: (row[2], row[3]) for row in rows if isinstance(row[2], (int, float))}
    assert shown == wanted
    shares = {row[0]: row[4] for row in rows if isinstance(row[2], (int, float))}
    assert shares == pytest.approx({name: done / of for name, (done, of) in wanted.items()})


def test_each_sheet_of_stories_counts_its_own(books: tuple[Book, Book]) -> None:
    """On top of it stands how many of its stories are done."""
    for theme, held in setting().themes:
        done = sum(finished(story.id) or story.id in filled().absent for story in held)
        texts = {row[0].value for row in books[0][theme.title].iter_rows(min_col=2, max_col=2, max_row=8)}
        assert f"{done} of {len(held)} stories done" in texts


def test_the_picture_of_the_register_counts_its_risks(books: tuple[Book, Book]) -> None:
    """Now and after the steps, the sheet behind the register counts the levels of the analysis, each under its word."""
    words, findings = setting().catalog.words["level"], recorded(JUNIPER)["findings"]
    now = Counter(words[risk_level(finding["likelihood"], finding["impact"])] for finding in findings)
    after = Counter(words[risk_level(finding["residual"]["likelihood"], finding["residual"]["impact"])] for finding in findings)
    rows = [[cell.value for cell in row] for row in books[1]["Picture"].iter_rows(min_row=3, max_row=7, max_col=3)]
    assert rows == [[words[level], now[words[level]], after[words[level]]] for level in reversed(LEVELS)]
    assert now != after
    (table,) = (t for sheet in books[1].worksheets for t in sheet.tables.values() if t.name == "Register")
    held = [list(row) for row in books[1].worksheets[0][table.ref]]
    heads = [cell.value for cell in held[0]]
    columns = {head: Counter(row[heads.index(head)].value for row in held[1:]) for head in ("Risk level", "Left after that")}
    assert columns == {"Risk level": now, "Left after that": after}
