"""The schemas, what is said to people about their files, and the classes that follow from them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from conftest import JUNIPER, LANTERN, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from mutation import CASES, assert_told, changed, read_cases, resolve

from pipeline import catalog, numbered, practice
from pipeline.assessment import model
from pipeline.build import Built
from pipeline.loading import pointer
from pipeline.schema import quickly_valid, validate
from pipeline.schema_errors import CHECKER
from pipeline.workspace import Workspace

SCHEMAS = {
    path.name.removesuffix(".schema.json"): json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "schemas").iterdir())
}
EACH = pytest.mark.parametrize("name", SCHEMAS)


def nodes(schema: Any, at: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every subschema with its pointer."""
    if not isinstance(schema, Mapping):
        return
    yield at, schema
    for group in ("properties", "patternProperties", "$defs"):
        for key, inner in schema.get(group, {}).items():
            yield from nodes(inner, f"{at}/{group}/{key}")
    for key in ("items", "contains", "not", "if", "then", "else", "additionalProperties"):
        yield from nodes(schema.get(key), f"{at}/{key}")
    for key in ("allOf", "anyOf", "oneOf"):
        for index, inner in enumerate(schema.get(key, ())):
            yield from nodes(inner, f"{at}/{key}/{index}")


def read(slug: str, file: str) -> tuple[Any, str]:
    """An example's profile or assessment, or the record of a change; and the name under which it is shown."""
    if file == "change":
        return tomllib.loads((CASES / "change.toml").read_text("utf-8"))["record"], "change.json"
    folder = ROOT / "practices" / slug
    path = folder / "profile.json" if file == "profile" else next((folder / "assessments").glob("*.json"))
    return json.loads(path.read_text("utf-8")), f"{file}.json"


# --- the schemas themselves


@EACH
def test_each_schema_is_valid_under_draft_2020_12(name: str) -> None:
    """And it says so, under the name of its file."""
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMAS[name]["$id"] == f"{name}.schema.json"


@EACH
def test_each_property_has_a_description(name: str) -> None:
    """The messages take their advice from it."""
    silent = [
        f"{at}/properties/{key}"
        for at, node in nodes(SCHEMAS[name])
        if "/if" not in at and "/then" not in at and "/else" not in at
        for key, inner in node.get("properties", {}).items()
        if "$ref" not in inner and not inner.get("description", "").strip()
    ]
    assert silent == []


@EACH
def test_a_description_is_not_copied_from_a_property_of_another_kind(name: str) -> None:
    """Only what is a number says that it is one, and never reused."""
    wrong = [at for at, node in nodes(SCHEMAS[name]) if "never reused" in node.get("description", "") and not at.endswith("/id")]
    assert wrong == []


@EACH
def test_each_reference_in_a_schema_leads_somewhere_that_is_described(name: str) -> None:
    """A definition serves many properties and speaks for those without words of their own."""
    for _, node in nodes(SCHEMAS[name]):
        if "$ref" in node:
            assert node["$ref"].startswith("#/$defs/")
            assert resolve(SCHEMAS[name], node["$ref"].removeprefix("#"))["description"]


@EACH
def test_no_group_takes_keys_that_nobody_described(name: str) -> None:
    """A misspelt key is found in each group; conditions are fragments of schemas and have keys of their own."""
    for at, node in nodes(SCHEMAS[name]):
        if node.get("type") == "object":
            assert "additionalProperties" in node, at
            assert node["additionalProperties"] is not True, at
            assert set(node.get("required", ())) <= set(node.get("properties", {})), at


@EACH
def test_each_pattern_holds_for_the_whole_text(name: str) -> None:
    """`pattern` is unanchored: without its ends it would accept what only contains the right form."""
    for at, node in nodes(SCHEMAS[name]):
        if "pattern" in node:
            re.compile(node["pattern"])
            whole = node["pattern"].startswith("^") and node["pattern"].endswith(("$", r"(?![\s\S])"))
            assert whole or node["pattern"] in (r"\S", "^https?://"), at


@pytest.mark.parametrize("key", SCHEMAS["change"]["$defs"])
def test_a_change_is_described_as_an_analysis_is(key: str) -> None:
    """A finding in the record of a change is a finding of an analysis: no key is known in one of the two alone."""
    assert SCHEMAS["change"]["$defs"][key] == SCHEMAS["assessment"]["$defs"][key]


# --- messages


@pytest.mark.parametrize("slug", [JUNIPER, LANTERN])
@pytest.mark.parametrize("file", ["profile", "assessment", "change"])
def test_the_examples_have_no_problem(slug: str, file: str, project: Workspace) -> None:
    """What the cases below change is sound."""
    document, shown = read(slug, file)
    assert validate(document, project.schemas / f"{file}.schema.json", shown) == []


@pytest.mark.parametrize("case", read_cases("schema"))
def test_one_mistake_is_said_once_at_its_place_and_with_a_way_to_mend_it(case: dict[str, Any], project: Workspace) -> None:
    """Exactly the expected problems follow from one change of a real file."""
    document, shown = read(JUNIPER, case["file"])
    mistaken = changed(document, case.get("change", ()), case.get("remove", ()))
    problems = set(validate(mistaken, project.schemas / f"{case['file']}.schema.json", shown))
    assert_told(problems, shown, case["problems"])


@pytest.mark.parametrize("value", [[], "profile", 1, True, None], ids=["list", "text", "number", "yes", "null"])
@pytest.mark.parametrize("file", ["profile", "assessment", "change", "draft"])
def test_a_file_that_holds_no_group_of_keys_is_a_problem(file: str, value: Any, project: Workspace) -> None:
    """Whatever stands at the top of the file."""
    words = "This is not filled in yet." if value is None else "Here belongs a group of keys."
    assert_told(validate(value, project.schemas / f"{file}.schema.json", "x.json"), "x.json", [["", words]])


def test_no_message_repeats_the_value_that_stands_there(project: Workspace) -> None:
    """Values of a practice do not go into logs; here each text of the profile is wrong by its length."""
    document, shown = read(LANTERN, "profile")
    secret = "Someone's private sentence " * 400
    spoilt = json.loads(json.dumps(document), object_hook=lambda group: dict.fromkeys(group, secret) | _groups(group))
    problems = validate(spoilt, project.schemas / "profile.schema.json", shown)
    assert len(problems) > 50
    assert not [problem for problem in problems if "private" in f"{problem.what}{problem.mend}{problem.where}"]


def _groups(group: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in group.items() if isinstance(value, (dict, list))}


def test_a_pointer_holds_our_keys_and_counts_all_others() -> None:
    """As RFC 6901 has it; a key that is not written as ours are is something that somebody typed, and no message repeats it."""
    value = {"workforce": [{"works_from": {"note": 1, "Ms. Secret": {"who": 2}}}]}
    assert pointer(["workforce", 0, "works_from", "note"], value) == "/workforce/0/works_from/note"
    assert pointer(["workforce", 0, "works_from", "Ms. Secret", "who"], value) == "/workforce/0/works_from/(key 2)/who"
    assert pointer([], value) == ""


def test_control_jsonschema_alone_is_content_with_a_wrong_date_and_address() -> None:
    """Without a checker `format` is ignored, and its own checker takes any text with an @ for an address."""
    schema = {"properties": {"day": {"format": "date"}, "mail": {"format": "email"}}}
    assert Draft202012Validator(schema).is_valid({"day": "31/12/2026", "mail": "nobody"})
    assert Draft202012Validator(schema, format_checker=FormatChecker()).is_valid({"mail": "ellen strandvold@"})


def test_both_manifests_are_valid(packages: dict[str, Built], project: Workspace) -> None:
    """What the program writes keeps to its own schema."""
    for built in packages.values():
        manifest = json.loads((built.target / "manifest.json").read_text("utf-8"))
        assert validate(manifest, project.schemas / "manifest.schema.json", "manifest.json") == []


# --- classes

# class → schema, pointer of what describes it
CLASSES = {
    practice.Profile: ("profile", ""),
    practice.Identity: ("profile", "/properties/practice"),
    practice.Location: ("profile", "/$defs/location"),
    practice.Address: ("profile", "/$defs/location/properties/address"),
    practice.Person: ("profile", "/$defs/person"),
    practice.Officers: ("profile", "/properties/officers"),
    practice.Officer: ("profile", "/$defs/officer"),
    practice.Agreement: ("profile", "/$defs/baa"),
    practice.System: ("profile", "/$defs/system"),
    practice.Device: ("profile", "/$defs/device"),
    practice.RegisteredDevice: ("profile", "/$defs/device/properties/register/items"),
    practice.Network: ("profile", "/$defs/network"),
    practice.Contact: ("profile", "/$defs/contact"),
    practice.WaysOfWorking: ("profile", "/properties/ways_of_working"),
    practice.Part2: ("profile", "/properties/ways_of_working/properties/part2"),
    practice.Consultant: ("profile", "/properties/consultant"),
    model.Assessment: ("assessment", ""),
    model.Finding: ("assessment", "/$defs/finding"),
    model.Rating: ("assessment", "/$defs/rating"),
    model.Action: ("assessment", "/$defs/action"),
    model.NotApplicable: ("assessment", "/$defs/not_applicable"),
    model.Decision: ("assessment", "/$defs/decision"),
    model.Confirmed: ("assessment", "/$defs/confirmed"),
    model.FollowUp: ("assessment", "/properties/followed_up"),
    model.FollowedStep: ("assessment", "/$defs/followed_step"),
    model.Asset: ("assessment", "/$defs/asset"),
    model.ChangeRecord: ("change", ""),
    model.CriterionAnswer: ("change", "/properties/criteria/items"),
    model.Ended: ("change", "/properties/ended/items"),
    catalog.Provision: ("regulation", "/properties/provision/items"),
    catalog.Parameter: ("parameters", "/properties/parameter/items"),
    catalog.Safeguard: ("safeguards", "/properties/safeguard/items"),
    catalog.Scenario: ("scenarios", "/properties/scenario/items"),
    catalog.Question: ("scenarios", "/properties/scenario/items/properties/question/items"),
    catalog.Choice: ("scenarios", "/properties/scenario/items/properties/question/items/properties/choice/items"),
    catalog.Change: ("changes", "/properties/change/items"),
    catalog.Criterion: ("changes", "/properties/criterion/items"),
    catalog.Policy: ("policies", "/properties/policy/items"),
    catalog.Revision: ("policies", "/properties/policy/items/properties/revision/items"),
    catalog.Task: ("tasks", "/properties/task/items"),
    catalog.Due: ("tasks", "/properties/task/items/properties/due"),
    catalog.Form: ("forms", "/properties/form/items"),
    numbered.Withdrawn: ("policies", "/properties/policy/items/properties/withdrawn"),
    numbered.Former: ("policies", "/properties/policy/items/properties/formerly/items"),
    catalog.Section: ("catalog", "/properties/section/items"),
    catalog.Report: ("catalog", "/properties/report/items"),
    catalog.Request: ("catalog", "/properties/request/items"),
    catalog.Theme: ("catalog", "/properties/theme/items"),
    catalog.Ability: ("catalog", "/properties/ability/items"),
    catalog.Flow: ("catalog", "/properties/flow"),
}
# the version of the format, and a remark that nothing reads
LEFT_OUT = {practice.Profile: {"schema", "note"}, model.Assessment: {"schema"}, model.ChangeRecord: {"schema"}}
KINDS = {"string": str, "boolean": bool, "integer": int, "array": tuple}


def kind_of(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    """The Python type for what a schema describes; object for a group of known keys, dict for one of open keys."""
    if "$ref" in schema:
        return kind_of(resolve(root, schema["$ref"].removeprefix("#")), root)
    if schema.get("format") == "date":
        return date
    if "enum" in schema:
        (kind,) = {type(value) for value in schema["enum"]}
        return kind
    if schema["type"] == "object" and "properties" not in schema:
        return dict
    return KINDS.get(schema["type"], object) if isinstance(schema["type"], str) else object


def kind_of_annotation(annotation: Any) -> Any:
    """The same for an annotation; the None of an optional field counts for nothing."""
    kinds = (
        [kind for kind in get_args(annotation) if kind is not type(None)] if type(None) in get_args(annotation) else [annotation]
    )
    (kind,) = kinds
    kind = get_origin(kind) or kind
    return object if kind is Any or is_dataclass(kind) else kind


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_class_has_the_fields_that_its_schema_describes(kind: type) -> None:
    """By name, by type, and with a default exactly where the schema does not ask for the key."""
    name, at = CLASSES[kind]
    schema = resolve(SCHEMAS[name], at)
    hints = get_type_hints(kind)
    left_out = LEFT_OUT.get(kind, set())
    described = {key: kind_of(inner, SCHEMAS[name]) for key, inner in schema["properties"].items() if key not in left_out}
    needed = {field.name.rstrip("_") for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING}
    assert {field.name.rstrip("_"): kind_of_annotation(hints[field.name]) for field in fields(kind)} == described
    assert needed == set(schema.get("required", [])) - left_out


@pytest.mark.parametrize("module", [practice, model, catalog, numbered], ids=lambda module: module.__name__)
def test_each_class_of_data_is_compared_with_a_schema(module: ModuleType) -> None:
    """A new class does not escape the comparison; Catalog is made of several files, Numbered is the base of what has a number."""
    here = {kind for kind in vars(module).values() if is_dataclass(kind) and kind.__module__ == module.__name__}
    assert here - set(CLASSES) <= {catalog.Catalog, numbered.Numbered}


def test_the_classes_keep_what_the_files_say(project: Workspace) -> None:
    """The key "class" of a device, which Python keeps for itself, is found under class_."""
    from pipeline.records import structure

    raw, _ = read(JUNIPER, "profile")
    profile = structure(raw, practice.Profile)
    assert [device.class_ for device in profile.devices] == [device["class"] for device in raw["devices"]]
    assert profile.officers.security == practice.Officer("denise", date(2026, 8, 17))


def test_the_folder_of_schemas_holds_nothing_else() -> None:
    """Each file there is a schema that these tests look at."""
    assert {path.name for path in Path(ROOT / "schemas").iterdir()} == {f"{name}.schema.json" for name in SCHEMAS}


# --- the quick validator, and the thorough one that has the last word


@pytest.mark.parametrize("value", [time(9, 30), date(2026, 1, 31), {1: "one"}, float("nan")])
def test_of_what_json_does_not_know_the_quick_validator_says_nothing(value: object) -> None:
    """And the thorough one is asked."""
    assert not quickly_valid({"text": value}, '{"properties": {"text": {"type": "string"}}}')


def test_a_pattern_that_only_python_understands_is_left_to_the_thorough_validator(tmp_path: Path) -> None:
    """Both dialects of regular expressions mean the same in our schemas; a schema with another pattern works all the same."""
    schema = tmp_path / "own.schema.json"
    schema.write_text(
        json.dumps({"type": "string", "pattern": r"^(?P<letter>a)(?P=letter)\Z", "description": "Twice a."}), "utf-8"
    )
    assert validate("aa", schema, "own.json") == []
    assert [problem.mend for problem in validate("ab", schema, "own.json")] == ["Twice a."]


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_the_quick_validator_says_yes_to_nothing_that_the_thorough_one_refuses(data: st.DataObject) -> None:
    """An example's profile or assessment, with one of its values replaced."""
    file = data.draw(st.sampled_from(["profile", "assessment"]))
    value, _ = read(LANTERN, file)
    holder: Any = value
    while True:
        key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
        if not (isinstance(holder[key], dict | list) and holder[key] and data.draw(st.booleans())):
            break
        holder = holder[key]
    holder[key] = data.draw(
        st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\n?")
    )
    thorough = Draft202012Validator(SCHEMAS[file], format_checker=CHECKER)
    assert quickly_valid(value, json.dumps(SCHEMAS[file])) in (thorough.is_valid(value), None)
