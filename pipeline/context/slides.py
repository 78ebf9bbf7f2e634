"""The names of a deck: the slides of the catalogue that hold here, and those made of this practice's findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from pipeline.assessment.model import Finding
from pipeline.catalog import Report
from pipeline.context.common import Inputs, by_risk, common_names, links
from pipeline.context.mitigation import steps_by_date
from pipeline.facts import in_sentence, joined, printed_date
from pipeline.materials import Slide
from pipeline.plan import Artifact
from pipeline.render.look import LEVEL_FILLS
from pipeline.slide_names import DeckNames, SlideNames

FINDINGS = 4  # slides on what the analysis found
STEPS = 3  # open steps that a slide names
CHANGES = 1  # records of changes that a slide names
CHAPTER_FROM = 4  # slides from which on a chapter opens with a slide of its own
MINUTES = (1.4, 1.8)  # the least and the most that a slide takes
NEWS, FOUND = "What is new", "What we found"


def deck_names(inputs: Inputs, artifact: Artifact) -> DeckNames:
    """One deck: for the audience and the occasion of its report; without an occasion, for all of them."""
    report, section = artifact.source, artifact.section
    assert isinstance(report, Report)
    able = [slide for slide in inputs.catalog.slides if report.audience in slide.audience and inputs.holds(slide.applies_when)]
    usual = [slide for slide in able if report.occasion is None or report.occasion in slide.occasion]
    if report.occasion == "hiring":
        content = [_slide(inputs, section, slide) for slide in usual]
    else:
        content = list(_yearly(inputs, section, able, usual))
    deck = report.title.partition(":")[0]
    return DeckNames(
        **common_names(inputs, report.id, report.title, report.summary),
        deck=deck,
        opening=_opening(inputs, deck, len(content)),
        slides=(*_with_chapters(content), _closing(inputs, section)),
    )


def top_findings(inputs: Inputs) -> list[Finding]:
    """The gravest findings that are not accepted, as the register orders them."""
    return [finding for finding in by_risk(inputs.assessment.findings) if finding.response != "accept"][:FINDINGS]


def _yearly(inputs: Inputs, section: str, able: Sequence[Slide], usual: Sequence[Slide]) -> Iterator[SlideNames]:
    """What is new, each of the gravest findings with the slide that answers it, and then the usual slides."""
    told: set[str] = set()
    yield _edition(inputs, section)
    for finding in top_findings(inputs):
        answer = next((slide for slide in able if finding.scenario in slide.scenarios), None)
        yield _finding(inputs, section, finding, answer)
        if answer and answer.id not in told:
            told.add(answer.id)
            yield _slide(inputs, section, answer, FOUND)
    yield _steps(inputs, section)
    yield from (_slide(inputs, section, slide) for slide in usual if slide.id not in told)


def _slide(inputs: Inputs, section: str, slide: Slide, chapter: str | None = None) -> SlideNames:
    """A slide of the catalogue; a point or note that a condition empties is left out."""
    return SlideNames(
        kind="content",
        id=slide.id,
        chapter=_capital(chapter or inputs.text(slide.chapter)),
        title=_capital(inputs.text(slide.title)),
        points=_said(inputs, slide.points),
        notes=_said(inputs, slide.notes),
        policies=links(inputs, section, slide.policies),
    )


def _said(inputs: Inputs, texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(_capital(text) for text in map(inputs.text, texts) if text)


def _capital(text: str) -> str:
    """With a capital at the beginning, unless the word has one of its own: ePHI."""
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]


def _with_chapters(slides: Iterable[SlideNames]) -> Iterator[SlideNames]:
    """The slides, with a slide before each chapter that is long enough to need one."""
    for chapter, held in groupby(slides, key=lambda slide: slide.chapter):
        inside = tuple(held)
        if len(inside) >= CHAPTER_FROM:
            findings = tuple(slide.title for slide in inside if slide.kind == "finding")
            notes = (
                f"This part has {len(inside)} slides. Name the headings and go on; the details come with each slide.",
                "Ask who has met one of these situations. Listen first, and let nobody name a person.",
            )
            yield SlideNames("chapter", "", chapter, chapter, findings or tuple(slide.title for slide in inside), notes)
        yield from inside


def _opening(inputs: Inputs, deck: str, slides: int) -> tuple[str, ...]:
    low, high = (round(slides * minutes / 5) * 5 for minutes in MINUTES)
    return (
        f"{deck}. Allow {low} to {high} minutes. Each slide names the policies behind it; have them at hand.",
        f"The slides belong to edition {inputs.edition} of the policies of {inputs.profile.practice.name}. "
        "Speak with your own words and take the scenes in the notes as examples. Questions are welcome at any time.",
        "Enter date, names and this edition on the training log (L-13) when you have finished.",
    )


def _closing(inputs: Inputs, section: str) -> SlideNames:
    """Whom to call, by name: the slide that stays on the screen."""
    officers = inputs.profile.officers
    security, privacy = inputs.person(officers.security.person), inputs.person(officers.privacy.person)
    phone = inputs.profile.practice.phone
    if inputs.common["facts"]["same_officer"]:
        people = [f"Security and Privacy Officer: {security.name}, {security.email}"]
        otherwise = "No answer? Leave a message and call the deputy"
    else:
        people = [
            f"Security Officer: {security.name}, {security.email}",
            f"Privacy Officer: {privacy.name}, {privacy.email}",
        ]
        otherwise = "No answer? Call the deputy or the Privacy Officer"
    points = (f"Call {phone} and ask for the Security Officer", *people, otherwise, "Somebody is in danger? Call 911 first")
    notes = (
        "Leave this slide on the screen while people ask questions. "
        f"Let everybody save {phone} in the phone they carry, now, before they leave the room or the call.",
        "Say it once more: a report need not be certain, and nobody is blamed for one in good faith (SEC-11).",
    )
    title = "Whom to call"
    return SlideNames("closing", "", title, title, points, notes, links(inputs, section, ["SEC-11", "SEC-04"]))


def _edition(inputs: Inputs, section: str) -> SlideNames:
    assessment = inputs.assessment
    changes = {change.id: change.title for change in inputs.catalog.changes}
    since = [f"Since then: {in_sentence(changes[one.change])} ({printed_date(one.date)})" for one in inputs.changes]
    points = (
        f"Edition {inputs.edition} of the policies, of {printed_date(inputs.as_of)}",
        f"Law as of {printed_date(inputs.catalog.law_as_of)}",
        f"Risk analysis of {printed_date(assessment.date)}: {len(assessment.findings)} circumstances looked at",
        *since[-CHANGES:],
        "Read again the policies that concern your work",
    )
    notes = (
        f"This training follows edition {inputs.edition}, of {printed_date(inputs.as_of)}. "
        "An older copy no longer counts. Show where the policies in force are found (SEC-30).",
        f"The risk analysis of {printed_date(assessment.date)} looked at {len(assessment.findings)} circumstances that could harm "
        f"{inputs.profile.practice.people_served} information. The next slides show the gravest of them.",
    )
    return SlideNames("content", "", NEWS, "This edition", points, notes, links(inputs, section, ["SEC-01", "SEC-30"]))


def _finding(inputs: Inputs, section: str, finding: Finding, answer: Slide | None) -> SlideNames:
    """A finding in the words of the catalogue; answer: the slide that says what staff do.

    Actions are shown by the title of their safeguard: the sentence itself may tell who made a mistake.
    """
    scenario = inputs.scenarios[finding.scenario]
    policies = links(inputs, section, scenario.policies)
    waiting = sorted((action for action in finding.actions if action.status != "done"), key=lambda action: action.due)
    last = {inputs.safeguard_titles[action.safeguard]: action.due for action in waiting if action.safeguard}
    points = [f"To be in place by {printed_date(due)}: {in_sentence(title)}" for title, due in list(last.items())[:STEPS]]
    held = [inputs.safeguard_titles[id] for id in finding.existing if inputs.safeguard_titles[id] not in last]
    points += [f"Found in place: {in_sentence(title)}" for title in held[: STEPS - len(points)]]
    part = (
        f"“{_capital(inputs.text(answer.title))}”"
        if answer
        else f"what {joined(policy.id for policy in policies)} say{'s' if len(policies) == 1 else ''}"
    )
    points.append(f"Your part: {part}")
    notes = (
        f"Read this scene aloud. {inputs.text(scenario.narrative)}",
        f"The weakness behind it: {inputs.text(scenario.vulnerability)}",
        "Ask what each person would do first, then open the policies named on the slide. "
        "Speak of the circumstance and never of a colleague to whom it happened.",
    )
    return SlideNames(
        kind="finding",
        id=finding.id,
        chapter=FOUND,
        title=_capital(inputs.text(scenario.title)),
        points=tuple(points),
        notes=notes,
        policies=policies,
        level=inputs.word("level", finding.level),
        fill=LEVEL_FILLS[finding.level],
    )


def _steps(inputs: Inputs, section: str) -> SlideNames:
    """The work of the mitigation plan, counted as the plan counts it."""
    steps = steps_by_date(inputs)
    waiting = [step for step in steps if step.status != inputs.word("status", "done")]
    named: dict[str, str] = {}
    for step in waiting:
        if step.safeguard:
            named.setdefault(step.safeguard, step.due)
    points = (
        f"The plan has {len(waiting)} open steps; {len(steps) - len(waiting)} are done",
        *(f"Next, by {due}: {in_sentence(title)}" for title, due in list(named.items())[:STEPS]),
        "Is a step yours? Say early when its day cannot be kept",
    )
    notes = (
        "Every risk has an answer, a person and a day (SEC-02). The list stands in the risk mitigation plan. "
        "Those who have taken on a step know it; nobody is named here.",
        "A step counts as done when somebody has seen the result. Ask whether something stands in the way of one, and write it down.",
    )
    return SlideNames("content", "", FOUND, "What is being done", points, notes, links(inputs, section, ["SEC-02"]))
