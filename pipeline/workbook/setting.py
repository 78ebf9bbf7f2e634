"""What a workbook is made for: the practice, the day, the scenarios that apply, and the words its lists show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from pipeline.assessment.model import FLOWS
from pipeline.assessment.questions import UNKNOWN, UNKNOWN_TEXT
from pipeline.assessment.scoring import LEVELS, risk_level
from pipeline.catalog import Catalog, Provision, Question, Scenario, Theme
from pipeline.conditions import applies
from pipeline.context.common import practice_names
from pipeline.facts import in_sentence
from pipeline.practice import Profile
from pipeline.primitives import primitives
from pipeline.render.jinja import fill
from pipeline.statements import Statement, statements

YES_NO = {"yes": "Yes", "no": "No"}
RIGHT_WRONG = {"right": "Right", "wrong": "Wrong"}


@dataclass(frozen=True)
class AssetRow:
    """A system, a kind of device or a place. asset: kind and id; usual: what usually happens to ePHI there; place: in the profile."""

    asset: str
    text: str
    usual: tuple[str, ...]
    place: str


@dataclass(frozen=True)
class Setting:
    """One practice on one day. raw: the profile as JSON, on which conditions are evaluated."""

    catalog: Catalog
    profile: Profile
    raw: Mapping[str, Any]
    day: date

    @cached_property
    def scenarios(self) -> dict[str, Scenario]:
        """Those that apply on the day, in the order of the catalogue: theme by theme, the gravest first."""
        return {s.id: s for s in self.catalog.scenarios if s.in_force(self.day) and applies(s.applies_when, self.raw)}

    @cached_property
    def themes(self) -> tuple[tuple[Theme, tuple[Scenario, ...]], ...]:
        """Themes with at least one scenario that applies."""
        grouped = ((t, tuple(s for s in self.scenarios.values() if s.theme == t.id)) for t in self.catalog.themes)
        return tuple((theme, held) for theme, held in grouped if held)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        return statements(self.profile, self.catalog.words)

    @cached_property
    def addressable(self) -> tuple[Provision, ...]:
        """The addressable specifications, each of which needs a decision (45 CFR 164.306(d)(3))."""
        return tuple(provision for provision in self.catalog.provisions if provision.mark == "A")

    @cached_property
    def assets(self) -> tuple[AssetRow, ...]:
        """What holds ePHI, by the profile."""
        words, flow = self.catalog.words, self.catalog.flow
        rows = [
            AssetRow(
                f"system/{s.id}",
                f"{s.name} ({in_sentence(words['system_kind'][s.kind])})",
                flow.system[s.kind],
                f"/systems/{index}",
            )
            for index, s in enumerate(self.profile.systems)
            if s.ephi
        ]
        for index, device in enumerate(self.profile.devices):
            if device.ephi:
                owner = "of the practice" if device.owner == "practice" else "owned by the people who use them"
                kind, platform = in_sentence(words["device_class"][device.class_]), words["platform"][device.platform]
                text = f"{device.count} × {kind}{f' with {platform}' if device.platform != 'none' else ''}, {owner}"
                rows.append(AssetRow(f"device/{device.id}", text, flow.device[device.class_], f"/devices/{index}"))
        for index, place in enumerate(self.profile.locations):
            usual = {*flow.location[place.kind], *(["keeps"] if place.keeps_paper or place.keeps_equipment else [])}
            flows = tuple(flow for flow in FLOWS if flow in usual)
            rows.append(AssetRow(f"location/{place.id}", place.name, flows, f"/locations/{index}"))
        return tuple(rows)

    @cached_property
    def _names(self) -> dict[str, Any]:
        return {key: primitives(value) for key, value in practice_names(self.profile, self.catalog).items()}

    def text(self, template: str, **more: str) -> str:
        """A text of the catalogue with the names of the practice, and more, filled in."""
        return fill(template, {**self._names, **more})

    @cached_property
    def people(self) -> dict[str, str]:
        """Id → name as the lists show it; two people of one name are told apart by their titles and ids."""
        names = [person.name for person in self.profile.workforce]
        return {p.id: p.name if names.count(p.name) == 1 else f"{p.name} ({p.title}; {p.id})" for p in self.profile.workforce}

    @cached_property
    def words(self) -> dict[str, dict[str, str]]:
        """List → code → what stands in the workbook."""
        words = self.catalog.words
        return {
            **{name: words[name] for name in ("likelihood", "impact", "response", "status", "decision", "effort", "cost")},
            "person": self.people,
            "scenario": {s.id: f"{s.id} {s.title}" for s in self.scenarios.values()},
            "safeguard": {s.id: f"{s.id} {s.title}" for s in self.catalog.safeguards},
            "yes": YES_NO,
            "right": RIGHT_WRONG,
            **{f"{s.id}/{question.id}": choices_of(self, question) for s in self.scenarios.values() for question in s.question},
        }

    @cached_property
    def codes(self) -> dict[str, dict[str, str]]:
        """List → what stands in the workbook → code: the way back of `words`."""
        return {name: {text: code for code, text in words.items()} for name, words in self.words.items()}

    @cached_property
    def risk_words(self) -> tuple[str, ...]:
        """The 25 levels of Table I-2 in the words of the catalogue: likelihood by likelihood, impact by impact."""
        return tuple(self.catalog.words["level"][risk_level(one, two)] for one in LEVELS for two in LEVELS)


def choices_of(setting: Setting, question: Question) -> dict[str, str]:
    """Choice → text of one question, with the one that every question has."""
    return {**{choice.id: setting.text(choice.text) for choice in question.choice}, UNKNOWN: UNKNOWN_TEXT}
