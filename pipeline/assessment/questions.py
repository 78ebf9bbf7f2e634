"""What the answers to a scenario's questions say: how likely the event is, and which safeguards are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.assessment.scoring import LEVELS
from pipeline.catalog import Question, Scenario

# the choice that every question has beside those of the catalogue
UNKNOWN = "unknown"
UNKNOWN_TEXT = "We do not know"


def likelihoods(question: Question) -> dict[str, str]:
    """Choice → likelihood that it suggests. Not to know is as bad as the worst choice."""
    levels = {choice.id: choice.likelihood for choice in question.choice}
    return {**levels, UNKNOWN: max(levels.values(), key=LEVELS.index)}


def suggested(scenario: Scenario, answers: Mapping[str, str]) -> str | None:
    """The likelihood that the answers suggest, or None without one: the most worrying answer decides."""
    levels = [likelihoods(question)[answers[question.id]] for question in scenario.question if question.id in answers]
    return max(levels, key=LEVELS.index, default=None)


def proved(scenario: Scenario, answers: Mapping[str, str]) -> tuple[str, ...]:
    """The safeguards that the answers show to be there, in the order of their numbers."""
    chosen = [choice for question in scenario.question for choice in question.choice if answers.get(question.id) == choice.id]
    return in_order(safeguard for choice in chosen for safeguard in choice.safeguards)


def in_order(ids: Iterable[str]) -> tuple[str, ...]:
    """Each once, in the order of their numbers."""
    return tuple(sorted(set(ids)))
