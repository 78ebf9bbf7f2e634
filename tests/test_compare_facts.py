"""What changed in the facts of a practice, told in sentences: nothing is missed, and nothing is told that did not change."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN
from next_year import changed_profile, read

from pipeline.catalog import Catalog
from pipeline.check.profile import check_profile
from pipeline.compare.facts import KINDS, NOT_FACTS, compare_facts
from pipeline.compare.model import FactChange
from pipeline.practice import Profile
from pipeline.records import structure

Json = dict[str, Any]
Compare = Callable[[Json, Json], tuple[FactChange, ...]]
SLUGS = (JUNIPER, LANTERN, "example-harbor-oak")


@pytest.fixture
def compare(catalog: Catalog) -> Compare:
    return lambda old, new: compare_facts(old, new, catalog.words)


def told(changes: tuple[FactChange, ...]) -> list[str]:
    return [change.how for change in changes]


def test_the_next_year_is_a_sound_profile() -> None:
    """Otherwise the tests below would speak of a practice that cannot be."""
    after = structure(changed_profile(read()[0]), Profile)
    assert list(check_profile(after, JUNIPER, "profile.json")) == []


def test_who_and_what_came_and_went_is_told_in_plain_words(compare: Compare) -> None:
    """Officers first, then people, systems, devices and places; the whole list, so that nothing else is told either."""
    before = read()[0]
    changes = compare(before, changed_profile(before))
    assert told(changes) == [
        "The Security Officer is now Tobias Grantham since May 3, 2027; before: Denise Abernathy.",
        "Amara Okafor, LPC, is new from March 1, 2027: Therapist.",
        "Joss Whitecloud, LPC, left.",
        "The second step at sign-in to Gmail was each user's choice and is now required for all.",
        "Klara is new: team messages (Klara Technologies, Inc.); it holds information about clients.",
        "Upheal is no longer used (AI tool).",
        "The number of personal laptops with Windows was 4 and is now 3.",
        "The storage encryption of personal laptops with Windows was not yet verified and is now on.",
        "P-06 (HP Pavilion 15) is no longer on the register.",
        "The way in to Bend suite was a code and is now a badge.",
        "Nobody exchanges e-mail with clients any more.",
    ]
    assert {(change.kind, change.state) for change in changes} == {
        ("officer", "new"),
        ("person", "new"),
        ("person", "gone"),
        ("system", "new"),
        ("system", "gone"),
        ("system", "changed"),
        ("device", "changed"),
        ("place", "changed"),
        ("work", "gone"),
    }


@pytest.mark.parametrize("slug", SLUGS)
def test_where_nothing_changed_nothing_is_told(slug: str, compare: Compare) -> None:
    """The same profile twice, and with its entries in another order."""
    before = read(slug)[0]
    turned = copy.deepcopy(before)
    for table in KINDS:
        turned[table].reverse()
    assert compare(before, copy.deepcopy(before)) == compare(before, turned) == ()


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of each single value of a profile."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path


def with_other(profile: Json, path: tuple[Any, ...]) -> Json:
    """The profile with one value that is another one of the same type."""
    changed = copy.deepcopy(profile)
    holder: Any = changed
    for step in path[:-1]:
        holder = holder[step]
    value, words = holder[path[-1]], ("key", "none", "reception", "other")
    if isinstance(value, bool):
        holder[path[-1]] = not value
    elif isinstance(value, int):
        holder[path[-1]] = value % 12 + 1
    elif str(path[-1]).endswith(("_on", "date", "since")):
        holder[path[-1]] = "2025-01-31"
    elif path[0] == "states_served":
        holder[path[-1]] = "AK"
    elif path[-1] == "status":
        holder[path[-1]] = "neither" if "part2" in path else "requested" if value != "requested" else "signed"
    elif path[-1] == "service_plan":
        holder[path[-1]] = "diy" if value != "diy" else "guided"
    else:
        holder[path[-1]] = next(word for word in words if word != value)
    return changed


@pytest.mark.parametrize("slug", [JUNIPER, "example-harbor-oak"])
def test_no_changed_value_is_missed(slug: str, compare: Compare) -> None:
    """Each single value of the whole profile, changed alone, gives a sentence that ends like one."""
    before = read(slug)[0]
    paths = [path for path in leaves(before) if path[0] not in NOT_FACTS]
    assert len(paths) > 400
    missed = []
    for path in paths:
        # the id is how the file calls an entry; another one for the same name is no other fact
        if path[-1] == "id" and path[0] != "devices":
            continue
        changes = compare(before, with_other(before, path))
        if not changes or any(not change.how.endswith(".") or "None" in change.how for change in changes):
            missed.append((path, told(changes)))
    assert missed == []


@pytest.mark.parametrize(
    "path",
    [
        *((table, 0) for table in KINDS),
        ("practice",),
        ("consultant",),
        ("officers",),
        ("officers", "privacy"),
        ("ways_of_working",),
        ("devices", 0, "register", 0),
        (),
    ],
    ids=str,
)
def test_a_field_that_nobody_has_a_sentence_for_is_named(path: tuple[str | int, ...], compare: Compare) -> None:
    """A profile of a later format may hold more than this program knows."""
    before = read()[0]
    after = copy.deepcopy(before)
    holder: Any = after
    for step in path:
        holder = holder[step]
    holder["fax_lines"] = 3
    (change,) = compare(before, after)
    assert "fax lines" in change.how


@pytest.mark.parametrize("path", [("locations", 0, "address"), ("systems", 0, "baa"), ("ways_of_working", "part2")], ids=str)
def test_an_unknown_part_of_a_fact_names_the_fact(path: tuple[str | int, ...], compare: Compare) -> None:
    """What is inside an address or an agreement is told as the address or the agreement."""
    before = read()[0]
    after = copy.deepcopy(before)
    holder: Any = after
    for step in path:
        holder = holder[step]
    holder["fax_lines"] = 3
    assert len(compare(before, after)) == 1


def test_a_value_that_is_more_than_a_word_is_named_and_not_printed(compare: Compare) -> None:
    """Nobody wants to read a list in braces."""
    before = read()[0]
    after = copy.deepcopy(before)
    after["systems"][0]["regions"] = ["us-east", "us-west"]
    assert told(compare(before, after)) == ["The regions of SimplePractice reads otherwise now."]


def test_an_id_that_was_used_again_is_somebody_else(compare: Compare) -> None:
    """A consultant who types over an entry means that one went and another came; one who mends a name does not."""
    before = read()[0]
    after = copy.deepcopy(before)
    joss = next(person for person in after["workforce"] if person["id"] == "joss")
    joss["name"] = "Joss Whitecloud-Ames, LPC"
    assert told(compare(before, after)) == ["Joss Whitecloud, LPC is now called Joss Whitecloud-Ames, LPC."]
    joss["start_date"] = "2027-01-04"
    assert told(compare(before, after)) == [
        "Joss Whitecloud-Ames, LPC, is new from January 4, 2027: Therapist.",
        "Joss Whitecloud, LPC, left.",
    ]


def test_another_id_for_the_same_thing_is_no_change(compare: Compare) -> None:
    """Ids are for the file; whoever renames one changed nothing in the practice."""
    before = read()[0]
    text = json.dumps(before).replace('"denise"', '"denise-abernathy"').replace('"spruce"', '"spruce-health"')
    assert compare(before, json.loads(text)) == ()


def test_devices_are_told_one_by_one_where_the_register_has_them(compare: Compare) -> None:
    """A laptop that was handed on is found under its tag."""
    before = read()[0]
    after = copy.deepcopy(before)
    macs = next(device for device in after["devices"] if device["id"] == "practice-macs")
    macs["register"][2].update(user="tobias")
    macs["register"].append({"tag": "JR-07", "model": "MacBook Air M4 13-inch", "user": "dov"})
    macs["count"] = 5
    assert told(compare(before, after)) == [
        "The number of practice-owned laptops with macOS was 4 and is now 5.",
        "JR-04 (MacBook Air M1 13-inch) is now used by Tobias Grantham.",
        "JR-07 (MacBook Air M4 13-inch) is new on the register, used by Dov Kestenbaum, PhD.",
    ]
