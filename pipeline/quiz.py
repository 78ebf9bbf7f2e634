"""Which questions a test has, and where each right answer stands. Pure: the same inputs make the same test.

Nothing is left to chance: everything is ordered by a hash of practice, edition, audience and question, so that another
practice or another edition gets other questions, and a test can be made again years later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, zip_longest

from pipeline.materials import QuizQuestion

LETTERS = "ABCD"


@dataclass(frozen=True)
class Asked:
    """A question as it stands in a test. answers: four, under A to D; letter: of the right one."""

    question: QuizQuestion
    answers: tuple[str, ...]
    letter: str


def make_test(questions: Iterable[QuizQuestion], important: Collection[str], count: int, *seed: str) -> tuple[Asked, ...]:
    """At most `count` of the questions. important: policies that are each asked once before anything else, and before any twice.

    questions: those that hold for the practice and are meant for the audience; seed: practice, edition, audience.
    """
    chosen = sorted(_chosen(questions, important, seed)[:count], key=lambda question: _rank(seed, "order", question.id))
    # every letter is right equally often, give or take one
    places = sorted(chosen, key=lambda question: _rank(seed, "place", question.id))
    return tuple(_asked(question, places.index(question) % len(LETTERS), seed) for question in chosen)


def _chosen(questions: Iterable[QuizQuestion], important: Collection[str], seed: tuple[str, ...]) -> list[QuizQuestion]:
    """All questions in the order in which they are taken: a round over the important policies, one over the others, and again."""
    by_policy: dict[str, list[QuizQuestion]] = {}
    for question in sorted(questions, key=lambda question: _rank(seed, "question", question.id)):
        by_policy.setdefault(question.policy, []).append(question)
    policies = sorted(by_policy, key=lambda policy: (policy not in important, _rank(seed, "policy", policy)))
    rounds = zip_longest(*(by_policy[policy] for policy in policies))
    return [question for question in chain.from_iterable(rounds) if question is not None]


def _asked(question: QuizQuestion, place: int, seed: tuple[str, ...]) -> Asked:
    wrong = sorted(question.wrong, key=lambda text: _rank(seed, question.id, text))
    return Asked(question, (*wrong[:place], question.right, *wrong[place:]), LETTERS[place])


def _rank(seed: tuple[str, ...], *of: str) -> str:
    return sha256("\0".join((*seed, *of)).encode()).hexdigest()


def pass_count(questions: int, percent: int) -> int:
    """How many right answers pass a test: the percentage, rounded up."""
    return -(-questions * percent // 100)
