"""The run on one screen: load, check, plan, render, convert, bind, publish."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.compare.model import Side
from pipeline.editions import number_of, side_of
from pipeline.edits_report import write_report
from pipeline.errors import Problem, UsageError
from pipeline.load import Loaded, load_practice
from pipeline.package import make_package, write_documents
from pipeline.passwords import read_passwords
from pipeline.pdf.convert import engine
from pipeline.publish import is_locked, one_at_a_time, publish
from pipeline.workspace import Workspace


@dataclass(frozen=True)
class Options:
    """What a build can be told. output: folder that gets `<slug>/<edition>/`; jobs: processes, default one for each processor;
    cache: whether what was made before of the same bytes is taken again; password_file: see read_passwords."""

    as_of: date | None = None
    edition: str | None = None
    output: Path | None = None
    strict: bool = False
    pdf_engine: str = "dxpdf"
    jobs: int | None = None
    cache: bool = True
    password_file: Path | None = None


@dataclass(frozen=True)
class Built:
    target: Path
    pages: int
    documents: int
    warnings: tuple[Problem, ...]


def build(workspace: Workspace, slug: str, options: Options, told: Callable[[str], None]) -> Built:
    """Build and publish the draft of a package; `told` hears about progress. Raises BinderError."""
    passwords, doubts = read_passwords(options.password_file, slug)
    told("Reading and checking")
    loaded = load_practice(workspace, slug, as_of=options.as_of, edition=options.edition, strict=options.strict)
    refuse_edition(loaded)
    target = (options.output or workspace.build) / slug / loaded.edition
    with one_at_a_time(target):
        written = write_documents(loaded, edition_before(workspace, loaded), told)
        package = make_package(loaded, written, engine(options.pdf_engine, options.jobs), told, passwords)
        if passwords is None:
            doubts = tuple(_no_longer_locked(target))
        publish(
            target, package.files, package.manifest, package.generated, {overlay.sha256 for overlay in loaded.overlays.values()}
        )
        write_report(target, package)
    return Built(target, package.pages, len(package.files) - 1, tuple(sorted((*loaded.warnings, *package.warnings, *doubts))))


def _no_longer_locked(target: Path) -> Iterator[Problem]:
    if is_locked(target):
        what = "The binder opened with a password only, and is not locked any more."
        yield Problem(str(target / "binder.pdf"), what, "If it should be, build again with --password-file.", warning=True)


def refuse_edition(loaded: Loaded) -> None:
    """UsageError where the number or the day does not come after the issued editions."""
    if not loaded.issued:
        return
    last = loaded.issued[-1]
    if number_of(loaded.edition) <= number_of(last.edition):
        issued = any(one.edition == loaded.edition for one in loaded.issued)
        raise UsageError(
            f"Edition {loaded.edition} {'is issued and never changes' if issued else f'would come before {last.edition}, which is issued'}. "
            f"Build the next one: leave --edition away, or give a later number than {last.edition}."
        )
    if loaded.as_of < last.as_of:
        raise UsageError(
            f"The package would speak of {loaded.as_of}, and the issued edition {last.edition} speaks of {last.as_of}. "
            "An edition is not older than the one before: record the new risk analysis first, or give a later --as-of."
        )


def edition_before(workspace: Workspace, loaded: Loaded) -> Side | None:
    """The newest issued edition, with its files; ProblemsFound where somebody touched it."""
    if not loaded.earlier:
        return None
    last = loaded.earlier[-1]
    return side_of(last, workspace.shown(last.folder))
