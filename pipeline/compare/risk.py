"""What became of the findings and of the steps between two risk analyses. Pure.

A finding is followed by its scenario. Its state:

new      was not assessed then; `why` says whether its story is new, was set aside, or could not happen then.
ended    is not assessed now: set aside with a reason, impossible under the facts of today, or withdrawn from the catalogue.
worse    its level of risk is higher, whatever was done.
closed   steps were open then, each of them is done since, none is open now, and the level is no higher than the one that
         the plan was to reach. A step counts as done where the new analysis lists it as done, or where the answers show its
         safeguard in place. A step that is in neither is dropped, and closes nothing.
better   its level is lower, and it is not closed.
same     its level is the same, and it is not closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.assessment.model import Action, Assessment, Finding
from pipeline.assessment.scoring import LEVELS, at_least
from pipeline.catalog import Scenario
from pipeline.compare.model import FindingChange, StepChange
from pipeline.conditions import applies
from pipeline.facts import in_sentence, joined

Levels = Mapping[str, tuple[int, int]]
STATES = ("worse", "new", "closed", "better", "ended", "same")
DONE, CARRIED, DROPPED = "done", "carried", "dropped"


def compare_findings(
    old: Assessment,
    new: Assessment,
    scenarios: Mapping[str, Scenario],
    words: Mapping[str, Mapping[str, str]],
    *,
    then: Mapping[str, Any],
    now: Mapping[str, Any],
    withdrawn: Mapping[str, tuple[str, str]] | None = None,
) -> tuple[FindingChange, ...]:
    """What became of each finding: by state in the order of STATES, then from the highest level down.

    scenarios: those of the catalogue of today; words: of the catalogue, for levels; then, now: the raw profiles of both
    editions; withdrawn: scenario that the catalogue no longer asks about → its title and why.
    """
    was = {finding.scenario: finding for finding in old.findings}
    is_ = {finding.scenario: finding for finding in new.findings}
    gone = withdrawn or {}
    found = [_followed(was[id], finding, scenarios[id].title, words) for id, finding in is_.items() if id in was]
    for id, finding in is_.items():
        if id not in was:
            why = _why_new(old, scenarios[id], then)
            found.append(FindingChange(finding.id, id, scenarios[id].title, "new", "", finding.level, why))
    for id, finding in was.items():
        if id not in is_:
            title = scenarios[id].title if id in scenarios else gone.get(id, (f"Scenario {id}", ""))[0]
            why = _why_ended(new, id, scenarios, now, gone)
            found.append(FindingChange(finding.id, id, title, "ended", finding.level, "", why))
    return tuple(sorted(found, key=_order))


def compare_steps(old: Assessment, new: Assessment) -> tuple[StepChange, ...]:
    """What became of the steps that were open in the earlier analysis, by date."""
    found = {
        StepChange(action.what, number, state, after.owner if after else action.owner, after.due if after else action.due)
        for action, after, state, number in _steps(old, new)
    }
    return tuple(sorted(found, key=lambda step: (step.due, step.finding, step.what)))


def levels(old: Assessment, new: Assessment) -> tuple[Levels, Levels]:
    """Level of risk, from very high down → number of findings (then, now): as things are, and after the steps."""

    def counted(then: list[str], now: list[str]) -> Levels:
        return {level: (then.count(level), now.count(level)) for level in reversed(LEVELS)}

    return (
        counted([finding.level for finding in old.findings], [finding.level for finding in new.findings]),
        counted([finding.residual.level for finding in old.findings], [finding.residual.level for finding in new.findings]),
    )


def _order(change: FindingChange) -> tuple[int, int, str]:
    height = max((LEVELS.index(level) for level in (change.then, change.now) if level), default=0)
    return STATES.index(change.state), -height, change.id


def _followed(old: Finding, new: Finding, title: str, words: Mapping[str, Mapping[str, str]]) -> FindingChange:
    steps = [(action, after, state) for action, after, state in _pairs(old, new)]
    done = sum(state == DONE for _, _, state in steps)
    open_now = [action for action in new.actions if action.status != "done"]
    rank = LEVELS.index(new.level) - LEVELS.index(old.level)
    reached = at_least(old.residual.level, new.level)
    if rank > 0:
        state = "worse"
    elif steps and done == len(steps) and not open_now and reached:
        state = "closed"
    else:
        state = "better" if rank < 0 else "same"
    why = [*_moved(old, new, words)] if state != "same" else []
    if steps:
        why.append(_counted(done, len(steps)))
    return FindingChange(new.id, new.scenario, title, state, old.level, new.level, " ".join(why))


def _moved(old: Finding, new: Finding, words: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """How likelihood and impact moved."""
    level = words["level"]
    moved = [
        f"{name} was {in_sentence(level[before])} and is now {in_sentence(level[after])}"
        for name, before, after in (
            ("its likelihood", old.likelihood, new.likelihood),
            ("its impact", old.impact, new.impact),
        )
        if before != after
    ]
    if moved:
        sentence = joined(moved)
        yield f"{sentence[:1].upper()}{sentence[1:]}."


def _counted(done: int, all_: int) -> str:
    """How many of the steps that were open are done."""
    if all_ == 1:
        return "Its open step is done." if done else "Its open step is not done."
    if done == all_:
        return "Both open steps are done." if all_ == 2 else f"All {all_} open steps are done."
    return f"{done} of {all_} open steps {'is' if done == 1 else 'are'} done." if done else f"None of {all_} open steps is done."


def _why_new(old: Assessment, scenario: Scenario, then: Mapping[str, Any]) -> str:
    aside = next((entry for entry in old.not_applicable if entry.scenario == scenario.id), None)
    if aside:
        return f"It was set aside then: {aside.reason}"
    if not applies(scenario.applies_when, then):
        return f"It could not happen then. {scenario.omitted_because or ''}".strip()
    return "Its story is new in the analysis."


def _why_ended(
    new: Assessment,
    id: str,
    scenarios: Mapping[str, Scenario],
    now: Mapping[str, Any],
    withdrawn: Mapping[str, tuple[str, str]],
) -> str:
    aside = next((entry for entry in new.not_applicable if entry.scenario == id), None)
    if aside:
        return f"It is set aside now: {aside.reason}"
    if id not in scenarios or id in withdrawn:
        return f"Its story was withdrawn. {withdrawn.get(id, ('', ''))[1]}".strip()
    if not applies(scenarios[id].applies_when, now):
        return f"It can no longer happen. {scenarios[id].omitted_because or ''}".strip()
    return "It was not assessed this time."


def _steps(old: Assessment, new: Assessment) -> Iterator[tuple[Action, Action | None, str, str]]:
    """Each step that was open then, the one it is now, what became of it, and the number of its finding."""
    by_scenario = {finding.scenario: finding for finding in new.findings}
    for finding in old.findings:
        today = by_scenario.get(finding.scenario)
        for action, after, state in _pairs(finding, today):
            yield action, after, state, today.id if today else finding.id


def _pairs(old: Finding, new: Finding | None) -> Iterator[tuple[Action, Action | None, str]]:
    """The steps of a finding that were open then, each with itself in the new analysis: by its words, or else its safeguard."""
    waiting = [action for action in old.actions if action.status != "done"]
    # what was done by then answers for no other step
    over = {action.what for action in old.actions if action.status == "done"}
    left = [action for action in new.actions if action.what not in over] if new else []
    found: dict[int, Action] = {}
    for match in (_same_words, _same_safeguard):
        for number, action in enumerate(waiting):
            partner = next((one for one in left if number not in found and match(action, one)), None)
            if partner:
                found[number] = partner
                left.remove(partner)
    for number, action in enumerate(waiting):
        after = found.get(number)
        if after:
            state = DONE if after.status == "done" else CARRIED
        else:
            state = DONE if new and action.safeguard and action.safeguard in new.existing else DROPPED
        yield action, after, state


def _same_words(old: Action, new: Action) -> bool:
    return old.what == new.what


def _same_safeguard(old: Action, new: Action) -> bool:
    return old.safeguard is not None and old.safeguard == new.safeguard
