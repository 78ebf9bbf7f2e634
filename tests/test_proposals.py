"""What is proposed against a risk: in proportion to the risk and to the practice, and never in the place of a decision."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from pipeline.assessment.proposals import Step, burden, propose_steps
from pipeline.assessment.questions import proved
from pipeline.assessment.scoring import at_least, risk_level
from pipeline.catalog import Scenario
from pipeline.load import Loaded
from pipeline.practice import Profile
from pipeline.workbook.answers import answers_of
from pipeline.workbook.make import analysis_workbook
from pipeline.workbook.propose import proposals
from pipeline.workbook.setting import Setting
from pipeline.workbook.sheets import Value

DAY = date(2026, 9, 14)
SMALL, MIDDLE, LARGE = 3, 13, 60
LAPTOP, UNENCRYPTED = "SC-002", "SC-014"
Cells = dict[str, Value]


@pytest.fixture(scope="module")
def setting(loaded: Loaded) -> Setting:
    """The first example on the day of its analysis."""
    return Setting(loaded.catalog, loaded.profile, loaded.raw_profile, DAY)


@pytest.fixture(scope="module")
def told(loaded: Loaded, setting: Setting) -> Cells:
    """What the practice says in parts 1 and 2; nothing of part 3."""
    cells = answers_of(setting, loaded.assessment)
    return {key: value for key, value in cells.items() if not key.startswith(("plan/", "action/"))}


@pytest.fixture(scope="module")
def proposed(setting: Setting, told: Cells) -> Cells:
    """What is proposed for part 3."""
    return proposals(setting, told)


def sized(loaded: Loaded, people: int, plan: str = "diy") -> Profile:
    """The practice with so many people on this plan."""
    return replace(loaded.profile, workforce=(loaded.profile.workforce * 10)[:people], service_plan=plan)


def calling_for(loaded: Loaded, *ids: str) -> Scenario:
    """A story of the catalogue that recommends these measures and no other."""
    return replace(loaded.catalog.scenarios[0], safeguards=ids)


def offered(
    loaded: Loaded, story: Scenario, level: str, people: int, plan: str = "diy", there: tuple[str, ...] = ()
) -> list[str]:
    """Measures that a practice of this size is offered against a risk of this level."""
    return chosen(propose_steps(loaded.catalog, sized(loaded, people, plan), story, level, there, DAY))


def chosen(steps: tuple[Step, ...]) -> list[str]:
    return [step.safeguard.id for step in steps]


def answered(setting: Setting, id: str, impact: str, **answers: str) -> Cells:
    """The cells of one card."""
    cells: Cells = {f"{id}/q/{question}": setting.words[f"{id}/{question}"][choice] for question, choice in answers.items()}
    return {**cells, f"{id}/impact": setting.words["impact"][impact]}


def steps_of(setting: Setting, cells: Cells) -> dict[str, list[str]]:
    """Scenario → measures of the steps that stand in these cells."""
    codes = {kind: {text: code for code, text in setting.words[kind].items()} for kind in ("scenario", "safeguard")}
    found: dict[str, list[str]] = defaultdict(list)
    for key, value in cells.items():
        if key.startswith("action/") and key.endswith("/scenario"):
            measure = cells[key.replace("/scenario", "/safeguard")]
            found[codes["scenario"][str(value)]].append(codes["safeguard"][str(measure)])
    return dict(found)


# --- which measures


@pytest.mark.parametrize(("level", "measures"), [("very_low", 0), ("low", 0), ("moderate", 1), ("high", 2), ("very_high", 3)])
def test_the_level_of_the_risk_says_how_many_measures(loaded: Loaded, level: str, measures: int) -> None:
    """None below moderate, then one, two, three: the first of those that the story recommends."""
    for scenario in loaded.catalog.scenarios:
        steps = propose_steps(loaded.catalog, sized(loaded, LARGE), scenario, level, (), DAY)
        assert chosen(steps) == list(scenario.safeguards[:measures]), scenario.id


@pytest.mark.parametrize("level", ["moderate", "high", "very_high"])
def test_a_measure_that_is_in_place_is_not_proposed_again(loaded: Loaded, level: str) -> None:
    """The next one of the story moves up, and where all are there nothing is left to propose."""
    for scenario in loaded.catalog.scenarios:
        first, *others = scenario.safeguards
        most = len(propose_steps(loaded.catalog, sized(loaded, LARGE), scenario, level, (), DAY))
        steps = propose_steps(loaded.catalog, sized(loaded, LARGE), scenario, level, (first,), DAY)
        assert chosen(steps) == others[:most] or len(others) < most, scenario.id
        assert first not in chosen(steps)
        assert propose_steps(loaded.catalog, sized(loaded, LARGE), scenario, level, scenario.safeguards, DAY) == ()


def test_a_measure_that_another_story_shows_to_be_there_is_not_proposed(setting: Setting) -> None:
    """Encryption was looked at on each laptop: the story of the personal laptop does not ask for it once more."""
    bad = answered(setting, UNENCRYPTED, "high", seen="some", audit="once")
    elsewhere = answered(setting, LAPTOP, "low", encrypted="seen", car="often", erase="none")
    assert steps_of(setting, proposals(setting, bad))[UNENCRYPTED] == ["SG-003", "SG-005"]
    assert steps_of(setting, proposals(setting, {**bad, **elsewhere}))[UNENCRYPTED] == ["SG-005", "SG-004"]


def test_a_measure_that_is_listed_as_in_place_is_not_proposed(setting: Setting) -> None:
    """What stands under “Other safeguards in place” is there as well as what the answers show, for every story."""
    bad = answered(setting, UNENCRYPTED, "high", seen="some", audit="once")
    elsewhere = answered(setting, LAPTOP, "low", encrypted="believed", car="often", erase="none")
    listed: Cells = {f"plan/{LAPTOP}/response": "Accept", f"plan/{LAPTOP}/also": "SG-003, SG-005"}
    assert steps_of(setting, proposals(setting, {**bad, **elsewhere, **listed}))[UNENCRYPTED] == ["SG-004", "SG-008"]


def test_no_step_of_a_whole_analysis_repeats_what_is_there(
    setting: Setting, told: Cells, proposed: Cells, loaded: Loaded
) -> None:
    """Over all stories of the example, each with the answers that were given."""
    there = {id for finding in loaded.assessment.findings for id in proved(setting.scenarios[finding.scenario], finding.answers)}
    offered = {measure for measures in steps_of(setting, proposed).values() for measure in measures}
    assert there
    assert len(offered) > 20
    assert not there & offered


# --- in proportion to the practice


@pytest.mark.parametrize(
    ("measure", "people", "level", "expected"),
    [
        # medium effort, medium cost
        ("SG-019", 10, "moderate", "SG-084"),
        ("SG-019", 11, "moderate", "SG-019"),
        ("SG-019", 10, "high", "SG-019"),
        ("SG-039", 10, "moderate", "SG-038"),
        ("SG-039", 11, "moderate", "SG-039"),
        # medium effort, high cost
        ("SG-008", 10, "moderate", "SG-005"),
        ("SG-008", 40, "moderate", "SG-005"),
        ("SG-008", 41, "moderate", "SG-008"),
        ("SG-008", 10, "high", "SG-005"),
        ("SG-008", 11, "high", "SG-008"),
        ("SG-008", 10, "very_high", "SG-008"),
    ],
)
def test_a_small_practice_is_offered_the_lighter_measure_and_a_large_one_the_fuller(
    loaded: Loaded, measure: str, people: int, level: str, expected: str
) -> None:
    """A costly measure gives way to its lighter one, the sooner the fewer the people and the lower the risk."""
    assert offered(loaded, calling_for(loaded, measure), level, people) == [expected]


def test_every_lighter_measure_of_the_catalogue_is_offered_to_a_small_practice(loaded: Loaded) -> None:
    """None of them is named for nothing."""
    fuller = [safeguard for safeguard in loaded.catalog.safeguards if safeguard.instead]
    assert fuller
    for safeguard in fuller:
        story = calling_for(loaded, safeguard.id)
        assert offered(loaded, story, "moderate", SMALL) == [safeguard.instead]
        assert offered(loaded, story, "moderate", LARGE) == [safeguard.id]


def test_where_the_fuller_or_the_lighter_measure_is_there_a_small_practice_is_asked_for_neither(loaded: Loaded) -> None:
    """The lighter measure is no addition to the fuller, and it is not proposed where it is done already."""
    story = calling_for(loaded, "SG-019")
    for there in ("SG-019", "SG-084"):
        assert offered(loaded, story, "moderate", SMALL, there=(there,)) == []
    assert offered(loaded, story, "moderate", LARGE, there=("SG-084",)) == ["SG-019"]


def test_a_lighter_measure_that_the_story_recommends_too_is_proposed_once(loaded: Loaded) -> None:
    """SG-005 stands for SG-008 here, and is the next measure of the list itself."""
    story = calling_for(loaded, "SG-008", "SG-005", "SG-018")
    assert offered(loaded, story, "high", SMALL) == ["SG-005", "SG-018"]
    assert offered(loaded, story, "high", LARGE) == ["SG-008", "SG-005"]


@pytest.mark.parametrize(
    ("people", "plan", "phrases"),
    [
        (
            SMALL,
            "diy",
            [
                '"Computers bought and set up by the practice"',
                "medium effort and high cost",
                "For 3 people on the do-it-yourself plan",
                "a high risk",
                "with medium effort and no cost",
            ],
        ),
        (MIDDLE, "guided", ["Medium effort and high cost", "for 13 people on the guided plan", "a high risk"]),
        (LARGE, "copilot", ["Medium effort and high cost", "for 60 people on the co-pilot plan", "a high risk"]),
    ],
)
def test_the_reason_names_people_plan_effort_and_cost(loaded: Loaded, people: int, plan: str, phrases: list[str]) -> None:
    """Why a measure is reasonable and appropriate is said of this practice; where another one gave way, that one is named."""
    (step,) = propose_steps(loaded.catalog, sized(loaded, people, plan), calling_for(loaded, "SG-008"), "high", (), DAY)
    assert [phrase for phrase in phrases if phrase not in step.why] == []


def test_no_reason_is_shared_by_two_practices_of_another_size(loaded: Loaded) -> None:
    """For every story and level the reason holds the number of people."""
    for people in (SMALL, MIDDLE, LARGE):
        for scenario in loaded.catalog.scenarios:
            for step in propose_steps(loaded.catalog, sized(loaded, people), scenario, "high", (), DAY):
                assert f"{people} people on the do-it-yourself plan" in step.why
                assert "high risk" in step.why


@pytest.mark.parametrize(
    ("effort", "cost", "alone", "with_copilot"),
    [
        ("low", "none", 1, 0),
        ("medium", "none", 2, 1),
        ("high", "none", 3, 2),
        ("high", "low", 3, 2),
        ("medium", "medium", 2, 2),
        ("low", "high", 3, 3),
    ],
)
def test_the_copilot_plan_takes_effort_off_and_no_cost(
    loaded: Loaded, effort: str, cost: str, alone: int, with_copilot: int
) -> None:
    """What the consultant does, the practice does not; what is bought, the practice pays all the same."""
    measure = replace(loaded.catalog.safeguards[0], effort=effort, cost=cost)
    found = [burden(loaded.catalog, sized(loaded, SMALL, plan), measure) for plan in ("diy", "guided", "copilot")]
    assert found == [alone, alone, with_copilot]


def test_with_the_copilot_plan_a_small_practice_takes_on_more(loaded: Loaded) -> None:
    """A measure of much effort and little cost: given up alone, taken on where the consultant does a part of it."""
    safeguards = tuple(replace(s, effort="high", cost="low") if s.id == "SG-008" else s for s in loaded.catalog.safeguards)
    catalog, story = replace(loaded.catalog, safeguards=safeguards), calling_for(loaded, "SG-008")
    found = {
        plan: chosen(propose_steps(catalog, sized(loaded, SMALL, plan), story, "high", (), DAY)) for plan in ("diy", "copilot")
    }
    assert found == {"diy": ["SG-005"], "copilot": ["SG-008"]}


def test_the_plan_decides_on_some_proposal_of_the_catalogue(loaded: Loaded) -> None:
    """The catalogue holds a measure that is within reach with the consultant's work and out of reach without it."""
    stories = [calling_for(loaded, safeguard.id) for safeguard in loaded.catalog.safeguards if safeguard.instead]
    decided = [
        (story.safeguards, level, people)
        for story, level, people in product(stories, ("moderate", "high", "very_high"), (SMALL, MIDDLE, LARGE))
        if offered(loaded, story, level, people) != offered(loaded, story, level, people, "copilot")
    ]
    assert decided


# --- by when


@pytest.mark.parametrize(("level", "day"), [("moderate", (2026, 12, 13)), ("high", (2026, 10, 14)), ("very_high", (2026, 9, 28))])
def test_the_higher_the_risk_the_sooner_a_step_is_due(loaded: Loaded, level: str, day: tuple[int, int, int]) -> None:
    """90, 30 and 14 days after the day of the analysis."""
    for scenario in loaded.catalog.scenarios:
        steps = propose_steps(loaded.catalog, loaded.profile, scenario, level, (), DAY)
        assert {step.due for step in steps} == {date(*day)}, scenario.id


def test_the_days_are_those_of_the_catalogue(loaded: Loaded) -> None:
    """A firm that sets another number of days gets other dates, for this level alone."""
    parameters = tuple(replace(p, value=21) if p.name == "due_high_days" else p for p in loaded.catalog.parameters)
    catalog, story = replace(loaded.catalog, parameters=parameters), calling_for(loaded, "SG-018")
    due = {level: propose_steps(catalog, loaded.profile, story, level, (), DAY)[0].due for level in ("moderate", "high")}
    assert due == {"moderate": date(2026, 12, 13), "high": date(2026, 10, 5)}


def test_one_measure_against_several_risks_has_one_date(setting: Setting) -> None:
    """It is one piece of work, and the gravest of the risks says by when."""
    high = answered(setting, UNENCRYPTED, "high", seen="some", audit="audit")
    moderate = answered(setting, LAPTOP, "moderate", encrypted="believed", car="never", erase="each")
    alone = proposals(setting, moderate)
    together = proposals(setting, {**moderate, **high})
    assert steps_of(setting, alone) == {LAPTOP: ["SG-003"]}
    assert steps_of(setting, together) == {UNENCRYPTED: ["SG-003", "SG-004"], LAPTOP: ["SG-003"]}
    assert dates(setting, alone)["SG-003"] == {date(2026, 12, 13)}
    assert dates(setting, together)["SG-003"] == {date(2026, 10, 14)}


def dates(setting: Setting, cells: Cells) -> dict[str, set[Value]]:
    """Measure → days by which it is due."""
    codes = {text: code for code, text in setting.words["safeguard"].items()}
    found: dict[str, set[Value]] = defaultdict(set)
    for key, value in cells.items():
        if key.startswith("action/") and key.endswith("/safeguard"):
            found[codes[str(value)]].add(cells[key.replace("/safeguard", "/due")])
    return dict(found)


def test_no_measure_of_a_whole_analysis_has_two_dates(setting: Setting, proposed: Cells) -> None:
    """Over all stories of the example; several measures stand against more than one risk."""
    measures = [measure for held in steps_of(setting, proposed).values() for measure in held]
    assert len(measures) > len(set(measures))
    assert {measure: days for measure, days in dates(setting, proposed).items() if len(days) > 1} == {}


def test_a_step_is_complete_but_for_what_only_a_person_knows(setting: Setting, proposed: Cells) -> None:
    """Story, measure, owner, date, status, effort, cost and reason stand there; no proof and no day on which it was done."""
    lines: dict[str, set[str]] = defaultdict(set)
    for key in proposed:
        if key.startswith("action/"):
            lines["/".join(key.split("/")[:2])].add(key.split("/")[2])
    parts = {"scenario", "what", "safeguard", "owner", "due", "status", "effort", "cost", "why"}
    assert lines
    assert all(held == parts for held in lines.values())
    officer = setting.people[setting.profile.officers.security.person]
    assert {proposed[f"{line}/owner"] for line in lines} == {officer}
    assert {proposed[f"{line}/status"] for line in lines} == {"Open"}


# --- accepting


def test_a_low_risk_is_proposed_for_acceptance_with_approver_reason_and_review(setting: Setting) -> None:
    """The reason names what is in place; it is looked at again after a year."""
    cells = proposals(setting, answered(setting, LAPTOP, "moderate", encrypted="seen", car="never", erase="each"))
    assert {key: value for key, value in cells.items() if not key.startswith("asset/")} == {
        f"plan/{LAPTOP}/response": "Accept",
        f"plan/{LAPTOP}/reason": "The risk is low with what is in place: remote lock and wipe, storage encryption proved before a computer"
        " is used and no device or record left in a vehicle. More effort serves the higher risks first.",
        f"plan/{LAPTOP}/by": "Marisol Etxeberria, LCSW",
        f"plan/{LAPTOP}/review": DAY + timedelta(days=365),
    }


def test_a_low_risk_with_nothing_in_place_is_not_said_to_be_low_with_what_is_in_place(setting: Setting) -> None:
    """The reason speaks of how things are here."""
    cells = proposals(setting, answered(setting, LAPTOP, "low", encrypted="believed", car="seldom", erase="none"))
    assert cells[f"plan/{LAPTOP}/response"] == "Accept"
    assert str(cells[f"plan/{LAPTOP}/reason"]).startswith("The risk is low as things are here, as the answers show.")


def test_nobody_is_made_to_accept_a_risk_and_no_rest_is_assumed(setting: Setting, proposed: Cells) -> None:
    """Over a whole analysis: neither a day of acceptance nor a rating after the steps is ever proposed."""
    accepted = [key for key, value in proposed.items() if key.endswith("/response") and value == "Accept"]
    assert len(accepted) > 10
    assert all(key.replace("/response", "/by") in proposed for key in accepted)
    by_hand = ("/accepted", "/likelihood", "/impact", "/number", "/also", "/done", "/evidence", "/absent")
    assert [key for key in proposed if key.endswith(by_hand)] == []


def test_what_is_accepted_is_low_and_what_is_mitigated_is_not(
    setting: Setting, told: Cells, proposed: Cells, loaded: Loaded
) -> None:
    """Each finding of the example gets the response that its level calls for, with steps where it is mitigated."""
    steps = steps_of(setting, proposed)
    table = {finding.scenario: finding for finding in loaded.assessment.findings}
    assert {key.split("/")[1] for key in proposed if key.endswith("/response")} >= steps.keys()
    for id, finding in table.items():
        serious = at_least(risk_level(finding.likelihood, finding.impact), "moderate")
        response = proposed.get(f"plan/{id}/response")
        assert (response == "Accept") == (not serious), id
        assert (response == "Mitigate") == (id in steps), id
        assert serious or id not in steps, id


# --- what a person wrote


@pytest.mark.parametrize(
    "written",
    [
        {f"plan/{UNENCRYPTED}/response": "Avoid"},
        {"action/007/scenario": f"{UNENCRYPTED} A personal laptop turns out not to be encrypted"},
        {f"{UNENCRYPTED}/absent": "Nobody works on a laptop of their own any more."},
    ],
    ids=["a response", "a step", "that it does not apply"],
)
def test_nothing_is_proposed_where_something_is_written(setting: Setting, written: Cells) -> None:
    """A decision of the practice is not answered back, and another story still gets its proposals."""
    bad = answered(setting, UNENCRYPTED, "high", seen="none", audit="no")
    other = answered(setting, LAPTOP, "high", encrypted="some", car="often", erase="none")
    assert steps_of(setting, proposals(setting, {**bad, **other})).keys() == {UNENCRYPTED, LAPTOP}
    found = proposals(setting, {**bad, **other, **written})
    assert steps_of(setting, found).keys() == {LAPTOP}
    assert f"plan/{UNENCRYPTED}/response" not in found


def test_new_steps_stand_below_those_that_are_there(setting: Setting) -> None:
    """A line in which somebody wrote is not used for a proposal."""
    bad = answered(setting, UNENCRYPTED, "high", seen="none", audit="no")
    found = proposals(setting, {**bad, "action/007/what": "Ask the repair shop."})
    assert {key.split("/")[1] for key in found if key.startswith("action/")} == {"008", "009"}


def test_the_workbook_keeps_what_is_written_and_marks_what_is_proposed(setting: Setting, told: Cells, proposed: Cells) -> None:
    """A filled cell stays as it is; only a cell that was empty holds a proposal, and looks like one."""
    mine: Cells = {"asset/system/simplepractice/creates": "No", "plan/SC-001/reason": "We talked about it in the meeting."}
    known = {**told, **mine}
    entries = analysis_workbook(setting, known, proposals(setting, known)).entries
    assert {key: entries[key].value for key in mine} == mine
    assert {key for key in known.keys() & entries.keys() if entries[key].proposed} == set()
    marked = {key for key, entry in entries.items() if entry.proposed}
    assert marked == proposals(setting, known).keys() - known.keys()
    assert len(marked) > 100


@pytest.mark.parametrize("missing", ["audit", "impact"])
def test_nothing_is_proposed_before_the_story_is_rated(setting: Setting, missing: str) -> None:
    """One question or the impact is open: the level is not known, and no step and no response stand there."""
    cells = answered(setting, UNENCRYPTED, "high", seen="none", audit="no")
    del cells[f"{UNENCRYPTED}/impact" if missing == "impact" else f"{UNENCRYPTED}/q/{missing}"]
    assert [key for key in proposals(setting, cells) if not key.startswith("asset/")] == []


def test_a_likelihood_that_the_practice_chose_counts_more_than_its_answers(setting: Setting) -> None:
    """The answers suggest high; the practice says low, and acceptance is proposed."""
    cells = answered(setting, UNENCRYPTED, "moderate", seen="none", audit="no")
    assert proposals(setting, cells)[f"plan/{UNENCRYPTED}/response"] == "Mitigate"
    cells[f"{UNENCRYPTED}/likelihood"] = setting.words["likelihood"]["low"]
    assert proposals(setting, cells)[f"plan/{UNENCRYPTED}/response"] == "Accept"
