"""What the answers to a story say: how likely it is here, and what is there already."""

from __future__ import annotations

from itertools import product

import pytest

from pipeline.assessment.questions import UNKNOWN, likelihoods, proved, suggested
from pipeline.catalog import Catalog, Question, Scenario

ORDER = ["very_low", "low", "moderate", "high", "very_high"]
# the laptop in the parked car: encrypted, car, erase
LAPTOP = "SC-002"


@pytest.fixture(scope="module")
def laptop(catalog: Catalog) -> Scenario:
    """A story with three questions."""
    return next(scenario for scenario in catalog.scenarios if scenario.id == LAPTOP)


def worst(question: Question) -> str:
    """The choice that suggests the highest likelihood."""
    return max(question.choice, key=lambda choice: ORDER.index(choice.likelihood)).id


@pytest.mark.parametrize(
    ("answers", "likelihood"),
    [
        ({"encrypted": "seen", "car": "never", "erase": "each"}, "low"),
        ({"encrypted": "seen", "car": "never", "erase": "none"}, "moderate"),
        ({"encrypted": "seen", "car": "often", "erase": "each"}, "high"),
        ({"encrypted": "some", "car": "never", "erase": "each"}, "high"),
        ({"encrypted": "believed", "car": "seldom", "erase": "some"}, "moderate"),
        ({"encrypted": "seen", "car": "never", "erase": "unknown"}, "moderate"),
        ({"encrypted": "unknown", "car": "never", "erase": "each"}, "high"),
        ({"car": "seldom"}, "moderate"),
        ({}, None),
    ],
)
def test_the_most_worrying_answer_decides(laptop: Scenario, answers: dict[str, str], likelihood: str | None) -> None:
    """One bad answer is not made good by two good ones, and without an answer nothing is suggested."""
    assert suggested(laptop, answers) == likelihood


def test_no_answer_of_any_story_is_outweighed_by_the_others(catalog: Catalog) -> None:
    """Whatever is chosen: no answer suggests more than the whole, and one of them suggests as much."""
    for scenario in catalog.scenarios:
        scales = [{choice.id: choice.likelihood for choice in question.choice} for question in scenario.question]
        for chosen in product(*scales):
            each = [ORDER.index(scale[choice]) for scale, choice in zip(scales, chosen, strict=True)]
            answers = {question.id: choice for question, choice in zip(scenario.question, chosen, strict=True)}
            found = suggested(scenario, answers)
            assert found is not None
            assert ORDER.index(found) in each, (scenario.id, answers)
            assert all(ORDER.index(found) >= level for level in each), (scenario.id, answers)


def test_not_to_know_is_as_bad_as_the_worst_answer_to_every_question(catalog: Catalog) -> None:
    """“We do not know” never looks better than the truth could be."""
    for scenario in catalog.scenarios:
        for question in scenario.question:
            assert likelihoods(question)[UNKNOWN] == likelihoods(question)[worst(question)], (scenario.id, question.id)
        nobody_knows = {question.id: UNKNOWN for question in scenario.question}
        all_worst = {question.id: worst(question) for question in scenario.question}
        assert suggested(scenario, nobody_knows) == suggested(scenario, all_worst) is not None, scenario.id


def test_the_safeguards_that_answers_prove_stand_in_the_order_of_their_numbers(laptop: Scenario) -> None:
    """The order of the questions, where SG-006 comes before SG-002, is not that of the list."""
    best = {"encrypted": "seen", "car": "never", "erase": "each"}
    assert proved(laptop, best) == ("SG-002", "SG-003", "SG-006")
    assert proved(laptop, dict(reversed(best.items()))) == ("SG-002", "SG-003", "SG-006")
    assert proved(laptop, {**best, "car": "seldom"}) == ("SG-002", "SG-003")


def test_a_safeguard_that_two_answers_prove_is_listed_once(catalog: Catalog) -> None:
    """Over all stories: what some choice of each question shows, each once, sorted; and at least one shows one twice."""
    doubled = 0
    for scenario in catalog.scenarios:
        for chosen in product(*(question.choice for question in scenario.question)):
            answers = {question.id: choice.id for question, choice in zip(scenario.question, chosen, strict=True)}
            shown = [safeguard for choice in chosen for safeguard in choice.safeguards]
            assert list(proved(scenario, answers)) == sorted(set(shown)), (scenario.id, answers)
            doubled += len(shown) > len(set(shown))
    assert doubled


def test_what_nobody_knows_proves_nothing(catalog: Catalog) -> None:
    """A safeguard is there when somebody says so, not when nobody can say."""
    for scenario in catalog.scenarios:
        assert proved(scenario, {question.id: UNKNOWN for question in scenario.question}) == ()
        assert proved(scenario, {}) == ()
