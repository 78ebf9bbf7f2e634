"""Which questions a test has: reproducible, fair, and only about what the practice has."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import JUNIPER, LANTERN
from hypothesis import given
from hypothesis import strategies as st

from pipeline.catalog import Catalog, Parameter
from pipeline.context import Inputs
from pipeline.context.training import asked_of
from pipeline.inputs import to_inputs
from pipeline.load import load_practice
from pipeline.materials import QuizQuestion
from pipeline.plan import make_plan
from pipeline.practice import Profile
from pipeline.quiz import LETTERS, make_test, pass_count
from pipeline.records import structure
from pipeline.workspace import Workspace

HARBOR = "example-harbor-oak"
AUDIENCES = ("clinician", "admin", "officer")


def bank(counts: dict[str, int]) -> list[QuizQuestion]:
    """So many questions for each policy."""
    return [
        QuizQuestion(f"{policy}/{n}", policy, "Q", "right", ("w1", "w2", "w3"), "why", ("clinician",))
        for policy, count in counts.items()
        for n in range(count)
    ]


BANKS = st.dictionaries(st.sampled_from([f"SEC-{n:02d}" for n in range(1, 36)]), st.integers(1, 6), min_size=1)
SEEDS = st.tuples(st.text("abc-", min_size=1), st.sampled_from(["2026.1", "2026.2", "2027.1"]), st.sampled_from(AUDIENCES))


@pytest.fixture(scope="module")
def examples(project: Workspace) -> dict[str, Inputs]:
    """The inputs of each example."""
    return {slug: to_inputs(load_practice(project, slug)) for slug in (HARBOR, JUNIPER, LANTERN)}


# --- the selection


@given(counts=BANKS, seed=SEEDS, count=st.integers(1, 40), data=st.data())
def test_the_same_inputs_make_the_same_test(
    counts: dict[str, int], seed: tuple[str, ...], count: int, data: st.DataObject
) -> None:
    """In whatever order the catalogue lists its questions."""
    questions = bank(counts)
    shuffled = data.draw(st.permutations(questions))
    assert make_test(questions, {"SEC-11"}, count, *seed) == make_test(shuffled, {"SEC-11"}, count, *seed)


@given(
    counts=BANKS, seed=SEEDS, count=st.integers(1, 40), important=st.sets(st.sampled_from([f"SEC-{n:02d}" for n in range(1, 36)]))
)
def test_each_important_policy_is_asked_once_before_any_twice(
    counts: dict[str, int], seed: tuple[str, ...], count: int, important: set[str]
) -> None:
    """And no question stands twice; a test is as long as asked for, or as long as there are questions."""
    asked = make_test(bank(counts), important, count, *seed)
    assert len(asked) == min(count, sum(counts.values()))
    assert len({one.question.id for one in asked}) == len(asked)
    times = Counter(one.question.policy for one in asked)
    there = important & set(counts)
    if any(number > 1 or policy not in important for policy, number in times.items()):
        assert there <= set(times)
    if any(number > 1 for number in times.values()):
        assert set(times) == set(counts)


@given(counts=BANKS, seed=SEEDS, count=st.integers(1, 40))
def test_every_letter_is_right_equally_often(counts: dict[str, int], seed: tuple[str, ...], count: int) -> None:
    """Give or take one; under the letter stands the right answer, and each answer stands once."""
    asked = make_test(bank(counts), (), count, *seed)
    letters = Counter(one.letter for one in asked)
    assert max(letters.values()) - min(letters[letter] for letter in LETTERS) <= 1
    for one in asked:
        assert one.answers[LETTERS.index(one.letter)] == one.question.right
        assert sorted(one.answers) == sorted((one.question.right, *one.question.wrong))


@pytest.mark.parametrize("audience", AUDIENCES)
def test_another_edition_or_practice_asks_other_questions(examples: dict[str, Inputs], audience: str) -> None:
    """Of fifteen questions at least five are others; some right answers of those that stay move."""
    one = examples[HARBOR]
    first = asked_of(one, audience)
    for other in (replace(one, edition="2027.1"), examples[JUNIPER]):
        second = asked_of(other, audience)
        assert len({asked.question.id for asked in second} - {asked.question.id for asked in first}) >= 5
    again = {asked.question.id: asked.letter for asked in asked_of(replace(one, edition="2027.1"), audience)}
    assert again != {asked.question.id: asked.letter for asked in first}


def test_a_pass_mark_is_rounded_up() -> None:
    """80 percent of 15 are 12, of 14 are 11.2 and so 12."""
    assert (pass_count(15, 80), pass_count(14, 80), pass_count(10, 100)) == (12, 12, 10)


# --- what is asked here


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("slug", [HARBOR, JUNIPER])
def test_each_policy_of_the_course_is_asked(examples: dict[str, Inputs], slug: str, audience: str) -> None:
    """A test has its full length, and asks about each policy of the courses that end with it."""
    inputs = examples[slug]
    asked = asked_of(inputs, audience)
    assert len(asked) == inputs.catalog.numbers["quiz_questions"] == 15
    tests = {report.id for report in inputs.catalog.reports if report.view == "quiz" and report.audience == audience}
    taught = {policy for course in inputs.catalog.courses if tests.intersection(course.material) for policy in course.policies}
    assert taught
    assert taught <= {one.question.policy for one in asked}


def everything(project: Workspace, catalog: Catalog, slug: str, **ways: object) -> set[str]:
    """Ids of all questions that clinicians of a practice could be asked; ways: changed ways of working."""
    loaded = load_practice(project, slug)
    raw = json.loads((project.practices / slug / "profile.json").read_text("utf-8"))
    raw["ways_of_working"] |= ways
    long = tuple(
        Parameter("quiz_questions", 1000, "questions", "all") if one.name == "quiz_questions" else one
        for one in catalog.parameters
    )
    inputs = replace(
        to_inputs(loaded),
        catalog=replace(catalog, parameters=long),
        profile=structure(raw, Profile),
        plan=make_plan(catalog, raw),
        raw=raw,
    )
    return {one.question.id for one in asked_of(inputs, "clinician")}


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("telehealth", False),
        ("remote_work", False),
        ("client_texting", False),
        ("paper_records", False),
        ("psychotherapy_notes_separate", False),
        ("byod", False),
        ("part2", {"status": "neither", "reason": "No.", "decided_on": "2026-01-05"}),
    ],
)
def test_no_question_is_about_what_the_practice_has_not(project: Workspace, catalog: Catalog, fact: str, value: object) -> None:
    """With the fact gone its questions are gone; with the fact they could be asked (positive control)."""
    with_it = everything(project, catalog, HARBOR)
    without = everything(project, catalog, HARBOR, **{fact: value})
    conditional = {q.id for q in catalog.questions if fact in json.dumps(q.applies_when) and "clinician" in q.audience}
    gone = with_it - without
    assert gone
    assert gone <= conditional | {q.id for q in catalog.questions if q.policy in ("SEC-20", "SEC-32", "SEC-33")}


def test_a_practice_without_an_office_is_not_asked_about_its_doors(project: Workspace, catalog: Catalog) -> None:
    """Nor about texts, AI tools or paper that it has not."""
    asked = everything(project, catalog, LANTERN)
    words = ("waiting area", "lend it", "text message", "AI tool reads", "lies on your desk", "subpoena", "An intern wants")
    texts = {q.id: " ".join((q.text, q.right)) for q in catalog.questions}
    assert [
        id
        for id in asked
        for word in words
        if word in texts[id].replace("{% if facts.has_office %}You go to the waiting area", "")
    ] == []
    there = everything(project, catalog, HARBOR)
    assert {word for id in there for word in words if word in texts[id]} == set(words)


# --- the bank


def test_the_bank_is_broad(catalog: Catalog) -> None:
    """At least seventy questions; each policy has one; those that everybody is tested on have several for each audience."""
    assert len(catalog.questions) >= 70
    assert {question.policy for question in catalog.questions} == {policy.id for policy in catalog.policies}
    for policy, audience in (
        ("SEC-11", "clinician"),
        ("SEC-11", "admin"),
        ("SEC-10", "clinician"),
        ("SEC-10", "admin"),
        ("SEC-31", "officer"),
    ):
        assert sum(q.policy == policy and audience in q.audience for q in catalog.questions) >= 4


def printed(text: str) -> int:
    """How long a text is about when it is printed."""
    return len(re.sub(r"\{\{.*?\}\}", "client", text))


def test_the_right_answer_does_not_stand_out(catalog: Catalog) -> None:
    """It is the longest, or the shortest, in no more than three of ten questions; answers are of similar length."""
    lengths = [(printed(q.right), [printed(wrong) for wrong in q.wrong]) for q in catalog.questions if "{%" not in q.right]
    assert sum(right > max(wrong) for right, wrong in lengths) <= 0.3 * len(lengths)
    assert sum(right < min(wrong) for right, wrong in lengths) <= 0.3 * len(lengths)
    assert [right for right, wrong in lengths if right > 1.5 * max(wrong)] == []
    for question in catalog.questions:
        assert len({question.right, *question.wrong}) == 4, question.id


def test_no_question_stands_twice(catalog: Catalog) -> None:
    """Two questions never have the same scene."""
    texts = Counter(question.text for question in catalog.questions)
    assert [text for text, count in texts.items() if count > 1] == []


def test_nothing_is_left_to_chance(project: Workspace) -> None:
    """No module of the selection imports a source of chance or time."""
    for name in ("quiz.py", "training.py", "context/training.py"):
        source = Path(project.root / "pipeline" / name).read_text("utf-8")
        assert "import random" not in source
        assert "today()" not in source
