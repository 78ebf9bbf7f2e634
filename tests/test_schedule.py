"""When recurring tasks fall due: how often, on which day, in which period."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.catalog import Catalog, Due, Task
from pipeline.inputs import to_inputs
from pipeline.load import Loaded, load_practice
from pipeline.schedule import MONTHS, Occurrence, cadence, occurrences
from pipeline.workspace import Workspace

TIMES = {"monthly": 12, "quarterly": 4, "semiannual": 2, "annual": 1}
FRIDAY = 4
TODAY = date(2026, 9, 14)


def task(often: str, quarterly_with: str | None = None, **due: int) -> Task:
    """A task that is due then."""
    return Task(
        id="T-001",
        title="Look",
        step="Look.",
        who="security_officer",
        cadence=often,
        when="Then",
        policies=("SEC-01",),
        record="L-09",
        citations=(),
        due=Due(**due),
        quarterly_with=quarterly_with,
    )


def days(one: Task, as_of: date, review_month: int = 9) -> list[date]:
    """The days on which it is due."""
    return [occurrence.due for occurrence in occurrences([one], {}, review_month, as_of)]


def year_later(day: date) -> date:
    """The same day of the next year; March 1 where there is no February 29."""
    return date(day.year + 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """Any task that the catalogue may hold."""
    often = draw(st.sampled_from(list(MONTHS)))
    due: dict[str, int] = {}
    if often == "annual" and draw(st.booleans()):
        due["review"] = draw(st.integers(-6, 6))
    elif often != "monthly":
        due["month"] = draw(st.integers(1, MONTHS[often]))
    if draw(st.booleans()):
        due["day"] = draw(st.integers(1, 28))
    return task(often, **due)


dates = st.dates(date(2000, 1, 1), date(2099, 12, 31))
review_months = st.integers(1, 12)


@given(tasks(), review_months, dates)
@example(task("annual", month=1), 9, date(2027, 1, 31))
@example(task("annual", month=2), 9, date(2028, 2, 29))
@example(task("monthly", day=7), 9, date(2027, 8, 7))
def test_a_year_holds_each_task_as_often_as_it_comes_back(one: Task, review_month: int, as_of: date) -> None:
    """Twelve, four, two or one; none before the day but for the Friday of its weekend, and none later than two days behind the year."""
    found = occurrences([one], {}, review_month, as_of)
    assert len(found) == TIMES[one.cadence]
    assert [occurrence.task for occurrence in found] == ["T-001"] * len(found)
    assert all(as_of - timedelta(2) <= occurrence.due <= year_later(as_of) + timedelta(1) for occurrence in found)
    assert len({occurrence.key for occurrence in found}) == len(found)


@given(tasks(), review_months, dates)
def test_no_day_is_a_weekend_and_each_is_in_its_month_and_period(one: Task, review_month: int, as_of: date) -> None:
    """A day is moved only off a weekend, by no more than two days, and never into another month."""
    assert one.due
    for found in occurrences([one], {}, review_month, as_of):
        last = monthrange(found.due.year, found.due.month)[1]
        said = found.due.replace(day=one.due.day or last)
        assert found.due.weekday() <= FRIDAY
        assert abs(found.due - said) <= timedelta(2)
        assert found.due == said or said.weekday() > FRIDAY
        assert found.start <= found.due <= found.end


@given(tasks(), review_months, dates)
def test_a_task_is_due_in_the_month_its_words_name(one: Task, review_month: int, as_of: date) -> None:
    """Counted in the calendar's own quarters, half years and years, or from the month of the review."""
    assert one.due
    for found in occurrences([one], {}, review_month, as_of):
        if one.due.review is not None:
            assert (found.due.month - review_month - one.due.review) % 12 == 0
        elif one.cadence != "monthly":
            assert (found.due.month - 1) % MONTHS[one.cadence] + 1 == one.due.month


@given(tasks(), review_months, dates)
@example(task("monthly", day=8), 1, date(2010, 1, 8))
def test_periods_follow_each_other_without_a_gap(one: Task, review_month: int, as_of: date) -> None:
    """Also from one year's calendar to the next: what is done on any day belongs to one time, and none is lost."""
    first = occurrences([one], {}, review_month, as_of)
    second = occurrences([one], {}, review_month, year_later(as_of))
    both = sorted({*first, *second}, key=lambda occurrence: occurrence.start)
    assert all(left.end + timedelta(1) == right.start for left, right in pairwise(both))
    months = MONTHS[one.cadence]
    for found in both:
        assert found.start.day == 1
        assert (found.end + timedelta(1)).day == 1
        assert (found.end.year - found.start.year) * 12 + found.end.month - found.start.month + 1 == months
        assert months == 12 or (found.start.month - 1) % months == 0


@given(tasks(), review_months, dates, st.integers(1, 400))
def test_a_day_does_not_depend_on_when_the_calendar_is_made(one: Task, review_month: int, as_of: date, later: int) -> None:
    """The same time keeps its key, day and period in every later edition."""
    first = {found.key: found for found in occurrences([one], {}, review_month, as_of)}
    second = {found.key: found for found in occurrences([one], {}, review_month, as_of + timedelta(later))}
    assert [first[key] for key in first.keys() & second.keys()] == [second[key] for key in first.keys() & second.keys()]


@pytest.mark.parametrize(
    ("one", "as_of", "first"),
    [
        # the last day of a month: a weekday, a Saturday, a Sunday
        (task("annual", month=3), TODAY, date(2027, 3, 31)),
        (task("annual", month=7), TODAY, date(2027, 7, 30)),
        (task("annual", month=1), TODAY, date(2027, 1, 29)),
        # February with 28 and with 29 days
        (task("annual", month=2), date(2027, 1, 4), date(2027, 2, 26)),
        (task("annual", month=2), date(2028, 1, 4), date(2028, 2, 29)),
        # from a day that not every month has
        (task("monthly"), date(2026, 8, 31), date(2026, 8, 31)),
        (task("monthly", day=7), date(2026, 8, 31), date(2026, 9, 7)),
        (task("annual", month=2), date(2028, 2, 29), date(2028, 2, 29)),
        # the end of the year
        (task("quarterly", month=3), date(2026, 12, 31), date(2026, 12, 31)),
        (task("quarterly", month=3), date(2027, 1, 1), date(2027, 3, 31)),
        (task("semiannual", month=1), date(2026, 12, 31), date(2027, 1, 29)),
        # the middle of a period counts while its day has not passed
        (task("quarterly", month=2), date(2026, 8, 31), date(2026, 8, 31)),
        (task("quarterly", month=2), date(2026, 9, 1), date(2026, 11, 30)),
        (task("monthly", day=7), date(2026, 9, 7), date(2026, 9, 7)),
        (task("monthly", day=7), date(2026, 9, 8), date(2026, 10, 7)),
        # a Saturday whose Friday has just passed: it would be in neither year otherwise
        (task("monthly", day=7), date(2026, 11, 7), date(2026, 11, 6)),
        # the first days of a month have no Friday before them in it
        (task("monthly", day=1), date(2026, 8, 1), date(2026, 8, 3)),
        (task("monthly", day=2), date(2026, 8, 1), date(2026, 8, 3)),
        (task("monthly", day=3), date(2026, 10, 1), date(2026, 10, 2)),
    ],
)
def test_weekends_month_ends_and_the_day_of_the_edition(one: Task, as_of: date, first: date) -> None:
    """The rules of docs/consultants.md, each by an example."""
    assert days(one, as_of)[0] == first


@pytest.mark.parametrize(
    ("review_month", "review", "due", "key"),
    [
        (9, -1, date(2027, 8, 31), "2027"),
        (9, 0, date(2026, 9, 30), "2026"),
        (9, 6, date(2027, 3, 31), "2027"),
        (1, -1, date(2026, 12, 31), "2026"),
        (1, 0, date(2027, 1, 29), "2027"),
        (12, 1, date(2027, 1, 29), "2027"),
        (12, -6, date(2027, 6, 30), "2027"),
    ],
)
def test_yearly_tasks_follow_the_review_across_the_turn_of_the_year(review_month: int, review: int, due: date, key: str) -> None:
    """The month before a review in January is December."""
    (found,) = occurrences([task("annual", review=review)], {}, review_month, TODAY)
    assert (found.due, found.key) == (due, key)


def test_the_period_of_a_yearly_task_is_the_year_around_its_month() -> None:
    """So that an analysis done a month late counts for the review it was late for."""
    (found,) = occurrences([task("annual", review=-1)], {}, 1, TODAY)
    assert found == Occurrence("T-001", date(2026, 7, 1), date(2027, 6, 30), date(2026, 12, 31))


def test_a_clause_of_the_policies_makes_a_task_more_frequent() -> None:
    """And the times that both have in common keep their keys."""
    one = task("semiannual", quarterly_with="access_by_need", month=1)
    half = occurrences([one], {"access_by_need": False}, 9, TODAY)
    quarter = occurrences([one], {"access_by_need": True}, 9, TODAY)
    assert [found.due for found in half] == [date(2027, 1, 29), date(2027, 7, 30)]
    assert [found.due for found in quarter] == [date(2026, 10, 30), date(2027, 1, 29), date(2027, 4, 30), date(2027, 7, 30)]
    assert {found.key for found in half} < {found.key for found in quarter}


def test_events_have_no_days() -> None:
    """What follows an event is in no calendar."""
    assert occurrences([replace(task("event"), due=None)], {}, 9, TODAY) == ()


def test_days_are_sorted_then_tasks() -> None:
    """Whatever the order of the tasks."""
    some = [replace(task("quarterly", month=2), id=id) for id in ("T-103", "T-101", "T-102")]
    found = occurrences(some, {}, 9, TODAY)
    assert [(one.due, one.task) for one in found] == sorted((one.due, one.task) for one in found)
    assert len(found) == 12


# --- the catalogue

ORDER = {"first": 1, "second": 2, "third": 3}
PERIODS = {"month": "monthly", "quarter": "quarterly", "half year": "semiannual", "year": "annual"}
AWAY = {"month": 1, "two months": 2, "second month": 2, "third month": 3, "half a year": 6}


def said(words: str) -> tuple[str, Due]:
    """How often and when, read from the words that are printed."""
    words = words.lower()
    day = 7 if words.startswith("first week") else None
    if found := re.search(r"(?:(first|second|third) month|first week) of each (month|quarter|half year|year)", words):
        return PERIODS[found[2]], Due(month=ORDER[found[1]] if found[1] else None, day=day)
    if words.startswith("january"):
        return "annual", Due(month=1)
    found = re.search(r"(two months|second month|third month|month|half a year) (of|before|after) the yearly review", words)
    assert found, words
    sign = {"of": 0, "before": -1, "after": 1}[found[2]]
    return "annual", Due(review=sign * AWAY[found[1]], day=day)


@pytest.mark.parametrize("strict", [False, True])
def test_words_and_days_of_the_catalogue_agree(catalog: Catalog, loaded: Loaded, strict: bool) -> None:
    """Each recurring task is due when its printed words say, with and without the stricter clauses of the policies."""
    inputs = to_inputs(loaded)
    clauses = dict.fromkeys(catalog.clauses, strict)
    vars(inputs)["clauses"] = clauses
    recurring = [one for one in catalog.tasks if one.cadence != "event"]
    assert len(recurring) > 60
    for one in recurring:
        assert said(inputs.text(one.when)) == (cadence(one, clauses), one.due), one.id


def test_two_tasks_follow_a_clause(catalog: Catalog) -> None:
    """Comparing access with roles, and bringing data back."""
    assert {one.id: one.quarterly_with for one in catalog.tasks if one.quarterly_with} == {
        "T-053": "access_by_need",
        "T-123": "restore_test_quarterly",
    }


@pytest.mark.parametrize("slug", ["example-juniper-ridge", "example-lantern", "example-harbor-oak"])
def test_the_year_of_a_practice_holds_every_recurring_task(slug: str, project: Workspace) -> None:
    """As often as it comes back, and nothing else."""
    inputs = to_inputs(load_practice(project, slug))
    found = occurrences(inputs.plan.tasks, inputs.clauses, inputs.profile.review_month, inputs.as_of)
    counts = Counter(one.task for one in found)
    wanted = {one.id: TIMES[cadence(one, inputs.clauses)] for one in inputs.plan.tasks if one.cadence != "event"}
    assert counts == wanted
    assert len(wanted) > 40
