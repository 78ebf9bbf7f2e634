"""The consultant's knowledge: regulation, policies, tasks, forms, scenarios, safeguards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipeline.errors import Problem
from pipeline.loading import load_toml
from pipeline.pdf.fonts import undrawable
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
class Safeguard:
    id: str
    title: str
    text: str
    effort: str
    cost: str
    citations: tuple[str, ...]


@dataclass(frozen=True)
class Scenario:
    id: str
    title: str
    narrative: str
    theme: str
    affects: tuple[str, ...]
    threat: str
    measures: tuple[str, ...]
    assets: tuple[str, ...]
    citations: tuple[str, ...]
    safeguards: tuple[str, ...]
    policies: tuple[str, ...]
    clauses: tuple[str, ...]
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class Revision:
    date: date
    reason: str


@dataclass(frozen=True)
class Policy:
    id: str
    title: str
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
class Task:
    """One thing somebody must do; the spine between policies and forms."""

    id: str
    title: str
    step: str
    who: str
    cadence: str
    when: str
    policies: tuple[str, ...]
    record: str
    citations: tuple[str, ...]
    applies_when: Condition = None
    omitted_because: str | None = None


@dataclass(frozen=True)
class Form:
    id: str
    title: str
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
class Report:
    id: str
    title: str
    template: str
    section: str
    summary: str


@dataclass(frozen=True)
class Catalog:
    law_as_of: date
    sections: tuple[Section, ...]
    reports: tuple[Report, ...]
    words: dict[str, dict[str, str]]
    provisions: tuple[Provision, ...]
    parameters: tuple[Parameter, ...]
    safeguards: tuple[Safeguard, ...]
    scenarios: tuple[Scenario, ...]
    policies: tuple[Policy, ...]
    tasks: tuple[Task, ...]
    forms: tuple[Form, ...]
    files: tuple[str, ...] = field(default=())

    @property
    def clauses(self) -> frozenset[str]:
        """Every clause that some policy holds."""
        return frozenset(clause for policy in self.policies for clause in policy.clauses)


# file → (the table in it, what it becomes)
FILES = {
    "regulation": "provision",
    "parameters": "parameter",
    "safeguards": "safeguard",
    "scenarios": "scenario",
    "policies": "policy",
    "tasks": "task",
    "forms": "form",
}


def load_catalog(workspace: Workspace) -> tuple[Catalog | None, list[Problem]]:
    """The catalogue, or every problem of its files under their schemas."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name in ("catalog", *FILES):
        path = workspace.catalog / f"{name}.toml"
        shown = workspace.shown(path)
        value, found = load_toml(path, shown)
        if not found:
            plain = _json_dates(value)
            found = validate(plain, workspace.schemas / f"{name}.schema.json", shown) + list(undrawable(plain, shown))
        problems += found
        values[name] = value
    if problems:
        return None, problems
    from pipeline.records import structure

    tables = {name: values[name][table] for name, table in FILES.items()}
    return (
        structure(
            {
                "law_as_of": values["regulation"]["source"]["law_as_of"],
                "sections": values["catalog"]["section"],
                "reports": values["catalog"]["report"],
                "words": values["catalog"]["words"],
                "provisions": tables.pop("regulation"),
                **tables,
                "files": [f"catalog/{name}.toml" for name in ("catalog", *FILES)],
            },
            Catalog,
        ),
        [],
    )


def _json_dates(value: Any) -> Any:
    """TOML knows dates and JSON Schema knows only their text."""
    if isinstance(value, dict):
        return {key: _json_dates(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_json_dates(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
