"""The small workbook of a change: what changes, the criteria, the stories it touches and those of neighbouring areas. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.catalog import Change, Scenario, Theme
from pipeline.statements import Statement
from pipeline.workbook.cards import card_pages
from pipeline.workbook.make import Answers, filled, highest, lists
from pipeline.workbook.pages import facts_page, heading, inventory_page, start_page
from pipeline.workbook.plan_pages import PLAN, actions_page, plan_page
from pipeline.workbook.setting import AssetRow, Setting
from pipeline.workbook.sheets import Entry, Formula, Row, Sheet, Text, Workbook

CHANGE, CRITERIA = "The change", "Criteria"
PEOPLE = 6
TOUCHED = Theme("touched", "What it touches", "Stories that the change touches directly.")
NEIGHBOURS = Theme("neighbours", "Neighboring areas", "Stories of other areas that feel the change.")
NEW = Theme("new", "New here", "Stories that apply since the facts of the practice changed, and were never asked here.")


@dataclass(frozen=True)
class Asked:
    """What a change asks: facts and assets that are new since the analysis, and stories, by why they are asked."""

    statements: tuple[Statement, ...]
    assets: tuple[AssetRow, ...]
    groups: tuple[tuple[Theme, tuple[Scenario, ...]], ...]

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """All stories in the order of the workbook."""
        return tuple(scenario for _, held in self.groups for scenario in held)


def change_workbook(setting: Setting, change: Change, asked: Asked, known: Answers, proposed: Answers) -> Workbook:
    """The workbook of one change."""
    cards = list(card_pages(setting, asked.groups))
    scenarios = asked.scenarios
    front = [_change_page(setting, change, highest("participant", known)), _criteria_page(setting)]
    facts = [facts_page(setting, asked.statements)] if asked.statements else []
    # what is missing in the inventory can always be said, also where nothing new is in the profile
    facts.append(inventory_page(setting, asked.assets, highest("missing", known)))
    back = [plan_page(setting, scenarios), actions_page(setting, highest("action", {**proposed, **known}))]
    parts = [
        ("The change", [(name, f"{name}/done", f"{name}/of") for name in (CHANGE, CRITERIA)]),
        (
            "What is new since the analysis",
            [(page.name, f"{page.name.lower()}/done", f"{page.name.lower()}/of") for page in facts],
        ),
        ("The stories", [(name, f"{name}/done", f"{name}/of") for name, _ in cards]),
        ("Together with the consultant", [(PLAN, "plan/done", "plan/of")]),
    ]
    title = f"{change.title}: small risk analysis of {setting.profile.practice.name}"
    start = start_page(setting, title, setting.catalog.workbook["change"], parts)
    sheets = (start, *front, *facts, *(sheet for _, sheet in cards), *back)
    made = Workbook(f"change/{change.id}", setting.profile.practice.slug, title, setting.day, lists(setting), sheets)
    return filled(made, known, proposed)


def _change_page(setting: Setting, change: Change, participants: int) -> Sheet:
    rows = heading(CHANGE, (change.title,), 3)
    rows.append(Row((Text(change.asks, "label"), Entry("about/description")), "about/description", 5))
    rows.append(Row((Text("Who looked at it", "head"), Text("One person a line.", "head", 2))))
    for number in range(1, max(PEOPLE, participants + 3) + 1):
        key = f"participant/{number:03}"
        rows.append(Row((Text(f"Person {number}", "label"), Entry(key, "choice", "person")), key))
    done = '({about/description}<>"")+({participant/001}<>"")'
    rows.append(Row((Formula(f"{CHANGE}/done", done, "hidden"), Formula(f"{CHANGE}/of", "2", "hidden"))))
    return Sheet(CHANGE, (40, 80, 20), tuple(rows))


def _criteria_page(setting: Setting) -> Sheet:
    rows = heading("Is the whole analysis needed again?", setting.catalog.workbook["criteria"], 3)
    rows.append(Row((Text("Is this true of the change?", "head"), Text("Yes or no", "head"), Text("Why it matters", "head"))))
    keys = [f"criterion/{criterion.id}" for criterion in setting.catalog.criteria]
    for criterion, key in zip(setting.catalog.criteria, keys, strict=True):
        rows.append(Row((Text(criterion.text), Entry(key, "choice", "yes"), Text(criterion.why)), key))
    counted = f'COUNTIF({{{keys[0]}}}:{{{keys[-1]}}},"?*")'
    rows.append(Row((Formula(f"{CRITERIA}/done", counted, "hidden"), Formula(f"{CRITERIA}/of", str(len(keys)), "hidden"))))
    return Sheet(CRITERIA, (56, 12, 60), tuple(rows))
