"""The consultant's knowledge: regulation, policies, tasks, forms, scenarios, safeguards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.errors import Problem, did_you_mean
from pipeline.evidence_catalog import Returned, Shown
from pipeline.loading import json_dates, load_toml
from pipeline.materials import Course, Duty, Guide, MessageTexts, Paper, QuizQuestion, Reminder, Slide, Step
from pipeline.numbered import Numbered
from pipeline.pdf.drawable import undrawable
from pipeline.schema import validate
from pipeline.workspace import Workspace

Condition = Any


@dataclass(frozen=True)
class Provision:
    """A standard, an implementation specification (mark R or A) or a duty of 45 CFR part 164."""

    citation: str
    title: str
    kind: str
    family: str
    summary: str
    mark: str | None = None
    parent: str | None = None
    not_applicable: str | None = None
    documented_in: tuple[str, ...] = ()
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class Parameter:
    name: str
    value: int
    unit: str
    why: str
    citation: str | None = None


@dataclass(frozen=True)
class Safeguard(Numbered):
    text: str
    effort: str
    cost: str
    action: str
    citations: tuple[str, ...]
    instead: str | None = None


@dataclass(frozen=True)
class Choice:
    """An answer: the likelihood that it suggests, and the safeguards that it shows to be there."""

    id: str
    text: str
    likelihood: str
    safeguards: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    id: str
    text: str
    choice: tuple[Choice, ...]


@dataclass(frozen=True)
class Scenario(Numbered):
    narrative: str
    vulnerability: str
    theme: str
    affects: tuple[str, ...]
    threat: str
    measures: tuple[str, ...]
    assets: tuple[str, ...]
    citations: tuple[str, ...]
    safeguards: tuple[str, ...]
    policies: tuple[str, ...]
    clauses: tuple[str, ...]
    question: tuple[Question, ...]
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class Change:
    """A change that calls for a small risk analysis: the scenarios it touches, and those of the neighbouring areas."""

    id: str
    title: str
    asks: str
    scenarios: tuple[str, ...]
    neighbours: tuple[str, ...]


@dataclass(frozen=True)
class Criterion:
    """A statement that, where it is true of a change, makes a full analysis necessary."""

    id: str
    text: str
    why: str


@dataclass(frozen=True)
class Theme:
    id: str
    title: str
    intro: str


@dataclass(frozen=True)
class Ability:
    """The greatest burden (0 to 3) that a practice of up to so many people takes on for one measure, by level of risk."""

    up_to: int
    low: int
    moderate: int
    high: int
    very_high: int


@dataclass(frozen=True)
class Flow:
    """What usually happens to ePHI, by kind of system, class of device and kind of location."""

    system: dict[str, tuple[str, ...]]
    device: dict[str, tuple[str, ...]]
    location: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Revision:
    date: date
    reason: str


@dataclass(frozen=True)
class Policy(Numbered):
    template: str
    summary: str
    audience: str
    owner: str
    citations: tuple[str, ...]
    related: tuple[str, ...]
    clauses: tuple[str, ...]
    revision: tuple[Revision, ...]
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class Due:
    """When a recurring task is due: in a month of its period, or so many months after the month of the yearly review.

    month: from 1; none where every month counts. review: negative before the review. day: of the month; none is its last.
    """

    month: int | None = None
    review: int | None = None
    day: int | None = None


@dataclass(frozen=True)
class Task(Numbered):
    """One thing somebody must do; the spine between policies and forms.

    quarterly_with: the clause of a policy with which it is done each quarter instead. due: none for the cadence event.
    """

    step: str
    who: str
    cadence: str
    when: str
    policies: tuple[str, ...]
    record: str
    citations: tuple[str, ...]
    due: Due | None = None
    quarterly_with: str | None = None
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class Form(Numbered):
    kind: str
    template: str
    purpose: str
    how: tuple[str, ...]
    filled_by: str
    rows: str | None = None
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class Section:
    folder: str
    title: str
    intro: str


@dataclass(frozen=True)
class Report(Numbered):
    """A document that is neither policy nor form. view: which names it prints; audience and occasion: for whom and when.

    template: None where the program writes the file itself, in the format `suffix`. numbered: it prints pages of the
    binder, and is written when they are known. packet: which new people it is for. from_second: it compares with an
    earlier edition, and there is none before the second.
    """

    section: str
    summary: str
    template: str | None = None
    format: str | None = None
    view: str = "analysis"
    audience: str | None = None
    occasion: str | None = None
    packet: str | None = None
    numbered: bool = False
    from_second: bool = False
    applies_when: Condition = None
    omitted_because: str | None = None

    @property
    def suffix(self) -> str:
        return self.format or str(self.template).rsplit(".", 1)[1]


@dataclass(frozen=True)
class Request:
    """What an auditor asks for first, and the documents that answer; note: what to lay beside them."""

    asks: str
    documents: tuple[str, ...]
    citations: tuple[str, ...]
    note: str | None = None


@dataclass(frozen=True)
class Catalog:
    """withdrawn: those of MOVED that are used no more, by field; findings speak of scenarios and safeguards, which stay in theirs."""

    law_as_of: date
    sections: tuple[Section, ...]
    reports: tuple[Report, ...]
    requests: tuple[Request, ...]
    themes: tuple[Theme, ...]
    ability: tuple[Ability, ...]
    relief: dict[str, int]
    flow: Flow
    workbook: dict[str, tuple[str, ...]]
    proposal: dict[str, str]
    remind: MessageTexts
    changes: tuple[Change, ...]
    criteria: tuple[Criterion, ...]
    words: dict[str, dict[str, str]]
    provisions: tuple[Provision, ...]
    parameters: tuple[Parameter, ...]
    safeguards: tuple[Safeguard, ...]
    scenarios: tuple[Scenario, ...]
    policies: tuple[Policy, ...]
    tasks: tuple[Task, ...]
    forms: tuple[Form, ...]
    courses: tuple[Course, ...]
    slides: tuple[Slide, ...]
    questions: tuple[QuizQuestion, ...]
    reminders: tuple[Reminder, ...]
    guides: tuple[Guide, ...]
    papers: tuple[Paper, ...]
    steps: tuple[Step, ...]
    duties: tuple[Duty, ...]
    returned: tuple[Returned, ...]
    shown: tuple[Shown, ...]
    withdrawn: dict[str, tuple[Numbered, ...]] = field(default_factory=dict)
    files: tuple[str, ...] = field(default=())

    @property
    def documents(self) -> dict[str, Numbered]:
        """Number → document, the withdrawn ones included."""
        held = [*self.reports, *self.policies, *self.forms, *self.guides]
        return {entry.id: entry for entry in (*(gone for name in DOCUMENTS for gone in self.withdrawn.get(name, ())), *held)}

    @property
    def clauses(self) -> frozenset[str]:
        """Every clause that some policy holds."""
        return frozenset(clause for policy in self.policies for clause in policy.clauses)

    @property
    def numbers(self) -> dict[str, int]:
        """Parameter → its value."""
        return {parameter.name: parameter.value for parameter in self.parameters}


# file, which is also the field of Catalog → its table. Scenarios lie in a folder, one file a theme.
FILES = {
    "regulation": "provision",
    "parameters": "parameter",
    "safeguards": "safeguard",
    "policies": "policy",
    "tasks": "task",
    "forms": "form",
    "courses": "course",
    "slides": "slide",
    "questions": "question",
    "reminders": "reminder",
    "guides": "guide",
    "papers": "paper",
    "steps": "step",
    "duties": "duty",
}
DOCUMENTS = ("reports", "policies", "forms", "guides")
# what no package holds any more once it is withdrawn
MOVED = (*DOCUMENTS, "tasks", "courses")


def load_catalog(workspace: Workspace) -> tuple[Catalog | None, list[Problem]]:
    """The catalogue, or every problem of its files under their schemas."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for path in catalog_files(workspace):
        shown = workspace.shown(path)
        value, found = load_toml(path, shown)
        if not found:
            schema = "scenarios" if path.parent != workspace.catalog else path.stem
            plain = json_dates(value)
            found = validate(plain, workspace.schemas / f"{schema}.schema.json", shown) + list(undrawable(plain, shown))
        problems += found
        values[shown] = value
    problems = problems or list(_misplaced(values))
    if problems:
        return None, problems
    from pipeline.records import structure

    def part(name: str) -> Any:
        return values[f"catalog/{name}.toml"]

    tables = {"reports": part("catalog")["report"], **{name: part(name)[table] for name, table in FILES.items()}}
    gone = {name: [entry for entry in tables[name] if "withdrawn" in entry] for name in MOVED}
    used = {name: [entry for entry in table if entry not in gone.get(name, [])] for name, table in tables.items()}
    themes = part("catalog")["theme"]
    folder = {name: values.get(f"catalog/scenarios/{name}.toml", {"scenario": []}) for name in (t["id"] for t in themes)}
    return (
        structure(
            {
                "law_as_of": part("regulation")["source"]["law_as_of"],
                "sections": part("catalog")["section"],
                "requests": part("catalog")["request"],
                "themes": themes,
                "ability": part("catalog")["ability"],
                **{name: part("catalog")[name] for name in ("relief", "flow", "workbook", "proposal", "remind", "words")},
                "provisions": used.pop("regulation"),
                **used,
                "withdrawn": gone,
                "scenarios": [scenario for held in folder.values() for scenario in held["scenario"]],
                "changes": part("changes")["change"],
                "criteria": part("changes")["criterion"],
                **{name: part("evidence")[name] for name in ("returned", "shown")},
                "files": list(values),
            },
            Catalog,
        ),
        [],
    )


def _misplaced(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Scenarios that would be dropped without a word, or asked under another heading."""
    themes = [theme["id"] for theme in values["catalog/catalog.toml"]["theme"]]
    for shown, value in values.items():
        stem = PurePosixPath(shown).stem
        if not shown.startswith("catalog/scenarios/"):
            continue
        if stem not in themes:
            yield Problem(shown, f'There is no theme "{stem}" in catalog/catalog.toml.', did_you_mean(stem, themes))
        for scenario in value["scenario"]:
            if scenario["theme"] != stem:
                what = f'The scenario {scenario["id"]} names the theme "{scenario["theme"]}".'
                yield Problem(shown, what, f'Write "{stem}", or move it into the file of its theme.')


def catalog_files(workspace: Workspace) -> list[Path]:
    """Every file of the catalogue: those with a name of their own, and the scenarios, sorted."""
    named = [workspace.catalog / f"{name}.toml" for name in ("catalog", "changes", "evidence", *FILES)]
    return [*named, *sorted((workspace.catalog / "scenarios").glob("*.toml"))]
