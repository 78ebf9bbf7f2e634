"""Whether the facts of a practice agree with each other: one change of an example, exactly the expected problems."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import JUNIPER, LANTERN, ROOT
from mutation import assert_told, changed, read_cases

from pipeline.check.profile import check_profile
from pipeline.errors import ProblemsFound
from pipeline.load import load_practice
from pipeline.practice import Profile
from pipeline.records import structure
from pipeline.schema import validate
from pipeline.workspace import Workspace


def read(slug: str) -> Any:
    return json.loads((ROOT / "practices" / slug / "profile.json").read_text("utf-8"))


@pytest.mark.parametrize("slug", [JUNIPER, LANTERN])
def test_the_examples_agree_with_themselves(slug: str) -> None:
    """What the cases below change is sound."""
    assert list(check_profile(structure(read(slug), Profile), slug, "profile.json")) == []


@pytest.mark.parametrize("case", read_cases("profile"))
def test_each_disagreement_is_found_at_its_place_and_nothing_else(case: dict[str, Any], project: Workspace) -> None:
    """The profile is still valid under the schema: only the check can see what is wrong."""
    slug = LANTERN if case.get("practice") == "lantern" else JUNIPER
    raw = changed(read(slug), case.get("change", ()), case.get("remove", ()))
    assert validate(raw, project.schemas / "profile.schema.json", "profile.json") == []
    assert_told(check_profile(structure(raw, Profile), slug, "profile.json"), "profile.json", case["problems"])


def test_what_the_documents_cannot_show_is_found(workspace: Workspace, edit: Callable[..., Path]) -> None:
    """A letter that the font lacks would come out blank, and a damaged picture not at all."""
    folder = edit(LANTERN, "profile", "/practice/short_name", "Lantern \U0001f3ee").parent
    edit(LANTERN, "profile", "/workforce/2/title", "Therapist \u2603")
    (folder / "logo.png").unlink()
    (folder / "firm-logo.png").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    with pytest.raises(ProblemsFound) as found:
        load_practice(workspace, LANTERN)
    shown = f"practices/{LANTERN}"
    assert_told(
        found.value.problems,
        "",
        [
            [f"{shown}/profile.json#/practice/short_name", "cannot draw U+1F3EE"],
            [f"{shown}/profile.json#/workforce/2/title", "cannot draw U+2603"],
            [f"{shown}/logo.png", "The file is missing."],
            [f"{shown}/firm-logo.png", "The picture cannot be used."],
        ],
    )
