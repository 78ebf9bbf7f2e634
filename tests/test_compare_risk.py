"""What became of findings and steps between two risk analyses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from next_year import BEGAN, CLOSED, ENDED, HALF, ROSE, changed_assessment, changed_profile, read

from pipeline.assessment.model import Action, Assessment, Finding, NotApplicable, Rating
from pipeline.catalog import Catalog
from pipeline.compare.model import FindingChange, StepChange
from pipeline.compare.risk import compare_findings, compare_steps, levels
from pipeline.records import structure

DAY = date(2027, 9, 13)


def step(what: str = "Turn it on.", status: str = "open", safeguard: str | None = "SG-001") -> Action:
    return Action(what, "denise", DAY, status, safeguard, DAY if status == "done" else None)


def finding(level: str, *actions: Action, residual: str = "low", scenario: str = "SC-001", **more: Any) -> Finding:
    """A finding whose level of risk is this one (likelihood and impact alike)."""
    values: dict[str, Any] = {"existing": (), "response": "mitigate"} | more
    return Finding(
        "RA-001",
        scenario,
        {},
        likelihood=level,
        impact=level,
        actions=actions,
        residual=Rating(residual, residual),
        **values,
    )


@pytest.fixture
def analysis() -> Assessment:
    """The first example's, without findings."""
    return replace(structure(read()[1], Assessment), findings=(), not_applicable=())


@pytest.fixture
def became(analysis: Assessment, catalog: Catalog) -> Any:
    """became(old finding or None, new finding or None) gives the one change."""

    def compare(old: Finding | None, new: Finding | None, *, aside: str = "", **more: Any) -> FindingChange:
        then = replace(analysis, findings=(old,) if old else ())
        set_aside = (NotApplicable("SC-001", aside),) if aside else ()
        now = replace(analysis, findings=(new,) if new else (), not_applicable=set_aside if old else ())
        then = then if old else replace(then, not_applicable=set_aside)
        profile = read()[0]
        scenarios = {scenario.id: scenario for scenario in catalog.scenarios}
        arguments = {"then": profile, "now": profile} | more
        (change,) = compare_findings(then, now, arguments.pop("scenarios", scenarios), catalog.words, **arguments)
        return change

    return compare


@pytest.mark.parametrize(
    ("old", "new", "state", "why"),
    [
        (
            finding("high", step()),
            finding("low", step(status="done")),
            "closed",
            "Its likelihood was high and is now low and its impact was high and is now low. Its open step is done.",
        ),
        (finding("low", step()), finding("low", step(status="done")), "closed", "Its open step is done."),
        (
            # the answers show the measure, and the step is not repeated
            finding("high", step()),
            finding("low", existing=("SG-001",)),
            "closed",
            "Its likelihood was high and is now low and its impact was high and is now low. Its open step is done.",
        ),
        # nobody says that it was done
        (finding("high", step()), finding("low"), "better", "Its open step is not done."),
        # done, and the risk is not where the plan was to bring it
        (finding("very_high", step()), finding("high", step(status="done")), "better", "Its open step is done."),
        (finding("high", step()), finding("high", step(status="done")), "same", "Its open step is done."),
        # done, and another step is open
        (finding("high", step()), finding("low", step(status="done"), step("More.", safeguard=None)), "better", "is done."),
        (
            finding("high", step(), step("B.", safeguard=None)),
            finding("low", step(status="done")),
            "better",
            "1 of 2 open steps is",
        ),
        (finding("low", step()), finding("high", step(status="done")), "worse", "Its open step is done."),
        # without steps there was nothing to close
        (finding("high"), finding("low"), "better", "is now low."),
        (finding("low", step(status="done")), finding("low", step(status="done")), "same", ""),
    ],
)
def test_the_state_follows_from_steps_and_level(old: Finding, new: Finding, state: str, why: str, became: Any) -> None:
    """Closed needs all three: every step done, none open, and the level that the plan was to reach."""
    change = became(old, new)
    assert change.state == state
    assert change.why.endswith(why) if why.endswith(".") else why in change.why
    assert (change.then, change.now) == (old.level, new.level)


def test_what_was_done_by_then_does_not_answer_for_an_open_step_with_the_same_safeguard(became: Any) -> None:
    """One phone was locked last year; the eleven others were not, and nobody says so now."""
    locked = step("Lock one phone.", "done")
    change = became(finding("high", locked, step("Lock all phones.")), finding("low", locked))
    assert change.state == "better"


@pytest.mark.parametrize(
    ("aside", "profile", "why"),
    [
        ("Nobody has a phone.", {}, "It was set aside then: Nobody has a phone."),
        ("", {}, "Its story is new in the analysis."),
        ("", {"devices": []}, "It could not happen then. "),
    ],
)
def test_a_new_finding_says_why_it_is_new(aside: str, profile: dict[str, Any], why: str, became: Any) -> None:
    """Set aside then, impossible then, or a new story."""
    change = became(None, finding("high"), aside=aside, then=read()[0] | profile)
    assert (change.state, change.then, change.now) == ("new", "", "high")
    assert change.why.startswith(why)


def test_an_ended_finding_says_why_it_ended(became: Any, catalog: Catalog) -> None:
    """Set aside now, impossible under the facts of today, or withdrawn; each with its own reason."""
    scenarios = {scenario.id: scenario for scenario in catalog.scenarios}
    without = {id: scenario for id, scenario in scenarios.items() if id != "SC-001"}
    aside = became(finding("high"), None, aside="All phones are gone.")
    gone = became(finding("high"), None, now=read()[0] | {"devices": []})
    withdrawn = became(finding("high"), None, scenarios=without, withdrawn={"SC-001": ("A lost phone", "SC-200 asks the same.")})
    assert [change.why for change in (aside, gone, withdrawn)] == [
        "It is set aside now: All phones are gone.",
        f"It can no longer happen. {scenarios['SC-001'].omitted_because}",
        "Its story was withdrawn. SC-200 asks the same.",
    ]
    assert {change.state for change in (aside, gone, withdrawn)} == {"ended"}
    assert withdrawn.title == "A lost phone"


def test_the_findings_of_the_next_year_are_each_in_their_state(catalog: Catalog) -> None:
    """Of 92 findings five went another way; the gravest state comes first."""
    (before, old), (after, new) = read(), (changed_profile(read()[0]), changed_assessment(read()[1], catalog))
    scenarios = {scenario.id: scenario for scenario in catalog.scenarios}
    then, now = structure(old, Assessment), structure(new, Assessment)
    changes = compare_findings(then, now, scenarios, catalog.words, then=before, now=after)
    assert [(c.scenario, c.state) for c in changes if c.state != "same"] == [
        (ROSE, "worse"),
        (BEGAN, "new"),
        (CLOSED, "closed"),
        (ENDED, "ended"),
    ]
    assert len(changes) == len(then.findings) + 1
    half = next(change for change in changes if change.scenario == HALF)
    assert "open steps" in half.why


def test_the_levels_count_each_finding_once(catalog: Catalog) -> None:
    """From very high down, then and now, as things are and after the steps."""
    then = structure(read()[1], Assessment)
    now = structure(changed_assessment(read()[1], catalog), Assessment)
    counted, after = levels(then, now)
    assert list(counted) == ["very_high", "high", "moderate", "low", "very_low"]
    for counts in (counted, after):
        assert tuple(map(sum, zip(*counts.values(), strict=True))) == (len(then.findings), len(now.findings))
    assert counted["very_high"][1] == counted["very_high"][0] + 1


def test_each_open_step_of_then_is_done_carried_over_or_dropped(analysis: Assessment) -> None:
    """Found by its words, or by its safeguard where it was worded anew; of an ended finding it is dropped."""
    old = (
        finding("high", step("A."), step("B.", safeguard="SG-002"), step("Old.", "done", "SG-003"), scenario="SC-001"),
        replace(finding("high", step("C.", safeguard=None), scenario="SC-002"), id="RA-002"),
    )
    later = replace(step("B, worded anew.", safeguard="SG-002"), due=DAY.replace(year=2028), owner="tobias")
    new = (replace(finding("low", step("A.", "done"), later, scenario="SC-001"), id="RA-007"),)
    assert compare_steps(replace(analysis, findings=old), replace(analysis, findings=new)) == (
        StepChange("C.", "RA-002", "dropped", "denise", DAY),
        StepChange("A.", "RA-007", "done", "denise", DAY),
        StepChange("B.", "RA-007", "carried", "tobias", DAY.replace(year=2028)),
    )
