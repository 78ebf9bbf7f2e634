"""The names of the documents about what changed since the edition before, and what other documents say of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from pipeline.assessment.scoring import LEVELS
from pipeline.catalog import Policy, Report
from pipeline.changes_names import (
    ChangesLinks,
    ChangesNames,
    DocumentChangeNames,
    EditionNames,
    FactGroupNames,
    FindingChangeNames,
    FindingGroupNames,
    LevelChangeNames,
    PassageNames,
    ReviewNames,
    StepChangeNames,
    TrendNames,
)
from pipeline.compare.model import Comparison, DocumentChange, FactChange, FindingChange, Passage, StepChange
from pipeline.compare.risk import CARRIED, DONE, DROPPED
from pipeline.context.common import Inputs, common_names, links
from pipeline.facts import printed_date
from pipeline.names import LinkNames
from pipeline.plan import CHANGES, POLICIES, REDLINES, Artifact
from pipeline.render.look import LEVEL_FILLS

# what a memo has room for, of each group
FINDINGS, FACTS, STEPS = 6, 8, 8
# passages of a document that are shown side by side, of a policy, another Word file and a workbook; characters of each
OF_POLICY, OF_WORD, OF_WORKBOOK, LONGEST = 40, 12, 8, 700
TOP = "Above the first heading"
FINDING, MANY = re.compile(r"RA-\d{3,}"), 4
NOT_RATED, WHITE = "–", "FFFFFF"
SAME = "Read again; nothing changed."
NEW = "New in this edition."
CHANGED = "Its text changed; CH-02 shows where."
NEW_OFFICER = ("officer", "new", "Security Officer")
# state → title, and what is said where there is none
RISKS = (
    ("worse", "Risks that rose", "No risk rose."),
    ("new", "New risks", "No risk is new."),
    (
        "closed",
        "Risks that are closed",
        "No risk was closed: none of those with open steps has all of them done and its aim reached.",
    ),
    ("better", "Risks that fell", "No other risk fell."),
    ("ended", "Risks that ended", "No risk ended: each of them can still happen here."),
)
# kinds of facts → title, and what is said where nothing changed; the last also takes what belongs nowhere else
FACT_GROUPS = (
    (("officer", "person"), "People and officers", "Nobody came or left, and no role and no officer changed."),
    (("system", "device"), "Systems and devices", "No system and no device came, went or changed."),
    (("place", "partner"), "Places, networks and partners", "No place, network or partner came, went or changed."),
    (("work", "practice"), "Ways of working, and the practice itself", "Nothing in the ways of working or in the practice's own data changed."),
)  # fmt: skip
# field of ChangesLinks → document
DOCUMENTS = {
    "report": "R-01",
    "register": "R-02",
    "plan": "R-03",
    "details": "CH-02",
    "review": "CH-03",
    "notice": "ON-11",
    "log": "L-01",
    "designation": "F-03",
    "evaluation": "F-14",
}


def changes_names(inputs: Inputs, artifact: Artifact) -> ChangesNames:
    """The names of one document about what changed; only where there is an edition before this one."""
    report, section = artifact.source, artifact.section
    assert isinstance(report, Report)
    compared = _compared(inputs)
    documents = [change for change in compared.documents if change.section != CHANGES]
    policies = [change for change in documents if change.section == POLICIES]
    others = [change for change in documents if change.section != POLICIES]

    def told(changes: list[DocumentChange], state: str) -> tuple[DocumentChangeNames, ...]:
        return tuple(_document(inputs, section, change) for change in changes if change.state == state)

    def same(changes: list[DocumentChange]) -> tuple[LinkNames, ...]:
        return links(inputs, section, [change.id for change in changes if change.state == "same"])

    return ChangesNames(
        **common_names(inputs, report.id, report.title, report.summary),
        then=EditionNames(
            compared.old,
            printed_date(compared.old_as_of),
            printed_date(compared.old_approved) if compared.old_approved else "",
        ),
        levels=tuple(_levels(inputs, compared)),
        trend=trend_names(inputs),
        assessed=len(inputs.assessment.findings),
        same=sum(change.state == "same" for change in compared.findings),
        risks=tuple(_risks(inputs, compared)),
        facts_changed=tuple(_facts(compared)),
        steps_done=len(_steps(inputs, compared, DONE)),
        carried=_steps(inputs, compared, CARRIED),
        dropped=_steps(inputs, compared, DROPPED),
        policies=told(policies, "changed"),
        new_policies=told(policies, "new"),
        gone_policies=told(policies, "gone"),
        same_policies=same(policies),
        documents=told(others, "changed"),
        new_documents=told(others, "new"),
        gone_documents=told(others, "gone"),
        same_documents=same(others),
        reviews=tuple(_reviews(inputs, section)),
        law=compared.law,
        new_officer=any((fact.kind, fact.state, fact.what) == NEW_OFFICER for fact in compared.facts),
        to=ChangesLinks(**{name: _link(inputs, section, id) for name, id in DOCUMENTS.items()}),
    )


def trend_names(inputs: Inputs) -> tuple[TrendNames, ...]:
    """The risks of each edition by level, as things were, oldest first; the last is this edition."""
    now = Counter(finding.level for finding in inputs.assessment.findings)
    editions = [*((one.edition, one.as_of, one.levels) for one in inputs.earlier), (inputs.edition, inputs.as_of, now)]
    return tuple(
        TrendNames(edition, printed_date(day), tuple(counts.get(level, 0) for level in reversed(LEVELS)))
        for edition, day, counts in editions
    )


def change_of(inputs: Inputs, id: str) -> DocumentChange | None:
    """What became of a document since the edition before, or None where there is none."""
    documents = inputs.comparison.documents if inputs.comparison else ()
    return next((change for change in documents if change.id == id), None)


def reason_of(change: DocumentChange | None) -> str:
    """What a revision history says of a document in this edition; change: None where it was compared and nothing differs."""
    match change.state if change else "same":
        case "same":
            return SAME
        case "new":
            return " ".join((NEW, *_whys(change)))
        case _:
            return " ".join(_whys(change)) or CHANGED


def facts_told(inputs: Inputs, *kinds: str, states: Iterable[str] = ("new", "gone", "changed")) -> tuple[str, ...]:
    """Sentences on what changed in facts of these kinds."""
    wanted = set(states)
    facts = inputs.comparison.facts if inputs.comparison else ()
    return tuple(fact.how or fact.what for fact in facts if fact.kind in kinds and fact.state in wanted)


def _compared(inputs: Inputs) -> Comparison:
    assert inputs.comparison is not None
    return inputs.comparison


def _whys(change: DocumentChange | None) -> list[str]:
    return list(dict.fromkeys(reason.text for reason in change.reasons)) if change else []


def _brief(change: DocumentChange) -> str:
    """The reasons in one line, for a memo: facts in full, of the findings their number."""
    said = []
    for reason in change.reasons:
        numbers = sorted(set(FINDING.findall(reason.text)))
        if reason.kind != "finding" or len(numbers) < MANY:
            said.append(reason.text)
        else:
            said.append(f"Findings: {numbers[0]} and {len(numbers) - 1} others.")
    return " ".join(said) or (CHANGED if change.state == "changed" else "")


def _link(inputs: Inputs, section: str, id: str) -> LinkNames:
    (link,) = links(inputs, section, [id])
    return link


def _levels(inputs: Inputs, compared: Comparison) -> Iterator[LevelChangeNames]:
    for level in reversed(LEVELS):
        then, now = compared.levels.get(level, (0, 0))
        planned, after = compared.after.get(level, (0, 0))
        yield LevelChangeNames(inputs.word("level", level), LEVEL_FILLS[level], then, planned, now, after)


def _risks(inputs: Inputs, compared: Comparison) -> Iterator[FindingGroupNames]:
    for state, title, none in RISKS:
        found = tuple(_finding(inputs, change) for change in compared.findings if change.state == state)
        yield FindingGroupNames(state, title, found, found[:FINDINGS], max(len(found) - FINDINGS, 0), none)


def _finding(inputs: Inputs, change: FindingChange) -> FindingChangeNames:
    then, now = (
        (inputs.word("level", level), LEVEL_FILLS[level]) if level else (NOT_RATED, WHITE) for level in (change.then, change.now)
    )
    return FindingChangeNames(change.id, change.title, *then, *now, change.why)


def _facts(compared: Comparison) -> Iterator[FactGroupNames]:
    known = {kind for kinds, _, _ in FACT_GROUPS for kind in kinds}
    for number, (kinds, title, none) in enumerate(FACT_GROUPS, 1):
        held = [fact for fact in compared.facts if fact.kind in kinds or (number == len(FACT_GROUPS) and fact.kind not in known)]
        told = tuple(fact.how or fact.what for fact in sorted(held, key=_told_first))
        yield FactGroupNames(title, told, told[:FACTS], max(len(told) - FACTS, 0), none)


def _told_first(fact: FactChange) -> tuple[bool, bool]:
    """Officers first, then what came or went, then what changed."""
    return fact.kind != "officer", fact.state == "changed"


def _steps(inputs: Inputs, compared: Comparison, state: str) -> tuple[StepChangeNames, ...]:
    """Steps of this state, each once with the findings it lowers."""
    held: dict[tuple[object, ...], list[StepChange]] = {}
    for step in compared.steps:
        if step.state == state:
            held.setdefault((step.what, step.owner, step.due), []).append(step)
    people = {person.id: person.name for person in inputs.profile.workforce}
    return tuple(
        StepChangeNames(
            steps[0].what,
            ", ".join(dict.fromkeys(step.finding for step in steps)),
            people.get(steps[0].owner, "somebody who has left"),
            printed_date(steps[0].due),
            steps[0].due < inputs.as_of,
        )
        for steps in held.values()
    )


def _document(inputs: Inputs, section: str, change: DocumentChange) -> DocumentChangeNames:
    redlines = links(inputs, section, [f"{REDLINES}{change.id}"])
    workbook = change.path.endswith(".xlsx")
    most = OF_POLICY if change.section == POLICIES else OF_WORKBOOK if workbook else OF_WORD
    see = "redline" if redlines else "editions"
    return DocumentChangeNames(
        change.id,
        change.title,
        links(inputs, section, [change.id]),
        redlines,
        change.former if change.former != change.title else "",
        " ".join(_whys(change)) or (CHANGED if change.state == "changed" else ""),
        _brief(change),
        tuple(_passage(passage) for passage in change.passages[:most]),
        max(len(change.passages) - most, 0),
        see,
    )


def _passage(passage: Passage) -> PassageNames:
    return PassageNames(passage.where or TOP, _short(passage.old) or "Not there before", _short(passage.new) or "Taken out")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2].rsplit(' ', 1)[0]} …"


def _reviews(inputs: Inputs, section: str) -> Iterator[ReviewNames]:
    for artifact in inputs.plan.artifacts:
        if isinstance(artifact.source, Policy):
            change = change_of(inputs, artifact.id)
            state = change.state if change else "same"
            yield ReviewNames(_link(inputs, section, artifact.id), state != "same", reason_of(change))
