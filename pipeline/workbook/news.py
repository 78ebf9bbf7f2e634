"""What is otherwise than in the analysis of last year: facts, what holds ePHI, stories, and why. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.catalog import Scenario
from pipeline.conditions import applies
from pipeline.facts import joined
from pipeline.numbered import why_withdrawn
from pipeline.workbook.last import Last

# lists of the profile whose entries are facts of their own
LISTS = ("locations", "systems", "devices", "networks", "contacts")
ASSET_FACT = {"system": "systems", "device": "devices", "location": "locations"}


@dataclass(frozen=True)
class NewFact:
    """A fact that reads otherwise. then or now: empty where there was or is none."""

    key: str
    group: str
    then: str
    now: str


@dataclass(frozen=True)
class Retired:
    """A story of last year that is not asked any more. number: of its finding, where it had one."""

    scenario: str
    title: str
    number: str
    level: str
    found: str
    why: str


def new_facts(last: Last) -> tuple[NewFact, ...]:
    """Facts that are new, changed or gone since the practice confirmed them, in the order of the sheet."""
    then = {entry.fact: entry.statement for entry in last.whole.confirmed}
    now = {statement.key: statement for statement in last.setting.statements}
    groups = {statement.key.split("/")[0]: statement.group for statement in last.setting.statements}
    found = [
        NewFact(statement.key, statement.group, then.get(statement.key, ""), statement.text)
        for statement in last.setting.statements
        if then.get(statement.key) != statement.text
    ]
    found += [NewFact(key, groups.get(key.split("/")[0], ""), text, "") for key, text in then.items() if key not in now]
    order = list(dict.fromkeys(groups.values()))
    return tuple(sorted(found, key=lambda fact: order.index(fact.group) if fact.group in order else len(order)))


def new_assets(last: Last) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(names of what holds ePHI and was not in the inventory, what was in it and is there no more)."""
    then = {entry.asset for entry in last.whole.inventory}
    now = {row.asset: row.text for row in last.setting.assets}
    facts = {entry.fact: entry.statement for entry in last.whole.confirmed}
    gone = []
    for asset in (entry.asset for entry in last.whole.inventory if entry.asset not in now):
        kind, _, id = asset.partition("/")
        gone.append(facts.get(f"{ASSET_FACT[kind]}/{id}", asset))
    return tuple(text for asset, text in now.items() if asset not in then), tuple(gone)


def new_stories(last: Last) -> dict[str, str]:
    """Scenario that last year did not ask → why it is asked now, as far as that can be known."""
    facts = new_facts(last)
    return {
        scenario.id: _why_new(last, scenario, facts)
        for scenario in last.setting.scenarios.values()
        if scenario.id not in last.findings and scenario.id not in last.absent
    }


def _why_new(last: Last, scenario: Scenario, facts: Iterable[NewFact]) -> str:
    ended = {entry.scenario for change in last.changes for entry in change.ended}
    if scenario.id in ended:
        return f"It had ended with a change since {last.day}, and by the facts of today it can happen again."
    there = [fact for fact in facts if fact.now]
    raw = last.setting.raw
    if not applies(scenario.applies_when, _without(raw, there)):
        # the facts of which one alone brings the story in
        causes = [fact for fact in there if applies(scenario.applies_when, _without(raw, [f for f in there if f != fact]))]
        return " ".join(["It can happen here since the facts changed.", *(fact.now for fact in causes[:2])])
    before = [one for one in last.setting.catalog.scenarios if one.withdrawn and scenario.id in one.withdrawn.replaced_by]
    if replaced := [one.id for one in before if one.id in last.findings or one.id in last.absent]:
        return f"It takes the place of {joined(replaced)}."
    if scenario.applies_when is None or not list(facts):
        return f"The story came into the catalogue after {last.day}."
    return f"It was not asked on {last.day}."


def _without(raw: Mapping[str, Any], facts: Iterable[NewFact]) -> dict[str, Any]:
    """The profile before these facts, as far as that can be told: without the entries, and with the other way of working."""
    before = {key: dict(value) if isinstance(value, dict) else value for key, value in raw.items()}
    for fact in facts:
        group, _, name = fact.key.partition("/")
        if group in LISTS:
            before[group] = [entry for entry in before.get(group, []) if entry["id"] != name]
        elif group == "ways_of_working" and isinstance(before[group].get(name), bool):
            before[group][name] = not before[group][name]
    return before


def retired(last: Last) -> tuple[Retired, ...]:
    """Stories of last year that are not asked any more, and those that ended with a change since, by their scenarios."""
    titles = {scenario.id: scenario.title_on(last.recorded.date) for scenario in last.setting.catalog.scenarios}
    ended = {entry.scenario: entry.reason for change in last.changes for entry in change.ended}
    found = []
    before = {finding.scenario: finding for finding in last.recorded.findings}
    for scenario, finding in {**before, **last.findings}.items():
        if scenario in last.setting.scenarios or (scenario not in last.findings and scenario not in ended):
            continue
        why = ended[scenario] if scenario not in last.findings else _why_retired(last, scenario)
        text = finding.observed or ""
        found.append(Retired(scenario, titles.get(scenario, ""), finding.id, last.level(finding), text, why))
    for scenario, reason in last.absent.items():
        if scenario not in last.setting.scenarios:
            found.append(Retired(scenario, titles.get(scenario, ""), "", "Not here", reason, _why_retired(last, scenario)))
    return tuple(sorted(found, key=lambda entry: [int(part) for part in re.findall(r"\d+", entry.scenario)]))


def _why_retired(last: Last, scenario: str) -> str:
    held = next((entry for entry in last.setting.catalog.scenarios if entry.id == scenario), None)
    if held is None:
        return "The story is no longer in the catalogue."
    if held.withdrawn and not held.in_force(last.setting.day):
        return why_withdrawn(held.withdrawn, last.setting.scenarios)
    return held.omitted_because or "By the facts of today it cannot happen here."
