"""The names that the documents of the risk analysis may use, as frozen dataclasses; see pipeline.names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.changes_names import TrendNames
from pipeline.names import CommonNames, FindingNames, LinkNames, NotApplicableNames, PersonNames


@dataclass(frozen=True)
class DecisionNames:
    """The record of an addressable specification. summary: what it asks for; findings: those that touch it."""

    number: int
    citation: str
    title: str
    summary: str
    decision: str
    how: str
    why: str
    by: str
    on: str
    policies: tuple[LinkNames, ...]
    findings: str


@dataclass(frozen=True)
class AssetNames:
    """A system, a kind of device or a place. flows: what happens to ePHI there, as a phrase; the four as Yes or No."""

    group: str
    name: str
    kind: str
    place: str
    flows: str
    creates: str
    receives: str
    keeps: str
    sends: str
    protection: str
    responsible: str
    note: str


@dataclass(frozen=True)
class StepNames:
    """A step of the plan. number: in this edition; findings: those it lowers, the highest first; months: twelve and later, a mark where it is due."""

    number: str = ""
    findings: str = ""
    level: str = ""
    fill: str = ""
    what: str = ""
    safeguard: str = ""
    owner: str = ""
    due: str = ""
    month: str = ""
    status: str = ""
    evidence: str = ""
    effort: str = ""
    cost: str = ""
    why: str = ""
    months: tuple[str, ...] = ()


@dataclass(frozen=True)
class OwnerStepsNames:
    name: str
    title: str
    steps: tuple[StepNames, ...]


@dataclass(frozen=True)
class MonthNames:
    """What is due in a month. who: a person and the numbers of their steps, a line each."""

    month: str
    count: int
    who: tuple[str, ...]


@dataclass(frozen=True)
class MeasureNames:
    """A safeguard that an open step puts in place. text: what it asks for; citations: of 45 CFR."""

    id: str
    title: str
    text: str
    citations: str


@dataclass(frozen=True)
class HeatCell:
    """fill: background as RRGGBB; findings: their numbers."""

    fill: str
    findings: str


@dataclass(frozen=True)
class HeatRow:
    likelihood: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class StandardNames:
    """A standard of the Security Rule. findings: those that reach it or one of its specifications; documents: that answer it."""

    citation: str
    title: str
    findings: str
    documents: tuple[LinkNames, ...]
    remark: str


@dataclass(frozen=True)
class CriterionNames:
    text: str
    answer: str


@dataclass(frozen=True)
class ChangeNames:
    """A change since the analysis. full: whether a full analysis is needed; ended: findings that it ended, as a phrase."""

    date: str
    title: str
    description: str
    participants: str
    criteria: tuple[CriterionNames, ...]
    full: bool
    findings: tuple[FindingNames, ...]
    ended: str


@dataclass(frozen=True)
class ReportNames(CommonNames):
    """counts: how many findings of each level, as a phrase; major, minor: from high up, and below; steps: by date.

    levels: code → word; trend: the risks of all editions, this one last; first_month, row, step, own, asset: for the workbooks; own and owns are the open steps sorted by owner.
    """

    scope: str
    participants: tuple[PersonNames, ...]
    sources: tuple[str, ...]
    assets: tuple[AssetNames, ...]
    systems: tuple[AssetNames, ...]
    devices: tuple[AssetNames, ...]
    places: tuple[AssetNames, ...]
    levels: Mapping[str, str]
    counts: str
    after: str
    heat: tuple[HeatRow, ...]
    findings: tuple[FindingNames, ...]
    major: tuple[FindingNames, ...]
    minor: tuple[FindingNames, ...]
    top: tuple[FindingNames, ...]
    steps: tuple[StepNames, ...]
    next_steps: tuple[StepNames, ...]
    open_steps: int
    owners: tuple[OwnerStepsNames, ...]
    months: tuple[MonthNames, ...]
    measures: tuple[MeasureNames, ...]
    first_month: str
    not_applicable: tuple[NotApplicableNames, ...]
    decisions: tuple[DecisionNames, ...]
    standards: tuple[StandardNames, ...]
    changes: tuple[ChangeNames, ...]
    trend: tuple[TrendNames, ...]
    report: LinkNames
    register: LinkNames
    mitigation: LinkNames
    schedule: LinkNames
    records: LinkNames
    inventory: LinkNames
    row: FindingNames
    rows: tuple[FindingNames, ...]
    step: StepNames
    own: StepNames
    owns: tuple[StepNames, ...]
    asset: AssetNames
