"""A new practice: a profile with every key that is asked, still empty, so that the check leads through it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import OutputError, UsageError
from pipeline.filing import json_bytes
from pipeline.private import make_folder
from pipeline.whole import why, write_new
from pipeline.workspace import MAX_SLUG, Workspace, is_slug, look_alikes


def start_practice(workspace: Workspace, slug: str, name: str) -> Path:
    """Write the profile of a new practice and say where; nothing that exists is touched."""
    if not is_slug(slug):
        raise UsageError(
            f"Choose a slug of small letters, digits and single hyphens, at most {MAX_SLUG}, as in willow-creek, "
            "and not the name of a device on Windows (con, aux, nul …)."
        )
    if alike := look_alikes(slug, workspace.slugs()):
        raise UsageError(f'"{slug}" is easily taken for "{alike[0]}", which is there already. Choose another slug.')
    folder = workspace.practices / slug
    schema = json.loads((workspace.schemas / "profile.schema.json").read_text("utf-8"))
    profile = _empty(schema, schema["$defs"])
    profile["practice"] |= {"slug": slug, "legal_name": name, "name": name, "short_name": name, "colour": "#1F5F5B"}
    file = folder / "profile.json"
    if file.exists():
        raise UsageError(f'There already is a practice "{slug}"; nothing was changed.')
    try:
        make_folder(folder / "assessments")
    except OSError as error:
        raise OutputError(f"{file} could not be written: {why(error)}.") from error
    write_new(file, json_bytes(profile))
    return file


def _empty(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    """A value with the shape of the schema and nothing in it: the check asks for each, and says what belongs there."""
    if "$ref" in schema:
        return _empty(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    if "const" in schema:
        return schema["const"]
    match schema.get("type"):
        case "object":
            return {key: _empty(schema["properties"][key], definitions) for key in schema["required"]}
        case "array":
            return [_empty(schema["items"], definitions) for _ in range(schema.get("minItems", 0))]
        case "boolean" | "integer":
            return None
    return ""
