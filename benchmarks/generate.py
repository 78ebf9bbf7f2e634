"""Generated practices: valid, all different, and with names that no other practice and no template has.

    python benchmarks/generate.py FOLDER N [--seed S]

FOLDER is a workspace (catalog, schemas, templates); the practices come into its `practices`, and `names.json` beside them
says which names are whose, so that a search can show that none of them stands in the package of another.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

from pipeline.assessment.model import FLOWS
from pipeline.assessment.proposals import propose_steps, reason_to_accept
from pipeline.assessment.questions import UNKNOWN, proved, suggested
from pipeline.assessment.scoring import LEVELS, risk_level
from pipeline.catalog import Catalog, Scenario, load_catalog
from pipeline.errors import ProblemsFound
from pipeline.practice import CLINICAL, Profile
from pipeline.records import structure
from pipeline.workbook.setting import Setting
from pipeline.workspace import Workspace

Json = dict[str, Any]

# clinicians; ten practices are one round, so that any ten, hundred or thousand are alike on average
SIZES = (3, 9, 5, 2, 14, 7, 30, 4, 100, 6)
CITIES = (
    ("OR", "Salem"),
    ("MN", "Duluth"),
    ("ME", "Bangor"),
    ("TX", "Waco"),
    ("OH", "Dayton"),
    ("VT", "Rutland"),
    ("NM", "Taos"),
)
FIRST = ("Ada", "Bela", "Chidi", "Dana", "Emre", "Fatima", "Goran", "Hana", "Ines", "Jonas", "Kofi", "Lena", "Mina", "Nils", "Olga", "Pavel")  # fmt: skip
LICENCES = ("LCSW", "LMFT", "LPC", "PhD", "PsyD")
COLOURS = ("#1F4E79", "#5B2A86", "#7A3B10", "#0F5A3C", "#7A1F3D", "#3A3A3A")
MAIL = (
    ("Gmail", "Google Drive", "Google LLC"),
    ("Outlook", "OneDrive", "Microsoft Corporation"),
)
DAY = date(2026, 9, 14)


class Words:
    """Invented words, each given once. All have eight letters, so that none of them stands in another."""

    def __init__(self, seed: int) -> None:
        self.random, self.given = Random(seed), set[str]()

    def __call__(self) -> str:
        # English words of this shape end in e: separate, moderate
        shape = ("BDFGKLMNPRSTVZ", "aeiou", *("bdfgklmnprstvz", "aeiou") * 2, "bdfgklmnprstvz", "aiou")
        while (word := "".join(map(self.random.choice, shape))) in self.given:
            pass
        self.given.add(word)
        return word


@dataclass(frozen=True)
class Generated:
    """A practice that was written. names: what stands in no package but its own."""

    slug: str
    clinicians: int
    names: tuple[str, ...]


def generate(workspace: Workspace, n: int, seed: int = 0) -> list[Generated]:
    """Write n practices with one analysis each; the first ones are the same for every n. Raises ProblemsFound for a bad catalogue."""
    catalog, problems = load_catalog(workspace)
    if catalog is None:
        raise ProblemsFound(problems)
    words = Words(seed)
    return [_write(workspace, catalog, words, SIZES[index % len(SIZES)], Random(f"{seed}/{index}")) for index in range(n)]


def _write(workspace: Workspace, catalog: Catalog, words: Words, clinicians: int, random: Random) -> Generated:
    profile, names = make_profile(words, clinicians, random)
    slug = profile["practice"]["slug"]
    folder = workspace.practices / slug
    (folder / "assessments").mkdir(parents=True)
    Image.new("RGB", (240, 80), profile["practice"]["colour"]).save(folder / "logo.png")
    for path, value in (
        (folder / "profile.json", profile),
        (folder / "assessments" / f"{DAY}.json", make_assessment(catalog, profile, random)),
    ):
        path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return Generated(slug, clinicians, names)


def make_profile(words: Words, clinicians: int, random: Random) -> tuple[Json, tuple[str, ...]]:
    """A profile without problems, and the names that are its own."""
    own = words()
    slug, domain = own.lower(), f"{own.lower()}.example"
    state, city = random.choice(CITIES)
    office, remote = random.random() < 0.8, random.random() < 0.6
    byod, paper, telehealth = random.random() < 0.5, office and random.random() < 0.7, random.random() < 0.8
    remote = remote or not office
    places = [*(["office"] if office else []), *(["homes"] if remote else [])]
    people = list(_people(words, clinicians, places, domain, random))
    officer = next((one["id"] for one in people if one["role"] == "manager"), "p-1")
    systems = list(_systems(words, officer, telehealth or not office, random))
    companies = {kind: f"{words()} {what}" for kind, what in (("it", "Desk LLC"), ("insurer", "Mutual"), ("attorney", "LLP"), ("shredding", "Shredding"))}  # fmt: skip
    profile: Json = {
        "schema": "profile/1",
        "practice": {
            "slug": slug,
            "legal_name": f"{own} Counseling Group, LLC",
            "name": f"{own} Counseling",
            "short_name": own,
            "colour": random.choice(COLOURS),
            "logo": "logo.png",
            "phone": f"541-555-{random.randrange(100, 200):04}",
            "email": f"office@{domain}",
            **({"website": f"https://www.{domain}"} if random.random() < 0.8 else {}),
            "people_served": random.choice(("client", "patient")),
        },
        "states_served": sorted({state, *random.sample([code for code, _ in CITIES], random.randrange(3))}),
        "locations": list(_places(words, city, state, places, paper, random)),
        "workforce": people,
        "owners": ["p-1"],
        "officers": {role: {"person": officer, "since": "2024-03-04"} for role in ("security", "privacy")},
        "approver": "p-1",
        "systems": systems,
        "devices": list(_devices(people, office, byod, random)),
        "networks": list(_networks(own, places, officer, random)),
        "contacts": [
            {
                "id": kind,
                "name": f"{random.choice(FIRST)} {words()}",
                "company": company,
                "kind": kind,
                "ephi": kind == "it",
                "baa": _signed() if kind == "it" else _not_required("Sees no client information."),
            }
            for kind, company in companies.items()
        ],
        "ways_of_working": {
            "byod": byod,
            "remote_work": remote,
            "telehealth": telehealth or not office,
            "client_texting": random.random() < 0.5,
            "client_email": random.random() < 0.6,
            "removable_media": random.random() < 0.2,
            "paper_records": paper,
            "psychotherapy_notes_separate": random.random() < 0.4,
            "part2": {
                "status": random.choice(("neither", "neither", "lawful_holder")),
                "reason": f"{own} treats no substance use.",
                "decided_on": "2026-09-01",
            },
            "sponsors_health_plan": random.random() < 0.1,
        },
        "service_plan": random.choice(("diy", "guided", "copilot")),
        "consultant": {"firm": "Harbor Compliance Partners", "contact": "Ellen Strandvold", "email": "ellen@harbor.example"},
        "review_month": random.randrange(1, 13),
    }
    shared = {name for names in MAIL for name in names}
    named = [entry[key] for entry in systems for key in ("name", "vendor") if entry[key] not in shared]
    streets = [place["address"]["street"] for place in profile["locations"] if "address" in place]
    everybody = [person["name"] for person in (*people, *profile["contacts"])]
    return profile, (own, domain, *everybody, *named, *companies.values(), *streets)


def _people(words: Words, clinicians: int, places: Sequence[str], domain: str, random: Random) -> Iterator[Json]:
    """An owner and clinicians; from four on a supervisor, an office and an intern, and one more of the office for each ten."""
    office = 0 if clinicians < 4 else 1 + clinicians // 10
    roles = ["clinician"] * clinicians + ["manager"] * (office > 0) + ["admin"] * (office - 1) + ["billing"] * (office > 2)
    for number, role in enumerate(roles, 1):
        if role == "clinician" and office and number == 2:
            role = "supervisor"
        elif role == "clinician" and number == clinicians > 5:
            role = "intern"
        employment = (
            "owner" if number == 1 else "intern" if role == "intern" else random.choice(("employee", "employee", "contractor"))
        )
        name = f"{random.choice(FIRST)} {words()}"
        yield {
            "id": f"p-{number}",
            "name": f"{name}, {random.choice(LICENCES)}" if role in ("clinician", "supervisor") else name,
            "title": {"clinician": "Therapist", "supervisor": "Clinical Supervisor", "intern": "Intern", "manager": "Practice Manager", "admin": "Front Desk", "billing": "Billing"}[role],
            "role": role,
            "employment": employment if role in CLINICAL or employment == "owner" else "employee",
            **({"supervisor": "p-1"} if role == "intern" else {}),
            "access": {"manager": "all", "admin": "scheduling", "billing": "billing"}.get(role, "own_clients"),
            # somebody works from each place
            "works_from": list(places) if number <= 2 else [random.choice(places)],
            "email": f"p{number}@{domain}",
            "start_date": str(date(2024, 3, 4) - timedelta(days=random.randrange(2000))),
        }  # fmt: skip


def _systems(words: Words, officer: str, telehealth: bool, random: Random) -> Iterator[Json]:
    mail, storage, maker = random.choice(MAIL)
    vendor = f"{words()} Health, Inc."
    wanted = [("ehr", f"{words()} Records", vendor), ("email", mail, maker), ("storage", storage, maker)]
    wanted += [("telehealth", f"{words()} Video", vendor)] if telehealth else []
    more = ("phone", "texting", "fax", "billing", "website", "forms", "backup", "ai_tool", "password_manager", "accounting")
    wanted += [(kind, words(), f"{words()} LLC") for kind in more if random.random() < 0.5]
    for kind, name, made_by in wanted:
        ephi = kind not in ("website", "password_manager", "accounting")
        agreement = random.choice((_signed(), _signed(), {"status": "requested"}, {"status": "missing"}))
        yield {
            "id": kind.replace("_", "-"),
            "name": name,
            "kind": kind,
            "vendor": made_by,
            "ephi": ephi,
            "baa": agreement if ephi else _not_required("Holds no client information."),
            "mfa": random.choice(("required", "optional", "unavailable")),
            "audit_log": random.random() < 0.7,
            "administrator": random.choice((officer, "it")),
        }


def _places(words: Words, city: str, state: str, places: Sequence[str], paper: bool, random: Random) -> Iterator[Json]:
    for place in places:
        home = place == "homes"
        street = f"{random.randrange(10, 990)} {words()} Street"
        yield {
            "id": place,
            "name": "Homes of people who work remotely" if home else f"{city} office",
            "kind": "home" if home else random.choice(("own_office", "shared_suite", "co_working")),
            **({} if home else {"address": {"street": street, "city": city, "state": state, "zip": f"{random.randrange(10000, 99999)}"}}),
            "alarm": not home and random.random() < 0.5,
            "entry": "key" if home else random.choice(("key", "code", "badge", "reception")),
            "visitors": "none" if home else random.choice(("escorted", "waiting_room", "reception_desk")),
            "keeps_paper": paper and not home,
            "keeps_equipment": home or random.random() < 0.8,
        }  # fmt: skip


def _devices(people: Sequence[Json], office: bool, byod: bool, random: Random) -> Iterator[Json]:
    platform, phone = random.choice(("windows", "macos", "chromeos")), random.choice(("ios", "android"))
    register = [{"tag": f"LT-{n:03}", "model": "Laptop 14", "user": person["id"]} for n, person in enumerate(people, 1)]
    entries: list[tuple[str, str, str, str, int, list[Json]]] = [
        ("laptops", "laptop", platform, "practice", len(people), register),
        ("phones", "phone", phone, "personal" if byod else "practice", len(people), []),
    ]
    if office:
        model = {"tag": "PR-001", "model": "Office printer", "location": "office"}
        entries.append(("printer", "printer", "none", "practice", 1, [model]))
    if random.random() < 0.3:
        entries.append(("tablets", "tablet", "ios", "practice", 2, []))
    for id, kind, runs, owner, count, one_by_one in entries:
        yield {
            "id": id,
            "class": kind,
            "platform": runs,
            "owner": owner,
            "ephi": True,
            "count": count,
            "encryption": "none" if runs == "none" else random.choice(("on", "on", "unknown", "off")),
            "managed": owner == "practice" and random.random() < 0.5,
            "register": one_by_one,
        }


def _networks(own: str, places: Sequence[str], officer: str, random: Random) -> Iterator[Json]:
    if "office" in places:
        for kind in ("office", "guest"):
            yield {
                "id": f"{kind}-wifi",
                "name": f"{own}-{kind}",
                "kind": kind,
                "location": "office",
                "wifi": random.choice(("wpa3", "wpa2", "unknown")),
                "administrator": officer,
            }
    if "homes" in places:
        yield {"id": "home-wifi", "name": "Home networks", "kind": "home", "location": "homes", "wifi": "unknown"}


def _signed() -> Json:
    return {"status": "signed", "signed_on": "2025-02-03", "review_on": "2027-02-03"}


def _not_required(reason: str) -> Json:
    return {"status": "not_required", "reason": reason}


def make_assessment(catalog: Catalog, raw: Json, random: Random) -> Json:
    """The analysis of a practice: every fact confirmed, every scenario answered, every addressable specification decided."""
    profile = structure(raw, Profile)
    setting = Setting(catalog, profile, raw, DAY)
    answers = {scenario.id: _answers(scenario, random) for scenario in setting.scenarios.values()}
    there = {safeguard for scenario in setting.scenarios.values() for safeguard in proved(scenario, answers[scenario.id])}
    return {
        "schema": "assessment/1",
        "practice": profile.practice.slug,
        "date": str(DAY),
        "scope": f"All ePHI that {profile.practice.name} creates, receives, keeps or sends.",
        "participants": sorted({profile.approver, profile.officers.security.person}),
        "sources": [f"Interviews at {profile.practice.name}, {DAY - timedelta(days=7)}"],
        "confirmed": [{"fact": one.key, "statement": one.text} for one in setting.statements],
        "inventory": [{"asset": row.asset, **{flow: flow in row.usual for flow in FLOWS}} for row in setting.assets],
        "findings": [
            _finding(setting, scenario, answers[scenario.id], there, f"RA-{number:03}", random)
            for number, scenario in enumerate(setting.scenarios.values(), 1)
        ],
        "not_applicable": [],
        "decisions": [
            {
                "citation": provision.citation,
                "decision": "implemented",
                "how": f"{profile.practice.name} does it as its policies say.",
                "why": "It costs little here.",
                "decided_by": profile.approver,
                "decided_on": str(DAY),
            }
            for provision in setting.addressable
        ],
    }


def _answers(scenario: Scenario, random: Random) -> dict[str, str]:
    return {question.id: random.choice([*(choice.id for choice in question.choice), UNKNOWN]) for question in scenario.question}


def _finding(setting: Setting, scenario: Scenario, answers: dict[str, str], there: set[str], id: str, random: Random) -> Json:
    catalog, profile = setting.catalog, setting.profile
    likelihood, impact = suggested(scenario, answers) or "moderate", random.choice(LEVELS)
    level, existing = risk_level(likelihood, impact), proved(scenario, answers)
    steps = propose_steps(catalog, profile, scenario, level, there, DAY)
    response: Json = (
        {"response": "mitigate"}
        if steps
        else {
            "response": "accept",
            "reason": reason_to_accept(catalog, level, existing),
            "accepted_by": profile.approver,
            "accepted_on": str(DAY),
            "review_on": str(DAY + timedelta(days=180)),
        }
    )
    left = min(likelihood, "low", key=LEVELS.index) if steps else likelihood
    return {
        "id": id,
        "scenario": scenario.id,
        "answers": answers,
        "observed": f"{random.choice(profile.workforce).name} told of it at {profile.practice.name}.",
        "existing": list(existing),
        "likelihood": likelihood,
        "impact": impact,
        **response,
        "actions": [
            {
                "what": setting.text(step.what),
                "safeguard": step.safeguard.id,
                "owner": profile.officers.security.person,
                "due": str(step.due),
                "status": "open",
                "effort": step.safeguard.effort,
                "cost": step.safeguard.cost,
                "why": step.why,
            }
            for step in steps
        ],
        "residual": {"likelihood": left, "impact": impact},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("n", type=int)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    made = generate(Workspace(options.folder), options.n, options.seed)
    names = {one.slug: one.names for one in made}
    (options.folder / "practices" / "names.json").write_text(json.dumps(names, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"Wrote {len(made)} practices with {sum(one.clinicians for one in made)} clinicians.")


if __name__ == "__main__":
    main()
