"""The risk workbook of a practice: all its sheets, with what is known already in its cells. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.assessment.questions import likelihoods
from pipeline.assessment.scoring import LEVELS
from pipeline.workbook.cards import card_pages
from pipeline.workbook.pages import ABOUT, FACTS, INVENTORY, about_page, facts_page, inventory_page, start_page
from pipeline.workbook.plan_pages import DECISIONS, PLAN, actions_page, decisions_page, plan_page
from pipeline.workbook.setting import Setting
from pipeline.workbook.sheets import Cell, Entry, Sheet, Value, Workbook

Answers = Mapping[str, Value]
ANALYSIS = "analysis"


def analysis_workbook(setting: Setting, known: Answers, proposed: Answers) -> Workbook:
    """The workbook of a full risk analysis.

    known: key of a cell → what stands in it; proposed: what the program proposes for cells that are still empty.
    """
    pages = pages_of(setting, known, proposed)
    title = f"Risk analysis of {setting.profile.practice.name}"
    start = start_page(setting, title, setting.catalog.workbook["start"], pages.parts)
    sheets = (start, *pages.sheets)
    return filled(Workbook(ANALYSIS, setting.profile.practice.slug, title, setting.day, lists(setting), sheets), known, proposed)


@dataclass(frozen=True)
class Pages:
    """The sheets after Start, and what Start says of them: part → (sheet, keys of its counts)."""

    front: tuple[Sheet, ...]
    cards: tuple[Sheet, ...]
    back: tuple[Sheet, ...]
    parts: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...]

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return (*self.front, *self.cards, *self.back)


def pages_of(setting: Setting, known: Answers, proposed: Answers) -> Pages:
    """Every sheet of a full analysis but Start, with empty cells; known, proposed: so that the lines suffice."""
    cards = tuple(card_pages(setting, setting.themes))
    front = (
        about_page(setting, highest("participant", known), highest("source", known)),
        facts_page(setting, setting.statements),
        inventory_page(setting, setting.assets, highest("missing", known)),
    )
    back = (
        decisions_page(setting),
        plan_page(setting, tuple(setting.scenarios.values())),
        actions_page(setting, highest("action", {**proposed, **known})),
    )
    parts = (
        (
            "Part 1: what the practice is",
            tuple((name, f"{name.lower()}/done", f"{name.lower()}/of") for name in (ABOUT, FACTS, INVENTORY)),
        ),
        ("Part 2: the stories", tuple((name, f"{name}/done", f"{name}/of") for name, _ in cards)),
        (
            "Part 3: together with the consultant",
            tuple((name, f"{name.lower()}/done", f"{name.lower()}/of") for name in (DECISIONS, PLAN)),
        ),
    )
    return Pages(front, tuple(sheet for _, sheet in cards), back, parts)


def lists(setting: Setting) -> dict[str, tuple[str | int, ...]]:
    """Every list of the workbook: what the drop-downs show, and what the formulas look up."""
    found: dict[str, tuple[str | int, ...]] = {name: tuple(words.values()) for name, words in setting.words.items()}
    # a step of an earlier year may still carry out what is withdrawn since, and nobody chooses it anew
    over = {safeguard.id for safeguard in setting.catalog.safeguards if not safeguard.in_force(setting.day)}
    found["safeguard"] = tuple(text for id, text in setting.words["safeguard"].items() if id not in over)
    found["risk"] = setting.risk_words
    for scenario in setting.scenarios.values():
        for question in scenario.question:
            levels = likelihoods(question).values()
            found[f"{scenario.id}/{question.id}/rank"] = tuple(LEVELS.index(level) + 1 for level in levels)
    return found


def highest(prefix: str, answers: Answers) -> int:
    """The highest number of a line whose key begins with the prefix, as action/007."""
    return max((int(key.split("/")[1]) for key in answers if key.startswith(f"{prefix}/")), default=0)


def filled(workbook: Workbook, known: Answers, proposed: Answers) -> Workbook:
    """The workbook with these values in its cells."""

    def fill_cell(cell: Cell) -> Cell:
        if not isinstance(cell, Entry):
            return cell
        if cell.key in known:
            return replace(cell, value=known[cell.key])
        return replace(cell, value=proposed[cell.key], proposed=True) if cell.key in proposed else cell

    def fill_sheet(sheet: Sheet) -> Sheet:
        return replace(sheet, rows=tuple(replace(row, cells=tuple(map(fill_cell, row.cells))) for row in sheet.rows))

    return replace(workbook, sheets=tuple(map(fill_sheet, workbook.sheets)))
