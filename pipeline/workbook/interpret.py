"""What came back in a workbook as an assessment, or everything that is open or wrong, cell by cell. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipeline.assessment.model import FLOWS
from pipeline.assessment.questions import in_order, proved, suggested
from pipeline.catalog import Scenario
from pipeline.errors import NUMBER, Problem, without_ids
from pipeline.statements import Statement
from pipeline.workbook.plan_pages import ACTION_PARTS, DECISION_PARTS
from pipeline.workbook.returned import Returned
from pipeline.workbook.setting import AssetRow, Setting

SAFEGUARD = re.compile(r"SG-\d{3}")


@dataclass
class Read:
    """raw: the assessment as JSON as far as it could be read; wheres: JSON pointer → cell;
    open: what is still missing; problems: what is wrong; suggested: how many likelihoods the answers gave."""

    raw: dict[str, Any]
    wheres: dict[str, str] = field(default_factory=dict)
    open: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    suggested: int = 0


def interpret(setting: Setting, returned: Returned, numbers: Mapping[str, str]) -> Read:
    """The assessment of a full workbook. numbers: scenario → number of its finding in earlier analyses; others get the next."""
    reader = Interpreter(setting, returned, numbers)
    raw: dict[str, Any] = {"schema": "assessment/1", "practice": setting.profile.practice.slug, "date": setting.day.isoformat()}
    reader.at("/scope", "about/scope")
    reader.at("/note", "about/note")
    raw["scope"] = reader.needed("about/scope", "The scope is not described yet.", "Say what the analysis covers.")
    raw["participants"] = reader.listed("participant", "person", "Nobody is named who took part.")
    raw["sources"] = reader.listed("source", None, "No source is named.")
    raw["confirmed"] = reader.confirmed(setting.statements)
    raw["inventory"] = reader.inventory(setting.assets)
    raw["findings"], raw["not_applicable"] = reader.scenarios(tuple(setting.scenarios.values()))
    raw["decisions"] = reader.decisions()
    if note := reader.text("about/note"):
        raw["note"] = note
    reader.leftovers()
    return Read(
        {key: value for key, value in raw.items() if value is not None},
        reader.wheres,
        reader.open,
        reader.problems,
        reader.taken_over,
    )


class Interpreter:
    """Looks cells up by their keys, and remembers which were read, what is open and what is wrong."""

    def __init__(self, setting: Setting, returned: Returned, numbers: Mapping[str, str]) -> None:
        self.setting, self.returned, self.numbers = setting, returned, dict(numbers)
        self.used: set[str] = set()
        self.wheres: dict[str, str] = {}
        self.open: list[Problem] = []
        self.problems: list[Problem] = []
        self.given: dict[str, str] = {}  # number of a finding → its scenario
        self.taken_over = 0

    # cells

    def where(self, key: str) -> str:
        return self.returned.places.get(key, f"the cell {without_ids(key)}, which is not in this workbook")

    def text(self, key: str) -> str | None:
        """What stands in a cell, as text."""
        self.used.add(key)
        found = self.returned.found.get(key)
        if found is None:
            return None
        return found.value.isoformat() if isinstance(found.value, date) else found.value

    def code(self, key: str, choices: str) -> str | None:
        """The code of what was chosen from a list."""
        chosen = self.text(key)
        if chosen is None:
            return None
        code = self.setting.codes[choices].get(chosen)
        if code is None:
            mend = "Choose one of the entries of the list in this cell."
            self.problems.append(Problem(self.where(key), "This is none of the answers that can stand here.", mend))
        return code

    def missing(self, key: str, what: str, mend: str) -> None:
        """Something is still open; a cell that is gone has been named by the reader."""
        if key in self.returned.places:
            self.open.append(Problem(self.where(key), what, mend))

    def needed(self, key: str, what: str, mend: str) -> str | None:
        """A text that must be there."""
        text = self.text(key)
        if text is None:
            self.missing(key, what, mend)
        return text

    def chosen(self, key: str, choices: str, what: str) -> str | None:
        """A choice that must be made."""
        if key not in self.returned.found:
            self.missing(key, what, "Choose from the list.")
        return self.code(key, choices)

    def at(self, pointer: str, key: str) -> None:
        """Remember where the value of a JSON pointer stands."""
        self.wheres[pointer] = self.where(key)

    def lines(self, prefix: str) -> list[str]:
        """Keys of the numbered lines in which something stands, as action/007, in order."""
        begun = {"/".join(key.split("/")[:2]) for key in self.returned.found if key.startswith(f"{prefix}/")}
        return sorted(begun)

    # parts of the assessment

    def listed(self, prefix: str, choices: str | None, what: str) -> list[str]:
        values: list[str] = []
        for key in self.lines(prefix):
            value = self.code(key, choices) if choices else self.text(key)
            if choices and value in values:
                self.problems.append(Problem(self.where(key), "The same entry stands twice.", "Take one of the two away."))
            elif value is not None:
                self.at(f"/{prefix}s/{len(values)}", key)
                values.append(value)
        if not values and not any(key in self.returned.found for key in self.lines(prefix)):
            self.missing(f"{prefix}/001", what, "Fill in at least one line.")
        return values

    def confirmed(self, statements: Sequence[Statement]) -> list[dict[str, str]]:
        """The facts that the practice says are right."""
        entries = []
        for statement in statements:
            key = f"fact/{statement.key}"
            answer = self.chosen(key, "right", "The fact is not confirmed yet.")
            correction = self.text(f"{key}/correction")
            if answer == "wrong" or (correction and answer == "right"):
                mend = "Correct the profile, make a new workbook with binder assess, and have the fact confirmed there."
                self.problems.append(Problem(self.where(key), "The practice says that this fact is not right.", mend))
            elif correction:
                self.missing(key, "There is a correction, and nobody chose Right or Wrong.", "Choose from the list.")
            elif answer == "right":
                entries.append({"fact": statement.key, "statement": statement.text})
        return entries

    def inventory(self, rows: Sequence[AssetRow]) -> list[dict[str, Any]]:
        """What happens to ePHI in these systems, devices and places."""
        assets: list[dict[str, Any]] = []
        for row in rows:
            key = f"asset/{row.asset}"
            flows = {flow: self.chosen(f"{key}/{flow}", "yes", "It is not said whether this happens here.") for flow in FLOWS}
            note = self.text(f"{key}/note")
            if None not in flows.values():
                self.at(f"/inventory/{len(assets)}", f"{key}/creates")
                self.at(f"/inventory/{len(assets)}/note", f"{key}/note")
                entry: dict[str, Any] = {"asset": row.asset, **{flow: answer == "yes" for flow, answer in flows.items()}}
                assets.append({**entry, **({"note": note} if note else {})})
        for key in self.lines("missing"):
            if self.text(key):
                mend = "Enter it in the profile, make a new workbook with binder assess, and take the line out there."
                self.problems.append(
                    Problem(self.where(key), "The practice names something that the profile does not have.", mend)
                )
        return assets

    def decisions(self) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        for provision in self.setting.addressable:
            key = f"decision/{provision.citation}"
            if not any(f"{key}/{part}" in self.returned.found for part in DECISION_PARTS):
                self.missing(f"{key}/decision", f"There is no decision on {provision.citation} yet.", "Decide, and say why.")
                continue
            decision = self.chosen(f"{key}/decision", "decision", "The decision is missing.")
            record = {
                "citation": provision.citation,
                "decision": decision,
                "how": self.text(f"{key}/how"),
                "why": self.needed(
                    f"{key}/why", "The reason is missing.", "Say why it is reasonable and appropriate here, or not."
                ),
                "decided_by": self.chosen(f"{key}/by", "person", "It is not said who decided."),
                "decided_on": self.needed(f"{key}/on", "The date of the decision is missing.", "Enter it."),
            }
            if record["how"] is None and decision in ("implemented", "alternative"):
                self.missing(f"{key}/how", "It is not said what is done.", "Say what is done, or what is done instead.")
            for name, part in (
                ("decision", "decision"),
                ("how", "how"),
                ("why", "why"),
                ("decided_by", "by"),
                ("decided_on", "on"),
            ):
                self.at(f"/decisions/{len(records)}/{name}", f"{key}/{part}")
            self.at(f"/decisions/{len(records)}", f"{key}/decision")
            records.append({name: value for name, value in record.items() if value is not None})
        return records

    def scenarios(self, scenarios: tuple[Scenario, ...]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """(findings in the order of their numbers, what does not apply in the order of the scenarios)."""
        actions = self.actions({scenario.id for scenario in scenarios})
        drafts = []
        absent = []
        for scenario in scenarios:
            reason = self.text(f"{scenario.id}/absent")
            if reason is None:
                drafts.append((self.number(scenario.id), scenario))
                continue
            self.no_answers_beside(scenario, actions.get(scenario.id, []))
            absent.append({"scenario": scenario.id, "reason": reason})
        absent.sort(key=lambda entry: entry["scenario"])
        for index, entry in enumerate(absent):
            self.at(f"/not_applicable/{index}", f"{entry['scenario']}/absent")
        findings = [
            self.finding(f"/findings/{index}", number, scenario, actions.get(scenario.id, []))
            for index, (number, scenario) in enumerate(sorted(drafts, key=lambda entry: entry[0]))
        ]
        return findings, absent

    def number(self, scenario: str) -> str:
        """The number of a finding: that in the workbook, that of earlier analyses, or the next free one."""
        written = self.text(f"plan/{scenario}/number") or self.numbers.get(scenario)
        if written is None:
            taken = {self.text(f"plan/{id}/number") for id in self.setting.scenarios} | set(self.numbers.values())
            highest = max((int(number[3:]) for number in taken if number and re.fullmatch(r"RA-\d{3}", number)), default=0)
            written = f"RA-{highest + 1:03}"
        self.numbers[scenario] = written
        if self.given.setdefault(written, scenario) != scenario:
            what = f'The number "{written}" stands 2 times.' if NUMBER.fullmatch(written) else "The number stands 2 times."
            self.problems.append(Problem(self.where(f"plan/{scenario}/number"), what, "Give each its own."))
        return written

    def no_answers_beside(self, scenario: Scenario, actions: list[tuple[str, dict[str, Any]]]) -> None:
        """A story that does not apply here must not also be answered: one of the two is a slip."""
        prefix, silent = (f"{scenario.id}/", f"plan/{scenario.id}/"), (f"{scenario.id}/absent", f"plan/{scenario.id}/number")
        beside = [key for key in self.returned.found if key.startswith(prefix) and key not in silent]
        self.used.update(beside, silent)
        for key in [*beside[:1], *(f"{key}/scenario" for key, _ in actions[:1])]:
            mend = "Empty the answers and steps of this story, or the reason why it does not apply."
            self.problems.append(Problem(self.where(key), "The story is answered and also said not to apply.", mend))

    def finding(self, pointer: str, number: str, scenario: Scenario, actions: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
        id, plan = scenario.id, f"plan/{scenario.id}"
        answers = {}
        for question in scenario.question:
            key = f"{id}/q/{question.id}"
            answer = self.chosen(key, f"{id}/{question.id}", "The question is not answered yet.")
            self.at(f"{pointer}/answers/{question.id}", key)
            if answer is not None:
                answers[question.id] = answer
        likelihood = self.code(f"{id}/likelihood", "likelihood")
        if f"{id}/likelihood" not in self.returned.found and len(answers) == len(scenario.question):
            likelihood = suggested(scenario, answers)
            self.taken_over += 1
        impact = self.chosen(f"{id}/impact", "impact", "It is not said how much it would hurt.")
        response = self.chosen(f"{plan}/response", "response", "It is not said what is done about this risk.")
        also = self.text(f"{plan}/also") or ""
        if SAFEGUARD.sub("", also).strip(" ,;.") and also:
            mend = "Write only numbers of safeguards, for example SG-004, SG-018; other words belong in the notes of the story."
            self.problems.append(Problem(self.where(f"{plan}/also"), "There is something beside numbers of safeguards.", mend))
        finding: dict[str, Any] = {
            "id": number,
            "scenario": id,
            "answers": answers,
            "observed": self.text(f"{id}/observed"),
            "existing": list(in_order((*proved(scenario, answers), *SAFEGUARD.findall(also)))),
            "likelihood": likelihood,
            "impact": impact,
            "response": response,
            "reason": self.text(f"{plan}/reason"),
            "accepted_by": self.code(f"{plan}/by", "person"),
            "accepted_on": self.text(f"{plan}/accepted"),
            "review_on": self.text(f"{plan}/review"),
            "actions": [action for _, action in actions],
            "residual": self.residual(plan, response, likelihood, impact),
            "notes": self.text(f"{id}/notes"),
        }
        self.response_complete(plan, finding)
        for name, key in (
            *((part, f"{id}/{part}") for part in ("observed", "likelihood", "impact", "notes")),
            *((part, f"{plan}/{part}") for part in ("response", "reason")),
            *(("accepted_by", f"{plan}/by"), ("accepted_on", f"{plan}/accepted"), ("review_on", f"{plan}/review")),
            *(
                ("residual", f"{plan}/likelihood"),
                ("existing", f"{plan}/also"),
                ("id", f"{plan}/number"),
                ("actions", f"{plan}/response"),
            ),
        ):
            self.at(f"{pointer}/{name}", key)
        self.at(pointer, f"{id}/impact")
        for index, (key, _) in enumerate(actions):
            self.at(f"{pointer}/actions/{index}", f"{key}/what")
            for part in ACTION_PARTS:
                self.at(f"{pointer}/actions/{index}/{'done_on' if part == 'done' else part}", f"{key}/{part}")
        return {name: value for name, value in finding.items() if value is not None}

    def response_complete(self, plan: str, finding: Mapping[str, Any]) -> None:
        """What a response needs beside itself."""
        if finding["response"] in ("accept", "transfer", "avoid") and finding["reason"] is None:
            self.missing(f"{plan}/reason", "The reason for this response is missing.", "Say why.")
        if finding["response"] == "accept":
            asked = {"by": "who accepts the risk", "accepted": "when it was accepted", "review": "when it is looked at again"}
            for part, what in asked.items():
                if f"{plan}/{part}" not in self.returned.found:
                    self.missing(f"{plan}/{part}", f"It is not said {what}.", "Fill it in.")
        if finding["response"] == "mitigate" and not finding["actions"]:
            self.missing(f"{plan}/response", "The risk is mitigated, and no step says how.", "Enter a step on the sheet Steps.")

    def residual(self, plan: str, response: str | None, likelihood: str | None, impact: str | None) -> dict[str, str] | None:
        """Rating after the steps. A risk that is accepted stays what it is; every other one has to be rated again."""
        rating = {"likelihood": self.code(f"{plan}/likelihood", "likelihood"), "impact": self.code(f"{plan}/impact", "impact")}
        blank = [part for part in rating if f"{plan}/{part}" not in self.returned.found]
        if response == "accept" and len(blank) == 2 and likelihood and impact:
            return {"likelihood": likelihood, "impact": impact}
        for part in blank if response else ():
            self.missing(f"{plan}/{part}", "What is left after the steps is not rated yet.", "Choose from the list.")
        return {part: level for part, level in rating.items() if level} if all(rating.values()) else None

    def actions(self, scenarios: set[str]) -> dict[str, list[tuple[str, dict[str, Any]]]]:
        """Scenario → its steps, each with the key of its line, in the order of the sheet."""
        found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        for key in (*self.lines("carried"), *self.lines("action")):
            scenario = self.chosen(f"{key}/scenario", "scenario", "It is not said to which story this step belongs.")
            action = {
                "what": self.needed(f"{key}/what", "It is not said what is done.", "Write it as an order."),
                "safeguard": self.code(f"{key}/safeguard", "safeguard"),
                "owner": self.chosen(f"{key}/owner", "person", "Nobody is named who does it."),
                "due": self.needed(f"{key}/due", "There is no date by which it is done.", "Enter the date."),
                "status": self.chosen(f"{key}/status", "status", "The status is missing."),
                "done_on": self.text(f"{key}/done"),
                "evidence": self.text(f"{key}/evidence"),
                "effort": self.code(f"{key}/effort", "effort"),
                "cost": self.code(f"{key}/cost", "cost"),
                "why": self.text(f"{key}/why"),
            }
            if action["status"] == "done" and action["done_on"] is None:
                self.missing(f"{key}/done", "It is not said when it was done.", "Enter the date.")
            if scenario is not None and scenario not in scenarios:
                mend = "Move it to a story of this workbook, or take it out."
                self.problems.append(
                    Problem(self.where(f"{key}/scenario"), "The story of this step is not in this workbook.", mend)
                )
            elif scenario is not None:
                found.setdefault(scenario, []).append((key, {name: value for name, value in action.items() if value is not None}))
        return found

    def leftovers(self) -> None:
        """Words that nothing has read: the story, fact or measure is no longer asked."""
        for key, found in self.returned.found.items():
            if key not in self.used:
                mend = "The profile or the catalogue changed since the workbook was made. Move the words to another story, or empty the cell."
                self.problems.append(Problem(found.where, "This is no longer asked of this practice.", mend))


def located(problem_pointer: str, wheres: Mapping[str, str]) -> str | None:
    """The cell of a JSON pointer, or of the nearest thing above it."""
    steps = problem_pointer.split("/")
    for length in range(len(steps), 1, -1):
        if where := wheres.get("/".join(steps[:length])):
            return where
    return None
