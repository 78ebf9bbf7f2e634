"""A whole package as files in memory: rendered, joined with hand edits, compared with the edition before, bound. Pure but for `told`."""

from __future__ import annotations

import hashlib
import platform
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from typing import Any

from pipeline import __version__
from pipeline.binder import Bound, make_binder
from pipeline.compare.editions import compare
from pipeline.compare.model import File, Side
from pipeline.compare.redline import redline, relinked
from pipeline.context import Inputs
from pipeline.errors import Problem, ProblemsFound
from pipeline.inputs import to_inputs
from pipeline.lint.leftovers import find_leftovers
from pipeline.load import Loaded
from pipeline.merge.model import Merged
from pipeline.overlays import carry, left_behind
from pipeline.passwords import Passwords
from pipeline.pdf.bind import QPDF
from pipeline.pdf.convert import Engine
from pipeline.pdf.lock import lock
from pipeline.plan import POLICIES, REDLINES, Plan, with_redlines
from pipeline.render.draft import mark_draft
from pipeline.rendering import Names, asked, names_of_all, render, render_all
from pipeline.work import HERE, Workers

# what shapes the bytes of a package
LIBRARIES = (
    "docx-trackdiff",
    "docxtpl",
    "python-docx",
    "Jinja2",
    "MarkupSafe",
    "openpyxl",
    "python-pptx",
    "icalendar",
    "pikepdf",
    "pypdfium2",
    "lxml",
    "pillow",
    "fonttools",
    "fontpkg-atkinson-hyperlegible",
)


@dataclass(frozen=True)
class Package:
    """files: path → what is published; generated: path → the same without hand edits and without the mark of a draft.

    names: document → sha256 of its template, and what that could print; carried: documents with hand edits, by document.
    """

    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]
    generated: Mapping[str, bytes]
    names: Mapping[str, Mapping[str, Any]]
    carried: Mapping[str, Merged]
    inputs: Inputs
    pages: int
    warnings: tuple[Problem, ...]


@dataclass(frozen=True)
class Written:
    """The documents of an edition but for those that print page numbers, by document. generated: without hand edits."""

    inputs: Inputs
    names: Mapping[str, Names]
    generated: Mapping[str, bytes]
    carried: Mapping[str, Merged]
    redlines: Mapping[str, bytes]

    @property
    def files(self) -> dict[str, bytes]:
        return {**self.generated, **{id: one.data for id, one in self.carried.items()}, **self.redlines}


def write_first(loaded: Loaded, told: Callable[[str], None], approved: date | None = None, workers: Workers = HERE) -> Written:
    """Render what does not depend on the edition before, and join it with hand edits.

    approved: day of the approval, else it is a draft. Raises ProblemsFound.
    """
    inputs = to_inputs(loaded, approved)
    told(f"Writing {len(loaded.plan.artifacts)} documents")
    names = names_of_all(inputs, [artifact for artifact in loaded.plan.artifacts if artifact.is_first])
    generated = render_all(inputs, loaded, names, workers)
    return Written(inputs, names, generated, _carry(generated, loaded), {})


def write_second(
    loaded: Loaded, first: Written, before: Side | None, told: Callable[[str], None], workers: Workers = HERE
) -> Written:
    """Compare with the edition issued before, and write what follows from that; without one nothing does."""
    if before is None:
        return first
    told(f"Comparing with edition {before.edition}")

    def again(id: str, names_then: Names) -> bytes:
        artifact = loaded.plan.get(id)
        assert artifact
        return render(*asked(artifact, names_then, loaded, first.inputs.as_of))

    comparison = compare(before, _side(loaded, first), loaded.catalog, loaded.templates, again)
    inputs = replace(first.inputs, comparison=comparison, plan=with_redlines(loaded.plan, comparison))
    later = names_of_all(inputs, [artifact for artifact in inputs.plan.artifacts if artifact.is_rendered])
    changed = {id: value for id, value in later.items() if first.names.get(id) != value}
    generated = {**first.generated, **render_all(inputs, loaded, changed, workers)}
    anew = _carry({id: generated[id] for id in changed}, loaded)
    second = Written(inputs, {**first.names, **changed}, generated, {**first.carried, **anew}, {})
    return replace(second, redlines=_redlines(before, second, workers))


def write_documents(
    loaded: Loaded, before: Side | None, told: Callable[[str], None], approved: date | None = None, workers: Workers = HERE
) -> Written:
    """Both, one after the other."""
    return write_second(loaded, write_first(loaded, told, approved, workers), before, told, workers)


def make_package(
    loaded: Loaded,
    written: Written,
    drawing: Engine,
    told: Callable[[str], None],
    workers: Workers = HERE,
    passwords: Passwords | None = None,
) -> Package:
    """The package of one edition from its documents, converted and bound; ProblemsFound, and ConversionError of the engine.

    passwords: the binder is locked with them, and then differs in its bytes each time.
    """
    inputs, approved = written.inputs, written.inputs.approved
    bound = make_binder(inputs, written.files, loaded.templates, loaded.look, drawing, told, workers)
    rendered = written.files | dict(bound.numbered)
    paths = {artifact.id: artifact.path for artifact in inputs.plan.artifacts}
    # what comes from a template alone was looked at when it was rendered
    others = {*written.carried, *written.redlines, *bound.numbered}
    if problems := [problem for id, path in paths.items() if id in others for problem in find_leftovers(rendered[id], path)]:
        raise ProblemsFound(problems)
    files = {path: rendered[id] for id, path in paths.items()}
    if not approved:
        marked = {path: workers.start(mark_draft, data, path) for path, data in files.items()}
        files = {path: future.result() for path, future in marked.items()}
    files["binder.pdf"] = lock(bound.pdf, passwords) if passwords else bound.pdf
    return Package(
        files=files,
        manifest=make_manifest(loaded, inputs, bound, files, drawing, passwords is not None),
        generated={paths[id]: data for id, data in written.generated.items()},
        names={id: {"template": _template(loaded, inputs.plan, id), "names": value} for id, value in written.names.items()},
        carried=written.carried,
        inputs=inputs,
        pages=bound.paging.total,
        warnings=(*_to_decide(written.carried, paths), *_left_behind(loaded)),
    )


def _carry(generated: Mapping[str, bytes], loaded: Loaded) -> dict[str, Merged]:
    merged, problems = carry(generated, loaded.overlays, loaded.as_of)
    if problems:
        raise ProblemsFound(problems)
    return merged


def _side(loaded: Loaded, written: Written) -> Side:
    """The edition that is being made, to be compared with the one before."""
    files = written.files
    held = {
        artifact.id: File(
            id=artifact.id,
            title=artifact.title,
            section=artifact.section,
            path=artifact.path,
            data=files[artifact.id],
            names=written.names[artifact.id],
            template=_template(loaded, loaded.plan, artifact.id),
            edited=artifact.id in loaded.overlays,
        )
        for artifact in loaded.plan.artifacts
        if artifact.id in files
    }
    return Side(
        loaded.edition,
        loaded.as_of,
        loaded.catalog.law_as_of,
        written.inputs.approved,
        loaded.raw_profile,
        loaded.assessment,
        held,
    )


def _redlines(before: Side, written: Written, workers: Workers) -> dict[str, bytes]:
    """A Word file with tracked changes for each changed policy that the plan has one of."""
    inputs, files = written.inputs, written.files
    paths = tuple(sorted({artifact.path for artifact in inputs.plan.artifacts}))
    waiting = {}
    for artifact in inputs.plan.artifacts:
        if artifact.is_redline:
            document = artifact.id.removeprefix(REDLINES)
            old, new = before.files[document].data, files[document]
            waiting[artifact.id] = workers.start(_redline, old, new, paths, inputs.profile.consultant.firm, inputs.as_of)
    return {id: future.result() for id, future in waiting.items()}


def _redline(old: bytes, new: bytes, paths: tuple[str, ...], author: str, day: date) -> bytes:
    return redline(relinked(old, POLICIES, paths), relinked(new, POLICIES, paths), author, day)


def _template(loaded: Loaded, plan: Plan, id: str) -> str:
    """sha256 of the template of a document; empty where the program writes it itself."""
    artifact = plan.get(id)
    assert artifact
    return loaded.inputs[artifact.template_path] if artifact.template else ""


def _to_decide(carried: Mapping[str, Merged], paths: Mapping[str, str]) -> Iterator[Problem]:
    """What a consultant has to look at: nothing is lost, but two texts stand for one place, or an old file as it was."""
    for id, one in carried.items():
        if one.kept:
            mend = "Make the edits anew in the generated file (binder edits shows them), or keep the file as it is."
            yield Problem(
                paths[id], f"The edited file is kept as it is and not brought up to date. {one.kept}", mend, warning=True
            )
        elif one.conflicts:
            count = len(one.conflicts)
            what = f"{count} place{'s' * (count != 1)} edited by hand {'are' if count != 1 else 'is'} generated otherwise now."
            mend = "The edited text stands, the new one beside it as a comment. Decide in the file, then: binder edits --keep."
            yield Problem(paths[id], what, mend, warning=True)


def _left_behind(loaded: Loaded) -> Iterator[Problem]:
    for document in left_behind(loaded.overlays, loaded.plan):
        what = "The document with these hand edits is no longer part of the package."
        mend = "The edited file stays here. Move what still matters into another document."
        yield Problem(f"practices/{loaded.profile.practice.slug}/overlays, {document}", what, mend, warning=True)


def tools() -> dict[str, str]:
    """Name → version of what shapes the bytes of a package, but for what draws its pages. Another zlib packs to other bytes."""
    own = {"binder": __version__, "python": platform.python_version(), "zlib": zlib.ZLIB_RUNTIME_VERSION, "qpdf": QPDF}
    return own | {name: version(name) for name in LIBRARIES}


def make_manifest(
    loaded: Loaded, inputs: Inputs, bound: Bound, files: Mapping[str, bytes], drawing: Engine, encrypted: bool = False
) -> dict[str, Any]:
    """manifest.json; schemas/manifest.schema.json says what each key means."""
    entries = [
        {
            "id": artifact.id,
            "title": artifact.title,
            "section": artifact.section,
            "path": artifact.path,
            "sha256": hashlib.sha256(files[artifact.path]).hexdigest(),
            "pages": bound.paging.lengths.get(artifact.id),
            "binder_page": bound.paging.documents.get(artifact.id),
        }
        for artifact in inputs.plan.artifacts
    ]
    binder = {
        "id": "BINDER",
        "title": "HIPAA Security Package",
        "section": "",
        "path": "binder.pdf",
        "sha256": hashlib.sha256(files["binder.pdf"]).hexdigest(),
        "pages": bound.paging.total,
        "binder_page": None,
        **({"encrypted": True} if encrypted else {}),
    }
    return {
        "schema": "manifest/1",
        "practice": loaded.profile.practice.slug,
        "edition": loaded.edition,
        "as_of": loaded.as_of.isoformat(),
        "law_as_of": loaded.catalog.law_as_of.isoformat(),
        "inputs": dict(loaded.inputs),
        "tools": {**tools(), drawing.name: drawing.version},
        "left_out": [{"id": entry.id, "title": entry.title, "reason": entry.reason} for entry in loaded.plan.left_out],
        "artifacts": [binder, *entries],
    }
