"""What to do about a risk, as a proposal that a person keeps, changes or deletes: which measure, by when, and why here.

The impact is weighed against what the practice can carry: its size, its service plan, effort and cost (45 CFR 164.306(b)(2)).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from pipeline.catalog import Catalog, Safeguard, Scenario
from pipeline.facts import in_sentence, joined
from pipeline.practice import Profile
from pipeline.render.jinja import fill

# proposed for one risk; a plan of everything is a plan of nothing
MEASURES = {"moderate": 1, "high": 2, "very_high": 3}
EFFORT = {"low": 1, "medium": 2, "high": 3}
COST = {"none": 0, "low": 1, "medium": 2, "high": 3}


@dataclass(frozen=True)
class Step:
    """A proposed step. why: why it is reasonable and appropriate here."""

    safeguard: Safeguard
    what: str
    due: date
    why: str


@dataclass(frozen=True)
class Weighing:
    """What the sentences on a measure may name. cost: "no", or a word; fuller: the measure that is too much here."""

    level: str
    effort: str
    cost: str
    fuller: str
    fuller_effort: str
    fuller_cost: str
    people: int
    plan: str


@dataclass(frozen=True)
class Acceptance:
    """What the sentences on an accepted risk may name. existing: the measures in place, as a phrase."""

    level: str
    existing: str


def burden(catalog: Catalog, profile: Profile, safeguard: Safeguard) -> int:
    """What a measure asks of this practice, 0 to 3: the higher of its effort, less what the consultant takes over, and its cost."""
    return max(EFFORT[safeguard.effort] - catalog.relief[profile.service_plan], COST[safeguard.cost])


def carries(catalog: Catalog, profile: Profile, level: str) -> int:
    """The greatest burden that a practice of this size takes on for a risk of this level."""
    ability = next(row for row in sorted(catalog.ability, key=lambda row: row.up_to) if len(profile.workforce) <= row.up_to)
    by_level: dict[str, int] = {
        "very_low": ability.low,
        "low": ability.low,
        "moderate": ability.moderate,
        "high": ability.high,
        "very_high": ability.very_high,
    }
    return by_level[level]


def propose_steps(
    catalog: Catalog, profile: Profile, scenario: Scenario, level: str, there: Collection[str], day: date
) -> tuple[Step, ...]:
    """Steps against a risk of this level; none below moderate. there: safeguards that are in place somewhere in the practice."""
    if level not in MEASURES:
        return ()
    safeguards = {safeguard.id: safeguard for safeguard in catalog.safeguards}
    due = day + timedelta(days=catalog.numbers[f"due_{level}_days"])
    steps: dict[str, Step] = {}
    for id in scenario.safeguards:
        fuller = safeguards[id]
        if not fuller.in_force(day):
            continue
        chosen = fuller
        if burden(catalog, profile, fuller) > carries(catalog, profile, level) and fuller.instead:
            chosen = safeguards[fuller.instead]
        if id not in there and chosen.id not in there:
            steps.setdefault(chosen.id, Step(chosen, chosen.action, due, _why(catalog, profile, level, chosen, fuller)))
    return tuple(steps.values())[: MEASURES[level]]


def _why(catalog: Catalog, profile: Profile, level: str, chosen: Safeguard, fuller: Safeguard) -> str:
    words = catalog.words
    weighing = Weighing(
        level=in_sentence(words["level"][level]),
        effort=in_sentence(words["effort"][chosen.effort]),
        cost=_cost(words, chosen),
        fuller=fuller.title,
        fuller_effort=in_sentence(words["effort"][fuller.effort]),
        fuller_cost=_cost(words, fuller),
        people=len(profile.workforce),
        plan=words["plan"][profile.service_plan],
    )
    return fill(catalog.proposal["own" if chosen is fuller else "instead"], asdict(weighing))


def _cost(words: Mapping[str, Mapping[str, str]], safeguard: Safeguard) -> str:
    return "no" if safeguard.cost == "none" else in_sentence(words["cost"][safeguard.cost])


def reason_to_accept(catalog: Catalog, level: str, existing: Collection[str]) -> str:
    """Why a low risk can be accepted as things are."""
    titles = {safeguard.id: safeguard.title for safeguard in catalog.safeguards}
    held = joined(in_sentence(titles[id]) for id in existing)
    acceptance = Acceptance(level=in_sentence(catalog.words["level"][level]), existing=held)
    return fill(catalog.proposal["accept_with" if existing else "accept_without"], asdict(acceptance))
