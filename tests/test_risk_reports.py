"""The documents of the risk analysis in the built packages: complete, in agreement with each other, and linked."""

from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import docx
import pypdfium2
import pytest
from conftest import JUNIPER, LANTERN, ROOT
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from mutation import CASES
from openpyxl import load_workbook
from pypdf import PdfReader
from workbooks import toml

from pipeline.assessment.scoring import LEVELS, at_least, risk_level
from pipeline.build import Built
from pipeline.context import names_for
from pipeline.inputs import to_inputs
from pipeline.load import Loaded, load_practice
from pipeline.primitives import primitives
from pipeline.render.word import render_word
from pipeline.workspace import Workspace

BOTH = pytest.mark.parametrize("slug", [JUNIPER, LANTERN])
WORDS = {"very_low": "Very low", "low": "Low", "moderate": "Moderate", "high": "High", "very_high": "Very high"}
# HHS Office for Civil Rights, Guidance on Risk Analysis Requirements under the HIPAA Security Rule, July 14, 2010
ELEMENTS = (
    "Scope of the analysis",
    "Data collection",
    "Threats and vulnerabilities",
    "Current security measures",
    "Likelihood of the threat",
    "Impact of the threat",
    "Level of risk",
    "Documentation",
    "Periodic review and updates",
)
MAJOR, MINOR = "4. The findings rated high and very high", "5. The findings rated moderate and below"
# clause → policy, words of the stricter sentence, words of the milder one
CLAUSES = {
    "access_by_need": ("SEC-06", "Each account is cut to what", "Access follows the role"),
    "ai_tools_off": ("SEC-26", "No AI tool may receive ePHI until", "until the first approval is entered"),
    "call_back_check": ("SEC-11", "must be checked by calling back", "ask through another way whether it is real"),
    "downtime_kit": ("SEC-12", "A downtime kit is kept ready", "Before you finish, look at tomorrow"),
    "encrypt_before_use": ("SEC-21", "No device may open or keep ePHI before", "must have its storage encryption on"),
    "leavers_same_day": ("SEC-05", "close before the last conversation ends", "hours after the last working hour"),
    "mfa_everywhere": ("SEC-10", "for each administrator account", "You must choose it at your first sign-in"),
    "no_agreement_no_use": ("SEC-14", "is not used with ePHI", "nothing more is handed over until it is signed"),
    "paper_stays": ("SEC-29", "information does not leave", "Take out only the sheets the day needs"),
    "personal_cloud_off": ("SEC-18", "stays out of personal cloud accounts", "must not go into a private cloud account"),
    "public_wifi_forbidden": ("SEC-19", "Public Wi-Fi must not be used for work", "Prefer a mobile hotspot"),
    "restore_test_quarterly": (
        "SEC-13",
        "Each quarter the Security Officer brings data back",
        "Twice a year the Security Officer tries out",
    ),
    "router_hardening": (
        "SEC-19",
        "The home router must meet each of these points",
        "The home router must have its own administrator password",
    ),
    "screen_out_of_sight": ("SEC-16", "No screen that shows ePHI may be readable", "Place the screen so that it cannot be read"),
    "second_look": ("SEC-29", "before a second person has compared", "Compare name, date of birth"),
    "shared_accounts_forbidden": ("SEC-10", "No account may be shared", "Do not share accounts"),
    "shared_home_device": (
        "SEC-16",
        "must not open ePHI until work is separated",
        "must not use the account with which you work",
    ),
    "texting_app_only": ("SEC-23", "go only through Spruce", "Exchange text messages with"),
}
# with an AI tool in use, the milder sentence names it
MILD_HERE = {(JUNIPER, "ai_tools_off"): "information may be entered only in"}
# without what the sentence is about, neither of the two is printed
SILENT = {(LANTERN, "paper_stays"), (LANTERN, "texting_app_only")}
# policies on what a practice does not have or do
LEFT_OUT = {JUNIPER: {"SEC-33", "SEC-35"}, LANTERN: {"SEC-32", "SEC-33", "SEC-34", "SEC-35"}}
# part of the profile, kind of asset, kind in the inventory
GROUPS = (("systems", "system", "System"), ("devices", "device", "Device"), ("locations", "location", "Place"))


@dataclass(frozen=True)
class Package:
    """A built package beside the files from which it was made, read without the program."""

    slug: str
    target: Path

    @cached_property
    def profile(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads((ROOT / "practices" / self.slug / "profile.json").read_text("utf-8"))
        return value

    @cached_property
    def assessment(self) -> dict[str, Any]:
        file = max((ROOT / "practices" / self.slug / "assessments").glob("*.json"))
        value: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return value

    @cached_property
    def manifest(self) -> dict[str, dict[str, Any]]:
        listed = json.loads((self.target / "manifest.json").read_text("utf-8"))["artifacts"]
        return {entry["id"]: entry for entry in listed}

    @cached_property
    def findings(self) -> dict[str, dict[str, Any]]:
        """Number → finding."""
        return {finding["id"]: finding for finding in self.assessment["findings"]}

    def level(self, id: str) -> str:
        return risk_level(self.findings[id]["likelihood"], self.findings[id]["impact"])

    def person(self, id: str) -> str:
        names = (entry["name"] for entry in self.profile["workforce"] if entry["id"] == id)
        return str(next(names))

    def file(self, id: str) -> Path:
        return self.target / str(self.manifest[id]["path"])

    @cached_property
    def policies(self) -> list[str]:
        return [id for id in self.manifest if id.startswith("SEC-")]

    def answered(self, policy: str) -> list[str]:
        """Numbers of the findings that name a policy."""
        return [id for id, finding in self.findings.items() if policy in stories()[finding["scenario"]]["policies"]]

    def rows(self, id: str, sheet: int = 0) -> list[tuple[str, ...]]:
        """The filled lines of a sheet below the names of its columns."""
        book = _book(self.file(id))
        lines = [tuple("" if v is None else str(v) for v in row) for row in book.worksheets[sheet].iter_rows(values_only=True)]
        return [line for line in lines[5:] if any(line)]

    def parts(self, id: str) -> dict[str, list[Paragraph | Table]]:
        """Heading of the first rank → paragraphs and tables below it."""
        return parts_of(_document(self.file(id)))

    @cached_property
    def steps(self) -> dict[tuple[str, str, str, str], set[str]]:
        """Piece of work (what, who, when, status) → numbers of the findings that it lowers."""
        found: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
        for finding in self.assessment["findings"]:
            for action in finding["actions"]:
                status = {"open": "Open", "in_progress": "In progress", "done": "Done"}[action["status"]]
                day = printed(action.get("done_on") or action["due"])
                found[(action["what"], self.person(action["owner"]), day, status)].add(finding["id"])
        return dict(found)


@cache
def _book(file: Path) -> Any:
    return load_workbook(file)


@cache
def _loaded(slug: str) -> Loaded:
    return load_practice(Workspace(ROOT), slug)


@cache
def _document(file: Path) -> Any:
    return docx.Document(str(file))


def parts_of(document: Any) -> dict[str, list[Paragraph | Table]]:
    """Heading of the first rank → paragraphs and tables below it."""
    found: dict[str, list[Paragraph | Table]] = {"": []}
    held = found[""]
    for item in document.iter_inner_content():
        if isinstance(item, Paragraph) and item.style and item.style.name == "Heading 1":
            held = found.setdefault(item.text, [])
        else:
            held.append(item)
    return found


def text_of(parts: dict[str, list[Paragraph | Table]]) -> str:
    """The words of all parts."""
    return "\n".join(
        item.text if isinstance(item, Paragraph) else "\n".join(cell.text for row in item.rows for cell in row.cells)
        for items in parts.values()
        for item in items
    )


@cache
def stories() -> dict[str, dict[str, Any]]:
    """Every story of the catalogue, read without the program."""
    return {s["id"]: s for theme in toml("catalog")["theme"] for s in toml(f"scenarios/{theme['id']}")["scenario"]}


@pytest.fixture
def package(packages: dict[str, Built], slug: str) -> Package:
    """The package of one practice."""
    return package_of(slug, packages[slug].target)


@cache
def package_of(slug: str, target: Path) -> Package:
    return Package(slug, target)


def printed(day: str) -> str:
    """2026-09-14 as it is printed."""
    value = date.fromisoformat(day)
    return f"{value:%B} {value.day}, {value.year}"


def day_of(text: str) -> date:
    """The way back."""
    month, day, year = text.replace(",", "").split()
    number = [f"{date(2000, m, 1):%B}" for m in range(1, 13)].index(month) + 1
    return date(int(year), number, int(day))


def table(items: list[Paragraph | Table], *heads: str) -> list[list[str]]:
    """Texts of the rows of the table that begins with these heads, without them."""
    for item in items:
        if isinstance(item, Table):
            rows = [[cell.text for cell in row.cells] for row in item.rows]
            if tuple(rows[0][: len(heads)]) == heads:
                return rows[1:]
    raise AssertionError(f"no table {heads}")


def links_of(element: Any, document: Any) -> list[tuple[str, str]]:
    """(text, target) of each link."""
    return [
        ("".join(t.text or "" for t in link.iter(qn("w:t"))), document.part.rels[link.get(qn("r:id"))].target_ref)
        for link in element.iter(qn("w:hyperlink"))
    ]


def blocks(package: Package) -> Iterator[tuple[str, str, list[Any]]]:
    """(number and title, text, elements) of each finding in parts 4 and 5 of the report, in order."""
    parts = package.parts("R-01")
    head, texts = "", [""]
    elements: list[Any] = []
    for item in parts[MAJOR]:
        if isinstance(item, Paragraph) and item.style and item.style.name == "Heading 2":
            if head:
                yield head, "\n".join(texts), elements
            head, texts, elements = item.text, [], []
        else:
            texts += [item.text] if isinstance(item, Paragraph) else [cell.text for row in item.rows for cell in row.cells]
            elements.append(item._element)
    if head:
        yield head, "\n".join(texts), elements
    for item in parts[MINOR]:
        if isinstance(item, Table):
            for row in item.rows[1:]:
                number, story = (cell.text for cell in row.cells)
                yield f"{number[:6]} {story.split(chr(10))[0]}", f"{number}\n{story}", [row._tr]


# ---


@BOTH
def test_the_report_names_the_nine_elements_and_where_each_one_is(package: Package) -> None:
    """In the words and the order of the guidance; every part to which it sends the reader is there."""
    parts = package.parts("R-01")
    rows = table(parts["1. Scope and method"], "Element", "Where it is in this report")
    assert [row[0] for row in rows] == [f"{number}. {element}" for number, element in enumerate(ELEMENTS, 1)]
    there = {heading[0] for heading in parts if heading}
    for _, where in rows:
        ranges = re.findall(r"[Pp]arts? (\d)(?: (?:to|and) (\d))?", where)
        assert ranges or where.startswith("This ")
        assert {number for pair in ranges for number in pair if number} <= there
    assert "".join(sorted(there)) == "123456789"


@BOTH
def test_the_heat_map_holds_each_finding_once_where_it_belongs(package: Package) -> None:
    """25 fields: likelihood from the top down, impact from left to right; no finding is missing, none stands twice."""
    rows = table(package.parts("R-01")["3. The picture"], "Likelihood", "Very low impact")
    assert [row[0] for row in rows] == [WORDS[level] for level in reversed(LEVELS)]
    found = [
        (f"RA-{number}", likelihood, impact)
        for likelihood, row in zip(reversed(LEVELS), rows, strict=True)
        for impact, cell in zip(LEVELS, row[1:], strict=True)
        for number in re.findall(r"\d+", cell)
    ]
    assert sorted(found) == sorted((id, f["likelihood"], f["impact"]) for id, f in package.findings.items())


@BOTH
def test_the_colours_of_the_heat_map_are_those_of_the_levels(package: Package) -> None:
    """Fields of one level look alike, fields of two levels differ."""
    heat = next(item for item in package.parts("R-01")["3. The picture"] if isinstance(item, Table))
    fills: dict[str, set[str]] = defaultdict(set)
    for likelihood, row in zip(reversed(LEVELS), heat.rows[1:], strict=True):
        for impact, cell in zip(LEVELS, row.cells[1:], strict=True):
            (shade,) = cell._tc.iter(qn("w:shd"))
            fills[risk_level(likelihood, impact)].add(str(shade.get(qn("w:fill"))))
    assert [len(colours) for colours in fills.values()] == [1] * 5
    assert len(set.union(*fills.values())) == 5


@BOTH
def test_the_most_important_risks_are_the_highest(package: Package) -> None:
    """Five of them, highest first, and no other finding is above them."""
    rows = table(package.parts("R-01")[""], "No.", "What could happen, and the weakness behind it", "Level", "First step")
    ranks = [LEVELS.index(package.level(row[0])) for row in rows]
    assert len(rows) == 5
    assert ranks == sorted(ranks, reverse=True)
    others = [LEVELS.index(package.level(id)) for id in package.findings.keys() - {row[0] for row in rows}]
    assert max(others) <= min(ranks)
    for number, what, level, _ in rows:
        story = stories()[package.findings[number]["scenario"]]
        assert what.startswith(story["title"])
        assert level == WORDS[package.level(number)]


@BOTH
def test_every_finding_stands_in_the_report_once_with_all_that_makes_it_one(package: Package) -> None:
    """Highest first; each with threat, weakness, what is there, what was asked, likelihood, impact, level and what is left."""
    found = list(blocks(package))
    numbers = [head[:6] for head, _, _ in found]
    assert sorted(numbers) == sorted(package.findings)
    ranks = [LEVELS.index(package.level(number)) for number in numbers]
    assert ranks == sorted(ranks, reverse=True)
    major = {item.text[:6] for item in package.parts("R-01")[MAJOR] if isinstance(item, Paragraph) and item.text[:3] == "RA-"}
    assert major == {id for id in package.findings if at_least(package.level(id), "high")}
    for head, text, _ in found:
        finding = package.findings[head[:6]]
        assert head[7:] == stories()[finding["scenario"]]["title"]
        left = risk_level(finding["residual"]["likelihood"], finding["residual"]["impact"])
        small = re.sub(r"[\s,]+", " ", text).lower()
        for words in (
            f"likelihood {WORDS[finding['likelihood']]}",
            f"impact {WORDS[finding['impact']]}",
            WORDS[package.level(head[:6])],
        ):
            assert words.lower() in small, head
        assert re.search(rf"after the steps:? {WORDS[left].lower()}", small), head
        for words in ("Threat. ", "Weakness. ", "Already there. ", "Asked and answered. "):
            assert words in text, head
        for action in finding["actions"]:
            assert action["what"] in text, head


@BOTH
def test_every_story_of_the_catalogue_is_a_finding_or_set_aside_with_a_reason(package: Package) -> None:
    """Nothing that was looked at is dropped: part 6 gives the reason of the practice, or that of its facts."""
    rows = table(package.parts("R-01")["6. What does not apply here, and why"], "Story", "Why not here")
    aside = {row[0][:6]: row[1] for row in rows}
    found = {finding["scenario"] for finding in package.findings.values()}
    assert len(aside) == len(rows)
    assert aside.keys() | found == stories().keys()
    assert not aside.keys() & found
    said = {entry["scenario"]: entry["reason"] for entry in package.assessment["not_applicable"]}
    assert aside == {id: said.get(id) or stories()[id]["omitted_because"] for id in aside}
    assert [row[0] for row in rows] == [f"{id}\n{stories()[id]['title']}" for id in aside]


@BOTH
def test_every_standard_of_the_rule_stands_in_part_7(package: Package) -> None:
    """All 22, in their order, each with the findings that reach it and the documents that answer it, or with a remark."""
    rule = tomllib.loads((CASES / "security_rule.toml").read_text("utf-8"))["standard"]
    rows = table(package.parts("R-01")["7. The Security Rule, standard by standard"], "Standard", "Findings", "Documents")
    assert [row[0].split("\n")[0] for row in rows] == [standard["citation"] for standard in rule]
    for standard, row in zip(rule, rows, strict=True):
        family = {standard["citation"], *(citation for citation, *_ in standard["specifications"])}
        reaching = [id for id, f in package.findings.items() if family & set(stories()[f["scenario"]]["citations"])]
        assert re.findall(r"RA-\d{3}", row[1]) == reaching, standard["citation"]
        documents = re.findall(r"\b(?:SEC|L|F|R)-\d{2}\b", row[2])
        assert set(documents) <= package.manifest.keys()
        assert documents or len(row[1]) > 20, standard["citation"]


# ---


@BOTH
def test_every_finding_stands_in_the_register_once(package: Package) -> None:
    """With its levels, its response and every step; highest first."""
    rows = package.rows("R-02")
    assert sorted(row[0] for row in rows) == sorted(package.findings)
    ranks = [LEVELS.index(package.level(row[0])) for row in rows]
    assert ranks == sorted(ranks, reverse=True)
    for row in rows:
        finding = package.findings[row[0]]
        left = risk_level(finding["residual"]["likelihood"], finding["residual"]["impact"])
        levels = (finding["likelihood"], finding["impact"], package.level(row[0]))
        assert row[1:6] == (
            stories()[finding["scenario"]]["title"],
            *(WORDS[level] for level in levels),
            finding["response"].capitalize(),
        )
        assert row[7] == WORDS[left]
        assert [action["what"] for action in finding["actions"] if action["what"] not in row[6]] == []
        assert (finding.get("reason") or "") in row[6]


# ---


@BOTH
def test_every_step_stands_in_the_plan_by_date(package: Package) -> None:
    """Open steps first and by their dates, then those that are done; each once, with all the findings that it lowers."""
    rows = table(package.parts("R-03")["2. By date"], "Due or done", "Step, and why it fits here")
    found = []
    for when, what, who, lowers in rows:
        (step,) = (
            piece
            for piece in package.steps
            if what.startswith(piece[0])
            and piece[1:] == (who.split("\n")[0], when.split("\n")[1], lowers.split("\n")[1])
            and package.steps[piece] == set(re.findall(r"RA-\d{3}", lowers))
        )
        found.append(step)
    assert sorted(found) == sorted(package.steps)
    order = [(status == "Done", day_of(day)) for _, _, day, status in found]
    assert order == sorted(order)


@BOTH
def test_every_open_step_stands_once_for_its_owner(package: Package) -> None:
    """Under the name of the person who does it and of nobody else; what is done stands there no more."""
    found: list[tuple[str, str, str]] = []
    owner = ""
    for item in package.parts("R-03")["3. By person"]:
        if isinstance(item, Paragraph):
            owner = item.text
            continue
        for due, what, _ in ([cell.text for cell in row.cells] for row in item.rows[1:]):
            found.append((owner, re.sub(r"^S-\d+ ", "", what), due))
    titles = {person["name"]: person["title"] for person in package.profile["workforce"]}
    waiting = [(f"{who}, {titles[who]}", what, day) for what, who, day, status in package.steps if status != "Done"]
    assert len(waiting) > 20
    assert sorted(found) == sorted(waiting)


@BOTH
def test_the_schedule_holds_the_same_steps_by_date_and_by_person(package: Package) -> None:
    """The lists that the Security Officer keeps up to date say what the plan says, under the same numbers."""
    by_date, by_person = package.rows("R-04", 0), package.rows("R-04", 1)
    assert sorted((row[3], row[5], row[6], row[7]) for row in by_date) == sorted(package.steps)
    for row in by_date:
        assert set(row[1].split(", ")) == package.steps[(row[3], row[5], row[6], row[7])]
    waiting = sorted(step for step in package.steps if step[3] != "Done")
    assert sorted((row[3], row[0], row[1], row[6]) for row in by_person) == waiting
    numbers = {(row[3], row[5], row[6]): row[0] for row in by_date}
    assert [row[2] for row in by_person] == [numbers[(row[3], row[0], row[1])] for row in by_person]
    owners = [row[0] for row in by_person]
    assert len({*owners}) == 1 + sum(one != other for one, other in pairwise(owners))
    plan = table(package.parts("R-03")["2. By date"], "Due or done", "Step, and why it fits here")
    assert (
        [row[0] for row in by_date] == [row[0].split("\n")[0] for row in plan] == [f"S-{n:02}" for n in range(1, len(plan) + 1)]
    )


@BOTH
def test_the_timeline_marks_the_month_in_which_a_step_is_due(package: Package) -> None:
    """One mark a step: in the month counted from that of the analysis, or under Later."""
    days = {row[0]: day_of(row[6]) for row in package.rows("R-04", 0)}
    start = date.fromisoformat(package.assessment["date"])
    rows = package.rows("R-04", 2)
    assert [row[0] for row in rows] == list(days)
    for row in rows:
        months = (days[row[0]].year - start.year) * 12 + days[row[0]].month - start.month
        assert [index for index, mark in enumerate(row[3:16]) if mark] == [min(max(months, 0), 12)], row[0]


@BOTH
def test_what_comes_next_is_what_is_due_first(package: Package) -> None:
    """The first page names the six open steps that are due first."""
    rows = table(package.parts("R-01")[""], "By", "Step", "Who")
    plan = [row for row in package.rows("R-04", 0) if row[7] != "Done"]
    assert rows == [[row[6], row[3], row[5]] for row in plan[:6]]


# ---


@BOTH
def test_there_is_a_decision_record_for_each_of_the_22_addressable_specifications(package: Package) -> None:
    """With what was decided, by whom, when and why, linked to the policies that carry it out."""
    document = _document(package.file("R-05"))
    decisions = {decision["citation"]: decision for decision in package.assessment["decisions"]}
    citing = {policy["id"]: policy["citations"] for policy in toml("policies")["policy"]}
    records: dict[str, Table] = {}
    head = ""
    for item in document.iter_inner_content():
        if isinstance(item, Paragraph):
            head = item.text
        elif match := re.search(r"– 45 CFR (164\S+)$", head):
            records.setdefault(match.group(1), item)
    assert len(records) == 22
    assert records.keys() == decisions.keys()
    for citation, record in records.items():
        said = {row.cells[0].text: row.cells[1].text for row in record.rows}
        decision = decisions[citation]
        word = {"implemented": "Implemented", "alternative": "Equivalent alternative"}.get(decision["decision"], "Not reasonable")
        assert said["Decision"].startswith(word)
        assert said["Decision"].endswith(f"{package.person(decision['decided_by'])}, {printed(decision['decided_on'])}")
        assert said["Why"] == decision["why"]
        assert said["What is done"] == decision.get("how", said["What is done"])
        expected = [id for id in package.policies if citation in citing[id]] or ["R-01"]
        assert [text for text, _ in links_of(record._element, document)] == expected, citation
        touching = [id for id, f in package.findings.items() if citation in stories()[f["scenario"]]["citations"]]
        assert re.findall(r"RA-\d{3}", said["See"]) == touching


# ---


@BOTH
def test_the_inventory_holds_each_system_device_and_place_with_its_flows(package: Package) -> None:
    """Everything with ePHI and every place, with what happens to ePHI there as the practice confirmed it."""
    confirmed = {entry["asset"]: entry for entry in package.assessment["inventory"]}
    expected = []
    for part, kind, group in GROUPS:
        for entry in package.profile[part]:
            if entry.get("ephi", True):
                asset = confirmed[f"{kind}/{entry['id']}"]
                flows = tuple("Yes" if asset[flow] else "No" for flow in ("creates", "receives", "keeps", "sends"))
                name = entry.get("name") or f"{entry['count']} × "
                expected.append((group, name, *flows, asset.get("note", "")))
    rows = package.rows("R-06")
    assert [
        (row[0], row[1] if row[0] != "Device" else row[1][: row[1].index("×") + 2], *row[4:8], row[10]) for row in rows
    ] == expected


@BOTH
def test_the_report_lists_the_same_assets_as_the_inventory(package: Package) -> None:
    """Part 2 and R-06 name the same systems, devices and places."""
    part = package.parts("R-01")["2. Where the information is, and how we know"]
    names = [row[0].split("\n")[0] for head in ("System", "Devices", "Place") for row in table(part, head, "ePHI is here")]
    assert names == [row[1] for row in package.rows("R-06")]


@BOTH
def test_a_device_that_is_registered_one_by_one_is_not_said_to_be_unlisted(package: Package) -> None:
    """A device at a place has no user of its own and stands in the register all the same."""
    devices = [device for device in package.profile["devices"] if device["ephi"]]
    rows = [row for row in package.rows("R-06") if row[0] == "Device"]
    wrong = [
        device["id"]
        for device, row in zip(devices, rows, strict=True)
        if device.get("register") and row[9] == "Not listed one by one"
    ]
    assert wrong == []


# --- policies


@BOTH
def test_each_policy_lists_exactly_the_findings_that_name_it(package: Package) -> None:
    """What the analysis found is answered there, highest first; nothing else stands there."""
    assert package.policies == [p["id"] for p in toml("policies")["policy"] if p["id"] not in LEFT_OUT[package.slug]]
    for id in package.policies:
        items = package.parts(id)["What this policy answers"]
        rows = table(items, "Finding", "Risk", "Answer") if any(isinstance(item, Table) for item in items) else []
        answered = package.answered(id)
        assert sorted(row[0][:6] for row in rows) == sorted(answered), id
        assert [row[1] for row in rows] == [WORDS[package.level(row[0][:6])] for row in rows]
        ranks = [LEVELS.index(package.level(row[0][:6])) for row in rows]
        assert ranks == sorted(ranks, reverse=True)
        none = any(isinstance(item, Paragraph) and "found no risk" in item.text for item in items)
        assert none == (not answered), id


def asks(package: Package, clause: str, id: str) -> bool:
    """Whether a finding is at least moderate, not accepted, and of a story that names the clause."""
    finding = package.findings[id]
    serious = finding["response"] != "accept" and at_least(package.level(id), "moderate")
    return serious and clause in stories()[finding["scenario"]]["clauses"]


@BOTH
@pytest.mark.parametrize("clause", CLAUSES)
def test_a_policy_is_stricter_where_a_finding_asks_for_it_and_milder_otherwise(package: Package, slug: str, clause: str) -> None:
    """A finding of at least moderate that is not accepted decides which of two sentences stands in the policy."""
    policy, strict, mild = CLAUSES[clause]
    mild = MILD_HERE.get((slug, clause), mild)
    text = text_of(package.parts(policy))
    asked = any(asks(package, clause, id) for id in package.findings)
    if (slug, clause) in SILENT:
        assert not asked
        assert (strict in text, mild in text) == (False, False)
    else:
        assert (strict in text, mild in text) == (asked, not asked)


@BOTH
@pytest.mark.parametrize("clause", CLAUSES)
def test_a_policy_is_milder_once_the_findings_that_ask_are_taken_away(package: Package, slug: str, clause: str) -> None:
    """Of a clause that both practices need, too, the milder sentence is there to be printed."""
    policy, strict, mild = CLAUSES[clause]
    mild = MILD_HERE.get((slug, clause), mild)
    loaded = _loaded(slug)
    left = tuple(finding for finding in loaded.assessment.findings if not asks(package, clause, finding.id))
    inputs = to_inputs(replace(loaded, assessment=replace(loaded.assessment, findings=left)))
    artifact = loaded.plan.get(policy)
    assert artifact
    names = primitives(names_for(inputs, artifact))
    printed_without = render_word(loaded.templates[artifact.template], names, loaded.look, loaded.as_of)
    text = text_of(parts_of(docx.Document(BytesIO(printed_without))))
    assert (strict in text, mild in text) == (False, (slug, clause) not in SILENT)


def test_no_clause_of_the_catalogue_is_passed_over() -> None:
    """The sentences above are those of every clause, in the policy that holds it."""
    held = sorted((clause, policy["id"]) for policy in toml("policies")["policy"] for clause in policy["clauses"])
    assert sorted((clause, policy) for clause, (policy, _, _) in CLAUSES.items()) == held


# --- links


@BOTH
def test_each_finding_links_to_the_policies_that_answer_it(package: Package) -> None:
    """In the report, under the number of the policy, to the file of this policy in the folder."""
    document = _document(package.file("R-01"))
    for head, _, elements in blocks(package):
        answering = stories()[package.findings[head[:6]]["scenario"]]["policies"]
        found = [link for element in elements for link in links_of(element, document)]
        assert [text for text, _ in found] == [id for id in answering if id in package.manifest], head
        for text, target in found:
            assert (package.file("R-01").parent / unquote(target)).resolve() == package.file(text).resolve()


@BOTH
def test_each_policy_links_to_its_forms_and_to_the_report(package: Package) -> None:
    """Whoever reads a rule gets to the sheet on which it is recorded, and to the risks behind it, where there are any."""
    tasks = toml("tasks")["task"]
    related = {policy["id"]: policy["related"] for policy in toml("policies")["policy"]}
    report = package.file("R-01").name
    to_report, without_form = {}, []
    for id in package.policies:
        document = _document(package.file(id))
        to = {unquote(target).rsplit("/", 1)[-1] for _, target in links_of(document.element.body, document)}
        shown = "\n".join(row[1] for row in table(package.parts(id)["Procedures"], "", "What is done"))
        records = {task["record"] for task in tasks if id in task["policies"] and task["title"] in shown}
        assert records
        without_form += [(id, record) for record in sorted(records) if package.file(record).name not in to]
        # the related documents stand in a line of their own, which may name the report as well
        answers = [item for item in package.parts(id)["What this policy answers"] if not is_related(item)]
        beside = [target for item in answers for _, target in links_of(item._element, document)]
        to_report[id] = (report in {unquote(target).rsplit("/", 1)[-1] for target in beside}, report in to)
    assert without_form == []
    expected = {id: bool(package.answered(id)) for id in package.policies}
    assert any(expected.values())
    assert to_report == {id: (there, there or "R-01" in related[id]) for id, there in expected.items()}


def is_related(item: Paragraph | Table) -> bool:
    return isinstance(item, Paragraph) and item.text.startswith("Related documents")


@BOTH
def test_every_link_of_the_folder_opens_a_file_of_the_package(package: Package) -> None:
    """No document of the analysis or of the policies links to what is not there."""
    links = 0
    for id in ("R-01", "R-03", "R-05", *package.policies):
        document = _document(package.file(id))
        for text, target in links_of(document.element.body, document):
            assert (package.file(id).parent / unquote(target)).is_file(), (id, text, target)
            links += 1
    assert links > 300


@BOTH
def test_every_link_of_the_binder_jumps_to_the_document_that_it_names(package: Package) -> None:
    """The same links, drawn on pages: under “SEC-10” lies the page on which SEC-10 begins."""
    files = {entry["path"].rsplit("/", 1)[-1]: id for id, entry in package.manifest.items()}
    jumps = jumps_of(package)
    named = 0
    for id in ("R-01", "R-03", "R-05", *package.policies):
        document = _document(package.file(id))
        to = {files[unquote(target).rsplit("/", 1)[-1]] for _, target in links_of(document.element.body, document)}
        assert {target for _, target in jumps[id]} == to, id
        # a number is drawn as two words, SEC- and 10
        for (head, first), (tail, second) in pairwise(jumps[id]):
            if re.fullmatch(r"(SEC|L|F|R)-\d\d", head + tail):
                assert first == second == head + tail, id
                named += 1
    assert named > 200


def jumps_of(package: Package) -> dict[str, list[tuple[str, str]]]:
    """Document → the words under each of its links in the binder, and the document on whose first page the link ends."""
    binder = package.target / "binder.pdf"
    reader, drawn = PdfReader(binder), pypdfium2.PdfDocument(binder)
    pages = {page.indirect_reference.idnum: number for number, page in enumerate(reader.pages, 1) if page.indirect_reference}
    begins = {entry["binder_page"]: id for id, entry in package.manifest.items()}
    found: dict[str, list[tuple[str, str]]] = {}
    for id, entry in package.manifest.items():
        first = entry["binder_page"]
        for number in range(first, first + entry["pages"]) if first else ():
            text = drawn[number - 1].get_textpage()
            for reference in reader.pages[number - 1].get("/Annots") or ():
                link = reference.get_object()
                if "/Dest" in link:
                    words = text.get_text_bounded(*map(float, link["/Rect"])).strip()
                    found.setdefault(id, []).append((words, begins[pages[link["/Dest"][0].idnum]]))
    drawn.close()
    return found
