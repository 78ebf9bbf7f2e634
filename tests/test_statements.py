"""The facts of a profile as sentences that a practice confirms: each fact in its own, and in words that can be read."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN, ROOT
from mutation import changed

from pipeline.catalog import Catalog, load_catalog
from pipeline.practice import Profile
from pipeline.records import structure
from pipeline.statements import Statement, statements
from pipeline.workspace import Workspace

HARBOR = "example-harbor-oak"

# pointer in the profile, another value, key of the sentence, what it says then
TURNS: list[tuple[str, Any, str, str]] = [
    ("/practice/legal_name", "Juniper PLLC", "practice", "Juniper PLLC works as Juniper Ridge Counseling"),
    ("/practice/name", "Juniper & Co.", "practice", "LLC works as Juniper & Co. and"),
    ("/states_served/1", "DC", "practice", "in Oregon and District of Columbia."),
    ("/officers/security/person", "tobias", "officers", "Security Officer since August 17, 2026: Tobias Grantham."),
    ("/officers/security/since", "2026-01-02", "officers", "Security Officer since January 2, 2026"),
    ("/officers/privacy/person", "dov", "officers", "Privacy Officer since February 4, 2019: Dov Kestenbaum, PhD."),
    ("/officers/privacy/since", "2020-12-31", "officers", "Privacy Officer since December 31, 2020"),
    ("/owners", ["dov"], "owners", "Owner: Dov Kestenbaum, PhD. Policies"),
    ("/approver", "dov", "owners", "Policies are approved by Dov Kestenbaum, PhD."),
    ("/workforce/9/name", "Yuki T. Okabe", "workforce/intern/1", "Interns: Yuki T. Okabe (MSW Intern"),
    ("/workforce/9/title", "Practicum Student", "workforce/intern/1", "(Practicum Student, intern;"),
    ("/workforce/9/employment", "volunteer", "workforce/intern/1", "(MSW Intern, volunteer;"),
    ("/workforce/9/access", "all", "workforce/intern/1", "sees all records)"),
    ("/workforce/11/access", "none", "workforce/admin/1", "sees no client information)"),
    ("/locations/0/name", "Bend office", "locations/suite", "Bend office in Bend, OR:"),
    ("/locations/0/kind", "own_office", "locations/suite", ": own office; entered"),
    ("/locations/0/address/city", "Redmond", "locations/suite", "in Redmond, OR:"),
    ("/locations/0/address/state", "WA", "locations/suite", "in Bend, WA:"),
    ("/locations/0/entry", "open", "locations/suite", "entered by an unlocked door;"),
    ("/locations/0/alarm", True, "locations/suite", "; an alarm;"),
    ("/locations/0/keeps_paper", False, "locations/suite", "; equipment stays there"),
    ("/locations/0/keeps_equipment", False, "locations/suite", "; paper with client information stays there"),
    ("/locations/1/keeps_equipment", False, "locations/homes", "; nothing stays there"),
    ("/systems/2/name", "Fastmail", "systems/gmail", "Fastmail (e-mail, Google LLC)"),
    ("/systems/2/kind", "messaging", "systems/gmail", "Gmail (team messages, Google LLC)"),
    ("/systems/2/vendor", "Alphabet", "systems/gmail", "(e-mail, Alphabet)"),
    ("/systems/2/ephi", False, "systems/gmail", "Gmail (e-mail, Google LLC) holds no client information."),
    ("/systems/9/ephi", True, "systems/onepassword", "holds client information. No business associate agreement is required."),
    ("/systems/2/baa/signed_on", "2019-03-02", "systems/gmail", "agreement signed on March 2, 2019."),
    ("/systems/2/baa", {"status": "missing"}, "systems/gmail", "There is no business associate agreement."),
    ("/systems/2/baa", {"status": "requested"}, "systems/gmail", "agreement is asked for and not yet signed."),
    ("/systems/2/mfa", "unavailable", "systems/gmail", "Second step at sign-in: not offered."),
    ("/systems/2/audit_log", False, "systems/gmail", "It keeps no log that we can read."),
    ("/systems/2/administrator", "tobias", "systems/gmail", "Run by Tobias Grantham."),
    ("/devices/0/class", "server", "devices/front-desk-pc", "1 × server with Windows"),
    ("/devices/0/platform", "none", "devices/front-desk-pc", "1 × desktop computer, owned"),
    ("/devices/0/owner", "personal", "devices/front-desk-pc", "owned by the people who use them"),
    ("/devices/0/ephi", False, "devices/front-desk-pc", "never used with client information"),
    ("/devices/0/count", 7, "devices/front-desk-pc", "7 × desktop computer"),
    ("/devices/0/encryption", "off", "devices/front-desk-pc", "storage encryption: off;"),
    ("/devices/0/managed", True, "devices/front-desk-pc", "settings enforced by device management."),
    ("/networks/0/name", "Staff-2", "networks/staff-wifi", "Staff-2 at Bend suite"),
    ("/networks/0/kind", "building", "networks/staff-wifi", ": network of the building, Wi-Fi WPA2."),
    ("/networks/0/location", "homes", "networks/staff-wifi", "at Homes of people who work remotely:"),
    ("/networks/0/wifi", "wpa3", "networks/staff-wifi", "Wi-Fi WPA3."),
    ("/contacts/1/name", "Loop Rentals", "contacts/landlord", "Loop Rentals"),
    ("/contacts/3/company", "Crest", "contacts/insurer", "Cyber claims desk (insurer, Crest"),
    ("/contacts/1/ephi", True, "contacts/landlord", "works with client information for the practice."),
    ("/contacts/4/baa", {"status": "missing"}, "contacts/attorney", "There is no business associate agreement."),
    ("/ways_of_working/byod", False, "ways_of_working/byod", "Nobody uses a device of their own"),
    ("/ways_of_working/remote_work", False, "ways_of_working/remote_work", "Nobody works from home"),
    ("/ways_of_working/telehealth", False, "ways_of_working/telehealth", "No sessions are held by video or telephone."),
    ("/ways_of_working/client_texting", False, "ways_of_working/client_texting", "Nobody exchanges text messages with clients."),
    ("/ways_of_working/client_email", False, "ways_of_working/client_email", "Nobody exchanges e-mail with clients."),
    ("/ways_of_working/removable_media", True, "ways_of_working/removable_media", "Client information is put on USB sticks"),
    (
        "/ways_of_working/paper_records",
        False,
        "ways_of_working/paper_records",
        "No client information is kept or carried on paper.",
    ),
    (
        "/ways_of_working/psychotherapy_notes_separate",
        False,
        "ways_of_working/psychotherapy_notes_separate",
        "No psychotherapy notes are kept apart",
    ),
    ("/ways_of_working/sponsors_health_plan", True, "ways_of_working/sponsors_health_plan", "sponsors a group health plan"),
    ("/ways_of_working/part2/status", "program", "ways_of_working/part2", "is a federally assisted substance-use"),
    ("/ways_of_working/part2/status", "neither", "ways_of_working/part2", "holds no records of one"),
]


def read(slug: str) -> dict[str, Any]:
    """A profile as JSON."""
    profile: dict[str, Any] = json.loads((ROOT / "practices" / slug / "profile.json").read_text("utf-8"))
    return profile


@pytest.fixture(scope="module")
def juniper() -> dict[str, Any]:
    """The practice that has nearly everything."""
    return read(JUNIPER)


def told(profile: dict[str, Any], catalog: Catalog) -> dict[str, str]:
    """Key → sentence."""
    found: tuple[Statement, ...] = statements(structure(profile, Profile), catalog.words)
    keys = [statement.key for statement in found]
    assert len(set(keys)) == len(keys), "two sentences of one key"
    return {statement.key: statement.text for statement in found}


@pytest.mark.parametrize(("pointer", "value", "key", "words"), TURNS, ids=[f"{p}={json.dumps(v)[:20]}" for p, v, *_ in TURNS])
def test_each_fact_turns_its_sentence_and_no_other(
    juniper: dict[str, Any], catalog: Catalog, pointer: str, value: Any, key: str, words: str
) -> None:
    """Change one fact: its sentence says so, and everything that was confirmed beside it still stands."""
    before, after = told(juniper, catalog), told(changed(juniper, [(pointer, value)]), catalog)
    assert words not in before[key]
    assert words in after[key]
    others = {other for other in before.keys() | after.keys() if before.get(other) != after.get(other)}
    carried = {"/locations/0/name": {"networks/staff-wifi", "networks/guest-wifi"}}
    assert others == {key} | carried.get(pointer, set())


def test_the_people_served_are_called_what_the_practice_calls_them(juniper: dict[str, Any], catalog: Catalog) -> None:
    """A practice that sees patients is not asked about clients, but for the general words “client information”."""
    text = " ".join(told(changed(juniper, [("/practice/people_served", "patient")]), catalog).values())
    assert "text messages with patients" in text
    assert "sees patients in Oregon" in text
    assert not re.search(r"\bclients\b", text)


def asked_by_stories() -> list[tuple[str, ...]]:
    """Paths of the profile, without positions, on which it depends which stories apply."""

    def walk(fragment: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if isinstance(fragment, list):
            for part in fragment:
                yield from walk(part, path)
        elif isinstance(fragment, dict):
            for word, part in fragment.items():
                if word == "properties":
                    for name, below in part.items():
                        yield from walk(below, (*path, name))
                elif word in ("const", "enum"):
                    yield path
                elif isinstance(part, dict | list):
                    yield from walk(part, path)

    loaded, _ = load_catalog(Workspace(ROOT))
    assert loaded
    return sorted({path for scenario in loaded.scenarios for path in walk(scenario.applies_when, ())})


def others_of(schema: Any, path: tuple[str, ...], value: Any) -> list[Any]:
    """Other values that the schema of the profile allows at this path."""
    node = schema
    for name in path:
        node = resolved(schema, node)
        node = resolved(schema, node["items"]) if "items" in node else node
        node = node["properties"][name]
    node = resolved(schema, node)
    return [not value] if isinstance(value, bool) else [other for other in node["enum"] if other != value]


def resolved(schema: Any, node: Any) -> Any:
    return schema["$defs"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node


@pytest.mark.parametrize("path", asked_by_stories(), ids="/".join)
def test_a_fact_on_which_stories_depend_is_confirmed(path: tuple[str, ...], catalog: Catalog, project: Workspace) -> None:
    """What decides whether a story is asked stands in a sentence, so that the practice can say that it is wrong."""
    schema = json.loads((project.schemas / "profile.schema.json").read_text("utf-8"))
    profile = read(HARBOR)
    before, turned = told(profile, catalog), 0
    for index in range(len(profile[path[0]])) if isinstance(profile[path[0]], list) else [None]:
        holder: Any = profile[path[0]] if index is None else profile[path[0]][index]
        for name in path[1:-1]:
            holder = holder[name]
        last = path[-1]
        original = holder[last]
        for other in others_of(schema, path, original):
            holder[last] = other
            assert set(told(profile, catalog).values()) != set(before.values()), (index, other)
            turned += 1
        holder[last] = original
    assert turned


# --- people


def with_clinicians(profile: dict[str, Any], count: int) -> dict[str, Any]:
    """The practice with so many clinicians beside its other people."""
    result = copy.deepcopy(profile)
    example = next(person for person in result["workforce"] if person["id"] == "bjorn")
    result["workforce"] = [p for p in result["workforce"] if p["role"] != "clinician" or p["id"] == "dov"]
    result["workforce"] += [{**example, "id": f"c{n}", "name": f"Clinician Number{n:03}"} for n in range(1, count)]
    return result


@pytest.mark.parametrize(("count", "rows"), [(1, [1]), (8, [8]), (9, [8, 1]), (16, [8, 8]), (50, [8] * 6 + [2])])
def test_people_are_listed_in_rows_of_at_most_eight(
    juniper: dict[str, Any], catalog: Catalog, count: int, rows: list[int]
) -> None:
    """A row can be read and confirmed at a glance; several rows are numbered, and nobody is left out or named twice."""
    found = told(with_clinicians(juniper, count), catalog)
    clinicians = {key: text for key, text in found.items() if key.startswith("workforce/clinician/")}
    assert list(clinicians) == [f"workforce/clinician/{number}" for number in range(1, len(rows) + 1)]
    assert [text.count("; sees ") for text in clinicians.values()] == rows
    heads = [text.partition(":")[0] for text in clinicians.values()]
    assert heads == (["Clinicians"] if len(rows) == 1 else [f"Clinicians ({n})" for n in range(1, len(rows) + 1)])
    named = re.findall(r"Clinician Number\d+|Dov Kestenbaum", " ".join(clinicians.values()))
    assert len(named) == len(set(named)) == count


@pytest.mark.parametrize("slug", [JUNIPER, LANTERN, HARBOR])
def test_everybody_and_everything_is_named_once(slug: str, catalog: Catalog) -> None:
    """Each person stands in one row; each place, system, kind of device, network and contact has a sentence of its own."""
    profile = read(slug)
    found = told(profile, catalog)
    rows = " ".join(text for key, text in found.items() if key.startswith("workforce/"))
    assert [p["name"] for p in profile["workforce"] if rows.count(f"{p['name']} (") != 1] == []
    for part in ("locations", "systems", "devices", "networks", "contacts"):
        assert [key for key in found if key.startswith(f"{part}/")] == [f"{part}/{entry['id']}" for entry in profile[part]]
    for part in ("locations", "systems", "networks", "contacts"):
        assert [e["id"] for e in profile[part] if not found[f"{part}/{e['id']}"].startswith(e["name"])] == []


# --- words


def test_an_abbreviation_keeps_its_capitals_inside_a_sentence(juniper: dict[str, Any], catalog: Catalog) -> None:
    """“AI tool” and “WPA2” stay as they are; “E-mail” and “Health record” begin small."""
    found = told(juniper, catalog)
    assert "Upheal (AI tool, Upheal Inc.)" in found["systems/upheal"]
    assert "Wi-Fi WPA2." in found["networks/staff-wifi"]
    assert "Gmail (e-mail, Google LLC)" in found["systems/gmail"]
    assert "SimplePractice (health record, SimplePractice, LLC)" in found["systems/simplepractice"]


@pytest.mark.parametrize("part", ["system_kind", "device_class", "mfa", "encryption", "location_kind", "network_kind", "wifi"])
def test_no_word_of_a_code_stands_with_a_capital_inside_a_sentence(part: str, catalog: Catalog) -> None:
    """For every code that a profile can hold: only abbreviations have capitals."""
    holder, field, place = {
        "system_kind": ("systems", "kind", "{name} ({word}, "),
        "device_class": ("devices", "class", "× {word}"),
        "mfa": ("systems", "mfa", "Second step at sign-in: {word}."),
        "encryption": ("devices", "encryption", "storage encryption: {word};"),
        "location_kind": ("locations", "kind", ": {word}; entered"),
        "network_kind": ("networks", "kind", ": {word}, Wi-Fi"),
        "wifi": ("networks", "wifi", "Wi-Fi {word}."),
    }[part]
    profile = read(JUNIPER)
    entry = profile[holder][0]
    for code, word in catalog.words[part].items():
        entry[field] = code
        small = word if re.match(r"[A-Z]{2}", word) else word[0].lower() + word[1:]
        expected = place.format(word=small, name=entry.get("name", ""))
        assert expected in told(profile, catalog)[f"{holder}/{entry['id']}"]


@pytest.mark.parametrize("slug", [JUNIPER, LANTERN, HARBOR])
def test_every_sentence_can_be_read(slug: str, catalog: Catalog) -> None:
    """It ends with a full stop, and holds no code, brace or doubled sign."""
    for key, text in told(read(slug), catalog).items():
        assert text.endswith("."), key
        assert not re.search(r"\{|\}|_|None|True|False|  |\.\.|,,|\( |;;", text), key
