"""The names of the documents of the training: plan, handouts, attestation, certificate, tests and keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import groupby

from pipeline.catalog import Policy, Report
from pipeline.context.common import Inputs, common_names, links
from pipeline.facts import printed_date
from pipeline.materials import Course
from pipeline.names import LinkNames
from pipeline.plan import Artifact
from pipeline.quiz import LETTERS, Asked, make_test, pass_count
from pipeline.training import Assignment, assignments, training_day
from pipeline.training_names import (
    AnswerNames,
    CourseNames,
    LearnerNames,
    OwedNames,
    QuestionNames,
    QuizNames,
    TakerNames,
    TrainingNames,
)

# more names than these to a course, and the plan counts them by role
MOST_NAMES = 12


def training_names(inputs: Inputs, artifact: Artifact) -> TrainingNames:
    """The names of plan, handout, attestation or certificate."""
    report, section = artifact.source, artifact.section
    assert isinstance(report, Report)
    owed = assignments(inputs.catalog, inputs.profile, inputs.as_of, inputs.raw)
    day = training_day(inputs.as_of, inputs.profile.review_month, inputs.catalog.numbers["training_month_after_review"])
    return TrainingNames(
        **common_names(inputs, report.id, report.title, report.summary),
        courses=tuple(
            _course(inputs, section, course, [one for one in owed if one.course == course.id])
            for course in inputs.catalog.courses
            if any(one.course == course.id for one in owed)
        ),
        people=tuple(
            _learner(inputs, person.id, [one for one in owed if one.person == person.id]) for person in inputs.profile.workforce
        ),
        day=printed_date(day),
        month=f"{day:%B %Y}",
        policies=links(inputs, section, [a.id for a in inputs.plan.artifacts if isinstance(a.source, Policy)]),
        log=_link(inputs, section, "L-13"),
    )


def _link(inputs: Inputs, section: str, id: str) -> LinkNames:
    (link,) = links(inputs, section, [id])
    return link


def _course(inputs: Inputs, section: str, course: Course, owed: list[Assignment]) -> CourseNames:
    return CourseNames(
        id=course.id,
        title=inputs.text(course.title),
        purpose=inputs.text(course.purpose),
        depth=inputs.word("depth", course.depth),
        minutes=course.minutes,
        policies=", ".join(policy for policy in course.policies if inputs.plan.get(policy)),
        material=links(inputs, section, course.material),
        citations=", ".join(course.citations),
        takers=tuple(
            TakerNames(inputs.word("occasion", occasion), printed_date(due), _who(inputs, [one.person for one in group]))
            for (occasion, due), group in groupby(sorted(owed, key=_occasion), key=_occasion)
        ),
    )


def _occasion(assignment: Assignment) -> tuple[str, date]:
    return assignment.occasion, assignment.due


def _who(inputs: Inputs, ids: Iterable[str]) -> str:
    people = [inputs.profile.person(id) for id in ids]
    if len(people) <= MOST_NAMES:
        return "; ".join(person.name for person in people)  # names have commas of their own
    counts = Counter(inputs.word("person_role", person.role) for person in people)
    return f"{len(people)} people: " + ", ".join(f"{role} {count}" for role, count in counts.items())


def _learner(inputs: Inputs, person: str, owed: list[Assignment]) -> LearnerNames:
    found = inputs.profile.person(person)
    minutes = {course.id: course.minutes for course in inputs.catalog.courses}
    return LearnerNames(
        name=found.name,
        role=inputs.word("person_role", found.role),
        owed=tuple(
            OwedNames(printed_date(due), ", ".join(one.course for one in group))
            for due, group in groupby(owed, key=lambda one: one.due)
        ),
        minutes=sum(minutes[one.course] for one in owed),
    )


def quiz_names(inputs: Inputs, artifact: Artifact) -> QuizNames:
    """The names of a test or its key; both follow from the audience of the report alone, so that they agree."""
    report, section = artifact.source, artifact.section
    assert isinstance(report, Report)
    assert report.audience
    asked = asked_of(inputs, report.audience)
    pair = [other for other in inputs.catalog.reports if other.view == report.view and other.audience == report.audience]
    test, key = sorted(one.id for one in pair)
    return QuizNames(
        **common_names(inputs, report.id, report.title, report.summary),
        audience=inputs.word("audience", report.audience),
        questions=tuple(_question(inputs, section, number, one) for number, one in enumerate(asked, 1)),
        count=len(asked),
        passes=pass_count(len(asked), inputs.catalog.numbers["quiz_pass_percent"]),
        test=links(inputs, section, [test]),
        key=links(inputs, section, [key]),
        log=_link(inputs, section, "L-13"),
    )


def asked_of(inputs: Inputs, audience: str) -> tuple[Asked, ...]:
    """The test of an audience under this edition: the policies of its courses that end with a test come first."""
    tests = {report.id for report in inputs.catalog.reports if report.view == "quiz" and report.audience == audience}
    important = {p for course in inputs.catalog.courses if tests.intersection(course.material) for p in course.policies}
    fitting = [
        question
        for question in inputs.catalog.questions
        if audience in question.audience and inputs.plan.get(question.policy) and inputs.holds(question.applies_when)
    ]
    seed = inputs.profile.practice.slug, inputs.edition, audience
    return make_test(fitting, important, inputs.catalog.numbers["quiz_questions"], *seed)


def _question(inputs: Inputs, section: str, number: int, asked: Asked) -> QuestionNames:
    question = asked.question
    return QuestionNames(
        number=number,
        id=question.id,
        text=inputs.text(question.text),
        answers=tuple(AnswerNames(letter, inputs.text(text)) for letter, text in zip(LETTERS, asked.answers, strict=True)),
        letter=asked.letter,
        right=inputs.text(question.right),
        why=inputs.text(question.why),
        policy=links(inputs, section, [question.policy]),
    )
