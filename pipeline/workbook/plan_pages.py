"""The sheets after the stories: addressable decisions, responses, steps. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.catalog import Scenario
from pipeline.workbook.cards import NOT_HERE, risk_formula
from pipeline.workbook.pages import heading
from pipeline.workbook.setting import Setting
from pipeline.workbook.sheets import Entry, Formula, Row, Sheet, Text

DECISIONS, PLAN, ACTIONS = "Decisions", "Plan", "Steps"
BLANK_ACTIONS = 80
DECISION_PARTS = ("decision", "how", "why", "by", "on")
ACTION_PARTS = ("scenario", "what", "safeguard", "owner", "due", "status", "done", "evidence", "effort", "cost", "why")


def decisions_page(setting: Setting) -> Sheet:
    """A decision on each addressable specification (45 CFR 164.306(d)(3))."""
    rows = heading("Addressable measures", (setting.text(p) for p in setting.catalog.workbook["decisions"]), 6)
    heads = (
        "Measure",
        "Decision",
        "What is done, or done instead",
        "Why that is reasonable and appropriate here",
        "Decided by",
        "On",
    )
    rows.append(Row(tuple(Text(head, "head") for head in heads)))
    top = len(rows)
    keys = [f"decision/{provision.citation}" for provision in setting.addressable]
    for provision, key in zip(setting.addressable, keys, strict=True):
        rows.append(
            Row(
                (
                    Text(f"{provision.title} (45 CFR {provision.citation}). {provision.summary}", "text"),
                    Entry(f"{key}/decision", "choice", "decision"),
                    Entry(f"{key}/how"),
                    Entry(f"{key}/why"),
                    Entry(f"{key}/by", "choice", "person"),
                    Entry(f"{key}/on", "date"),
                ),
                key,
                4,
            )
        )
    done = f'COUNTIF({{{keys[0]}/decision}}:{{{keys[-1]}/decision}},"?*")'
    rows.append(Row((Formula("decisions/done", done, "hidden"), Formula("decisions/of", str(len(keys)), "hidden"))))
    return Sheet(DECISIONS, (44, 22, 38, 38, 20, 12), tuple(rows), heading=top, landscape=True)


def plan_page(setting: Setting, scenarios: Sequence[Scenario]) -> Sheet:
    """What is done about each risk, and what is left after it."""
    rows = heading("What is done about each risk", (setting.text(p) for p in setting.catalog.workbook["plan"]), 12)
    heads = (
        *("No.", "Story", "Level now", "Response", "Why this response"),
        *("If accepted: by", "Accepted on", "Looked at again on"),
        *("Likelihood after the steps", "Impact after the steps", "Level after", "Other safeguards in place (SG-…)"),
    )
    rows.append(Row(tuple(Text(head, "head") for head in heads)))
    top = len(rows)
    keys = [f"plan/{scenario.id}" for scenario in scenarios]
    for scenario, key in zip(scenarios, keys, strict=True):
        id = scenario.id
        now = f'IF({{{id}/absent}}<>"","{NOT_HERE}",{{{id}/level}})'
        rows.append(
            Row(
                (
                    Entry(f"{key}/number", fixed=True),
                    Text(f"{id} {scenario.title}", "text"),
                    Formula(f"{key}/level", now, "level"),
                    Entry(f"{key}/response", "choice", "response"),
                    Entry(f"{key}/reason"),
                    Entry(f"{key}/by", "choice", "person"),
                    Entry(f"{key}/accepted", "date"),
                    Entry(f"{key}/review", "date"),
                    Entry(f"{key}/likelihood", "choice", "likelihood"),
                    Entry(f"{key}/impact", "choice", "impact"),
                    Formula(f"{key}/left", risk_formula(f"{key}/likelihood", f"{key}/impact"), "level"),
                    Entry(f"{key}/also"),
                ),
                key,
                2,
            )
        )
    done = f'COUNTIF({{{keys[0]}/response}}:{{{keys[-1]}/response}},"?*")' if keys else "0"
    absent = "+".join(f'({{{scenario.id}/absent}}<>"")' for scenario in scenarios) or "0"
    rows.append(Row((Formula("plan/done", done, "hidden"), Formula("plan/of", f"{len(keys)}-({absent})", "hidden"))))
    return Sheet(PLAN, (9, 34, 11, 12, 34, 18, 12, 12, 20, 20, 11, 18), tuple(rows), heading=top, landscape=True)


def actions_page(setting: Setting, actions: int) -> Sheet:
    """The steps. actions: how many stand there already."""
    rows = heading("Steps", (setting.text(p) for p in setting.catalog.workbook["actions"]), 11)
    heads = (
        "Story",
        "What is done",
        "Safeguard",
        "Who",
        "Due",
        "Status",
        "Done on",
        "Where the proof is kept",
        "Effort",
        "Cost",
        "Why it fits here",
    )
    rows.append(Row(tuple(Text(head, "head") for head in heads)))
    top = len(rows)
    kinds = {
        "scenario": "scenario",
        "safeguard": "safeguard",
        "owner": "person",
        "status": "status",
        "effort": "effort",
        "cost": "cost",
    }
    for number in range(1, actions + BLANK_ACTIONS + 1):
        key = f"action/{number:03}"
        entries = (
            Entry(f"{key}/{part}", "choice", kinds[part])
            if part in kinds
            else Entry(f"{key}/{part}", "date" if part in ("due", "done") else "text")
            for part in ACTION_PARTS
        )
        rows.append(Row(tuple(entries), key))
    return Sheet(ACTIONS, (28, 38, 24, 18, 12, 12, 12, 24, 10, 10, 40), tuple(rows), heading=top, landscape=True)
