"""`applies_when`: what it answers, and the mistakes in it that would otherwise change every package without a word."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN, ROOT
from jsonschema import Draft202012Validator
from mutation import CASES, assert_told, changed, read_cases

from pipeline.catalog import Catalog
from pipeline.conditions import applies, check_condition

PROFILES = {
    short: json.loads((ROOT / "practices" / slug / "profile.json").read_text("utf-8"))
    for short, slug in (("juniper", JUNIPER), ("lantern", LANTERN))
}
SCHEMA = json.loads((ROOT / "schemas" / "profile.schema.json").read_text("utf-8"))


def conditions(catalog: Catalog) -> dict[str, Any]:
    """Citation or number of each entry with a condition → the condition."""
    tables = (catalog.provisions, catalog.scenarios, catalog.policies, catalog.tasks, catalog.forms)
    entries: list[Any] = [entry for table in tables for entry in table]
    return {
        getattr(entry, "id", None) or entry.citation: entry.applies_when for entry in entries if entry.applies_when is not None
    }


@pytest.mark.parametrize("case", read_cases("conditions"))
def test_a_mistake_in_a_condition_is_found(case: dict[str, Any]) -> None:
    """Each key, word and keyword that no profile can meet is said, with a guess at what was meant."""
    problems = check_condition(case["fragment"], SCHEMA, "catalog/tasks.toml, T-999")
    assert_told(problems, "", [["catalog/tasks.toml, T-999", words] for words in case["says"]])


@pytest.mark.parametrize("case", [case for case in read_cases("conditions") if "silently" in case.values[0]])
def test_control_plain_json_schema_answers_the_same_for_every_practice(case: dict[str, Any]) -> None:
    """Without the check such a condition is not an error: it is true, or false, for all."""
    for profile in PROFILES.values():
        assert Draft202012Validator(case["fragment"]).is_valid(profile) is case["silently"]


@pytest.mark.parametrize("case", read_cases("applies"))
def test_each_condition_of_the_catalogue_follows_the_fact_that_it_is_about(case: dict[str, Any], catalog: Catalog) -> None:
    """It answers as the example's facts do, and the other way round when they change."""
    condition = conditions(catalog)[case["name"]]
    profile = PROFILES[case["practice"]]
    assert applies(condition, profile) is case["applies"]
    assert applies(condition, changed(profile, case["turned_by"])) is not case["applies"]


def test_each_condition_of_the_catalogue_is_among_those_cases(catalog: Catalog) -> None:
    """A new condition does not go untried."""
    tried = [case["name"] for case in tomllib.loads((CASES / "applies.toml").read_text("utf-8"))["case"]]
    assert sorted(tried) == sorted(conditions(catalog))


def test_without_a_condition_an_entry_applies_everywhere() -> None:
    """Nothing said means always; false means never."""
    for profile in PROFILES.values():
        assert applies(None, profile)
        assert not applies(False, profile)
