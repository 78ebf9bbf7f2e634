"""The risk workbook as it is written: the stories of this practice, lists, proposals, protection, and texts that stay texts."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN, ROOT
from openpyxl import Workbook as Book
from openpyxl.cell.cell import Cell
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator, ValidationSeverity
from workbooks import (
    FEW,
    HARBOR,
    HIDDEN,
    UNKNOWN,
    answers_in,
    catalogue_stories,
    ground_of,
    opened,
    places_of,
    recorded,
    toml,
    typed,
    with_stories,
    written,
)

from pipeline.render.excel.answers import read_workbook
from pipeline.render.excel.workbook import write_workbook
from pipeline.render.parts import parse, read_parts
from pipeline.workbook.cards import MAX_CARDS, card_pages
from pipeline.workbook.make import analysis_workbook
from pipeline.workbook.propose import proposals
from pipeline.workbook.sheets import Entry, Sheet, Text, Value

EXAMPLES = (JUNIPER, LANTERN)
CARD = re.compile(r"\d+   (.+)")
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FLOWS = ("creates", "receives", "keeps", "sends")
# a look of a cell that holds a proposal
PROPOSED = "FFF6DB"
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(1,1)", "=", '=HYPERLINK("http://example.org","x")', "=cmd|' /C calc'!A0"]
LIKE_VALUES = ["#REF!", "1e5", "007", "TRUE", "9/14/2026", "'=1+1"]
ESCAPES = ["_x0041_", "before _x000A_ after", "_x005F_", "_x0041_x0042_", "_x005F_x0041_", "__x0041__", "_x41_", "_X0041_"]


@cache
def file_of(slug: str) -> bytes:
    """The workbook of an example that has answered nothing yet."""
    ground = ground_of(slug)
    return written(ground, {}, proposals(ground.setting, {}))


@cache
def book_of(slug: str) -> Book:
    return opened(file_of(slug))


def visible(book: Book) -> list[Worksheet]:
    return [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]


def cards(sheet: Worksheet) -> dict[str, list[tuple[Cell, ...]]]:
    """Title of a story → the rows under it."""
    found: dict[str, list[tuple[Cell, ...]]] = {}
    rows: list[tuple[Cell, ...]] = []
    for row in sheet.iter_rows(min_col=2):
        title = CARD.fullmatch(str(row[0].value))
        if title:
            rows = found[title.group(1)] = []
        else:
            rows.append(row)
    return found


def stories(book: Book) -> dict[str, list[str]]:
    """Sheet → titles of its stories, from the top."""
    return {sheet.title: list(cards(sheet)) for sheet in visible(book) if cards(sheet)}


def titles_on(page: Sheet) -> list[str]:
    """The same of a sheet that is not written yet."""
    texts = [cell.text for row in page.rows for cell in row.cells if isinstance(cell, Text)]
    return [found.group(1) for text in texts if (found := CARD.fullmatch(text))]


def choices(sheet: Worksheet, cell: Cell) -> list[str]:
    """What the drop-down of a cell offers."""
    (rule,) = [one for one in sheet.data_validations.dataValidation if cell.coordinate in one.cells]
    assert rule.type == "list"
    assert rule.showErrorMessage
    name, area = rule.formula1.lstrip("=").split("!")
    held = sheet.parent[name.strip("'")][area.replace("$", "")]
    return [row[0].value for row in (held if isinstance(held, tuple) else ((held,),))]


def rows_of(sheet: Worksheet) -> list[tuple[Cell, ...]]:
    return list(sheet.iter_rows(min_col=2))


# --- the stories


@pytest.mark.parametrize("slug", EXAMPLES)
def test_each_sheet_holds_the_stories_of_its_theme_that_apply_the_gravest_first(slug: str) -> None:
    """Themes and stories stand in the order of the catalogue's files, and none is missing."""
    wanted = {theme: [story["title"] for story in held] for theme, held in catalogue_stories(slug).items()}
    assert list(stories(book_of(slug)).items()) == list(wanted.items())


def test_a_story_that_does_not_apply_stands_nowhere() -> None:
    """No cell of any sheet names a story of rooms that the online practice does not have."""
    applying = {story["id"] for held in catalogue_stories(LANTERN).values() for story in held}
    everything = [story for theme in toml("catalog")["theme"] for story in toml(f"scenarios/{theme['id']}")["scenario"]]
    others = [story["title"] for story in everything if story["id"] not in applying]
    texts = " ".join(str(cell.value) for sheet in book_of(LANTERN) for row in sheet.iter_rows() for cell in row)
    assert len(others) > 20
    assert [title for title in others if title in texts] == []


@pytest.mark.parametrize("slug", [*EXAMPLES, HARBOR])
def test_no_sheet_holds_more_than_twelve_stories(slug: str) -> None:
    """About twenty minutes a sheet; all stories together are those that apply."""
    workbook = analysis_workbook(ground_of(slug).setting, {}, {})
    counts = [len(titles_on(sheet)) for sheet in workbook.sheets]
    assert max(counts) <= 12
    assert sum(counts) == sum(map(len, catalogue_stories(slug).values()))


@pytest.mark.parametrize("number", [1, 12, 13, 24, 25, 60])
def test_a_theme_with_many_stories_is_cut_into_sheets_of_twelve(number: int) -> None:
    """Their order stays, none is lost, and the sheets are numbered."""
    setting = ground_of(JUNIPER).setting
    held = tuple(setting.scenarios.values())[:number]
    pages = list(card_pages(setting, [(setting.catalog.themes[0], held)]))
    titles = [titles_on(page) for _, page in pages]
    assert [title for page in titles for title in page] == [scenario.title for scenario in held]
    assert all(len(page) <= MAX_CARDS == 12 for page in titles)
    assert len(pages) == -(-number // 12)
    name = setting.catalog.themes[0].title
    assert [page.name for _, page in pages] == ([name] if number <= 12 else [f"{name} {n}" for n in range(1, len(pages) + 1)])


@pytest.mark.parametrize("slug", EXAMPLES)
def test_each_question_is_a_drop_down_with_its_choices_and_we_do_not_know(slug: str) -> None:
    """Beside each question of each story stands a list: the choices of the catalogue in their order, and one more."""
    text = ground_of(slug).setting.text
    book, asked = book_of(slug), 0
    for theme, held in catalogue_stories(slug).items():
        on_sheet = cards(book[theme])
        for story in held:
            beside = {row[0].value: row[1] for row in on_sheet[story["title"]]}
            for question in story["question"]:
                cell = beside[text(question["text"])]
                assert cell.value is None
                assert choices(book[theme], cell) == [*(text(choice["text"]) for choice in question["choice"]), UNKNOWN]
                asked += 1
    assert asked > 150


def test_each_story_asks_how_likely_and_how_bad_it_is_in_five_levels() -> None:
    """Likelihood and impact are chosen from the five levels of SP 800-30r1, in the words of the catalogue."""
    words, book = toml("catalog")["words"], book_of(LANTERN)
    for theme in catalogue_stories(LANTERN):
        for rows in cards(book[theme]).values():
            beside = {row[0].value: row[1] for row in rows}
            assert choices(book[theme], beside["How likely is it here?"]) == list(words["likelihood"].values())
            assert choices(book[theme], beside["How much would it hurt?"]) == list(words["impact"].values())
    assert [len(words[name]) for name in ("likelihood", "impact")] == [5, 5]


# --- what is known of the practice


@pytest.mark.parametrize("slug", EXAMPLES)
def test_every_person_place_system_device_and_contact_is_a_fact_to_confirm(slug: str) -> None:
    """Each fact is a sentence beside a list of Right and Wrong, and nothing is confirmed beforehand."""
    sheet = book_of(slug)["Facts"]
    rows = [row for row in rows_of(sheet) if row[0].value and any(row[1].coordinate in rule.cells for rule in rules(sheet))]
    facts = [str(row[0].value) for row in rows]
    assert [choices(sheet, row[1]) for row in rows] == [["Right", "Wrong"]] * len(rows)
    assert [row[1].value for row in rows] == [None] * len(rows)
    profile = json.loads((ROOT / "practices" / slug / "profile.json").read_text("utf-8"))
    names = [entry["name"] for part in ("workforce", "locations", "systems", "networks", "contacts") for entry in profile[part]]
    assert [name for name in names if not any(name in fact for fact in facts)] == []
    for device in profile["devices"]:
        assert any(fact.startswith(f"{device['count']} × ") for fact in facts)


def rules(sheet: Worksheet) -> list[Any]:
    return [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]


@pytest.mark.parametrize("slug", EXAMPLES)
def test_the_inventory_proposes_what_usually_happens_in_each_system(slug: str) -> None:
    """A line for each system with ePHI and none for the others; Yes and No by its kind, in the colour of proposals."""
    sheet, usual = book_of(slug)["Inventory"], toml("catalog")["flow"]["system"]
    lines = {str(row[0].value).split(" (")[0]: row for row in rows_of(sheet) if " (" in str(row[0].value)}
    profile = json.loads((ROOT / "practices" / slug / "profile.json").read_text("utf-8"))
    assert set(lines) & {system["name"] for system in profile["systems"] if not system["ephi"]} == set()
    for system in profile["systems"]:
        if system["ephi"]:
            cells = lines[system["name"]][1:5]
            assert [cell.value for cell in cells] == ["Yes" if flow in usual[system["kind"]] else "No" for flow in FLOWS]
            assert {cell.fill.fgColor.rgb[-6:] for cell in cells} == {PROPOSED}
            assert all(choices(sheet, cell) == ["Yes", "No"] for cell in cells)


def test_what_is_known_is_written_and_no_proposal_takes_its_place() -> None:
    """An answer stands in a white cell, a proposal beside it in colour."""
    ground = ground_of(LANTERN)
    known = {"asset/system/zoom/creates": "No"}
    workbook = analysis_workbook(ground.setting, known, proposals(ground.setting, known))
    cells = workbook.entries
    assert (cells["asset/system/zoom/creates"].value, cells["asset/system/zoom/creates"].proposed) == ("No", False)
    assert (cells["asset/system/zoom/sends"].value, cells["asset/system/zoom/sends"].proposed) == ("Yes", True)


def test_there_is_a_line_for_each_addressable_specification_and_each_risk() -> None:
    """Decisions has the 22 of the rule, Plan one line a story."""
    book = book_of(LANTERN)
    addressable = [p["citation"] for p in toml("regulation")["provision"] if p.get("mark") == "A"]
    measures = [re.search(r" \(45 CFR (\S+)\)\. ", str(row[0].value)) for row in rows_of(book["Decisions"])]
    assert len(addressable) == 22
    assert [found.group(1) for found in measures if found] == addressable
    planned = [str(row[1].value)[:6] for row in rows_of(book["Plan"]) if str(row[1].value).startswith("SC-")]
    assert planned == [story["id"] for held in catalogue_stories(LANTERN).values() for story in held]


# --- protection and format


@pytest.mark.parametrize("slug", EXAMPLES)
def test_every_sheet_is_protected_and_only_the_entries_are_not_locked(slug: str) -> None:
    """A slip of the hand cannot change a question; the numbers of the findings are written by the program alone."""
    ground = ground_of(slug)
    workbook = analysis_workbook(ground.setting, {}, {})
    where, entries = places_of(workbook), workbook.entries
    open_cells = {where[key] for key, entry in entries.items() if not entry.fixed}
    assert len(open_cells) > 1000
    assert {key.split("/")[-1] for key, entry in entries.items() if entry.fixed} == {"number"}
    sheets = visible(book_of(slug))
    assert [sheet.title for sheet in sheets if not sheet.protection.sheet] == []
    unlocked = {(s.title, cell.coordinate) for s in sheets for row in s.iter_rows() for cell in row if not cell.protection.locked}
    assert unlocked == open_cells


def test_the_lists_and_the_map_are_out_of_sight() -> None:
    """Nobody has to see what the program needs to read the file back."""
    book = book_of(LANTERN)
    assert {sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"} == set(HIDDEN)
    assert {sheet.column_dimensions["A"].hidden for sheet in visible(book) if sheet.title != "Start"} == {True}


@pytest.mark.parametrize("full", [False, True], ids=["blank", "full"])
def test_the_file_keeps_the_rules_of_the_format(full: bool, tmp_path: Path) -> None:
    """A port of Microsoft's validation finds no error; that texts stand in their cells is only a remark."""
    file = tmp_path / "workbook.xlsx"
    ground = small()
    file.write_bytes(written(ground, answers_in(ground.setting, recorded(LANTERN, FEW))) if full else file_of(LANTERN))
    errors = OpenXmlValidator().validate(file).errors
    assert [str(error) for error in errors if error.severity == ValidationSeverity.ERROR] == []
    assert [str(error) for error in errors if "inline-string" not in str(error)] == []


def test_equal_workbooks_are_equal_bytes() -> None:
    """The file is made of the workbook alone: neither clock nor order of making shows in it, but one answer does."""
    ground = small()
    answers = answers_in(ground.setting, recorded(LANTERN, FEW))
    workbook = analysis_workbook(ground.setting, answers, {})
    turned = analysis_workbook(ground.setting, dict(reversed(answers.items())), {})
    words = ground.setting.catalog.words["level"]
    first = write_workbook(workbook, ground.look, words)
    assert first == write_workbook(turned, ground.look, words)
    assert first != written(ground, {**answers, "about/note": "Another note."})


# --- texts stay texts


def small() -> Any:
    ground = ground_of(LANTERN)
    return replace(ground, setting=with_stories(ground.setting, FEW))


def raw_cells(data: bytes) -> list[tuple[str | None, str, bool, bool]]:
    """(type, text, formula, apostrophe) of each cell with a text of its own, as they stand in the file."""
    parts = read_parts(data)
    quoted = [look.get("quotePrefix") == "1" for look in parse(parts["xl/styles.xml"]).find(f"{S}cellXfs")]  # type: ignore[union-attr]
    return [
        (cell.get("t"), "".join(t.text or "" for t in cell.iter(f"{S}t")), cell.find(f"{S}f") is not None, quoted[int(cell.get("s", 0))])
        for name, part in parts.items()
        if name.startswith("xl/worksheets/sheet")
        for cell in parse(part).iter(f"{S}c")
    ]  # fmt: skip


@cache
def with_strange_texts() -> bytes:
    """A workbook of a practice whose scope, sources, vendors and people are written like formulas and escapes."""
    ground = small()
    setting = ground.setting
    texts = [*FORMULAS, *LIKE_VALUES, *ESCAPES]
    people = tuple(replace(person, name=text) for person, text in zip(setting.profile.workforce, FORMULAS, strict=False))
    systems = tuple(replace(s, name=text) for s, text in zip(setting.profile.systems, FORMULAS, strict=False))
    ground = replace(ground, setting=replace(setting, profile=replace(setting.profile, workforce=people, systems=systems)))
    return written(ground, {f"source/{number:03}": text for number, text in enumerate(texts, 1)})


@cache
def strange_texts_read() -> dict[str, Value]:
    return read_workbook(with_strange_texts(), "workbook.xlsx").values


@pytest.mark.parametrize("text", [*FORMULAS, *LIKE_VALUES])
def test_what_looks_like_a_formula_or_a_value_stays_the_text_that_was_typed(text: str) -> None:
    """An answer is a text in the file, never a formula, a number, a date or an error."""
    found = [cell for cell in raw_cells(with_strange_texts()) if cell[1] == text]
    assert found
    assert {(kind, formula) for kind, _, formula, _ in found} <= {("inlineStr", False), ("s", False)}


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(1,1)"])
def test_such_a_text_stays_a_text_when_somebody_edits_the_cell(text: str) -> None:
    """The cell carries Excel's own apostrophe, so that leaving it with Enter makes no formula."""
    assert {apostrophe for _, found, _, apostrophe in raw_cells(with_strange_texts()) if found == text} == {True}


def test_names_that_look_like_formulas_stay_texts_in_lists_and_printed_lines() -> None:
    """A person =1+1 is a text in the drop-downs; a system =1+1 one in facts and inventory."""
    book = opened(with_strange_texts())
    lists = [cell for row in book["_lists"].iter_rows() for cell in row if cell.value in FORMULAS]
    assert {cell.value for cell in lists} == {"=1+1", "+1+1", "-1+1"}
    assert {cell.data_type for cell in lists} == {"s"}
    printed = [cell for name in ("Facts", "Inventory") for row in book[name].iter_rows() for cell in row]
    printed = [cell for cell in printed if str(cell.value).startswith(("=1+1 (", "@SUM(1,1) ("))]
    assert len(printed) == 4
    assert {cell.data_type for cell in printed} == {"s"}


@pytest.mark.parametrize("text", FORMULAS[:1] + FORMULAS[5:6])
def test_without_the_guard_it_becomes_a_formula(text: str) -> None:
    """Positive control: openpyxl as it comes writes a formula."""
    book = Book()
    book.worksheets[0]["A1"] = text
    target = io.BytesIO()
    book.save(target)
    assert [formula for *_, formula, _ in raw_cells(target.getvalue())] == [True]


@pytest.mark.parametrize("text", ESCAPES)
def test_a_text_that_looks_like_an_escape_survives(text: str) -> None:
    """Excel reads _x0041_ in a file as the letter A (ECMA-376 part 1, 22.9.2.19); what was meant comes back all the same."""
    number = [*FORMULAS, *LIKE_VALUES, *ESCAPES].index(text) + 1
    assert strange_texts_read()[f"source/{number:03}"] == text


@pytest.mark.parametrize("text", ESCAPES)
def test_another_reader_of_the_rule_finds_the_text_again(text: str) -> None:
    """What stands in the file is taken for the same text by an implementation that is not ours."""
    assert text in [unescape(found) for _, found, _, _ in raw_cells(with_strange_texts())]


def test_without_the_guard_the_escape_is_read_as_a_letter() -> None:
    """Positive control: openpyxl as it comes writes _x0041_ as it is, and by the rule that is an A."""
    ground = small()
    sheet, cell = places_of(analysis_workbook(ground.setting, {}, {}))["about/scope"]
    data = typed(written(ground, {}), {(sheet, cell): "_x0041_"})
    assert "A" in [unescape(found) for _, found, _, _ in raw_cells(data)]
    assert read_workbook(data, "workbook.xlsx").values["about/scope"] == "A"


def test_every_entry_has_a_key_of_its_own() -> None:
    """Two cells of one key would be one answer."""
    workbook = analysis_workbook(ground_of(JUNIPER).setting, {}, {})
    cells = [cell for sheet in workbook.sheets for row in sheet.rows for cell in row.cells if isinstance(cell, Entry)]
    assert len(cells) == len(workbook.entries)
