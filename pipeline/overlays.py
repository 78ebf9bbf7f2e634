"""Hand edits of a practice as they lie in its folder: for each edited document what was generated and what was made of it.

    practices/<slug>/overlays/<edition>/<document>.generated.docx
    practices/<slug>/overlays/<edition>/<document>.edited.docx

They are inputs like profile and analysis, so that a package stays a function of its inputs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.editions import number_of
from pipeline.errors import Problem, ProblemsFound
from pipeline.loading import read_bounded
from pipeline.merge.model import Merged
from pipeline.plan import Plan
from pipeline.workspace import Workspace

FOLDER = "overlays"
NAME = re.compile(r"([A-Z]{1,3}-[0-9]{2})\.edited\.(docx|xlsx|pptx)")
MAX_FILE = 20_000_000
AGAIN = "Save it anew in Word or Excel, and keep it again with binder edits."


@dataclass(frozen=True)
class Overlay:
    """A document with hand edits. edited: as it came back, with the mark of a draft where it had one; edition: whose file it was."""

    document: str
    edition: str
    suffix: str
    generated: bytes
    edited: bytes
    file: Path

    @property
    def paths(self) -> tuple[Path, Path]:
        """Where the two files lie."""
        return self.file.with_name(f"{self.document}.generated.{self.suffix}"), self.file

    @property
    def sha256(self) -> str:
        """sha256 of the file as it came back."""
        return hashlib.sha256(self.edited).hexdigest()


def load_overlays(workspace: Workspace, folder: Path, edition: str) -> tuple[dict[str, Overlay], list[Problem]]:
    """Document → its newest hand edits in editions up to this one."""
    found: dict[str, Overlay] = {}
    problems: list[Problem] = []
    held = [
        path for path in (folder / FOLDER).glob("[0-9]*.[0-9]*") if path.is_dir() and number_of(path.name) <= number_of(edition)
    ]
    for place in sorted(held, key=lambda path: number_of(path.name)):
        for file in sorted(place.glob("*.edited.*")):
            named = NAME.fullmatch(file.name)
            if not named:
                mend = "Move it away; binder edits --keep gives the files their names."
                problems.append(Problem(workspace.shown(file), "The name of the file is none of a document.", mend))
                continue
            document, suffix = named[1], named[2]
            base = file.with_name(f"{document}.generated.{suffix}")
            generated, wrong = read_bounded(base, workspace.shown(base), MAX_FILE)
            edited, more = read_bounded(file, workspace.shown(file), MAX_FILE)
            problems += [*wrong, *more]
            if not (wrong or more):
                found[document] = Overlay(document, place.name, suffix, generated, edited, file)
    return found, problems


def carry(generated: Mapping[str, bytes], overlays: Mapping[str, Overlay], day: date) -> tuple[dict[str, Merged], list[Problem]]:
    """Each generated document that was edited by hand, with the edits in it. generated: document → file."""
    from pipeline.render.parts import UnsafeFile

    merged: dict[str, Merged] = {}
    problems: list[Problem] = []
    for document, overlay in overlays.items():
        if document not in generated:
            continue
        where = f"{FOLDER}/{overlay.edition}/{overlay.file.name}"
        try:
            merged[document] = merge(overlay, generated[document], day)
        except UnsafeFile as error:
            problems.append(Problem(where, f"The edited file cannot be used. {error}", AGAIN))
        except ProblemsFound as error:
            problems += [Problem(where, problem.what, problem.mend) for problem in error.problems]
    return merged, problems


def merge(overlay: Overlay, now: bytes, day: date) -> Merged:
    """The document as it is generated now, with the hand edits in it. Raises UnsafeFile."""
    # whoever only asks which edits there are opens no document
    from pipeline.merge.word import merge_word
    from pipeline.render.draft import unmark_draft
    from pipeline.render.excel.merge import merge_excel
    from pipeline.render.outside import refers_outside
    from pipeline.render.parts import UnsafeFile, read_parts

    edited = unmark_draft(overlay.edited, f"x.{overlay.suffix}")
    match overlay.suffix:
        case "docx":
            return merge_word(overlay.generated, edited, now, day)
        case "xlsx":
            return merge_excel(overlay.generated, edited, now, day)
        case _:
            if refers_outside(read_parts(edited)):
                raise UnsafeFile("It loads something from elsewhere.")
            if overlay.generated == now:
                return Merged(edited)
            return Merged(edited, kept="Slides cannot be joined: what was edited is kept as it is.")


def left_behind(overlays: Iterable[str], plan: Plan) -> list[str]:
    """Documents with hand edits that are no longer part of the package."""
    return sorted(document for document in overlays if plan.get(document) is None)
