"""The analysis of last year as what it says beside this year's cells. Pure.

"Last year" is the newest analysis before the day of the workbook, as it stands after the changes recorded since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.assessment.model import FLOWS, Action, Assessment, Asset, ChangeRecord, Decision, Finding
from pipeline.assessment.scoring import risk_level
from pipeline.facts import in_sentence, joined, printed_date
from pipeline.workbook.answers import answers_of
from pipeline.workbook.plan_pages import DECISION_PARTS
from pipeline.workbook.setting import Setting
from pipeline.workbook.sheets import Mark, Value

SAME, NOTHING = "Same as last year", "Nothing this year"
BECAME = {"done": "Done", "in_progress": "Under way", "open": "Still open", "given_up": "Given up"}
PLAN_PARTS = ("response", "reason", "by", "accepted", "review", "likelihood", "impact", "also")
# a line with several cells is answered "Same as last year" in a cell of its own: kind of line → its other cells
LINE_PARTS = {"plan": PLAN_PARTS, "decision": DECISION_PARTS, "asset": (*FLOWS, "note")}
# cells of a story that may stay empty; what last year said there must not vanish without a word
OPTIONAL = ("observed", "notes")


@dataclass(frozen=True)
class OpenStep:
    """A step that was not done. key: of its line; asked: its story is asked this year, too."""

    key: str
    finding: Finding
    action: Action
    asked: bool


@dataclass(frozen=True)
class Last:
    """setting: of this year; recorded: the analysis as it was; whole: after the changes recorded since."""

    setting: Setting
    recorded: Assessment
    whole: Assessment
    changes: tuple[ChangeRecord, ...]
    mark: Mark

    @property
    def day(self) -> str:
        """Its date as a heading prints it."""
        return printed_date(self.recorded.date)

    @cached_property
    def findings(self) -> dict[str, Finding]:
        return {finding.scenario: finding for finding in self.whole.findings}

    @cached_property
    def absent(self) -> dict[str, str]:
        """Scenario → why it did not apply."""
        return {entry.scenario: entry.reason for entry in self.whole.not_applicable}

    @cached_property
    def values(self) -> dict[str, Value]:
        """Key of a cell → what "Same as last year" means there.

        Not in it: sources, which are those of one analysis; steps, which are asked about; an acceptance that has run out;
        a fact that changed, a person who left, a choice that is gone.
        """
        over = {
            f"plan/{finding.scenario}/{part}"
            for finding in self.whole.findings
            if self.has_run_out(finding)
            for part in ("accepted", "review")
        }
        numbers = {f"plan/{scenario}/number" for scenario in self.findings}
        known = answers_of(self.setting, self.whole)
        left_out = over | numbers
        return {k: v for k, v in known.items() if k not in left_out and not k.startswith(("action/", "source/"))}

    def has_run_out(self, finding: Finding) -> bool:
        """Whether an accepted risk was to be looked at again by now."""
        return finding.response == "accept" and finding.review_on is not None and finding.review_on <= self.setting.day

    def offers(self, key: str) -> bool:
        """Whether the cell itself can say "Same as last year"."""
        return key in self.values and line_of(key) is None

    def line(self, row: str) -> dict[str, Value]:
        """Part → value of a line with several cells, or nothing where last year had no such line."""
        parts = LINE_PARTS[row.split("/")[0]]
        return {part: self.values[f"{row}/{part}"] for part in parts if f"{row}/{part}" in self.values}

    @cached_property
    def steps(self) -> tuple[OpenStep, ...]:
        """What was still to be done, by its dates."""
        found = [
            OpenStep(f"before/{finding.id}/{number}", finding, action, finding.scenario in self.setting.scenarios)
            for finding in self.whole.findings
            for number, action in enumerate(finding.actions, 1)
            if action.status != "done"
        ]
        return tuple(sorted(found, key=lambda step: (step.action.due, step.finding.id)))

    # what is printed

    def said(self, key: str) -> str:
        """What last year said in a cell of its own, as it is printed beside it."""
        value = self.values.get(key)
        kind, _, rest = key.partition("/")
        if isinstance(value, str):
            return value
        if kind == "source":
            return _nth(self.whole.sources, rest)
        if kind == "participant":
            id = _nth(self.whole.participants, rest)
            return self.person(id) if id else ""
        finding = self.findings.get(kind)
        if finding and rest.startswith("q/"):
            gone = rest.removeprefix("q/") in finding.answers
            return "What was chosen is no longer in the list." if gone else "This was not asked."
        return ""

    def person(self, id: str) -> str:
        """The name of somebody; who left is named by the id."""
        return self.setting.people.get(id) or f"{id} (no longer with the practice)"

    def level(self, finding: Finding) -> str:
        return self.setting.catalog.words["level"][finding.level]

    def line_said(self, row: str) -> str:
        """A line of several cells in one sentence or two, or nothing where last year had no such line."""
        kind, _, name = row.partition("/")
        if kind == "plan":
            return self._plan(name)
        if kind == "decision":
            decision = next((entry for entry in self.whole.decisions if entry.citation == name), None)
            return self._decision(decision) if decision else ""
        asset = next((entry for entry in self.whole.inventory if entry.asset == name), None)
        return self._asset(asset) if asset else ""

    def _plan(self, scenario: str) -> str:
        if reason := self.absent.get(scenario):
            return f"On {self.day}: it did not apply here. {reason}"
        finding = self.findings.get(scenario)
        if finding is None:
            return ""
        words = self.setting.catalog.words
        said = [f"On {self.day}: {in_sentence(self.level(finding))} risk. {words['response'][finding.response]}."]
        said += [finding.reason] if finding.reason else []
        if finding.accepted_by and finding.accepted_on and finding.review_on:
            by, on, review = self.person(finding.accepted_by), printed_date(finding.accepted_on), printed_date(finding.review_on)
            said.append(f"Accepted by {by} on {on}, to be looked at again on {review}.")
        if self.has_run_out(finding):
            said.append("That day has come: say when it is accepted anew, and when it is looked at next.")
        rest = finding.residual
        level, likelihood, impact = (
            in_sentence(words["level"][code]) for code in (risk_level(rest.likelihood, rest.impact), rest.likelihood, rest.impact)
        )
        said.append(f"Left after the steps: {level} (likelihood {likelihood}, impact {impact}).")
        if also := self.values.get(f"plan/{scenario}/also"):
            said.append(f"Other safeguards: {also}.")
        return " ".join(said)

    def _decision(self, decision: Decision) -> str:
        said = [f"On {self.day}: {in_sentence(self.setting.catalog.words['decision'][decision.decision])}."]
        said += [decision.how] if decision.how else []
        said.append(f"Why: {decision.why}")
        said.append(f"Decided by {self.person(decision.decided_by)} on {printed_date(decision.decided_on)}.")
        return " ".join(said)

    def _asset(self, asset: Asset) -> str:
        words = self.setting.catalog.words["flow"]
        yes = joined(words[flow] for flow in FLOWS if getattr(asset, flow))
        no = joined(words[flow] for flow in FLOWS if not getattr(asset, flow))
        said = "; ".join(filter(None, (yes, no and f"not {no.replace(' and ', ' or ')}")))
        return f"On {self.day}: {said}.{f' {asset.note}' if asset.note else ''}"


def line_of(key: str) -> str | None:
    """The line of several cells to which a cell belongs: plan/SC-001 of plan/SC-001/reason."""
    row, _, part = key.rpartition("/")
    return row if part in LINE_PARTS.get(key.split("/")[0], ()) else None


def _nth(entries: Sequence[str], number: str) -> str:
    return entries[int(number) - 1] if int(number) <= len(entries) else ""
