"""The engagement plan and the responsibility matrix: small steps on working days, and decisions that stay in the practice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import JUNIPER, LANTERN
from hypothesis import given
from hypothesis import strategies as st
from openxml_audit import OpenXmlValidator

from pipeline.catalog import Catalog
from pipeline.context import Inputs, names_for
from pipeline.context.project import project_names
from pipeline.engagement import LONGEST, Days, Planned, Size, engagement, working
from pipeline.inputs import to_inputs
from pipeline.load import Loaded, Shared, load_practice
from pipeline.primitives import primitives
from pipeline.project_names import ProjectNames
from pipeline.render.word import render_word
from pipeline.workspace import Workspace

SLUGS = (JUNIPER, LANTERN, "example-harbor-oak")
EACH = pytest.mark.parametrize("slug", SLUGS)
PLANS = ("diy", "guided", "copilot")
BEGIN = date(2026, 9, 14)
DAYS = Days(BEGIN, date(2027, 9, 1), date(2026, 10, 31), {"analysis": BEGIN, "officer": date(2026, 8, 17)})
TEN = Size(10, 2, "guided")


@pytest.fixture(scope="module")
def practices(project: Workspace, catalog: Catalog) -> dict[str, tuple[Loaded, Inputs]]:
    loaded = {slug: load_practice(project, slug, shared=Shared(catalog, ())) for slug in SLUGS}
    return {slug: (one, to_inputs(one)) for slug, one in loaded.items()}


@pytest.fixture(scope="module")
def plan(catalog: Catalog) -> Callable[..., tuple[Planned, ...]]:
    """plan(size, days) makes the plan of a practice to which every step applies."""

    def make(size: Size = TEN, days: Days = DAYS) -> tuple[Planned, ...]:
        return engagement(catalog.steps, size, days, lambda _: True)

    return make


def names(practice: tuple[Loaded, Inputs], id: str) -> ProjectNames:
    artifact = practice[0].plan.get(id)
    assert artifact
    return project_names(practice[1], artifact)


def open_steps(planned: tuple[Planned, ...]) -> list[Planned]:
    return [one for one in planned if not one.known]


@given(
    begin=st.dates(date(2024, 1, 1), date(2034, 12, 31)),
    people=st.integers(2, 120),
    sites=st.integers(1, 8),
    service=st.sampled_from(PLANS),
)
def test_each_step_is_small_and_stands_on_working_days(
    begin: date, people: int, sites: int, service: str, catalog: Catalog
) -> None:
    """Nobody begins or ends on a weekend, no step is longer than two weeks of work, none lies before the beginning."""
    days = replace(
        DAYS,
        begin=begin,
        review=date(begin.year + 1, 9, 1),
        training=begin + timedelta(45),
        known={"analysis": begin, "officer": begin},
    )
    for one in open_steps(engagement(catalog.steps, Size(people, sites, service), days, lambda _: True)):
        assert begin <= one.start <= one.end
        assert one.start == working(one.start)
        assert one.end == working(one.end)
        between = [one.start + timedelta(n) for n in range((one.end - one.start).days + 1)]
        assert sum(day == working(day) for day in between) <= LONGEST


@pytest.mark.parametrize(
    ("day", "next_one"),
    [
        (date(2026, 9, 19), date(2026, 9, 21)),
        (date(2026, 11, 26), date(2026, 11, 30)),
        (date(2026, 12, 24), date(2027, 1, 4)),
        (date(2026, 9, 21), date(2026, 9, 21)),
    ],
    ids=["Saturday", "Thanksgiving", "turn of the year", "an ordinary Monday"],
)
def test_work_goes_on_after_days_off(day: date, next_one: date) -> None:
    """The next working day; a Monday is its own."""
    assert working(day) == next_one


def test_a_step_waits_for_the_one_before_it_unless_it_runs_beside(plan: Callable[..., tuple[Planned, ...]]) -> None:
    """What others wait for is over when they begin."""
    waited: date | None = None
    for one in open_steps(plan()):
        assert waited is None or one.start > waited or one.step.by_training
        if not one.step.beside and one.part == one.parts:
            waited = max(waited or one.end, one.end)
    assert any(one.step.beside for one in open_steps(plan()))


def test_a_larger_practice_takes_longer_and_a_consultant_makes_it_shorter(plan: Callable[..., tuple[Planned, ...]]) -> None:
    """Until the first quarter is looked at: fifty people longer than ten, do-it-yourself longer than co-pilot."""

    def over(size: Size) -> date:
        return next(one.end for one in plan(size) if one.step.title == "Look at the first quarter")

    assert over(replace(TEN, people=50)) > over(TEN)
    assert over(replace(TEN, sites=6)) > over(TEN)
    assert over(replace(TEN, people=50, plan="diy")) > over(replace(TEN, people=50, plan="copilot"))


def test_a_long_step_is_cut_into_parts_that_follow_each_other(plan: Callable[..., tuple[Planned, ...]]) -> None:
    """Thirty minutes for each of eighty devices do not fit into two weeks of a practice on its own."""
    parts = [one for one in plan(Size(80, 2, "diy")) if one.step.title == "Set up the devices"]
    assert [one.part for one in parts] == list(range(1, len(parts) + 1))
    assert len(parts) > 1
    assert all(later.start > earlier.end for earlier, later in pairwise(parts))


def test_training_ends_by_its_day_where_there_is_time(plan: Callable[..., tuple[Planned, ...]]) -> None:
    """With a training day two weeks ahead it begins before the policies are through; far ahead is the control."""
    soon = replace(DAYS, training=date(2026, 9, 30))
    (last,) = [one for one in plan(days=soon) if one.step.title == "Train everybody" and one.part == one.parts]
    (later,) = [one for one in plan() if one.step.title == "Train everybody" and one.part == one.parts]
    assert last.end <= date(2026, 9, 30) < later.end <= DAYS.training


def test_what_is_known_is_not_planned_again(plan: Callable[..., tuple[Planned, ...]]) -> None:
    """The analysis is there; an officer whose term begins later is still to be chosen."""
    assert {one.step.known for one in plan() if one.known} == {"analysis", "officer"}
    later = replace(DAYS, known=DAYS.known | {"officer": date(2026, 12, 1)})
    assert {one.step.known for one in plan(days=later) if one.known} == {"analysis"}


def test_the_year_is_renewed_around_its_review_month(plan: Callable[..., tuple[Planned, ...]]) -> None:
    """The last steps wait for it, also when everything else is done by spring."""
    yearly = [one for one in plan() if one.step.review is not None]
    assert yearly[0].start >= date(2027, 8, 1)
    assert yearly[-1].end > date(2027, 9, 1)


# --- who does what


@EACH
def test_each_line_of_the_matrix_says_who_under_each_plan(slug: str, practices: dict[str, tuple[Loaded, Inputs]]) -> None:
    """And the column of the practice's own plan is the one in color."""
    shown = names(practices[slug], "PR-02")
    lines = [duty for area in shown.areas for duty in area.duties]
    assert len(lines) == len(practices[slug][0].catalog.duties) >= 30
    for duty in lines:
        assert {duty.diy, duty.guided, duty.copilot} <= {"Practice", "Consultant", "Both"}
        assert duty.who
    marked = [plan for plan, fill in shown.fills.items() if fill != "FFFFFF"]
    assert marked == [practices[slug][0].profile.service_plan]


def test_a_decision_and_the_office_stay_in_the_practice(catalog: Catalog) -> None:
    """Under no plan does the consultant hold the office, accept a risk, approve, sign or decide; proposing is the control."""
    deciding = ("Be Security Officer", "Accept a risk", "Approve", "Decide", "Sign", "Check a person", "Send the notices")
    found = [duty for duty in catalog.duties if duty.title.startswith(deciding)]
    assert len(found) >= len(deciding)
    assert {(duty.diy, duty.guided, duty.copilot) for duty in found} == {("practice",) * 3}
    assert any(duty.copilot == "firm" for duty in catalog.duties)
    assert {
        step.party(plan)
        for step in catalog.steps
        for plan in PLANS
        if step.title.startswith(("Sign", "Accept", "Read and approve"))
    } == {"practice"}


@pytest.mark.parametrize("kind", ["duties", "steps"])
def test_a_fuller_plan_never_gives_work_back(kind: str, catalog: Catalog) -> None:
    """From do-it-yourself to co-pilot the practice does no more than before."""
    order = ("practice", "both", "firm")
    for one in getattr(catalog, kind):
        places = [order.index(party) for party in (one.diy, one.guided, one.copilot)]
        assert places == sorted(places), one.id


@EACH
def test_each_step_names_a_person_or_the_firm(slug: str, practices: dict[str, tuple[Loaded, Inputs]]) -> None:
    """Not only a role: somebody can be asked."""
    profile = practices[slug][0].profile
    people = {person.name for person in profile.workforce} | {profile.consultant.firm}
    for phase in names(practices[slug], "PR-01").phases:
        for step in phase.steps:
            assert any(person in step.who for person in people), step.title


@EACH
@pytest.mark.parametrize("id", ["PR-01", "PR-02"])
def test_each_document_is_sound(slug: str, id: str, practices: dict[str, tuple[Loaded, Inputs]], tmp_path: Path) -> None:
    """Microsoft's own rules, ported, find nothing."""
    loaded, inputs = practices[slug]
    artifact = loaded.plan.get(id)
    assert artifact
    data = render_word(loaded.templates[artifact.template], primitives(names_for(inputs, artifact)), loaded.look, loaded.as_of)
    (tmp_path / f"{id}.docx").write_bytes(data)
    assert OpenXmlValidator().validate(tmp_path / f"{id}.docx").is_valid
