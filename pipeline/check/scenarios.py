"""Whether scenarios, safeguards and changes hold together, and whether they reach the whole Security Rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.assessment.proposals import COST, EFFORT, MEASURES
from pipeline.assessment.questions import UNKNOWN_TEXT
from pipeline.catalog import Catalog, Safeguard, Scenario
from pipeline.check.references import exists, unique
from pipeline.errors import Problem, did_you_mean

LARGEST = 10_000  # people of a practice, beyond any that this program is made for
# the standards and specifications that every covered entity has to meet
RULE = re.compile(r"164\.(308|310|312|314|316)\(")


def place_of(scenario: Scenario) -> str:
    """Where a scenario is written, as messages name it."""
    return f"catalog/scenarios/{scenario.theme}.toml, {scenario.id}"


def check_scenarios(catalog: Catalog) -> Iterator[Problem]:
    """Every defect of scenarios, safeguards, changes and of their reach."""
    safeguards = {safeguard.id: safeguard for safeguard in catalog.safeguards}
    homes = {clause: policy.id for policy in catalog.policies for clause in policy.clauses}
    standing = [scenario for scenario in catalog.scenarios if not scenario.withdrawn]
    for scenario in standing:
        yield from _scenario(scenario, safeguards, homes)
    for safeguard in catalog.safeguards:
        if not safeguard.withdrawn:
            yield from _safeguard(safeguard, safeguards)
    asked = {clause for scenario in standing for clause in scenario.clauses}
    for clause in sorted(set(homes) - asked):
        where = f"catalog/policies.toml, {homes[clause]}"
        yield Problem(where, f"No scenario asks for the clause {clause}.", "Name it in a scenario, or take it out.")
    yield from _changes(catalog)
    yield from _reach(catalog)


def _scenario(scenario: Scenario, safeguards: dict[str, Safeguard], homes: dict[str, str]) -> Iterator[Problem]:
    where = place_of(scenario)
    for id in scenario.safeguards:
        yield from exists(id, safeguards, where, "safeguard")
    for clause in scenario.clauses:
        yield from exists(clause, homes, where, "clause of a policy")
        if clause in homes and homes[clause] not in scenario.policies:
            what = f"The clause {clause} stands in {homes[clause]}, which the scenario does not name."
            yield Problem(where, what, f"Add {homes[clause]} to its policies.")
    yield from unique((question.id for question in scenario.question), where, "question")
    for question in scenario.question:
        yield from unique((choice.id for choice in question.choice), where, "choice")
        yield from unique((*(choice.text for choice in question.choice), UNKNOWN_TEXT), where, "text of a choice")
        for choice in question.choice:
            for id in choice.safeguards:
                if id not in scenario.safeguards:
                    what = f"The choice {question.id}/{choice.id} shows {id}, which the scenario does not recommend."
                    yield Problem(where, what, "Add it to the safeguards of the scenario.")


def _safeguard(safeguard: Safeguard, safeguards: dict[str, Safeguard]) -> Iterator[Problem]:
    where = f"catalog/safeguards.toml, {safeguard.id}"
    yield from exists(safeguard.instead, safeguards, where, "safeguard")
    cheaper = safeguards.get(safeguard.instead or "")
    if cheaper and _weight(cheaper) >= _weight(safeguard):
        yield Problem(where, f"{cheaper.id} stands for it where it is too much, and asks for no less.", "Name a lighter one.")
    if safeguard.instead is None and (safeguard.effort == "high" or COST[safeguard.cost] >= COST["medium"]):
        yield Problem(where, "It asks for much, and no lighter measure is named.", "Name one under instead.")


def _weight(safeguard: Safeguard) -> int:
    return EFFORT[safeguard.effort] + COST[safeguard.cost]


def _changes(catalog: Catalog) -> Iterator[Problem]:
    scenarios = {scenario.id: scenario for scenario in catalog.scenarios}
    for change in catalog.changes:
        where = f"catalog/changes.toml, {change.id}"
        for id in (*change.scenarios, *change.neighbours):
            yield from exists(id, scenarios, where, "scenario")
        yield from unique((*change.scenarios, *change.neighbours), where, "scenario")
    yield from unique((theme.id for theme in catalog.themes), "catalog/catalog.toml", "theme")
    yield from unique((theme.title for theme in catalog.themes), "catalog/catalog.toml", "title of a theme")


def check_weighing(catalog: Catalog, profile_schema: Mapping[str, Any]) -> Iterator[Problem]:
    """What proposals count on: usual flows for each kind, an ability for each size, the days until a step is due."""
    where, definitions = "catalog/catalog.toml", profile_schema["$defs"]
    for name, key in (("system", "kind"), ("device", "class"), ("location", "kind")):
        kinds, flows = set(definitions[name]["properties"][key]["enum"]), getattr(catalog.flow, name)
        for kind in sorted(kinds - flows.keys()):
            yield Problem(f"{where}, flow.{name}", f'It is not said what usually happens to ePHI in "{kind}".', "Add the line.")
        for kind in sorted(flows.keys() - kinds):
            yield Problem(f"{where}, flow.{name}", f'No profile can hold "{kind}".', did_you_mean(kind, kinds))
    if max(ability.up_to for ability in catalog.ability) < LARGEST:
        what = f"No ability is given for a practice of {LARGEST} people."
        yield Problem(f"{where}, ability", what, "Let the last row reach that far.")
    for name in (*(f"due_{level}_days" for level in MEASURES), "accepted_review_days"):
        if name not in catalog.numbers:
            yield Problem("catalog/parameters.toml", f'The parameter "{name}" is missing.', "Add it: proposals count on it.")


def _reach(catalog: Catalog) -> Iterator[Problem]:
    """Each standard and specification is reached by a scenario, or by a record of where it is documented."""
    documents = catalog.documents
    cited = {citation for scenario in catalog.scenarios if not scenario.withdrawn for citation in scenario.citations}
    for provision in catalog.provisions:
        where = f"catalog/regulation.toml, {provision.citation}"
        for id in provision.documented_in:
            yield from exists(id, documents, where, "document")
        reached = provision.citation in cited or provision.documented_in or provision.not_applicable
        if RULE.match(provision.citation) and not reached:
            what = f"No scenario reaches {provision.citation} {provision.title}, and no record says where it is documented."
            yield Problem(where, what, "Cite it in a scenario, or name the documents under documented_in.")
